"""Exact interval arithmetic over rounded figures.

A printed 809 is any number from 808,5 to 809,5. What follows from printed figures is an interval,
and a printed result agrees with its parts when its own interval meets it. Fractions keep ties
exact: 7,95 is never 7,949999.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from forecast.errors import DataError


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and the bounds that rounding leaves it.

    Attributes
    ----------
    value
        The number when every part is taken as printed.
    low, high
        The bounds.
    """

    value: Fraction
    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise DataError(
                f"interval {float(self.low)} to {float(self.high)} does not hold its value "
                f"{float(self.value)}"
            )

    @classmethod
    def exact(cls, value: Decimal | int) -> Interval:
        """Hold a number that is not rounded."""
        number = Fraction(value)
        return cls(number, number, number)

    @classmethod
    def rounded(cls, value: Decimal, half_width: Decimal) -> Interval:
        """Hold a printed number; what cannot be negative is not taken below zero."""
        number, half = Fraction(value), Fraction(half_width)
        low = max(number - half, Fraction(0)) if number >= 0 else number - half
        return cls(number, low, number + half)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.value + other.value, self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.value - other.value, self.low - other.high, self.high - other.low)

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0:
            raise DataError(
                f"division by {float(other.value)} ({float(other.low)} to {float(other.high)}); "
                "the divisor must be above zero"
            )
        corners = [end / by for end in (self.low, self.high) for by in (other.low, other.high)]
        return Interval(self.value / other.value, min(corners), max(corners))

    def times(self, factor: int) -> Interval:
        """Multiply by a positive whole number, such as 100 for per cent."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return self.low <= other.high and other.low <= self.high


def total(parts: Iterable[Interval]) -> Interval:
    """Sum of intervals; zero for none."""
    return sum(parts, start=Interval.exact(0))


def per_cent(part: Interval, whole: Interval) -> Interval:
    """``part`` in per cent of ``whole``."""
    return (part / whole).times(100)


def change_per_cent(before: Interval, after: Interval) -> Interval:
    """Change from ``before`` to ``after`` in per cent."""
    return (after / before - Interval.exact(1)).times(100)
