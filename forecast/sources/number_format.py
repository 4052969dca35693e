"""Which format the numbers of a column are in, where the column itself says so.

One text may be a different number in each format, a whole column seldom is. What a text shows:

======================================  ==========================================================
``12,5`` ``0,125`` ``1.234,5``          Danish: a comma that cannot part thousands
``1.234.567``                           Danish: two points cannot both be decimal
``12.5`` ``0.125`` ``1036.125``         plain: a point that cannot part thousands
``1.036`` ``1,036``                     either: a thousand in one reading, a decimal in the other
``950`` ``1036``                        nothing: the same number in both
======================================  ==========================================================

A column that shows one format is read in it, its ``1.036`` too. A column that shows both is
refused, and so is one with a ``1.036`` that shows none: 950 beside 1.036 is what a Danish file
looks like, but also what a plain one does whose noughts at the end were dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from forecast.errors import DataError
from forecast.sources.danish_numbers import NumberFormat

_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_DANISH = re.compile(r"[+-]?(?:\d+,\d+|[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,})")
_PLAIN = re.compile(r"[+-]?\d+\.\d+")
_WHOLE = re.compile(r"[+-]?\d+")


class Shown(NamedTuple):
    """First text of a column that shows each thing, with its place; None where none does."""

    danish: tuple[str, str] | None = None
    plain: tuple[str, str] | None = None
    either: tuple[str, str] | None = None


def shown(cells: Iterable[tuple[str, str]]) -> Shown:
    """Find what the texts of a column show.

    Parameters
    ----------
    cells
        Text and place (file and row), in order of the file.
    """
    found: dict[str, tuple[str, str]] = {}
    for cell in cells:
        text = cell[0].replace("\N{MINUS SIGN}", "-")
        if _EITHER.fullmatch(text):
            found.setdefault("either", cell)
        elif _DANISH.fullmatch(text):
            found.setdefault("danish", cell)
        elif _PLAIN.fullmatch(text):
            found.setdefault("plain", cell)
    return Shown(**found)


def is_number(text: str) -> bool:
    """Tell whether a text is a number in one format or the other."""
    return any(form.fullmatch(text) for form in (_WHOLE, _EITHER, _DANISH, _PLAIN))


def infer_format(column: Shown, others: Iterable[Shown] = ()) -> NumberFormat | None:
    """Infer the format of a column.

    Parameters
    ----------
    column
        What the column shows.
    others
        What other columns show that the same program wrote; asked only if the column itself does
        not settle it.

    Returns
    -------
    {"danish", "plain"} or None
        None where every text is the same number in both.

    Raises
    ------
    DataError
        Naming file and row: both formats in one column, or a text that may be either and nothing
        that says which.
    """
    _refuse_both(column)
    if column.danish or column.plain:
        return "danish" if column.danish else "plain"
    if column.either is None:
        return None
    seen = [other for other in others if other.danish or other.plain]
    danish = next((other.danish for other in seen if other.danish), None)
    plain = next((other.plain for other in seen if other.plain), None)
    _refuse_both(Shown(danish, plain))
    if danish or plain:
        return "danish" if danish else "plain"
    text, where = column.either
    raise DataError(
        f"{where}: '{text}' may be a thousand (Danish format) or a decimal (plain format) and no "
        'other number says which; give format = "danish" or format = "plain"'
    )


def _refuse_both(column: Shown) -> None:
    if column.danish and column.plain:
        raise DataError(
            f"{column.danish[1]}: '{column.danish[0]}' is a number in Danish format only, but "
            f"'{column.plain[0]}' ({column.plain[1]}) in plain format only; write all in one"
        )
