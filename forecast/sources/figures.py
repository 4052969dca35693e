"""Figures that users bring: tidy CSV, Excel or Parquet with one figure a row.

Columns ``area, group, measure, period, value, unit`` and, where they apply, ``adjustment, source,
as_of, sd, role, note``. Numbers that a file holds as text are read in the format that is given,
``danish`` or ``plain``; without a format, a text such as ``1.036`` is refused.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.core.period import Window, parse_period
from forecast.core.tree import Group
from forecast.core.units import parse_unit
from forecast.errors import DataError, PeriodError, UnitsError, nearest
from forecast.sources.danish_numbers import NumberFormat, half_of_last_digit, parse_decimal
from forecast.sources.tables import Row, check_word
from forecast.sources.typed_tables import read_table
from forecast.vocabulary import (
    MEASURE_ADJUSTMENT,
    MEASURE_UNITS,
    SHARE_MEASURES,
    Adjustment,
    Measure,
    Role,
    Status,
    Unit,
)

if TYPE_CHECKING:
    from forecast.core.panel import Panel

REQUIRED_COLUMNS = ("area", "group", "measure", "period", "value", "unit")
OPTIONAL_COLUMNS = ("adjustment", "source", "as_of", "sd", "role", "note")


def load_figures(
    path: Path,
    groups: Mapping[str, Group],
    areas: Collection[str],
    *,
    number_format: NumberFormat | None = None,
) -> Panel:
    """Read a user's file of figures.

    Parameters
    ----------
    path
        ``.csv`` (UTF-8; separated by commas, semicolons or tabs), ``.xlsx`` (first sheet) or
        ``.parquet``.
    groups
        Groups by key; keys, Danish labels and the labels of the source documents are accepted.
    areas
        Known area names; a slug such as ``hele-landet`` is accepted.
    number_format
        ``danish`` or ``plain`` for numbers that stand as text; None when it is not known.

    Returns
    -------
    Panel
        Shares as fractions. ``sd`` is the file's, else half of the last digit over the square
        root of three; ``role`` is ``fit`` unless the file says otherwise.

    Raises
    ------
    DataError
        One line naming file and row: an empty or unreadable file, a column that is missing or
        unknown, an unknown area, group, measure, role or adjustment, a rate without adjustment, a
        bare number without unit, a share above 1, a text that is no number or an ambiguous one, a
        period that is none, two values for one figure.
    """
    from forecast.core.panel import Panel

    rows = _read(path)
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected one figure a row")
    names = _Names(_group_names(groups), {_slug(name): name for name in areas}, groups, areas)
    entries = [_entry(row, names, number_format) for row in rows]
    _check_single(entries)
    return Panel.from_rows(entry.cells for entry in entries)


@dataclass(frozen=True, slots=True)
class _Names:
    group_of: Mapping[str, str]
    area_of: Mapping[str, str]
    groups: Collection[str]
    areas: Collection[str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the panel and where it came from."""

    where: str
    value: float
    half_width: float
    cells: Mapping[str, object]

    @property
    def figure(self) -> tuple[object, ...]:
        """What makes two rows the same figure."""
        names = ("area", "group", "measure", "period", "adjustment", "role")
        return tuple(self.cells[name] for name in names)


def _read(path: Path) -> list[Row]:
    rows = read_table(path, REQUIRED_COLUMNS)
    for name in rows[0].cells if rows else REQUIRED_COLUMNS:
        check_word(name, (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS), where=path.name, what="column")
    return rows


def _entry(row: Row, names: _Names, number_format: NumberFormat | None) -> _Entry:
    measure, adjustment = _measure(row)
    unit, factor = _unit(row, measure)
    number = _number(row, "value", number_format)
    if number is None:
        raise DataError(f"{row.where}: no value; leave out rows without a figure")
    value = float(number * factor)
    if measure in SHARE_MEASURES and not 0.0 <= value <= 1.0:
        side = "above 1" if value > 1.0 else "below 0"
        raise DataError(
            f"{row.where}: a share {side}: {row['value']} {row['unit']} is "
            f"{value:g} of the whole; give 4,5 per cent as 4,5 with unit pct."
        )
    half_width = float(half_of_last_digit(number) * factor)
    sd = _number(row, "sd", number_format) if row["sd"] else None
    period = _period(row)
    cells = {
        "area": _area(row, names),
        "group": _group(row, names),
        "measure": str(measure),
        "period": period.code,
        "first": period.first,
        "last": period.last,
        "value": value,
        "unit": str(unit),
        "adjustment": adjustment,
        "sd": half_width / math.sqrt(3) if sd is None else float(sd * factor),
        "half_width": half_width,
        "source": f"{row['source'] or 'user'} ({row.where})",
        "as_of": row["as_of"],
        "role": check_word(row["role"] or str(Role.FIT), [*Role], where=row.where, what="role"),
        "status": str(Status.PRINTED),
        "printed_text": row["value"],
        "note": row["note"],
    }
    return _Entry(row.where, value, half_width, cells)


def _measure(row: Row) -> tuple[Measure, str]:
    word = check_word(row["measure"], [*Measure], where=row.where, what="measure")
    measure, adjustment = Measure(word), row["adjustment"]
    if adjustment:
        check_word(adjustment, [*Adjustment], where=row.where, what="adjustment")
    if measure not in MEASURE_ADJUSTMENT:
        return measure, adjustment
    if not adjustment:
        raise DataError(
            f"{row.where}: a rate without adjustment; write {' or '.join(Adjustment)} in column "
            "'adjustment'"
        )
    if measure == Measure.LEDIGHEDSPROCENT:  # the plain word is used for both kinds
        kinds = {str(kind): name for name, kind in MEASURE_ADJUSTMENT.items()}
        measure = kinds[adjustment]
    if adjustment != MEASURE_ADJUSTMENT[measure]:
        raise DataError(
            f"{row.where}: '{measure}' is {MEASURE_ADJUSTMENT[measure]} and the row says "
            f"{adjustment}; correct one of them"
        )
    return measure, adjustment


def _unit(row: Row, measure: Measure) -> tuple[Unit, Decimal]:
    if not row["unit"]:
        raise DataError(
            f"{row.where}: a bare number, {row['value']} without unit; "
            "write e.g. pct., andel, FTP or personer in column 'unit'"
        )
    try:
        spelling = parse_unit(row["unit"])
    except UnitsError as error:
        raise DataError(f"{row.where}: {error}") from error
    if spelling.unit not in MEASURE_UNITS[measure]:
        expected = " or ".join(sorted(MEASURE_UNITS[measure]))
        raise DataError(
            f"{row.where}: unit '{row['unit']}' does not fit '{measure}'; expected {expected}"
        )
    factor = Decimal(str(spelling.factor))
    if row["value"].endswith("%") and factor == 1:
        raise DataError(f"{row.where}: '{row['value']}' has a per cent sign and unit {row['unit']}")
    return spelling.unit, factor


def _number(row: Row, column: str, number_format: NumberFormat | None) -> Decimal | None:
    text, where = row[column], f"{row.where}, column '{column}'"
    if not text:
        return None
    return parse_decimal(text, "plain" if column in row.typed else number_format, where=where)


def _period(row: Row) -> Window:
    try:
        period = parse_period(row["period"])
    except PeriodError as error:
        raise DataError(f"{row.where}: {error}") from error
    if not isinstance(period, Window):
        raise DataError(
            f"{row.where}: period '{row['period']}' is no window of months; "
            "expected e.g. 2019, 2019-12, 2019-Q3 or 2020-01..2020-09"
        )
    return period


def _area(row: Row, names: _Names) -> str:
    found = names.area_of.get(_slug(row["area"]))
    if found is None:
        raise DataError(
            f"{row.where}: unknown area '{row['area']}'{nearest(row['area'], names.areas)}; "
            "expected a name of areas.toml such as Gentofte or Hele landet"
        )
    return found


def _group(row: Row, names: _Names) -> str:
    if not row["group"] and row["measure"] in (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING):
        return ""
    found = names.group_of.get(row["group"].casefold())
    if found is None:
        raise DataError(
            f"{row.where}: unknown group '{row['group']}'{nearest(row['group'], names.groups)}; "
            "expected a key of groups.toml such as dagpenge or i_alt"
        )
    return found


def _group_names(groups: Mapping[str, Group]) -> dict[str, str]:
    """Key, Danish label and the documents' labels of every group; keys win."""
    names: dict[str, str] = {}
    for key, group in groups.items():
        for label in (group.label_da, *group.facts):
            names.setdefault(label.casefold(), key)
    names.update({key.casefold(): key for key in groups})
    return names


def _slug(name: str) -> str:
    return name.strip().casefold().replace(" ", "-").replace("_", "-")


def _check_single(entries: list[_Entry]) -> None:
    """Two rows may repeat a figure, one more finely than the other, but not give it two values."""
    seen: dict[tuple[object, ...], _Entry] = {}
    for entry in entries:
        first = seen.setdefault(entry.figure, entry)
        apart = abs(entry.value - first.value)
        if apart > max(entry.half_width, first.half_width) * (1 + 1e-9):
            raise DataError(
                f"{entry.where}: two values for one figure, {first.cells['printed_text']} in row "
                f"{first.where.rpartition(' ')[2]} and {entry.cells['printed_text']} here; "
                "keep one, or tell them apart"
            )
