"""The figures of the source documents, each with where it stands and what it may be used for.

A file of `data/published/` with a column ``role`` holds figures; the others hold what is said about
them (documents, labels, misprints) or what was computed from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from forecast.core.period import Change, DateRange, Window, parse_period
from forecast.core.tree import Group
from forecast.errors import DataError, PeriodError, nearest
from forecast.sources.danish_numbers import half_of_last_digit, parse_decimal
from forecast.sources.published_figure import NEVER_FITTED, Figure, Misprint
from forecast.sources.tables import Row, check_word, read_csv
from forecast.vocabulary import (
    MEASURE_ADJUSTMENT,
    Adjustment,
    Measure,
    Role,
    Status,
)

if TYPE_CHECKING:
    from forecast.core.panel import Panel

FIGURE_COLUMNS = (
    "document",
    "page_table",
    "measure",
    "group",
    "area",
    "period",
    "value",
    "unit",
    "printed_text",
    "note",
    "status",
    "seed_line",
    "role",
)
"""Columns of every file of figures; ``adjustment`` and ``rounded_to`` may be added."""

_NOT_FIGURES = frozenset(
    {
        "documents",
        "measure_labels",
        "misprints",
        "efterregning",
        "implicitte_landstal",
        "implicitte_stoerrelser",
        "kommuner",
    }
)


@dataclass(frozen=True, slots=True)
class Published:
    """Every published figure, and what is known about the misprints.

    Attributes
    ----------
    figures
        All rows of all files, in the order of files and rows.
    misprints
        (check, what) of the recomputation → the misprint.
    """

    figures: tuple[Figure, ...]
    misprints: Mapping[tuple[str, str], Misprint]

    def select(self, **labels: object) -> tuple[Figure, ...]:
        """Figures whose attributes equal what is given: ``select(file=..., measure=...)``."""
        return tuple(
            figure
            for figure in self.figures
            if all(getattr(figure, name) == value for name, value in labels.items())
        )

    def panel(self, role: Role | str) -> Panel:
        """Figures of one role as a Panel, in fractions and with their measurement sd.

        Only figures over a window of months that have a value and a measure of ours are in;
        changes and day ranges are not. ``sd`` is the half width over the square root of three.

        Raises
        ------
        DataError
            For an unknown role, and when two rows give one figure two values.
        """
        from forecast.core.panel import Panel

        wanted = Role(check_word(str(role), [*Role], where="panel", what="role"))
        chosen = (figure for figure in self.figures if figure.role == wanted)
        windows = ((figure, figure.window()) for figure in chosen)
        return Panel.from_rows(
            figure.panel_row(window) for figure, window in windows if window is not None
        )


def load_published(folder: Path, groups: Mapping[str, Group]) -> Published:
    """Read every figure of `data/published/`.

    Parameters
    ----------
    folder
        The folder; each CSV with a column ``role`` is a file of figures.
    groups
        Groups by key; their `facts` are the labels that the files print.

    Returns
    -------
    Published
        All rows, whatever their status; `Published.panel` gives the usable ones.

    Raises
    ------
    DataError
        Naming file and row, for: a missing or broken file, an unknown role, status, adjustment,
        unit, measure, group or period, and a figure with role ``fit`` that is an artefact,
        suspect, missing, without value or without a measure.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no folder of published figures; check the path")
    context = _Context(
        groups=groups,
        labels=_labels(folder, groups),
        by_fact={fact: key for key, group in groups.items() for fact in group.facts},
        documents=_documents(folder),
    )
    paths = sorted(path for path in folder.glob("*.csv") if path.stem not in _NOT_FIGURES)
    if not paths:
        raise DataError(f"{folder}: no files of figures; check the path")
    figures = tuple(figure for path in paths for figure in _read_figures(path, context))
    return Published(figures=figures, misprints=MappingProxyType(_misprints(folder)))


@dataclass(frozen=True, slots=True)
class _Context:
    groups: Mapping[str, Group]
    labels: Mapping[tuple[str, str, str], tuple[Measure, str]]
    by_fact: Mapping[str, str]
    documents: Mapping[str, tuple[str, str]]


def _read_figures(path: Path, context: _Context) -> Iterator[Figure]:
    for row in read_csv(path, FIGURE_COLUMNS):
        figure = _figure(path.stem, row, context)
        _check_role(figure)
        yield figure


def _figure(file: str, row: Row, context: _Context) -> Figure:
    where = row.where
    adjustment = row["adjustment"]
    if adjustment:
        check_word(adjustment, [*Adjustment], where=where, what="adjustment")
    value = parse_decimal(row["value"], "plain", where=where) if row["value"] else None
    measure, group = _meaning(file, row, adjustment, context)
    title, as_of = context.documents.get(row["document"], (row["document"], ""))
    return Figure(
        file=file,
        row=row.number,
        document=row["document"],
        table=row["page_table"],
        seed_line=int(row["seed_line"]) if row["seed_line"] else None,
        printed_measure=row["measure"],
        printed_group=row["group"],
        area=row["area"],
        printed_period=row["period"],
        value=value,
        unit=row["unit"],
        printed_text=row["printed_text"],
        note=row["note"],
        status=Status(check_word(row["status"], [*Status], where=where, what="status")),
        role=Role(check_word(row["role"], [*Role], where=where, what="role")),
        adjustment=adjustment,
        period=_period(row),
        measure=measure,
        group=group,
        half_width=_half_width(row, value),
        source=", ".join(part for part in (title, row["page_table"]) if part),
        as_of=as_of,
    )


def _period(row: Row) -> Window | Change | DateRange | None:
    if not row["period"]:
        return None
    try:
        return parse_period(row["period"])
    except PeriodError as error:
        raise DataError(f"{row.where}: {error}") from error


def _half_width(row: Row, value: Decimal | None) -> Decimal | None:
    """Half of the last digit: of the printed text, of the value where that was corrected."""
    if value is None:
        return None
    if row["rounded_to"]:
        return Decimal(row["rounded_to"]) / 2
    try:
        printed = parse_decimal(row["printed_text"], "danish")
    except DataError:
        printed = None
    if printed is None or abs(printed) != abs(value):
        return half_of_last_digit(value)
    return half_of_last_digit(printed)


def _meaning(
    file: str, row: Row, adjustment: str, context: _Context
) -> tuple[Measure | None, str | None]:
    """Our measure and group of a printed row, (None, None) where we model neither."""
    label = context.labels.get((file, row["measure"], row["group"]))
    label = label or context.labels.get((file, row["measure"], ""))
    if label is None or row["status"] == Status.ARTEFACT:
        return None, None
    measure, group = label
    if measure in MEASURE_ADJUSTMENT:
        if not adjustment:
            raise DataError(
                f"{row.where}: a rate without adjustment; expected "
                f"{' or '.join(Adjustment)} in column 'adjustment'"
            )
        measure = next(name for name, fixed in MEASURE_ADJUSTMENT.items() if fixed == adjustment)
    if not group:
        group = context.by_fact.get(row["group"], "")
    if not group:
        raise DataError(
            f"{row.where}: unknown group '{row['group']}'{nearest(row['group'], context.by_fact)}; "
            "expected a label that groups.toml lists under 'facts'"
        )
    return measure, group


def _check_role(figure: Figure) -> None:
    if figure.role != Role.FIT:
        return
    if figure.status in NEVER_FITTED:
        raise DataError(
            f"{figure.where}: role 'fit' on a figure of status '{figure.status}'; "
            "give it role 'context', or correct it and say so"
        )
    if figure.measure is None or figure.value is None:
        missing = "value" if figure.value is None else "entry in measure_labels.csv"
        raise DataError(
            f"{figure.where}: role 'fit' on '{figure.printed_measure}' without {missing}; "
            "add it or give the figure role 'context'"
        )


def _labels(
    folder: Path, groups: Mapping[str, Group]
) -> dict[tuple[str, str, str], tuple[Measure, str]]:
    columns = ("file", "printed_measure", "printed_group", "measure", "group")
    labels: dict[tuple[str, str, str], tuple[Measure, str]] = {}
    for row in read_csv(folder / "measure_labels.csv", columns):
        measure = check_word(row["measure"], [*Measure], where=row.where, what="measure")
        if row["group"]:
            check_word(row["group"], list(groups), where=row.where, what="group")
        key = (row["file"], row["printed_measure"], row["printed_group"])
        labels[key] = (Measure(measure), row["group"])
    return labels


def _documents(folder: Path) -> dict[str, tuple[str, str]]:
    rows = read_csv(folder / "documents.csv", ("document", "title", "as_of"))
    return {row["document"]: (row["title"], row["as_of"]) for row in rows}


def _misprints(folder: Path) -> dict[tuple[str, str], Misprint]:
    columns = ("check", "what", "number", "certainty", "reason")
    return {
        (row["check"], row["what"]): Misprint(row["number"], row["certainty"], row["reason"])
        for row in read_csv(folder / "misprints.csv", columns)
    }
