"""The season of the months that are read: in every month once, and none in a year."""

import numpy as np
import pytest

from forecast.models.bent import identity
from forecast.models.drawing import simulate
from forecast.models.futures import Future, levels_of
from forecast.models.kernels import Floats
from tests.models.worlds import FIRST, World, row, small_rows, small_world

PATTERN = 0.1 * np.sin(2 * np.pi * np.arange(12) / 12)


def future_of(world: World) -> Future:
    rng, sets = np.random.default_rng(4), [world.parameters] * 20
    made = simulate(world.problem, world.priors, sets, world.horizon, 4, [identity], rng)
    return levels_of(world.structure, made, 0, FIRST, (FIRST + 35, FIRST + 59))


def sick(world: World, future: Future) -> Floats:
    """Log of the municipality's sygedagpenge, (draws, T)."""
    return np.log(future.actual.persons[:, 0, world.structure.benefits.index("sygedagpenge")])


def test_monthly_figures_come_back_as_they_were() -> None:
    rows = [r for r in small_rows() if (r["group"], r["unit"]) != ("sygedagpenge", UNIT)]
    counts = np.round(700 * np.exp(np.tile(PATTERN, 3)))
    for t, count in enumerate(counts):
        rows.append(row("sygedagpenge", f"{2017 + t // 12}-{t % 12 + 1:02d}", float(count)))
    world = small_world(rows)
    read = sick(world, future_of(world))
    assert np.allclose(read[:, :36], np.log(counts), atol=0.005)
    ahead = read[:, 36:].reshape(-1, 3, 12)
    season = (ahead - ahead.mean(axis=2, keepdims=True)).mean(axis=(0, 1))
    assert season == pytest.approx(PATTERN, abs=0.03)


UNIT = "fuldtidspersoner"


def test_yearly_figures_leave_the_season_to_its_prior() -> None:
    world = small_world()
    read = sick(world, future_of(world)).reshape(80, -1, 12)
    season = read - read.mean(axis=2, keepdims=True)
    assert 0.02 < season.std() < 0.12
    assert np.abs(season.mean(axis=(0, 1))).max() < 0.03


def test_a_year_of_unemployed_has_the_adjusted_mean() -> None:
    world = small_world()
    future = future_of(world)
    members = [world.structure.benefits.index(k) for k in world.structure.unemployed]
    actual = future.actual.persons[:, 2, members].sum(axis=1).reshape(80, -1, 12)
    adjusted = future.adjusted_unemployed[:, 2].reshape(80, -1, 12)
    assert actual.mean(axis=2) == pytest.approx(adjusted.mean(axis=2), rel=1e-9)
    swing = np.log(actual / adjusted).mean(axis=(0, 1))
    assert swing == pytest.approx(np.array(world.priors.root.season_ledige), abs=0.01)


def test_the_response_is_what_an_elasticity_makes_of_the_national_path() -> None:
    world = small_world()
    links = len(world.structure.names)
    p = world.parameters._replace(elasticity=np.linspace(-1.0, 1.0, links))
    rng = np.random.default_rng(4)
    made = simulate(world.problem, world.priors, [p], world.horizon, 4, [identity], rng)
    future = levels_of(world.structure, made, 0, FIRST, (FIRST + 35, FIRST + 59))
    change = made.paths[0].rate[:, 59] - made.paths[0].rate[:, 35]
    now = world.problem.series.lag == 0
    assert np.any(now)
    assert np.allclose(future.response[:, now], np.outer(change, p.elasticity)[:, now])
