"""Scales of series, from the history that a method was given: what a naive method errs by."""

from __future__ import annotations

import numpy as np
import xarray as xr

from forecast.evaluation.alignment import Floats, floats, require_dims
from forecast.vocabulary import PERIOD

SEASON = 12  # months


def mase_scale(history: xr.DataArray, *, time_dim: str = PERIOD) -> xr.DataArray:
    """Mean absolute seasonal difference of each series.

        scale = mean over t of |y_t - y_(t-lag)|

    with lag 12, or 1 where a series has fewer than 13 values. Differences with a gap on either
    side are left out.

    Parameters
    ----------
    history : (period, ...) consecutive months up to the origin and none after it, NaN where missing
    time_dim : dim of the months

    Returns
    -------
    (...)
        In the unit of the series. NaN where there is no difference, or all are zero: a constant
        series has no scale.

    Raises
    ------
    AlignmentError
        If there is no such dim.
    DataError
        If a value is infinite.

    References
    ----------
    Hyndman & Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001.
    """
    return _scale(history, time_dim, 1).rename("mase_scale")


def rmsse_scale(history: xr.DataArray, *, time_dim: str = PERIOD) -> xr.DataArray:
    """Mean squared seasonal difference of each series, to divide squared errors by.

        scale = mean over t of (y_t - y_(t-lag))²

    Lag, gaps, parameters, errors and NaN as in `mase_scale`; in the squared unit of the series.
    The RMSSE is the root of mean squared error over scale: Makridakis, Spiliotis & Assimakopoulos
    (2022), doi:10.1016/j.ijforecast.2021.11.013.
    """
    return _scale(history, time_dim, 2).rename("rmsse_scale")


def _scale(history: xr.DataArray, time_dim: str, power: int) -> xr.DataArray:
    require_dims(history, [time_dim], what="history")
    series = history.transpose(..., time_dim)
    values = floats(series, what="history")
    seasonal, monthly = (_mean_change(values, lag, power) for lag in (SEASON, 1))
    long = np.sum(~np.isnan(values), axis=-1) > SEASON
    scale = np.where(long, seasonal, monthly)
    return series.isel({time_dim: 0}, drop=True).copy(data=np.where(scale > 0, scale, np.nan))


def _mean_change(values: Floats, lag: int, power: int) -> Floats:
    """Mean of |y_t - y_(t-lag)|^power over the pairs that are whole, NaN where there are none."""
    changes = np.abs(values[..., lag:] - values[..., :-lag]) ** power
    whole = ~np.isnan(changes)
    count = whole.sum(axis=-1)
    total = np.sum(changes, axis=-1, where=whole)
    return np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
