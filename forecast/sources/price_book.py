"""Prices read back from a workbook: a row a benefit, a column a month.

The sheet is the one that ``budget.xlsx`` has (``Priser``), or the first, whose heads name a key and
months. Budget staff change a price there and hand the file back; what they may have changed besides
is looked at too. Every fault is one line that names sheet and cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from forecast.core.benchmark import Floats
from forecast.core.period import Window, month_code
from forecast.errors import DataError, PeriodError, nearest
from forecast.sources.danish_numbers import parse_number
from forecast.sources.excel import Cell, Sheet, open_book

KEYS: Final = ("nøgle", "key", "ydelse", "benefit")
"""Heads of the column that names a benefit by its key; the first that is there."""

PRICES, PERSONS = ("Priser", "Prices"), ("Fuldtidspersoner", "Persons")
_SEARCHED = 30


def read_price_book(path: Path, groups: Sequence[str], months: Sequence[int]) -> Floats:
    """Read kroner of a full-time person in each month.

    Parameters
    ----------
    path : ``.xlsx``
    groups : G benefits that need a price
    months : T months that need one, year * 12 + month - 1

    Returns
    -------
    ndarray
        (G, T)

    Raises
    ------
    DataError
        Naming sheet and cell.
    """
    book, formulas = open_book(path, values=True), open_book(path, values=False)
    named = [name for name in book.sheetnames if name in PRICES]
    sheet = book[named[0] if named else book.sheetnames[0]]
    head = _head(path.name, sheet)
    key, columns = _columns(path.name, sheet, head, set(months))
    lacking = [month for month in months if month not in columns]
    if lacking:
        raise DataError(
            f"{path.name}, sheet {sheet.title}: no column of {month_code(lacking[0])}, which the "
            "run projects; add it"
        )
    rows = _rows(path.name, sheet, formulas[sheet.title], head, key, groups)
    out = np.empty((len(groups), len(months)))
    for g, group in enumerate(groups):
        for t, month in enumerate(months):
            out[g, t] = _price(path.name, sheet, rows[group], columns[month])
    for name in PERSONS:
        if name in book.sheetnames:
            _check_persons(path.name, book[name])
    return out


def _head(file: str, sheet: Sheet) -> int:
    """Row of the heads: the first with a key and a month."""
    for row in range(1, min(sheet.max_row, _SEARCHED) + 1):
        texts = [str(cell.value).casefold() for cell in sheet[row] if cell.value is not None]
        if any(text in KEYS for text in texts) and any(_month(cell) for cell in sheet[row]):
            return row
    raise DataError(
        f"{file}, sheet {sheet.title}: no heads; expected a row with 'Nøgle' and months such as "
        "2021-01"
    )


def _month(cell: Cell) -> int | None:
    """Month that a head names, or None; a spreadsheet may have made a date of it."""
    if isinstance(cell.value, date):
        return cell.value.year * 12 + cell.value.month - 1
    if not isinstance(cell.value, str):
        return None
    try:
        window = Window.parse(cell.value)
    except PeriodError:
        return None
    return window.first if len(window) == 1 else None


def _columns(file: str, sheet: Sheet, head: int, projected: set[int]) -> tuple[int, dict[int, int]]:
    """Column of the key, and of each month."""
    texts = {str(c.value).casefold(): int(c.column) for c in sheet[head] if c.value is not None}
    key = next(texts[name] for name in KEYS if name in texts)
    found: dict[int, int] = {}
    for cell in sheet[head]:
        month = _month(cell)
        if month is None:
            continue
        where = f"{file}, sheet {sheet.title}, cell {cell.coordinate}"
        if month not in projected:
            raise DataError(f"{where}: {month_code(month)} is not in the projection; delete it")
        if month in found:
            raise DataError(f"{where}: a second column of {month_code(month)}; keep one")
        found[month] = int(cell.column)
    return key, found


def _rows(
    file: str, sheet: Sheet, formulas: Sheet, head: int, key: int, groups: Sequence[str]
) -> dict[str, int]:
    """Row of each benefit."""
    found: dict[str, int] = {}
    for row in range(head + 1, sheet.max_row + 1):
        for column in range(1, key + 1):
            cell = formulas.cell(row, column)
            if cell.data_type == "f":
                raise DataError(
                    f"{file}, sheet {sheet.title}, cell {cell.coordinate}: a formula in a name; "
                    "write the name as text"
                )
        text = sheet.cell(row, key).value
        if text is None:
            continue
        where = f"{file}, sheet {sheet.title}, cell {sheet.cell(row, key).coordinate}"
        group = str(text).strip()
        if group not in groups:
            raise DataError(
                f"{where}: unknown benefit '{group}'{nearest(group, groups)}; expected a key of "
                "groups.toml"
            )
        if group in found:
            raise DataError(f"{where}: a second row of '{group}'; keep one")
        found[group] = row
    missing = [group for group in groups if group not in found]
    if missing:
        raise DataError(f"{file}, sheet {sheet.title}: no row of '{missing[0]}'; add its prices")
    return found


def _price(file: str, sheet: Sheet, row: int, column: int) -> float:
    cell = sheet.cell(row, column)
    where = f"{file}, sheet {sheet.title}, cell {cell.coordinate}"
    if cell.value is None or cell.value == "":
        raise DataError(f"{where}: no price; fill it in, or count and save the workbook first")
    number = _number(cell, where)
    if number <= 0:
        raise DataError(f"{where}: a price of {number:g} kroner; expected more than 0")
    return number


def _number(cell: Cell, where: str) -> float:
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float | str):
        raise DataError(f"{where}: found '{cell.value}', expected a number")
    if isinstance(cell.value, str):
        number = parse_number(cell.value, "danish", where=where)
        if number is None:
            raise DataError(f"{where}: found '{cell.value}', expected a number")
        return number
    return float(cell.value)


def _check_persons(file: str, sheet: Sheet) -> None:
    """Refuse negative persons, which say that the file was changed where it may not be."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, int | float) and cell.value < 0:
                raise DataError(
                    f"{file}, sheet {sheet.title}, cell {cell.coordinate}: {cell.value:g} "
                    "full-time persons; expected at least 0"
                )
