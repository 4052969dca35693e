"""Scores of draws against what was observed, one value a cell.

Every score goes the same way: check, one formula, keep the dims. Draws have the dims of the
observations and one more, `draw`. A cell that was not observed, or has a missing draw, scores NaN;
it never moves the score of another. Smaller is better, except for `coverage`, `pit` and `bias`.

Scores of quantiles and the scales of series stand in modules of their own and are listed here too.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr
from scipy.spatial.distance import cdist

from forecast.errors import DataError
from forecast.evaluation.alignment import (
    Floats,
    dim_names,
    fitted,
    floats,
    matched,
    paired,
    require_dims,
    require_share,
)
from forecast.evaluation.quantile_scores import interval_score, quantile_loss, wis
from forecast.evaluation.scales import mase_scale, rmsse_scale
from forecast.vocabulary import DRAW

__all__ = [
    "absolute_error",
    "bias",
    "coverage",
    "crps",
    "energy_score",
    "interval_score",
    "mase_scale",
    "percentage_error",
    "pit",
    "quantile_loss",
    "rmsse_scale",
    "scaled_crps",
    "squared_error",
    "wis",
]

_ROWS = 256  # draws whose distances to all others stand in memory at a time


def crps(draws: xr.DataArray, observed: xr.DataArray, *, draw_dim: str = DRAW) -> xr.DataArray:
    """Continuous ranked probability score, fair: its mean does not depend on the number of draws.

    With draws x_1 ≤ ... ≤ x_n of a cell,

        CRPS = mean |x_i - y| - 1/(2 n (n-1)) sum_ij |x_i - x_j|
             = mean |x_i - y| - 1/(n (n-1)) sum_i (2 i - n - 1) x_i,

    the second form after sorting, O(n log n). Single cells may be negative, their expectation is
    not. The unit is that of the observations.

    Parameters
    ----------
    draws : (draw, ...) at least two draws of each cell, exchangeable with each other
    observed : (...)
    draw_dim : dim of the draws

    Returns
    -------
    (...)

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If there are fewer than two draws, or a value is infinite.

    References
    ----------
    Gneiting & Raftery (2007), doi:10.1198/016214506000001437; fair form: Ferro (2014),
    doi:10.1002/qj.2270.
    """
    pair = paired(draws, observed, draw_dim=draw_dim)
    # distances from y are small numbers, so that no digits are lost on large ones
    gaps = np.sort(pair.gaps, axis=-1)
    n = gaps.shape[-1]
    spread = gaps @ (2.0 * np.arange(n) - n + 1) / (n * (n - 1))
    return pair.labelled(np.abs(gaps).mean(axis=-1) - spread, "crps")


def scaled_crps(
    score: xr.DataArray,
    observed: xr.DataArray,
    *,
    over: str | Iterable[str],
    scale: xr.DataArray | None = None,
) -> xr.DataArray:
    """CRPS of several cells as one number without unit.

        sum CRPS / sum |y|             without `scale`
        mean of CRPS / scale           with `scale`, e.g. `mase_scale` of each series

    Cells that were not observed, or have no scale, are left out: both are the same for every
    method. An observed cell without a score makes the result NaN, for a method shall not gain by
    cells it does not predict.

    Parameters
    ----------
    score : (...) result of `crps`
    observed : (...)
    over : dims that are pooled; the others are kept
    scale : some of the dims of `observed`; in the unit of the observations, positive or NaN

    Returns
    -------
    dims of `observed` without `over`
        A fraction. NaN where nothing was observed, or where all that was observed is zero.

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If a value is infinite or a scale is not positive.

    References
    ----------
    Hyndman & Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001, for the scale.
    """
    pooled = dim_names(over)
    require_dims(observed, pooled, what="observed")
    values = floats(matched(score, observed, what="score"), what="score")
    weight = np.abs(floats(observed, what="observed"))
    if scale is not None:
        unit = floats(fitted(scale, observed, what="scale"), what="scale")
        if np.any(unit <= 0):
            raise DataError("scale: found a value of zero or less, expected positive or NaN")
        values, weight = values / unit, np.where(np.isnan(unit * weight), np.nan, 1.0)
    counted = ~np.isnan(weight)
    axes = tuple(observed.get_axis_num(pooled))
    above = np.sum(values, axis=axes, where=counted)
    below = np.sum(weight, axis=axes, where=counted)
    return (
        observed.isel(dict.fromkeys(pooled, 0), drop=True)
        .copy(data=_ratio(above, below))
        .rename("scaled_crps")
    )


def absolute_error(
    draws: xr.DataArray, observed: xr.DataArray, *, draw_dim: str = DRAW
) -> xr.DataArray:
    """Error of the median, |median - y|, in the unit of the observations.

    Parameters, result and errors as in `crps`. The median, since it is what makes the expected
    absolute error smallest: Gneiting (2011), doi:10.1198/jasa.2011.r10138.
    """
    pair = paired(draws, observed, draw_dim=draw_dim)
    return pair.labelled(np.abs(np.median(pair.gaps, axis=-1)), "absolute_error")


def squared_error(
    draws: xr.DataArray, observed: xr.DataArray, *, draw_dim: str = DRAW
) -> xr.DataArray:
    """Squared error of the mean, (mean - y)², in the squared unit of the observations.

    Parameters, result and errors as in `crps`. The mean, since it is what makes the expected
    squared error smallest: Gneiting (2011), doi:10.1198/jasa.2011.r10138.
    """
    pair = paired(draws, observed, draw_dim=draw_dim)
    return pair.labelled(pair.gaps.mean(axis=-1) ** 2, "squared_error")


def percentage_error(
    draws: xr.DataArray, observed: xr.DataArray, *, draw_dim: str = DRAW
) -> xr.DataArray:
    """Error of the median as a fraction of what was observed, |median - y| / |y|; its mean is MAPE.

    Parameters, result and errors as in `crps`. NaN where zero was observed, so that a mean over
    cells is one over those that were not zero. It rewards predictions that are too low: Hyndman &
    Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001.
    """
    pair = paired(draws, observed, draw_dim=draw_dim)
    error = np.abs(np.median(pair.gaps, axis=-1))
    return pair.labelled(_ratio(error, np.abs(pair.observed)), "percentage_error")


def bias(draws: xr.DataArray, observed: xr.DataArray, *, draw_dim: str = DRAW) -> xr.DataArray:
    """Mean of the draws minus what was observed: positive where too much was predicted.

    Parameters, result and errors as in `crps`; in the unit of the observations.
    """
    pair = paired(draws, observed, draw_dim=draw_dim)
    return pair.labelled(pair.gaps.mean(axis=-1), "bias")


def coverage(
    draws: xr.DataArray, observed: xr.DataArray, *, coverage: float, draw_dim: str = DRAW
) -> xr.DataArray:
    """Whether the central interval holds what was observed: 1 for a hit, 0 for a miss.

    The interval reaches from the quantile (1 - coverage)/2 of the draws to (1 + coverage)/2, both
    ends included. The quantile p of n draws is the p (n+1)-th smallest, between two draws by
    linear interpolation (definition 6 of Hyndman & Fan, 1996). Draws that are exchangeable with
    the observation then cover by exactly `coverage` wherever p (n+1) is a whole number; the
    default of numpy (definition 7) covers too little, by a share of 2/(n+1).

    Parameters
    ----------
    draws : (draw, ...)
    observed : (...)
    coverage : of the interval, between 0 and 1
    draw_dim : dim of the draws

    Returns
    -------
    (...)
        0 or 1, NaN where a value is missing.

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If the coverage is no such number, or there are too few draws for it: 2/(1 - coverage) - 1
        are needed, since below the smallest draw nothing is known.

    References
    ----------
    Hyndman & Fan (1996), doi:10.1080/00031305.1996.10473566.
    """
    require_share(coverage, what="coverage")
    pair = paired(draws, observed, draw_dim=draw_dim)
    tail, n = (1 - coverage) / 2, pair.draws.shape[-1]
    if tail * (n + 1) < 1 - 1e-9:
        raise DataError(
            f"draws: found {n} along '{draw_dim}', expected at least {round(1 / tail) - 1} for a "
            f"coverage of {coverage:g}"
        )
    lower, upper = np.quantile(pair.draws, [tail, 1 - tail], axis=-1, method="weibull")
    hit = (lower <= pair.observed) & (pair.observed <= upper)
    gap = np.isnan(lower + upper + pair.observed)
    return pair.labelled(np.where(gap, np.nan, hit), "coverage")


def pit(
    draws: xr.DataArray,
    observed: xr.DataArray,
    *,
    rng: np.random.Generator | None,
    draw_dim: str = DRAW,
) -> xr.DataArray:
    """Probability integral transform: where among the draws the observation lies, from 0 to 1.

        PIT = (b + V (e + 1)) / (n + 1)

    with b draws below the observation, e equal to it, and V uniform on (0, 1). If the observation
    is exchangeable with the draws, its rank with ties broken at random is uniform on 0..n, and the
    PIT is uniform on (0, 1) exactly, whatever n and however many ties.

    Parameters
    ----------
    draws : (draw, ...)
    observed : (...)
    rng : source of V; None puts V = 1/2 (mid-PIT), which repeats but is uniform only in the limit
    draw_dim : dim of the draws

    Returns
    -------
    (...)
        NaN where a value is missing. The numbers of other cells do not depend on such gaps.

    Raises
    ------
    AlignmentError, DataError
        As in `crps`.

    References
    ----------
    Czado, Gneiting & Held (2009), doi:10.1111/j.1541-0420.2009.01191.x.
    """
    pair = paired(draws, observed, draw_dim=draw_dim)
    below = np.sum(pair.gaps < 0, axis=-1)
    equal = np.sum(pair.gaps == 0, axis=-1)
    share = 0.5 if rng is None else rng.random(pair.observed.shape)
    rank = (below + share * (equal + 1)) / (pair.draws.shape[-1] + 1)
    return pair.labelled(np.where(np.isnan(pair.gaps).any(axis=-1), np.nan, rank), "pit")


def energy_score(
    draws: xr.DataArray,
    observed: xr.DataArray,
    *,
    over: str | Iterable[str],
    draw_dim: str = DRAW,
) -> xr.DataArray:
    """Energy score of joint draws, fair: CRPS with Euclidean distances of vectors.

        ES = mean |x_i - y| - 1/(2 n (n-1)) sum_ij |x_i - x_j|

    where a vector holds the values of one draw along `over`. In one dimension it is the CRPS.
    Large series weigh most, so bring them to one scale first. A vector with a gap scores NaN.

    Parameters
    ----------
    draws : (draw, ...)
    observed : (...)
    over : dims that make up the vector; the others are kept
    draw_dim : dim of the draws

    Returns
    -------
    dims of `observed` without `over`
        In the unit of the observations.

    Raises
    ------
    AlignmentError, DataError
        As in `crps`.

    References
    ----------
    Gneiting & Raftery (2007), eq. 22, doi:10.1198/016214506000001437.
    """
    joint = dim_names(over)
    require_dims(observed, joint, what="observed")
    kept = [str(dim) for dim in observed.dims if dim not in joint]
    ordered = observed.transpose(*kept, *joint)
    pair = paired(draws, ordered, draw_dim=draw_dim)
    like = ordered.isel(dict.fromkeys(joint, 0), drop=True)
    vectors = pair.gaps.reshape(like.size, -1, pair.draws.shape[-1])
    scores = np.array([_energy(np.ascontiguousarray(cell.T)) for cell in vectors])
    return like.copy(data=scores.reshape(like.shape)).rename("energy_score")


def _energy(gaps: Floats) -> float:
    """Energy score of (n, d) draws minus the observation, in blocks of pairs."""
    n = len(gaps)
    pairs = 0.0
    for start in range(0, n, _ROWS):
        rows, later = gaps[start : start + _ROWS], gaps[start + _ROWS :]
        pairs += cdist(rows, rows).sum() + 2 * cdist(rows, later).sum()
    return float(np.linalg.norm(gaps, axis=1).mean() - pairs / (2 * n * (n - 1)))


def _ratio(above: Floats, below: Floats) -> Floats:
    """Quotient, NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
