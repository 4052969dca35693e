"""Numbers, dates and periods as people read them, in Danish and in English.

Danish: thousands with a point, decimals with a comma, ``2,1 pct.`` in text and ``8,67%`` in tables,
``21. februar 2020``, ``ultimo 2021``. A figure that is not available is ``.`` in both languages.
Files hold fractions; every function here that prints per cent takes the fraction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal

from forecast.core.period import Change, DateRange, Window, parse_period
from forecast.errors import DataError
from forecast.report.catalogue import Lang, phrase

MISSING: Final = "."
SMALL_CELL: Final = 10
"""Fewer persons than these are not printed, only that they are fewer."""

NO_LONGER_FEW: Final = str(SMALL_CELL)
"""What is nearly so many is printed as so many."""

FEW: Final = f"<{SMALL_CELL}"
LOCALES: Final[dict[Lang, str]] = {"da": "da", "en": "en_GB"}


@lru_cache
def _locale(lang: Lang) -> Locale:
    return Locale.parse(LOCALES[lang])


def number(value: float | None, *, lang: Lang, decimals: int = 0, scale: int = 1) -> str:
    """Return a plain number with the language's separators.

    Rounds half away from zero on the decimal digits that Python prints, as spreadsheets do, so
    that 0.0345 is 3,5 per cent and not 3,4 for a binary reason; never prints minus zero.

    Parameters
    ----------
    value
        The number; ``None`` or NaN is a figure that is not available.
    lang
        ``"da"`` or ``"en"``.
    decimals
        Digits after the decimal mark.
    scale
        Multiplies the value exactly, before rounding (100 for per cent).

    Raises
    ------
    DataError
        When the value is infinite.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        raise DataError(f"cannot print {value}: a figure must be finite")
    exact = Decimal(repr(float(value))) * scale
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(rounded, format=pattern, locale=_locale(lang))


def count(value: float | None, *, lang: Lang) -> str:
    """Persons or full-time persons: ``4.007``."""
    return number(value, lang=lang)


def persons(value: float | None, *, lang: Lang) -> str:
    """Persons of a group in an area: ``4.007``; fewer than `SMALL_CELL`, but some, are ``<10``.

    So few could be known by name, and a projection of them is mostly chance. The tables that
    machines read keep the number.
    """
    if value is not None and 0.0 < value < SMALL_CELL and number(value, lang=lang) != NO_LONGER_FEW:
        return FEW
    return count(value, lang=lang)


def explained(lines: Sequence[str], *, lang: Lang) -> list[str]:
    """Say what stands for few persons, where it stands in the lines, after an empty one."""
    return ["", phrase("few", lang)] if any(FEW in line for line in lines) else []


def percent(share: float | None, *, lang: Lang, decimals: int = 1) -> str:
    """Return a fraction as per cent in running text: ``0.035`` is ``3,5 pct.``."""
    digits = number(share, lang=lang, decimals=decimals, scale=100)
    return digits if digits == MISSING else phrase("percent", lang, number=digits)


def percent_digits(share: float | None, *, lang: Lang, decimals: int = 1) -> str:
    """Return a fraction as per cent without its unit, for a table that names the unit: ``3,5``."""
    return number(share, lang=lang, decimals=decimals, scale=100)


def share(fraction: float | None, *, lang: Lang, decimals: int = 2) -> str:
    """Return a fraction as per cent in a table: ``0.0867`` is ``8,67%``."""
    digits = number(fraction, lang=lang, decimals=decimals, scale=100)
    return digits if digits == MISSING else f"{digits}%"


def change(fraction: float | None, *, lang: Lang, decimals: int = 1) -> str:
    """Return a relative change in a table: ``-0.021`` is ``-2,1%``; a rise has no plus."""
    return share(fraction, lang=lang, decimals=decimals)


def change_in_words(fraction: float, *, lang: Lang, decimals: int = 1) -> str:
    """Return a relative change in running text, without sign: ``et fald på 2,1 pct.``."""
    size = percent(abs(fraction), lang=lang, decimals=decimals)
    if size == percent(0.0, lang=lang, decimals=decimals):
        return phrase("unchanged", lang)
    return phrase("fall" if fraction < 0 else "rise", lang, number=size)


def points(difference: float | None, *, lang: Lang, decimals: int = 1) -> str:
    """Return a difference of two shares: ``0.0055`` is ``0,6 procentpoint``."""
    digits = number(difference, lang=lang, decimals=decimals, scale=100)
    return digits if digits == MISSING else phrase("points", lang, number=digits)


def interval(low: str, high: str, *, lang: Lang) -> str:
    """Two printed numbers as a range: ``3,2-3,9``; a negative end is set off with spaces."""
    if low.startswith("-") or high.startswith("-"):
        return f"{low} - {high}"
    return phrase("range", lang, low=low, high=high)


def date_text(day: date, *, lang: Lang) -> str:
    """Return a day: ``21. februar 2020``."""
    pattern = "d. MMMM y" if lang == "da" else "d MMMM y"
    return format_date(day, format=pattern, locale=_locale(lang))


def listing(items: Sequence[str], *, lang: Lang) -> str:
    """Items in a sentence: ``a, b og c``."""
    return format_list(list(items), style="standard", locale=_locale(lang))


def period_label(code: str, *, lang: Lang, ultimo: bool = False) -> str:
    """Return a period as people read it.

    Parameters
    ----------
    code
        Any spelling that :func:`forecast.core.period.parse_period` takes.
    lang
        ``"da"`` or ``"en"``.
    ultimo
        Read December as the end of its year: ``2021-12`` is then ``ultimo 2021``.

    Examples
    --------
    >>> period_label("2020-01..2020-09", lang="da")
    'januar-september 2020'
    >>> period_label("2021-12", lang="da", ultimo=True)
    'ultimo 2021'
    """
    period = parse_period(code)
    if isinstance(period, Change):
        first = period_label(period.before.code, lang=lang, ultimo=ultimo)
        last = period_label(period.after.code, lang=lang, ultimo=ultimo)
        return f"{first}-{last}" if first.isdigit() and last.isdigit() else f"{first} - {last}"
    if isinstance(period, DateRange):
        first, last = (date_text(day, lang=lang) for day in (period.first, period.last))
        return first if first == last else f"{first} - {last}"
    return _window_label(period, lang, ultimo)


def _window_label(window: Window, lang: Lang, ultimo: bool) -> str:
    (first_year, first), (last_year, last) = divmod(window.first, 12), divmod(window.last, 12)
    names = get_month_names("wide", context="format", locale=_locale(lang))
    if window.first == window.last:
        if ultimo and last == 11:
            return phrase("ultimo", lang, year=last_year)
        return f"{names[last + 1]} {last_year}"
    if first == 0 and last == 11:
        return str(first_year) if first_year == last_year else f"{first_year}-{last_year}"
    if first_year == last_year and last - first == 2 and first % 3 == 0:
        return phrase("quarter", lang, number=first // 3 + 1, year=first_year)
    head = names[first + 1] if first_year == last_year else f"{names[first + 1]} {first_year}"
    return f"{head}-{names[last + 1]} {last_year}"
