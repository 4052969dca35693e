"""Covariance of means over windows of a path that forgets.

A path with variance one and correlation ``exp(-|t - t'| / memory)`` between months has means over
windows w and w' with covariance

    K(w, w') = mean over t in w, t' in w' of exp(-|t - t'| / memory)
             = sum over lags of W exp(-lag / memory),

W the part of pairs of months that lie a lag apart. Windows of the published benchmark overlap by
half a year, which alone correlates neighbours by a half.
"""

from collections.abc import Sequence

import numpy as np

from forecast.core.benchmark import Floats
from forecast.core.period import Window


def lag_weights(windows: Sequence[Window]) -> Floats:
    """W: for every two windows the part of pairs of months at each lag, (T, T, lags)."""
    reach = max(w.last for w in windows) - min(w.first for w in windows) + 1
    out = np.zeros((len(windows), len(windows), reach))
    for i, one in enumerate(windows):
        for j, other in enumerate(windows):
            lag = np.abs(one.months[:, None] - other.months[None, :])
            out[i, j] = np.bincount(lag.ravel(), minlength=reach) / lag.size
    return out


def covariance(weights: Floats, memory: Floats) -> Floats:
    """K for each of D memories in months, (D, T, T)."""
    lags = np.arange(weights.shape[2])
    return np.einsum("ijl,dl->dij", weights, np.exp(-lags / memory[:, None]))
