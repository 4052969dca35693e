"""What a report is made of: tables that the run writes to disk, and the names to print them under.

All numbers stay in data frames whose rows are also rows of a file of the output folder; the
dataclasses here add only names, order and choices. Frames are checked once, on construction, and
are not changed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from forecast.core.period import Window
from forecast.errors import DataError, nearest
from forecast.report.catalogue import Lang
from forecast.vocabulary import (
    AREA,
    BASIS,
    GROUP,
    MEASURE,
    NOTE,
    OUTPUT_TYPE,
    OUTPUT_TYPE_ID,
    PERIOD,
    PRINTED_TEXT,
    PROJECTION_COLUMNS,
    SCENARIO,
    SOURCE,
    UNIT,
    VALUE,
)

if TYPE_CHECKING:
    import pandas as pd

VERDICT: Final = "verdict"
QUANTITY: Final = "quantity"

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "projections": PROJECTION_COLUMNS,
    "overview": (
        *(AREA, GROUP, MEASURE, PERIOD, OUTPUT_TYPE, OUTPUT_TYPE_ID),
        *(VALUE, UNIT, BASIS, PRINTED_TEXT, VERDICT, NOTE),
    ),
    "published": (AREA, GROUP, MEASURE, PERIOD, VALUE, UNIT, SOURCE),
    "decomposition": (SCENARIO, AREA, "factor", VALUE),
    "findings": (QUANTITY, "published", "quantile", "low", "median", "high", "width", NOTE),
    "prior_shift": (
        *(QUANTITY, "prior_median", "prior_low", "prior_high"),
        *("posterior_median", "posterior_low", "posterior_high"),
        *("shift_in_prior_sd", "sd_ratio"),
    ),
    "diagnostics": ("check", QUANTITY, VALUE, "threshold", VERDICT, NOTE),
}
"""Columns each table must have; more are allowed. ``findings``, ``prior_shift`` and
``decomposition`` may bring a ``unit``, the notes a ``note_da`` and ``note_en``."""


@dataclass(frozen=True)
class TableFiles:
    """Name of the file of the output folder that holds the rows of each table."""

    projections: str = "projections.csv"
    overview: str = "keyfigures.csv"
    published: str = "published.csv"
    decomposition: str = "decomposition.csv"
    findings: str = "findings.csv"
    prior_shift: str = "prior_shift.csv"
    diagnostics: str = "diagnostics.csv"


@dataclass(frozen=True)
class ScenarioLabel:
    """A scenario's id and what people call it."""

    id: str
    title_da: str
    title_en: str

    def title(self, lang: Lang) -> str:
        """Return the title in one language."""
        return self.title_da if lang == "da" else self.title_en


@dataclass(frozen=True)
class GroupLabel:
    """A group's key, what people call it, and how deep it stands in the table (0 is outermost)."""

    key: str
    label_da: str
    label_en: str
    level: int = 0

    def label(self, lang: Lang) -> str:
        """Return the label in one language."""
        return self.label_da if lang == "da" else self.label_en


@dataclass(frozen=True)
class SourceNote:
    """Where figures come from: a title, and a line on vintage or licence."""

    title: str
    detail: str = ""


@dataclass(frozen=True, eq=False)
class HeadlineData:
    """What the headline on the terminal is made of.

    Attributes
    ----------
    area
        The area the report is about; the first of `areas`.
    areas
        The areas side by side, nearest first.
    scenarios
        In the order they are shown.
    main_scenario
        Id of the scenario the report leads with and explains.
    period
        The headline window's code, ``2021-12``; December is read as the end of its year.
    base_period
        The window whose level stands beside the headline, ``2019``.
    years
        Years of the total, first the published one, then the projected ones.
    groups
        Labels of all groups that any table names.
    projections, published, decomposition, findings, prior_shift, diagnostics
        Long tables with the columns of :data:`COLUMNS`; shares are fractions. `published` holds
        the figures of others that stand beside ours, one ``source`` a row of the headline. The
        first factor of a decomposition, ``national``, and its ``result`` are shares, the others
        plain numbers, unless a column ``unit`` says otherwise. Findings are full-time persons and
        prior shifts shares, unless a column ``unit`` says otherwise. A quantity is free text, or
        parts joined by ``" / "`` (area, group key, measure, period, scenario id) that are given
        their labels.
    report_path
        Where the page is, or empty.
    total_group, rate_group
        Group keys of the total and of the unemployment rate.
    files
        Which file holds which table.

    Raises
    ------
    DataError
        When a table lacks a column, or a choice names an area, scenario or group that is not there.
    """

    area: str
    areas: tuple[str, ...]
    scenarios: tuple[ScenarioLabel, ...]
    main_scenario: str
    period: str
    base_period: str
    years: tuple[int, ...]
    groups: tuple[GroupLabel, ...]
    projections: pd.DataFrame
    published: pd.DataFrame
    decomposition: pd.DataFrame
    findings: pd.DataFrame
    prior_shift: pd.DataFrame
    diagnostics: pd.DataFrame
    report_path: str = ""
    total_group: str = "i_alt"
    rate_group: str = "ledige"
    files: TableFiles = field(default_factory=TableFiles)

    def __post_init__(self) -> None:
        for table in ("projections", "published", "decomposition", "findings", "prior_shift"):
            _check_columns(table, getattr(self, table), self.files)
        _check_columns("diagnostics", self.diagnostics, self.files)
        _check_known("area", self.area, self.areas)
        _check_known("main_scenario", self.main_scenario, [item.id for item in self.scenarios])
        _check_known("total_group", self.total_group, [item.key for item in self.groups])
        if not self.years:
            raise DataError("report: found no years, expected the published year and those after")
        Window.parse(self.period)
        Window.parse(self.base_period)

    @property
    def scenario_titles(self) -> dict[str, ScenarioLabel]:
        """Scenarios by id."""
        return {item.id: item for item in self.scenarios}

    @property
    def group_labels(self) -> dict[str, GroupLabel]:
        """Groups by key."""
        return {item.key: item for item in self.groups}


@dataclass(frozen=True, eq=False)
class ReportData:
    """What the page is made of.

    Attributes
    ----------
    headline
        What the terminal shows; the page shows it too.
    overview
        The published part of the overview, columns of :data:`COLUMNS`: ``fuldtidspersoner`` and
        ``landsandel`` a year, ``aendring`` with a period such as ``2017/2018``; ``printed_text``
        is shown as it is. A ``verdict`` other than ``exact`` or ``rounding``, or a ``status``
        (where the table has one) ``suspect`` or ``corrected``, is a footnote with the row's note.
    table_rows
        Group keys of the overview, in the order of the table.
    table_years
        Published years of the overview.
    projected_years
        Years of the continuation.
    scenarios_in_table
        Ids of the scenarios whose projections continue the overview.
    sources
        Where the data come from.
    run
        Facts of the run as (name, value): version, seed, configuration.

    Raises
    ------
    DataError
        When the overview lacks a column or a row of the table has no label.
    """

    headline: HeadlineData
    overview: pd.DataFrame
    table_rows: tuple[str, ...]
    table_years: tuple[int, ...] = (2017, 2018, 2019)
    projected_years: tuple[int, ...] = (2020, 2021, 2022)
    scenarios_in_table: tuple[str, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    run: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _check_columns("overview", self.overview, self.headline.files)
        labels = self.headline.group_labels
        for key in self.table_rows:
            _check_known("table_rows", key, labels)
        for scenario in self.scenarios_in_table:
            _check_known("scenarios_in_table", scenario, self.headline.scenario_titles)
        if not self.table_years:
            raise DataError("report: table_years is empty, expected the published years")

    @property
    def table_scenarios(self) -> tuple[str, ...]:
        """Scenarios of the continuation: those asked for, else the main one and the free one."""
        if self.scenarios_in_table:
            return self.scenarios_in_table
        known = self.headline.scenario_titles
        wanted = (self.headline.main_scenario, "free")
        return tuple(dict.fromkeys(item for item in wanted if item in known))


def _check_columns(table: str, frame: pd.DataFrame, files: TableFiles) -> None:
    missing = [column for column in COLUMNS[table] if column not in frame.columns]
    if missing:
        raise DataError(
            f"report table {table!r} ({getattr(files, table)}): columns {missing} are missing,"
            f" found {list(frame.columns)}; write the table with all of {list(COLUMNS[table])}"
        )


def _check_known(name: str, value: str, known: Iterable[str]) -> None:
    names = list(known)
    if value not in names:
        raise DataError(
            f"report: {name} {value!r} is not among {names}{nearest(value, names)};"
            " correct the name"
        )
