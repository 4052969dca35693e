"""Naive methods: the last value, the last value and drift, last year's month, last year's mean.

Their path laws are written out here; where statsforecast has the method too, tests hold each
month's spread against its prediction intervals.
"""

# scipy says little about the types of what it gives:
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import numpy as np
from scipy.optimize import nnls

from forecast.errors import ConvergenceError
from forecast.models.classical_law import Law, Rule, factor_of, moving_average
from forecast.models.classical_series import SEASON, Sample
from forecast.models.kernels import Floats


def lagged(values: Floats, lag: int) -> Floats:
    """Change over so many months, in its own month, NaN where either end is unknown, (N,)."""
    out = np.full(len(values), np.nan)
    out[lag:] = values[lag:] - values[:-lag]
    return out


def mean_square(errors: Floats, kind: str) -> float:
    """Mean square of the known errors.

    Raises
    ------
    ConvergenceError
        If none is known.
    """
    known = errors[np.isfinite(errors)]
    if not known.size:
        raise ConvergenceError(f"no two known months give a {kind}, expected some")
    return float(np.mean(known**2))


def together(steps: int) -> Floats:
    """Covariance of a random walk with unit shocks: ``min(h, h')``, (H, H)."""
    ahead = np.arange(1.0, steps + 1)
    return np.minimum.outer(ahead, ahead)


def fit_naive(sample: Sample, steps: int) -> Law:
    """Random walk: the last value stays, shocks of the size of monthly changes add up."""
    changes = lagged(sample.values, 1)
    sd = np.sqrt(mean_square(changes, "monthly change"))
    mean = np.full(steps, sample.values[-1])
    return Law(mean, moving_average(np.ones(steps), sd), changes)


def fit_drift(sample: Sample, steps: int) -> Law:
    """Random walk with drift d, the mean change of the n months, whose own error is part of it.

    ``cov(z_h, z_k) = s² (min(h, k) + h k / (n - 1))``. Hyndman & Athanasopoulos 2021,
    https://otexts.com/fpp3/prediction-intervals.html.
    """
    months = len(sample.values) - 1
    drift = (sample.values[-1] - sample.values[0]) / months
    errors = lagged(sample.values, 1) - drift
    freedom = max(int(np.isfinite(errors).sum()) - 1, 1)
    total = mean_square(errors, "monthly change") * (freedom + 1)
    ahead = np.arange(1.0, steps + 1)
    unit = together(steps) + np.outer(ahead, ahead) / months
    factor = np.sqrt(total / freedom) * factor_of(unit)
    return Law(sample.values[-1] + drift * ahead, factor, errors)


def yearly_changes(steps: int, walking: float) -> Floats:
    """Correlation of changes over a year in the months ahead, (H, H).

    A year's change of a random walk shares ``1 - lag/12`` of its shocks with that of `lag` months
    later; the rest of a change is each month's own.
    """
    lag = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    return walking * np.maximum(1.0 - lag / SEASON, 0.0) + (1.0 - walking) * np.eye(steps)


def fit_seasonal_naive(sample: Sample, steps: int) -> Law:
    """Last year's month stays; changes over a year add up season by season.

    ``z_h = z_{h-12} + v_h``, v as large as the yearly changes of the sample. Changes twelve months
    apart are independent, so that the variance k seasons ahead is k s², as in statsforecast; nearer
    ones overlap and are correlated as `yearly_changes` says, with the part that walks taken from
    their correlation one month apart (11/12 if all of it walks). Independent changes, as in
    statsforecast's own simulation, would make a year's mean far too certain.
    """
    changes = lagged(sample.values, SEASON)
    variance = mean_square(changes, "change over a year")
    pairs = changes[1:] * changes[:-1]
    nearby = np.mean(pairs[np.isfinite(pairs)]) / variance if np.isfinite(pairs).any() else 0.0
    walking = float(np.clip(nearby * SEASON / (SEASON - 1), 0.0, 1.0)) if variance else 0.0
    shocks = np.sqrt(variance) * factor_of(yearly_changes(steps, walking))
    year = np.arange(steps) % SEASON
    missing = int(np.isnan(sample.values[-SEASON:]).sum())
    return Law(
        mean=sample.filled.values[-SEASON:][year],
        factor=np.tril(year[:, None] == year[None, :]) @ shocks,
        residuals=changes,
        notes=(f"{missing} months of the last year filled in by straight lines",) * bool(missing),
    )


def errors_of_last_year(values: Floats, steps: int) -> Floats:
    """Log values against the log of the mean of the twelve months before, (origins, H).

    Row k: the months after the k-th origin, NaN beyond the sample.
    """
    levels, origins = np.exp(values), np.arange(SEASON, len(values))
    padded = np.concatenate([values, np.full(steps, np.nan)])
    base = [np.log(np.nanmean(levels[t - SEASON : t])) for t in origins]
    return np.stack([padded[t : t + steps] - b for t, b in zip(origins, base, strict=True)])


def fit_last_year(sample: Sample, steps: int) -> Law:
    """Mean of the last twelve months stays; its errors are noise and a random walk.

    ``cov(z_h, z_k) = a 1[h = k] + b min(h, k)``, with a and b not negative and closest to the mean
    squared errors h months ahead of all earlier origins, for h up to half of what there is.
    """
    errors = errors_of_last_year(sample.values, steps)
    reach = min(steps, (len(sample.values) - SEASON) // 2)
    seen = np.isfinite(errors[:, :reach])
    ahead = np.flatnonzero(seen.any(axis=0)) + 1
    squares = np.nanmean(errors[:, ahead - 1] ** 2, axis=0)
    basis = np.stack([np.ones(len(ahead)), ahead.astype(np.float64)], axis=1)
    noise, walk = (float(part) for part in nnls(basis, squares)[0])
    cov = noise * np.eye(steps) + walk * together(steps)
    return Law(
        mean=np.full(steps, np.log(np.nanmean(np.exp(sample.values[-SEASON:])))),
        factor=factor_of(cov) if noise or walk else cov,
        residuals=np.concatenate([np.full(SEASON, np.nan), errors[:, 0]]),
    )


NAIVE = Rule("naive", fit_naive, least=6, takes_gaps=True)
DRIFT = Rule("drift", fit_drift, least=6, takes_gaps=True)
SEASONAL_NAIVE = Rule("seasonal_naive", fit_seasonal_naive, least=2 * SEASON, takes_gaps=True)
LAST_YEAR = Rule("last year's mean", fit_last_year, least=2 * SEASON, takes_gaps=True)
