"""Path laws of single series against the intervals and simulations of the packages they rest on."""

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from forecast.errors import ConvergenceError
from forecast.models.classical_law import Law, Rule, factor_of, moving_average
from forecast.models.classical_naive import (
    DRIFT,
    LAST_YEAR,
    NAIVE,
    SEASONAL_NAIVE,
    yearly_changes,
)
from forecast.models.classical_series import Sample, sample_of
from forecast.models.classical_statsforecast import (
    ARIMA,
    CES,
    ETS,
    THETA,
    ces_weights,
    ets_weights,
    theta_path,
)
from forecast.models.classical_statsmodels import AIRLINE, LOCAL_LEVEL
from forecast.models.kernels import Floats
from forecast.models.registry import method
from tests.models.classical_worlds import PATTERN, logs, simple_panel

STEPS = 26
COVERAGE = 80


def sample(seed: int, months: int = 60) -> Sample:
    return sample_of(np.exp(6.0 + logs(np.random.default_rng(seed), months)))


def random_walk(seed: int, months: int = 60) -> Sample:
    steps = np.random.default_rng(seed).normal(0.01, 0.03, months)
    return sample_of(np.exp(6.0 + np.cumsum(steps)))


def spread_of(intervals: dict[str, Floats]) -> Floats:
    """Standard deviation of each month that a package's 80 % intervals say, (H,)."""
    width = intervals[f"hi-{COVERAGE}"] - intervals[f"lo-{COVERAGE}"]
    return np.asarray(width) / (2 * norm.ppf(0.5 + COVERAGE / 200))


def said_by(model: Any, taken: Sample) -> tuple[Floats, Floats]:  # noqa: ANN401
    """Mean and spread that a model of statsforecast gives, one month at a time.

    Asked for many months at once, a seasonal ETS gives all of them the seasonal variance of the
    last.
    """
    with warnings.catch_warnings():
        # of candidates of the search
        warnings.filterwarnings("ignore", message="possible convergence problem")
        model.fit(taken.values)
    said = [model.predict(h=h, level=[COVERAGE]) for h in range(1, STEPS + 1)]
    return np.asarray(said[-1]["mean"]), np.array([spread_of(s)[-1] for s in said])


def test_naive_methods_agree_with_the_packages_intervals() -> None:
    from statsforecast.models import Naive, RandomWalkWithDrift, SeasonalNaive

    taken = sample(1)
    # of the 59 changes the drift takes one degree of freedom, which the package does not count
    for rule, model, counted in (
        (NAIVE, Naive(), 1.0),
        (DRIFT, RandomWalkWithDrift(), 59 / 58),
        (SEASONAL_NAIVE, SeasonalNaive(season_length=12), 1.0),
    ):
        law, (mean, spread) = rule.law(taken, STEPS), said_by(model, taken)
        # the package keeps naive means in single precision
        assert law.mean == pytest.approx(mean), rule.name
        assert law.sd == pytest.approx(spread * np.sqrt(counted), rel=1e-4), rule.name


@pytest.mark.parametrize("form", ["ANN", "AAN", "AAdN", "ANA", "AAA", "AAdA"])
def test_ets_spreads_as_the_packages_intervals_do(form: str) -> None:
    from statsforecast.models import AutoETS

    model = AutoETS(season_length=12, model=form.replace("d", ""), damped="d" in form)
    _, spread = said_by(model, sample(2))
    assert model.model_["components"][3] == ("D" if "d" in form else "N")
    factor = moving_average(ets_weights(model.model_, STEPS), np.sqrt(model.model_["sigma2"]))
    assert np.sqrt((factor**2).sum(axis=1)) == pytest.approx(spread)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chosen_ets_and_arima_agree_with_the_packages_intervals(seed: int) -> None:
    from statsforecast.models import AutoARIMA, AutoETS

    for taken in (sample(seed), random_walk(seed)):
        for rule, model in (
            (ETS, AutoETS(season_length=12, model="AZZ")),
            (ARIMA, AutoARIMA(season_length=12)),
        ):
            law, (mean, spread) = rule.law(taken, STEPS), said_by(model, taken)
            assert law.mean == pytest.approx(mean), rule.name
            assert law.sd == pytest.approx(spread), rule.name


def test_arima_paths_covary_as_the_package_simulates() -> None:
    from statsforecast.models import AutoARIMA

    taken = sample(4)
    model = AutoARIMA(season_length=12)
    said_by(model, taken)
    law = ARIMA.law(taken, 6)
    paths = law.mean + np.random.default_rng(0).standard_normal((4000, 6)) @ law.factor.T
    compare_covariance(paths, model.simulate(h=6, n_paths=4000))


def compare_covariance(ours: Floats, theirs: Floats) -> None:
    """Hold two sets of paths together within six Monte Carlo standard errors."""
    one, two = np.cov(ours.T), np.cov(theirs.T)
    sd = np.sqrt(np.diag(two))
    # var of a sample covariance is (c_ij² + c_ii c_jj)/n, twice that for a difference
    near = 6 * np.sqrt(2 * (two**2 + np.outer(sd, sd) ** 2) / len(theirs))
    assert np.all(np.abs(one - two) < near)
    assert np.all(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 6 * sd * np.sqrt(2 / len(ours)))


def test_theta_paths_are_those_of_the_package_without_a_season() -> None:
    from statsforecast.models import DynamicOptimizedTheta

    taken = random_walk(3)
    model = DynamicOptimizedTheta(season_length=12, decomposition_type="additive")
    mean, spread = said_by(model, taken)
    assert not model.model_.get("decompose", False)
    law = THETA.law(taken, STEPS)
    assert law.mean == pytest.approx(mean)
    # the package's interval is of 200 draws: the sd of a normal quantile at 0.9 is 1.71 sd/sqrt(n)
    assert law.sd == pytest.approx(spread, rel=6 * 1.71 / norm.ppf(0.9) / np.sqrt(2 * 200))
    shocks = np.random.default_rng(0).standard_normal((20000, STEPS))
    theirs = model.simulate(h=STEPS, n_paths=20000).astype(np.float64)
    compare_covariance(law.mean + shocks @ law.factor.T, theirs)
    assert theta_path(np.zeros((1, STEPS)), model.model_)[0] == pytest.approx(mean)


def test_theta_keeps_its_line_fitted_to_everything_so_far() -> None:
    from statsforecast.models import DynamicOptimizedTheta

    taken = random_walk(3)
    model = DynamicOptimizedTheta(season_length=12).fit(taken.values).model_
    path = theta_path(np.zeros((1, 3)), model)[0]
    months, alpha, theta = len(taken.values) + 2, model["par"]["alpha"], model["par"]["theta"]
    seen = np.r_[taken.values, path[:2]]
    slope, at_zero = np.polyfit(np.arange(1, months + 1), seen, 1)
    level = replayed_level(model, seen)
    line = at_zero * (1 - alpha) ** months + slope * (1 - (1 - alpha) ** (months + 1)) / alpha
    assert path[2] == pytest.approx(level + (1 - 1 / theta) * line)


def replayed_level(model: dict[str, Any], seen: Floats) -> float:
    """Level of a theta model after all months, smoothed from its last state in the sample."""
    level = model["states"][-1, 0]
    for value in seen[model["n"] :]:
        level = model["par"]["alpha"] * value + (1 - model["par"]["alpha"]) * level
    return level


def test_theta_with_a_season_spreads_as_the_adjusted_series_does() -> None:
    from statsforecast.models import DynamicOptimizedTheta
    from statsmodels.tsa.seasonal import seasonal_decompose

    clear = np.exp(sample(5).values + 2 * np.tile(PATTERN, 5))
    taken = sample_of(clear)
    season = seasonal_decompose(taken.values, model="additive", period=12).seasonal
    adjusted = Sample(taken.values - season, 0, 0, 0.0, 12)
    law, plain = THETA.law(taken, STEPS), THETA.law(adjusted, STEPS)
    assert law.sd == pytest.approx(plain.sd)
    ahead = season[np.arange(len(season), len(season) + STEPS) % 12]
    assert law.mean == pytest.approx(plain.mean + ahead)
    # why the package's own interval is not used: it holds the season itself for an error
    model = DynamicOptimizedTheta(season_length=12, decomposition_type="additive")
    _, spread = said_by(model, taken)
    assert spread[0] > 1.2 * law.sd[0]


@pytest.mark.parametrize("form", ["N", "S", "P", "F"])
def test_ces_weights_are_the_packages_own_equations(form: str) -> None:
    from statsforecast.ces import cesforecast, switch_ces
    from statsforecast.models import AutoCES

    model: dict[str, Any] = AutoCES(season_length=12, model=form).fit(sample(6).values).model_
    par = {key: float(np.nan_to_num(value)) for key, value in model["par"].items()}
    # rows of states: one season before the sample, the sample, months ahead
    last = model["m"] + model["n"] - 1
    effect = [par["alpha_0"] - par["alpha_1"], par["alpha_0"] + par["alpha_1"]]
    if form == "P":
        effect += [par["beta_0"]]
    if form == "F":
        effect += [par["beta_0"] - par["beta_1"], par["beta_0"] + par["beta_1"]]
    shocked = np.array(model["states"])
    shocked[last] += effect
    before = ahead_of(cesforecast, switch_ces(form), model, np.array(model["states"]))
    after = ahead_of(cesforecast, switch_ces(form), model, shocked)
    assert after - before == pytest.approx(ces_weights(form, model["par"], STEPS + 1)[1:])


def ahead_of(project: Any, season: int, model: dict[str, Any], states: Floats) -> Floats:  # noqa: ANN401
    out = np.zeros(STEPS)
    project(states, model["n"], model["m"], season, out, STEPS, **model["par"])
    return out


def test_ces_has_the_mean_of_the_package_and_the_spread_of_its_model() -> None:
    from statsforecast.models import AutoCES

    taken = sample(6)
    model = AutoCES(season_length=12)
    mean, spread = said_by(model, taken)
    law = CES.law(taken, STEPS)
    assert law.mean == pytest.approx(mean)
    assert law.sd[0] == pytest.approx(np.sqrt(model.model_["sigma2"]))
    # why the package's own interval is not used: it leaves out the shocks of the months ahead
    growth = [(s[-1] / s[0]) for s in (law.sd, spread)]
    assert growth[0] > 1.3 * growth[1]


def with_gap(taken: Sample) -> Sample:
    values = taken.values.copy()
    values[[20, 21, 40]] = np.nan
    return Sample(values, 0, 0, 0.0, 12)


# about the guess that the optimiser starts from
@pytest.mark.filterwarnings("ignore:Non-invertible starting:UserWarning")
# both stop at one place; whether the search calls it converged hangs on a processor's rounding
@pytest.mark.filterwarnings("ignore:Maximum Likelihood optimization failed to converge")
@pytest.mark.parametrize("rule", [LOCAL_LEVEL, AIRLINE], ids=["local_level", "sarimax"])
def test_state_spaces_agree_with_statsmodels(rule: Rule) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    taken = with_gap(sample(7))
    law = rule.law(taken, STEPS)
    model = (
        UnobservedComponents(taken.values, "llevel", seasonal=12, use_exact_diffuse=True)
        if rule is LOCAL_LEVEL
        else SARIMAX(
            taken.values,
            order=(0, 1, 1),
            seasonal_order=(0, 1, 1, 12),
            use_exact_diffuse=True,
        )
    )
    results = model.fit(disp=False, maxiter=200)
    ahead = results.get_forecast(STEPS)
    assert law.mean == pytest.approx(ahead.predicted_mean)
    assert law.sd == pytest.approx(ahead.se_mean)
    rng = np.random.default_rng(0)
    # statsmodels 0.15 calls by a new name what 0.14 knows by the old one only
    known = inspect.signature(results.simulate).parameters
    generator = {"rng" if "rng" in known else "random_state": rng}
    theirs = results.simulate(8, anchor="end", repetitions=3000, **generator)
    ours = law.mean[:8] + rng.standard_normal((3000, 8)) @ law.factor[:8, :8].T
    compare_covariance(ours, np.asarray(theirs).reshape(8, -1).T)


@pytest.mark.filterwarnings("ignore:Non-invertible starting:UserWarning")
def test_sarimax_adds_the_regressor_as_statsmodels_does() -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    taken = sample(8)
    x = np.cumsum(np.random.default_rng(9).normal(0, 0.03, 60 + STEPS))
    law = AIRLINE.law(Sample(taken.values, 0, 0, 0.0, 12, x[:60]), STEPS)
    model = SARIMAX(
        taken.values,
        exog=x[:60],
        order=(0, 1, 1),
        seasonal_order=(0, 1, 1, 12),
        use_exact_diffuse=True,
    )
    results = model.fit(disp=False, maxiter=200)
    ahead = results.get_forecast(STEPS, exog=x[60:, None])
    assert law.mean + law.slope * x[60:] == pytest.approx(ahead.predicted_mean)


def test_a_month_without_the_regressor_counts_as_missing() -> None:
    taken = sample(8)
    x = np.linspace(0, 1, 60) + np.random.default_rng(0).normal(0, 0.1, 60)
    unseen, unknown = x.copy(), taken.values.copy()
    unseen[[3, 30]] = unknown[[3, 30]] = np.nan
    by_x = AIRLINE.law(Sample(taken.values, 0, 0, 0.0, 12, unseen), 3)
    by_y = AIRLINE.law(Sample(unknown, 0, 0, 0.0, 12, x), 3)
    assert by_x.slope == pytest.approx(by_y.slope, rel=1e-3)
    with pytest.raises(ConvergenceError, match="0 months with the national value"):
        AIRLINE.law(Sample(taken.values, 0, 0, 0.0, 12, np.full(60, np.nan)), 3)


@pytest.mark.parametrize("walking", [0.0, 0.5, 1.0])
def test_yearly_changes_have_a_covariance_and_forget_in_a_year(walking: float) -> None:
    correlation = yearly_changes(48, walking)
    factor = factor_of(correlation)
    assert factor @ factor.T == pytest.approx(correlation)
    assert not correlation[0, 12:].any()


def test_seasonal_naive_knows_that_months_of_a_year_move_together() -> None:
    """A year's mean of a random walk is as uncertain as its own yearly changes were."""
    rng = np.random.default_rng(1)
    walk = np.cumsum(rng.normal(0, 0.02, 600)) + np.tile(PATTERN, 50)
    law = SEASONAL_NAIVE.law(sample_of(np.exp(walk)), 12)
    mean_of_year = law.factor.mean(axis=0)
    # variance of the mean of twelve changes over a year, correlated 1 - lag/12
    lag = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    right = 0.02 * np.sqrt(12 * np.mean(1 - lag / 12))
    assert np.sqrt((mean_of_year**2).sum()) == pytest.approx(right, rel=0.15)
    # independent months would say 0.02
    assert right > 1.5 * 0.02


def test_last_years_mean_finds_noise_and_walk() -> None:
    rng = np.random.default_rng(2)
    noise = LAST_YEAR.law(sample_of(np.exp(rng.normal(0, 0.05, 240))), 12)
    assert noise.sd[[0, -1]] == pytest.approx([0.052, 0.052], rel=0.15)
    walks = [
        LAST_YEAR.law(sample_of(np.exp(np.cumsum(rng.normal(0, 0.05, 240)))), 12).sd
        for _ in range(20)
    ]
    # the last month against the mean of the twelve: sum of (j/12)² shocks; then one a month
    behind = ((np.arange(1, 12) / 12) ** 2).sum()
    right = 0.05 * np.sqrt(behind + np.array([1.0, 12.0]))
    # spread of the sd of 20 worlds with some 20 independent years each, six standard errors
    assert np.mean(walks, axis=0)[[0, -1]] == pytest.approx(right, rel=6 / np.sqrt(2 * 20 * 20))


def test_a_package_that_gives_up_is_a_failure_with_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from statsforecast.models import AutoETS

    def give_up(self: AutoETS, y: Floats) -> None:
        raise Exception("no model able\nto be fitted")

    monkeypatch.setattr(AutoETS, "fit", give_up)
    with pytest.raises(ConvergenceError, match=r"all 3 series failed.*no model able to be fitted"):
        method("ets").draw(simple_panel(), 3, None, 8, np.random.default_rng(0))
    with pytest.raises(ConvergenceError, match="ets: all 3 series failed"):
        method("pool").draw(simple_panel(), 3, None, 8, np.random.default_rng(0))


def test_a_covariance_that_is_none_is_refused() -> None:
    with pytest.raises(ConvergenceError, match="not positive definite"):
        factor_of(-np.eye(3))


def test_too_few_months_are_refused() -> None:
    with pytest.raises(ConvergenceError, match="11 known months, ets needs 12 or more"):
        ETS.law(sample(1, 11), 3)


def test_no_two_neighbouring_months_give_no_change() -> None:
    values = np.exp(logs(np.random.default_rng(0), 30))
    values[2::3] = np.nan
    law: Law = NAIVE.law(sample_of(values), 3)
    assert np.isfinite(law.sd).all()
    alone = Sample(np.where(np.arange(30) % 2, np.nan, values), 0, 0, 0.0, 12)
    with pytest.raises(ConvergenceError, match="no two known months give a monthly change"):
        NAIVE.law(alone, 3)
