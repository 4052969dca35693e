"""What a scenario's statements are about in a run: areas, benefits and months by their places."""

from dataclasses import dataclass

import numpy as np

from forecast.config.scenario import ScenarioSpec, Statement
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.errors import ConfigError
from forecast.models.kernels import Ints
from forecast.models.problem import Problem
from forecast.models.structure import Structure, sums
from forecast.scenarios.gauge import Quantity, is_actual
from forecast.scenarios.sight import COUNTRY
from forecast.vocabulary import Adjustment


@dataclass(frozen=True)
class Condition:
    """A statement in the form the futures are bent by.

    Attributes
    ----------
    name : for messages
    quantity : what it is about
    target : log of the value
    variance : of the log; zero for a pin
    sd : of the value, in its unit; None but for a band that states one
    quantiles : levels and logs of a band that states quantiles, else empty
    joint : whether it moves the areas about its own
    """

    name: str
    quantity: Quantity
    target: float
    variance: float
    sd: float | None
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
        sd=s.sd,
        quantiles=tuple((level, float(np.log(v))) for level, v in s.quantiles),
        joint=area == COUNTRY or s.updates_parents,
    )
