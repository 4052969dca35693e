"""What the fan charts show, read from the tables: one panel an area, for one scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from forecast.core.period import Window
from forecast.errors import DataError
from forecast.report import words
from forecast.report.catalogue import Lang, phrase
from forecast.report.data import HeadlineData
from forecast.report.labels import plain
from forecast.report.rows import Estimate, Projections, records
from forecast.report.sections import period_text
from forecast.vocabulary import AREA, GROUP, MEASURE, PERIOD, VALUE, Basis, Measure

BANDS: Final = ((95, 0.025, 0.975), (80, 0.1, 0.9), (50, 0.25, 0.75))
"""Per cent of the draws inside, with the quantile levels of the ends; widest first."""


@dataclass(frozen=True)
class Panel:
    """What one panel shows; times are years with fractions, rates are per cent.

    Attributes
    ----------
    area
        Name of the area.
    fan
        One mapping a month: ``time``, ``median``, and ``low95``, ``high95`` and so on.
    history
        One mapping a year: ``start``, ``end``, ``rate``.
    pins, published
        One mapping a point: ``time``, ``rate``.
    alt
        The panel in one sentence, for those who do not see it.
    row
        The filter of `projections.csv` that the fan is drawn from.
    """

    area: str
    fan: tuple[dict[str, float], ...]
    history: tuple[dict[str, float], ...]
    pins: tuple[dict[str, float], ...]
    published: tuple[dict[str, float], ...]
    alt: str
    row: str


def panels(
    data: HeadlineData, rows: Projections, scenario: str, lang: Lang, years: Sequence[int]
) -> tuple[Panel, ...]:
    """Return the panels of one scenario, one an area, in the report's order.

    Parameters
    ----------
    data, rows
        The report's tables.
    scenario
        Scenario id.
    lang
        ``"da"`` or ``"en"``.
    years
        Years of history, drawn as steps.

    Raises
    ------
    DataError
        When an area has no monthly rates under the scenario.
    """
    return tuple(_panel(data, rows, scenario, area, lang, years) for area in data.areas)


def _panel(
    data: HeadlineData,
    rows: Projections,
    scenario: str,
    area: str,
    lang: Lang,
    years: Sequence[int],
) -> Panel:
    keys = {"area": area, "group": data.rate_group, "measure": Measure.LEDIGHEDSPROCENT.value}
    months = rows.months(scenario=scenario, **keys)
    if not months:
        raise DataError(
            f"{data.files.projections}: scenario {scenario!r}, area {area!r} has no monthly"
            f" {Measure.LEDIGHEDSPROCENT}; project months before drawing them"
        )
    fan = [_fan_point(rows, month, {"scenario": scenario, **keys}) for month in months]
    history = []
    for year in years:
        found = rows.level_of(scenario=scenario, period=str(year), **keys)
        if found is not None:
            history.append({"start": year, "end": year + 1, "rate": 100 * found.value})
    pins = [point for point, pinned in fan if pinned]
    return Panel(
        area=plain(area),
        fan=tuple(point for point, _ in fan),
        history=tuple(history),
        pins=tuple({"time": point["time"], "rate": point["median"]} for point in pins),
        published=tuple(_published(data, area)),
        alt=_alt(data, rows, scenario, area, lang),
        row=f"{data.files.projections}?scenario={scenario}&area={area}&measure={keys['measure']}",
    )


def _time(code: str) -> float:
    """Return the middle of a window as a year with its fraction."""
    window = Window.parse(code)
    return (window.first + window.last + 1) / 24


def _fan_point(
    rows: Projections, month: str, keys: dict[str, str]
) -> tuple[dict[str, float], bool]:
    median = rows.quantile(0.5, period=month, **keys)
    if median is None:
        raise DataError(f"projections: {keys | {'period': month}} has no median; write one")
    point = {"time": _time(month), "median": 100 * median.value}
    for size, low, high in BANDS:
        ends = rows.quantile(low, period=month, **keys), rows.quantile(high, period=month, **keys)
        if ends[0] is None or ends[1] is None:
            raise DataError(
                f"projections: {keys | {'period': month}} lacks quantile {low} or {high};"
                " write both"
            )
        point |= {f"low{size}": 100 * ends[0].value, f"high{size}": 100 * ends[1].value}
    return point, median.basis == Basis.PINNED


def _published(data: HeadlineData, area: str) -> Iterable[dict[str, float]]:
    keys = {AREA: area, GROUP: data.rate_group, MEASURE: Measure.LEDIGHEDSPROCENT.value}
    for row in records(data.published, **keys):
        code = str(row[PERIOD])
        if Window.parse(code).is_month:
            yield {"time": _time(code), "rate": 100 * float(row[VALUE])}


def _alt(data: HeadlineData, rows: Projections, scenario: str, area: str, lang: Lang) -> str:
    found: Estimate | None = rows.estimate(
        scenario=scenario,
        area=area,
        group=data.rate_group,
        measure=Measure.LEDIGHEDSPROCENT,
        period=data.period,
    )
    if found is None:
        return plain(area)
    ends = (words.percent_digits(end.value, lang=lang) for end in (found.low, found.high))
    pinned = found.is_point and found.median.basis == Basis.PINNED
    return phrase(
        "chart.alt_pinned" if pinned else "chart.alt",
        lang,
        area=plain(area),
        scenario=plain(data.scenario_titles[scenario].title(lang)),
        period=period_text(data.period, data, lang),
        median=words.percent(found.median.value, lang=lang),
        interval=words.interval(*ends, lang=lang),
    )


def highest_rate(all_panels: Iterable[Panel]) -> float:
    """Return the top of a common axis, per cent: all panels of a page share it, or they mislead."""
    tops = []
    for panel in all_panels:
        tops += [point["high95"] for point in panel.fan]
        tops += [point["rate"] for point in (*panel.history, *panel.published)]
    return max(tops)
