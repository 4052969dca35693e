"""Rows of a monthly file set into arrays over areas, groups and months, one for each release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.core.monthly import Flags, Floats, Ints, Vintage
from forecast.core.period import month_code
from forecast.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 100 * 12
"""Months a panel may span: two months further apart are a slip of the pen in a year."""


@dataclass(frozen=True)
class Cube:
    """Arrays of a panel.

    Attributes
    ----------
    months : (T,) consecutive, year * 12 + month - 1
    values : (A, G, T) newest values, NaN where missing
    provisional : (A, G, T) whether the newest value will be revised
    rows : (A, G, T) row of the file that has the newest value, 0 where none has
    vintages : what was known when, oldest first; empty where all was released in one month
    """

    months: Ints
    values: Floats
    provisional: Flags
    rows: Ints
    vintages: tuple[Vintage, ...]


def refuse_repeated(records: pd.DataFrame, file: str) -> None:
    """Refuse a month that stands twice for one series and release.

    Parameters
    ----------
    records
        Columns ``area, group, month, released, row``.
    file
        Name of the file, for the message.

    Raises
    ------
    DataError
        Naming both rows.
    """
    key = ["area", "group", "month", "released"]
    repeated = records.duplicated(key)
    if not repeated.any():
        return
    second = records[repeated].iloc[0]
    first = records[(records[key] == second[key]).all(axis=1)].iloc[0]
    raise DataError(
        f"{file} row {second['row']}: {second['area']}, {second['group']}, "
        f"{month_code(int(second['month']))} stands twice, first in row {first['row']}; "
        "keep one, or tell two releases apart in column 'as_of'"
    )


def fill(records: pd.DataFrame, areas: Sequence[str], groups: Sequence[str], file: str) -> Cube:
    """Set rows into arrays.

    Parameters
    ----------
    records
        Columns ``area, group, month, value, provisional, row``, ``released`` (day of release,
        0 where the file does not say) and ``known`` (its month). No cell twice in a release.
    areas, groups
        Order of the arrays.
    file
        Name of the file, for the message.

    Returns
    -------
    Cube
        After each month of release every cell has the newest value released by then, so that a
        release may hold everything or only what is new.

    Raises
    ------
    DataError
        When two months lie more than `LONGEST` apart; names the row of the odd one.
    """
    months = _months(records, file)
    shape = (len(areas), len(groups), len(months))
    values, rows = np.full(shape, np.nan), np.zeros(shape, np.int64)
    provisional = np.zeros(shape, np.bool_)
    vintages: list[Vintage] = []
    ordered = records.assign(
        area=records["area"].map({name: k for k, name in enumerate(areas)}),
        group=records["group"].map({name: k for k, name in enumerate(groups)}),
        month=records["month"] - int(months[0]),
    ).sort_values("released", kind="stable")
    for known, release in ordered.groupby("known"):
        cells = tuple(release[name].to_numpy(np.int64) for name in ("area", "group", "month"))
        values = values.copy()  # the vintage before keeps its own
        # of two releases in one month the later stands last, and what is set last stays
        values[cells] = release["value"].to_numpy()
        rows[cells] = release["row"].to_numpy()
        provisional[cells] = release["provisional"].to_numpy()
        vintages.append(Vintage(int(str(known)), values))
    return Cube(months, values, provisional, rows, tuple(vintages) if len(vintages) > 1 else ())


def _months(records: pd.DataFrame, file: str) -> Ints:
    month = records["month"].to_numpy(np.int64)
    if month.max() - month.min() >= LONGEST:
        odd = int(np.argmax(np.abs(month - np.median(month))))
        raise DataError(
            f"{file} row {records['row'].iloc[odd]}: {month_code(int(month[odd]))} lies more than "
            f"{LONGEST // 12} years from other months; correct the year"
        )
    return np.arange(month.min(), month.max() + 1)
