"""Move joint futures so that conditions hold: Gaussian conditioning, draw by draw.

The free future x of a draw is Gaussian with covariance C. Conditions h(x) = v (pins) or
h(x) = v + N(0, R) (bands) move it to

    x* = x + C J' (J C J' + R)^-1 (v - r - h(x*) + J (x* - x)),

with J the derivative of h at x* and r one draw of the bands' error. For linear h this is an exact
draw of x given the conditions (Matheron's rule; Hoffman & Ribak 1991, doi:10.1086/186160), all
conditions and months at once; for nonlinear h it is iterated to the point where the conditions hold
(Gauss-Newton: the nearest future to x, in the metric of C, that fulfils them).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats

TURNS, TOLERANCE, EXACT = 200, 1e-8, 1e-11
"""Turns at most; the step of any path (in logs) under which it has settled; and how far a pin may
be from what it states (in logs)."""

LENGTHS, LONGEST, TINY = (0.02, 5.0), 2.0, 1e-28
"""Parts of a whole step along the conditions that are taken; the longest step of any path (in
logs), beyond which no derivative tells anything; and a square that is none."""

INDEPENDENT = 1e-10
"""Smallest eigenvalue of the correlations of conditions that do not repeat each other."""

Reading = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Moved futures (q, d), and the weights that moved them -> what the conditions are about (q, j),
and its derivative (q, j, d)."""

Product = Callable[[Floats], Floats]
"""Rows (b, d) -> the covariance of the futures times each, (b, d)."""


class Moved(NamedTuple):
    """Futures that fulfil conditions.

    Attributes
    ----------
    weights : (q, d) whose product with the covariance of everything moves everything
    futures : (q, d) x*
    """

    weights: Floats
    futures: Floats


def move(
    free: Floats,
    read: Reading,
    product: Product,
    target: Floats,
    variance: Floats,
    names: Sequence[str],
) -> Moved:
    """Move futures until conditions hold.

    Parameters
    ----------
    free : (q, d)
    read, product : of the futures
    target : (q, j) v - r
    variance : (j,) of the bands, zero for pins
    names : of the conditions, for messages

    Raises
    ------
    ConvergenceError
        If conditions repeat or contradict each other, or cannot be met.
    """
    # conditions that cannot be met run out of what a number can hold, which is told below
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _iterate(free, read, product, target, variance, names)


def _iterate(
    free: Floats,
    read: Reading,
    product: Product,
    target: Floats,
    variance: Floats,
    names: Sequence[str],
) -> Moved:
    moved, weights, step = free, np.zeros_like(free), np.inf
    gap, held, along = np.zeros_like(target), np.zeros_like(target), _Along()
    for turn in range(TURNS):
        value, slope = read(moved, weights)
        flat = slope.reshape(-1, slope.shape[-1])
        spread = product(flat).reshape(slope.shape)
        total = spread @ np.swapaxes(slope, 1, 2) + np.diag(variance)
        if turn == 0:
            check_independent(total, names)
        gap = target - value
        aim = gap + np.einsum("qjd,qd->qj", slope, moved - free)
        found = _solve(total, aim, names)
        new = free + np.einsum("qj,qjd->qd", found, spread)
        step = float(np.abs(new - moved).max())
        if not np.isfinite(step):
            break
        whole = np.einsum("qj,qjd->qd", found, slope)
        if step < TOLERANCE and np.abs(gap[:, variance == 0.0]).max(initial=0.0) < EXACT:
            return Moved(whole, new)
        # a band gives way by its variance times the force that holds it
        back = _solve(total, gap - variance * held, names)
        across = moved + np.einsum("qj,qjd->qd", back, spread)
        force = held + back
        pulls = weights + np.einsum("qj,qjd->qd", back, slope)
        # squared distance from the free future, and of bands from what they state
        distance = np.einsum("qd,qd->q", pulls, across - free) + force**2 @ variance
        part = along.part(across, new - across, distance)[:, None]
        away = across + part * (new - across) - moved
        short = np.minimum(1.0, LONGEST / np.maximum(np.abs(away).max(axis=1), TINY))[:, None]
        moved = moved + short * away
        weights = weights + short * (pulls + part * (whole - pulls) - weights)
        held = held + short * (force + part * (found - force) - held)
    raise ConvergenceError(_not_met(gap, variance, names, step))


class _Along:
    """How far to go along the surface on which the conditions hold, for each draw by itself.

    A turn goes across to that surface, and along it towards the point nearest to the free future.
    To go the whole way along would converge slowly where a sum is moved far up, and swing without
    end where it is moved far down: the length of the step is that of the secant through the last
    two (Barzilai & Borwein 1988, doi:10.1093/imanum/8.1.141), and at most half of what it was
    wherever the point has gone away from the free future instead of nearer to it.
    """

    def __init__(self) -> None:
        self._last: tuple[Floats, Floats, Floats] | None = None
        self._most = np.empty(0)

    def part(self, at: Floats, along: Floats, distance: Floats) -> Floats:
        """Part of the step from `at` to take, (q,), where a whole one would be `along`, (q, d).

        `distance` is that of `at`, squared, (q,).
        """
        if self._last is None:
            self._last, self._most = (at, along, distance), np.full(len(at), LENGTHS[1])
            return np.ones(len(at))
        moved, turned = at - self._last[0], along - self._last[1]
        square = np.einsum("qd,qd->q", turned, turned)
        secant = -np.einsum("qd,qd->q", moved, turned) / np.maximum(square, TINY)
        # down a slope that bends away there is no nearest point in sight: as far as may be
        secant = np.where(secant > 0.0, secant, LENGTHS[1])
        further = distance > self._last[2] * (1.0 + 1e-9)
        self._most = np.where(further, 0.5, 1.2) * self._most
        self._most = np.clip(self._most, *LENGTHS)
        self._last = (at, along, distance)
        return np.where(square > TINY, np.clip(secant, LENGTHS[0], self._most), 1.0)


def _solve(total: Floats, aim: Floats, names: Sequence[str]) -> Floats:
    try:
        return np.asarray(np.linalg.solve(total, aim[:, :, None])[:, :, 0], dtype=np.float64)
    except np.linalg.LinAlgError as error:
        # a share that is asked to be more than its whole has no slope left
        raise ConvergenceError(_open(names, "no path is left that would change it")) from error


def check_independent(total: Floats, names: Sequence[str]) -> None:
    """Refuse conditions of which one follows from the others, covariances (q, j, j)."""
    sd = np.sqrt(np.diagonal(total, axis1=1, axis2=2))
    if not np.all(sd > 0.0):
        still = [name for name, s in zip(names, sd.min(axis=0), strict=True) if not s > 0.0]
        raise ConvergenceError(
            f"{_listed(still)}: nothing that may move in this scenario changes it, so it cannot be "
            "made to hold; state a figure of the same area, or ask for updates_parents = true"
        )
    values, vectors = np.linalg.eigh(total / (sd[:, :, None] * sd[:, None, :]))
    worst = int(values[:, 0].argmin())
    if values[worst, 0] < INDEPENDENT:
        part = np.abs(vectors[worst, :, 0])
        alike = [name for name, p in zip(names, part, strict=True) if p > 0.1 * part.max()]
        raise ConvergenceError(
            f"{_listed(alike)}: the statements are not independent (smallest eigenvalue of their "
            f"correlations {values[worst, 0]:.1e}, expected at least {INDEPENDENT:.0e}), so they "
            "repeat or contradict each other; remove one, or give it a standard deviation "
            "(kind = 'band')"
        )


def _not_met(gap: Floats, variance: Floats, names: Sequence[str], step: float) -> str:
    """Say which conditions could not be made to hold."""
    size = np.where(np.isfinite(gap), np.abs(gap), np.inf).max(axis=0)
    # a band need not hold; a pin should
    far = np.where(variance > 0, 0.0, size)
    open_ = [name for name, g in zip(names, far, strict=True) if g > 1e-6] or list(names)
    return _open(
        open_, f"a path still moves by {step:.1e} after {TURNS} turns, expected {TOLERANCE:.0e}"
    )


def _open(names: Sequence[str], found: str) -> str:
    return (
        f"{_listed(names)}: cannot be made to hold on every draw ({found}); statements contradict "
        "each other, or a part is stated larger than its whole: state the whole too, or let a "
        "statement about an area move the areas about it (updates_parents = true)"
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
