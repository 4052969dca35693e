"""A posterior by its mode, its curvature there, and importance weights that say what that misses.

Parameters are in prior standard deviations, so a direction that the data say nothing about has
curvature one. The mode is found in rounds, each with its safeguard:

1. The first search (L-BFGS-B, within eight prior standard deviations) starts from one fixed point.
2. Curvature is taken where it ends. If the Newton step that is left would gain less than the
   tolerance in log density, that is the mode: it is within sqrt(2 tolerance) posterior standard
   deviations in every direction.
3. Else the next search goes on from there in coordinates in which the curvature is one, which
   makes the density nearly round. A direction in which it bends upwards (a saddle, e.g. at a spread
   of zero) is stepped along first.
4. What has not converged after five rounds raises `ConvergenceError`; nothing takes its place.

Curvature is made from central differences of the analytic gradient. Points drawn from the normal
it gives carry the weights density / normal, smoothed by a generalized Pareto tail whose shape k
says whether they can be trusted (Vehtari et al. 2024, arXiv:1507.02646): up to 0.7 they are used,
above it all points weigh the same, and k is reported with either.
"""

# scipy and ArviZ have no types, and one of ArviZ's packages is there with its version 1 only:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingImports=false

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats, Ints

ValueAndGradient = Callable[[Floats], tuple[float, Floats]]

BOUND = 8.0
"""Prior standard deviations within which the first search stays."""

TRUSTED_K = 0.7
"""Largest Pareto shape at which smoothed weights are used."""

_ROUNDS = 5
_STEP = 1e-4  # of the differences of the gradient
_FLATTEST = 0.25  # curvature that coordinates are made round by, at least


@dataclass(frozen=True)
class Mode:
    """Where a density is highest, and how it bends there.

    Attributes
    ----------
    at : (P,)
    value : log density
    root : (P, P) of the covariance of the normal that fits: ``at + root @ N(0, I)``
    curvature : (P,) eigenvalues of minus the second derivatives, ascending
    """

    at: Floats
    value: float
    root: Floats
    curvature: Floats


@dataclass(frozen=True)
class Weighted:
    """Points of a posterior with their weights.

    Attributes
    ----------
    points : (M, P)
    weights : (M,) sum to one
    pareto_k : shape of the tail of the raw weights; NaN where points were sampled and not weighed
    """

    points: Floats
    weights: Floats
    pareto_k: float


def find_mode(density: ValueAndGradient, start: Floats, tolerance: float, iterations: int) -> Mode:
    """Find the mode of a log density, and its curvature.

    Parameters
    ----------
    density : log density and gradient
    start : (P,)
    tolerance : gain in log density that is not worth a step
    iterations : of the first search; the others are allowed as many

    Raises
    ------
    ConvergenceError
        If no mode is found in the rounds above, or the density is no number.
    """
    at, gain, values = start, np.inf, np.ones(1)
    axes: Floats | None = None
    for _ in range(_ROUNDS):
        at = climb(density, at, tolerance, iterations, axes)
        value, slope = density(at)
        values, vectors = np.linalg.eigh(_curvature(density, at))
        along = slope @ vectors
        gain = 0.5 * float(np.sum(along**2 / np.abs(values)))
        if values[0] > 0 and gain <= tolerance:
            return Mode(at, value, vectors / np.sqrt(values), values)
        axes = vectors / np.sqrt(np.maximum(np.abs(values), _FLATTEST))
        if values[0] <= 0:
            at = at + 0.3 * vectors[:, 0] * (1.0 if along[0] >= 0 else -1.0)
    raise ConvergenceError(
        f"mode of the link model: after {_ROUNDS} searches a step would gain {gain:.2g} and "
        f"the smallest curvature is {values[0]:.2g}, expected at most {tolerance:g} and above 0; "
        "check the months before the origin for breaks"
    )


def climb(
    density: ValueAndGradient,
    start: Floats,
    tolerance: float,
    iterations: int,
    axes: Floats | None = None,
) -> Floats:
    """Search upwards, within `BOUND` where no axes are given.

    Parameters
    ----------
    tolerance : gain in log density that is not worth a step
    axes : (P, P) columns are the directions in which a unit is a fair step; the parameters' own
        if None
    """
    from scipy.optimize import minimize

    turn = np.eye(len(start)) if axes is None else axes

    def downhill(step: Floats) -> tuple[float, Floats]:
        value, slope = density(start + turn @ step)
        if not (np.isfinite(value) and np.all(np.isfinite(slope))):
            raise ConvergenceError(
                f"mode of the link model: log density is {value}, expected a number; "
                "check the months before the origin for values out of line"
            )
        return -value, -(turn.T @ slope)

    box = [(-BOUND - z, BOUND - z) for z in start.tolist()] if axes is None else None
    found = minimize(
        downhill,
        np.zeros(len(start)),
        jac=True,
        method="L-BFGS-B",
        bounds=box,
        options={
            "maxiter": iterations,
            "maxcor": 20,
            "gtol": np.sqrt(tolerance / len(start)),
            "ftol": 1e-10,
        },
    )
    return start + turn @ found.x


def _curvature(density: ValueAndGradient, at: Floats) -> Floats:
    """Minus the second derivatives, by central differences of the gradient, symmetric."""
    size = len(at)
    out = np.empty((size, size))
    for i in range(size):
        step = np.zeros(size)
        step[i] = _STEP
        out[i] = (density(at - step)[1] - density(at + step)[1]) / (2 * _STEP)
    return 0.5 * (out + out.T)


def weighted_points(
    value: Callable[[Floats], float], mode: Mode, count: int, rng: np.random.Generator
) -> Weighted:
    """Draw points from the normal at the mode, and weigh them by what it misses.

    Parameters
    ----------
    value : log density
    count : M
    """
    standard = rng.standard_normal((count, len(mode.at)))
    points = mode.at + standard @ mode.root.T
    ratio = np.array([value(z) for z in points]) + 0.5 * np.sum(standard**2, axis=1)
    smoothed, k = _pareto_smoothed(ratio)
    weights = np.exp(smoothed) if k <= TRUSTED_K else np.ones(count)
    return Weighted(points, weights / weights.sum(), k)


def _pareto_smoothed(log_ratio: Floats) -> tuple[Floats, float]:
    """Smoothed log weights and the tail's shape, by ArviZ of either major version."""
    import arviz

    if hasattr(arviz, "psislw"):
        smoothed, k = arviz.psislw(log_ratio)
    else:
        from arviz_stats.base import array_stats

        smoothed, k = array_stats.psislw(-log_ratio)  # it takes log likelihoods, as of LOO
    return np.asarray(smoothed), float(k)


def resampled(weights: Floats, count: int, rng: np.random.Generator) -> list[Ints]:
    """Share out draws among points by their weights: for each point the draws it makes.

    Systematic resampling, so that the count of a point is within one of its expectation; which
    draw is whose is left to chance.
    """
    edges = np.floor(np.cumsum(weights) * count + rng.random()).astype(np.int64)
    edges[-1] = count
    return np.split(rng.permutation(count), np.minimum(edges[:-1], count))
