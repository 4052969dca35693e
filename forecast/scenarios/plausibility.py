"""How far a scenario lies from the free forecast.

With m and S the mean and covariance, over the free futures, of the logs of what the statements are
about, and R the variance of their bands, the squared Mahalanobis distance of the statements v is

    D² = (v - m)' (S + R)^-1 (v - m),

chi-squared with as many degrees of freedom as there are statements if the scenario were itself one
of the free futures (with the bands' errors). Futures have heavier tails than the normal, so beside
that probability stands the part of the free futures that lie at least as far from their centre.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from forecast.models.kernels import Floats


class Plausibility(NamedTuple):
    """How far a scenario lies from the free forecast.

    Attributes
    ----------
    distance : D², squared
    degrees : number of statements
    by_normal : probability of lying at least as far, were the futures normal
    by_futures : part of the free futures that lie at least as far
    """

    distance: float
    degrees: int
    by_normal: float
    by_futures: float


def plausibility(free: Floats, asked: Floats, variance: Floats) -> Plausibility:
    """Compare what is asked with the free futures.

    Parameters
    ----------
    free : (draws, j) logs in the free forecast
    asked : (j,) logs of the statements
    variance : (j,) of the bands, zero for pins
    """
    centre = free.mean(axis=0)
    spread = np.atleast_2d(np.cov(free, rowvar=False))
    scale = np.sqrt(np.diag(spread))
    own = spread + np.diag(variance)
    distance = _squared(own, scale, (asked - centre)[None])[0]
    # the bands' errors make what is asked less exact, and the futures no nearer
    away = _squared(spread, scale, free - centre)
    degrees = free.shape[1]
    return Plausibility(
        float(distance),
        degrees,
        float(stats.chi2.sf(distance, degrees)),
        float(np.mean(away >= distance)),
    )


def _squared(covariance: Floats, scale: Floats, away: Floats) -> Floats:
    """Squared distance of rows, (n,), by correlations: statements may be of very unlike size."""
    unit = away / scale
    return np.einsum(
        "nj,nj->n", unit, np.linalg.solve(covariance / np.outer(scale, scale), unit.T).T
    )
