"""Bend the futures of a draw so that a scenario's statements hold.

Statements are imposed in up to three steps, each exact on every draw (`gaussian`):

1. the country's, and those that are to tell something of the areas about theirs: everything moves,
   jointly over the whole horizon, by its covariance given the figures and the draw's parameters;
2. those about the half of the country: the country is held, its areas move;
3. those about the municipality: the country is held; its half is put back where it was.

Links follow through their posterior covariance with what moves and through their elasticities.
Parameters learn nothing from a statement. An area's figure that was settled in an earlier step is
held in the later ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import expit, logit

from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats, Ints
from forecast.models.season import Patterns, swings
from forecast.models.states import Conditioner, Paths
from forecast.scenarios.gauge import RATE, Gauge
from forecast.scenarios.gaussian import move
from forecast.scenarios.movement import Held, Movement
from forecast.scenarios.setting import Condition, Setting
from forecast.scenarios.shocks import Move

MUNICIPALITY, HALF = 0, 1


@dataclass(frozen=True)
class _Step:
    """Statements imposed together: their places, and those that are held."""

    own: tuple[int, ...]
    kept: tuple[int, ...]
    held: Held | None
    gauge: Gauge
    restores_half: bool


class Bending:
    """A scenario's statements, ready to be imposed on futures.

    Parameters
    ----------
    wanted : the statements
    setting : of the run
    moves : shocks, in all months of the grid
    """

    def __init__(
        self, wanted: Sequence[Condition], setting: Setting, moves: Sequence[Move]
    ) -> None:
        self._wanted, self._setting, self._moves = tuple(wanted), setting, tuple(moves)
        self._steps = tuple(self._plan())
        self._all = self._gauge(range(len(wanted)))

    def read(self, c: Conditioner, paths: Paths, season: Patterns, moves: Sequence[Move]) -> Floats:
        """Read what the statements are about, (q, j) logs."""
        gauge = self._all
        swing = _swing(gauge, c, paths.rate, self._setting.begin)
        return gauge(_taken(gauge, paths), season, swing, [m.months(gauge.months) for m in moves])[
            0
        ]

    def bend(
        self,
        c: Conditioner,
        paths: Paths,
        season: Patterns,
        target: Floats,
        moves: Sequence[Move],
        sketched: "Shifting | None" = None,
    ) -> "Shifting":
        """Move futures of one set of parameters so that the statements hold.

        Parameters
        ----------
        paths : (q, S, T) and (q, T)
        season : of these futures
        target : (q, j) logs, what the statements say less the error of a band
        moves : shocks, of these futures
        sketched : a sketch for the same parameters, whose covariance is used again

        Raises
        ------
        ConvergenceError
            If a pin cannot be met.
        """
        shift: Shifting | None = None
        known = sketched.movement if sketched is not None and len(self._steps) == 1 else None
        for step in self._steps:
            paths = paths if shift is None else shift.everywhere()
            shift = self._impose(step, c, paths, season, target, moves, known)
        return Shifting(paths, None, np.empty((0, 0)), None) if shift is None else shift

    def sketch(
        self, c: Conditioner, paths: Paths, season: Patterns, errors: Floats, moves: Sequence[Move]
    ) -> "Shifting":
        """Sketch how the errors of bands move futures: to first order, about the free ones.

        Statements are put at their middle in the free futures, so that the sketch depends on which
        figures are stated and how surely, and not on what is stated: scenarios that state the same
        figures otherwise are chosen the same errors.

        Parameters
        ----------
        paths : (q, S, T) and (q, T)
        errors : (E, q, j) standard normal

        Returns
        -------
        Shifting
            Of E q futures, the first q with the first errors.
        """
        banded = [j for j, w in enumerate(self._wanted) if w.sd is not None]
        step = next(s for s in self._steps if set(banded) & set(s.own))
        gauge, own = step.gauge, list(step.own)
        held = c if step.held is None else step.held.condition(c)
        movement = Movement(held, gauge.links, gauge.months)
        swing = _swing(gauge, c, paths.rate, self._setting.begin)
        near = [m.months(gauge.months) for m in moves]
        value, slope = gauge(_taken(gauge, paths), season, swing, near)
        value, slope = value[:, : len(own)], slope[:, : len(own)].reshape(len(value), len(own), -1)
        middle = value.mean(axis=0)
        sd = np.array([self._wanted[j].sd or 0.0 for j in own]) / np.exp(middle)
        spread = movement.product(slope.reshape(-1, slope.shape[2])).reshape(slope.shape)
        total = spread @ np.swapaxes(slope, 1, 2) + np.diag(sd**2)
        aim = middle - sd * errors[:, :, own] - value  # (E, q, j)
        force = np.linalg.solve(total[None], aim[..., None])[..., 0]
        weights = np.einsum("eqj,qjd->eqd", force, slope).reshape(-1, slope.shape[2])
        times = len(errors)
        many = Paths(np.tile(paths.links, (times, 1, 1)), np.tile(paths.rate, (times, 1)))
        return Shifting(many, movement, weights, None)

    def _plan(self) -> list[_Step]:
        """Group statements by what they may move."""
        out: list[_Step] = []
        wanted = self._wanted
        joint = [j for j, w in enumerate(wanted) if w.joint]
        if joint:
            out.append(_Step(tuple(joint), (), None, self._gauge(joint), False))
        for area in (HALF, MUNICIPALITY):
            own = [j for j, w in enumerate(wanted) if not w.joint and w.quantity.area == area]
            if own:
                held = Held.of(self._setting.problem, self._below(area))
                kept = [j for step in out for j in step.own if wanted[j].quantity.area <= area]
                gauge = self._gauge([*own, *kept])
                out.append(_Step(tuple(own), tuple(kept), held, gauge, area == MUNICIPALITY))
        return out

    def _below(self, area: int) -> list[bool]:
        """Links that may move for an area: those within the country, or within its half.

        The half's shares of benefits move along with the municipality's, which they share shocks
        with, and are put back; its people and parts share none, and stay.
        """
        inner, people = ["share_", "part_area"], ["_kommune"]
        if area == HALF:
            inner, people = [*inner, "part_region"], [*people, "_region"]
        return [
            name.startswith(tuple(inner))
            or (name.startswith("population:") and name.endswith(tuple(people)))
            for name in self._setting.structure.names
        ]

    def _gauge(self, places: Sequence[int]) -> Gauge:
        s = self._setting
        quantities = [self._wanted[j].quantity for j in places]
        return Gauge(s.structure, quantities, self._moves, s.calendar, s.begin)

    def _impose(
        self,
        step: _Step,
        c: Conditioner,
        paths: Paths,
        season: Patterns,
        target: Floats,
        moves: Sequence[Move],
        known: Movement | None,
    ) -> "Shifting":
        gauge, begin = step.gauge, self._setting.begin
        near = [m.months(gauge.months) for m in moves]
        movement = known
        if movement is None:
            held = c if step.held is None else step.held.condition(c)
            movement = Movement(held, gauge.links, gauge.months)
        free = _taken(gauge, paths)
        rows = free.shape[1:]
        swing = _swing(gauge, c, paths.rate, begin)

        def read(moved: Floats, weights: Floats) -> tuple[Floats, Floats]:
            now = swing
            if step.held is None and gauge.swings and weights.any():
                now = _swing(gauge, c, paths.rate + movement.rate(weights), begin)
            value, slope = gauge(moved.reshape(-1, *rows), season, now, near)
            return value, slope.reshape(*value.shape, -1)

        wanted = [self._wanted[j] for j in (*step.own, *step.kept)]
        variance = np.array([w.variance for w in wanted])
        variance[len(step.own) :] = 0.0
        aim = target[:, list(step.own)]
        if step.kept:
            settled = read(free.reshape(len(free), -1), np.zeros((len(free), free[0].size)))[0]
            aim = np.concatenate([aim, settled[:, len(step.own) :]], axis=1)
        moved = move(
            free.reshape(len(free), -1),
            read,
            movement.product,
            aim,
            variance,
            [w.name for w in wanted],
        )
        restore = None
        if step.restores_half:
            told = frozenset(k for w in wanted for k in w.quantity.members)
            restore = partial(self._half_restored, told)
        return Shifting(paths, movement, moved.weights, restore)

    def _half_restored(self, told: frozenset[int], before: Paths, after: Paths) -> Paths:
        """Put the half of the country back where it was, given the municipality's new share.

        With a the municipality's share of the country and r that of the rest which lies in its
        half, the half holds a + (1 - a) r. A benefit that is not stated moves with those that are;
        on draws where it would come to hold more than the half does, it stays.

        Parameters
        ----------
        told : benefits that the statements are about
        """
        names = self._setting.structure.names
        links = after.links.copy()
        for place, key in enumerate(self._setting.structure.benefits):
            share, rest = names.index(f"share_area:{key}"), names.index(f"share_region:{key}")
            old, new = expit(before.links[:, share]), expit(links[:, share])
            half = old + (1.0 - old) * expit(before.links[:, rest])
            if place not in told:
                beyond = np.any(half <= new, axis=1)
                links[beyond, share] = before.links[beyond, share]
                new = expit(links[:, share])
            left = half - new
            if left.min() <= 0.0:
                areas = self._setting.structure.areas
                raise ConvergenceError(
                    f"{areas[MUNICIPALITY]}: would hold more persons on {key} than "
                    f"{areas[HALF]}; state less, or let the statement move {areas[HALF]} too "
                    "(updates_parents = true)"
                )
            links[:, rest] = logit(left / (1.0 - new))
        return after._replace(links=links)


@dataclass(frozen=True)
class Shifting:
    """Futures that have been moved, whose paths are computed where they are asked for.

    Attributes
    ----------
    before : the futures as they were, (q, S, T) and (q, T)
    movement, weights : what they are moved by, (q, d); None where nothing moves
    restore : paths before and after -> after, with what is not to move put back
    """

    before: Paths
    movement: Movement | None
    weights: Floats
    restore: Callable[[Paths, Paths], Paths] | None

    def everywhere(self, which: Ints | slice = slice(None)) -> Paths:
        """Compute some of the futures in all months, (k, S, T) and (k, T)."""
        before = Paths(self.before.links[which], self.before.rate[which])
        if self.movement is None:
            return before
        return self._added(before, self.movement.everywhere(self.weights[which]))

    def within(self, months: slice) -> Paths:
        """Compute all futures in some months, (q, S, m) and (q, m)."""
        before = Paths(self.before.links[:, :, months], self.before.rate[:, months])
        if self.movement is None:
            return before
        places = np.arange(self.before.rate.shape[1])[months]
        return self._added(before, self.movement.within(self.weights, places))

    def _added(self, before: Paths, shift: Paths) -> Paths:
        after = Paths(before.links + shift.links, before.rate + shift.rate)
        return after if self.restore is None else self.restore(before, after)


def _taken(gauge: Gauge, paths: Paths) -> Floats:
    """Paths that a gauge reads, (q, 1 + L, m)."""
    out = np.empty((len(paths.rate), 1 + len(gauge.links), len(gauge.months)))
    out[:, RATE] = paths.rate[:, gauge.months]
    out[:, 1:] = paths.links[:, gauge.links][:, :, gauge.months]
    return out


def _swing(gauge: Gauge, c: Conditioner, rate: Floats, begin: int) -> Floats:
    """Size of the links' seasons in a gauge's months, (q, m)."""
    if not gauge.swings:
        return np.ones((len(rate), len(gauge.months)))
    kappa = np.full(len(rate), float(c.parameters.kappa))
    out = np.ones_like(rate)
    out[:, begin:] = swings(rate[:, begin:], kappa)
    return out[:, gauge.months]
