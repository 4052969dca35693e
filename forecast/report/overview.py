"""The overview of target groups: the published years as printed, and their continuation."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Final

from forecast.report import words
from forecast.report.catalogue import Lang, label_or_name, phrase
from forecast.report.data import VERDICT, ReportData
from forecast.report.labels import filled, note, plain
from forecast.report.rows import Projections, Row, records, row_name
from forecast.report.sections import MISSING, Cell, Printed, cell, count_printer, point
from forecast.vocabulary import (
    AREA,
    BASIS,
    GROUP,
    MEASURE,
    PERIOD,
    PRINTED_TEXT,
    STATUS,
    UNIT,
    VALUE,
    Basis,
    Measure,
    Status,
    Unit,
)

_EXPLAINED: Final = frozenset({"", "exact", "rounding"})
"""Verdicts on a printed figure that need no footnote."""

_DOUBTFUL: Final = frozenset({Status.SUSPECT.value, Status.CORRECTED.value})
"""Statuses that need one, whatever the verdict."""


@dataclass(frozen=True)
class PublishedCell:
    """A figure as printed, with the mark of its footnote."""

    printed: Printed
    mark: str = ""


@dataclass(frozen=True)
class Footnote:
    """Why a printed figure is wrong or in doubt."""

    mark: str
    subject: str
    text: str
    text_lang: str


@dataclass(frozen=True)
class TableRow:
    """A group's row: label, depth, and its cells from left to right."""

    key: str
    label: str
    level: int
    is_total: bool
    cells: tuple[PublishedCell, ...] | tuple[Cell, ...]


@dataclass(frozen=True)
class ColumnGroup:
    """A head over several columns."""

    title: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class PublishedTable:
    """The published years."""

    heads: tuple[ColumnGroup, ...]
    rows: tuple[TableRow, ...]
    footnotes: tuple[Footnote, ...]


@dataclass(frozen=True)
class ProjectedTable:
    """The last published year and the projected ones, by scenario."""

    heads: tuple[ColumnGroup, ...]
    rows: tuple[TableRow, ...]

    @property
    def has_prior_only(self) -> bool:
        """Whether a cell rests on the prior alone, so that the mark must be explained."""
        return any(
            isinstance(item, Cell) and item.prior_only for r in self.rows for item in r.cells
        )

    @property
    def has_few(self) -> bool:
        """Whether a cell is too small to be printed, so that its mark must be explained."""
        return any(
            isinstance(item, Cell) and words.FEW in item.text + item.below
            for r in self.rows
            for item in r.cells
        )


@dataclass
class _Footnotes:
    """Footnotes in the order in which the table meets them."""

    data: ReportData
    lang: Lang
    found: list[Footnote] = field(default_factory=list)

    def mark(self, row: Row) -> str:
        """Take a footnote for a row that needs one, and return its mark."""
        doubtful = filled(row.get(STATUS)) in _DOUBTFUL
        if filled(row[VERDICT]).casefold() in _EXPLAINED and not doubtful:
            return ""
        mark = _letters(len(self.found))
        label = self.data.headline.group_labels[row[GROUP]].label(self.lang)
        subject = phrase(
            "overview.misprint",
            self.lang,
            group=plain(label),
            measure=label_or_name("measure", str(row[MEASURE]), self.lang),
            period=words.period_label(str(row[PERIOD]), lang=self.lang),
            printed=_printed_text(row, self.lang),
        )
        text, text_lang = note(row, self.lang)
        self.found.append(Footnote(mark, subject, text, text_lang))
        return mark


def _letters(number: int) -> str:
    """Return the footnote mark of a place: a, b, and so on to z, then aa, ab."""
    head, tail = divmod(number, len(ascii_lowercase))
    return (_letters(head - 1) if head else "") + ascii_lowercase[tail]


def _printed_text(row: Row, lang: Lang) -> str:
    """Return the text of the source; a number only where the source's text is not at hand."""
    text = filled(row[PRINTED_TEXT])
    if text:
        return text
    if filled(row[UNIT]) == Unit.ANDEL:
        return words.share(float(row[VALUE]), lang=lang)
    return words.persons(float(row[VALUE]), lang=lang)


def published_table(data: ReportData, lang: Lang) -> PublishedTable:
    """Return the published years, each figure verbatim, misprints with their reason."""
    rows_of_area = records(data.overview, **{AREA: data.headline.area})
    by_key: dict[tuple[str, str, str], Row] = {
        (row[GROUP], row[MEASURE], str(row[PERIOD])): row for row in rows_of_area
    }
    columns = _published_columns(data)
    footnotes = _Footnotes(data, lang)
    rows = []
    for key in data.table_rows:
        cells = []
        for measure, period in columns:
            row = by_key.get((key, measure, period))
            cells.append(
                PublishedCell(Printed(words.MISSING))
                if row is None
                else PublishedCell(
                    Printed(_printed_text(row, lang), _row_of(data, row)), footnotes.mark(row)
                )
            )
        rows.append(_table_row(data, key, tuple(cells), lang))
    return PublishedTable(_published_heads(data, lang), tuple(rows), tuple(footnotes.found))


def _row_of(data: ReportData, row: Row) -> str:
    keys = {name: row[name] for name in (AREA, GROUP, MEASURE, PERIOD)}
    return row_name(data.headline.files.overview, keys)


def _published_columns(data: ReportData) -> list[tuple[str, str]]:
    columns: list[tuple[str, str]] = []
    for place, year in enumerate(data.table_years):
        columns.append((Measure.FULDTIDSPERSONER, str(year)))
        columns.append((Measure.LANDSANDEL, str(year)))
        if place:
            columns.append((Measure.AENDRING, f"{data.table_years[place - 1]}/{year}"))
    return columns


def _published_heads(data: ReportData, lang: Lang) -> tuple[ColumnGroup, ...]:
    heads = []
    for place, year in enumerate(data.table_years):
        columns = [phrase("overview.count", lang), phrase("overview.share", lang)]
        if place:
            columns.append(phrase("overview.change", lang, year=data.table_years[place - 1]))
        heads.append(ColumnGroup(str(year), tuple(columns)))
    return tuple(heads)


def _table_row(
    data: ReportData, key: str, cells: tuple[PublishedCell, ...] | tuple[Cell, ...], lang: Lang
) -> TableRow:
    group = data.headline.group_labels[key]
    is_total = key == data.headline.total_group
    return TableRow(key, plain(group.label(lang)), group.level, is_total, cells)


def projected_table(data: ReportData, rows: Projections, lang: Lang) -> ProjectedTable:
    """Full-time persons a year: the last published year, then each scenario's projections."""
    last = data.table_years[-1]
    printer = count_printer(lang)
    keys = {"area": data.headline.area, "measure": Measure.FULDTIDSPERSONER.value}
    table = []
    for key in data.table_rows:
        base = point(rows.observed(group=key, period=str(last), **keys), printer)
        cells = [base if base != MISSING else _published_cell(data, key, str(last), lang)]
        for scenario in data.table_scenarios:
            for year in data.projected_years:
                found = rows.estimate(scenario=scenario, group=key, period=str(year), **keys)
                cells.append(cell(found, printer, lang))
        table.append(_table_row(data, key, tuple(cells), lang))
    years = tuple(str(year) for year in data.projected_years)
    titles = data.headline.scenario_titles
    heads = [ColumnGroup(phrase("overview.published_head", lang), (str(last),))]
    heads += [ColumnGroup(plain(titles[name].title(lang)), years) for name in data.table_scenarios]
    return ProjectedTable(tuple(heads), tuple(table))


def _published_cell(data: ReportData, group: str, period: str, lang: Lang) -> Cell:
    """Return the published count from the overview, where the projections do not repeat it."""
    keys = {AREA: data.headline.area, GROUP: group, PERIOD: period}
    for row in records(data.overview, **keys, **{MEASURE: Measure.FULDTIDSPERSONER.value}):
        return Cell(Printed(_printed_text(row, lang), _row_of(data, row)))
    return MISSING


def prior_only(data: ReportData, lang: Lang) -> list[tuple[str, str]]:
    """Areas with the groups whose projections rest on the prior alone, as (area, groups)."""
    keys = {BASIS: Basis.PRIOR_ONLY.value, MEASURE: Measure.FULDTIDSPERSONER.value}
    groups: dict[str, set[str]] = {}
    for row in records(data.headline.projections, **keys):
        groups.setdefault(str(row[AREA]), set()).add(str(row[GROUP]))
    labels = data.headline.group_labels
    order = {key: place for place, key in enumerate((*data.table_rows, *labels))}
    found = []
    for area in data.headline.areas:
        found_keys = sorted(groups.get(area, ()), key=lambda key: order.get(key, len(order)))
        if found_keys:
            names = [plain(labels[key].label(lang)) if key in labels else key for key in found_keys]
            found.append((plain(area), words.listing(names, lang=lang)))
    return found
