"""Tables as people hand them over: CSV, Excel or Parquet, read into rows of text."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import DataError
from forecast.sources.tables import Row, check_columns, read_csv

if TYPE_CHECKING:
    import pandas as pd

_READERS = (".csv", ".xlsx", ".parquet")


def read_table(path: Path, required: Collection[str], *, dates: bool = False) -> list[Row]:
    """Read a file's first table.

    Parameters
    ----------
    path : ``.csv``, ``.xlsx`` (first sheet) or ``.parquet``
    required : columns that must be there
    dates : take a cell that is a date as ISO text; else it is refused, since a spreadsheet makes
        dates of what were periods

    Raises
    ------
    DataError
        For another kind of file, one that cannot be read, a column that is missing or doubled.
    """
    suffix = path.suffix.casefold()
    if suffix not in _READERS:
        raise DataError(
            f"{path.name}: found a '{path.suffix}' file, expected one of {', '.join(_READERS)}"
        )
    if suffix == ".csv":
        return read_csv(path, required)
    table = _table(path, suffix)
    heading = [str(name).strip() for name in table.columns]
    check_columns(path, heading, required)
    return _rows(path, table, heading, dates=dates)


def _table(path: Path, suffix: str) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path")
    try:
        if suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_excel(path, dtype=object)
    except (ValueError, KeyError, OSError) as error:
        # what openpyxl, zipfile and pyarrow raise on a file of another kind
        raise DataError(f"{path.name}: no readable {suffix} file ({error})") from error


def _rows(path: Path, table: pd.DataFrame, heading: list[str], *, dates: bool) -> list[Row]:
    rows: list[Row] = []
    for position, cells in enumerate(table.itertuples(index=False, name=None)):
        where = f"{path.name} row {position + 2}"
        values = dict(zip(heading, cells, strict=True))
        texts = {name: _cell(value, name, where, dates) for name, value in values.items()}
        typed = frozenset(name for name, value in values.items() if isinstance(value, Real))
        if any(texts.values()):
            rows.append(Row(where, position + 2, texts, typed))
    return rows


def _cell(value: object, column: str, where: str, dates: bool) -> str:
    """Write a typed cell as text."""
    # a cell without a date is NaT, which is a date by its type
    if value is None or value != value or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, date):
        if dates:
            return f"{value:%Y-%m-%d}"
        raise DataError(
            f"{where}: column '{column}' holds the date {value:%Y-%m-%d}; "
            "format the cells as text and write e.g. 2019-12"
        )
    return _plain(value) if isinstance(value, Real) else str(value).strip()


def _plain(value: Real) -> str:
    if isinstance(value, Integral) or float(value).is_integer():
        return str(int(float(value)))
    return format(Decimal(repr(float(value))), "f")
