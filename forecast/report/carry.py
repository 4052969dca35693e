"""A panel's areas, as they are and under statements about the country, as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from forecast.core.period import Window
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase
from forecast.report.scenarios import WIDTH

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 4
"""Periods that are shown: whole years, or the last month where none is whole."""


class Stated(Protocol):
    """What is stated of the country."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of the panel."""
        ...

    @property
    def window(self) -> Window:
        """Months."""
        ...

    @property
    def value(self) -> float:
        """Full-time persons."""
        ...


def carried(
    table: pd.DataFrame,
    areas: Sequence[str],
    groups: Sequence[str],
    stated: Sequence[Stated],
    path: str,
    lang: str,
) -> str:
    """Lay out the projection of some areas.

    Parameters
    ----------
    table : `projections.csv`
    areas : that are shown
    groups : of the panel
    stated : of the country
    path : of the table
    """
    chosen: Lang = "en" if lang == "en" else "da"
    lines = layout.heading(phrase("carry.title", chosen), WIDTH, "=")
    for s in stated:
        text = phrase(
            "carry.stated",
            chosen,
            group=" + ".join(s.groups),
            period=words.period_label(s.window.code, lang=chosen, ultimo=True),
            value=words.count(s.value, lang=chosen),
        )
        lines.extend(layout.bullet(text, WIDTH))
    lines.extend(layout.paragraph(phrase("carry.caption", chosen), WIDTH))
    periods = list(dict.fromkeys(table["period"]))
    years = [p for p in periods if len(p) == len("2021")] or periods[-1:]
    scenarios = list(dict.fromkeys(table["scenario"]))
    key = ["scenario", "area", "group", "period", "output_type_id"]
    shown = table[table["output_type"].eq("quantile") & table["area"].isin(list(areas))]
    found = dict(zip(map(tuple, shown[key].to_numpy()), shown["value"], strict=True))
    for group in groups:
        rows: list[layout.TableRow] = []
        for area in areas:
            for scenario in scenarios:
                cells = [
                    _cell(found, (scenario, area, group, year), chosen) for year in years[:COLUMNS]
                ]
                name = phrase(f"carry.{'free' if scenario == scenarios[0] else 'told'}", chosen)
                rows.append((f"{area}, {name}", cells))
        head = [group, *(words.period_label(y, lang=chosen) for y in years[:COLUMNS])]
        lines.extend(["", *layout.table(head, rows, WIDTH)])
    lines.extend(words.explained(lines, lang=chosen))
    lines.extend(["", *layout.path_lines(phrase("compare.table", chosen), path, WIDTH)])
    return "\n".join(lines)


def _cell(
    found: Mapping[tuple[str, ...], float], key: tuple[str, str, str, str], lang: Lang
) -> list[str]:
    if (*key, "0.5") not in found:
        return [words.MISSING]
    ends = [found[(*key, q)] for q in _LEVELS]
    low, middle, high = (words.persons(value, lang=lang) for value in ends)
    if ends[2] - ends[0] <= _PINNED * ends[1]:
        return [middle, phrase("pinned", lang)]
    if high == words.FEW:
        return [middle]
    return [middle, words.interval(low, high, lang=lang)]


_LEVELS, _PINNED = ("0.1", "0.5", "0.9"), 1e-9
