"""A forecast of the nation that was published at the time, to be given to a backtest.

Columns ``published, period, value`` and, where the panel has several groups, ``group``. One file
may hold many publications; at an origin the newest one that was out by then counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.core.monthly import Floats
from forecast.core.period import month_code, parse_month
from forecast.errors import DataError, PeriodError
from forecast.sources.danish_numbers import NumberFormat, parse_decimal
from forecast.sources.tables import Row, check_word, read_csv

REQUIRED = ("published", "period", "value")


@dataclass(frozen=True)
class PublishedPaths:
    """Publications of one file.

    Attributes
    ----------
    file : its name
    groups : of the panel, in order
    values : publication month -> group -> month -> value
    """

    file: str
    groups: tuple[str, ...]
    values: Mapping[int, Mapping[str, Mapping[int, float]]]

    def __call__(self, origin: int, horizon: int) -> Floats:
        """Give the path that was known at an origin, (G, H).

        Raises
        ------
        DataError
            If nothing had been published by then, or a month is not in the newest publication.
        """
        out = [month for month in self.values if month <= origin]
        if not out:
            raise DataError(
                f"{self.file}: nothing was published by {month_code(origin)}, the first is of "
                f"{month_code(min(self.values))}; choose a later origin"
            )
        newest = max(out)
        path = np.empty((len(self.groups), horizon))
        for g, group in enumerate(self.groups):
            months = self.values[newest].get(group, {})
            for k in range(horizon):
                month = origin + 1 + k
                if month not in months:
                    raise DataError(
                        f"{self.file}: the publication of {month_code(newest)} has no value of "
                        f"{group} in {month_code(month)}, expected every month up to "
                        f"{month_code(origin + horizon)}; shorten the horizon or add the month"
                    )
                path[g, k] = months[month]
        return path


def load_published_paths(
    path: Path, groups: tuple[str, ...], number_format: NumberFormat | None = None
) -> PublishedPaths:
    """Read a file of published forecasts of the nation, in the unit of the panel.

    Parameters
    ----------
    path
        CSV with ``published`` (the month it came out), ``period`` (a month), ``value`` and, where
        there are several, ``group``.
    groups
        Groups of the panel.
    number_format
        ``danish`` or ``plain`` for numbers such as 1.036.

    Raises
    ------
    DataError
        One line naming file and row.
    """
    values: dict[int, dict[str, dict[int, float]]] = {}
    rows = read_csv(path, REQUIRED)
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected one month a row")
    for row in rows:
        group = _group(row, groups)
        months = values.setdefault(_month(row, "published"), {}).setdefault(group, {})
        month = _month(row, "period")
        if month in months:
            raise DataError(
                f"{row.where}: {month_code(month)} stands twice in one publication; keep one"
            )
        where = f"{row.where}, column 'value'"
        number = parse_decimal(row["value"], number_format, where=where)
        if number is None or number < 0:
            raise DataError(f"{where}: found '{row['value']}', expected zero or more")
        months[month] = float(number)
    return PublishedPaths(path.name, groups, values)


def _group(row: Row, groups: tuple[str, ...]) -> str:
    if not row["group"] and len(groups) == 1:
        return groups[0]
    return check_word(row["group"], groups, where=row.where, what="group")


def _month(row: Row, column: str) -> int:
    try:
        return parse_month(row[column])
    except PeriodError as error:
        raise DataError(f"{row.where}, column '{column}': {error}") from error
