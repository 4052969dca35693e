"""What the terminal and the page both show, as printed texts that remember their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forecast.core.period import Window
from forecast.errors import DataError
from forecast.report import words
from forecast.report.catalogue import Lang, phrase
from forecast.report.data import HeadlineData
from forecast.report.labels import (
    check_name,
    filled,
    free_number,
    interval_of,
    judged,
    note,
    number_of,
    passed,
    plain,
    quantity,
    verdict_label,
)
from forecast.report.rows import Estimate, Figure, Projections, Row, records, row_name
from forecast.vocabulary import AREA, GROUP, MEASURE, PERIOD, SOURCE, VALUE, Basis, Measure, Unit

Printer = Callable[[float], str]


@dataclass(frozen=True)
class Printed:
    """A printed number and the row, or rows, it was taken from."""

    text: str
    row: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table of estimates: a number, and its interval in a second line."""

    value: Printed
    interval: Printed = Printed("")
    pinned: bool = False
    prior_only: bool = False

    @property
    def text(self) -> str:
        """The number."""
        return self.value.text

    @property
    def below(self) -> str:
        """The line under the number."""
        return self.interval.text


@dataclass(frozen=True)
class RateRow:
    """A row of a table of estimates; `published` where the figures are not ours."""

    label: str
    cells: tuple[Cell, ...]
    published: bool = False


@dataclass(frozen=True)
class Finding:
    """A published figure that was held back, and where it falls among the draws."""

    quantity: str
    published: Printed
    quantile: Printed
    median: Printed
    interval: str
    width: Printed
    verdict: str
    note: str
    note_lang: str


@dataclass(frozen=True)
class Shift:
    """A quantity before and after the data."""

    quantity: str
    prior: Printed
    prior_interval: str
    posterior: Printed
    posterior_interval: str
    shift: Printed
    ratio: Printed


@dataclass(frozen=True)
class Check:
    """A check of the computation and its verdict; `failed` where it judges and did not pass."""

    name: str
    value: Printed
    threshold: Printed
    verdict: str
    failed: bool
    note: str
    note_lang: str


@dataclass(frozen=True)
class Diagnosis:
    """All checks, and the verdict on them in one sentence."""

    sentence: str
    checks: tuple[Check, ...]


MISSING = Cell(Printed(words.MISSING))


def period_text(code: str, data: HeadlineData, lang: Lang) -> str:
    """Return a period's label; the headline's December is the end of its year, as STAR says it."""
    same = Window.parse(code).code == Window.parse(data.period).code
    return words.period_label(code, lang=lang, ultimo=same or Window.parse(code).is_month)


def cell(estimate: Estimate | None, printer: Printer, lang: Lang) -> Cell:
    """Return an estimate as a cell; where all draws agree there is no interval."""
    if estimate is None:
        return MISSING
    value = Printed(printer(estimate.median.value), estimate.median.row)
    if estimate.is_point and estimate.median.basis == Basis.PINNED:
        return Cell(value, Printed(phrase("pinned", lang)), pinned=True)
    if estimate.is_point:  # a structural zero, the same in every future
        return Cell(value, prior_only=estimate.prior_only)
    ends = (printer(estimate.low.value), printer(estimate.high.value))
    if set(ends) == {words.FEW}:  # the number says it already
        return Cell(value, prior_only=estimate.prior_only)
    text = words.interval(*ends, lang=lang)
    rows = f"{estimate.low.row} ; {estimate.high.row}"
    return Cell(value, Printed(text, rows), prior_only=estimate.prior_only)


def point(figure: Figure | None, printer: Printer) -> Cell:
    """Return a single figure as a cell."""
    return MISSING if figure is None else Cell(Printed(printer(figure.value), figure.row))


def rate_printer(lang: Lang) -> Printer:
    """Rates in per cent, one decimal, the unit named by the table."""
    return lambda value: words.percent_digits(value, lang=lang)


def count_printer(lang: Lang) -> Printer:
    """Full-time persons."""
    return lambda value: words.persons(value, lang=lang)


def lead(data: HeadlineData, rows: Projections, lang: Lang) -> Printed | None:
    """Return the answer in one sentence, or nothing where the main scenario has no rate."""
    found = rows.estimate(
        scenario=data.main_scenario,
        area=data.area,
        group=data.rate_group,
        measure=Measure.LEDIGHEDSPROCENT,
        period=data.period,
    )
    if found is None:
        return None
    ends = (rate_printer(lang)(found.low.value), rate_printer(lang)(found.high.value))
    text = phrase(
        "lead",
        lang,
        area=plain(data.area),
        period=period_text(data.period, data, lang),
        median=words.percent(found.median.value, lang=lang),
        interval=words.interval(*ends, lang=lang),
        scenario=plain(data.scenario_titles[data.main_scenario].title(lang)),
    )
    return Printed(text, " ; ".join(end.row for end in (found.median, found.low, found.high)))


def rate_rows(data: HeadlineData, rows: Projections, lang: Lang) -> list[RateRow]:
    """Return the rate of each area: the level before, each scenario, then what others published."""
    keys = {"group": data.rate_group, "measure": Measure.LEDIGHEDSPROCENT.value}
    printer = rate_printer(lang)
    level = tuple(
        point(
            rows.level_of(scenario=data.main_scenario, area=area, period=data.base_period, **keys),
            printer,
        )
        for area in data.areas
    )
    period = words.period_label(data.base_period, lang=lang, ultimo=True)
    table = [RateRow(phrase("level.row", lang, period=period), level)]
    for scenario in data.scenarios:
        cells = (
            cell(
                rows.estimate(scenario=scenario.id, area=area, period=data.period, **keys),
                printer,
                lang,
            )
            for area in data.areas
        )
        table.append(RateRow(plain(scenario.title(lang)), tuple(cells)))
    return [*table, *_published_rates(data, lang)]


def _published_rates(data: HeadlineData, lang: Lang) -> list[RateRow]:
    keys = {GROUP: data.rate_group, MEASURE: Measure.LEDIGHEDSPROCENT.value, PERIOD: data.period}
    found: dict[str, dict[str, Cell]] = {}
    for row in records(data.published, **keys):
        name = row_name(
            data.files.published, {key: row[key] for key in (SOURCE, AREA, GROUP, MEASURE, PERIOD)}
        )
        figure = Figure(float(row[VALUE]), "", name)
        found.setdefault(plain(row[SOURCE]), {})[row[AREA]] = point(figure, rate_printer(lang))
    return [
        RateRow(
            phrase("rate.published", lang, source=source),
            tuple(cells.get(area, MISSING) for area in data.areas),
            published=True,
        )
        for source, cells in found.items()
    ]


def total_title(data: HeadlineData, lang: Lang) -> str:
    """Return the heading of the total."""
    label = data.group_labels[data.total_group].label(lang)
    return phrase("total.title", lang, group=plain(label), area=plain(data.area))


def total_rows(data: HeadlineData, rows: Projections, lang: Lang) -> list[RateRow]:
    """Return the total of each scenario: the published year, then the projected ones."""
    keys = {
        "area": data.area,
        "group": data.total_group,
        "measure": Measure.FULDTIDSPERSONER.value,
    }
    printer = count_printer(lang)
    base = point(rows.observed(period=str(data.years[0]), **keys), printer)
    return [
        RateRow(
            plain(scenario.title(lang)),
            (
                base,
                *(
                    cell(
                        rows.estimate(scenario=scenario.id, period=str(year), **keys), printer, lang
                    )
                    for year in data.years[1:]
                ),
            ),
        )
        for scenario in data.scenarios
    ]


def findings(data: HeadlineData, lang: Lang) -> list[Finding]:
    """Where each figure that was held back falls.

    Raises
    ------
    DataError
        When a quantile is not between 0 and 1.
    """
    return [_finding(row, data, lang) for row in records(data.findings)]


def _finding(row: Row, data: HeadlineData, lang: Lang) -> Finding:
    name, default = filled(row["quantity"]), Unit.FULDTIDSPERSONER
    level = float(row["quantile"])
    if not 0.0 <= level <= 1.0:
        raise DataError(
            f"{data.files.findings}: quantity {name!r} has quantile {level}, expected 0 to 1"
        )
    source = row_name(data.files.findings, {"quantity": name})
    published, low, median, high, width = (
        float(row[key]) for key in ("published", "low", "median", "high", "width")
    )
    text, text_lang = note(row, lang)
    return Finding(
        quantity=quantity(name, data, lang),
        published=Printed(number_of(row, published, lang, default), source),
        quantile=Printed(words.number(level, lang=lang, decimals=2), source),
        median=Printed(number_of(row, median, lang, default), source),
        interval=interval_of(row, low, high, lang, default),
        width=Printed(number_of(row, width, lang, default), source),
        verdict=phrase("findings.inside" if low <= published <= high else "findings.outside", lang),
        note=text,
        note_lang=text_lang,
    )


def shifts(data: HeadlineData, lang: Lang) -> list[Shift]:
    """How far the data moved each quantity."""
    return [_shift(row, data, lang) for row in records(data.prior_shift)]


def _shift(row: Row, data: HeadlineData, lang: Lang) -> Shift:
    name, default = filled(row["quantity"]), Unit.ANDEL
    source = row_name(data.files.prior_shift, {"quantity": name})

    def middle(which: str) -> Printed:
        return Printed(number_of(row, float(row[f"{which}_median"]), lang, default), source)

    def ends(which: str) -> str:
        return interval_of(
            row, float(row[f"{which}_low"]), float(row[f"{which}_high"]), lang, default
        )

    return Shift(
        quantity=quantity(name, data, lang),
        prior=middle("prior"),
        prior_interval=ends("prior"),
        posterior=middle("posterior"),
        posterior_interval=ends("posterior"),
        shift=Printed(words.number(float(row["shift_in_prior_sd"]), lang=lang, decimals=1), source),
        ratio=Printed(words.number(float(row["sd_ratio"]), lang=lang, decimals=2), source),
    )


def diagnosis(data: HeadlineData, lang: Lang) -> Diagnosis:
    """Return the verdict on the computation; a verdict that is not known counts as not passed."""
    rows = records(data.diagnostics)
    checks = tuple(_check(row, data, lang) for row in rows)
    total = sum(judged(row["verdict"]) for row in rows)
    failed = sum(check.failed for check in checks)
    key = "none" if not total else "some" if failed else "all"
    sentence = phrase(f"diagnostics.{key}", lang, total=total, passed=total - failed)
    return Diagnosis(sentence, checks)


def _check(row: Row, data: HeadlineData, lang: Lang) -> Check:
    keys = {"check": filled(row["check"]), "quantity": filled(row["quantity"])}
    source = row_name(data.files.diagnostics, keys)
    text, text_lang = note(row, lang)
    return Check(
        name=check_name(row, data, lang),
        value=Printed(free_number(row["value"], lang), source),
        threshold=Printed(free_number(row["threshold"], lang), source),
        verdict=verdict_label(row["verdict"], lang),
        failed=judged(row["verdict"]) and not passed(row["verdict"]),
        note=text,
        note_lang=text_lang,
    )
