"""Figures looked up in the tables of a report, each with the file and the row it stands in."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from forecast.errors import DataError
from forecast.report.data import HeadlineData
from forecast.vocabulary import (
    AREA,
    BASIS,
    GROUP,
    MEASURE,
    OUTPUT_TYPE,
    OUTPUT_TYPE_ID,
    PERIOD,
    SCENARIO,
    VALUE,
    Basis,
    Measure,
    OutputType,
)

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Hashable, Any]
"""One row of a table, by column."""

_MEASURES: Final = (Measure.FULDTIDSPERSONER.value, Measure.LEDIGHEDSPROCENT.value)
"""Measures of the projections that a report prints."""

_MONTH: Final = re.compile(r"\d{4}-\d{2}")

_KEYS: Final = (SCENARIO, AREA, GROUP, MEASURE, PERIOD, OUTPUT_TYPE, OUTPUT_TYPE_ID)
"""Columns that name a row of the projections."""

LOW: Final = 0.1
HIGH: Final = 0.9
"""Quantile levels of the ends of the 80 per cent interval."""

_ROUNDING: Final = 1e-9
"""A pinned path holds its value to this, so a narrower interval is no interval."""


@dataclass(frozen=True)
class Figure:
    """One number with its row.

    Attributes
    ----------
    value
        In the row's unit; shares are fractions.
    basis
        What it rests on, or empty.
    row
        File and filter that find the row again: ``projections.csv?scenario=free&area=…``.
    """

    value: float
    basis: str
    row: str


@dataclass(frozen=True)
class Estimate:
    """A median with the ends of its 80 per cent interval."""

    median: Figure
    low: Figure
    high: Figure

    @property
    def is_point(self) -> bool:
        """Whether every draw has the same value, as a pinned month has."""
        return abs(self.high.value - self.low.value) <= _ROUNDING * max(1.0, abs(self.low.value))

    @property
    def prior_only(self) -> bool:
        """Whether it rests on the prior alone."""
        return self.median.basis == Basis.PRIOR_ONLY


def row_name(file: str, keys: Mapping[str, object]) -> str:
    """File and filter of a row, empty keys left out."""
    return f"{file}?" + "&".join(f"{name}={value}" for name, value in keys.items() if value != "")


def level_text(level: object) -> str:
    """Return a quantile level as the key of a row: ``0.1``; empty for a mean or median."""
    text = str(level)
    return "" if text in ("", "nan", "None", "<NA>") else f"{float(text):g}"


class Projections:
    """The rows of `projections.csv` that a report can print, found by their keys.

    The table has some hundred thousand rows and a report asks for some thousand, so the rows of
    the measures and areas in use are put into a dictionary once.
    """

    def __init__(self, data: HeadlineData) -> None:
        self._file = data.files.projections
        self._values: dict[tuple[str, ...], tuple[float, str]] = {}
        narrow = _narrow(data.projections, data.areas, _groups_in_use(data))
        keys = zip(*(narrow[column].astype(str) for column in _KEYS[:-1]), strict=True)
        levels = [level_text(level) for level in narrow[OUTPUT_TYPE_ID]]
        values = zip(narrow[VALUE].astype(float), narrow[BASIS].astype(str), strict=True)
        for key, level, found in zip(keys, levels, values, strict=True):
            self._add((*key, level), found)
        self._observed: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._months: dict[tuple[str, ...], set[str]] = {}
        for key, (_, basis) in self._values.items():
            if basis == Basis.OBSERVED:
                self._observed.setdefault(key[1:5], key)
            elif _MONTH.fullmatch(key[4]):
                self._months.setdefault(key[:4], set()).add(key[4])

    def _add(self, key: tuple[str, ...], found: tuple[float, str]) -> None:
        earlier = self._values.setdefault(key, found)
        if earlier != found:
            name = row_name(self._file, dict(zip(_KEYS, key, strict=True)))
            raise DataError(
                f"{name}: found {earlier[0]!r} and {found[0]!r}, expected one row;"
                " write each figure once"
            )

    def months(self, *, scenario: str, area: str, group: str, measure: str) -> list[str]:
        """Return the projected months of a series, in order."""
        return sorted(self._months.get((scenario, area, group, measure), ()))

    def figure(
        self,
        *,
        scenario: str,
        area: str,
        group: str,
        measure: str,
        period: str,
        output_type: str,
        level: str = "",
    ) -> Figure | None:
        """One row, or nothing where the table has none."""
        key = (scenario, area, group, measure, period, output_type, level)
        return self._figure(key) if key in self._values else None

    def _figure(self, key: tuple[str, ...]) -> Figure:
        return Figure(*self._values[key], row_name(self._file, dict(zip(_KEYS, key, strict=True))))

    def quantile(self, level: float, **keys: str) -> Figure | None:
        """One quantile of the draws; 0.5 is also found as the median."""
        found = self.figure(**keys, output_type=OutputType.QUANTILE, level=level_text(level))
        if found is None and level == 0.5:
            return self.figure(**keys, output_type=OutputType.MEDIAN)
        return found

    def estimate(self, **keys: str) -> Estimate | None:
        """Median and 80 per cent interval, or nothing unless all three rows are there."""
        median = self.figure(**keys, output_type=OutputType.MEDIAN) or self.quantile(0.5, **keys)
        low, high = self.quantile(LOW, **keys), self.quantile(HIGH, **keys)
        if median is None or low is None or high is None:
            return None
        return Estimate(median, low, high)

    def observed(self, *, area: str, group: str, measure: str, period: str) -> Figure | None:
        """Return the published figure of a window, in whichever scenario's rows it stands."""
        key = self._observed.get((area, group, measure, period))
        return None if key is None else self._figure(key)

    def level_of(
        self, *, scenario: str, area: str, group: str, measure: str, period: str
    ) -> Figure | None:
        """Return the published figure of a window, else the model's median for it."""
        keys = {"area": area, "group": group, "measure": measure, "period": period}
        found = self.observed(**keys)
        return found or self.quantile(0.5, scenario=scenario, **keys)


def _groups_in_use(data: HeadlineData) -> list[str]:
    return [*(item.key for item in data.groups), data.rate_group, ""]


def _narrow(frame: pd.DataFrame, areas: Iterable[str], groups: list[str]) -> pd.DataFrame:
    wanted = frame[MEASURE].isin(_MEASURES) & frame[AREA].isin(list(areas))
    # Months of every group would be most of the table; only the rate is drawn month by month.
    by_year = frame[MEASURE].eq(Measure.LEDIGHEDSPROCENT) | frame[PERIOD].astype(str).str.fullmatch(
        r"\d{4}"
    )
    return frame.loc[wanted & by_year & frame[GROUP].isin(groups)]


def records(frame: pd.DataFrame, **equal: str) -> list[Row]:
    """Return the rows whose columns hold the given texts, each as a mapping by column."""
    for column, value in equal.items():
        frame = frame.loc[frame[column].astype(str).eq(value)]
    return [dict(row) for row in frame.to_dict(orient="records")]
