"""Laws of paths against the packages they are fitted by, closed forms, and simulated truth."""

import warnings

import numpy as np
import pytest
from scipy.stats import norm

from forecast.models.classical_coupling import joint_shocks, shrunk_correlation
from forecast.models.classical_law import Law
from forecast.models.classical_naive import fit_drift, fit_naive, fit_seasonal_naive
from forecast.models.classical_series import Sample
from forecast.models.classical_statsforecast import (
    ces_weights,
    fit_arima,
    fit_ces,
    fit_ets,
    fit_theta,
    theta_path,
)
from forecast.models.classical_statsmodels import fit_local_level, fit_sarimax
from forecast.models.kernels import Floats
from forecast.models.registry import method
from tests.models.classical_worlds import logs, monthly_panel

STEPS = 18


def sample(seed: int, season: int = 12, months: int = 60) -> Sample:
    return Sample(logs(np.random.default_rng(seed), months), 0, 0, 0.0, season)


def spread(law: Law) -> Floats:
    """Sd of each month ahead."""
    return np.sqrt(np.diag(law.factor @ law.factor.T))


def interval_sd(model: object, values: Floats) -> Floats:
    """Sd of each month ahead by the package's own 80 % intervals."""
    said = model.fit(values).predict(h=STEPS, level=[80])  # type: ignore[attr-defined]
    return (said["hi-80"] - said["lo-80"]) / (2 * norm.ppf(0.9))


@pytest.mark.parametrize("seed", range(3))
def test_naive_laws_have_the_packages_spread(seed: int) -> None:
    from statsforecast.models import Naive, RandomWalkWithDrift, SeasonalNaive

    given = sample(seed)
    for fit, model in (
        (fit_naive, Naive()),
        (fit_drift, RandomWalkWithDrift()),
        (fit_seasonal_naive, SeasonalNaive(season_length=12)),
    ):
        law = fit(given, STEPS)
        # the package divides squared errors by one less in some of them
        assert spread(law) == pytest.approx(interval_sd(model, given.values), rel=0.02)


@pytest.mark.parametrize("season", [1, 12])
@pytest.mark.parametrize("seed", range(2))
def test_ets_and_arima_have_the_packages_mean_and_spread(seed: int, season: int) -> None:
    from statsforecast.models import AutoARIMA, AutoETS

    given = sample(seed, season)
    for fit, model in (
        (fit_ets, AutoETS(season_length=season, model="AZZ")),
        (fit_arima, AutoARIMA(season_length=season)),
    ):
        law = fit(given, STEPS)
        mean = model.fit(given.values).predict(h=STEPS)["mean"]
        assert law.mean == pytest.approx(mean, abs=1e-10)
        package = interval_sd(model, given.values)
        # for every month statsforecast takes the seasonal variance of the farthest one asked for:
        # gamma (2 alpha + gamma), which is of the second year (Hyndman et al. 2008, table 6.2)
        assert spread(law)[12:] == pytest.approx(package[12:], rel=1e-6)
        assert spread(law)[:12] == pytest.approx(package[:12], rel=0.02)
        assert (spread(law) <= package * (1 + 1e-6)).all()


@pytest.mark.parametrize("season", [1, 12])
def test_state_spaces_have_the_packages_mean_and_spread(season: int) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    given = sample(5, season)
    level = UnobservedComponents(
        given.values,
        level="local level",
        seasonal=season if season > 1 else None,
        use_exact_diffuse=True,
    )
    seasonal = (0, 1, 1, 12) if season > 1 else (0, 0, 0, 0)
    airline = SARIMAX(
        given.values, order=(0, 1, 1), seasonal_order=seasonal, use_exact_diffuse=True
    )
    for fit, model in ((fit_local_level, level), (fit_sarimax, airline)):
        law = fit(given, STEPS)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Non-invertible starting")
            ahead = model.fit(disp=False, maxiter=200).get_forecast(STEPS)
        assert law.mean == pytest.approx(ahead.predicted_mean, abs=1e-8)
        assert spread(law) == pytest.approx(ahead.se_mean, rel=1e-6)


def test_the_path_of_a_local_level_has_the_covariance_of_a_random_walk() -> None:
    """Given the last level, months ahead share the shocks up to the earlier of the two."""
    given = sample(7, 1, 200)
    law = fit_local_level(given, STEPS)
    cov = law.factor @ law.factor.T
    off = cov[np.triu_indices(STEPS, 1)]
    rows = np.triu_indices(STEPS, 1)[0]
    # cov(h, k) = P + min(h, k) q for h != k: one line in the earlier month
    slope, level = np.polyfit(rows, off, 1)
    assert off == pytest.approx(level + slope * rows, rel=1e-6)
    assert slope > 0
    noise = np.diag(cov) - (level + slope * np.arange(STEPS))
    assert noise == pytest.approx(np.full(STEPS, noise[0]), rel=1e-5)


def test_theta_without_shocks_is_the_packages_mean() -> None:
    from statsforecast.models import DynamicOptimizedTheta

    given = sample(3, 1)
    model = DynamicOptimizedTheta(season_length=1).fit(given.values)
    path = theta_path(np.zeros((1, STEPS)), model.model_)[0]
    assert path == pytest.approx(model.predict(h=STEPS)["mean"], abs=1e-10)
    law = fit_theta(given, STEPS)
    assert law.mean == pytest.approx(path, abs=1e-10)


def test_theta_shocks_enter_as_if_the_sample_went_on() -> None:
    """A path is the same whether its shocks are given or found by stepping one month at a time."""
    from statsforecast.models import DynamicOptimizedTheta

    given = sample(4, 1)
    model = DynamicOptimizedTheta(season_length=1).fit(given.values).model_
    rng = np.random.default_rng(0)
    one, two = rng.normal(0, 0.1, (2, 1, 6))
    zero = np.zeros((1, 6))
    linear = theta_path(one, model) + theta_path(two, model) - theta_path(zero, model)
    assert theta_path(one + two, model) == pytest.approx(linear, abs=1e-12)


@pytest.mark.parametrize("form", ["N", "S"])
def test_ces_weights_are_powers_of_its_transition(form: str) -> None:
    a0, a1 = 1.3, 0.9
    transition = np.array([[1.0, -(1 - a1)], [1.0, 1 - a0]])
    gain = np.array([a0 - a1, a0 + a1])
    par = {"alpha_0": a0, "alpha_1": a1, "beta_0": np.nan, "beta_1": np.nan}
    found = ces_weights(form, par, 30)
    lag = 12 if form == "S" else 1
    expected = np.zeros(30)
    expected[0] = 1.0
    for power, place in enumerate(range(lag, 30, lag)):
        expected[place] = (np.linalg.matrix_power(transition, power) @ gain)[0]
    assert found == pytest.approx(expected, abs=1e-12)


def test_ces_has_the_packages_mean() -> None:
    from statsforecast.models import AutoCES

    given = sample(6)
    mean = AutoCES(season_length=12).fit(given.values).predict(h=STEPS)["mean"]
    assert fit_ces(given, STEPS).mean == pytest.approx(mean, abs=1e-10)


def test_sums_are_as_wide_as_what_areas_share_makes_them(rng: np.random.Generator) -> None:
    """Twenty walks with shocks that correlate by one half: independence would halve the spread."""
    areas, months, shared = 20, 120, 0.5
    common = rng.normal(0, 1, (1, months))
    own = rng.normal(0, 1, (areas, months))
    shocks = 0.02 * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    values = 1000.0 * np.exp(np.cumsum(shocks, axis=1))
    panel = monthly_panel(
        np.vstack([values.sum(axis=0), values]), ("N", *(f"a{k}" for k in range(areas)))
    )
    made = method("naive").draw(panel, 6, None, 4000, rng).draws[:, 1:, 0]
    last = values[:, -1]
    total = np.log(made.sum(axis=1)).std(axis=0)
    weight = last / last.sum()
    expected = 0.02 * np.sqrt(shared + (1 - shared) * np.sum(weight**2)) * np.sqrt(np.arange(1, 7))
    independent = 0.02 * np.sqrt(np.sum(weight**2)) * np.sqrt(np.arange(1, 7))
    # 120 months know a spread to 6.5 per cent and a correlation of one half to 7; three of each
    assert total == pytest.approx(expected, rel=0.25)
    assert (total > 2 * independent).all()


def test_shocks_have_the_correlation_they_were_given(rng: np.random.Generator) -> None:
    residuals = rng.standard_normal((40, 5)) @ (np.eye(5) + 0.5)
    wanted = shrunk_correlation(residuals)
    made = joint_shocks(wanted, 3, 20000, rng)
    for month in range(3):
        found = np.corrcoef(made[:, :, month].T)
        # six standard errors of a correlation
        assert np.abs(found - wanted).max() < 6 / np.sqrt(20000)
    between = np.corrcoef(made[:, 0, 0], made[:, 0, 1])[0, 1]
    assert abs(between) < 6 / np.sqrt(20000)


def test_intervals_of_random_walks_cover(rng: np.random.Generator) -> None:
    areas, months, ahead = 400, 100, 6
    paths = 1000.0 * np.exp(np.cumsum(rng.normal(0, 0.03, (areas, months + ahead)), axis=1))
    names = ("N", *(f"a{k}" for k in range(areas)))
    whole = np.vstack([paths.sum(axis=0), paths])
    made = method("naive").draw(monthly_panel(whole[:, :months], names), ahead, None, 400, rng)
    low, high = np.quantile(made.draws[:, 1:, 0], [0.1, 0.9], axis=0)
    truth = paths[:, months:]
    inside = ((low < truth) & (truth < high)).mean(axis=0)
    # areas are independent: five standard errors
    assert np.abs(inside - 0.8).max() < 5 * np.sqrt(0.16 / areas)
