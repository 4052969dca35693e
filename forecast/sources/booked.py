"""What has been booked: a table of account, month and net kroner."""

from collections.abc import Mapping
from pathlib import Path

from forecast.core.period import month_code, parse_month
from forecast.errors import DataError, PeriodError
from forecast.sources.danish_numbers import parse_number
from forecast.sources.number_format import infer_format, shown
from forecast.sources.tables import read_csv

COLUMNS = ("konto", "måned", "netto")


def read_booked(path: Path) -> Mapping[tuple[str, int], float]:
    """Read booked months.

    Parameters
    ----------
    path : CSV with columns ``konto`` (5.57.78), ``måned`` (2020-03) and ``netto``, kroner

    Returns
    -------
    mapping
        Account and month (year * 12 + month - 1) -> kroner.

    Raises
    ------
    DataError
        Naming file and row: a month that is none or twice, a number that is none.
    """
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
