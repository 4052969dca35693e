"""Paths given figures against conditioning of one large normal."""

import numpy as np
import pytest

from forecast.models.bent import identity
from forecast.models.drawing import Simulated, simulate
from forecast.models.kernels import Floats
from forecast.models.problem import Parameters, layout
from forecast.models.states import (
    Conditioner,
    condition,
    deviations,
    make_grid,
    mean_drift,
    mean_paths,
    national_rate_cross,
    posterior_mean,
    prior_deviations,
)
from tests.models.worlds import World, joint, random_parameters, random_problem, small_world, view

KINDS = {
    "windows": {"given": False, "season": False},
    "monthly": {"given": True, "season": True},
    "monthly without a path": {"given": False, "season": True},
}
AHEAD = 10
Conditioned = tuple[Conditioner, Floats, Floats, Floats, Floats]


def conditioned(kind: str, seed: int) -> Conditioned:
    """A conditioner, and mean, covariance and gain of the large normal it should reproduce."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, **KINDS[kind])
    p = random_parameters(rng, 6)
    parts = layout(problem)
    grid = make_grid(problem, parts, problem.last + AHEAD)
    c = condition(problem, parts, grid, p)
    centre, total = joint(problem, p, grid.months)
    seen = view(problem, grid.months)
    figures = problem.figures
    large = seen @ total @ seen.T + np.diag(figures.sd**2)
    gain = np.linalg.solve(large, seen @ total).T
    return c, centre, total, seen, gain


def shown(stacked: Floats, size: int) -> Floats:
    """Rate, and links with their season, of stacked vectors (..., (1 + 2 S) T)."""
    split = stacked.reshape(*stacked.shape[:-1], 13, size)
    return np.concatenate([split[..., :1, :], split[..., 1:7, :] + split[..., 7:, :]], axis=-2)


def spread(total: Floats, size: int) -> Floats:
    """Covariance of rate and links with their season."""
    return shown(np.swapaxes(shown(total, size).reshape(len(total), -1), 0, 1), size).reshape(
        7 * size, 7 * size
    )


def within_monte_carlo_error(draws: Floats, expected: Floats, errors: float = 6.0) -> None:
    """Hold second moments of centred draws (n, k) against (k, k), by their standard errors."""
    products = draws[:, :, None] * draws[:, None, :]
    error = products.std(axis=0) / np.sqrt(len(draws))
    assert np.all(np.abs(products.mean(axis=0) - expected) < errors * error + 1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_mean_paths_equal_gaussian_conditioning(kind: str, seed: int) -> None:
    c, centre, _, seen, gain = conditioned(kind, seed)
    figures, size = c.problem.figures, len(c.grid.months)
    residual = figures.value - figures.offset - seen @ centre
    expected = shown(centre + gain @ residual, size)
    paths = mean_paths(c)
    assert paths.rate == pytest.approx(expected[0], abs=1e-8)
    assert paths.links == pytest.approx(expected[1:], abs=1e-8)


def test_a_given_path_may_go_on_into_the_future() -> None:
    c, *_ = conditioned("monthly", 3)
    future = np.concatenate([c.problem.given_path, np.full(AHEAD, -2.5)])
    known, unknown = mean_paths(c, future), mean_paths(c)
    assert np.array_equal(known.rate, future)
    gap = known.links - unknown.links
    assert np.allclose(gap[:, : c.grid.fitted], 0.0)
    at_once = c.parameters.elasticity[0] * (future - unknown.rate)
    assert gap[0] == pytest.approx(at_once, abs=1e-12)


def test_means_over_the_windows_of_figures() -> None:
    c, *_ = conditioned("windows", 1)
    links, rate = posterior_mean(c.problem, c.parameters)
    paths = mean_paths(c)
    for i, window in enumerate(c.problem.figures.windows):
        months = slice(window.first - c.problem.first, window.last + 1 - c.problem.first)
        assert links[i] == pytest.approx(paths.links[:, months].mean(axis=1), abs=1e-9)
        assert rate[i] == pytest.approx(paths.rate[months].mean(), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_deviations_have_the_posterior_covariance(kind: str) -> None:
    c, _, total, seen, gain = conditioned(kind, 5)
    size, rng = len(c.grid.months), np.random.default_rng(1)
    expected = spread(total - gain @ (seen @ total), size)
    away = deviations(c, 4000, rng)
    draws = np.concatenate([away.rate[:, None], away.links], axis=1).reshape(4000, -1)
    some = np.sort(rng.choice(draws.shape[1], 60, replace=False))
    within_monte_carlo_error(draws[:, some], expected[np.ix_(some, some)])
    error = draws.std(axis=0) / np.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0)) < 6 * error + 1e-12)


def test_prior_deviations_have_the_prior_covariance() -> None:
    c, _, total, _, _ = conditioned("monthly without a path", 6)
    size, rng = len(c.grid.months), np.random.default_rng(2)
    away = prior_deviations(c, 4000, rng)
    draws = np.concatenate([away.rate[:, None], away.links], axis=1).reshape(4000, -1)
    some = np.sort(rng.choice(draws.shape[1], 60, replace=False))
    within_monte_carlo_error(draws[:, some], spread(total, size)[np.ix_(some, some)])


def test_noise_of_future_months_has_heavier_tails_and_the_same_variance() -> None:
    c, *_ = conditioned("windows", 7)
    only_noise = c.parameters._replace(
        scale=np.zeros(6), noise=np.ones(6), elasticity=np.zeros(6), root_scale=0.0
    )
    c = condition(c.problem, c.parts, c.grid, only_noise)
    links = prior_deviations(c, 6000, np.random.default_rng(3)).links
    noise = np.diff(links, axis=2) / np.sqrt(2)  # levels and drifts fall out, nearly
    past, future = noise[:, :, : c.grid.fitted - 1], noise[:, :, c.grid.fitted :]
    assert future.std() == pytest.approx(past.std(), rel=0.01)
    assert np.mean(np.abs(future) > 4) > 5 * np.mean(np.abs(past) > 4)


def test_figures_covary_with_the_national_rate_as_in_the_large_normal() -> None:
    c, _, total, seen, _ = conditioned("windows", 8)
    size = len(c.grid.months)
    assert national_rate_cross(c) == pytest.approx((seen @ total)[:, :size], abs=1e-10)


def futures(seed: int, count: int = 4, sets: int = 3) -> tuple[World, list[Parameters], Simulated]:
    world = small_world()
    p = [world.parameters._replace(root_scale=0.2 + 0.1 * k) for k in range(sets)]
    bends, rng = [identity, identity], np.random.default_rng(seed)
    return world, p, simulate(world.problem, world.priors, p, world.horizon, count, bends, rng)


def test_futures_come_in_pairs_that_mirror_each_other() -> None:
    world, sets, made = futures(1)
    (paths, _), (links_season, rate_season) = made.paths, made.season
    parts = layout(world.problem)
    for i, p in enumerate(sets):
        middle = mean_paths(condition(world.problem, parts, made.grid, p))
        for k in range(2):
            one, other = k * len(sets) + i, (k + 2) * len(sets) + i
            links = (paths.links[one] + paths.links[other]) / 2
            assert links == pytest.approx(middle.links, abs=1e-10)
            rate = (paths.rate[one] + paths.rate[other]) / 2
            assert rate == pytest.approx(middle.rate, abs=1e-10)
            season = (rate_season[one] + rate_season[other]) / 2
            assert season == pytest.approx(np.array(world.priors.root.season_ledige), abs=1e-12)
            own = (links_season[one] + links_season[other]) / 2
            assert own[world.structure.names.index("share_area:dagpenge")] == pytest.approx(0.0)


def test_one_seed_gives_one_set_of_numbers() -> None:
    first, again, different = (futures(seed)[2] for seed in (7, 7, 8))
    assert np.array_equal(first.paths[0].links, again.paths[0].links)
    assert np.array_equal(first.paths[0].rate, again.paths[0].rate)
    assert all(np.array_equal(a, b) for a, b in zip(first.season, again.season, strict=True))
    assert not np.allclose(first.paths[0].rate, different.paths[0].rate)


def test_a_future_is_of_one_set_and_keeps_its_drift() -> None:
    _, sets, made = futures(1)
    rate = made.paths[0].rate
    assert not np.allclose(rate[0], rate[len(sets)])
    assert not np.allclose(rate[0], rate[1])
    assert np.array_equal(made.drift[0], made.drift[len(sets)])


def test_mean_drift_equals_gaussian_conditioning() -> None:
    c, centre, _, seen, _ = conditioned("windows", 9)
    figures, series = c.problem.figures, c.problem.series
    years = (c.grid.months - c.problem.middle) / 12
    windows = np.array([[m in w for m in c.grid.months] for w in figures.windows])
    mean_years = (windows * years).sum(axis=1) / windows.sum(axis=1)
    cross = figures.coefficients * mean_years[:, None] * series.drift_sd**2
    _, total = joint(c.problem, c.parameters, c.grid.months)
    large = seen @ total @ seen.T + np.diag(figures.sd**2)
    residual = figures.value - figures.offset - seen @ centre
    expected = series.drift_mean + cross.T @ np.linalg.solve(large, residual)
    assert mean_drift(c) == pytest.approx(expected, abs=1e-9)
