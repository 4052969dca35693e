"""Caterpillar and funnel: where a municipality lies among all, found at once.

The municipality is larger than the others, drawn last and named, and a line leads to it; those
beside it are dark, all others grey. Nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import altair as alt

LINE: Final = "#7a8790"
ROLES: Final = (("other", "#9aa5ad", 24, 1.0), ("beside", "#00334f", 60, 2.0))
"""Role, colour, size of the point, width of the line; the municipality itself comes after them."""
OWN: Final = ("own", "#d55e00", 190, 3.5)

_WIDTH: Final = 900


class Mark(NamedTuple):
    """One municipality in a picture.

    Attributes
    ----------
    name : of it
    role : ``own``, ``beside`` or ``other``
    residents : aged 16-66
    gap, low, high : percentage points; the ends are not a number where there is no interval
    """

    name: str
    role: str
    residents: float
    gap: float
    low: float
    high: float


class Limits(NamedTuple):
    """A funnel's limits at one level: residents, and half-widths in percentage points."""

    residents: Sequence[float]
    half: Sequence[float]


def caterpillar(marks: Sequence[Mark]) -> alt.LayerChart:
    """Gaps of all municipalities in order, with intervals."""
    import altair as alt

    ordered = sorted(marks, key=lambda mark: mark.gap)
    rows = [{**mark._asdict(), "place": place + 1} for place, mark in enumerate(ordered)]
    top = max(row["high"] for row in rows)
    x = alt.X(
        "place:Q",
        axis=alt.Axis(title=None, values=[1, 20, 40, 60, 80, len(rows)], grid=False),
        scale=alt.Scale(domain=[0, len(rows) + 1], nice=False),
    )
    layers: list[Any] = [_zero()]
    for role, colour, size, width in (*ROLES, OWN):
        base = alt.Chart(alt.Data(values=[row for row in rows if row["role"] == role]))
        layers += [
            base.mark_rule(color=colour, strokeWidth=width).encode(
                x=x, y=alt.Y("low:Q", axis=_axis()), y2="high:Q"
            ),
            base.mark_point(color=colour, filled=True, opacity=1, size=size).encode(x=x, y="gap:Q"),
        ]
    return alt.LayerChart(layer=[*layers, *_named(rows, x, top)]).properties(
        width=_WIDTH, height=300
    )


def funnel(marks: Sequence[Mark], limits: Sequence[Limits]) -> alt.LayerChart:
    """Gaps by size of the municipality, with the limits."""
    import altair as alt

    rows = [mark._asdict() for mark in marks]
    x = alt.X(
        "residents:Q",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(title=None, values=[1e3, 3e3, 1e4, 3e4, 1e5, 3e5], format=",", grid=False),
    )
    layers: list[Any] = [_zero()]
    for place, one in enumerate(limits):
        for sign in (-1.0, 1.0):
            ends = zip(one.residents, one.half, strict=True)
            line = [{"residents": n, "y": sign * half} for n, half in ends]
            dashed = alt.Chart(alt.Data(values=line)).mark_line(
                color=LINE, strokeDash=[1, 0] if place else [5, 4], strokeWidth=1
            )
            layers.append(dashed.encode(x=x, y=alt.Y("y:Q", axis=_axis())))
    for role, colour, size, _ in (*ROLES, OWN):
        base = alt.Chart(alt.Data(values=[row for row in rows if row["role"] == role]))
        points = base.mark_point(color=colour, filled=True, opacity=1, size=size)
        layers.append(points.encode(x=x, y="gap:Q"))
    top = max([abs(row["gap"]) for row in rows] + [max(one.half) for one in limits])
    layers += _named(rows, x, top)
    return alt.LayerChart(layer=layers).properties(width=_WIDTH, height=340)


def _axis() -> alt.Axis:
    import altair as alt

    return alt.Axis(title=None, format="~g")


def _zero() -> alt.Chart:
    import altair as alt

    return alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=LINE).encode(y="y:Q")


def _named(rows: Sequence[dict[str, Any]], x: alt.X, top: float) -> list[alt.Chart]:
    """Lead a line to the municipality, with its name where nothing else stands."""
    import altair as alt

    own = [{**row, "top": 0.85 * top} for row in rows if row["role"] == "own"]
    base = alt.Chart(alt.Data(values=own))
    return [
        base.mark_rule(color=OWN[1], strokeWidth=1).encode(x=x, y="gap:Q", y2="top:Q"),
        base.mark_text(align="left", dx=5, dy=4, fontSize=14, fontWeight="bold").encode(
            x=x, y="top:Q", text="name:N"
        ),
    ]
