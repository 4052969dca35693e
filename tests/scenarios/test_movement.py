"""The covariance of futures against one large normal, written month by month."""

import numpy as np
import pytest

from forecast.models.kernels import Floats
from forecast.models.problem import layout
from forecast.models.states import Conditioner, condition, make_grid
from forecast.scenarios.movement import Held, Movement
from tests.models.worlds import joint, random_parameters, random_problem, view

AHEAD = 7


def known(c: Conditioner) -> Floats:
    """Posterior covariance of rate, links without season and seasons, ((1 + 2 S) T) square."""
    _, total = joint(c.problem, c.parameters, c.grid.months)
    seen = view(c.problem, c.grid.months)
    figures = seen @ total @ seen.T + np.diag(c.problem.figures.sd**2)
    return total - total @ seen.T @ np.linalg.solve(figures, seen @ total)


def with_season(c: Conditioner) -> Floats:
    """Which of the above a path is the sum of, ((1 + S) T, (1 + 2 S) T)."""
    size, links = len(c.grid.months), len(c.problem.series.names)
    out = np.eye((1 + links) * size, (1 + 2 * links) * size)
    out[size:, (1 + links) * size :] += np.eye(links * size)
    return out


def dense(c: Conditioner) -> Floats:
    """Posterior covariance of the rate and of the links with their season."""
    return with_season(c) @ known(c) @ with_season(c).T


def conditioner(seed: int, season: bool) -> Conditioner:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, season=season)
    parts = layout(problem)
    grid = make_grid(problem, parts, problem.last + AHEAD)
    return condition(problem, parts, grid, random_parameters(rng, 6))


@pytest.mark.parametrize("season", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_products_are_those_of_the_dense_covariance(seed: int, season: bool) -> None:
    c = conditioner(seed, season)
    whole, size = dense(c), len(c.grid.months)
    rng = np.random.default_rng(seed)
    links = np.sort(rng.choice(6, 3, replace=False))
    months = np.sort(rng.choice(size, 8, replace=False))
    movement = Movement(c, links, months)
    rows = np.concatenate([months, *((1 + s) * size + months for s in links)])
    weights = rng.standard_normal((2, len(rows)))
    scale = np.abs(whole).max()
    assert np.abs(movement.product(weights) - weights @ whole[rows][:, rows]).max() < 1e-9 * scale
    moved = movement.everywhere(weights)
    expected = (weights @ whole[rows]).reshape(2, 7, size)
    assert np.abs(moved.rate - expected[:, 0]).max() < 1e-9 * scale
    assert np.abs(moved.links - expected[:, 1:]).max() < 1e-9 * scale
    assert np.abs(movement.rate(weights) - expected[:, 0]).max() < 1e-9 * scale
    few = movement.within(weights, months[:2])
    assert np.abs(few.rate - expected[:, 0, months[:2]]).max() < 1e-9 * scale
    assert np.abs(few.links - expected[:, 1:, months[:2]]).max() < 1e-9 * scale


@pytest.mark.parametrize("season", [False, True])
def test_large_and_small_sets_of_months_give_one_answer(season: bool) -> None:
    c = conditioner(9, season)
    every = np.arange(len(c.grid.months))
    movement = Movement(c, np.arange(6), every)
    weights = np.random.default_rng(1).standard_normal((3, 7 * len(every)))
    assert weights.shape[1] > 220
    assert np.allclose(movement.product(weights), weights @ dense(c), atol=1e-9)


@pytest.mark.parametrize("season", [False, True])
def test_what_is_held_is_given(season: bool) -> None:
    """Links without common shocks: the covariance given all paths that are held."""
    c = conditioner(5, season)
    moving = np.array([True, True, True, True, False, False])  # the last two share no shocks
    size, whole = len(c.grid.months), known(c)
    held = Held.of(c.problem, moving.tolist()).condition(c)
    still = np.repeat([True, *~moving, *~moving], size)
    inside = whole[np.ix_(still, still)]
    inside += 1e-12 * np.trace(inside) / len(inside) * np.eye(len(inside))
    cross = whole[still]
    left = whole - cross.T @ np.linalg.solve(inside, cross)
    left = (with_season(c) @ left @ with_season(c).T)[size : 5 * size, size : 5 * size]
    movement = Movement(held, np.arange(4), np.arange(size))
    weights = np.random.default_rng(2).standard_normal((2, 5 * size))
    weights[:, :size] = 0.0
    moved = movement.product(weights)
    assert np.abs(moved[:, :size]).max() == 0.0
    assert np.allclose(moved[:, size:], weights[:, size:] @ left, rtol=1e-5, atol=1e-6)
    everywhere = movement.everywhere(weights)
    assert np.abs(everywhere.rate).max() == 0.0
    assert np.abs(everywhere.links[:, 4:]).max() == 0.0
