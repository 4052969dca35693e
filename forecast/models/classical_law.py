"""What a classical method says about the months ahead of one series: a Gaussian law of its path.

Every method here is linear in its shocks, so that the path of the H months ahead is

    z = mean + F e,    e_1 .. e_H independent standard normal,    F lower triangular

and e_h is the standardised error of the forecast of month h made one month before. Column k of F
is what a shock in month k does to later months. This form serves three ends: whole paths (not only
their quantiles month by month) are drawn with the covariance that the fitted model implies; the
randomness is the caller's, where packages would seed numpy's global generator; and shocks of
different series can be made to move together, as their one-step errors in the sample did, without
touching the law of any of them.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.classical_series import SEASON, SHORTEST_WITH_SEASON, Sample
from forecast.models.kernels import Floats


@dataclass(frozen=True)
class Law:
    """Gaussian law of the path ahead of one series, on the log scale.

    Attributes
    ----------
    mean : (H,)
    factor : (H, H) lower triangular, F above; its rows' sums of squares are the variances
    residuals : (N,) one-step errors in the sample, month by month, NaN where there is none
    slope : added per unit of the regressor in the months ahead
    notes : what was done or found on the way
    """

    mean: Floats
    factor: Floats
    residuals: Floats
    slope: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def sd(self) -> Floats:
        """Standard deviation of each month ahead, (H,)."""
        return np.sqrt((self.factor**2).sum(axis=1))


@dataclass(frozen=True)
class Rule:
    """How a law is found.

    Attributes
    ----------
    name : of the method
    fit : from a sample and the number of months ahead to a law; ConvergenceError if it cannot
    least : known months below which it is not tried
    seasonal : whether it leaves its season out below `SHORTEST_WITH_SEASON` known months
    takes_gaps : whether it can do with missing months
    regressed : whether it wants the national path as a regressor where one is given
    """

    name: str
    fit: Callable[[Sample, int], Law]
    least: int
    seasonal: bool = False
    takes_gaps: bool = False
    regressed: bool = False

    def law(self, sample: Sample, steps: int) -> Law:
        """Find the law of the months ahead, with notes of everything that was done to get there.

        Raises
        ------
        ConvergenceError
            If there are too few values, or the method fails on them.
        """
        if sample.known < self.least:
            raise ConvergenceError(
                f"{sample.known} known months, {self.name} needs {self.least} or more"
            )
        if sample.constant:
            return unmoved(sample, steps)
        notes: list[str] = []
        if self.seasonal and sample.season < SEASON:
            notes.append(
                f"{sample.known} known months: without season, which needs {SHORTEST_WITH_SEASON}"
            )
        if sample.missing and not self.takes_gaps:
            notes.append(f"{sample.missing} missing months filled in by straight lines")
            sample = sample.filled
        law = listened(self.fit, sample, steps)
        return replace(law, notes=(*notes, *law.notes))


def unmoved(sample: Sample, steps: int) -> Law:
    """Give the law of a series that never moved: it stays.

    Every method of this family comes to that in the limit; packages divide by zero on the way.
    """
    return Law(
        mean=np.full(steps, sample.values[-1]),
        factor=np.zeros((steps, steps)),
        residuals=np.full(len(sample.values), np.nan),
        notes=("constant so far: stays as it is",),
    )


def listened(fit: Callable[[Sample, int], Law], sample: Sample, steps: int) -> Law:
    """Fit, and turn warnings of packages into notes, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        law = fit(sample, steps)
    heard = {f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in caught}
    return replace(law, notes=(*law.notes, *sorted(heard)))


def moving_average(weights: Floats, sd: float) -> Floats:
    """Factor of a path whose shocks have the same effects in every month.

    Parameters
    ----------
    weights : (H,) effect of a unit shock now and in the following months, the first is 1
    sd : of a shock
    """
    month = np.arange(len(weights))
    return sd * np.tril(weights[np.abs(month[:, None] - month[None, :])])


def factor_of(covariance: Floats) -> Floats:
    """Lower triangular factor of the covariance of a path, (H, H).

    Raises
    ------
    ConvergenceError
        If the covariance is not positive definite.
    """
    try:
        factor: Floats = np.linalg.cholesky(covariance).astype(np.float64)
    except np.linalg.LinAlgError as error:
        raise ConvergenceError("the covariance of the path is not positive definite") from error
    return factor


@dataclass(frozen=True)
class StateSpace:
    """A linear Gaussian state space model at the end of its sample.

        y_h = design a_h + noise,    a_{h+1} = transition a_h + shock

    Attributes
    ----------
    design : (k,)
    transition : (k, k)
    shock_cov : (k, k)
    noise_var : of the observation
    state, state_cov : (k,), (k, k) mean and covariance of a_1, the first month ahead
    """

    design: Floats
    transition: Floats
    shock_cov: Floats
    noise_var: float
    state: Floats
    state_cov: Floats

    def path_mean(self, steps: int) -> Floats:
        """Mean of y in the months ahead, (steps,)."""
        state, out = self.state, np.empty(steps)
        for h in range(steps):
            out[h] = self.design @ state
            state = self.transition @ state
        return out

    def path_cov(self, steps: int) -> Floats:
        """Covariance of y over the months ahead: ``Z P_i (T')^(j-i) Z'`` for j >= i.

        P_i is the covariance of the state i months ahead. Durbin & Koopman 2012, section 4.11,
        doi:10.1093/acprof:oso/9780199641178.001.0001.
        """
        cov, state_cov = np.zeros((steps, steps)), self.state_cov
        for i in range(steps):
            reach = state_cov @ self.design
            for j in range(i, steps):
                cov[i, j] = cov[j, i] = self.design @ reach
                reach = self.transition @ reach
            state_cov = self.transition @ state_cov @ self.transition.T + self.shock_cov
        return cov + self.noise_var * np.eye(steps)
