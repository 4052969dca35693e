"""What has been booked: a table of account, month and net kroner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forecast.core.period import month_code, parse_month
from forecast.errors import DataError, PeriodError
from forecast.sources.danish_numbers import parse_number
from forecast.sources.excel import Sheet, open_book
from forecast.sources.number_format import infer_format, shown
from forecast.sources.tables import read_csv

COLUMNS = ("konto", "måned", "netto")


def read_booked(path: Path) -> Mapping[tuple[str, int], float]:
    """Read booked months.

    Parameters
    ----------
    path : CSV or Excel with columns ``konto`` (5.57.78), ``måned`` (2020-03, or a date) and
        ``netto``, kroner; in Excel lines may stand above the heads, and a merged account holds for
        all its rows

    Returns
    -------
    mapping
        Account and month (year * 12 + month - 1) -> kroner.

    Raises
    ------
    DataError
        Naming file and row: a month that is none or twice, a number that is none.
    """
    if path.suffix.casefold() == ".xlsx":
        return _excel(path)
    rows = read_csv(path, COLUMNS)
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected an account's month a row")
    form = infer_format(shown((row["netto"], f"{row.where}, netto") for row in rows))
    found: dict[tuple[str, int], float] = {}
    for row in rows:
        try:
            month = parse_month(row["måned"])
        except PeriodError as error:
            raise DataError(f"{row.where}: {error}") from None
        value = parse_number(row["netto"], form, where=f"{row.where}, netto")
        if value is None:
            raise DataError(f"{row.where}: no amount; leave the row out until it is booked")
        key = (row["konto"], month)
        if key in found:
            raise DataError(f"{row.where}: {key[0]} in {month_code(month)} stands twice; keep one")
        found[key] = value
    return found


def _excel(path: Path) -> Mapping[tuple[str, int], float]:
    """Read the first sheet that has the heads; faults name sheet and cell."""
    book = open_book(path, values=True)
    for sheet in book.worksheets:
        for row in range(1, min(sheet.max_row, _SEARCHED) + 1):
            heads = {str(c.value).strip().casefold(): int(c.column) for c in sheet[row]}
            if set(COLUMNS) <= set(heads):
                return _below(path.name, sheet, row, heads)
    raise DataError(f"{path.name}: no sheet with the heads {', '.join(COLUMNS)}; add them")


_SEARCHED = 30  # rows in which heads are looked for


def _below(
    file: str, sheet: Sheet, head: int, heads: Mapping[str, int]
) -> Mapping[tuple[str, int], float]:
    found: dict[tuple[str, int], float] = {}
    account = ""
    for row in range(head + 1, sheet.max_row + 1):
        cells = {name: sheet.cell(row, heads[name]) for name in COLUMNS}
        if all(cell.value in (None, "") for cell in cells.values()):
            continue
        where = {n: f"{file}, sheet {sheet.title}, cell {c.coordinate}" for n, c in cells.items()}
        # of a merged cell only the first holds the account
        account = str(cells["konto"].value or account).strip()
        if not account:
            raise DataError(f"{where['konto']}: no account; write it, such as 5.57.78")
        month = _excel_month(cells["måned"].value, where["måned"])
        value = cells["netto"].value
        if isinstance(value, str):
            value = parse_number(value, "danish", where=where["netto"])
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DataError(f"{where['netto']}: no amount; leave the row out until it is booked")
        if (account, month) in found:
            raise DataError(
                f"{where['netto']}: {account} in {month_code(month)} stands twice; keep one"
            )
        found[account, month] = float(value)
    if not found:
        raise DataError(f"{file}, sheet {sheet.title}: heads and no rows; expected a month a row")
    return found


def _excel_month(value: object, where: str) -> int:
    if isinstance(value, date):
        return value.year * 12 + value.month - 1
    try:
        return parse_month(str(value))
    except PeriodError as error:
        raise DataError(f"{where}: {error}") from None
