"""Scores of quantiles and intervals against what was observed, one value a cell."""

from __future__ import annotations

import numpy as np
import xarray as xr

from forecast.errors import DataError
from forecast.evaluation.alignment import (
    Floats,
    floats,
    matched,
    require_dims,
    require_share,
)

QUANTILE_LEVEL = "quantile_level"
PARTS = ("dispersion", "overprediction", "underprediction")


def quantile_loss(
    quantiles: xr.DataArray, observed: xr.DataArray, *, quantile_dim: str = QUANTILE_LEVEL
) -> xr.DataArray:
    """Quantile loss (pinball loss) of each level.

        QL_p(q, y) = max(p (y - q), (1 - p) (q - y))

    Parameters
    ----------
    quantiles : (quantile_level, ...) with the levels as coordinate, each between 0 and 1
    observed : (...)
    quantile_dim : dim of the levels

    Returns
    -------
    dims of `observed`, and `quantile_dim` last
        In the unit of the observations; NaN where a value is missing.

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If levels are missing, not increasing or not between 0 and 1, quantiles cross, or a value
        is infinite.

    References
    ----------
    Koenker & Bassett (1978), doi:10.2307/1913643.
    """
    values, levels, cells = _quantiles(quantiles, observed, quantile_dim)
    gaps = floats(cells, what="observed")[..., None] - values
    loss = np.maximum(levels * gaps, (levels - 1) * gaps)
    by_level = quantiles.transpose(*cells.dims, quantile_dim)
    return by_level.copy(data=loss).rename("quantile_loss")


def interval_score(
    lower: xr.DataArray, upper: xr.DataArray, observed: xr.DataArray, *, coverage: float
) -> xr.Dataset:
    """Interval score of a central prediction interval, with its three parts.

        IS = (u - l) + 2/(1 - coverage) max(l - y, 0) + 2/(1 - coverage) max(y - u, 0)
             dispersion  overprediction                  underprediction

    Parameters
    ----------
    lower, upper : (...) ends of the interval
    observed : (...)
    coverage : what the interval claims to cover, between 0 and 1

    Returns
    -------
    Dataset
        `total`, `dispersion`, `overprediction`, `underprediction` with the dims of `observed`, in
        its unit; NaN where a value is missing.

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If an upper end lies below the lower, the coverage is not between 0 and 1, or a value is
        infinite.

    References
    ----------
    Gneiting & Raftery (2007), doi:10.1198/016214506000001437; parts: Bracher et al. (2021),
    doi:10.1371/journal.pcbi.1008618.
    """
    require_share(coverage, what="coverage")
    low = floats(matched(lower, observed, what="lower"), what="lower")
    high = floats(matched(upper, observed, what="upper"), what="upper")
    if np.any(high < low):
        raise DataError("interval: found an upper end below the lower, expected lower <= upper")
    return _labelled(_interval(low, high, floats(observed, what="observed"), coverage), observed)


def wis(
    quantiles: xr.DataArray, observed: xr.DataArray, *, quantile_dim: str = QUANTILE_LEVEL
) -> xr.Dataset:
    """Weighted interval score of a median and K central intervals, with its three parts.

        WIS = (|y - m|/2 + sum_k (1 - c_k)/2 IS_k) / (K + 1/2)

    with interval scores IS_k of coverage c_k. The error of the median m counts as overprediction
    where y < m and as underprediction where y > m. The WIS is twice the mean quantile loss, and
    tends to the CRPS with ever more equally spaced levels.

    Parameters
    ----------
    quantiles : (quantile_level, ...) with the levels as coordinate: increasing, 0.5 among them,
        and with each level p also 1 - p
    observed : (...)
    quantile_dim : dim of the levels

    Returns
    -------
    Dataset
        `total`, `dispersion`, `overprediction`, `underprediction` with the dims of `observed`, in
        its unit; NaN where a value is missing.

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If the levels are not as above, quantiles cross, or a value is infinite.

    References
    ----------
    Bracher, Ray, Gneiting & Reich (2021), doi:10.1371/journal.pcbi.1008618.
    """
    values, levels, cells = _quantiles(quantiles, observed, quantile_dim)
    count = len(levels) // 2
    if len(levels) % 2 == 0 or not np.allclose(levels + levels[::-1], 1, rtol=0, atol=1e-9):
        raise DataError(
            f"quantiles: found levels {_listed(levels)}, expected 0.5 and pairs of p and 1 - p"
        )
    y = floats(cells, what="observed")
    median = values[..., count]
    parts = np.stack(
        [0 * (y - median), np.maximum(median - y, 0) / 2, np.maximum(y - median, 0) / 2]
    )
    for k in range(count):
        coverage = 1 - 2 * levels[k]
        parts += levels[k] * _interval(values[..., k], values[..., -1 - k], y, coverage)
    return _labelled(parts / (count + 0.5), cells)


def _interval(lower: Floats, upper: Floats, observed: Floats, coverage: float) -> Floats:
    """Parts of the interval score, (3, ...); a gap anywhere is a gap in all of them."""
    penalty = 2 / (1 - coverage)
    parts = np.stack(
        [
            upper - lower,
            penalty * np.maximum(lower - observed, 0),
            penalty * np.maximum(observed - upper, 0),
        ]
    )
    return np.where(np.isnan(parts).any(axis=0), np.nan, parts)


def _labelled(parts: Floats, like: xr.DataArray) -> xr.Dataset:
    named = dict(zip(("total", *PARTS), [parts.sum(axis=0), *parts], strict=True))
    return xr.Dataset({name: like.copy(data=values) for name, values in named.items()})


def _quantiles(
    quantiles: xr.DataArray, observed: xr.DataArray, dim: str
) -> tuple[Floats, Floats, xr.DataArray]:
    """Values (..., Q), levels (Q,) and the observations in the same order of dims."""
    require_dims(quantiles, [dim], what="quantiles")
    if dim not in quantiles.coords:
        raise DataError(f"quantiles: no levels along '{dim}'; give them as its coordinate")
    levels = np.asarray(quantiles[dim].values, dtype=np.float64)
    if np.any(np.diff(levels) <= 0) or not np.all((levels > 0) & (levels < 1)):
        raise DataError(
            f"quantiles: found levels {_listed(levels)}, expected increasing ones between 0 and 1"
        )
    cells = matched(observed, quantiles.isel({dim: 0}, drop=True), what="observed")
    values = floats(quantiles.transpose(*cells.dims, dim), what="quantiles")
    if np.any(np.diff(values, axis=-1) < 0):
        raise DataError("quantiles: found one below that of a lower level; sort them first")
    return values, levels, cells


def _listed(levels: Floats) -> str:
    return ", ".join(f"{level:g}" for level in levels)
