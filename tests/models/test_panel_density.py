"""The density of pooled parameters: its data, its formula term by term, its gradient, its mode."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from forecast.errors import ConvergenceError, DataError
from forecast.models import panel_laplace
from forecast.models.kernels import Floats
from forecast.models.panel_density import SCALARS, PanelDensity
from forecast.models.panel_filter import log_likelihoods
from forecast.models.panel_series import (
    exceeding,
    link_series,
    log_odds,
    national_level,
    regressors,
    value_of,
)
from tests.models.panels import quick_priors, with_values, world


def density(rng: np.random.Generator, areas: int = 5, months: int = 40) -> PanelDensity:
    panel = world(rng, areas=areas, months=months)
    panel.values[1, 0, 5:9] = np.nan
    panel.values[2, 0] *= 0.004  # a handful of persons
    return PanelDensity.of(link_series(panel, 0, panel.areas[1:], 10.0), quick_priors())


def somewhere(of: PanelDensity, rng: np.random.Generator) -> Floats:
    return of.start + 0.3 * rng.normal(size=of.size)


def test_the_density_is_the_formula_of_the_docstring(rng: np.random.Generator) -> None:
    """Every area as one normal from the formula, averaged over its own scale."""
    of = density(rng)
    z = somewhere(of, rng)
    p, data, link = of.pooled(z), of.series, of.priors.link
    t = np.arange(40)
    month = data.months % 12
    lag = np.abs(t[:, None] - t[None, :])
    x = data.log_nation - data.log_nation.mean()
    n = national_level(data.log_nation)
    n = n - n.mean()
    A = np.exp(-p.kappa * n)
    w, weight = np.polynomial.hermite_e.hermegauss(of.priors.fit.nodes)
    total = -0.5 * z @ z
    for s, c in enumerate(data.size):
        seen = ~np.isnan(data.log_odds[s])
        mean = data.level + A * (p.common[month] + c * p.by_size[month])
        logs: list[float] = []
        for node in w:
            sigma = np.exp(p.level_scale + p.level_slope * c + p.level_spread * node)
            g = np.exp(p.season_slope * c + p.season_spread * node)
            season = (p.factors @ p.factors.T)[np.ix_(month, month)]
            cov = link.level_sd**2 + link.elasticity.sd**2 * np.outer(x, x)
            cov = cov + link.drift.sd**2 * np.outer(t / 12 - 19.5 / 12, t / 12 - 19.5 / 12)
            cov += sigma**2 * p.level_memory / 2 * np.exp(-lag / p.level_memory)
            cov += g**2 * np.outer(A, A) * season * np.exp(-lag / p.season_memory)
            noise = np.exp(p.noise_scale + p.noise_slope * c - p.noise_kappa * n)
            cov += np.diag(noise**2 + data.counting[s])
            normal = multivariate_normal(mean[seen], cov[np.ix_(seen, seen)])
            logs.append(float(normal.logpdf(data.log_odds[s][seen])))
        total += logsumexp(logs, b=weight / weight.sum())
    assert of.value(z) == pytest.approx(total, abs=1e-7)
    assert of.value_and_gradient(z)[0] == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize("anchored", [False, True])
def test_the_gradient_equals_central_differences(anchored: bool, rng: np.random.Generator) -> None:
    of = density(rng)
    z = somewhere(of, rng)
    of = of.anchored(of.start) if anchored else of
    _, slope = of.value_and_gradient(z)
    for k in range(of.size):
        step = np.zeros(of.size)
        step[k] = 1e-5
        difference = (of.value(z + step) - of.value(z - step)) / 2e-5
        assert slope[k] == pytest.approx(difference, rel=1e-5, abs=1e-5), k


def test_spreads_are_folded(rng: np.random.Generator) -> None:
    of = density(rng)
    z = somewhere(of, rng)
    mirrored = z.copy()
    mirrored[[SCALARS.index("level_spread"), SCALARS.index("season_spread")]] *= -1
    assert of.value(mirrored) == pytest.approx(of.value(z), abs=1e-9)


def test_the_order_of_areas_does_not_matter(rng: np.random.Generator) -> None:
    panel = world(rng, areas=6)
    there = PanelDensity.of(link_series(panel, 0, panel.areas[1:], 10.0), quick_priors())
    back = PanelDensity.of(link_series(panel, 0, panel.areas[:0:-1], 10.0), quick_priors())
    z = somewhere(there, rng)
    assert there.value(z) == pytest.approx(back.value(z), abs=1e-8)


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0, 2.0])
def test_few_nodes_are_enough_once_they_are_anchored(
    spread: float, rng: np.random.Generator
) -> None:
    """Against a fine grid over the prior; the prior's own nodes step over the likelihood."""
    panel = world(rng, areas=10, months=72)
    series = link_series(panel, 0, panel.areas[1:], 10.0)
    plain = PanelDensity.of(series, quick_priors())
    z = plain.start.copy()
    z[SCALARS.index("level_scale")] = 0.4
    z[SCALARS.index("noise_scale")] = -0.7
    ours = plain.anchored(z)
    z[SCALARS.index("level_spread")] = spread
    grid = np.tile(np.linspace(-5, 5, 401), (10, 1))
    weight = np.log(0.025) - 0.5 * np.log(2 * np.pi) - 0.5 * grid**2
    logs = log_likelihoods(plain.arrays(plain.pooled(z), grid)) + weight
    exact = logsumexp(logs, axis=1)
    assert ours.node_densities(z)[1] == pytest.approx(exact, abs=0.02)
    if spread == 2.0:
        assert np.abs(plain.node_densities(z)[1] - exact).max() > 1


def test_odds_and_values_are_inverse_and_finite() -> None:
    nation = np.array([0.0, 100.0, 100.0, 100.0])
    value = np.array([0.0, 0.0, 37.0, 100.0])
    odds = log_odds(value, nation)
    assert np.all(np.isfinite(odds))
    assert value_of(odds, nation) == pytest.approx(value)


def test_small_areas_are_as_large_as_a_small_cell(rng: np.random.Generator) -> None:
    """One area of nobody would else stand eight log units off, and bend every slope by size."""
    panel = with_values(world(rng, areas=4, months=30), "area 0", np.zeros(30))
    series = link_series(with_values(panel, "area 1", np.full(30, 10.0)), 0, panel.areas[1:], 10.0)
    assert series.size[0] == series.size[1] < series.size[2:].min()


def test_gaps_of_the_nation_are_filled_and_take_their_areas_months_with_them(
    rng: np.random.Generator,
) -> None:
    panel = world(rng, areas=3, months=30)
    panel.values[0, 0, 10:12] = np.nan
    series = link_series(panel, 0, panel.areas[1:], 10.0)
    assert np.all(np.isfinite(series.log_nation))
    assert series.log_nation[10] < max(series.log_nation[9], series.log_nation[12])
    assert np.all(np.isnan(series.log_odds[:, 10:12]))


def test_a_group_without_a_nation_is_refused(rng: np.random.Generator) -> None:
    panel = world(rng, areas=3, months=30)
    panel.values[0] = np.nan
    with pytest.raises(DataError, match=r"benefit: country has no values in 2014-01\.\.2016-06"):
        link_series(panel, 0, panel.areas[1:], 10.0)


def test_an_area_beyond_the_nation_is_named(rng: np.random.Generator) -> None:
    panel = world(rng, areas=3, months=30)
    panel.values[2, 0, 4] = 1e6
    assert list(exceeding(panel, 0)) == ["area 1"]
    assert "2014-05: 1e+06 exceeds country's" in exceeding(panel, 0)["area 1"]


def test_the_twelve_month_level_takes_a_season_out() -> None:
    t = np.arange(60)
    level = national_level(0.01 * t + np.cos(2 * np.pi * t / 12))
    assert level[6:-6] == pytest.approx(0.01 * t[6:-6], abs=1e-12)
    assert national_level(np.ones(5)) == pytest.approx(np.ones(5))


def test_regressors_are_centred_on_the_fitted_months() -> None:
    by = regressors(np.log(np.arange(1.0, 61.0)), 48)
    assert by.path[:48].mean() == pytest.approx(0)
    assert by.years[:48].mean() == pytest.approx(0)
    # the months ahead change the level of the last months of the fit, not its centre
    alone = regressors(np.log(np.arange(1.0, 49.0)), 48)
    assert by.level[:40] == pytest.approx(alone.level[:40])


def bowl(scales: Floats, centre: Floats) -> panel_laplace.ValueAndGradient:
    def of(z: Floats) -> tuple[float, Floats]:
        away = (z - centre) * scales
        return -0.5 * float(away @ away), -away * scales

    return of


def test_a_normal_density_is_its_own_approximation(rng: np.random.Generator) -> None:
    scales, centre = np.exp(rng.normal(size=8)) * 5, rng.normal(size=8)
    of = bowl(scales, centre)
    mode = panel_laplace.find_mode(of, np.zeros(8), 1e-6, 50)
    assert mode.at == pytest.approx(centre, abs=1e-3)
    assert mode.root @ mode.root.T == pytest.approx(np.diag(scales**-2), abs=1e-6)
    points = panel_laplace.weighted_points(lambda z: of(z)[0], mode, 400, rng)
    assert points.weights == pytest.approx(np.full(400, 1 / 400), rel=1e-2)
    error = points.points.mean(axis=0) - centre
    assert np.all(np.abs(error) < 5 / scales / 20)


def test_a_saddle_is_left_on_its_way_up() -> None:
    """Two modes at -1 and 1 with a saddle at zero, where the slope is exactly zero."""

    def of(z: Floats) -> tuple[float, Floats]:
        slope = np.array([4 * z[0] * (1 - z[0] ** 2), -z[1]])
        return -float((z[0] ** 2 - 1) ** 2) - 0.5 * float(z[1] ** 2), slope

    mode = panel_laplace.find_mode(of, np.zeros(2), 1e-6, 50)
    assert abs(mode.at[0]) == pytest.approx(1, abs=1e-3)
    assert mode.curvature == pytest.approx([1.0, 8.0], rel=1e-3)


def test_a_density_without_a_mode_is_an_error() -> None:
    def slope(z: Floats) -> tuple[float, Floats]:
        return float(np.sum(np.arcsinh(z))), 1 / np.sqrt(1 + z**2)

    with pytest.raises(ConvergenceError, match=r"mode of the link model: after 5 searches"):
        panel_laplace.find_mode(slope, np.zeros(3), 1e-4, 20)


def test_a_density_that_is_no_number_is_an_error() -> None:
    def broken(z: Floats) -> tuple[float, Floats]:
        return float("nan"), z

    with pytest.raises(ConvergenceError, match="log density is nan, expected a number"):
        panel_laplace.find_mode(broken, np.ones(3), 1e-4, 20)


def test_weights_that_cannot_be_trusted_are_not_used(rng: np.random.Generator) -> None:
    """A Cauchy under a normal's points: its weights have no variance."""
    mode = panel_laplace.Mode(np.zeros(1), 0.0, np.eye(1), np.ones(1))
    points = panel_laplace.weighted_points(
        lambda z: -float(np.log1p(z[0] ** 2 / 100)), mode, 2000, rng
    )
    assert points.pareto_k > panel_laplace.TRUSTED_K
    assert points.weights == pytest.approx(np.full(2000, 1 / 2000))


def test_weights_correct_a_normal_that_is_too_wide(rng: np.random.Generator) -> None:
    mode = panel_laplace.Mode(np.zeros(1), 0.0, np.eye(1), np.ones(1))
    points = panel_laplace.weighted_points(
        lambda z: -0.5 * float((z[0] / 0.8) ** 2), mode, 4000, rng
    )
    assert points.pareto_k < panel_laplace.TRUSTED_K
    spread = points.weights @ points.points[:, 0] ** 2
    assert spread == pytest.approx(0.64, abs=4 * 0.64 * np.sqrt(2 / 4000))


def test_resampling_gives_every_draw_once_and_points_their_part(rng: np.random.Generator) -> None:
    weights = rng.dirichlet(np.ones(30))
    rows = panel_laplace.resampled(weights, 1000, rng)
    assert sorted(np.concatenate(rows).tolist()) == list(range(1000))
    assert np.all(np.abs([len(r) for r in rows] - 1000 * weights) < 1)
