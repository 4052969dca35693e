"""The compiled density against the readable one, and its gradients against differences."""

from collections.abc import Callable

import arviz as az
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from forecast.config.model import FamilyPriors
from forecast.models.build import FAMILIES
from forecast.models.compiled import density
from forecast.models.kernels import Floats
from forecast.models.link import (
    build_model,
    fold,
    parameters,
    posterior_raw,
    prior_raw,
    transform,
)
from forecast.models.operation import arguments, figure_data
from forecast.models.problem import Parameters, Problem, covariance, layout, mean
from tests.models.worlds import World, published, random_parameters, random_problem, small_world

SmallModel = tuple[World, Callable[[Floats], tuple[float, Floats, dict[str, Floats]]], int]

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
        p = transform(one, series, world.priors, series.log_size, np)
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
    """World, and the model's log density with its gradient at a flat vector."""
    world = small_world()
    model = build_model(world.problem, world.priors)
    names = [v.name for v in model.value_vars]
    shapes = [np.shape(v) for v in model.initial_point().values()]
    both = model.compile_fn([model.logp(), model.dlogp()], inputs=model.value_vars)

    def call(flat: Floats) -> tuple[float, Floats, dict[str, Floats]]:
        cut = np.split(flat, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
        point = {n: c.reshape(s) for n, c, s in zip(names, cut, shapes, strict=True)}
        logp, slope = both(point)
        return float(logp), np.asarray(slope), point

    return world, call, sum(int(np.prod(s)) for s in shapes)


def test_the_model_has_the_gradient_of_its_density(
    model_of_small_world: SmallModel, rng: np.random.Generator
) -> None:
    _, call, size = model_of_small_world
    point = 0.4 * rng.standard_normal(size)
    _, slope, _ = call(point)
    step = 1e-5
    for _ in range(6):
        direction = rng.standard_normal(size)
        rise = call(point + step * direction)[0] - call(point - step * direction)[0]
        assert slope @ direction == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-5)


def test_the_model_is_its_priors_and_the_density_of_the_figures(
    model_of_small_world: SmallModel, rng: np.random.Generator
) -> None:
    """Differences between points, since densities of the priors carry constants and Jacobians."""
    world, call, size = model_of_small_world

    def expected(point: dict[str, Floats]) -> float:
        series = world.problem.series
        p = transform(point, series, world.priors, series.log_size, np)
        sd = [f.spread.sd for _, f in sorted_families(world)]
        normal = sum(np.sum(v**2) for n, v in point.items() if n != "spread")
        spread = np.sum((point["spread"] / sd) ** 2)
        return oracle(world.problem, p) - 0.5 * (normal + spread)

    one, other = (call(0.4 * rng.standard_normal(size)) for _ in range(2))
    assert one[0] - other[0] == pytest.approx(expected(one[2]) - expected(other[2]), rel=1e-8)


def test_folding_a_spread_changes_no_parameter(rng: np.random.Generator) -> None:
    world = small_world()
    series, links = world.problem.series, len(world.problem.series.names)
    shapes = {"family_z": (4, 5), "spread": (5,), "scale_z": (links,), "elasticity_z": (links,)}
    shapes |= {"common_z": (10,)}
    drawn = {k: rng.standard_normal((2, 3, *shape)) for k, shape in shapes.items()}
    before = parameters(
        {k: v.reshape(6, *shapes[k]).copy() for k, v in drawn.items()}, world.problem, world.priors
    )
    folded = fold(az.from_dict(posterior=drawn), series)["posterior"]
    assert (folded["spread"].values > 0).all()
    assert (drawn["spread"] < 0).any()
    for one, other in zip(
        before, parameters(posterior_raw(folded), world.problem, world.priors), strict=True
    ):
        assert one.scale == pytest.approx(other.scale, rel=1e-12)


def sorted_families(world: World) -> list[tuple[str, FamilyPriors]]:
    return [(name, getattr(world.priors.families, name)) for name in FAMILIES]
