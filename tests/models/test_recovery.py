"""Worlds with known truth: what is fitted to their figures covers them as often as it says.

Parameters, paths and figures are drawn from the model itself, so that intervals of any content
cover by exactly that content over many worlds (Talts et al. 2018, arXiv:1804.06788).
"""

from dataclasses import replace

import numpy as np
import pytest

from forecast.models.bent import identity
from forecast.models.drawing import simulate
from forecast.models.kernels import Floats
from forecast.models.link import (
    Sizes,
    compile_model,
    parameters,
    posterior_raw,
    prior_raw,
    sample,
)
from forecast.models.problem import Problem, layout
from forecast.models.states import Paths, condition, make_grid, prior_deviations, prior_mean
from tests.models.worlds import World, published

SIZES = Sizes(chains=1, tune=150, draws=200, target_accept=0.7, max_depth=3, cores=1)
WORLDS, SETS, FUTURES = 4, 100, 4


def draw_world(world: World, rng: np.random.Generator) -> tuple[Problem, Paths]:
    """Figures of the published shape, and the paths they were read off."""
    problem = world.problem
    (p,) = parameters(prior_raw(problem, world.priors, 1, rng), problem, world.priors)
    parts = layout(problem)
    grid = make_grid(problem, parts, world.horizon)
    away = prior_deviations(condition(problem, parts, grid, p), 1, rng)
    level = np.full(len(grid.months), problem.root_level_mean)
    links = prior_mean(problem, grid, p, level) + away.links[0]
    rate = level + away.rate[0]
    figures, windows = problem.figures, grid.windows.T
    over = (links @ windows)[:, parts.place]
    value = figures.offset + np.einsum("is,si->i", figures.coefficients, over)
    value += figures.on_root * (rate @ windows)[parts.place]
    value += figures.sd * rng.standard_normal(len(value))
    return replace(problem, figures=replace(figures, value=value)), Paths(links, rate)


def months_read(paths: Paths) -> Floats:
    """Rate and links 24 months ahead and at the last month of data, (..., 2 (S + 1))."""
    both = np.concatenate([paths.rate[..., None, :], paths.links], axis=-2)
    return np.concatenate([both[..., -13], both[..., -37]], axis=-1)


@pytest.mark.recovery
def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    world, rng = published(), np.random.default_rng(17)
    compiled = compile_model(world.problem, world.priors)
    covered: list[Floats] = []
    for number in range(WORLDS):
        problem, truth = draw_world(world, rng)
        fit = sample(compiled.with_problem(problem), SIZES, seed=number)
        sets = parameters(posterior_raw(fit.posterior, SETS), problem, world.priors)
        made = simulate(problem, world.priors, sets, world.horizon, FUTURES, [identity], rng)
        low, high = np.quantile(months_read(made.paths[0]), [0.1, 0.9], axis=0)
        at = months_read(truth)
        covered.append((low < at) & (at < high))
    share = np.mean(covered)
    # 480 quantities, about as telling as 150 independent ones: a standard error of 0.033
    assert 0.70 < share < 0.90
