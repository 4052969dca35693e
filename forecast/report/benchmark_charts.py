"""Caterpillar and funnel: where a municipality lies among all, found at once.

The municipality and those beside it are larger, darker and named, so that nothing is said by colour
alone; all others are grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import altair as alt

OWN, BESIDE, OTHERS, LINE = "#d55e00", "#00334f", "#9aa5ad", "#7a8790"
_WIDTH: Final = 900
_LEFT: Final = 6.0


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
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "place:Q",
            axis=alt.Axis(title=None, values=[1, 20, 40, 60, 80, len(rows)], grid=False),
            scale=alt.Scale(domain=[0, len(rows) + 1], nice=False),
        ),
        color=_colour(),
    )
    zero = alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=LINE).encode(y="y:Q")
    ends = base.mark_rule().encode(
        y=alt.Y("low:Q", axis=alt.Axis(title=None, format="~g")), y2="high:Q", size=_thick()
    )
    points = base.mark_point(filled=True, opacity=1).encode(y="gap:Q", size=_large())
    layers = [zero, ends, points, _names(rows, "place", "high")]
    return alt.LayerChart(layer=layers).properties(width=_WIDTH, height=300)


def funnel(marks: Sequence[Mark], limits: Sequence[Limits]) -> alt.LayerChart:
    """Gaps by size of the municipality, with the limits."""
    import altair as alt

    rows = [mark._asdict() for mark in marks]
    x = alt.X(
        "residents:Q",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(title=None, values=[1e3, 3e3, 1e4, 3e4, 1e5, 3e5], format=",", grid=False),
    )
    layers: list[Any] = [
        alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=LINE).encode(y="y:Q")
    ]
    for place, one in enumerate(limits):
        for sign in (-1.0, 1.0):
            ends = zip(one.residents, one.half, strict=True)
            line = [{"residents": n, "y": sign * half} for n, half in ends]
            layers.append(
                alt.Chart(alt.Data(values=line))
                .mark_line(color=LINE, strokeDash=[1, 0] if place else [5, 4], strokeWidth=1)
                .encode(x=x, y="y:Q")
            )
    points = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=alt.Y("gap:Q", axis=alt.Axis(title=None, format="~g")),
            size=_large(),
            color=_colour(),
        )
    )
    layers += [points, _names(rows, "residents", "gap")]
    return alt.LayerChart(layer=layers).properties(width=_WIDTH, height=340)


def _names(rows: Sequence[dict[str, Any]], x: str, y: str) -> alt.Chart:
    """Write the names of the municipality and those beside it."""
    import altair as alt

    named = [row for row in rows if row["role"] != "other"]
    return (
        alt.Chart(alt.Data(values=named))
        .mark_text(align="left", dx=_LEFT, dy=-_LEFT, fontSize=12)
        .encode(x=f"{x}:Q", y=f"{y}:Q", text="name:N", color=_colour())
    )


def _colour() -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=["own", "beside", "other"], range=[OWN, BESIDE, OTHERS])
    return alt.Color("role:N", scale=scale, legend=None)


def _large() -> alt.Size:
    import altair as alt

    scale = alt.Scale(domain=["own", "beside", "other"], range=[150, 70, 22])
    return alt.Size("role:N", scale=scale, legend=None)


def _thick() -> alt.Size:
    import altair as alt

    scale = alt.Scale(domain=["own", "beside", "other"], range=[3, 2, 1])
    return alt.Size("role:N", scale=scale, legend=None)
