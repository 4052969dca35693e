"""The filter of monthly links against dense normals, differences and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.models import panel_dense, panel_filter
from forecast.models.panel_arrays import LinkArrays
from tests.models.panels import random_arrays

WIDE = 1e4


@st.composite
def links(draw: st.DrawFn) -> LinkArrays:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return random_arrays(
        rng,
        series=draw(st.integers(1, 4)),
        months=draw(st.integers(1, 50)),
        rank=draw(st.integers(1, 2)),
        missing=draw(st.sampled_from([0.0, 0.3, 0.9, 1.0])),
    )


def dense(arrays: LinkArrays) -> float:
    return float(panel_dense.log_likelihoods(arrays).sum())


@given(links())
@settings(max_examples=40)
def test_likelihoods_equal_those_of_dense_normals(arrays: LinkArrays) -> None:
    ours, theirs = panel_filter.log_likelihoods(arrays), panel_dense.log_likelihoods(arrays)
    assert ours == pytest.approx(theirs, abs=1e-8)
    value, _ = panel_filter.value_and_gradient(arrays)
    assert value == pytest.approx(theirs.sum(), abs=1e-8)


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("name", ["mean", "variance", "sigma", "scale", "load"])
def test_gradients_by_arrays_equal_differences_of_the_dense_likelihood(
    name: str, rank: int, rng: np.random.Generator
) -> None:
    arrays = random_arrays(rng, rank=rank)
    _, slope = panel_filter.value_and_gradient(arrays)
    by_log = name in ("sigma", "scale")
    found = getattr(slope, f"log_{name}" if by_log else name)
    original, step = getattr(arrays, name), 1e-6
    for place in rng.permutation(np.argwhere(np.ones(original.shape)))[:12]:
        at = tuple(place)
        ends: list[float] = []
        for side in (step, -step):
            moved = original.copy()
            moved[at] = moved[at] * np.exp(side) if by_log else moved[at] + side
            ends.append(dense(arrays._replace(**{name: moved})))
        assert found[at] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["level_memory", "season_memory"])
def test_gradients_by_memories_equal_differences_of_the_dense_likelihood(
    name: str, rng: np.random.Generator
) -> None:
    arrays = random_arrays(rng)
    _, slope = panel_filter.value_and_gradient(arrays)
    ends = [
        dense(arrays._replace(**{name: getattr(arrays, name) * np.exp(side)}))
        for side in (1e-5, -1e-5)
    ]
    assert getattr(slope, f"log_{name}") == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 2.0), st.floats(0.1, 2.0))
@settings(max_examples=25)
def test_a_random_walk_with_a_fixed_season_equals_the_exact_diffuse_filter(
    seed: int, level: float, noise: float
) -> None:
    rng = np.random.default_rng(seed)
    pattern = np.cos(2 * np.pi * np.arange(48) / 12)
    value = np.cumsum(level * rng.normal(size=48)) + noise * rng.normal(size=48) + pattern
    value[rng.random(48) < 0.2] = np.nan
    arrays = LinkArrays(
        value=value[None],
        mean=pattern[None],
        variance=np.full((1, 48), noise**2),
        sigma=np.array([level]),
        scale=np.array([1.0]),
        load=np.zeros((48, 1)),
        regressors=np.ones((48, 1)),
        constant_variance=np.array([WIDE**2]),
        steps=np.zeros((1, 48, 0)),
        level_memory=np.inf,
        season_memory=120.0,
    )
    model = sm.tsa.UnobservedComponents(
        value, level="local level", exog=pattern, use_exact_diffuse=True
    )
    model.ssm.tolerance = 0.0
    theirs = model.loglike([noise**2, level**2, 1.0])
    # the first month costs log WIDE more than under a diffuse level, which has no scale
    ours = panel_filter.log_likelihoods(arrays)[0] + np.log(WIDE)
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_long_memory_comes_to_a_random_walk(rng: np.random.Generator) -> None:
    arrays = random_arrays(rng, rank=1)._replace(constant_variance=np.array([1e6, 0.04, 0.01]))
    walk = panel_filter.log_likelihoods(arrays._replace(level_memory=np.inf))
    long = panel_filter.log_likelihoods(arrays._replace(level_memory=1e5))
    assert long == pytest.approx(walk, abs=1e-2)


def test_the_last_state_predicts_as_the_dense_normal_does(rng: np.random.Generator) -> None:
    """State drawn forward with its transitions against conditioning one large normal."""
    horizon, months = 9, 30
    ahead = random_arrays(rng, months=months + horizon)
    ahead.value[:, months:] = np.nan
    fitted = ahead._replace(
        value=np.ascontiguousarray(ahead.value[:, :months]),
        mean=np.ascontiguousarray(ahead.mean[:, :months]),
        variance=np.ascontiguousarray(ahead.variance[:, :months]),
        load=ahead.load[:months],
        regressors=ahead.regressors[:months],
        steps=np.ascontiguousarray(ahead.steps[:, :months]),
    )
    last = panel_filter.last_state(fitted)
    for s in range(len(ahead.value)):
        mean, cov = panel_dense.predict(fitted, ahead, s)
        a, P = last.mean[s], last.cov[s]
        for h in range(horizon):
            own = ahead.scale[s] * ahead.load[months + h]
            load = np.concatenate(
                [[1.0], own, ahead.regressors[months + h], ahead.steps[s, months + h]]
            )
            assert ahead.mean[s, months + h] + load @ a == pytest.approx(mean[h], abs=1e-8)
            assert load @ P @ load == pytest.approx(cov[h, h], abs=1e-8)
            a, P = last.keep[s] * a, last.keep[s][:, None] * P * last.keep[s]
            P += np.diag(last.shock[s])


def test_shared_shocks_carry_to_the_last_errors(rng: np.random.Generator) -> None:
    """With all shocks shared, two links' errors covary as simulated filters' do, to the number."""
    arrays = random_arrays(rng, series=2, months=25)
    last = panel_filter.last_state(arrays)
    months = arrays.value.shape[1]
    # level of both: one path of unit shocks, each with its own sd; errors are linear in it
    lag = np.abs(np.subtract.outer(np.arange(months + 1), np.arange(months + 1)))
    level = 0.5 * arrays.level_memory * np.exp(-lag / arrays.level_memory)
    weights = []
    for s in range(2):
        seen = np.flatnonzero(~np.isnan(arrays.value[s]))
        total = panel_dense.kernel(
            arrays, np.arange(months), arrays.sigma[s], arrays.scale[s], s
        ) + np.diag(arrays.variance[s])
        to_level = arrays.sigma[s] ** 2 * level[months, seen]
        gain = np.zeros(months + 1)
        gain[seen] = np.linalg.solve(total[np.ix_(seen, seen)], to_level)
        unit = np.zeros(months + 1)
        unit[months] = 1.0
        weights.append(arrays.sigma[s] * (unit - gain))
    expected = weights[0] @ level @ weights[1]
    ours = last.response[0, 0] @ last.response[1, 0]
    assert ours == pytest.approx(expected, rel=1e-8)


def test_one_step_errors_are_standard_and_independent(rng: np.random.Generator) -> None:
    """Whitening: errors and log spreads give back the likelihood."""
    arrays = random_arrays(rng, series=3)
    errors, responses = panel_filter.one_step_errors(arrays)
    assert np.array_equal(np.isnan(errors), np.isnan(arrays.value))
    assert np.all(responses[np.isnan(arrays.value)] == 0)
    for s in range(3):
        seen = ~np.isnan(arrays.value[s])
        total = panel_dense.kernel(arrays, np.arange(40), arrays.sigma[s], arrays.scale[s], s)
        total = (total + np.diag(arrays.variance[s]))[np.ix_(seen, seen)]
        residual = (arrays.value[s] - arrays.mean[s])[seen]
        whitened = np.linalg.solve(np.linalg.cholesky(total), residual)
        assert errors[s, seen] == pytest.approx(whitened, abs=1e-8)
        level = panel_dense.kernel(arrays, np.arange(40), 1.0, 0.0, s)
        level -= (arrays.regressors * arrays.constant_variance) @ arrays.regressors.T
        level -= arrays.steps[s] @ arrays.steps[s].T
        part = arrays.sigma[s] ** 2 * level[np.ix_(seen, seen)]
        part = np.linalg.solve(np.linalg.cholesky(total), part)
        part = np.linalg.solve(np.linalg.cholesky(total), part.T)
        ours = responses[s, seen] @ responses[s, seen].T
        assert ours == pytest.approx(part, abs=1e-8)
