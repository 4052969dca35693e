"""The compiled density against the readable one, and its gradients against differences."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from forecast.models.build import FAMILIES
from forecast.models.compiled import density, standard_density
from forecast.models.kernels import Floats
from forecast.models.link import (
    COMMON_TERMS,
    build_model,
    prior_data,
    prior_raw,
    split,
    transform,
)
from forecast.models.operation import arguments, figure_data
from forecast.models.problem import Parameters, Problem, covariance, layout, mean
from tests.models.worlds import World, published, random_parameters, random_problem, small_world

SmallModel = tuple[World, Callable[[Floats], tuple[float, Floats]], int]

NAMES = ("scale", "noise", "elasticity", "memory", "shares", "root", "swing")
KINDS = {
    "windows": {"given": False, "season": False},
    "monthly": {"given": True, "season": True},
    "monthly without a path": {"given": False, "season": True},
    "windows of a given path": {"given": True, "season": False},
}


def oracle(problem: Problem, p: Parameters) -> float:
    parts = layout(problem)
    normal = multivariate_normal(mean(parts, problem, p), covariance(parts, problem, p))
    return normal.logpdf(problem.figures.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_the_density_equals_the_normal_of_the_problem(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, **KINDS[kind])
    p = random_parameters(rng, 6)
    value = density(*arguments(p), figure_data(problem))[0]
    assert value == pytest.approx(oracle(problem, p), rel=1e-9)


def test_the_density_of_the_published_figures_equals_the_normal(rng: np.random.Generator) -> None:
    world = published()
    data = figure_data(world.problem)
    raw = prior_raw(world.problem, world.priors, 5, rng)
    for i in range(5):
        one = {name: 0.5 * values[i] for name, values in raw.items()}
        series = world.problem.series
        p = transform(one, series, world.priors)
        value = density(*arguments(p), data)[0]
        assert value == pytest.approx(oracle(world.problem, p), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_gradients_agree_with_central_differences(kind: str, seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    problem = random_problem(rng, **KINDS[kind])
    data, given = figure_data(problem), arguments(random_parameters(rng, 6))
    value, *slopes = density(*given, data)
    for place, (name, slope) in enumerate(zip(NAMES, slopes, strict=True)):
        expected = np.empty_like(slope)
        for i in range(len(slope)):
            step = 1e-5 * max(abs(given[place][i]), 0.05)
            sides = []
            for sign in (1, -1):
                moved = [a.copy() for a in given]
                moved[place][i] += sign * step
                sides.append(density(*moved, data)[0])
            expected[i] = (sides[0] - sides[1]) / (2 * step)
        scale = max(1.0, abs(value), float(np.abs(expected).max()))
        assert slope == pytest.approx(expected, rel=1e-4, abs=1e-6 * scale), name


def test_a_covariance_that_is_not_finite_has_no_density(rng: np.random.Generator) -> None:
    problem = random_problem(rng)
    p = random_parameters(rng, 6)._replace(root_scale=np.inf)
    assert density(*arguments(p), figure_data(problem))[0] == -np.inf


@pytest.fixture(scope="module")
def model_of_small_world() -> SmallModel:
    """World, and the model's log density with its gradient at standard normals."""
    world = small_world()
    model = build_model(world.problem, world.priors)
    both = model.compile_fn([model.logp(), model.dlogp()], inputs=model.value_vars)
    (standard,) = model.value_vars

    def call(point: Floats) -> tuple[float, Floats]:
        logp, slope = both({standard.name: point})
        return float(logp), np.asarray(slope)

    return world, call, len(model.initial_point()[standard.name])


def test_the_model_has_the_gradient_of_its_density(
    model_of_small_world: SmallModel, rng: np.random.Generator
) -> None:
    _, call, size = model_of_small_world
    point = 0.4 * rng.standard_normal(size)
    _, slope = call(point)
    step = 1e-5
    for _ in range(6):
        direction = rng.standard_normal(size)
        rise = call(point + step * direction)[0] - call(point - step * direction)[0]
        assert slope @ direction == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-5)


def test_the_model_is_its_priors_and_the_density_of_the_figures(
    model_of_small_world: SmallModel, rng: np.random.Generator
) -> None:
    world, call, size = model_of_small_world
    series = world.problem.series
    for _ in range(3):
        point = 0.8 * rng.standard_normal(size)
        p = transform(split(point, series, world.priors), series, world.priors)
        expected = oracle(world.problem, p) + norm.logpdf(point).sum()
        assert call(point)[0] == pytest.approx(expected, rel=1e-9)


def test_gradients_by_standard_normals_agree_with_central_differences(
    rng: np.random.Generator,
) -> None:
    """Every one of them, on the published figures."""
    world = published()
    data, prior = figure_data(world.problem), prior_data(world.problem.series, world.priors)
    size = len(COMMON_TERMS) + 5 * len(FAMILIES) + 2 * len(world.problem.series.names)
    point, step = 0.4 * rng.standard_normal(size), 1e-5
    value, slope = standard_density(point, data, prior)
    sides = [
        [standard_density(point + sign * step * unit, data, prior)[0] for unit in np.eye(size)]
        for sign in (1, -1)
    ]
    expected = (np.array(sides[0]) - np.array(sides[1])) / (2 * step)
    assert slope == pytest.approx(expected, rel=1e-4, abs=1e-5 * abs(value))


def test_folding_a_spread_changes_no_parameter(rng: np.random.Generator) -> None:
    """The compiled density takes spreads of either sign, people read positive ones."""
    world = small_world()
    series = world.problem.series
    data, prior = figure_data(world.problem), prior_data(series, world.priors)
    size = len(COMMON_TERMS) + 5 * len(FAMILIES) + 2 * len(series.names)
    for point in 0.5 * rng.standard_normal((6, size)):
        raw = split(point, series, world.priors)
        assert (raw["spread"] > 0).all()
        value = standard_density(point, data, prior)[0]
        folded = density(*arguments(transform(raw, series, world.priors)), data)[0]
        assert value == pytest.approx(folded, rel=1e-12)
