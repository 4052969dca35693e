"""What statements are about: the levels people read, and their derivatives."""

import numpy as np
import pytest

from forecast.models.kernels import Floats
from forecast.models.season import Patterns, add_season, swings
from forecast.models.states import Paths
from forecast.scenarios.duals import Dual
from forecast.scenarios.gauge import Gauge, Quantity
from forecast.scenarios.shocks import Move, shifted
from forecast.scenarios.sight import Sight
from forecast.vocabulary import Measure
from tests.models.worlds import World, small_world
from tests.scenarios.scenes import setting_of

MEASURES = [
    (Measure.FULDTIDSPERSONER, "i_alt"),
    (Measure.FULDTIDSPERSONER, "jobparate"),
    (Measure.FULDTIDSPERSONER, "ledige"),
    (Measure.LANDSANDEL, "kontanthjaelp"),
    (Measure.LEDIGHEDSPROCENT, "ledige"),
    (Measure.LEDIGHEDSPROCENT_FAKTISK, "ledige"),
    (Measure.ANDEL_AF_BEFOLKNING, "sygedagpenge"),
    (Measure.ANDEL_AF_ARBEJDSSTYRKE, "i_alt"),
    (Measure.ARBEJDSSTYRKE, ""),
    (Measure.BEFOLKNING, ""),
]


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


def paths_of(world: World, seed: int, draws: int = 3) -> Paths:
    rng = np.random.default_rng(seed)
    months = world.horizon - world.problem.first + 1
    level = world.problem.series.level_mean[:, None]
    links = level + 0.3 * rng.standard_normal((draws, len(level), months))
    return Paths(links, -3.1 + 0.2 * rng.standard_normal((draws, months)))


def patterns_of(world: World, seed: int, draws: int = 3) -> Patterns:
    rng = np.random.default_rng(seed)
    links = len(world.structure.names)
    return Patterns(
        0.1 * rng.standard_normal((draws, links, 12)), 0.1 * rng.standard_normal((draws, 12))
    )


def moves_of(world: World) -> list[Move]:
    """Some of one benefit move on in the half, and a few leave another in the municipality."""
    months = world.horizon - world.problem.first + 1
    s = world.structure
    one, two, three = (frozenset([s.benefits.index(k)]) for k in
                       ("aktivitetsparate", "sygedagpenge", "dagpenge"))  # fmt: skip
    both = one | frozenset([s.benefits.index("jobparate")])
    ramp = np.linspace(0.0, 0.4, months)[None]
    people = np.array([[20.0], [30.0], [40.0]]) * np.linspace(0.0, 1.0, months)
    return [
        Move(1, both, two, ramp, True, "shock a"),
        Move(0, three, frozenset(), people, False, "shock b"),
        Move(2, two, three, np.full((1, months), 900.0), False, "shock c"),
    ]


def expected(
    world: World, paths: Paths, patterns: Patterns, kappa: Floats, q: Quantity, moves: list[Move]
) -> Floats:
    """The same from the levels of a run."""
    setting = setting_of(world)
    begin = setting.begin
    here = Paths(paths.links[:, :, begin:], paths.rate[:, begin:])
    months = setting.calendar[begin:]
    force = world.structure.levels(here.links, here.rate).labour_force[:, 2]
    if q.actual:
        here = add_season(here, patterns, force, kappa, months)
    levels = world.structure.levels(here.links, here.rate)
    persons = shifted(levels.persons, [m.months(slice(begin, None)) for m in moves])
    window = q.months - begin

    def mean(values: Floats) -> Floats:
        return values[:, window].mean(axis=1)

    if q.measure is Measure.BEFOLKNING:
        return mean(levels.population[:, q.area])
    if q.measure is Measure.ARBEJDSSTYRKE:
        return mean(levels.labour_force[:, q.area])
    over = mean(persons[:, q.area, sorted(q.members)].sum(axis=1))
    if q.measure is Measure.FULDTIDSPERSONER:
        return over
    if q.measure is Measure.LANDSANDEL:
        return over / mean(persons[:, 2, sorted(q.members)].sum(axis=1))
    people = levels.population if q.measure is Measure.ANDEL_AF_BEFOLKNING else levels.labour_force
    return over / mean(people[:, q.area])


def quantity(world: World, measure: Measure, group: str, area: int, actual: bool) -> Quantity:
    members = setting_of(world).members(group)[0] if group else frozenset[int]()
    months = np.arange(45, 52)
    carries = actual and bool(group)
    return Quantity(measure, area, members, (), carries, months)


def taken(gauge: Gauge, paths: Paths) -> Floats:
    rate = paths.rate[:, None, gauge.months]
    return np.concatenate([rate, paths.links[:, gauge.links][:, :, gauge.months]], axis=1)


@pytest.mark.parametrize("shocked", [False, True])
@pytest.mark.parametrize("actual", [False, True])
@pytest.mark.parametrize("area", [0, 1, 2])
@pytest.mark.parametrize(("measure", "group"), MEASURES)
def test_values_are_what_people_read_and_slopes_their_derivatives(
    world: World, measure: Measure, group: str, area: int, actual: bool, shocked: bool
) -> None:
    setting, kappa = setting_of(world), np.array([0.4, 0.6, 0.2])
    paths, patterns = paths_of(world, 1), patterns_of(world, 2)
    moves = moves_of(world) if shocked else []
    q = quantity(world, measure, group, area, actual)
    gauge = Gauge(world.structure, [q], moves, setting.calendar, setting.begin)
    swing = np.ones_like(paths.rate)
    swing[:, setting.begin :] = swings(paths.rate[:, setting.begin :], kappa)
    near = [m.months(gauge.months) for m in moves]

    def value_at(shift: Floats) -> tuple[Floats, Floats]:
        return gauge(taken(gauge, paths) + shift, patterns, swing[:, gauge.months], near)

    value, slope = value_at(np.zeros((1, *slope_shape(gauge))))
    assert np.exp(value[:, 0]) == pytest.approx(
        expected(world, paths, patterns, kappa, q, moves), rel=1e-12
    )
    rng = np.random.default_rng(5)
    for _ in range(4):
        away = rng.standard_normal(slope_shape(gauge))
        up, down = value_at(1e-5 * away[None])[0], value_at(-1e-5 * away[None])[0]
        along = np.einsum("qjrm,rm->qj", slope, away)
        assert (up - down) / 2e-5 == pytest.approx(along, rel=1e-6, abs=1e-8)


def slope_shape(gauge: Gauge) -> tuple[int, int]:
    return 1 + len(gauge.links), len(gauge.months)


def test_a_quantity_asks_for_few_links(world: World) -> None:
    setting = setting_of(world)
    q = quantity(world, Measure.LEDIGHEDSPROCENT, "ledige", 2, False)
    gauge = Gauge(world.structure, [q], [], setting.calendar, setting.begin)
    names = [world.structure.names[s] for s in gauge.links]
    assert set(names) == {"population:befolkning_land", "population:arbejdsstyrke_land"}
    assert np.array_equal(gauge.months, q.months)


def test_sight_is_the_structure(world: World) -> None:
    paths = paths_of(world, 3)
    levels = world.structure.levels(paths.links, paths.rate)
    place = {name: s for s, name in enumerate(world.structure.names)}
    sight = Sight(
        world.structure,
        lambda name: Dual(paths.links[:, place[name]], {}),
        Dual(paths.rate, {}),
        [],
    )
    for area in range(3):
        assert np.allclose(sight.people(area).value, levels.population[:, area], rtol=1e-13)
        assert np.allclose(sight.force(area).value, levels.labour_force[:, area], rtol=1e-13)
        for k in range(len(world.structure.benefits)):
            found = sight.persons(area, frozenset([k])).value
            assert np.allclose(found, levels.persons[:, area, k], rtol=1e-12)
