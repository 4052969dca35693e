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

import numpy as np
from scipy.special import expit, logit

from forecast.config.scenario import ScenarioSpec, Statement
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.errors import ConfigError, ConvergenceError
from forecast.models.kernels import Floats, Ints
from forecast.models.problem import Problem
from forecast.models.season import Patterns, swings
from forecast.models.states import Conditioner, Paths
from forecast.models.structure import Structure, sums
from forecast.scenarios.gauge import RATE, Gauge, Quantity, is_actual
from forecast.scenarios.gaussian import move
from forecast.scenarios.movement import Held, Movement
from forecast.scenarios.shocks import Move
from forecast.scenarios.sight import COUNTRY
from forecast.vocabulary import Adjustment

MUNICIPALITY, HALF = 0, 1


@dataclass(frozen=True)
class Condition:
    """A statement in the form the futures are bent by.

    Attributes
    ----------
    name : for messages
    quantity : what it is about
    target : log of the value
    variance : of the log; zero for a pin
    quantiles : levels and logs of a band that states quantiles, else empty
    joint : whether it moves the areas about its own
    """

    name: str
    quantity: Quantity
    target: float
    variance: float
    quantiles: tuple[tuple[float, float], ...]
    joint: bool


class Setting:
    """What statements are read against.

    Parameters
    ----------
    structure, tree, problem : of the fit
    first, last : first month that people read, last month of the data
    horizon : last month projected
    """

    def __init__(
        self,
        structure: Structure,
        tree: Tree,
        problem: Problem,
        months: tuple[int, int, int],
    ) -> None:
        self.structure, self.tree, self.problem = structure, tree, problem
        self.first, self.last_data, self.horizon = months
        self.calendar: Ints = np.arange(problem.first, self.horizon + 1)
        keys, matrix = sums(tree, structure)
        self._members = {
            k: frozenset(np.flatnonzero(r).tolist()) for k, r in zip(keys, matrix, strict=True)
        }
        names = [k for k, _ in structure.parts]
        for k in (*tree.parts, *tree.derived):
            below = tree.components(k)
            if k not in self._members and set(below) <= set(names):
                self._members[k] = frozenset(-1 - names.index(b) for b in below)

    @property
    def begin(self) -> int:
        """Place of the first month that people read in the grid."""
        return self.first - self.problem.first

    def area(self, name: str) -> int:
        """Place of an area; refuses one that this run does not project."""
        if name not in self.structure.areas:
            raise ConfigError(
                f"area: found {name}, which this run does not project; expected one of "
                f"{', '.join(self.structure.areas)}"
            )
        return self.structure.areas.index(name)

    def members(self, group: str) -> tuple[frozenset[int], tuple[int, ...]]:
        """Benefits and parts of a group; refuses a group that holds nobody."""
        found = self._members.get(group, frozenset())
        if group and not found:
            raise ConfigError(
                f"group: found {group}, which this run does not project (it has no figures, or "
                "can hold nobody); expected a group of projections.csv"
            )
        return frozenset(k for k in found if k >= 0), tuple(-1 - k for k in found if k < 0)

    def months(self, window: Window) -> Ints:
        """Places of a window's months in the grid; refuses what is over or not projected."""
        if window.last <= self.last_data:
            raise ConfigError(
                f"period: found {window.code}, which lies before the origin: the data run to "
                f"{Window(self.last_data, self.last_data).code}; expected a month after it"
            )
        if window.first < self.first or window.last > self.horizon:
            raise ConfigError(
                f"period: found {window.code}, expected months within "
                f"{Window(self.first, self.horizon).code}; correct the period, or let the "
                "projection run further"
            )
        return window.months - self.problem.first


def conditions(spec: ScenarioSpec, setting: Setting) -> tuple[Condition, ...]:
    """Statements of a scenario as conditions on the futures of a run.

    Raises
    ------
    ConfigError
        If a statement is about what the run does not project; names the statement.
    """
    out: list[Condition] = []
    for place, statement in enumerate(spec.statements):
        name = label(spec.id, place, statement)
        try:
            out.append(_condition(statement, name, setting))
        except ConfigError as error:
            raise ConfigError(f"scenario {spec.id}: statement[{place}].{error}") from None
    return tuple(out)


def label(scenario: str, place: int, s: Statement) -> str:
    """Name a statement in a message."""
    return (
        f"scenario {scenario}: statement[{place}] "
        f"({s.area}, {s.group or s.measure}, {s.window.code})"
    )


def _condition(s: Statement, name: str, setting: Setting) -> Condition:
    area = setting.area(s.area)
    members, parts = setting.members(s.group)
    if min([s.value, *(v for _, v in s.quantiles)]) <= 0:
        raise ConfigError(
            f"value: found {s.measure} = {s.value:g}, expected more than zero; correct the value"
        )
    adjusted = s.adjustment is not Adjustment.ACTUAL
    people = not s.group
    return Condition(
        name=name,
        quantity=Quantity(
            s.measure,
            area,
            members,
            parts,
            actual=not people and is_actual(s.measure, adjusted),
            months=setting.months(s.window),
        ),
        target=float(np.log(s.value)),
        variance=0.0 if s.sd is None else float((s.sd / s.value) ** 2),
        quantiles=tuple((level, float(np.log(v))) for level, v in s.quantiles),
        joint=area == COUNTRY or s.updates_parents,
    )


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
    ) -> "Shifting":
        """Move futures of one set of parameters so that the statements hold.

        Parameters
        ----------
        paths : (q, S, T) and (q, T)
        season : of these futures
        target : (q, j) logs, what the statements say less the error of a band
        moves : shocks, of these futures

        Raises
        ------
        ConvergenceError
            If a pin cannot be met.
        """
        shift: Shifting | None = None
        for step in self._steps:
            paths = paths if shift is None else shift.everywhere()
            shift = self._impose(step, c, paths, season, target, moves)
        return Shifting(paths, None, np.empty((0, 0)), None) if shift is None else shift

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
    ) -> "Shifting":
        gauge, begin = step.gauge, self._setting.begin
        near = [m.months(gauge.months) for m in moves]
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
        restore = self._half_restored if step.restores_half else None
        return Shifting(paths, movement, moved.weights, restore)

    def _half_restored(self, before: Paths, after: Paths) -> Paths:
        """Put the half of the country back where it was, given the municipality's new share.

        With a the municipality's share of the country and r that of the rest which lies in its
        half, the half holds a + (1 - a) r.
        """
        names = self._setting.structure.names
        links = after.links.copy()
        for key in self._setting.structure.benefits:
            share, rest = names.index(f"share_area:{key}"), names.index(f"share_region:{key}")
            old, new = expit(before.links[:, share]), expit(after.links[:, share])
            left = old + (1.0 - old) * expit(before.links[:, rest]) - new
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
