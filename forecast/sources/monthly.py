"""Monthly panels that users bring: areas, groups and months, from a file to a `MonthlyPanel`.

Tidy files have columns ``area, period, value`` and where they apply ``group, measure, unit,
adjustment, source, as_of, sd, provisional, note``, or the Danish words of
`forecast.sources.monthly_files.HEADINGS`. Files as downloaded from jobindsats.dk have an area, a
period and one or more measures side by side. Each is known by its heading.

A cell that is empty or holds ``-``, ``..`` or ``.`` is missing and never 0: by ``-`` a table may
mean nothing or a number too small to be shown, and only a 0 is a 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast.config.areas import fold
from forecast.config.groups import load_groups
from forecast.core.monthly import MonthlyPanel, check_horizon
from forecast.core.tree import Group
from forecast.errors import DataError, nearest
from forecast.sources.area_parents import read_areas
from forecast.sources.danish_numbers import NumberFormat
from forecast.sources.monthly_columns import (
    adjustment,
    constant,
    day_of,
    flag_of,
    month_of,
    numbers,
    of_measure,
    units,
    value_column,
)
from forecast.sources.monthly_cube import fill, refuse_repeated
from forecast.sources.monthly_files import Sheet, read_sheet
from forecast.sources.monthly_reading import MonthlyReading, check_reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MonthlyReading", "check_horizon", "load_monthly", "read_monthly"]

UNNAMED_GROUP: Final = "i_alt"


def load_monthly(
    path: Path,
    *,
    national: str,
    areas: Path | None = None,
    groups: Sequence[str] | None = None,
    group: str | None = None,
    measure: str | None = None,
    unit: str | None = None,
    number_format: NumberFormat | None = None,
    beside: Path | None = None,
) -> MonthlyPanel:
    """Read a monthly panel; `read_monthly` takes the same and also says where its gaps are."""
    return read_monthly(
        path,
        national=national,
        areas=areas,
        groups=groups,
        group=group,
        measure=measure,
        unit=unit,
        number_format=number_format,
        beside=beside,
    ).panel


def read_monthly(
    path: Path,
    *,
    national: str,
    areas: Path | None = None,
    groups: Sequence[str] | None = None,
    group: str | None = None,
    measure: str | None = None,
    unit: str | None = None,
    number_format: NumberFormat | None = None,
    beside: Path | None = None,
) -> MonthlyReading:
    """Read a monthly panel and keep the row of each value.

    Parameters
    ----------
    path
        ``.csv``, ``.xlsx`` or ``.parquet``, tidy or as downloaded.
    national
        The area that all others lie in, such as ``Hele landet``.
    areas
        A table of areas, CSV with ``area, parent``; None for ``areas.toml``.
    groups
        The groups to keep, by key or label, in this order; None for all of the file.
    group
        What the one group of a file without a column of groups is called; by default the measure's
        name, else ``i_alt``.
    measure
        Which measure, where the file has several.
    unit
        Of numbers without a unit; by default what the measure's heading says, else full-time
        persons.
    number_format
        ``danish`` or ``plain``; by default what the column of values shows, see
        `forecast.sources.number_format`.
    beside
        The folder of the user's own configuration, whose ``areas.toml`` and ``groups.toml``
        replace the bundled ones.

    Returns
    -------
    MonthlyReading
        Areas and groups in order of the file. Percentages have become fractions. Column ``sd`` is
        checked and not kept: a panel has no place for it. Where ``as_of`` names releases of more
        than one month, `vintages` has what was known at the end of each: of every cell the newest
        value released by then. Values are the newest of all.

    Raises
    ------
    DataError
        One line naming file and row. Besides what cannot be read: an unknown area or parent, a
        circle of parents, no series of the nation, a period that is no month, a month that stands
        twice with one ``as_of``, two units or adjustments, a negative value, a share above 1, a
        part that is larger than its whole beyond rounding.
    """
    sheet, known = read_sheet(path), load_groups(beside)
    if sheet.tidy and measure is not None:
        sheet = of_measure(sheet, measure)
    column = value_column(sheet, measure)
    heading = constant(sheet, "measure", "") if sheet.tidy else column
    scale, factors = units(sheet, heading, unit)
    table = read_areas(areas, beside)

    records = _records(sheet, column, number_format)
    records["value"] *= factors
    records["area"] = sheet.each("area", lambda cell, where: table.name(str(cell), where))
    records["group"] = _groups(sheet, group or heading or UNNAMED_GROUP, known)
    nation = _nation(records["area"], national, sheet.file)
    if groups is not None:
        records = _selected(records, groups, known, sheet.file)
    refuse_repeated(records, sheet.file)

    names, kept = (tuple(dict.fromkeys(records[column])) for column in ("area", "group"))
    cube = fill(records, names, kept, sheet.file)
    panel = MonthlyPanel(
        areas=names,
        groups=kept,
        months=cube.months,
        values=cube.values,
        parents=table.lineage(names, nation),
        national=nation,
        unit=str(scale),
        adjustment=adjustment(sheet),
        source=_source(sheet),
        provisional=cube.provisional,
        group_parents=_group_parents(kept, known),
        vintages=cube.vintages,
    )
    reading = MonthlyReading(sheet.file, panel, cube.rows)
    check_reading(reading)
    return reading


def _records(sheet: Sheet, column: str, number_format: NumberFormat | None) -> pd.DataFrame:
    """Read month, value, release and row of every row."""
    import pandas as pd

    count = len(sheet.rows)
    days = [0] * count
    known = [0] * count
    if sheet.has("as_of"):
        released = sheet.each("as_of", day_of)
        days = [day.toordinal() for day in released]
        known = [day.year * 12 + day.month - 1 for day in released]
    if sheet.has("sd"):
        numbers(sheet, "sd", number_format)
    return pd.DataFrame(
        {
            "month": sheet.each("period", month_of),
            "value": numbers(sheet, column, number_format),
            "provisional": (
                sheet.each("provisional", flag_of) if sheet.has("provisional") else [False] * count
            ),
            "released": days,
            "known": known,
            "row": sheet.rows,
        }
    )


def _groups(sheet: Sheet, unnamed: str, known: Mapping[str, Group]) -> list[str]:
    """Name the group of every row: the key of a known label, else what the file says."""
    labels = _labels(known)
    if not sheet.has("group"):
        return [labels.get(unnamed.casefold(), unnamed)] * len(sheet.rows)

    def key(cell: object, where: str) -> str:
        text = str(cell)
        if not text:
            raise DataError(f"{where}: no group; name it, or leave out the column")
        return labels.get(text.casefold(), text)

    return sheet.each("group", key)


def _labels(known: Mapping[str, Group]) -> dict[str, str]:
    """Key, Danish label and the documents' labels of every group; keys win."""
    labels = {
        label.casefold(): key
        for key, group in known.items()
        for label in (*group.facts, group.label_da)
    }
    return labels | {key.casefold(): key for key in known}


def _selected(
    records: pd.DataFrame, groups: Sequence[str], known: Mapping[str, Group], file: str
) -> pd.DataFrame:
    """Keep the rows of some groups, in the order in which the groups are named."""
    import pandas as pd

    labels, there = _labels(known), list(dict.fromkeys(records["group"]))
    parts: list[pd.DataFrame] = []
    for text in dict.fromkeys(groups):
        key = labels.get(text.strip().casefold(), text.strip())
        if key not in there:
            raise DataError(
                f"{file}: no group '{text}'{nearest(key, there)}; found {', '.join(there)}"
            )
        parts.append(records[records["group"] == key])
    return pd.concat(parts, ignore_index=True)


def _nation(names: Iterable[str], national: str, file: str) -> str:
    """Find the nation among the areas of the file."""
    there = {fold(name): name for name in names}
    if fold(national) not in there:
        raise DataError(
            f"{file}: no series of the nation '{national}'{nearest(national, there.values())}; "
            "expected its name as it stands in the column of areas"
        )
    return there[fold(national)]


def _group_parents(kept: Sequence[str], known: Mapping[str, Group]) -> dict[str, str | None]:
    """Find the nearest group of the panel that each group is part of."""
    found: dict[str, str | None] = {}
    for name in kept:
        above = _above(name, known)
        while above is not None and above not in kept:
            above = _above(above, known)
        found[name] = above
    return found


def _above(name: str, known: Mapping[str, Group]) -> str | None:
    group = known.get(name)
    return None if group is None else group.parent or group.part_of


def _source(sheet: Sheet) -> str:
    """Name where the figures come from: what the file says, and the file."""
    words = dict.fromkeys(map(str, sheet.cells["source"])) if sheet.has("source") else {}
    return "; ".join([*filter(None, words), sheet.file])
