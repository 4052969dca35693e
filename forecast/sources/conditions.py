"""Framework conditions of municipalities: a table with one row each, and one column a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from forecast.config.areas import resolve_area
from forecast.config.benchmark import BenchmarkModel
from forecast.core.benchmark import Conditions
from forecast.core.nodes import Area
from forecast.errors import ConfigError, DataError
from forecast.sources.danish_numbers import parse_number
from forecast.sources.monthly_files import MISSING
from forecast.sources.number_format import infer_format, shown
from forecast.sources.tables import Row, read_csv

AREA = ("kommune", "area", "område")


def read_conditions(
    path: Path,
    model: BenchmarkModel,
    areas: Mapping[str, Area],
    kinds: Mapping[str, tuple[str, str]],
) -> Conditions:
    """Read a file of framework conditions.

    Parameters
    ----------
    path : CSV with a column ``kommune`` and any of the conditions of ``benchmark.toml``
    areas : of ``areas.toml``
    kinds : region and kind of every municipality

    Raises
    ------
    DataError
        Naming file and row: no condition that is known, a municipality that is unknown, missing or
        twice, a number that is none, a condition that hardly any municipality has.
    """
    rows = read_csv(path, ())
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected one municipality a row")
    heading = list(rows[0].cells)
    named = next((name for name in heading if name.casefold() in AREA), None)
    if named is None:
        raise DataError(f"{path.name}: no column 'kommune'; found {', '.join(heading)}")
    keys = [one.key for one in model.condition if one.key in heading]
    if not keys:
        raise DataError(
            f"{path.name}: none of the framework conditions; found {', '.join(heading)}, expected "
            f"some of {', '.join(one.key for one in model.condition)}"
        )
    names = _names(rows, named, areas)
    missing = [name for name in kinds if name not in names]
    if missing:
        raise DataError(
            f"{path.name}: {len(names)} municipalities, expected {len(kinds)}; missing "
            f"{', '.join(missing[:5])}"
        )
    order = [names.index(name) for name in kinds]
    values = np.array([_column(rows, key) for key in keys]).T[order]
    for key, column in zip(keys, values.T, strict=True):
        if np.isnan(column).mean() > MOST_MISSING:
            raise DataError(
                f"{path.name}: {key} is missing for {int(np.isnan(column).sum())} municipalities, "
                f"expected at most {MOST_MISSING:.0%}; fill it in, or leave the column out"
            )
        if key in model.own.logs and np.nanmin(column) < 0:
            raise DataError(f"{path.name}: {key} is negative; expected 0 or more")
    region, kind = zip(*kinds.values(), strict=True)
    return Conditions(tuple(kinds), tuple(keys), values, region, kind, path.name)


MOST_MISSING = 0.1
"""Part of the municipalities that may be without a condition; the median stands in for them."""


def _names(rows: Sequence[Row], column: str, areas: Mapping[str, Area]) -> list[str]:
    found: list[str] = []
    for row in rows:
        try:
            name = resolve_area(row[column], areas)
        except ConfigError as error:
            raise DataError(f"{row.where}: {error}") from None
        if name in found:
            raise DataError(f"{row.where}: {name} stands twice; keep one")
        found.append(name)
    return found


def _column(rows: Sequence[Row], key: str) -> list[float]:
    texts = [(row[key], f"{row.where}, {key}") for row in rows if row[key] not in MISSING]
    form = infer_format(shown(texts))
    found = dict.fromkeys((row.number for row in rows), np.nan)
    for row in rows:
        number = parse_number(row[key] or ".", form, where=f"{row.where}, {key}")
        if row[key] not in MISSING and number is not None:
            found[row.number] = number
    return list(found.values())
