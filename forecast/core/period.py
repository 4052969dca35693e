"""Periods as windows of months.

Time is months, and a published figure is a mean over a window of months. A month is the integer
``year * 12 + month - 1``, so that windows are plain integer ranges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from numbers import Integral
from typing import TYPE_CHECKING, Final

from forecast.errors import PeriodError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Change", "DateRange", "Window", "month_code", "parse_month", "parse_period"]

_FORMS: Final = (
    "2021, 2021-12, 2021M12, 2021-Q3, 2021K3, 2020H1, 2019 ultimo, 2021 primo, 2019M01-M11, "
    "2020-01..2020-09, 2021-2022, 2020QMAT02"
)
_FIRST_MONTH: Final = 1000 * 12
_LAST_MONTH: Final = 9999 * 12 + 11

_YEAR = re.compile(r"(\d{4})y?")
_MONTH = re.compile(r"(\d{4})(?:-(\d{2})|-?m(\d{1,2}))")
_QUARTER = re.compile(r"(\d{4})-?[qk]([1-4])")
_HALF = re.compile(r"(\d{4})-?h([12])")
_EDGE = re.compile(r"(?:(\d{4})-?(primo|ultimo)|(primo|ultimo)-?(\d{4}))")
_QMAT = re.compile(r"(\d{4})-?qmat0?([1-4])")
_TAIL = re.compile(r"[mqkh]\d{1,2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def month_code(month: int) -> str:
    """Write a month as ``2021-12``.

    Parameters
    ----------
    month : int
        ``year * 12 + month - 1``.

    Raises
    ------
    PeriodError
        If the month lies outside the years 1000-9999.
    """
    if not _FIRST_MONTH <= month <= _LAST_MONTH:
        raise PeriodError(
            f"month: found {month}, expected year * 12 + month - 1 of the years 1000-9999; "
            "check how the month was computed"
        )
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@dataclass(frozen=True, order=True)
class Window:
    """A run of whole months, both ends included.

    Attributes
    ----------
    first, last : int
        Months as ``year * 12 + month - 1``.

    Raises
    ------
    PeriodError
        If the ends are no months or the last lies before the first.

    Examples
    --------
    >>> Window.parse("2019 ultimo").code
    '2019-12'
    >>> len(Window.parse("2020-01..2020-09"))
    9
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        for name in ("first", "last"):
            end: object = getattr(self, name)
            if isinstance(end, bool) or not isinstance(end, Integral):
                raise PeriodError(
                    f"window: found {end!r}, expected an integer year * 12 + month - 1; "
                    "use Window.parse for text"
                )
            object.__setattr__(self, name, int(end))  # numpy integers become plain ones
        if self.last < self.first:
            raise PeriodError(
                f"window: found {month_code(self.first)} to {month_code(self.last)}, expected the "
                "first month before the last; swap them"
            )
        month_code(self.first)
        month_code(self.last)

    @classmethod
    def month(cls, year: int, month: int) -> Window:
        """Window of one month; `month` is 1-12."""
        if not 1 <= month <= 12:
            raise PeriodError(f"month: found {month}, expected 1 to 12; correct the month")
        return cls(year * 12 + month - 1, year * 12 + month - 1)

    @classmethod
    def year(cls, year: int) -> Window:
        """Window of the twelve months of a year."""
        return cls(year * 12, year * 12 + 11)

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read a window in any accepted spelling.

        Parameters
        ----------
        text : str
            See `parse_period`; case and blanks do not matter.

        Raises
        ------
        PeriodError
            If the text is no window of whole months.
        """
        found = _window(_normal(text))
        if found is None:
            raise PeriodError(
                f"period: found '{text}', expected a window of months such as {_FORMS}; "
                "correct the period"
            )
        return found

    @property
    def code(self) -> str:
        """Canonical code: ``2021-12``, ``2021``, ``2021-Q3`` or ``2020-01..2020-09``."""
        if self.is_month:
            return month_code(self.first)
        if self.is_year:
            return f"{self.first // 12:04d}"
        if len(self) == 3 and self.first % 3 == 0:
            return f"{self.first // 12:04d}-Q{self.first % 12 // 3 + 1}"
        return f"{month_code(self.first)}..{month_code(self.last)}"

    @property
    def months(self) -> NDArray[np.int64]:
        """The months as integers, shape (len,)."""
        # numpy is heavy for a command line that only parses a period
        import numpy as np

        return np.arange(self.first, self.last + 1, dtype=np.int64)

    @property
    def is_month(self) -> bool:
        """Whether the window is one month."""
        return self.first == self.last

    @property
    def is_year(self) -> bool:
        """Whether the window is one calendar year."""
        return self.first % 12 == 0 and self.last == self.first + 11

    def overlap(self, other: Window) -> Window | None:
        """Months that both windows hold, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Window(first, last) if first <= last else None

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, month: object) -> bool:
        return isinstance(month, Integral) and self.first <= int(month) <= self.last

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Change:
    """A change from one window to a later one: ``2017/2018``.

    Raises
    ------
    PeriodError
        If `after` does not begin later than `before`.
    """

    before: Window
    after: Window

    def __post_init__(self) -> None:
        if self.after.first <= self.before.first:
            raise PeriodError(
                f"change: found {self.before.code}/{self.after.code}, expected the earlier window "
                "first; swap them"
            )

    @property
    def code(self) -> str:
        """Canonical code, the two windows with a slash."""
        return f"{self.before.code}/{self.after.code}"

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, order=True)
class DateRange:
    """A run of days, both ends included: ``2020-03-09/2020-10-04``.

    Raises
    ------
    PeriodError
        If the last day lies before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodError(
                f"dates: found {self.first}/{self.last}, expected the first day before the last; "
                "swap them"
            )

    @property
    def code(self) -> str:
        """Canonical code, ISO dates with a slash, or one date for a single day."""
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()}/{self.last.isoformat()}"

    def __str__(self) -> str:
        return self.code


def parse_period(text: str) -> Window | Change | DateRange:
    """Read a period: a window of months, a change between two, or a range of days.

    Parameters
    ----------
    text : str
        A window (``2021``, ``2021-12``, ``2021M12``, ``2021Q3``, ``2021K3``, ``2020H1``,
        ``2019 ultimo``, ``primo 2021``, ``2019M01-M11``, ``2020-01..2020-09``, ``2021-2022``,
        ``2020QMAT02`` = four quarters ending with the second of 2020), two windows with a slash, an
        ISO date or two with a slash. Case and blanks do not matter.

    Raises
    ------
    PeriodError
        If the text is none of these; the message lists the accepted forms.

    Examples
    --------
    >>> parse_period("2020QMAT02").code
    '2019-07..2020-06'
    >>> parse_period("2017M01/2020M02").code
    '2017-01/2020-02'
    """
    parts = _normal(text).split("/")
    if len(parts) <= 2 and all(_DATE.fullmatch(part) for part in parts):
        days = [_day(part) for part in parts]
        return DateRange(days[0], days[-1])
    windows = [_window(part) for part in parts]
    if len(windows) == 1 and windows[0] is not None:
        return windows[0]
    if len(windows) == 2 and windows[0] is not None and windows[1] is not None:
        return Change(windows[0], windows[1])
    raise PeriodError(
        f"period: found '{text}', expected one of {_FORMS}, 2017/2018 (a change) or "
        "2020-03-09/2020-10-04 (dates); correct the period"
    )


def parse_month(text: str) -> int:
    """Read a single month in any spelling as ``year * 12 + month - 1``.

    Raises
    ------
    PeriodError
        If the text is no window, or a window longer than a month.
    """
    window = Window.parse(text)
    if not window.is_month:
        raise PeriodError(
            f"period: found '{text}' ({len(window)} months), expected one month such as 2021-12; "
            "name the month"
        )
    return window.first


def _normal(text: str) -> str:
    """Lower case, no blanks round signs, other blanks and the long dashes as a hyphen."""
    word = " ".join(text.casefold().replace("\N{EN DASH}", "-").split())
    return re.sub(r"\s*(\.\.|[-/])\s*", r"\1", word).replace(" ", "-")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PeriodError(
            f"period: found '{text}', expected a day of the calendar such as 2020-03-09; "
            "correct the date"
        ) from error


def _window(word: str) -> Window | None:
    """Read a normalised text as a window, or None."""
    single = _single(word)
    if single is not None:
        return single
    if ".." in word:
        left, _, right = word.partition("..")
        return _span(left, right)
    for hyphen in (found.start() for found in re.finditer("-", word)):
        span = _span(word[:hyphen], word[hyphen + 1 :])
        if span is not None:
            return span
    return None


def _span(left: str, right: str) -> Window | None:
    """Join two windows; a right end such as ``m11`` lies in the year of the left."""
    begin = _single(left)
    end = _single(left[:4] + right if _TAIL.fullmatch(right) else right)
    return None if begin is None or end is None else Window(begin.first, end.last)


def _single(word: str) -> Window | None:
    """Read one year, half, quarter, month or edge of a year."""
    if found := _YEAR.fullmatch(word):
        return Window.year(int(found[1]))
    if found := _MONTH.fullmatch(word):
        number = int(found[2] or found[3])
        return Window.month(int(found[1]), number) if 1 <= number <= 12 else None
    if found := _QUARTER.fullmatch(word):
        first = int(found[1]) * 12 + 3 * (int(found[2]) - 1)
        return Window(first, first + 2)
    if found := _HALF.fullmatch(word):
        first = int(found[1]) * 12 + 6 * (int(found[2]) - 1)
        return Window(first, first + 5)
    if found := _QMAT.fullmatch(word):
        last = int(found[1]) * 12 + 3 * int(found[2]) - 1
        return Window(last - 11, last)
    if found := _EDGE.fullmatch(word):
        return Window.month(int(found[1] or found[4]), 1 if "primo" in (found[2], found[3]) else 12)
    return None
