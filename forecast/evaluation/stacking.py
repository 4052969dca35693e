"""Weights of methods in a linear pool, learnt from the CRPS of earlier origins.

The linear pool draws each future from one of M methods, with probability w_m from method m. Its
CRPS is linear minus quadratic in the weights,

    CRPS(sum_m w_m F_m, y) = sum_m w_m E|X_m - y| - 1/2 sum_mk w_m w_k E|X_m - X_k|,

so the terms ``a_m = E|X_m - y|`` and ``B_mk = E|X_m - X_k|``, averaged over cells, are all that is
kept of an origin. The quadratic form is convex where the weights sum to one, since E|X - X'| is of
negative type (Gneiting & Raftery, 2007, doi:10.1198/016214506000001437). Stacking of predictive
distributions: Yao, Vehtari, Simpson & Gelman (2018), doi:10.1214/17-BA1091.

Weights know only the terms that are handed in: to use them at an origin, hand in terms of origins
whose months had all been observed by then.

Units: each cell is divided by a scale in the unit of the observations before it is averaged, so
terms, objective and shrinkage are fractions of that scale.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUntypedFunctionDecorator=false

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numba as nb
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import minimize

from forecast.errors import AlignmentError, ConvergenceError, DataError
from forecast.evaluation.alignment import (
    Floats,
    Paired,
    fitted,
    floats,
    matched,
    paired,
    require_dims,
)
from forecast.vocabulary import DRAW

_TOLERANCE = 1e-9  # a weight below it is zero, and weights sum to one within it


@dataclass(frozen=True)
class Terms:
    """What the CRPS of every pool of M methods is made of, averaged over the cells of one origin.

    Attributes
    ----------
    methods : names, in the order of the axes
    linear : (M,) mean |X_m - y| / scale
    quadratic : (M, M) mean |X_m - X_k| / scale; on the diagonal between two draws of a method
    cells : number of cells averaged
    left_out : cells without observation or scale, or with a gap in the draws of some method
    """

    methods: tuple[str, ...]
    linear: Floats
    quadratic: Floats
    cells: int
    left_out: int

    def crps(self, weights: Floats) -> float:
        """Mean scaled CRPS of the pool with these weights, (M,)."""
        return float(self.linear @ weights - weights @ self.quadratic @ weights / 2)

    def among(self, methods: tuple[str, ...]) -> Terms:
        """Terms of pools of some of the methods only, over the same cells."""
        at = [self.methods.index(name) for name in methods]
        quadratic = self.quadratic[np.ix_(at, at)]
        return replace(self, methods=methods, linear=self.linear[at], quadratic=quadratic)


def pool_terms(
    draws_by_method: Mapping[str, xr.DataArray],
    observed: xr.DataArray,
    scale: xr.DataArray,
    *,
    draw_dim: str = DRAW,
) -> Terms:
    """Terms of one origin.

    Expectations are means over all pairs of draws, found by merging sorted draws: for n draws of
    m and o draws of k,

        E|X_m - X_k| = sum_ij |x_i - z_j| / (n o),   E|X_m - X_m'| = sum_ij |x_i - x_j| / (n (n-1)),

    the latter in the fair form. Both are unbiased if draws of different methods are independent;
    where draw i of two methods goes with one given path of the nation, n of the n² pairs are
    dependent, which moves the mean by a share of 1/n.

    Parameters
    ----------
    draws_by_method : (draw, ...) of each method; the number of draws may differ
    observed : (...)
    scale : some of the dims of `observed`; in the unit of the observations, positive or NaN
    draw_dim : dim of the draws

    Returns
    -------
    Terms
        Averaged over the cells that every method has, for only there do weights have a meaning.

    Raises
    ------
    AlignmentError
        If dims or labels do not match.
    DataError
        If there is no method or no common cell, a method has fewer than two draws, a scale is not
        positive, or a value is infinite.
    """
    if not draws_by_method:
        raise DataError("stacking: found no method, expected at least one")
    pairs = [paired(draws, observed, draw_dim=draw_dim) for draws in draws_by_method.values()]
    unit = floats(fitted(scale, observed, what="scale"), what="scale")
    if np.any(unit <= 0):
        raise DataError("scale: found a value of zero or less, expected positive or NaN")
    common = _common(pairs, unit)
    gaps = [np.sort(pair.gaps[common], axis=-1) for pair in pairs]
    return Terms(
        methods=tuple(draws_by_method),
        linear=np.array([np.mean(np.abs(x).mean(axis=-1) / unit[common]) for x in gaps]),
        quadratic=_quadratic(gaps, unit[common]),
        cells=int(common.sum()),
        left_out=int(common.size - common.sum()),
    )


def ridge(terms: Sequence[Terms], *, independent_origins: float | None = None) -> float:
    """Shrinkage to equal weights that fits the noise of few origins.

    At equal weights the objective has, in each direction that exchanges methods, a slope and a
    curvature k. The slope is a mean over J origins and known with variance sigma²/J, where sigma²
    is its variance between origins. Take a weight before any data as N(1/M, tau²). Then the ridge
    that makes the expected squared error of the weights smallest, direction by direction, is

        shrinkage = sigma² / (2 J k tau²),    tau² = (M - 1) / (M² (M + 1)),

    with tau² the variance of a weight that is uniform on the simplex, and sigma² and k averaged
    over the M - 1 directions. No constant is left to choose. The ridge falls as 1/J, grows with the
    unrest of slopes from origin to origin, and grows without limit as methods become alike: then
    nothing is to be gained by unequal weights.

    Parameters
    ----------
    terms : of J origins
    independent_origins : how many independent origins they are worth, J by default. Overlapping
        horizons make it fewer: about the months spanned over the horizon.

    Returns
    -------
    float
        In units of the objective. Infinite (equal weights) for one origin, whose noise cannot be
        known, and for methods that are alike.

    Raises
    ------
    AlignmentError
        If the origins have different methods.
    DataError
        If there are no terms, or the number of independent origins is not positive.
    """
    count = len(_names(terms))
    origins = len(terms) if independent_origins is None else independent_origins
    if not origins > 0:
        raise DataError(f"stacking: found {origins:g} independent origins, expected more than none")
    if count == 1:
        return 0.0
    if len(terms) == 1:
        return math.inf
    exchange = np.eye(count) - 1 / count  # projection on weights that sum to zero
    equal = np.full(count, 1 / count)
    slopes = np.array([exchange @ (one.linear - one.quadratic @ equal) for one in terms])
    noise = slopes.var(axis=0, ddof=1).sum() / (count - 1)
    curvature = -np.trace(exchange @ pooled(terms).quadratic @ exchange) / (count - 1)
    spread = (count - 1) / (count**2 * (count + 1))
    if curvature <= 0:
        return math.inf
    return float(noise / (2 * origins * curvature * spread))


def pooled(terms: Sequence[Terms]) -> Terms:
    """Average the terms over all cells of all of them.

    Raises
    ------
    AlignmentError
        If they have different methods.
    """
    _names(terms)
    cells = [one.cells for one in terms]
    return Terms(
        methods=terms[0].methods,
        linear=np.average([one.linear for one in terms], axis=0, weights=cells),
        quadratic=np.average([one.quadratic for one in terms], axis=0, weights=cells),
        cells=sum(cells),
        left_out=sum(one.left_out for one in terms),
    )


def weights(terms: Sequence[Terms], *, shrinkage: float) -> dict[str, float]:
    """Weights with the smallest CRPS of the pool over all cells of the origins handed in.

        minimise  a·w - w'Bw/2 + shrinkage |w - 1/M|²   over  w >= 0,  sum w = 1

    by SLSQP with the exact gradient, from equal weights on. The fair diagonal of B can bend the
    objective down by B_mm/(n-1) between methods that are nearly alike; there all weights are as
    good, and the ridge keeps them together.

    Parameters
    ----------
    terms : of earlier origins, see the module
    shrinkage : not negative, see `ridge`; infinite gives equal weights

    Returns
    -------
    dict
        Weight of each method, not negative, summing to one.

    Raises
    ------
    AlignmentError
        If the origins have different methods.
    DataError
        If there are no terms, or the shrinkage is negative.
    ConvergenceError
        If the minimiser fails.
    """
    names = _names(terms)
    if not shrinkage >= 0:
        raise DataError(f"stacking: found a shrinkage of {shrinkage:g}, expected zero or more")
    equal = np.full(len(names), 1 / len(names))
    found = equal if math.isinf(shrinkage) else _minimum(pooled(terms), equal, shrinkage)
    return dict(zip(names, found.tolist(), strict=True))


def pool(
    draws_by_method: Mapping[str, xr.DataArray],
    weights: Mapping[str, float],
    *,
    count: int,
    rng: np.random.Generator,
    draw_dim: str = DRAW,
) -> xr.DataArray:
    """Joint draws of the linear pool: each is one whole future of one method.

    Draw k of the pool is draw k of the method that was drawn for k, so a future stays whole over
    all cells, and a draw number keeps the path of the nation it was given. Methods get their shares
    of the draws stratified: count · w_m rounded down or up at random, with that mean (systematic
    sampling), and are then shuffled over the draw numbers.

    Parameters
    ----------
    draws_by_method : (draw, ...) at least `count` draws of each method with a weight
    weights : of each method, not negative, summing to one
    count : number of pooled draws
    rng : source of the choice of methods
    draw_dim : dim of the draws

    Returns
    -------
    (draw, ...) as the first method; a gap in a chosen draw stays a gap.

    Raises
    ------
    AlignmentError
        If dims or labels do not match, or methods and weights have different names.
    DataError
        If weights are no weights, or a method has too few draws.
    """
    shares = _shares(draws_by_method, weights)
    chosen = _chosen(shares, count, rng)
    first = next(iter(draws_by_method.values()))
    require_dims(first, [draw_dim], what="draws")
    like = first.isel({draw_dim: slice(count)}).transpose(draw_dim, ...)
    pooled = np.empty(like.shape)
    for m, (name, draws) in enumerate(draws_by_method.items()):
        if draws.sizes.get(draw_dim, count) < count:
            raise DataError(
                f"{name}: found {draws.sizes[draw_dim]} along '{draw_dim}', expected at least "
                f"{count}; draw more or pool fewer"
            )
        futures = matched(draws.head({draw_dim: count}), like, what=name)
        pooled[chosen == m] = futures.values[chosen == m]
    return like.copy(data=pooled)


def _names(terms: Sequence[Terms]) -> tuple[str, ...]:
    if not terms:
        raise DataError("stacking: found no terms, expected those of at least one earlier origin")
    for one in terms:
        if one.methods != terms[0].methods:
            raise AlignmentError(
                f"stacking: found methods ({', '.join(one.methods)}) at one origin, expected "
                f"({', '.join(terms[0].methods)}) as at the first"
            )
    return terms[0].methods


def _minimum(terms: Terms, equal: Floats, shrinkage: float) -> Floats:
    """Weights that minimise the pool's CRPS with a ridge, (M,)."""

    def slope(w: Floats) -> Floats:
        return terms.linear - terms.quadratic @ w + 2 * shrinkage * (w - equal)

    # in units of the slopes' spread, so that the tolerance means the same for every shrinkage
    unit = float(np.ptp(slope(equal)) + shrinkage) or 1.0
    start = terms.crps(equal)

    def objective(w: Floats) -> float:
        return (terms.crps(w) - start + shrinkage * np.sum((w - equal) ** 2)) / unit

    found = minimize(
        objective,
        equal,
        jac=lambda w: slope(w) / unit,
        method="SLSQP",
        bounds=[(0, 1)] * len(equal),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    if not found.success:
        raise ConvergenceError(
            f"stacking: found no weights ({found.message}), expected a minimum; check the terms"
        )
    inside = np.where(found.x > _TOLERANCE, found.x, 0)
    return inside / inside.sum()


def _common(pairs: Sequence[Paired], unit: Floats) -> NDArray[np.bool_]:
    """Cells with an observation, a scale and all draws of all methods."""
    common = ~np.isnan(unit)
    for pair in pairs:
        common &= ~np.isnan(pair.gaps).any(axis=-1)
    if not common.any():
        raise DataError("stacking: found no cell with observation, scale and draws of all methods")
    return common


def _quadratic(gaps: Sequence[Floats], unit: Floats) -> Floats:
    """Mean scaled distances between draws of two methods, from sorted (cells, n), as (M, M)."""
    out = np.empty((len(gaps), len(gaps)))
    for m, first in enumerate(gaps):
        for k, second in enumerate(gaps[: m + 1]):
            pairs = first.shape[-1] * (second.shape[-1] - (m == k))
            out[m, k] = out[k, m] = np.mean(_distances(first, second) / unit) / pairs
    return out


@nb.njit(cache=True)
def _distances(first: Floats, second: Floats) -> Floats:  # pragma: no cover
    """Sum of |x_i - z_j| over all pairs, for each cell of sorted (cells, n) and (cells, o).

    Between two neighbours of the merged draws, i of the n and j of the o draws lie below: i (o - j)
    + j (n - i) pairs reach across.
    """
    n, o = first.shape[1], second.shape[1]
    sums = np.zeros(first.shape[0])
    for c in range(first.shape[0]):
        i = j = 0
        at = 0.0
        while i + j < n + o:
            from_first = j == o or (i < n and first[c, i] <= second[c, j])
            here = first[c, i] if from_first else second[c, j]
            sums[c] += (here - at) * (i * (o - j) + j * (n - i))
            at = here
            if from_first:
                i += 1
            else:
                j += 1
    return sums


def _shares(draws_by_method: Mapping[str, xr.DataArray], weights: Mapping[str, float]) -> Floats:
    """Weights in the order of the methods, (M,)."""
    if not draws_by_method or set(weights) != set(draws_by_method):
        raise AlignmentError(
            f"pool: found weights of ({', '.join(weights)}), expected those of "
            f"({', '.join(draws_by_method)})"
        )
    shares = np.array([weights[name] for name in draws_by_method], dtype=np.float64)
    if not (np.all(shares >= 0) and math.isclose(shares.sum(), 1, abs_tol=_TOLERANCE)):
        raise DataError(
            f"pool: found weights {', '.join(f'{share:g}' for share in shares)}, expected none "
            "below zero and a sum of one"
        )
    return shares


def _chosen(shares: Floats, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose the method of each draw by systematic sampling, (count,)."""
    points = (np.arange(count) + rng.random()) / count
    inner = np.cumsum(shares)[:-1]
    return rng.permutation(np.searchsorted(inner, points, side="right"))
