"""Scenarios: what is stated holds on every draw, and everything else follows."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.config.scenario import ScenarioSpec, Statement
from forecast.core.period import Window
from forecast.errors import ConfigError, ConvergenceError
from forecast.models.drawing import Bend, Bent, Simulated, identity, simulate
from forecast.models.futures import Future, levels_of
from forecast.models.kernels import Floats
from forecast.models.problem import layout
from forecast.models.states import Conditioner, Paths, condition, deviations, make_grid, mean_paths
from forecast.scenarios.condition import (
    Condition,
    NationalPosterior,
    bend,
    conditions,
    national_posterior,
)
from forecast.vocabulary import Adjustment, Measure, Unit
from tests.models.worlds import FIRST, World, small_world

UNITS = {
    Measure.LEDIGHEDSPROCENT: Unit.ANDEL,
    Measure.LEDIGHEDSPROCENT_FAKTISK: Unit.ANDEL,
    Measure.FULDTIDSPERSONER: Unit.FULDTIDSPERSONER,
    Measure.ARBEJDSSTYRKE: Unit.PERSONER,
    Measure.BEFOLKNING: Unit.PERSONER,
}
ADJUSTED = Adjustment.SEASONALLY_ADJUSTED
RATE, ACTUAL_RATE = Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK
COUNT = Measure.FULDTIDSPERSONER
BETWEEN = (FIRST + 35, FIRST + 59)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


def stated(
    measure: Measure,
    period: str,
    value: float,
    sd: float | None = None,
    adjustment: Adjustment | None = ADJUSTED,
    area: str = "Land",
) -> Statement:
    people = measure in (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING)
    if measure is ACTUAL_RATE:
        adjustment = Adjustment.ACTUAL
    return Statement(
        kind="pin" if sd is None else "band",
        area=area,
        group="" if people else "ledige",
        measure=measure,
        window=Window.parse(period),
        value=value,
        unit=UNITS[measure],
        adjustment=None if people else adjustment,
        reference="test",
        sd=sd,
    )


def spec_of(*statements: Statement) -> ScenarioSpec:
    return ScenarioSpec("prøve", "prøve", "trial", statements)


def bend_of(world: World, *statements: Statement, sets: int, futures: int) -> Bend:
    """A scenario as `simulate` takes it."""
    months = np.arange(world.problem.first, world.horizon + 1)
    wanted = conditions(spec_of(*statements), "Land", months)
    errors = np.random.default_rng(3).standard_normal((sets, futures, len(wanted)))

    def call(c: Conditioner, free: Paths, season: Floats, number: int) -> Bent:
        return Bent(*bend(c, national_posterior(c), free, wanted, season, errors[number]))

    return call


def simulated(world: World, scenarios: list[tuple[Statement, ...]]) -> Simulated:
    """The free forecast and scenarios of 3 sets of parameters with 6 futures each."""
    sets = [world.parameters._replace(root_scale=0.2 + 0.1 * k) for k in range(3)]
    bends = [identity, *(bend_of(world, *s, sets=3, futures=6) for s in scenarios)]
    rng = np.random.default_rng(20)
    return simulate(world.problem, world.priors, sets, world.horizon, 6, bends, rng)


def read(future: Future, world: World, s: Statement) -> Floats:
    """What a person reads off a future, on every draw."""
    months = np.arange(s.window.first, s.window.last + 1) - int(future.months[0])
    force = future.actual.labour_force[:, 2, months].mean(axis=1)
    if s.measure is Measure.ARBEJDSSTYRKE:
        return force
    if s.measure is Measure.BEFOLKNING:
        return future.actual.population[:, 2, months].mean(axis=1)
    unemployed = future.adjusted_unemployed[:, 2]
    if s.adjustment is Adjustment.ACTUAL:
        members = [world.structure.benefits.index(k) for k in world.structure.unemployed]
        unemployed = future.actual.persons[:, 2, members].sum(axis=1)
    persons = unemployed[:, months].mean(axis=1)
    return persons if s.measure is COUNT else persons / force


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
    "actual count of a quarter": (
        stated(COUNT, "2021-Q3", 120000.0, adjustment=Adjustment.ACTUAL),
    ),
    "actual rate over a new year": (stated(ACTUAL_RATE, "2020-11..2021-02", 0.05),),
    "actual and adjusted": (stated(ACTUAL_RATE, "2021-02", 0.05), stated(RATE, "2021-12", 0.04)),
    "people": (
        stated(Measure.ARBEJDSSTYRKE, "2021", 2.9e6),
        stated(Measure.BEFOLKNING, "2022-06", 3.9e6),
        stated(RATE, "2021-12", 0.045),
    ),
    "a crash": (stated(RATE, "2021-12", 0.25),),
}


@pytest.mark.parametrize("name", CASES)
def test_a_pin_holds_on_every_draw(world: World, name: str) -> None:
    made = simulated(world, [CASES[name]])
    future = levels_of(world.structure, made, 1, FIRST, BETWEEN)
    for s in CASES[name]:
        assert read(future, world, s) == pytest.approx(np.full(18, s.value), rel=1e-9)


def test_the_free_forecast_is_bit_for_bit_that_of_no_statements(world: World) -> None:
    made = simulated(world, [()])
    assert np.array_equal(made.paths[0].links, made.paths[1].links)
    assert np.array_equal(made.paths[0].rate, made.paths[1].rate)


def test_scenarios_share_their_random_numbers(world: World) -> None:
    """A scenario beside others is what it is alone, and one that changes little moves little."""
    one, other = CASES["rate ultimo"], CASES["year means"]
    alone, together = simulated(world, [one]), simulated(world, [other, one])
    assert np.array_equal(alone.paths[0].links, together.paths[0].links)
    assert np.array_equal(alone.paths[1].links, together.paths[2].links)
    near = simulated(world, [one, (stated(RATE, "2021-12", 0.045 * (1 + 1e-7)),)])
    assert np.allclose(near.paths[1].links, near.paths[2].links, atol=1e-5)
    assert not np.allclose(near.paths[0].rate, near.paths[1].rate, atol=1e-2)


def test_what_the_figures_fixed_stays_and_shares_follow_by_their_elasticity(world: World) -> None:
    made = simulated(world, [CASES["rate ultimo"]])
    free, bent = made.paths
    past = made.grid.months == FIRST + 35
    moved = np.abs(bent.rate - free.rate)
    assert moved[:, past].max() < 0.05 < moved.max()
    population = world.structure.names.index("population:befolkning_kommune")
    assert np.allclose(bent.links[:, population], free.links[:, population], atol=1e-3)


def free_of(world: World, count: int, seed: int) -> tuple[Conditioner, Paths]:
    parts = layout(world.problem)
    grid = make_grid(world.problem, parts, world.horizon)
    c = condition(world.problem, parts, grid, world.parameters)
    middle, away = mean_paths(c), deviations(c, count, np.random.default_rng(seed))
    return c, Paths(middle.links + away.links, middle.rate + away.rate)


def test_the_national_posterior_is_the_covariance_of_free_futures(world: World) -> None:
    c, free = free_of(world, 3000, 5)
    national, names = national_posterior(c), world.structure.names
    people = [free.links[:, names.index(f"population:{k}")] for k in
              ("befolkning_land", "arbejdsstyrke_land")]  # fmt: skip
    draws = np.concatenate([free.rate, *people], axis=1)
    some = np.random.default_rng(1).choice(draws.shape[1], 50, replace=False)
    centred = draws[:, some] - draws[:, some].mean(axis=0)
    products = centred[:, :, None] * centred[:, None, :]
    error = products.std(axis=0) / np.sqrt(len(draws))
    gap = np.abs(products.mean(axis=0) - national.covariance[np.ix_(some, some)])
    assert np.all(gap < 6 * error + 1e-12)


def shown(world: World, c: Conditioner, paths: Paths, period: str) -> Floats:
    """Adjusted unemployed of the country over a window, as a person would compute them."""
    levels = world.structure.levels(paths.links, paths.rate)
    window = Window.parse(period)
    months = slice(window.first - c.problem.first, window.last + 1 - c.problem.first)
    return (levels.labour_force[:, 2] * np.exp(paths.rate))[:, months].mean(axis=1)


def test_a_band_agrees_with_importance_sampling(world: World) -> None:
    """Reweight free futures by the density of the statement; compare means and second moments."""
    value, sd, count = 125000.0, 12000.0, 8000
    months = np.arange(world.problem.first, world.horizon + 1)
    wanted = conditions(spec_of(stated(COUNT, "2020", value, sd)), "Land", months)
    c, free = free_of(world, count, 7)
    # the statement is a density of the log, with the relative sd
    logs = np.log(shown(world, c, free, "2020") / value)
    weights = np.exp(-0.5 * (logs / (sd / value)) ** 2)
    weights /= weights.sum()
    assert 1 / np.sum(weights**2) > 500
    c, others = free_of(world, count, 8)
    errors = np.random.default_rng(9).standard_normal((count, 1))
    bent, _ = bend(c, national_posterior(c), others, wanted, np.zeros((count, 12)), errors)
    names = world.structure.names
    for period in ("2020-01", "2020", "2020-12", "2021-12"):
        here, there = shown(world, c, free, period), shown(world, c, bent, period)
        compare(np.log(here), np.log(there), weights)
    for name in ("share_area:dagpenge", "composition:jobparate", "population:arbejdsstyrke_land"):
        link = names.index(name)
        compare(free.links[:, link, -12], bent.links[:, link, -12], weights)


def compare(free: Floats, bent: Floats, weights: Floats) -> None:
    """Mean and spread of weighted and of bent draws, within 6 standard errors."""
    centre = weights @ free
    for power in (1, 2):
        one, other = (free - centre) ** power, (bent - centre) ** power
        error = np.sqrt(np.sum(weights**2 * (one - weights @ one) ** 2))
        error = np.hypot(error, other.std() / np.sqrt(len(bent)))
        assert abs(weights @ one - other.mean()) < 6 * error


def test_a_band_that_says_nothing_moves_nothing(world: World) -> None:
    months = np.arange(world.problem.first, world.horizon + 1)
    wanted = conditions(spec_of(stated(COUNT, "2021", 1e5, 1e9)), "Land", months)
    c, free = free_of(world, 4, 1)
    season, errors = np.zeros((4, 12)), np.zeros((4, 1))
    bent, distance = bend(c, national_posterior(c), free, wanted, season, errors)
    assert np.allclose(bent.rate, free.rate, atol=1e-3)
    assert distance == pytest.approx(0.0, abs=1e-6)


def test_distance_grows_with_what_is_asked(world: World) -> None:
    c, free = free_of(world, 200, 1)
    national, season, errors = national_posterior(c), np.zeros((200, 12)), np.zeros((200, 1))

    def distance(value: float) -> float:
        months = np.arange(world.problem.first, world.horizon + 1)
        wanted = conditions(spec_of(stated(RATE, "2021-12", value)), "Land", months)
        return float(bend(c, national, free, wanted, season, errors)[1].mean())

    middle = float(np.exp(free.rate[:, -13].mean()))
    assert distance(middle) == pytest.approx(1.0, abs=0.5)  # chi-squared with one degree
    assert distance(0.01) > distance(0.02) > distance(middle) < distance(0.1) < distance(0.3)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            stated(RATE, "2021-12", 0.03, area="Lilleby"),
            r"scenario prøve: statement\[0\]: found ledighedsprocent of ledige in Lilleby, expected"
            r" a statement about ledige in Land .*read Lilleby off the result",
        ),
        (
            replace(stated(COUNT, "2021", 9e4), group="dagpenge"),
            r"statement\[0\]: found fuldtidspersoner of dagpenge in Land",
        ),
        (
            stated(RATE, "2024-12", 0.03),
            r"statement\[0\]: found period 2024-12, expected months within 2017-01\.\.2022-12",
        ),
        (
            stated(RATE, "2015-12", 0.03),
            r"statement\[0\]: found period 2015-12, expected months within",
        ),
        (
            stated(RATE, "2021-12", 0.0),
            r"statement\[0\]: found ledighedsprocent = 0, expected more than zero",
        ),
    ],
)
def test_a_statement_that_cannot_be_used_is_refused(
    world: World, statement: Statement, message: str
) -> None:
    months = np.arange(world.problem.first, world.horizon + 1)
    with pytest.raises(ConfigError, match=message):
        conditions(spec_of(statement), "Land", months)


@pytest.mark.parametrize(
    "statements",
    [
        (stated(RATE, "2021-12", 0.045), stated(RATE, "2021-12", 0.05)),
        (
            stated(RATE, "2021-12", 0.045),
            stated(Measure.ARBEJDSSTYRKE, "2021-12", 2.8e6),
            stated(COUNT, "2021-12", 147000.0),
        ),
    ],
)
def test_pins_that_contradict_each_other_are_refused(
    world: World, statements: tuple[Statement, ...]
) -> None:
    with pytest.raises(ConvergenceError, match=r"repeat or contradict each other"):
        simulated(world, [statements])


def test_a_pin_and_a_band_may_disagree(world: World) -> None:
    pin, band = stated(RATE, "2021-12", 0.045), stated(RATE, "2021-12", 0.05, 0.01)
    made = simulated(world, [(pin, band)])
    future = levels_of(world.structure, made, 1, FIRST, BETWEEN)
    assert read(future, world, pin) == pytest.approx(np.full(18, 0.045), rel=1e-9)


def test_conditions_carry_what_was_stated(world: World) -> None:
    months = np.arange(world.problem.first, world.horizon + 1)
    spec = spec_of(stated(RATE, "2021-12", 0.045), stated(ACTUAL_RATE, "2021", 0.05, 0.01))
    pin, band = conditions(spec, "Land", months)
    assert isinstance(pin, Condition)
    assert (pin.variance, pin.seasonal) == (0.0, False)
    assert pin.target == pytest.approx(np.log(0.045))
    assert np.array_equal(months[pin.months], [2021 * 12 + 11])
    assert band.seasonal
    assert band.variance == pytest.approx(0.04)
    assert np.array_equal(months[band.months], 2021 * 12 + np.arange(12))


def test_a_national_posterior_has_no_negative_variance(world: World) -> None:
    c, _ = free_of(world, 1, 1)
    national = national_posterior(c)
    assert isinstance(national, NationalPosterior)
    assert np.allclose(national.covariance, national.covariance.T, atol=1e-10)
    assert np.linalg.eigvalsh(national.covariance).min() > -1e-9
