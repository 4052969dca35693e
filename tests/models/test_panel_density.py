"""The density of pooled parameters: its data, its formula term by term, its gradient, its mode."""

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from forecast.core.monthly import LevelBreak
from forecast.errors import ConvergenceError, DataError
from forecast.models import panel_laplace, panel_pointer
from forecast.models.kernels import Floats
from forecast.models.panel_density import OWN, PanelDensity
from forecast.models.panel_series import (
    exceeding,
    link_series,
    log_odds,
    national_level,
    regressors,
    value_of,
)
from tests.models.panels import quick_priors, with_values, world

PRIORS = quick_priors()


def density(
    rng: np.random.Generator, areas: int = 5, months: int = 40, *, broken: bool = False
) -> PanelDensity:
    panel = world(rng, areas=areas, months=months)
    if broken:
        where, when = panel.areas[1], panel.months[months // 2]
        panel = replace(panel, breaks=(LevelBreak(where, "benefit", when, "new rules"),))
    panel.values[1, 0, 5:9] = np.nan
    panel.values[2, 0] *= 0.004  # a handful of persons
    return PanelDensity(link_series(panel, 0, panel.areas[1:], PRIORS), PRIORS)


def somewhere(of: PanelDensity, rng: np.random.Generator) -> Floats:
    return 0.3 * rng.normal(size=of.size)


def test_the_density_is_the_formula_of_the_docstring(rng: np.random.Generator) -> None:
    """Every area as one normal from the formula."""
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
    angle = 2 * np.pi / 12 * np.outer(t + data.months[0] % 12, np.arange(1, 6))
    season = sum(
        h**2 * np.cos(angle[:, None, k] - angle[None, :, k]) for k, h in enumerate(p.harmonics)
    )
    total = -0.5 * z @ z
    own = z[-3 * len(data.size) :].reshape(-1, 3)
    assert OWN == ("level", "season", "noise")
    for s, c in enumerate(data.size):
        seen = ~np.isnan(data.log_odds[s])
        mean = data.level + A * (p.common[month] + c * p.by_size[month])
        sigma = np.exp(p.level_scale + p.level_slope * c + of.priors.level.spread * own[s, 0])
        g = np.exp(p.season_slope * c + of.priors.season.spread * own[s, 1])
        cov = link.level_sd**2 + np.exp(2 * p.elasticity_spread) * np.outer(x, x)
        cov = cov + np.exp(2 * p.drift_spread) * np.outer(t / 12 - 19.5 / 12, t / 12 - 19.5 / 12)
        cov += sigma**2 * p.level_memory / 2 * np.exp(-lag / p.level_memory)
        cov += g**2 * np.outer(A, A) * season * np.exp(-lag / p.season_memory)
        noise = p.noise_scale + p.noise_slope * c - p.noise_kappa * n
        noise = np.exp(noise + of.priors.noise.spread * own[s, 2])
        cov += np.diag(noise**2 + data.counting[s])
        normal = multivariate_normal(mean[seen], cov[np.ix_(seen, seen)])
        total += normal.logpdf(data.log_odds[s][seen])
    assert of.value(z) == pytest.approx(total, abs=1e-7)
    assert of.value_and_gradient(z)[0] == pytest.approx(total, abs=1e-7)


def test_the_gradient_equals_central_differences(rng: np.random.Generator) -> None:
    of = density(rng)
    z = somewhere(of, rng)
    _, slope = of.value_and_gradient(z)
    for k in range(of.size):
        step = np.zeros(of.size)
        step[k] = 1e-5
        difference = (of.value(z + step) - of.value(z - step)) / 2e-5
        assert slope[k] == pytest.approx(difference, rel=1e-5, abs=1e-5), k


def test_the_order_of_areas_does_not_matter(rng: np.random.Generator) -> None:
    panel = world(rng, areas=6)
    there = PanelDensity(link_series(panel, 0, panel.areas[1:], PRIORS), PRIORS)
    back = PanelDensity(link_series(panel, 0, panel.areas[:0:-1], PRIORS), PRIORS)
    z = somewhere(there, rng)
    turned = np.concatenate([z[: there.shared], there.own(z)[::-1].ravel()])
    assert there.value(z) == pytest.approx(back.value(turned), abs=1e-8)


def test_areas_own_parameters_meet_in_no_second_derivative(rng: np.random.Generator) -> None:
    """What the arrow of `panel_laplace` leaves out is nothing; what it holds is all there is."""
    of = density(rng)
    at = somewhere(of, rng)
    whole = np.array(
        [
            (of.value_and_gradient(at - e)[1] - of.value_and_gradient(at + e)[1]) / 2e-4
            for e in 1e-4 * np.eye(of.size)
        ]
    )
    own = (len(of.series.areas), len(OWN))
    head, lean, blocks = panel_laplace._curvature(of.value_and_gradient, at, own)
    made = np.zeros_like(whole)
    made[: of.shared, : of.shared] = head
    made[of.shared :, : of.shared] = lean
    made[: of.shared, of.shared :] = lean.T
    for s in range(own[0]):
        at_s = slice(of.shared + 3 * s, of.shared + 3 * s + 3)
        made[at_s, at_s] = blocks[s]
    assert made == pytest.approx(whole, abs=1e-3 * np.abs(whole).max())


def test_axes_are_a_root_of_the_inverse_curvature(rng: np.random.Generator) -> None:
    """With an arrow that bends downwards everywhere, and its transpose beside it."""
    root = np.eye(9)
    root[:3] += 0.3 * rng.normal(size=(3, 9))
    whole = root @ root.T
    whole[3:, 3:] = np.kron(np.eye(3), [[2.0, 0.4], [0.4, 1.0]])
    whole[:3, :3] += 5 * np.eye(3)
    blocks = np.array([whole[3 + 2 * s : 5 + 2 * s, 3 + 2 * s : 5 + 2 * s] for s in range(3)])
    axes, curvature = panel_laplace._round((whole[:3, :3], whole[3:, :3], blocks))
    made = axes.away(np.eye(9)).T
    assert curvature.min() > 0
    assert made @ made.T == pytest.approx(np.linalg.inv(whole), abs=1e-10)
    slope = rng.normal(size=9)
    assert axes.along(slope) == pytest.approx(made.T @ slope)


@pytest.mark.parametrize("broken", [False, True])
def test_the_sampler_sees_the_density_in_round_coordinates(
    rng: np.random.Generator, *, broken: bool
) -> None:
    of = density(rng, broken=broken)
    assert of.steps.shape[2] == broken
    shared, areas, own = of.shared, 5, len(OWN)
    axes = panel_laplace.Axes(
        np.eye(shared) + 0.1 * rng.normal(size=(shared, shared)),
        0.1 * rng.normal(size=(areas * own, shared)),
        np.eye(own) + 0.1 * rng.normal(size=(areas, own, own)),
    )
    centre, x = somewhere(of, rng), somewhere(of, rng)
    value, slope = of.value_and_gradient(centre + axes.away(x))
    status, found, by_x = call_by_pointer(of, centre, axes, x)
    assert status == 0
    assert found == pytest.approx(value, rel=1e-12)
    assert by_x == pytest.approx(axes.along(slope), rel=1e-9, abs=1e-9)
    far, _, _ = call_by_pointer(of, centre, axes, np.full(of.size, 1e4))
    assert far > 0, "the sampler must refuse a step that overflows"


def call_by_pointer(
    of: PanelDensity, centre: Floats, axes: panel_laplace.Axes, x: Floats
) -> tuple[int, float, Floats]:
    """Call the density as the sampler does: status, value and gradient."""
    data = panel_pointer.pack(of.constants, of.round_about(centre, axes))
    value, slope = np.zeros(1), np.zeros(of.size)
    doubles = [one.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for one in (x, slope, value)]
    status = panel_pointer.density_by_pointer.ctypes(of.size, *doubles, data.ctypes.data)
    return status, float(value[0]), slope


@pytest.mark.parametrize("broken", [False, True])
def test_what_is_packed_comes_out_as_it_was(rng: np.random.Generator, *, broken: bool) -> None:
    of = density(rng, broken=broken)
    axes = panel_laplace.Axes(np.eye(of.shared), np.zeros((15, of.shared)), np.ones((5, 3, 3)))
    to = of.round_about(somewhere(of, rng), axes)
    constants, again = panel_pointer.unpack(panel_pointer.pack(of.constants, to))
    for before, after in zip((*of.constants, *to), (*constants, *again), strict=True):
        np.testing.assert_array_equal(before, after, strict=True)


def test_odds_and_values_are_inverse_and_finite() -> None:
    nation = np.array([0.0, 100.0, 100.0, 100.0])
    value = np.array([0.0, 0.0, 37.0, 100.0])
    odds = log_odds(value, nation)
    assert np.all(np.isfinite(odds))
    assert value_of(odds, nation) == pytest.approx(value)


def test_small_areas_are_as_large_as_a_small_cell(rng: np.random.Generator) -> None:
    """One area of nobody would else stand eight log units off, and bend every slope by size."""
    panel = with_values(world(rng, areas=4, months=30), "area 0", np.zeros(30))
    series = link_series(
        with_values(panel, "area 1", np.full(30, 10.0)), 0, panel.areas[1:], PRIORS
    )
    assert series.size[0] == series.size[1] < series.size[2:].min()


def test_gaps_of_the_nation_are_filled_and_take_their_areas_months_with_them(
    rng: np.random.Generator,
) -> None:
    panel = world(rng, areas=3, months=30)
    panel.values[0, 0, 10:12] = np.nan
    series = link_series(panel, 0, panel.areas[1:], PRIORS)
    assert np.all(np.isfinite(series.log_nation))
    assert series.log_nation[10] < max(series.log_nation[9], series.log_nation[12])
    assert np.all(np.isnan(series.log_odds[:, 10:12]))


def test_a_group_without_a_nation_is_refused(rng: np.random.Generator) -> None:
    panel = world(rng, areas=3, months=30)
    panel.values[0] = np.nan
    with pytest.raises(DataError, match=r"benefit: country has no values in 2014-01\.\.2016-06"):
        link_series(panel, 0, panel.areas[1:], PRIORS)


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
    root = mode.axes.away(np.eye(8))
    assert root.T @ root == pytest.approx(np.diag(scales**-2), abs=1e-6)
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


def test_a_step_to_where_the_density_is_no_number_is_refused() -> None:
    """As in a search that leaps so far that a variance overflows."""
    refused = 0

    def cliff(z: Floats) -> tuple[float, Floats]:
        nonlocal refused
        left = 0.3 - z
        if np.any(left <= 0):
            refused += 1
            return np.nan, np.full(2, np.nan)
        return float(np.sum(4 * z + np.log(left))), 4 - 1 / left

    mode = panel_laplace.find_mode(cliff, np.zeros(2), 1e-6, 50)
    assert refused > 0
    assert mode.at == pytest.approx([0.05, 0.05], abs=1e-4)


def test_a_density_that_is_no_number_is_an_error() -> None:
    def broken(z: Floats) -> tuple[float, Floats]:
        return float("nan"), z

    with pytest.raises(ConvergenceError, match="log density is nan, expected a number"):
        panel_laplace.find_mode(broken, np.ones(3), 1e-4, 20)


def test_weights_that_cannot_be_trusted_are_not_used(rng: np.random.Generator) -> None:
    """A Cauchy under a normal's points: its weights have no variance."""
    mode = panel_laplace.Mode(np.zeros(1), 0.0, panel_laplace.Axes.plain(1, 0, 1), np.ones(1))
    points = panel_laplace.weighted_points(
        lambda z: -float(np.log1p(z[0] ** 2 / 100)), mode, 2000, rng
    )
    assert points.pareto_k > panel_laplace.TRUSTED_K
    assert points.weights == pytest.approx(np.full(2000, 1 / 2000))


def test_weights_correct_a_normal_that_is_too_wide(rng: np.random.Generator) -> None:
    mode = panel_laplace.Mode(np.zeros(1), 0.0, panel_laplace.Axes.plain(1, 0, 1), np.ones(1))
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
