"""The published benchmark, jobindsats' table y30r21: as downloaded, or as the API answers.

A row is a municipality, a benefit group and a window of twelve months, with expected and actual
full-time persons and shares, their differences and the municipality's rank. What a column holds is
found from the words of its heading, since headings differ between file and API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from forecast.config.areas import fold, resolve_area
from forecast.config.benchmark import BenchmarkModel
from forecast.core.benchmark import BenchmarkTable, Floats
from forecast.core.nodes import Area
from forecast.core.period import Window
from forecast.errors import ConfigError, DataError, PeriodError, nearest
from forecast.sources.area_parents import UNKNOWN_AREAS
from forecast.sources.benchmark_checks import check_complete, check_units, doubts
from forecast.sources.danish_numbers import parse_number
from forecast.sources.monthly_files import MISSING, Sheet, read_sheet
from forecast.sources.number_format import infer_format, shown

if TYPE_CHECKING:
    from forecast.sources.danish_numbers import NumberFormat

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "rank": ("placering", "rang"),
    "gap": ("forskel", "differen", "afvigelse"),
    "expected": ("forvent", "expected"),
    "actual": ("faktisk", "actual"),
}
"""What a heading's words say a column is; the first that fits."""

SHARE: Final = ("andel", "pct", "procent", "%", "ydelsesgrad")
"""Words of a heading that make it a share; else it counts full-time persons."""

NEEDED: Final = ("expected", "actual", "expected_share", "actual_share")
CODE: Final = ("kode", "kommunekode", "kommune_kode", "code")


def read_benchmark(path: Path, model: BenchmarkModel, areas: Mapping[str, Area]) -> BenchmarkTable:
    """Read and check a table.

    Parameters
    ----------
    path : CSV, Excel, Parquet, or JSON of the API
    model : groups, and how figures are rounded
    areas : of ``areas.toml``; rows of others than municipalities are left out

    Returns
    -------
    BenchmarkTable
        With a note for every row that can be used and should be doubted.

    Raises
    ------
    DataError
        Naming file and row: a column that is missing, a municipality or group that is not known or
        stands twice, a number that is none, shares that are no per cent, a municipality that is
        missing, shares that contradict their counts.
    """
    sheet = read_sheet(path)
    columns = _columns(sheet)
    names = _municipalities(sheet, areas)
    groups = _groups(sheet, model)
    windows = _windows(sheet)
    used = {k: name for k, name in enumerate(names) if name is not None}
    order = sorted(set(used.values()), key=list(areas).index)
    keys = [one.key for one in model.group if one.key in {groups[k] for k in used}]
    times = sorted({windows[k] for k in used})
    if model.total not in keys:
        raise DataError(f"{sheet.file}: no rows of '{model.group[0].label}'; download all groups")
    place = _places(sheet, used, groups, windows, (order, keys, times))
    shape = (len(order), len(keys), len(times))
    found: dict[str, Floats] = {}
    others = [shown(_texts(sheet, heading)) for heading in columns.values()]
    for role, heading in columns.items():
        values = _numbers(sheet, heading, infer_format(shown(_texts(sheet, heading)), others))
        cells = np.full(shape, np.nan)
        for k, at in place.items():
            cells[at] = values[k]
        found[role] = cells
    check_units(sheet.file, found, order, keys, times, model.printed)
    shares = {name: found[name] / 100.0 for name in found if name.endswith("_share")}
    rank = found.get("rank", np.full(shape, np.nan))
    table = BenchmarkTable(
        tuple(order),
        tuple(keys),
        tuple(times),
        found["expected"],
        found["actual"],
        shares["expected_share"],
        shares["actual_share"],
        rank,
        sheet.file,
    )
    known = {name for name, area in areas.items() if area.kind == "kommune"}
    check_complete(table, known)
    return doubts(table, model, shares.get("gap_share"), found.get("gap"))


def _columns(sheet: Sheet) -> dict[str, str]:
    """Find what each column holds: role -> heading."""
    found: dict[str, str] = {}
    for heading in sheet.others:
        word = heading.casefold()
        role = next((r for r, said in WORDS.items() if any(w in word for w in said)), None)
        if role is None:
            continue
        if role != "rank" and any(w in word for w in SHARE):
            role += "_share"
        if role in found:
            raise DataError(
                f"{sheet.file}: columns '{found[role]}' and '{heading}' both look like the same "
                "measure; keep one"
            )
        found[role] = heading
    for role in NEEDED:
        if role not in found:
            what = "share in per cent" if role.endswith("_share") else "full-time persons"
            raise DataError(
                f"{sheet.file}: no column of {role.removesuffix('_share')} {what}; found "
                f"{', '.join(sheet.others)}; expected headings such as 'forventet antal' and "
                "'faktisk andel pct'"
            )
    return found


def _municipalities(sheet: Sheet, areas: Mapping[str, Area]) -> list[str | None]:
    """Municipality of each row, None for the country and other sums."""

    def read(cell: object, where: str) -> str | None:
        if str(cell).strip() in UNKNOWN_AREAS:
            return None
        try:
            name = resolve_area(str(cell), areas)
        except ConfigError as error:
            raise DataError(f"{where}: {error}") from None
        return name if areas[name].kind == "kommune" else None

    names = sheet.each("area", read)
    heading = next((h for h in sheet.others if h.casefold() in CODE), None)
    if heading is not None:
        codes = {name: area.code for name, area in areas.items()}
        for k, (name, cell) in enumerate(zip(names, sheet.cells[heading], strict=True)):
            code = str(cell).strip().removesuffix(".0").lstrip("0")
            if name is not None and code != codes[name]:
                owner = next((a for a, c in codes.items() if c == code), None)
                said = f"which is {owner}" if owner else "which is no municipality since 2007"
                raise DataError(
                    f"{sheet.where(k)}: {name} has code {cell}, {said}; expected {codes[name]}: "
                    "correct the code, or take the table of the right year"
                )
    return names


def _groups(sheet: Sheet, model: BenchmarkModel) -> list[str]:
    """Key of each row's group."""
    if not sheet.has("group"):
        raise DataError(f"{sheet.file}: no column of benefit groups; expected 'ydelsesgruppe'")
    spelled = {
        fold(text): one.key for one in model.group for text in (one.key, one.label, *one.also)
    }

    def read(cell: object, where: str) -> str:
        key = spelled.get(fold(str(cell)))
        if key is None:
            labels = [one.label for one in model.group]
            raise DataError(
                f"{where}: unknown benefit group '{cell}'{nearest(str(cell), labels)}; expected "
                f"one of {', '.join(labels)}"
            )
        return key

    return sheet.each("group", read)


def _windows(sheet: Sheet) -> list[Window]:
    def read(cell: object, where: str) -> Window:
        try:
            window = Window.parse(str(cell))
        except PeriodError as error:
            raise DataError(f"{where}: {error}") from None
        if len(window) != 12:
            raise DataError(
                f"{where}: found '{cell}', {len(window)} months; expected rolling twelve months "
                "such as 2020QMAT02"
            )
        return window

    return sheet.each("period", read)


def _places(
    sheet: Sheet,
    used: Mapping[int, str],
    groups: Sequence[str],
    windows: Sequence[Window],
    order: tuple[Sequence[str], Sequence[str], Sequence[Window]],
) -> dict[int, tuple[int, int, int]]:
    """Place of each row in the arrays."""
    areas, keys, times = order
    found: dict[tuple[int, int, int], int] = {}
    for k, name in used.items():
        at = (areas.index(name), keys.index(groups[k]), times.index(windows[k]))
        if at in found:
            raise DataError(
                f"{sheet.where(k)}: {name}, {groups[k]}, {windows[k].code} stands twice, first in "
                f"row {sheet.rows[found[at]]}; keep one"
            )
        found[at] = k
    return {k: at for at, k in found.items()}


def _texts(sheet: Sheet, heading: str) -> list[tuple[str, str]]:
    return [
        (cell, sheet.where(k))
        for k, cell in enumerate(sheet.cells[heading])
        if isinstance(cell, str) and cell not in MISSING
    ]


def _numbers(sheet: Sheet, heading: str, form: NumberFormat | None) -> list[float]:
    def read(cell: object, where: str) -> float:
        if isinstance(cell, str):
            if cell in MISSING:
                return np.nan
            number = parse_number(cell, form, where=f"{where}, {heading}")
            return np.nan if number is None else number
        if isinstance(cell, bool) or not isinstance(cell, Real):
            raise DataError(f"{where}, {heading}: found '{cell}', expected a number")
        return float(cell)

    return sheet.each(heading, read)
