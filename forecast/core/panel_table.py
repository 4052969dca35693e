"""The table inside a panel: completing its columns, checking its cells, merging repeats.

Every error names the row by its source, its number in the table and the figure it is about.
"""

# pandera's checks are decorated without types:
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from math import sqrt
from typing import Final, cast

import numpy as np
import pandas as pd
import pandera.pandas as pa

from forecast.core.period import Change, DateRange, parse_period
from forecast.errors import DataError, PeriodError, UnitsError, nearest
from forecast.vocabulary import (
    ADJUSTMENT,
    AREA,
    AS_OF,
    FIRST,
    GROUP,
    HALF_WIDTH,
    LAST,
    MEASURE,
    MEASURE_ADJUSTMENT,
    MEASURE_UNITS,
    NOTE,
    PANEL_COLUMNS,
    PERIOD,
    PRINTED_TEXT,
    ROLE,
    SD,
    SHARE_MEASURES,
    SOURCE,
    STATUS,
    UNIT,
    VALUE,
    Adjustment,
    Measure,
    Role,
    Status,
    Unit,
)

__all__ = ["checked", "completed", "merged"]

_TEXT: Final = tuple(c for c in PANEL_COLUMNS if c not in (FIRST, LAST, VALUE, SD, HALF_WIDTH))
_REQUIRED: Final = (AREA, GROUP, MEASURE, PERIOD, VALUE, UNIT, SOURCE, ROLE)
_DEFAULTS: Final[dict[str, str | float]] = {
    ADJUSTMENT: "",
    HALF_WIDTH: 0.0,
    SD: np.nan,
    AS_OF: "",
    STATUS: str(Status.PRINTED),
    PRINTED_TEXT: "",
    NOTE: "",
}
_FIGURE: Final = [AREA, GROUP, MEASURE, PERIOD, ADJUSTMENT, ROLE]

_SCHEMA: Final = pa.DataFrameSchema(
    {
        AREA: pa.Column(checks=pa.Check.str_length(min_value=1)),
        GROUP: pa.Column(),
        MEASURE: pa.Column(checks=pa.Check.isin([str(m) for m in Measure])),
        PERIOD: pa.Column(checks=pa.Check.str_length(min_value=1)),
        FIRST: pa.Column("int64"),
        LAST: pa.Column("int64"),
        VALUE: pa.Column("float64", pa.Check(np.isfinite)),
        UNIT: pa.Column(checks=pa.Check.isin([str(u) for u in Unit])),
        ADJUSTMENT: pa.Column(checks=pa.Check.isin(["", *(str(a) for a in Adjustment)])),
        SD: pa.Column("float64", pa.Check.in_range(0.0, np.inf, include_max=False)),
        HALF_WIDTH: pa.Column("float64", pa.Check.in_range(0.0, np.inf, include_max=False)),
        SOURCE: pa.Column(checks=pa.Check.str_length(min_value=1)),
        AS_OF: pa.Column(),
        ROLE: pa.Column(checks=pa.Check.isin([str(r) for r in Role])),
        STATUS: pa.Column(checks=pa.Check.isin([str(s) for s in Status])),
        PRINTED_TEXT: pa.Column(),
        NOTE: pa.Column(),
    },
    strict=True,
    ordered=True,
)


def completed(table: pd.DataFrame) -> pd.DataFrame:
    """Copy with every column, in order, of the right type, periods in canonical code."""
    unknown = [str(c) for c in table.columns if c not in PANEL_COLUMNS]
    if unknown:
        raise DataError(
            f"panel: column '{unknown[0]}' does not exist{nearest(unknown[0], PANEL_COLUMNS)}, "
            f"expected {', '.join(PANEL_COLUMNS)}; rename or drop it"
        )
    if table.empty:
        table = table.reindex(columns=list(PANEL_COLUMNS))
    absent = [c for c in _REQUIRED if c not in table.columns]
    if absent:
        raise DataError(
            f"panel: column {', '.join(absent)} is missing, expected {', '.join(_REQUIRED)}; add it"
        )
    frame = table.reset_index(drop=True).copy()
    for column, default in _DEFAULTS.items():
        if column not in frame.columns:
            frame[column] = default
    for column in (VALUE, HALF_WIDTH, SD):
        frame[column] = _numbers(frame, column)
    frame[HALF_WIDTH] = frame[HALF_WIDTH].fillna(0.0)
    # abs, so that a negative half width is refused under its own name
    frame[SD] = frame[SD].fillna(frame[HALF_WIDTH].abs() / sqrt(3.0))
    for column in _TEXT:
        frame[column] = _texts(frame, column)
    implied = frame[MEASURE].map({str(m): str(a) for m, a in MEASURE_ADJUSTMENT.items()})
    empty = (frame[ADJUSTMENT] == "") & implied.notna()
    frame[ADJUSTMENT] = frame[ADJUSTMENT].where(~empty, implied)
    return _with_windows(frame)[list(PANEL_COLUMNS)]


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    numbers = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    bad = numbers.isna() & frame[column].notna()
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise DataError(
            f"{_where(frame, row)}: found {column} '{frame[column].iloc[row]}', expected a number; "
            "correct the cell"
        )
    return numbers


def _texts(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    cells = frame[column]
    if cells.isna().any():
        if column not in _DEFAULTS:
            row = int(cells.isna().to_numpy().argmax())
            raise DataError(
                f"{_where(frame, row)}: {column} is empty, expected a text; fill the cell"
            )
        cells = cells.fillna(_DEFAULTS[column])
    return cells.map(str).astype(object)


def _with_windows(frame: pd.DataFrame) -> pd.DataFrame:
    """Canonical period codes and the months they span."""
    spans: dict[str, tuple[str, int, int]] = {}
    for row, (text, measure) in enumerate(zip(frame[PERIOD], frame[MEASURE], strict=True)):
        if text not in spans:
            try:
                spans[text] = _span(text)
            except PeriodError as error:
                raise PeriodError(f"{_where(frame, row)}: {error}") from error
        if "/" in spans[text][0] and measure != Measure.AENDRING:
            raise PeriodError(
                f"{_where(frame, row)}: found period '{text}' with measure '{measure}', expected "
                "a window of months (a change or dates only with 'aendring'); correct one of them"
            )
    for position, column in enumerate((PERIOD, FIRST, LAST)):
        cells = [spans[text][position] for text in frame[PERIOD]]
        dtype = object if column == PERIOD else "int64"
        frame[f"_{column}"] = pd.Series(cells, index=frame.index, dtype=dtype)
    for column in (PERIOD, FIRST, LAST):
        frame[column] = frame.pop(f"_{column}")
    return frame


def _span(text: str) -> tuple[str, int, int]:
    period = parse_period(text)
    if isinstance(period, Change):
        return period.code, period.before.first, period.after.last
    if isinstance(period, DateRange):
        first, last = period.first, period.last
        return (
            f"{first.isoformat()}/{last.isoformat()}",  # with both ends, a single day too
            first.year * 12 + first.month - 1,
            last.year * 12 + last.month - 1,
        )
    return period.code, period.first, period.last


def _where(frame: pd.DataFrame, row: int) -> str:
    """Say which row is meant: its source, its number and what it is about."""
    cells = frame.iloc[row]
    words = [str(cells[c]) for c in (AREA, GROUP, MEASURE, PERIOD) if c in cells.index]
    return f"{cells.get(SOURCE, 'panel')}, row {row + 1} ({', '.join(words)})"


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table if every cell is of the vocabulary and means what its measure means."""
    _check_schema(frame)
    _check_meaning(frame)
    return frame


def _check_schema(frame: pd.DataFrame) -> None:
    try:
        _SCHEMA.validate(frame)
    except pa.errors.SchemaError as error:
        cases = cast("pd.DataFrame", error.failure_cases)
        column = str(cast("object", error.schema.name))
        row = int(cases["index"].iloc[0])
        found = str(frame[column].iloc[row])
        raise DataError(
            f"{_where(frame, row)}: found {column} '{found}'"
            f"{nearest(found, _known(column))}, expected {_expected(column)}; correct the cell"
        ) from error


def _known(column: str) -> list[str]:
    vocabulary = {
        MEASURE: Measure,
        UNIT: Unit,
        ADJUSTMENT: Adjustment,
        ROLE: Role,
        STATUS: Status,
    }
    return [str(word) for word in vocabulary[column]] if column in vocabulary else []


def _expected(column: str) -> str:
    if column == VALUE:
        return "a finite number (leave out rows without a figure)"
    if column in (SD, HALF_WIDTH):
        return "a finite number of 0 or more"
    return f"one of {', '.join(_known(column))}" if _known(column) else "a text"


def _check_meaning(frame: pd.DataFrame) -> None:
    """Units fit measures, adjustments fit rates, shares lie in [0, 1]."""
    share = frame[MEASURE].isin([str(m) for m in SHARE_MEASURES])
    outside = share & ~frame[VALUE].between(0.0, 1.0)
    fits = {(str(m), str(u)) for m, units in MEASURE_UNITS.items() for u in units}
    pairs = list(zip(frame[MEASURE], frame[UNIT], strict=True))
    for row in [i for i, pair in enumerate(pairs) if pair not in fits][:1]:
        measure = Measure(frame[MEASURE].iloc[row])
        raise UnitsError(
            f"{_where(frame, row)}: found unit '{frame[UNIT].iloc[row]}', expected "
            f"{' or '.join(sorted(MEASURE_UNITS[measure]))} for {measure}; correct the unit"
        )
    if outside.any():
        row = int(outside.to_numpy().argmax())
        value = float(frame[VALUE].iloc[row])
        what = "a share above 1" if value > 1.0 else "a share below 0"
        raise DataError(
            f"{_where(frame, row)}: found {value:g}, {what}, expected a fraction between 0 and 1; "
            "give per cent with unit 'pct' (4,5 pct. is 0.045)"
        )
    for rate, adjustment in MEASURE_ADJUSTMENT.items():
        wrong = (frame[MEASURE] == str(rate)) & (frame[ADJUSTMENT] != str(adjustment))
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            other = next(str(m) for m in MEASURE_ADJUSTMENT if m != rate)
            raise DataError(
                f"{_where(frame, row)}: found adjustment '{frame[ADJUSTMENT].iloc[row]}', expected "
                f"'{adjustment}' for {rate}; use measure '{other}' for the other kind"
            )


def merged(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep one row a figure, the finest; refuse two values for one figure."""
    apart = (frame[STATUS] == str(Status.SUSPECT)) | (frame[ROLE] == str(Role.CONTEXT))
    repeated = frame.duplicated(_FIGURE, keep=False) & ~apart
    if not repeated.any():
        return frame
    drop: list[int] = []
    for _, rows in frame[repeated].groupby(_FIGURE, sort=False):
        index = rows.index.to_numpy()
        finest = int(index[int(rows[HALF_WIDTH].to_numpy().argmin())])
        for row in (int(i) for i in index if i != finest):
            _check_agrees(frame, finest, row)
            drop.append(row)
    return frame.drop(index=drop).reset_index(drop=True)


def _check_agrees(frame: pd.DataFrame, one: int, other: int) -> None:
    first, second = sorted((one, other))
    values = [float(frame[VALUE].iloc[row]) for row in (first, second)]
    widths = [float(frame[HALF_WIDTH].iloc[row]) for row in (first, second)]
    slack = sum(widths) + 1e-12 * max(1.0, abs(values[0]))
    if abs(values[0] - values[1]) > slack:
        raise DataError(
            f"two values for one figure: {_where(frame, first)} says {values[0]:g}, "
            f"{_where(frame, second)} says {values[1]:g}; keep one, or mark the wrong one "
            f"'{Status.SUSPECT}'"
        )
