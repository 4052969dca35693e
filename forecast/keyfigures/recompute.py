"""Every derived figure of the documents, recomputed from the figures it was made of.

Sums, shares and changes that the documents print are recomputed from their printed parts with
interval arithmetic. A printed figure is *exact* when the recomputed number rounds to it, *rounding*
when only the parts' unprinted decimals can explain the difference, and *wrong* when nothing can.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from forecast.errors import DataError
from forecast.keyfigures.book import Book, Check
from forecast.keyfigures.published import Published
from forecast.keyfigures.rules_groups import group_checks
from forecast.keyfigures.rules_tables import table_checks

if TYPE_CHECKING:
    import pandas as pd

RECOMPUTE_COLUMNS = (
    "check",
    "page_table",
    "what",
    "printed",
    "recomputed",
    "low",
    "high",
    "verdict",
    "reason",
)
"""Columns of `recompute`; numbers are in the unit printed (per cent stay per cent)."""


class Verdict(StrEnum):
    """How a printed figure agrees with its parts."""

    EXACT = "exact"
    """The recomputed number rounds to the printed one."""
    ROUNDING = "rounding"
    """Within the interval that rounding of the parts leaves."""
    WRONG = "wrong"
    """Beyond rounding: a misprint, or figures of two kinds."""


def checks(published: Published) -> Iterator[Check]:
    """Every derived figure beside what follows from its parts, in the order of the tables.

    Raises
    ------
    DataError
        When a figure that a check needs is not there.
    """
    book = Book(published.figures)
    yield from group_checks(book)
    yield from table_checks(book)


def verdict(check: Check) -> Verdict:
    """Compare a printed figure with what follows from its parts."""
    printed, recomputed = check.printed.interval, check.recomputed
    if check.overlap:
        return Verdict.ROUNDING if printed.meets(recomputed) else Verdict.WRONG
    if check.equal:
        return Verdict.EXACT if printed.value == recomputed.value else Verdict.WRONG
    if printed.low <= recomputed.value <= printed.high:
        return Verdict.EXACT
    return Verdict.ROUNDING if printed.meets(recomputed) else Verdict.WRONG


def recompute(published: Published) -> pd.DataFrame:
    """Recompute every derived figure of the documents.

    Parameters
    ----------
    published
        All figures, from `forecast.sources.published.load_published`.

    Returns
    -------
    DataFrame
        One row a check with columns `RECOMPUTE_COLUMNS`; ``low`` and ``high`` bound what rounding
        of the parts leaves, and ``reason`` says why a wrong figure is wrong, with its number in
        the list of inconsistencies (``E1: …``).

    Raises
    ------
    DataError
        When a figure is missing, or a wrong figure has no reason in ``misprints.csv``.
    """
    import pandas as pd

    rows = [_row(check, published) for check in checks(published)]
    return pd.DataFrame(rows, columns=list(RECOMPUTE_COLUMNS))


def _row(check: Check, published: Published) -> dict[str, object]:
    found = verdict(check)
    return {
        "check": check.check,
        "page_table": check.page_table,
        "what": check.what,
        "printed": check.printed.text,
        "recomputed": float(check.recomputed.value),
        "low": float(check.recomputed.low),
        "high": float(check.recomputed.high),
        "verdict": str(found),
        "reason": _reason(check, published) if found is Verdict.WRONG else "",
    }


def _reason(check: Check, published: Published) -> str:
    misprint = published.misprints.get((check.check, check.what))
    if misprint is None:
        raise DataError(
            f"misprints.csv: no reason for check '{check.check}', '{check.what}': printed "
            f"{check.printed.text}, recomputed {float(check.recomputed.value):.4f}; "
            "add a row, or correct the figure"
        )
    return f"{misprint.number}: {misprint.reason}"
