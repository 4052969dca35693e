"""Make every draw add up, with any set of series left exactly as it is.

Series modelled apart do not add up: areas to their nation, groups to their sum. With z the logs of
the series that may move, W their covariance and M the constraints (rows such as nation less its
areas), each draw and month is moved to the

    z~ that minimises (z~ - z)' W^-1 (z~ - z)  subject to  M exp(z~) = 0,

by Gauss-Newton: with J = M diag(exp z~),

    z~ <- z + W J' (J W J')^-1 (J (z~ - z) - M exp(z~)).

Where a series has to shrink by a log of one the iteration turns on the spot; half of each step
then ends it.

Logs keep every series positive, and W, the draws' own covariance, moves most what is known least
and together what errs together: the additive form x~ = x + W M' (M W M')^-1 (v - M x) of minimum
trace reconciliation (Wickramasuriya, Athanasopoulos & Hyndman 2019,
doi:10.1080/01621459.2018.1448825), iterated on logs; series that are immutable have no variance
(Zhang, Kang, Panagiotelis & Li 2023, doi:10.1016/j.ejor.2022.11.035). W is shrunk towards its
diagonal by the least expected squared error (Schäfer & Strimmer 2005, doi:10.2202/1544-6115.1175),
since there may be more series than draws.

Every month is reconciled by itself: sums hold by month, and the covariance of all months of all
series would not fit into memory.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.core.period import month_code
from forecast.core.sums import FEW, one_sum
from forecast.core.threads import together
from forecast.errors import AlignmentError, ConvergenceError, DataError, nearest

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EXACT, PATIENCE, TURNS = 1e-10, 20, 400
"""How far a sum may be off, as a part of the persons in it; whole turns, and turns at most."""

LONGEST = 1.0
"""Longest step of a log in one turn."""


@dataclass(frozen=True)
class Constraints:
    """Which series are sums of which others.

    Attributes
    ----------
    names : n series
    matrix : (c, n) rows whose product with the series is zero: 1 for a sum, -1 for its parts
    labels : (c,) names of the constraints, for messages
    """

    names: tuple[str, ...]
    matrix: Floats
    labels: tuple[str, ...]

    @classmethod
    def of_sums(cls, names: Sequence[str], sums: Mapping[str, Collection[str]]) -> "Constraints":
        """Make constraints of sums and their parts.

        Raises
        ------
        AlignmentError
            If a name is not among the series.
        """
        place = {name: k for k, name in enumerate(names)}
        matrix = np.zeros((len(sums), len(names)))
        for row, (whole, parts) in zip(matrix, sums.items(), strict=True):
            for name in (whole, *parts):
                if name not in place:
                    raise AlignmentError(
                        f"coherence: '{name}' is not among the series{nearest(name, names)}; "
                        "expected sums of series that are there"
                    )
            row[[place[name] for name in parts]] = -1.0
            row[place[whole]] = 1.0
        return cls(tuple(names), matrix, tuple(f"sum of {whole}" for whole in sums))


def reconcile(
    draws: Floats,
    constraints: Constraints,
    immutable: Collection[str],
    months: Sequence[int] | None = None,
) -> Floats:
    """Reconcile draws of some series.

    Parameters
    ----------
    draws : (D, n, T) positive or zero; a zero stays zero
    constraints : on the n series
    immutable : names of series that are left as they are, bit for bit
    months : (T,) year * 12 + month - 1, for messages

    Returns
    -------
    ndarray
        (D, n, T), every constraint met to `EXACT` of what it sums.

    Raises
    ------
    AlignmentError
        If shapes or names do not fit.
    DataError
        If a value is negative or not finite.
    ConvergenceError
        If a constraint cannot be met: what may not move contradicts itself.
    """
    _check(draws, constraints, immutable)
    fixed = np.array([name in immutable for name in constraints.names])
    out = draws.copy()
    for t in range(draws.shape[2]):
        where = f"month {t + 1}" if months is None else month_code(int(months[t]))
        out[:, :, t] = _month(draws[:, :, t], constraints, fixed, where)
    return out


def reconcile_areas(
    draws: Floats,
    areas: Sequence[str],
    sums: Mapping[str, Collection[str]],
    immutable: Collection[str],
    months: Sequence[int] | None = None,
) -> Floats:
    """Reconcile the areas of every group by itself.

    Parameters
    ----------
    draws : (D, A, G, T); NaN where a series has no projection, which is left out of its sums
    areas : A names
    sums : an area and the areas that lie in it, such as the nation and its municipalities
    immutable : areas that are left as they are, such as the nation
    months : (T,)

    Returns
    -------
    ndarray
        (D, A, G, T)

    Raises
    ------
    As `reconcile`; and AlignmentError if a sum has no projection of its own.
    """
    out = draws.copy()

    def one(g: int) -> None:
        here = np.flatnonzero(~np.isnan(draws[:, :, g]).any(axis=(0, 2)))
        names = [areas[int(a)] for a in here]
        missing = [whole for whole in sums if whole not in names]
        if missing:
            raise AlignmentError(
                f"coherence: group {g + 1} has no projection of {missing[0]}, which its areas are "
                "to sum to; project it, or leave the sum out"
            )
        inside = {whole: [p for p in parts if p in names] for whole, parts in sums.items()}
        found = Constraints.of_sums(names, inside)
        out[:, here, g] = reconcile(draws[:, here, g], found, immutable, months)

    together(one, range(draws.shape[2]))
    return out


def covariance(logs: Floats, known: Flags) -> Floats:
    """Covariance of logs over draws, shrunk towards its diagonal, (n, n).

    Parameters
    ----------
    logs : (D, n)
    known : (D, n) where a series has a log

    The weight of the diagonal is ``sum Var(r_ij) / sum r_ij²`` over pairs, r the correlations and
    Var the variance of their estimates.
    """
    count = np.maximum(known.sum(axis=0), 1)
    away = np.where(known, logs, 0.0)
    away = np.where(known, away - away.sum(axis=0) / count, 0.0)
    sd = np.sqrt((away**2).sum(axis=0) / np.maximum(count - 1, 1))
    unit = np.divide(away, sd, out=np.zeros_like(away), where=sd > 0)
    draws = len(unit)
    correlation = unit.T @ unit / max(draws - 1, 1)
    # Var of the mean of products, by their spread over draws
    square = (unit**2).T @ (unit**2) / draws - (unit.T @ unit / draws) ** 2
    off = ~np.eye(len(sd), dtype=bool)
    size = float((correlation[off] ** 2).sum())
    noise = float(square[off].sum()) * draws / max(draws - 1, 1) ** 2
    shrink = 1.0 if size == 0.0 else min(1.0, max(0.0, noise / size))
    correlation = (1.0 - shrink) * correlation
    np.fill_diagonal(correlation, 1.0)
    # a series without spread in the draws still has to be able to move, if little
    smallest = 1e-3 * (sd[sd > 0].min() if np.any(sd > 0) else 1.0)
    sd = np.maximum(sd, smallest)
    return correlation * np.outer(sd, sd)


def _month(draws: Floats, constraints: Constraints, fixed: Flags, where: str) -> Floats:
    """Reconcile one month, (D, n)."""
    matrix = constraints.matrix
    gap, size = _gaps(draws, matrix)
    # what has been reconciled once is left alone: sizes may have moved a little since
    if np.all(np.abs(gap) <= 4 * EXACT * size):
        return draws
    draws = _emptied(draws, matrix, fixed)
    gap, size = _gaps(draws, matrix)
    positive = draws > 0.0
    moving = positive & ~fixed
    logs = np.log(np.where(positive, draws, 1.0))
    weights = covariance(logs, positive)
    _check_can_move(gap, size, moving, matrix, constraints.labels, where)
    few = len(matrix) == 1 and len(fixed) <= FEW
    found = (_few if few else _many)(draws, moving, size, matrix, weights)
    gap, size = _gaps(found, matrix)
    if np.all(np.abs(gap) <= 4 * EXACT * size):
        return found
    worst = np.unravel_index(np.abs(gap / np.maximum(size, EXACT)).argmax(), gap.shape)
    raise ConvergenceError(
        f"coherence: {where}: the {constraints.labels[worst[1]]} is off by {gap[worst]:.3g} of "
        f"{size[worst]:.3g}, and no turn brings it nearer; what may not move leaves no room, or "
        "contradicts itself: let more series move"
    )


def _few(draws: Floats, moving: Flags, size: Floats, matrix: Floats, weights: Floats) -> Floats:
    """Meet one constraint of few series, draw by draw."""
    values = np.ascontiguousarray(draws)
    return one_sum(values, matrix[0], moving, weights, size[:, 0], EXACT, LONGEST, PATIENCE, TURNS)


def _many(draws: Floats, moving: Flags, size: Floats, matrix: Floats, weights: Floats) -> Floats:
    """Meet the constraints on all draws at once; what is not met is left where it got to."""
    out, which = draws.copy(), np.arange(len(draws))
    base, values, shift = draws, draws, np.zeros_like(draws)
    for turn in range(TURNS):
        gap = values @ matrix.T
        off = np.abs(gap) > EXACT * size
        far = off[:, 0] if off.shape[1] == 1 else off.any(axis=1)
        if not far.all():
            out[which[~far]] = values[~far]
            if not far.any():
                return out
            which, base, shift, moving = which[far], base[far], shift[far], moving[far]
            values, gap, size = values[far], gap[far], size[far]
        try:
            away = _step(values, shift, gap, moving, matrix, weights) - shift
        except np.linalg.LinAlgError:
            break
        if np.abs(away).max() > LONGEST:
            longest = np.abs(away).max(axis=1, keepdims=True)
            away *= LONGEST / np.maximum(longest, LONGEST)
        shift += away if turn < PATIENCE else 0.5 * away
        # what may not move has no shift, and exp(0) leaves it bit for bit
        values = base * np.exp(shift)
    out[which] = values
    return out


def _emptied(draws: Floats, matrix: Floats, fixed: Flags) -> Floats:
    """Empty what is a sum of nobody, and the parts of a sum of nobody, as far as they may move."""
    out = draws
    for _ in range(len(matrix)):
        before = out
        for row in matrix:
            for side in (row > 0, row < 0):
                nobody = ~np.any(out[:, side] > 0.0, axis=1)
                other = (row != 0) & ~side & ~fixed
                if np.any(out[np.ix_(nobody, other)] > 0.0):
                    out = out.copy() if out is draws else out
                    out[np.ix_(nobody, other)] = 0.0
        if out is before:
            break
    return out


def _step(
    values: Floats, shift: Floats, gap: Floats, moving: Flags, matrix: Floats, weights: Floats
) -> Floats:
    """Shift of the logs that meets the constraints to first order, (D, n)."""
    if len(matrix) == 1:
        only = values * (moving * matrix[0])
        pull = (only @ weights) * moving
        total = np.einsum("dn,dn->d", pull, only)
        aim = np.einsum("dn,dn->d", only, shift) - gap[:, 0]
        pull *= np.divide(aim, total, out=np.zeros_like(aim), where=total > 0)[:, None]
        return pull
    slope = matrix[None] * (values * moving)[:, None]  # (D, c, n)
    over = (slope @ weights) * moving[:, None]
    total = over @ np.swapaxes(slope, 1, 2)
    aim = np.einsum("dcn,dn->dc", slope, shift) - gap
    # a constraint that nothing moves holds already, and asks for nothing
    still = ~np.any(slope != 0.0, axis=2)
    aim = np.where(still, 0.0, aim)
    index = np.arange(len(matrix))
    total[:, index, index] += np.where(still, 1.0, 0.0)
    force = np.linalg.solve(total, aim[:, :, None])[:, :, 0]
    return np.einsum("dc,dcn->dn", force, over)


def _gaps(values: Floats, matrix: Floats) -> tuple[Floats, Floats]:
    """How far each constraint is from holding, and the persons in it, (D, c)."""
    return values @ matrix.T, values @ np.abs(matrix).T


def _check_can_move(
    gap: Floats,
    size: Floats,
    moving: Flags,
    matrix: Floats,
    labels: tuple[str, ...],
    where: str,
) -> None:
    """Refuse a constraint that does not hold and in which nothing may move."""
    able = (moving.astype(np.float64) @ np.abs(matrix).T) > 0
    bad = ~able & (np.abs(gap) > EXACT * size)
    if bad.any():
        draw, row = (int(k[0]) for k in np.nonzero(bad))
        raise ConvergenceError(
            f"coherence: {where}: the {labels[row]} is off by {gap[draw, row]:.4g} on draw {draw}, "
            "and none of its series may move; let one of them move"
        )


def _check(draws: Floats, constraints: Constraints, immutable: Collection[str]) -> None:
    if draws.ndim != 3 or draws.shape[1] != len(constraints.names):
        raise AlignmentError(
            f"coherence: found draws of shape {draws.shape}, expected (draws, "
            f"{len(constraints.names)}, months)"
        )
    for name in immutable:
        if name not in constraints.names:
            raise AlignmentError(
                f"coherence: '{name}' is to stay and is not among the series"
                f"{nearest(name, constraints.names)}"
            )
    if not np.isfinite(draws).all() or draws.min(initial=0.0) < 0.0:
        bad = np.argwhere(~np.isfinite(draws) | (draws < 0.0))[0]
        raise DataError(
            f"coherence: found {draws[tuple(bad)]} in {constraints.names[bad[1]]}, draw {bad[0]}; "
            "expected full-time persons of at least 0"
        )
