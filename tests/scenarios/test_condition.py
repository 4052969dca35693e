"""Scenarios: what is stated holds on every draw, and everything else follows."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.config.scenario import Statement
from forecast.core.period import Window
from forecast.errors import ConfigError, ConvergenceError
from forecast.models.kernels import Floats
from forecast.models.problem import layout
from forecast.models.season import Patterns
from forecast.models.states import Conditioner, Paths, condition, deviations, make_grid, mean_paths
from forecast.scenarios.condition import Bending
from forecast.scenarios.plausibility import plausibility
from forecast.scenarios.setting import conditions
from forecast.vocabulary import Measure
from tests.models.worlds import FIRST, World, small_world
from tests.scenarios.scenes import (
    ACTUAL,
    ACTUAL_RATE,
    COUNT,
    RATE,
    SHARE,
    futures,
    read,
    setting_of,
    simulated,
    spec_of,
    stated,
)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


CASES = {
    "rate ultimo": (stated(RATE, "2021-12", 0.045),),
    "year means": (stated(COUNT, "2020", 147000.0), stated(COUNT, "2021", 138000.0)),
    "a rate and two years": (
        stated(RATE, "2021-12", 0.045),
        stated(COUNT, "2020", 147000.0),
        stated(COUNT, "2021", 138000.0),
    ),
    "mean rate of a year": (stated(RATE, "2021", 0.06),),
    "a mean over two years": (stated(RATE, "2020-06..2021-05", 0.052),),
    "actual rate of a month": (stated(ACTUAL_RATE, "2021-02", 0.05),),
    "actual count of a quarter": (stated(COUNT, "2021-Q3", 120000.0, adjustment=ACTUAL),),
    "actual rate over a new year": (stated(ACTUAL_RATE, "2020-11..2021-02", 0.05),),
    "actual and adjusted": (stated(ACTUAL_RATE, "2021-02", 0.05), stated(RATE, "2021-12", 0.04)),
    "people": (
        stated(Measure.ARBEJDSSTYRKE, "2021", 2.9e6),
        stated(Measure.BEFOLKNING, "2022-06", 3.9e6),
        stated(RATE, "2021-12", 0.045),
    ),
    "a crash": (stated(RATE, "2021-12", 0.25),),
    "several national benefits": (
        stated(COUNT, "2021", 60000.0, group="aktivitetsparate", adjustment=ACTUAL),
        stated(COUNT, "2021", 90000.0, group="dagpenge", adjustment=ACTUAL),
        stated(RATE, "2021-12", 0.045),
    ),
    "a municipality's benefit": (
        stated(COUNT, "2021", 900.0, group="dagpenge", area="Lilleby", adjustment=ACTUAL),
    ),
    "a municipality's booked months": (
        stated(COUNT, "2020-01..2020-08", 640.0, group="sygedagpenge", area="Lilleby",
               adjustment=ACTUAL),
    ),
    "a municipality's sum": (
        stated(COUNT, "2021", 2100.0, group="i_alt", area="Lilleby", adjustment=ACTUAL),
    ),
    "a municipality's adjusted sum": (
        stated(COUNT, "2021-12", 2100.0, group="i_alt", area="Lilleby"),
    ),
    "a municipality's rate": (stated(RATE, "2021-12", 0.035, area="Lilleby"),),
    "a municipality's actual rate": (stated(ACTUAL_RATE, "2021-02", 0.045, area="Lilleby"),),
    "a share of the country": (
        stated(SHARE, "2021", 0.012, group="sygedagpenge", area="Lilleby", adjustment=ACTUAL),
    ),
    "a share of the people": (
        stated(Measure.ANDEL_AF_BEFOLKNING, "2021", 0.05, group="i_alt", area="Lilleby",
               adjustment=ACTUAL),
    ),
    "a share of the labour force": (
        stated(Measure.ANDEL_AF_ARBEJDSSTYRKE, "2021-Q4", 0.02, group="kontanthjaelp",
               area="Øst", adjustment=ACTUAL),
    ),
    "a municipality's people": (stated(Measure.ARBEJDSSTYRKE, "2021", 36000.0, area="Lilleby"),),
    "an area that moves those about it": (
        stated(RATE, "2021-12", 0.035, area="Lilleby", up=True),
    ),
    "every level at once": (
        stated(RATE, "2021-12", 0.045),
        stated(RATE, "2021-12", 0.046, area="Øst"),
        stated(RATE, "2021-12", 0.035, area="Lilleby"),
        stated(COUNT, "2021", 800.0, group="dagpenge", area="Lilleby", adjustment=ACTUAL),
        stated(COUNT, "2022", 760.0, group="sygedagpenge", area="Lilleby", adjustment=ACTUAL,
               up=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_pin_holds_on_every_draw(world: World, name: str) -> None:
    future = futures(world, spec_of(*CASES[name]))[1]
    for s in CASES[name]:
        assert np.abs(read(future, world, s) / s.value - 1.0).max() < 1e-9, s


def test_the_free_forecast_is_bit_for_bit_that_of_no_statements(world: World) -> None:
    made = simulated(world, spec_of(name="tom"))
    assert np.array_equal(made.paths[0].links, made.paths[1].links)
    assert np.array_equal(made.paths[0].rate, made.paths[1].rate)


def test_scenarios_share_their_random_numbers(world: World) -> None:
    """A scenario beside others is what it is alone, and one that changes little moves little."""
    one, other = spec_of(*CASES["rate ultimo"]), spec_of(*CASES["year means"], name="andet")
    alone, together = simulated(world, one), simulated(world, other, one)
    assert np.array_equal(alone.paths[0].links, together.paths[0].links)
    assert np.array_equal(alone.paths[1].links, together.paths[2].links)
    near = simulated(world, one, spec_of(stated(RATE, "2021-12", 0.045 * (1 + 1e-7))))
    assert np.allclose(near.paths[1].links, near.paths[2].links, atol=1e-5)
    assert not np.allclose(near.paths[0].rate, near.paths[1].rate, atol=1e-2)


@pytest.mark.parametrize("name", ["a rate and two years", "every level at once", "people"])
def test_the_order_of_statements_does_not_matter(world: World, name: str) -> None:
    forwards = simulated(world, spec_of(*CASES[name])).paths[1]
    backwards = simulated(world, spec_of(*reversed(CASES[name]))).paths[1]
    assert np.abs(forwards.rate - backwards.rate).max() < 1e-6
    assert np.abs(forwards.links - backwards.links).max() < 1e-6


def test_what_the_figures_fixed_stays_and_shares_follow_by_their_elasticity(world: World) -> None:
    made = simulated(world, spec_of(*CASES["rate ultimo"]))
    free, bent = made.paths
    past = made.grid.months == FIRST + 35
    moved = np.abs(bent.rate - free.rate)
    assert moved[:, past].max() < 0.05 < moved.max()
    population = world.structure.names.index("population:befolkning_kommune")
    assert np.allclose(bent.links[:, population], free.links[:, population], atol=1e-3)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case[0].area == "Lilleby"])
def test_a_municipality_does_not_move_what_lies_about_it_unless_asked(
    world: World, name: str
) -> None:
    free, bent = futures(world, spec_of(*CASES[name]))
    away = bent.adjusted_unemployed / free.adjusted_unemployed - 1.0
    moved = np.abs(away).max(axis=(0, 2))
    people = np.abs(bent.actual.population / free.actual.population - 1.0).max(axis=(0, 2))
    persons = np.abs(bent.actual.persons / free.actual.persons - 1.0).max(axis=(0, 2, 3))
    if any(s.updates_parents for s in CASES[name]):
        assert moved[2] > 0.01
        return
    assert np.array_equal(bent.adjusted_unemployed[:, 2], free.adjusted_unemployed[:, 2])
    assert np.array_equal(bent.actual.persons[:, 2], free.actual.persons[:, 2])
    assert moved[1] < 1e-9
    assert people[1:].max() == 0.0
    # the half is put back adjusted; its season is that of its parts, which have moved
    assert persons[1] < 5e-3
    assert np.all(bent.actual.persons[:, 0] <= bent.actual.persons[:, 1])


def test_a_half_does_not_move_the_country_and_moves_its_municipality(world: World) -> None:
    free, bent = futures(world, spec_of(stated(RATE, "2021-12", 0.05, area="Øst")))
    assert np.array_equal(bent.actual.persons[:, 2], free.actual.persons[:, 2])
    assert np.abs(bent.actual.persons[:, 0] / free.actual.persons[:, 0] - 1.0).max() > 1e-3


def test_a_pin_at_each_draws_own_value_changes_nothing(world: World) -> None:
    wanted = conditions(
        spec_of(*CASES["every level at once"], *CASES["actual count of a quarter"]),
        setting_of(world),
    )
    c, free = free_of(world, 5, 1)
    season = Patterns(
        0.05 * np.random.default_rng(1).standard_normal((*free.links.shape[:2], 12)),
        0.05 * np.random.default_rng(2).standard_normal((5, 12)),
    )
    bending = Bending(wanted, setting_of(world), [])
    own = bending.read(c, free, season, [])
    bent = bending.bend(c, free, season, own, []).everywhere()
    assert np.abs(bent.rate - free.rate).max() < 1e-10
    assert np.abs(bent.links - free.links).max() < 1e-10


def free_of(world: World, count: int, seed: int) -> tuple[Conditioner, Paths]:
    parts = layout(world.problem)
    grid = make_grid(world.problem, parts, world.horizon)
    c = condition(world.problem, parts, grid, world.parameters)
    middle, away = mean_paths(c), deviations(c, count, np.random.default_rng(seed))
    return c, Paths(middle.links + away.links, middle.rate + away.rate)


def still(free: Paths) -> Patterns:
    """No season."""
    return Patterns(np.zeros((*free.links.shape[:2], 12)), np.zeros((len(free.rate), 12)))


def shown(world: World, c: Conditioner, paths: Paths, s: Statement) -> Floats:
    """Adjusted unemployed of an area over a window, as a person would compute them."""
    levels = world.structure.levels(paths.links, paths.rate)
    area, members = world.structure.areas.index(s.area), len(world.structure.unemployed)
    months = slice(s.window.first - c.problem.first, s.window.last + 1 - c.problem.first)
    return levels.persons[:, area, :members, months].sum(axis=1).mean(axis=1)


BANDS = {
    "the country": stated(COUNT, "2020", 125000.0, 12000.0),
    "a municipality that moves those about it": stated(
        COUNT, "2020", 950.0, 110.0, area="Lilleby", up=True
    ),
}


@pytest.mark.parametrize("name", BANDS)
def test_a_band_agrees_with_importance_sampling(world: World, name: str) -> None:
    """Reweight free futures by the density of the statement; compare means and second moments."""
    s, count = BANDS[name], 8000
    assert s.sd is not None
    wanted = conditions(spec_of(s), setting_of(world))
    c, free = free_of(world, count, 7)
    # the statement is a density of the log, with the relative sd
    logs = np.log(shown(world, c, free, s) / s.value)
    weights = np.exp(-0.5 * (logs / (s.sd / s.value)) ** 2)
    weights /= weights.sum()
    assert 1 / np.sum(weights**2) > 500
    c, others = free_of(world, count, 8)
    errors = s.sd / s.value * np.random.default_rng(9).standard_normal((count, 1))
    bending = Bending(wanted, setting_of(world), [])
    bent = bending.bend(c, others, still(others), np.log(s.value) - errors, []).everywhere()
    names = world.structure.names
    for period in ("2020-01", "2020", "2020-12", "2021-12"):
        for area in ("Land", "Lilleby"):
            other = replace(s, window=Window.parse(period), area=area)
            here, there = shown(world, c, free, other), shown(world, c, bent, other)
            compare(np.log(here), np.log(there), weights)
    for link in ("share_area:dagpenge", "composition:jobparate", "population:arbejdsstyrke_land"):
        place = names.index(link)
        compare(free.links[:, place, -12], bent.links[:, place, -12], weights)


def compare(free: Floats, bent: Floats, weights: Floats) -> None:
    """Mean and spread of weighted and of bent draws, within 6 standard errors."""
    centre = weights @ free
    for power in (1, 2):
        one, other = (free - centre) ** power, (bent - centre) ** power
        error = np.sqrt(np.sum(weights**2 * (one - weights @ one) ** 2))
        error = np.hypot(error, other.std() / np.sqrt(len(bent)))
        assert abs(weights @ one - other.mean()) < 6 * error


def test_a_band_that_says_nothing_moves_nothing(world: World) -> None:
    wanted = conditions(spec_of(stated(COUNT, "2021", 1e5, 1e9)), setting_of(world))
    c, free = free_of(world, 4, 1)
    bending = Bending(wanted, setting_of(world), [])
    bent = bending.bend(c, free, still(free), np.full((4, 1), np.log(1e5)), []).everywhere()
    assert np.allclose(bent.rate, free.rate, atol=1e-3)
    assert plausibility(
        bending.read(c, free, still(free), []), np.array([np.log(1e5)]), np.array([1e8])
    ).distance == pytest.approx(0.0, abs=1e-6)


def test_distance_grows_with_what_is_asked(world: World) -> None:
    c, free = free_of(world, 400, 1)
    wanted = conditions(spec_of(stated(RATE, "2021-12", 0.04)), setting_of(world))
    logs = Bending(wanted, setting_of(world), []).read(c, free, still(free), [])
    none = np.zeros(1)
    middle = logs.mean()
    at_the_middle = plausibility(logs, np.array([middle]), none)
    assert at_the_middle.distance == pytest.approx(0.0, abs=1e-12)
    assert (at_the_middle.by_normal, at_the_middle.by_futures) == (1.0, 1.0)
    two_away = plausibility(logs, np.array([middle + 1.959964 * logs.std(ddof=1)]), none)
    assert two_away.by_normal == pytest.approx(0.05, abs=1e-6)
    assert two_away.by_futures == pytest.approx(0.05, abs=0.04)
    assert plausibility(logs, np.array([np.log(0.3)]), none).by_futures == 0.0


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            stated(RATE, "2021-12", 0.03, area="Storby"),
            r"scenario prøve: statement\[0\]\.area: found Storby, which this run does not project;"
            r" expected one of Lilleby, Øst, Land",
        ),
        (
            replace(stated(COUNT, "2021", 9e4), group="ingen"),
            r"statement\[0\]\.group: found ingen, which this run does not project",
        ),
        (
            stated(RATE, "2024-12", 0.03),
            r"statement\[0\]\.period: found 2024-12, expected months within 2017-01\.\.2022-12",
        ),
        (
            stated(RATE, "2019-12", 0.03),
            r"statement\[0\]\.period: found 2019-12, which lies before the origin: the data run "
            r"to 2019-12; expected a month after it",
        ),
        (
            stated(RATE, "2021-12", 0.0),
            r"statement\[0\]\.value: found ledighedsprocent = 0, expected more than zero",
        ),
    ],
)
def test_a_statement_that_cannot_be_used_is_refused(
    world: World, statement: Statement, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        conditions(spec_of(statement), setting_of(world))


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (
            (
                stated(COUNT, "2022", 1e5),
                stated(RATE, "2021-12", 0.045),
                stated(RATE, "2021-12", 0.05),
            ),
            r"statement\[1\] \(Land, ledige, 2021-12\) and scenario prøve: statement\[2\]",
        ),
        (
            (
                stated(RATE, "2021-12", 0.045),
                stated(Measure.ARBEJDSSTYRKE, "2021-12", 2.8e6),
                stated(COUNT, "2021-12", 147000.0),
            ),
            r"statement\[0\].*statement\[1\].*statement\[2\]",
        ),
    ],
)
def test_pins_that_contradict_each_other_are_refused(
    world: World, statements: tuple[Statement, ...], named: str
) -> None:
    with pytest.raises(ConvergenceError, match=named + r".*repeat or contradict each other"):
        simulated(world, spec_of(*statements))


def test_a_municipality_larger_than_its_half_is_refused(world: World) -> None:
    too_many = stated(COUNT, "2021", 48000.0, group="dagpenge", area="Lilleby", adjustment=ACTUAL)
    with pytest.raises(ConvergenceError, match=r"Lilleby: would hold more persons on dagpenge than"
                       r" Øst; .*updates_parents = true"):  # fmt: skip
        simulated(world, spec_of(too_many))


def test_a_pin_and_a_band_may_disagree(world: World) -> None:
    pin, band = stated(RATE, "2021-12", 0.045), stated(RATE, "2021-12", 0.05, 0.01)
    future = futures(world, spec_of(pin, band))[1]
    assert read(future, world, pin) == pytest.approx(np.full(18, 0.045), rel=1e-9)


def test_conditions_carry_what_was_stated(world: World) -> None:
    setting = setting_of(world)
    spec = spec_of(stated(RATE, "2021-12", 0.045), stated(ACTUAL_RATE, "2021", 0.05, 0.01))
    pin, band = conditions(spec, setting)
    assert (pin.variance, pin.quantity.actual, pin.joint) == (0.0, False, True)
    assert pin.target == pytest.approx(np.log(0.045))
    assert np.array_equal(setting.calendar[pin.quantity.months], [2021 * 12 + 11])
    assert band.quantity.actual
    assert band.variance == pytest.approx(0.04)
    assert np.array_equal(setting.calendar[band.quantity.months], 2021 * 12 + np.arange(12))


def test_two_scenarios_differ_by_what_they_say(world: World) -> None:
    """The interval of a difference is narrow, since draws and errors of bands are the same."""
    sure = (
        stated(RATE, "2021-12", 0.045), stated(COUNT, "2020", 147000.0),
        stated(COUNT, "2021", 138000.0),
    )  # fmt: skip
    sds = (0.01, 4000.0, 18000.0)
    band = tuple(
        replace(s, kind="band", sd=sd, reason="x") for s, sd in zip(sure, sds, strict=True)
    )
    read_off = (
        stated(RATE, "2021-12", 0.0, area="Lilleby"),
        stated(COUNT, "2021", 0.0, group="i_alt", area="Lilleby", adjustment=ACTUAL),
    )
    for told in (sure, band):
        lower = tuple(replace(s, value=s.value - sd) for s, sd in zip(told, sds, strict=True))
        _, one, other = futures(
            world, spec_of(*told, name="a"), spec_of(*lower, name="b"), sets=40, kept=10
        )
        for s in read_off:
            x, y = read(one, world, s), read(other, world, s)
            apart = np.random.default_rng(1).permutation(y) - x
            common, independent = (np.subtract(*np.quantile(d, [0.9, 0.1])) for d in (y - x, apart))
            assert independent > 3.0 * common, s


def test_a_benefit_that_is_not_stated_stays_where_it_would_outgrow_its_half(world: World) -> None:
    """Shocks are shared by an area's benefits; the half is not to hold less than its part."""
    c, free = free_of(world, 4, 1)
    names = world.structure.names
    share, rest = names.index("share_area:sygedagpenge"), names.index("share_region:sygedagpenge")
    links = free.links.copy()
    links[1, rest] = -14.0  # on this draw the half holds next to nobody outside the municipality
    free = free._replace(links=links)
    stated_ = stated(COUNT, "2021", 3000.0, group="dagpenge", area="Lilleby", adjustment=ACTUAL)
    bending = Bending(conditions(spec_of(stated_), setting_of(world)), setting_of(world), [])
    bent = bending.bend(c, free, still(free), np.full((4, 1), np.log(3000.0)), []).everywhere()
    assert np.array_equal(bent.links[1, share], free.links[1, share])
    assert np.abs(bent.links[0, share] - free.links[0, share]).max() > 1e-3
    before, after = (world.structure.levels(p.links, p.rate).persons for p in (free, bent))
    np.testing.assert_allclose(after[:, 1:], before[:, 1:], rtol=1e-9)
    place = world.structure.benefits.index("dagpenge")
    months = slice(2021 * 12 - c.problem.first, 2022 * 12 - c.problem.first)
    np.testing.assert_allclose(after[:, 0, place, months].mean(axis=1), 3000.0, rtol=1e-9)
