"""A posterior by its mode, its curvature there, and importance weights that say what that misses.

Parameters are in prior standard deviations, so a direction that the data say nothing about has
curvature one. The mode is found in rounds, each with its safeguard:

1. The first search (L-BFGS-B, within eight prior standard deviations) starts from one fixed point.
2. Curvature is taken where it ends. If the Newton step that is left would gain less than the
   tolerance in log density, that is the mode: it is within sqrt(2 tolerance) posterior standard
   deviations in every direction.
3. Else the next search goes on from there in coordinates in which the curvature is one, which
   makes the density nearly round. A direction in which it bends upwards (a saddle, e.g. at a factor
   of zero) is stepped along first.
4. What has not converged after five rounds raises `ConvergenceError`; nothing takes its place.

Curvature is made from central differences of the analytic gradient. P parameters are shared, and
each of S areas has K of its own, which say nothing of each other given the shared ones. Minus the
second derivatives are then an arrow,

    [ A   B' ]      A (P, P),  B (S K, P),  D: blocks (K, K) on the diagonal, one of each area,
    [ B   D  ]

so one pair of gradients gives a column of D for all areas at once, and the normal at the mode
factors into that of the shared parameters, of precision ``A - B' D^-1 B``, and areas' own given
them, ``N(-D^-1 B dz, D^-1)``: nothing is of the size of all areas squared.

Points drawn from that normal carry the weights density / normal, smoothed by a generalized Pareto
tail whose shape k says whether they can be trusted (Vehtari et al. 2024, arXiv:1507.02646): up to
0.7 they are used, above it all points weigh the same, and k is reported with either.
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
"""Standard deviations that a search stays within: of the prior first, then of the curvature."""

TRUSTED_K = 0.7
"""Largest Pareto shape at which smoothed weights are used."""

_ROUNDS = 5
_STEP = 1e-4  # of the differences of the gradient
_FLATTEST = 0.25  # curvature that coordinates are made round by, at least
_LEAP = 0.15  # along what bends upwards, in coordinates


@dataclass(frozen=True)
class Axes:
    """Coordinates in which a density is round: parameters = centre + ``away`` of coordinates.

    Attributes
    ----------
    head : (P, P) of the shared parameters
    lean : (S K, P) what areas' own move by for a unit of the shared ones
    tail : (S, K, K) of each area's own
    """

    head: Floats
    lean: Floats
    tail: Floats

    @staticmethod
    def plain(shared: int, areas: int, own: int) -> "Axes":
        """Give the parameters' own."""
        tail = np.tile(np.eye(own), (areas, 1, 1))
        return Axes(np.eye(shared), np.zeros((areas * own, shared)), tail)

    def away(self, x: Floats) -> Floats:
        """Parameters less the centre, (..., P + S K)."""
        cut, (areas, own, _) = len(self.head), self.tail.shape
        head = x[..., :cut] @ self.head.T
        each = x[..., cut:].reshape(*x.shape[:-1], areas, own, 1)
        tail = (self.tail @ each).reshape(*x.shape[:-1], areas * own)
        return np.concatenate([head, tail + head @ self.lean.T], axis=-1)

    def along(self, slope: Floats) -> Floats:
        """Slope by the coordinates of what has a slope by the parameters, (P + S K,)."""
        cut, (areas, own, _) = len(self.head), self.tail.shape
        head = (slope[:cut] + slope[cut:] @ self.lean) @ self.head
        each = slope[cut:].reshape(areas, 1, own) @ self.tail
        return np.concatenate([head, each.ravel()])


@dataclass(frozen=True)
class Mode:
    """Where a density is highest, and how it bends there.

    Attributes
    ----------
    at : (P + S K,)
    value : log density
    axes : of the normal that fits: ``at + axes.away(N(0, I))``
    curvature : (P + S K,) of the density along the axes before they were made round
    """

    at: Floats
    value: float
    axes: Axes
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


def find_mode(
    density: ValueAndGradient,
    start: Floats,
    tolerance: float,
    iterations: int,
    own: tuple[int, int] = (0, 1),
) -> Mode:
    """Find the mode of a log density, and its curvature.

    Parameters
    ----------
    density : log density and gradient
    start : (P + S K,)
    tolerance : gain in log density that is not worth a step
    iterations : of the first search; the others are allowed as many
    own : S areas and the K parameters of each, which come last

    Raises
    ------
    ConvergenceError
        If no mode is found in the rounds above, or the density is no number.
    """
    at, gain, curvature = start, np.inf, np.ones(1)
    axes: Axes | None = None
    for _ in range(_ROUNDS):
        at = climb(density, at, tolerance, iterations, axes)
        value, slope = density(at)
        axes, curvature = _round(_curvature(density, at, own))
        along = axes.along(slope)
        gain = 0.5 * float(along @ along)
        if curvature.min() > 0 and gain <= tolerance:
            return Mode(at, value, axes, curvature)
        upwards = np.where(along >= 0, _LEAP, -_LEAP)
        at = at + axes.away(np.where(curvature > 0, 0.0, upwards))
    raise ConvergenceError(
        f"mode of the link model: after {_ROUNDS} searches a step would gain {gain:.2g} and "
        f"the smallest curvature is {curvature.min():.2g}, expected at most {tolerance:g} and "
        "above 0; check the months before the origin for breaks"
    )


def climb(
    density: ValueAndGradient,
    start: Floats,
    tolerance: float,
    iterations: int,
    axes: Axes | None = None,
) -> Floats:
    """Search upwards: within `BOUND` of the prior's mean, or of the start by the axes given.

    Parameters
    ----------
    tolerance : gain in log density that is not worth a step
    axes : in which a unit is a fair step; the parameters' own if None

    Raises
    ------
    ConvergenceError
        If the density is no number at the start.
    """
    from scipy.optimize import minimize

    # each parameter by itself: a matrix of all by all would be large where areas are many
    turn = Axes.plain(0, len(start), 1) if axes is None else axes

    def downhill(step: Floats) -> tuple[float, Floats]:
        value, slope = density(start + turn.away(step))
        if np.isfinite(value) and np.all(np.isfinite(slope)):
            return -value, -turn.along(slope)
        if not step.any():
            raise ConvergenceError(
                f"mode of the link model: log density is {value}, expected a number; "
                "check the months before the origin for values out of line"
            )
        return peak - bottom + peak * float(step @ step), 2.0 * peak * step

    # a step so far that its density is no number is met by a bowl, which leads back to the start
    bottom = density(start)[0]
    peak = 1.0 + abs(bottom)
    about = start if axes is None else np.zeros(len(start))
    box = [(-BOUND - z, BOUND - z) for z in about.tolist()]
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
    return start + turn.away(found.x)


def _curvature(
    density: ValueAndGradient, at: Floats, own: tuple[int, int]
) -> tuple[Floats, Floats, Floats]:
    """Minus the second derivatives, by central differences of the gradient: A, B and D."""
    areas, each = own
    shared = len(at) - areas * each

    def bend(direction: Floats) -> Floats:
        step = _STEP * direction
        return (density(at - step)[1] - density(at + step)[1]) / (2 * _STEP)

    columns = np.array([bend(row) for row in np.eye(shared, len(at))]).T
    blocks = np.empty((areas, each, each))
    for k in range(each if areas else 0):
        direction = np.zeros(len(at))
        direction[shared + k :: each] = 1.0
        blocks[:, :, k] = bend(direction)[shared:].reshape(areas, each)
    head = 0.5 * (columns[:shared] + columns[:shared].T)
    return head, columns[shared:], 0.5 * (blocks + blocks.swapaxes(1, 2))


def _round(curvature: tuple[Floats, Floats, Floats]) -> tuple[Axes, Floats]:
    """Axes along which the curvature is one, or its size where it bends upwards, and what it is."""
    head, lean, blocks = curvature
    areas, each, _ = blocks.shape
    bent, turn = np.linalg.eigh(blocks)
    tail = turn / np.sqrt(_at_least_flat(bent))[:, None, :]
    towards = tail.swapaxes(1, 2) @ lean.reshape(areas, each, len(head))
    sign = np.where(bent > 0, 1.0, -1.0)[:, :, None]
    given = (sign * towards).reshape(areas * each, len(head))
    flat = towards.reshape(areas * each, len(head))
    values, vectors = np.linalg.eigh(head - flat.T @ given)
    axes = Axes(
        head=vectors / np.sqrt(_at_least_flat(values)),
        lean=-(tail @ towards).reshape(areas * each, len(head)),
        tail=tail,
    )
    return axes, np.concatenate([values, bent.ravel()])


def _at_least_flat(curvature: Floats) -> Floats:
    """Curvature itself where it is positive; else its size, but not less than `_FLATTEST`."""
    return np.where(curvature > 0, curvature, np.maximum(np.abs(curvature), _FLATTEST))


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
    points = mode.at + mode.axes.away(standard)
    ratio = np.array([value(z) for z in points]) + 0.5 * np.sum(standard**2, axis=1)
    smoothed, k = pareto_smoothed(ratio)
    weights = np.exp(smoothed) if k <= TRUSTED_K else np.ones(count)
    return Weighted(points, weights / weights.sum(), k)


def pareto_smoothed(log_ratio: Floats) -> tuple[Floats, float]:
    """Smoothed log weights and the tail's shape, by ArviZ of either major version."""
    import arviz

    if hasattr(arviz, "psislw"):
        smoothed, k = arviz.psislw(log_ratio)
    else:
        from arviz_stats.base.array import array_stats

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
