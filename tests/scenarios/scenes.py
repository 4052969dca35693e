"""Statements about a small world, and its futures under them."""

from collections.abc import Sequence

import numpy as np

from forecast.config.scenario import ScenarioSpec, Shock, Statement
from forecast.core.period import Window
from forecast.models.drawing import Simulated, simulate
from forecast.models.futures import Future, levels_of
from forecast.models.kernels import Floats
from forecast.models.problem import Parameters
from forecast.models.structure import sums
from forecast.scenarios.bends import ScenarioBend
from forecast.scenarios.setting import Setting
from forecast.scenarios.shocks import shifted
from forecast.scenarios.tilt import Transport
from forecast.vocabulary import Adjustment, Measure, Unit
from tests.models.worlds import FIRST, World

UNITS = {
    Measure.FULDTIDSPERSONER: Unit.FULDTIDSPERSONER,
    Measure.ARBEJDSSTYRKE: Unit.PERSONER,
    Measure.BEFOLKNING: Unit.PERSONER,
}
ADJUSTED, ACTUAL = Adjustment.SEASONALLY_ADJUSTED, Adjustment.ACTUAL
RATE, ACTUAL_RATE = Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK
COUNT, SHARE = Measure.FULDTIDSPERSONER, Measure.LANDSANDEL
BETWEEN = (FIRST + 35, FIRST + 59)
SEED = 3


def stated(
    measure: Measure,
    period: str,
    value: float,
    sd: float | None = None,
    *,
    adjustment: Adjustment | None = ADJUSTED,
    area: str = "Land",
    group: str = "ledige",
    quantiles: tuple[tuple[float, float], ...] = (),
    up: bool = False,
) -> Statement:
    people = measure in (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING)
    if measure is ACTUAL_RATE:
        adjustment = ACTUAL
    return Statement(
        kind="band" if sd is not None or quantiles else "pin",
        area=area,
        group="" if people else group,
        measure=measure,
        window=Window.parse(period),
        value=value,
        unit=UNITS.get(measure, Unit.ANDEL),
        adjustment=None if people else adjustment,
        reference="test",
        sd=sd,
        quantiles=quantiles,
        updates_parents=up,
    )


def shock(source: str, target: str, amount: float, **more: object) -> Shock:
    """Persons, or a share where below one, who move from January 2021 on."""
    given: dict[str, object] = {"area": "Lilleby", "first": 2021 * 12, "last": None}
    return Shock(
        source=source,
        target=target,
        amount=amount,
        relative=amount < 1,
        reference="test",
        **(given | more),  # type: ignore[arg-type]
    )


def spec_of(
    *statements: Statement, name: str = "prøve", shocks: Sequence[Shock] = ()
) -> ScenarioSpec:
    return ScenarioSpec(name, "prøve", "trial", statements, tuple(shocks))


def setting_of(world: World) -> Setting:
    months = (FIRST, FIRST + 35, world.horizon)
    return Setting(world.structure, world.tree, world.problem, months)


def parameter_sets(world: World, count: int = 3) -> list[Parameters]:
    return [world.parameters._replace(root_scale=0.2 + 0.1 * k) for k in range(count)]


def bends_of(
    world: World, specs: Sequence[ScenarioSpec], sets: int = 3, kept: int = 6
) -> list[ScenarioBend]:
    """Scenarios ready to be imposed, those with quantiles after a look at the free futures."""
    setting, sizes = setting_of(world), (sets, kept, 1)
    looked = [ScenarioBend(s, setting, sizes, SEED, None) for s in specs]
    free = drawn(world, looked, sets, kept)
    out: list[ScenarioBend] = []
    for bend, values in zip(looked, free.stated, strict=True):
        found = {
            j: Transport.of(values[:, j], bend.wanted[j].quantiles, bend.wanted[j].name)
            for j in bend.tilted
        }
        out.append(ScenarioBend(bend.spec, setting, sizes, SEED, found))
    return out


def drawn(world: World, bends: Sequence[ScenarioBend], sets: int = 3, kept: int = 6) -> Simulated:
    rng = np.random.default_rng(20)
    parameters = parameter_sets(world, sets)
    return simulate(world.problem, world.priors, parameters, world.horizon, kept, bends, rng)


def simulated(world: World, *specs: ScenarioSpec, sets: int = 3, kept: int = 6) -> Simulated:
    """The free forecast and scenarios, 3 sets of parameters with 6 futures each."""
    return drawn(world, bends_of(world, [spec_of(), *specs], sets, kept), sets, kept)


def futures(world: World, *specs: ScenarioSpec, sets: int = 3, kept: int = 6) -> list[Future]:
    """Levels of the free forecast and of scenarios."""
    bends = bends_of(world, [spec_of(), *specs], sets, kept)
    made = drawn(world, bends, sets, kept)
    out: list[Future] = []
    for place, bend in enumerate(bends):
        moves = [m.months(slice(setting_of(world).begin, None)) for m in bend.moves]
        shift = (lambda persons, moves=moves: shifted(persons, moves)) if moves else None
        out.append(levels_of(world.structure, made, place, FIRST, BETWEEN, shift))
    return out


def read(future: Future, world: World, s: Statement) -> Floats:
    """What a person reads off a future, on every draw."""
    months = np.arange(s.window.first, s.window.last + 1) - int(future.months[0])
    area = world.structure.areas.index(s.area)

    def mean(values: Floats) -> Floats:
        return values[..., months].mean(axis=-1)

    force = mean(future.actual.labour_force[:, area])
    people = mean(future.actual.population[:, area])
    if s.measure is Measure.ARBEJDSSTYRKE:
        return force
    if s.measure is Measure.BEFOLKNING:
        return people
    persons = mean(counted(future, world, s, area))
    if s.measure is COUNT:
        return persons
    if s.measure is SHARE:
        return persons / mean(counted(future, world, s, 2))
    return persons / (people if s.measure is Measure.ANDEL_AF_BEFOLKNING else force)


def counted(future: Future, world: World, s: Statement, area: int) -> Floats:
    """Persons of a group in an area, (draws, T)."""
    if s.adjustment is ADJUSTED and s.group == "ledige":
        return future.adjusted_unemployed[:, area]
    keys, matrix = sums(world.tree, world.structure)
    persons = future.actual.persons[:, area]
    if s.adjustment is ADJUSTED:
        persons = world.structure.levels(future.paths.links, future.paths.rate).persons[:, area]
    return np.einsum("k,qkt->qt", matrix[keys.index(s.group)], persons)
