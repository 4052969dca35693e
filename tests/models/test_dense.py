"""The dense likelihood against statsmodels, one large normal, and brute force."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import multivariate_normal

from forecast.core.period import Window
from forecast.errors import AlignmentError
from forecast.models import kernels
from forecast.models.dense import (
    LOG_2PI,
    leave_one_out,
    log_density,
    moving_average,
    restricted_log_density,
    window_matrix,
)
from forecast.models.kernels import Floats
from forecast.models.problem import covariance, layout, mean
from tests.models.worlds import joint, random_parameters, random_problem, view

START = 2016 * 12
MonthlyData = tuple[Floats, NDArray[np.bool_], float, float]


@st.composite
def monthly_data(draw: st.DrawFn) -> MonthlyData:
    """Sizes of a walk and its noise, and monthly data with some months missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(5, 60))
    level, noise = draw(st.floats(0.01, 3.0)), draw(st.floats(0.05, 3.0))
    values = np.cumsum(level * rng.normal(size=size)) + noise * rng.normal(size=size)
    seen = rng.random(size) > draw(st.sampled_from([0.0, 0.2, 0.5]))
    seen[rng.choice(size, 3, replace=False)] = True
    return values, seen, level, noise


def of_months(seen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Figures of single months, as windows over all months between them."""
    months = np.arange(START, START + len(seen))
    windows = [Window(int(m), int(m)) for m in months[seen]]
    return window_matrix(windows, months), kernels.lags(months)


def walk_density(residual: Floats, seen: NDArray[np.bool_], level: float, noise: float) -> float:
    design, lag = of_months(seen)
    walk = level**2 * kernels.intrinsic_ornstein_uhlenbeck(lag, np.inf)
    total = design @ walk @ design.T + noise**2 * np.eye(int(seen.sum()))
    ones = np.ones((int(seen.sum()), 1))
    return restricted_log_density(residual[seen], total, ones)


def exact_diffuse(
    values: Floats, seen: NDArray[np.bool_], params: list[float], **more: Floats
) -> float:
    model = sm.tsa.UnobservedComponents(
        np.where(seen, values, np.nan), level="local level", use_exact_diffuse=True, **more
    )
    model.ssm.tolerance = 0.0
    return model.loglike(params)


@given(monthly_data())
@settings(max_examples=40)
def test_a_random_walk_with_noise_equals_the_exact_diffuse_filter(data: MonthlyData) -> None:
    values, seen, level, noise = data
    theirs = exact_diffuse(values, seen, [noise**2, level**2])
    constant = 0.5 * np.log(seen.sum()) + 0.5 * LOG_2PI
    assert walk_density(values, seen, level, noise) - constant == pytest.approx(theirs, abs=1e-6)


@given(monthly_data())
@settings(max_examples=20)
def test_a_fixed_season_equals_the_filter_with_a_regressor(data: MonthlyData) -> None:
    values, seen, level, noise = data
    pattern = np.cos(2 * np.pi * np.arange(len(values)) / 12)
    values = values + pattern
    theirs = exact_diffuse(values, seen, [noise**2, level**2, 1.0], exog=pattern)
    constant = 0.5 * np.log(seen.sum()) + 0.5 * LOG_2PI
    ours = walk_density(values - pattern, seen, level, noise)
    assert ours - constant == pytest.approx(theirs, abs=1e-6)


@given(monthly_data(), st.floats(1.0, 150.0))
@settings(max_examples=40)
def test_a_level_that_forgets_equals_an_autoregression_with_noise(
    data: MonthlyData, memory: float
) -> None:
    values, seen, level, noise = data
    keep = np.exp(-1 / memory)
    shock = level**2 * memory / 2 * (1 - keep**2)
    model = sm.tsa.SARIMAX(np.where(seen, values, np.nan), order=(1, 0, 0), measurement_error=True)
    model.ssm.tolerance = 0.0
    params = {"ar.L1": keep, "sigma2": shock, "var.measurement_error": noise**2}
    theirs = model.loglike([params[name] for name in model.param_names])
    design, lag = of_months(seen)
    over = level**2 * kernels.ornstein_uhlenbeck(lag, memory)
    total = design @ over @ design.T + noise**2 * np.eye(int(seen.sum()))
    assert log_density(values[seen], total) == pytest.approx(theirs, rel=1e-8, abs=1e-8)


@given(monthly_data())
@settings(max_examples=20)
def test_contrasts_do_not_see_what_is_diffuse(data: MonthlyData) -> None:
    values, seen, level, noise = data
    once = walk_density(values, seen, level, noise)
    assert walk_density(values + 1e3, seen, level, noise) == pytest.approx(once, abs=1e-6)


def test_the_sine_transform_is_a_third_way_to_the_random_walk(rng: np.random.Generator) -> None:
    """DST-I of the differences has eigenvalues level^2 + 2 noise^2 (1 - cos(pi k/(n + 1)))."""
    from scipy.fft import dst

    level, noise, values = 0.3, 0.7, np.cumsum(rng.normal(size=41))
    steps = np.diff(values)
    spectrum = dst(steps, type=1, norm="ortho")
    k = np.arange(1, len(steps) + 1)
    variance = level**2 + 2 * noise**2 * (1 - np.cos(np.pi * k / (len(steps) + 1)))
    differences = -0.5 * np.sum(LOG_2PI + np.log(variance) + spectrum**2 / variance)
    # the contrasts are orthonormal, the differences are not: det(D D') = n
    expected = differences + 0.5 * np.log(len(values))
    ours = walk_density(values, np.ones(len(values), dtype=bool), level, noise)
    assert ours == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("kind", ["latent", "given", "season"])
@pytest.mark.parametrize("seed", range(4))
def test_correlated_links_equal_one_large_normal_built_month_by_month(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, given=kind != "latent", season=kind == "season")
    p = random_parameters(rng, 6)
    parts = layout(problem)
    assert parts.has_season == (kind == "season")
    centre, total = joint(problem, p, problem.months)
    seen = view(problem, problem.months)
    figures = problem.figures
    large = seen @ total @ seen.T + np.diag(figures.sd**2)
    ours = covariance(parts, problem, p)
    assert np.allclose(ours, large, rtol=1e-10, atol=1e-10)
    assert mean(parts, problem, p) == pytest.approx(figures.offset + seen @ centre, abs=1e-10)
    residual = figures.value - mean(parts, problem, p)
    expected = multivariate_normal(figures.offset + seen @ centre, large).logpdf(figures.value)
    assert log_density(residual, ours) == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_leave_one_out_equals_conditioning_on_all_the_others(rng: np.random.Generator) -> None:
    root = rng.normal(size=(9, 9))
    total, residual = root @ root.T + np.eye(9), rng.normal(size=9)
    error, sd, density = leave_one_out(residual, total)
    for i in range(9):
        rest = np.arange(9) != i
        weights = np.linalg.solve(total[np.ix_(rest, rest)], total[rest, i])
        variance = total[i, i] - weights @ total[rest, i]
        assert error[i] == pytest.approx(residual[i] - weights @ residual[rest])
        assert sd[i] ** 2 == pytest.approx(variance)
        others = multivariate_normal(cov=total[np.ix_(rest, rest)]).logpdf(residual[rest])
        whole = multivariate_normal(cov=total).logpdf(residual)
        assert density[i] == pytest.approx(whole - others)


def test_a_window_outside_the_months_is_refused() -> None:
    months = np.arange(START, START + 12)
    with pytest.raises(AlignmentError, match=r"window 2017-01: expected months within 2016"):
        window_matrix([Window(START + 12, START + 12)], months)
    with pytest.raises(AlignmentError, match=r"window 2015-12"):
        window_matrix([Window(START - 1, START - 1)], months)


def test_windows_average_their_months() -> None:
    months = np.arange(START, START + 24)
    design = window_matrix([Window(START + 12, START + 23), Window(START, START)], months)
    assert design @ np.arange(24.0) == pytest.approx([17.5, 0.0])


def test_a_moving_average_looks_back() -> None:
    smooth = moving_average(5, 2) @ np.arange(5.0)
    assert smooth == pytest.approx([0.0, 0.5, 1.0, 2.0, 3.0])
