"""Numbers that carry their derivative by the months of a few paths.

Everything people read in a month follows from the paths of links in that same month, so the
derivative of a quantity is one array over draws and months for each path it depends on, and
nothing between months. Arithmetic of such pairs is forward differentiation (Griewank & Walther
2008, ch. 3), exact to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from forecast.models.kernels import Floats

Slopes = dict[int, Floats]


class Dual:
    """A quantity of every draw and month, with its derivative by some paths.

    Attributes
    ----------
    value : (q, m)
    slopes : number of a path -> (q, m) derivative by it in the same month
    """

    __slots__ = ("slopes", "value")

    def __init__(self, value: Floats, slopes: Mapping[int, Floats]) -> None:
        self.value, self.slopes = value, dict(slopes)

    @classmethod
    def of(cls, path: int, value: Floats) -> Dual:
        """Take a path itself."""
        return cls(value, {path: np.ones_like(value)})

    def __add__(self, other: Dual | Floats | float) -> Dual:
        """Add a quantity, or a number."""
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slopes)
        return Dual(self.value + other.value, _sum(self.slopes, other.slopes))

    def __sub__(self, other: Dual) -> Dual:
        """Subtract a quantity."""
        return self + other * -1.0

    def __mul__(self, other: Dual | Floats | float) -> Dual:
        """Multiply with a quantity, or with a number for each month."""
        if not isinstance(other, Dual):
            return Dual(self.value * other, {k: s * other for k, s in self.slopes.items()})
        mine = {k: s * other.value for k, s in self.slopes.items()}
        theirs = {k: s * self.value for k, s in other.slopes.items()}
        return Dual(self.value * other.value, _sum(mine, theirs))

    def __truediv__(self, other: Dual) -> Dual:
        """Divide by a quantity."""
        return self * other.map(1.0 / other.value, -1.0 / other.value**2)

    def map(self, value: Floats, slope: Floats) -> Dual:
        """Take a function of it, given its value and derivative."""
        return Dual(value, {k: s * slope for k, s in self.slopes.items()})

    def exp(self) -> Dual:
        """Take the exponential."""
        value = np.exp(self.value)
        return self.map(value, value)

    def expit(self) -> Dual:
        """Take the logistic function."""
        value = np.asarray(expit(self.value))
        return self.map(value, value * (1.0 - value))


def _sum(one: Slopes, other: Slopes) -> Slopes:
    out = dict(one)
    for path, slope in other.items():
        out[path] = out[path] + slope if path in out else slope
    return out
