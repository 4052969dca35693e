"""Hierarchical models whose answers are published: hospitals, schools, pupils."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.benchmark.league import (
    Between,
    Counts,
    League,
    LeaguePriors,
    Measured,
    Repeated,
    sample_league,
)
from forecast.benchmark.ranking import interval, rank
from forecast.benchmark.sampling import Sampling
from forecast.errors import DataError

DRAWS = 4000


def flat(found: object, name: str) -> np.ndarray:
    """Draws of all chains, one after the other."""
    values = found["posterior"][name].values  # type: ignore[index]
    return values.reshape(-1, *values.shape[2:])


def error_of(found: object, values: np.ndarray) -> np.ndarray:
    """Monte Carlo standard error of the mean of a function of the draws, (units,)."""
    import arviz as az

    chains = len(found["posterior"]["tau"])  # type: ignore[index]
    shaped = values.reshape(chains, -1, values.shape[-1])
    return np.asarray(az.mcse(az.convert_to_dataset({"p": shaped}))["p"].values)


def are_quantiles(values: np.ndarray, published: np.ndarray, level: float, worth: int) -> bool:
    """Whether published quantiles are those of the draws, but for both their Monte Carlo errors.

    Ranks are whole, so a quantile may lie on the edge of two of them: what is asked is that no more
    than `level` of the draws are below it and no less are at it or below.

    Parameters
    ----------
    worth : independent draws that `values` are worth; BUGS had 20,000 iterations, a quarter of them
    """
    slack = 4 * np.sqrt(level * (1 - level) * (1 / worth + 1 / 5000))
    under, up_to = (values < published).mean(axis=0), (values <= published).mean(axis=0)
    return bool(np.all(under <= level + slack) and np.all(up_to >= level - slack))


@pytest.mark.slow
def test_surgical_posterior_and_ranks_are_the_published_ones(shared_panels: Path) -> None:
    """12 hospitals (MultiBUGS, Surgical): means, sds, quantiles, and quantiles of ranks."""
    table = pd.read_csv(shared_panels / "league" / "surgical_12_hospitals.csv")
    check = pd.read_csv(shared_panels / "league" / "surgical_random_quadrature_check.csv")
    priors = LeaguePriors(0.0, 1000.0, Between("gamma-precision", 0.001))
    league = League(Counts(table["r"].to_numpy(), table["n"].to_numpy()), priors)
    found = sample_league(league, 1, Sampling(draws=DRAWS, target_accept=0.99))
    odds = flat(found, "mu")[:, None] + flat(found, "own")
    p = 1 / (1 + np.exp(-odds))
    error = error_of(found, p)
    published = table["random_mean"].to_numpy()
    # BUGS' own error is 1e-4 to 3e-4; the quadrature has none
    assert np.all(np.abs(p.mean(axis=0) - check["quad_mean"]) < 4 * error + 1e-6)
    assert np.all(np.abs(p.mean(axis=0) - published) < 4 * np.hypot(error, 3e-4))
    assert np.allclose(p.std(axis=0), check["quad_sd"], rtol=0.04)
    ranks = rank(p, 0.95).rank
    for name, level in (("q2.5", 0.025), ("median", 0.5), ("q97.5", 0.975)):
        assert are_quantiles(p, table[f"random_{name}"].to_numpy(), level, 4000)
        assert are_quantiles(ranks, table[f"random_rank_{name}"].to_numpy(), level, 4000)


def test_independent_hospitals_ranks_are_the_published_ones(
    shared_panels: Path, rng: np.random.Generator
) -> None:
    """Without a common distribution every hospital is a beta; ranks of exact draws."""
    table = pd.read_csv(shared_panels / "league" / "surgical_12_hospitals.csv")
    r, n = table["r"].to_numpy(), table["n"].to_numpy()
    p = rng.beta(1 + r, 1 + n - r, size=(40_000, 12))
    error = p.std(axis=0) / np.sqrt(40_000)
    assert np.all(np.abs(p.mean(axis=0) - table["indep_mean"]) < 4 * error + 5e-5)
    ranks = rank(p, 0.95).rank
    for name, level in (("q2.5", 0.025), ("median", 0.5), ("q97.5", 0.975)):
        assert are_quantiles(ranks, table[f"indep_rank_{name}"].to_numpy(), level, 40_000)
    low, high = interval(ranks, 0.95)
    assert np.abs(low - table["indep_rank_q2.5"]).max() <= 1
    assert np.abs(high - table["indep_rank_q97.5"]).max() <= 1


@pytest.mark.slow
def test_exam_is_the_published_reml_fit(shared_panels: Path) -> None:
    """4,059 pupils of 65 schools (Bates, MlmSoftRev): sds and slopes; statsmodels as oracle."""
    import statsmodels.formula.api as smf

    with gzip.open(shared_panels / "league" / "exam.csv.gz") as file:
        pupils = pd.read_csv(file)
    unit = pd.factorize(pupils["school"], sort=True)[0]
    design = np.stack(
        [
            pupils["standLRT"],
            (pupils["sex"] == "M").astype(float),
            (pupils["schgend"] == "boys").astype(float),
            (pupils["schgend"] == "girls").astype(float),
        ],
        axis=1,
    )
    figures = Repeated(pupils["normexam"].to_numpy(), unit, 2.0)
    priors = LeaguePriors(0.0, 2.0, Between("half-normal", 1.0))
    found = sample_league(League(figures, priors, design), 1, Sampling(target_accept=0.9))
    assert np.median(flat(found, "tau")) == pytest.approx(0.293, abs=0.02)
    assert np.median(flat(found, "sigma")) == pytest.approx(0.750, abs=0.02)
    slopes = flat(found, "b").mean(axis=0)
    assert slopes == pytest.approx([0.559754, -0.167392, 0.177691, 0.158997], abs=0.02)
    pupils["schgend"] = pd.Categorical(pupils["schgend"], ["mixed", "boys", "girls"])
    oracle = smf.mixedlm(
        "normexam ~ standLRT + sex + schgend", pupils, groups=pupils["school"]
    ).fit(reml=True)
    names = ["standLRT", "sex[T.M]", "schgend[T.boys]", "schgend[T.girls]"]
    assert slopes == pytest.approx(oracle.params[names].to_numpy(), abs=0.02)
    own = flat(found, "own").mean(axis=0)
    theirs = np.array([oracle.random_effects[k].iloc[0] for k in sorted(oracle.random_effects)])
    assert np.corrcoef(own, theirs)[0, 1] > 0.999


@pytest.mark.slow
def test_eight_schools_are_the_reference_posterior(shared_panels: Path) -> None:
    """posteriordb's draws: means, sds and quantiles of every school, mu and tau."""
    schools = pd.read_csv(shared_panels / "league" / "eight_schools.csv")
    reference = pd.read_csv(shared_panels / "league" / "eight_schools_reference_posterior.csv")
    figures = Measured(schools["y"].to_numpy(float), schools["sigma"].to_numpy(float))
    league = League(figures, LeaguePriors(0.0, 5.0, Between("half-cauchy", 5.0)))
    found = sample_league(league, 1, Sampling(draws=DRAWS, target_accept=0.99))
    mu, tau = flat(found, "mu"), flat(found, "tau")
    theta = mu[:, None] + flat(found, "own")
    ours = np.column_stack([theta, mu, tau])
    sd = reference["sd"].to_numpy()
    error = np.hypot(error_of(found, ours), sd / np.sqrt(reference["n_draws"]))
    assert np.all(np.abs(ours.mean(axis=0) - reference["mean"]) < 4 * error)
    assert np.allclose(ours.std(axis=0), sd, rtol=0.05)
    for name in ("q5", "q50", "q95"):
        ends = np.quantile(ours, float(name[1:]) / 100, axis=0)
        assert np.all(np.abs(ends - reference[name]) < 0.12 * sd)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (Counts(np.array([1, 5]), np.array([3, 4])), "unit 2: 5 cases of 4"),
        (Measured(np.array([1.0]), np.array([0.0])), "standard error of 0 or less"),
    ],
)
def test_figures_that_cannot_be_are_refused(figures: Counts | Measured, said: str) -> None:
    priors = LeaguePriors(0.0, 1.0, Between("half-normal", 1.0))
    with pytest.raises(DataError, match=said):
        sample_league(League(figures, priors), 1, Sampling())
