"""What key figures ask of published figures.

Sources read files and hand over what they found; key figures take anything of this shape, so that
neither knows the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from forecast.core.period import Change, DateRange, Window
from forecast.vocabulary import Measure, Status


class Figure(Protocol):
    """One figure of a document; see `forecast.sources.published_figure.Figure`."""

    @property
    def file(self) -> str:
        """Stem of the file it stands in."""
        ...

    @property
    def where(self) -> str:
        """File and row, for messages."""
        ...

    @property
    def table(self) -> str:
        """Printed table."""
        ...

    @property
    def printed_measure(self) -> str:
        """Printed measure."""
        ...

    @property
    def printed_group(self) -> str:
        """Printed group."""
        ...

    @property
    def printed_period(self) -> str:
        """Printed period."""
        ...

    @property
    def area(self) -> str:
        """Area."""
        ...

    @property
    def unit(self) -> str:
        """Unit as printed."""
        ...

    @property
    def printed_text(self) -> str:
        """The figure as it stands in the document."""
        ...

    @property
    def note(self) -> str:
        """What a reader must know."""
        ...

    @property
    def status(self) -> Status:
        """How far it can be relied on."""
        ...

    @property
    def measure(self) -> Measure | None:
        """Our measure."""
        ...

    @property
    def group(self) -> str | None:
        """Our group key."""
        ...

    @property
    def period(self) -> Window | Change | DateRange | None:
        """Our period."""
        ...

    @property
    def value(self) -> Decimal | None:
        """The right figure in the printed unit."""
        ...

    @property
    def half_width(self) -> Decimal | None:
        """Half of the last digit of `value`."""
        ...

    @property
    def printed(self) -> Decimal | None:
        """The number that the document prints."""
        ...

    @property
    def printed_half_width(self) -> Decimal | None:
        """Half of the last digit of `printed`."""
        ...

    def fraction(self) -> float:
        """Give the value in the program's unit."""
        ...


class Misprint(Protocol):
    """Why a derived figure of the documents cannot be right."""

    @property
    def number(self) -> str:
        """Number in the list of inconsistencies."""
        ...

    @property
    def reason(self) -> str:
        """The finding."""
        ...


class Published(Protocol):
    """Every published figure; see `forecast.sources.published.Published`."""

    @property
    def figures(self) -> Sequence[Figure]:
        """All figures in the order of files and rows."""
        ...

    @property
    def misprints(self) -> Mapping[tuple[str, str], Misprint]:
        """(check, what) of the recomputation → the misprint."""
        ...
