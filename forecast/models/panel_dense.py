"""The same links as `panel_filter`, as one covariance matrix each: the oracle of its tests.

    cov[t, t'] = sum_k v_k X[t, k] X[t', k] + sum_b Z[t, b] Z[t', b] + sigma² T/2 exp(-h/T)
               + scale² load[t]' load[t'] exp(-h/T_season) + var[t] 1{t = t'}

with h the lag in months. Plain numpy, O(T³), and written without looking at the filter.
"""

import numpy as np

from forecast.models import kernels
from forecast.models.dense import log_density
from forecast.models.kernels import Floats
from forecast.models.panel_arrays import LinkArrays


def kernel(
    arrays: LinkArrays, months: kernels.Ints, sigma: float, scale: float, series: int
) -> Floats:
    """Covariance of a link without its noise, (T, T).

    Parameters
    ----------
    months : (T,) numbers of the months; only their lags matter
    sigma, scale : sd of a month's level shock, size of the own season
    series : number of the link, for its own steps Z
    """
    lag = kernels.lags(months)
    static = (arrays.regressors * arrays.constant_variance) @ arrays.regressors.T
    static += arrays.steps[series] @ arrays.steps[series].T
    if np.isinf(arrays.level_memory):
        since = (months - months[0]).astype(np.float64)
        level = np.minimum(since[:, None], since[None, :])
    else:
        level = kernels.ornstein_uhlenbeck(lag, arrays.level_memory)
    season = (arrays.load @ arrays.load.T) * np.exp(-lag / arrays.season_memory)
    return static + sigma**2 * level + scale**2 * season


def log_likelihoods(arrays: LinkArrays) -> Floats:
    """Log likelihood of each link, (S,)."""
    months = np.arange(arrays.value.shape[1], dtype=np.int64)
    out = np.empty(len(arrays.sigma))
    for s, (sigma, scale) in enumerate(zip(arrays.sigma, arrays.scale, strict=True)):
        seen = np.flatnonzero(~np.isnan(arrays.value[s]))
        residual = (arrays.value[s] - arrays.mean[s])[seen]
        total = kernel(arrays, months, sigma, scale, s) + np.diag(arrays.variance[s])
        out[s] = log_density(residual, total[np.ix_(seen, seen)])
    return out


def predict(arrays: LinkArrays, ahead: LinkArrays, series: int) -> tuple[Floats, Floats]:
    """Mean and covariance of a link's months ahead without their noise, given those it has.

    Parameters
    ----------
    ahead : the same links over the T months and H more, `value` NaN in the latter
    """
    months = np.arange(ahead.value.shape[1], dtype=np.int64)
    seen = np.flatnonzero(~np.isnan(ahead.value[series]))
    later = np.arange(arrays.value.shape[1], len(months), dtype=np.int64)
    total = kernel(ahead, months, ahead.sigma[series], ahead.scale[series], series)
    noisy = total + np.diag(ahead.variance[series])
    weights = np.linalg.solve(noisy[np.ix_(seen, seen)], total[np.ix_(seen, later)]).T
    residual = (ahead.value[series] - ahead.mean[series])[seen]
    cov = total[np.ix_(later, later)] - weights @ total[np.ix_(seen, later)]
    return ahead.mean[series, later] + weights @ residual, cov
