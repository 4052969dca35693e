"""The cells of a monthly file read as what they mean: areas, months, numbers, vintages, units."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from datetime import date
from numbers import Real
from typing import Final

from forecast.core.period import DateRange, Window, parse_period
from forecast.core.units import UnitSpelling, parse_unit
from forecast.errors import DataError, ForecastError, PeriodError, nearest
from forecast.sources.danish_numbers import NumberFormat, parse_number
from forecast.sources.monthly_files import MISSING, Sheet
from forecast.sources.number_format import Shown, infer_format, is_number, shown
from forecast.vocabulary import Adjustment, Unit

_FLAGS: Final = {
    **dict.fromkeys(("true", "ja", "1", "yes"), True),
    **dict.fromkeys(("false", "nej", "0", "no", ""), False),
}
# what a heading such as "Fuldtidspersoner i pct. af arbejdsstyrken" says of its numbers
_HEADING_UNITS: Final = (("pct", "pct."), ("fuldtid", "FTP"), ("personer", "personer"))


def month_of(cell: object, where: str) -> int:
    """Read a month as year * 12 + month - 1, in any spelling or as the first day of a month.

    Raises
    ------
    DataError
        Naming file and row, when it is no month.
    """
    if isinstance(cell, date):  # a Timestamp of pandas is one too
        first, text = DateRange(cell, cell), cell.isoformat()[:10]
    else:
        text = str(cell)
        try:
            first = parse_period(text)
        except PeriodError as error:
            raise DataError(f"{where}: {error}") from error
    if isinstance(first, Window) and first.is_month:
        return first.first
    if isinstance(first, DateRange) and first.first == first.last and first.first.day == 1:
        return first.first.year * 12 + first.first.month - 1
    raise DataError(
        f"{where}: period '{text}' is no month; expected one such as 2021-07, 2021M07 or its first "
        "day, 2021-07-01"
    )


def day_of(cell: object, where: str) -> date:
    """Read a day of release; a month stands for its last day.

    Raises
    ------
    DataError
        Naming file and row, when it is neither a day nor a month.
    """
    if cell == "":
        raise DataError(
            f"{where}: no as_of; give every row its day of release, or leave the column out"
        )
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    try:
        found = parse_period(str(cell))
    except PeriodError as error:
        raise DataError(f"{where}, column 'as_of': {error}") from error
    if isinstance(found, DateRange) and found.first == found.last:
        return found.first
    if isinstance(found, Window) and found.is_month:
        year, month = divmod(found.first, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    raise DataError(
        f"{where}: as_of '{cell}' is no day and no month; expected e.g. 2021-08-15 or 2021-08"
    )


def flag_of(cell: object, where: str) -> bool:
    """Read true, false, ja, nej, 1 or 0; nothing is false.

    Raises
    ------
    DataError
        Naming file and row, when it is none of these.
    """
    word = f"{cell:g}" if isinstance(cell, float) else str(cell).casefold()
    if word not in _FLAGS:
        raise DataError(f"{where}: provisional '{cell}', expected true or false, ja or nej, 1 or 0")
    return _FLAGS[word]


def number_of(cell: object, number_format: NumberFormat | None, where: str) -> float:
    """Read a number that is not negative; NaN for what means "no figure".

    Raises
    ------
    DataError
        Naming file and row: no number, one that is infinite or negative.
    """
    if isinstance(cell, str):
        if cell in MISSING:
            return math.nan
        if cell.endswith("%"):
            raise DataError(f"{where}: '{cell}' has a per cent sign; write pct. in column 'unit'")
        value = parse_number(cell, number_format, where=where)
    elif isinstance(cell, Real) and not isinstance(cell, bool):
        value = float(cell)
    else:
        value = None
    if value is None:
        raise DataError(f"{where}: '{cell}' is no number, expected e.g. 1036")
    if not math.isfinite(value):
        raise DataError(f"{where}: '{cell}' is no finite number; leave the cell empty")
    if value < 0:
        raise DataError(f"{where}: '{cell}' is negative, expected 0 or more")
    return value


def numbers(sheet: Sheet, column: str, number_format: NumberFormat | None) -> list[float]:
    """Read a column of numbers in a format, or in the one that it shows itself to be in.

    Raises
    ------
    DataError
        See `number_of` and `forecast.sources.number_format`.
    """
    known = number_format or infer_format(*_shown(sheet, column))
    return sheet.each(
        column, lambda cell, where: number_of(cell, known, f"{where}, column '{column}'")
    )


def value_column(sheet: Sheet, measure: str | None) -> str:
    """Find the column of the values.

    Parameters
    ----------
    sheet
        The table; a tidy one has ``value``.
    measure
        Heading of one measure of a file as downloaded; None where it has only one.

    Raises
    ------
    DataError
        When there is no such measure, none at all, or several and none is named; lists them. Also
        for a further column that is no measure and holds several words, such as men and women.
    """
    if sheet.tidy:
        return "value"
    measures = [name for name in sheet.others if _holds_numbers(sheet, name)]
    for name in sheet.others:
        if name not in measures:
            _refuse_several(sheet, name)
    listed = ", ".join(f"'{name}'" for name in measures)
    if not measures:
        raise DataError(f"{sheet.file}: no column of numbers; expected one beside area and period")
    if measure is None:
        if len(measures) > 1:
            raise DataError(
                f"{sheet.file}: found {len(measures)} measures, {listed}; say which with measure"
            )
        return measures[0]
    named = {name.casefold(): name for name in measures}.get(" ".join(measure.casefold().split()))
    if named is None:
        raise DataError(
            f"{sheet.file}: no measure '{measure}'{nearest(measure, measures)}; found {listed}"
        )
    return named


def of_measure(sheet: Sheet, measure: str) -> Sheet:
    """Keep the rows of one measure, in a tidy file that has a column of them.

    Raises
    ------
    DataError
        When the file has no such column or measure.
    """
    if not sheet.has("measure"):
        raise DataError(f"{sheet.file}: no column 'measure' to look for '{measure}' in")
    words = [str(cell) for cell in sheet.cells["measure"]]
    kept = [k for k, word in enumerate(words) if word.casefold() == measure.casefold().strip()]
    if not kept:
        known = list(dict.fromkeys(words))
        raise DataError(
            f"{sheet.file}: no measure '{measure}'{nearest(measure, known)}; "
            f"found {', '.join(known)}"
        )
    return sheet.keep(kept)


def units(sheet: Sheet, heading: str, given: str | None) -> tuple[Unit, list[float]]:
    """Find the unit of a panel, and what to multiply each row by.

    Parameters
    ----------
    sheet
        The table, with or without a column ``unit``.
    heading
        The measure, which may tell the unit where no column does.
    given
        What the caller says, for rows without a unit.

    Returns
    -------
    unit and factors
        Full-time persons where nobody says.

    Raises
    ------
    DataError
        Naming file and row: an unknown unit, or two in one panel.
    """
    implied = next((unit for word, unit in _HEADING_UNITS if word in heading.casefold()), "FTP")
    default = given or implied
    if not sheet.has("unit"):
        spelling = _unit(default, sheet.file)
        return spelling.unit, [spelling.factor] * len(sheet.rows)
    spellings = sheet.each("unit", lambda cell, where: _unit(str(cell) or default, where))
    first = spellings[0].unit
    expected = first if given is None else _unit(given, sheet.file).unit
    for position, spelling in enumerate(spellings):
        if spelling.unit != expected:
            raise DataError(
                f"{sheet.where(position)}: unit {spelling.unit} in a panel of {expected}; "
                "expected one unit, make a file of each"
            )
    return first, [spelling.factor for spelling in spellings]


def constant(sheet: Sheet, column: str, default: str, known: Sequence[str] = ()) -> str:
    """Read a column that says the same in every row.

    Raises
    ------
    DataError
        Naming file and row, when it says two things or something that is not known.
    """
    if not sheet.has(column):
        return default
    words = sheet.each(column, lambda cell, where: _word(str(cell) or default, known, where))
    for position, word in enumerate(words):
        if word != words[0]:
            raise DataError(
                f"{sheet.where(position)}: {column} '{word}', but '{words[0]}' in row "
                f"{sheet.rows[0]}; expected one {column}, make a file of each"
            )
    return words[0]


def adjustment(sheet: Sheet) -> str:
    """Read whether the season is taken out; ``actual`` where the file does not say."""
    return constant(sheet, "adjustment", str(Adjustment.ACTUAL), [*Adjustment])


def _word(word: str, known: Sequence[str], where: str) -> str:
    if known and word not in known:
        raise DataError(
            f"{where}: found '{word}'{nearest(word, known)}, expected {' or '.join(known)}"
        )
    return word


def _unit(text: str, where: str) -> UnitSpelling:
    try:
        return parse_unit(text)
    except ForecastError as error:
        raise DataError(f"{where}: {error}") from error


def _texts(sheet: Sheet, column: str) -> list[tuple[str, str]]:
    """List the texts of a column that hold figures, each with its place, first of each kept."""
    first = dict(zip(reversed(sheet.cells[column].tolist()), reversed(sheet.rows), strict=True))
    return [
        (text, f"{sheet.file} row {row}")
        for text, row in sorted(first.items(), key=lambda item: item[1])
        if isinstance(text, str) and text not in MISSING
    ]


def _shown(sheet: Sheet, column: str) -> tuple[Shown, list[Shown]]:
    """Say what a column shows of its format, and what other measures of a downloaded file do."""
    others = (name for name in sheet.others if name != column and _holds_numbers(sheet, name))
    return shown(_texts(sheet, column)), [shown(_texts(sheet, name)) for name in others]


def _holds_numbers(sheet: Sheet, column: str) -> bool:
    """Tell whether most of what stands in a column is numbers."""
    filled = [cell for cell in sheet.cells[column] if cell not in MISSING]
    hits = sum(isinstance(cell, Real) or is_number(str(cell)) for cell in filled)
    return 2 * hits > len(filled)


def _refuse_several(sheet: Sheet, column: str) -> None:
    words = list(dict.fromkeys(str(cell) for cell in sheet.cells[column] if cell != ""))
    if len(words) > 1:
        raise DataError(
            f"{sheet.file}: column '{column}' holds {len(words)} different words ({words[0]}, "
            f"{words[1]}{', ...' if len(words) > 2 else ''}); keep the rows of one of them"
        )
