"""Futures of links against one normal, their correlation, and the nation's own path."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.config.model import Prior
from forecast.errors import DataError
from forecast.models import panel_dense, panel_filter, panel_shared
from forecast.models.kernels import Floats
from forecast.models.panel_arrays import LinkArrays
from forecast.models.panel_density import SCALARS, PanelDensity, Pooled
from forecast.models.panel_futures import (
    Ahead,
    Origin,
    draw_futures,
    draw_origins,
    first_states,
    later_levels,
)
from forecast.models.panel_nation import FEWEST_MONTHS, drifting_walk
from forecast.models.panel_series import link_series, log_odds, regressors
from forecast.models.panel_shared import Correlation, estimate, lineage
from tests.models.panels import START, quick_priors, random_arrays, world

PRIORS = quick_priors()
ALONE = Correlation(*np.zeros((3, 0)))
PRIOR = Prior(mean=0.2, sd=0.15, unit="correlation", certainty="M", reason="test")


def test_futures_at_one_point_are_the_dense_normals(rng: np.random.Generator) -> None:
    """Mean and covariance over months of drawn log-odds, season, response and noise included."""
    horizon, count = 8, 6000
    panel = world(rng, areas=3, months=48)
    series = link_series(panel, 0, panel.areas[1:], PRIORS)
    of = PanelDensity(series, PRIORS)
    z = 0.2 * rng.normal(size=of.size)
    # a swing and a noise that answer to the nation, which falls by half
    z[[SCALARS.index("kappa"), SCALARS.index("noise_kappa")]] = 2.0
    z[of.shared - 24 : of.shared - 12] = rng.normal(size=12)
    nation = 9_000 * np.exp(0.1 * np.cos(np.arange(horizon)))
    nobody = np.zeros((0, 3), dtype=np.int64)
    ahead = Ahead(np.tile(nation, (count, 1)))
    origins = draw_origins(of, z[None], count, ALONE, nobody, rng)
    values = draw_futures(of, origins, ahead, nobody, rng)
    drawn = log_odds(values, nation)

    p = of.pooled(z)
    months = series.months[0] + np.arange(48 + horizon)
    by = regressors(np.append(series.log_nation, np.log1p(nation)), 48)
    swing = p.amplitude(by.level)
    fitted = of.arrays(z)
    design = np.stack([np.ones(48 + horizon), by.path, by.years], axis=1)
    design[:48] = fitted.regressors
    load = swing[:, None] * p.factors[months % 12]
    load[:48] = fitted.load
    mean = series.level + swing * p.pattern(series.size, months)
    mean[:, :48] = fitted.mean
    noise = p.noise_sd(series.size, by.level) * np.exp(of.spread[2] * of.own(z)[:, 2:])
    noise = noise**2
    noise[:, :48] = fitted.variance
    longer = fitted._replace(
        value=np.pad(fitted.value, ((0, 0), (0, horizon)), constant_values=np.nan),
        mean=mean,
        variance=noise,
        load=load,
        regressors=design,
        steps=np.pad(fitted.steps, ((0, 0), (0, horizon), (0, 0)), mode="edge"),
    )
    for s in range(3):
        centre, cov = panel_dense.predict(fitted, longer, s)
        cov += np.diag(noise[s, 48:])
        error = drawn[:, s].mean(axis=0) - centre
        assert np.all(np.abs(error) < 5 * np.sqrt(np.diag(cov) / count))
        # a t with five degrees has kurtosis nine: its sample variance varies twice a normal's
        seen = np.cov(drawn[:, s].T)
        scale = np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
        assert np.all(np.abs(seen - cov) < 6 * scale * np.sqrt(8 / count))


def test_neighbours_states_covary_as_their_shared_shocks_say(rng: np.random.Generator) -> None:
    """Two areas of one region, and a third that shares only the half of the country with them."""
    count, horizon, half, region = 20_000, 5, 0.2, 0.4
    arrays = random_arrays(rng, series=3, months=20)
    last = panel_filter.last_state(arrays)
    share = np.array([[half] * 3, [region, region, 0.0]])
    above = np.array([[0, 0, 0], [0, 0, -1]])
    state = first_states(last, share, above, count, rng)
    begin = Origin(
        np.arange(count),
        state,
        Pooled(*np.zeros((len(SCALARS), count)), *np.zeros((3, count, 12))),
        np.tile(share, (count, 1, 1)),
        *(np.tile(f[:, 0], (count, 1)) for f in (last.keep, last.shock)),
        *np.ones((2, count, 3)),
    )
    levels = later_levels(begin, above, horizon, rng)
    assert np.array_equal(levels[..., 0], state[..., 0])
    first = state - last.mean
    for s in range(3):
        scale = np.sqrt(np.diag(last.cov[s]))
        gap = np.abs(np.cov(first[:, s].T) - last.cov[s]) / np.outer(scale, scale)
        assert gap.max() < 6 * np.sqrt(2 / count)
    step = levels[..., 4] - last.keep[:, 0] * levels[..., 3]
    assert np.diag(np.cov(step.T)) == pytest.approx(last.shock[:, 0], rel=6 * np.sqrt(2 / count))
    for one, other, common in ((0, 1, half + region), (0, 2, half), (1, 2, half)):
        expected = common * last.response[one] @ last.response[other].T
        between = first[:, one].T @ first[:, other] / count
        scale = np.sqrt(np.outer(np.diag(last.cov[one]), np.diag(last.cov[other])))
        assert np.abs((between - expected) / scale).max() < 6 / np.sqrt(count)
        ahead = np.corrcoef(step[:, one], step[:, other])[0, 1]
        assert ahead == pytest.approx(common, abs=6 / np.sqrt(count))


def simulated(rng: np.random.Generator, half: float, region: float) -> LinkArrays:
    """Links of one half in three regions whose levels share shocks, all else as it is fitted."""
    series, months, memory = 24, 60, 60.0
    arrays = random_arrays(rng, series=series, months=months, missing=0.0)
    arrays = arrays._replace(level_memory=memory, scale=np.full(series, 1e-3))
    arrays = arrays._replace(steps=np.zeros((series, months, 0)))
    keep = np.exp(-1 / memory)
    shock = np.sqrt(half) * rng.normal(size=months)
    shock = shock + np.sqrt(region) * rng.normal(size=(3, months))[np.arange(series) % 3]
    shock += np.sqrt(1 - half - region) * rng.normal(size=(series, months))
    level = np.empty((series, months))
    level[:, 0] = np.sqrt(memory / 2) * shock[:, 0]
    for t in range(1, months):
        level[:, t] = keep * level[:, t - 1] + np.sqrt(memory / 2 * (1 - keep**2)) * shock[:, t]
    constants = rng.normal(size=(series, 3)) * np.sqrt(arrays.constant_variance)
    value = arrays.mean + arrays.sigma[:, None] * level + constants @ arrays.regressors.T
    value += np.sqrt(arrays.variance) * rng.normal(size=(series, months))
    value[rng.random((series, months)) < 0.1] = np.nan
    return arrays._replace(value=value)


HALF_AND_REGIONS = np.array([np.zeros(24), np.arange(24) % 3]).astype(np.int64)


@pytest.mark.parametrize(("half", "region"), [(0.0, 0.0), (0.1, 0.3), (0.5, 0.2)])
def test_shared_shocks_are_measured_without_bias(
    half: float, region: float, rng: np.random.Generator
) -> None:
    found = np.array(
        [
            estimate(simulated(rng, half, region), HALF_AND_REGIONS, PRIOR).measured
            for _ in range(40)
        ]
    )
    error = found.mean(axis=0) - [half, half + region]
    assert np.all(np.abs(error) < 4 * found.std(axis=0, ddof=1) / np.sqrt(40))
    known = estimate(simulated(rng, half, region), HALF_AND_REGIONS, PRIOR)
    assert np.all(known.sd < PRIOR.sd)
    assert np.all(np.minimum(known.measured, PRIOR.mean) <= known.mean)
    assert np.all(known.mean <= np.maximum(known.measured, PRIOR.mean))


def test_where_no_two_areas_meet_the_correlation_is_its_prior(rng: np.random.Generator) -> None:
    arrays = random_arrays(rng)
    alone = estimate(arrays, np.array([[0, 0, 1, 1], [0, 1, 2, 3]]), PRIOR)
    assert (alone.mean[1], alone.sd[1]) == (PRIOR.mean, PRIOR.sd)
    assert np.isnan(alone.measured).tolist() == [False, True]
    assert estimate(arrays, np.zeros((0, 4), dtype=np.int64), PRIOR).mean.shape == (0,)


def test_levels_add_up_and_stay_within_bounds(rng: np.random.Generator) -> None:
    wide = Correlation(np.array([0.5, 0.3]), np.array([2.0, 2.0]), np.full(2, np.nan))
    drawn = wide.draw(1000, rng)
    assert drawn.min() == 0.0
    assert drawn.sum(axis=1).max() == pytest.approx(panel_shared.LARGEST)
    tight = Correlation(np.array([0.1, 0.4]), np.full(2, 1e-6), np.full(2, np.nan)).draw(5, rng)
    assert tight == pytest.approx(np.tile([0.1, 0.3], (5, 1)), abs=1e-4)


def test_areas_share_with_all_they_lie_in_but_the_nation(rng: np.random.Generator) -> None:
    panel = world(rng, areas=4)
    assert lineage(panel, panel.areas[1:]).tolist() == [[0, 1, 0, 1]]
    parents = {**panel.parents, "area 3": "country", "region 0": "west", "west": "country"}
    deeper = replace(panel, parents=parents)
    assert lineage(deeper, panel.areas[1:]).tolist() == [[0, 1, 0, -1], [0, -1, 0, -1]]
    flat = replace(panel, parents=dict.fromkeys(panel.areas[1:], "country"))
    assert lineage(flat, panel.areas[1:]).shape == (0, 4)


def nation(log_nation: Floats, count: int, rng: np.random.Generator) -> Floats:
    months = START + np.arange(len(log_nation))
    return drifting_walk(log_nation, months, 24, count, quick_priors().nation, rng)


def test_the_nations_path_goes_on_with_its_season(rng: np.random.Generator) -> None:
    t = np.arange(84)
    pattern = 0.1 * np.cos(2 * np.pi * t / 12)
    ahead = nation(10 + pattern[:60] + 1e-4 * rng.normal(size=60), 400, rng)
    assert ahead.mean(axis=0) == pytest.approx(10 + pattern[60:], abs=0.02)
    assert np.all(np.diff(ahead.std(axis=0)[[0, 5, 11, 23]]) > 0)


def test_the_nations_drift_is_found_where_it_is_steady(rng: np.random.Generator) -> None:
    path = 10 + 0.06 * np.arange(72) / 12 + np.cumsum(0.003 * rng.normal(size=72))
    growth = nation(path, 400, rng)[:, -1] - path[-1]
    measured = (path[-1] - path[0]) / 71 * 24
    assert growth.mean() == pytest.approx(measured, abs=0.02)


def test_the_nations_intervals_hold_for_walks_of_its_kind(rng: np.random.Generator) -> None:
    """80 % intervals a year ahead of walks with lasting shocks, over 300 of them."""
    hits: list[bool] = []
    for _ in range(300):
        change = np.empty(97)
        change[0] = 0.01 * rng.normal()
        for k in range(1, 97):
            change[k] = 0.5 * change[k - 1] + 0.01 * np.sqrt(0.75) * rng.normal()
        path = 10 + np.cumsum(change)
        low, high = np.quantile(nation(path[:85], 300, rng)[:, 11], [0.1, 0.9])
        hits.append(bool(low < path[96] < high))
    assert np.mean(hits) == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / 300))


def test_a_short_nation_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(DataError, match=rf"23 months, expected at least {FEWEST_MONTHS}"):
        nation(np.ones(23), 10, rng)
