"""Numbers as people print them, read strictly.

``1.036`` is a thousand in a Danish text and a little more than one in a plain one, so nothing is
guessed: the format is given, or an ambiguous text is refused.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from forecast.errors import DataError

NumberFormat = Literal["danish", "plain"]

_SIGN = r"(?P<sign>[+-]?)"
_SUFFIX = r"(?:\s?%)?"
# A thousands group never starts with a zero: "0.125" is no Danish number.
_DANISH = re.compile(
    rf"{_SIGN}(?P<whole>\d+|[1-9]\d{{0,2}}(?:\.\d{{3}})+)(?:,(?P<part>\d+))?{_SUFFIX}"
)
_PLAIN = re.compile(rf"{_SIGN}(?P<whole>\d+)(?:\.(?P<part>\d+))?{_SUFFIX}")
_AMBIGUOUS = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}[.,]\d{{3}}{_SUFFIX}")
_PATTERNS = {"danish": _DANISH, "plain": _PLAIN}
_MINUS_SIGN = "\N{MINUS SIGN}"
_NOT_AVAILABLE = "."


def parse_decimal(
    text: str, number_format: NumberFormat | None, *, where: str = ""
) -> Decimal | None:
    """Read one printed number exactly, keeping its decimals.

    Parameters
    ----------
    text
        The number as printed, with or without a per cent sign (the sign does not scale it).
    number_format
        ``danish`` (``1.036`` a thousand, ``5,1``), ``plain`` (``1036``, ``5.1``), or None when
        the format of the file is not known.
    where
        File and row for the message.

    Returns
    -------
    Decimal or None
        None for ``.``, by which Danish tables mean "not available".

    Raises
    ------
    DataError
        For a text that is no number in the format, and for one that is a different number in
        each of the two formats while the format is not known.
    """
    cleaned = text.strip().replace(_MINUS_SIGN, "-")
    if cleaned == _NOT_AVAILABLE:
        return None
    if number_format is not None:
        number = _match(cleaned, number_format)
        if number is None:
            raise DataError(
                f"{_prefix(where)}'{text}' is no number in {number_format} format "
                f"({_example(number_format)})"
            )
        return number
    if _AMBIGUOUS.fullmatch(cleaned):
        raise DataError(
            f"{_prefix(where)}'{text}' may be a thousand (Danish format) or a decimal (plain "
            'format); say which with format = "danish" or format = "plain"'
        )
    number = _match(cleaned, "plain")
    if number is None:
        number = _match(cleaned, "danish")
    if number is None:
        raise DataError(f"{_prefix(where)}'{text}' is no number, expected e.g. 1036, 5.1 or 5,1")
    return number


def parse_number(text: str, number_format: NumberFormat | None, *, where: str = "") -> float | None:
    """Read one printed number; see `parse_decimal`.

    >>> parse_number("1.036", "danish"), parse_number("-2,1%", "danish")
    (1036.0, -2.1)
    """
    number = parse_decimal(text, number_format, where=where)
    return None if number is None else float(number)


def half_width(printed: str, number_format: NumberFormat = "danish") -> float:
    """Half a unit of the last printed digit, in the unit of the printed number.

    >>> half_width("0,99%"), half_width("12.891")
    (0.005, 0.5)

    Raises
    ------
    DataError
        When the text is no number, or is ``.``.
    """
    number = parse_decimal(printed, number_format)
    if number is None:
        raise DataError(f"'{printed}' means not available and has no last digit")
    return float(half_of_last_digit(number))


def half_of_last_digit(number: Decimal) -> Decimal:
    """Half a unit of the last digit a decimal carries: ``Decimal("5.10")`` gives 0.005."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise DataError(f"{number} is not a finite number")
    return Decimal(5).scaleb(min(exponent, 0) - 1)


def _match(text: str, number_format: NumberFormat) -> Decimal | None:
    match = _PATTERNS[number_format].fullmatch(text)
    if match is None:
        return None
    whole = match["whole"].replace(".", "")
    return Decimal(f"{match['sign']}{whole}.{match['part'] or ''}".rstrip("."))


def _prefix(where: str) -> str:
    return f"{where}: " if where else ""


def _example(number_format: NumberFormat) -> str:
    return "such as 1.036 or 5,1" if number_format == "danish" else "such as 1036 or 5.1"
