"""Bands that state quantiles: tilt the free forecast, and move each future to where it then lies.

Of all distributions whose quantiles are the stated ones, the one nearest to the free forecast
(least relative entropy) keeps its shape between neighbouring quantiles and changes their weights
(Robertson, Tallman & Whiteman 2005, doi:10.1353/mcb.2005.0034): with f_i the part of the free
futures between two stated values and p_i the part that should lie there,

    w = p_i / f_i,       effective sample size = n / sum_i p_i² / f_i.

Weighted futures would no longer be the futures of the other scenarios, so none is weighted: a
future of rank u in the free forecast is moved to the value of rank u in the tilted one, and
everything else follows it as it follows a pin. What is stated then has exactly the tilted
distribution; what is not keeps its own given it (Jeffrey's rule, draw by draw).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats

FEWEST = 0.05
"""Part of the futures that the effective sample may not fall below."""


@dataclass(frozen=True)
class Transport:
    """The monotone map from a free value to its tilted one.

    Attributes
    ----------
    free : (n,) values of the free futures, rising
    tilted : (n,) where each is moved
    effective : part of the futures that the tilted forecast is worth, 1 where nothing is asked
    """

    free: Floats
    tilted: Floats
    effective: float

    @classmethod
    def of(cls, free: Floats, quantiles: Sequence[tuple[float, float]], name: str) -> "Transport":
        """Tilt free values (n,) to quantiles, pairs of a level and a value in the same unit.

        Raises
        ------
        ConvergenceError
            If no free future, or too few, lie where the quantiles ask for some.
        """
        values = np.sort(free)
        levels = np.array([0.0, *(level for level, _ in quantiles), 1.0])
        below = [np.mean(values <= value) for _, value in quantiles]
        edges = np.array([0.0, *below, 1.0])
        wanted, found = np.diff(levels), np.diff(edges)
        effective = 0.0
        if np.all(found > 0.0):
            effective = float(1.0 / np.sum(wanted**2 / found))
        if effective < FEWEST:
            raise ConvergenceError(
                f"{name}: its quantiles ask for what few free futures do: the tilted forecast is "
                f"worth {100 * effective:.1f} % of them, expected at least {100 * FEWEST:.0f} %; "
                "state a wider band, or a value with a standard deviation (sd)"
            )
        rank = (np.arange(len(values)) + 0.5) / len(values)
        place = np.searchsorted(levels[1:-1], rank, side="left")
        into = (rank - levels[place]) / wanted[place]
        tilted = np.interp(edges[place] + into * found[place], rank, values)
        return cls(values, tilted, effective)

    def __call__(self, free: Floats) -> Floats:
        """Move values; beyond the outermost of the free futures as far as those are moved."""
        inside = np.clip(free, self.free[0], self.free[-1])
        return np.interp(inside, self.free, self.tilted) + (free - inside)
