"""A figure of a source document: where it stands, what it says and what it may be used for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from forecast.core.period import Change, DateRange, Window
from forecast.core.units import parse_unit
from forecast.errors import DataError, UnitsError
from forecast.sources.danish_numbers import half_of_last_digit, parse_decimal
from forecast.vocabulary import Measure, Role, Status, Unit

NEVER_FITTED = frozenset({Status.ARTEFACT, Status.SUSPECT, Status.MISSING})
"""Statuses that no fit may see."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a document, as printed and as understood.

    Attributes
    ----------
    file, row
        Stem of the file of `data/published/` and its line (the heading is 1).
    document, table, seed_line
        Where the figure stands: document, table and line of the document's text.
    printed_measure, printed_group, area, printed_period
        Labels as the document has them.
    value
        The right figure in the printed unit (per cent stay per cent), None where there is none.
    unit
        Unit as printed.
    printed_text, note, status, role, adjustment
        As in the file; `adjustment` is empty where it does not apply.
    period
        The period, None where the figure has none.
    measure, group
        Our measure and group key, None for what the program does not model.
    half_width
        Half of the last printed digit of `value` in the printed unit, None without a value.
    source, as_of
        Title of the document with the table, and its vintage.
    """

    file: str
    row: int
    document: str
    table: str
    seed_line: int | None
    printed_measure: str
    printed_group: str
    area: str
    printed_period: str
    value: Decimal | None
    unit: str
    printed_text: str
    note: str
    status: Status
    role: Role
    adjustment: str
    period: Window | Change | DateRange | None
    measure: Measure | None
    group: str | None
    half_width: Decimal | None
    source: str
    as_of: str

    @property
    def where(self) -> str:
        """File and row, for messages."""
        return f"{self.file}.csv row {self.row}"

    @property
    def printed(self) -> Decimal | None:
        """The number that the document prints, with the sign that is meant.

        The running text prints a fall without a sign ("et fald på 2,1 pct."). Where the printed
        text is no number (hidden cells run on), the corrected value stands in.
        """
        try:
            number = parse_decimal(self.printed_text, "danish")
        except DataError:
            return self.value
        if number is None or self.value is None:
            return number
        return -number if self.value < 0 < number else number

    @property
    def printed_half_width(self) -> Decimal | None:
        """Half of the last digit of `printed`."""
        return None if self.printed is None else half_of_last_digit(self.printed)

    def fraction(self) -> float:
        """Give the value in the program's unit: shares as fractions.

        Raises
        ------
        DataError
            When the figure has no value.
        """
        if self.value is None:
            raise DataError(f"{self.where}: '{self.printed_text}' has no value; check its status")
        factor = _unit_of(self.unit, self.where)[1]
        return float(self.value * Decimal(str(factor)))

    def window(self) -> Window | None:
        """Give the months of the figure when a Panel can hold it, else None.

        A Panel holds figures over whole months that have a value and a measure of ours: no
        changes, no day ranges, no artefacts.
        """
        if self.measure in (None, Measure.AENDRING) or self.value is None:
            return None
        if self.status in (Status.ARTEFACT, Status.MISSING):
            return None
        return self.period if isinstance(self.period, Window) else None

    def panel_row(self, window: Window) -> dict[str, object]:
        """Give the columns of a Panel, shares as fractions."""
        unit, factor = _unit_of(self.unit, self.where)
        half_width = float((self.half_width or Decimal(0)) * Decimal(str(factor)))
        return {
            "area": self.area,
            "group": self.group or "",
            "measure": str(self.measure),
            "period": window.code,
            "first": window.first,
            "last": window.last,
            "value": self.fraction(),
            "unit": str(unit),
            "adjustment": self.adjustment,
            "sd": half_width / math.sqrt(3),
            "half_width": half_width,
            "source": f"{self.source} ({self.where})",
            "as_of": self.as_of,
            "role": str(self.role),
            "status": str(self.status),
            "printed_text": self.printed_text,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Misprint:
    """Why a derived figure of the documents cannot be right.

    Attributes
    ----------
    number, certainty, reason
        Number in the list of inconsistencies, how sure the finding is, and the finding.
    """

    number: str
    certainty: str
    reason: str


def _unit_of(text: str, where: str) -> tuple[Unit, float]:
    try:
        spelling = parse_unit(text)
    except UnitsError as error:
        raise DataError(f"{where}: {error}") from error
    return spelling.unit, spelling.factor
