"""The monthly links with every state sampled, in PyMC: what the filter saves is measured by it.

The model is that of `forecast.models.panel_density`, with each area's own scale, level, elasticity,
drift, OU path, seasonal factors and their paths as parameters, all non-centred.
"""

# PyTensor has no types for its symbols:
# ruff: noqa: ANN401

import time
from typing import Any

import arviz as az
import numpy as np
import nutpie
import pymc as pm
import pytensor.tensor as pt

from forecast.config.panel_model import PanelPriors
from forecast.models.panel_density import SCALARS, waves
from forecast.models.panel_series import LinkSeries, regressors

YEAR = float(np.log(12.0))
CENTRE = np.eye(12) - 1 / 12


def model(series: LinkSeries, priors: PanelPriors) -> pm.Model:
    """Build the model of a panel without missing months."""
    by = regressors(series.log_nation, len(series.months))
    areas, months = series.log_odds.shape
    calendar = series.months % 12
    with pm.Model() as built:
        z = pm.Normal("z", shape=len(SCALARS))
        p = dict(zip(SCALARS, _scalars(z, priors), strict=True))
        own_season = priors.season.own
        harmonics = pt.exp(
            own_season.mean + own_season.sd * pm.Normal("own_z", shape=priors.season.harmonics)
        )
        factors = waves(priors.season.harmonics) * pt.repeat(harmonics, 2)
        common = priors.season.common_sd * pt.dot(CENTRE, pm.Normal("common_z", shape=12))
        by_size = priors.season.size_sd * pt.dot(CENTRE, pm.Normal("by_size_z", shape=12))
        own = pm.Normal("area_z", shape=(3, areas))
        spread = (priors.level.spread, priors.season.spread, priors.noise.spread)
        sigma = pt.exp(p["level_scale"] + p["level_slope"] * series.size + spread[0] * own[0])
        scale = pt.exp(p["season_slope"] * series.size + spread[1] * own[1])
        constant = pm.Normal("constant_z", shape=(3, areas))
        level = series.level + priors.link.level_sd * constant[0]
        elasticity = pt.exp(p["elasticity_spread"]) * constant[1]
        drift = pt.exp(p["drift_spread"]) * constant[2]
        memory = pt.exp(p["level_memory"])
        paths = _stationary(pm.Normal("level_z", shape=(months, areas)), memory)
        paths = paths * sigma * pt.sqrt(0.5 * memory)
        wander = _stationary(
            pm.Normal("season_z", shape=(months, areas, 2 * priors.season.harmonics)),
            pt.exp(p["season_memory"]),
        )
        season = common[calendar][:, None] + series.size * by_size[calendar][:, None]
        season = season + scale * pt.sum(wander * factors[calendar][:, None, :], axis=2)
        mean = level + elasticity * by.path[:, None] + drift * by.years[:, None] + paths
        mean = mean + pt.exp(-p["kappa"] * by.level)[:, None] * season
        noise = pt.exp(
            p["noise_scale"]
            + p["noise_slope"] * series.size
            - p["noise_kappa"] * by.level[:, None]
            + spread[2] * own[2]
        )
        pm.Normal("y", mean, noise, observed=series.log_odds.T)
    return built


def ess_a_second(series: LinkSeries, priors: PanelPriors) -> tuple[float, float, float]:
    """Least effective draws a second of the scalar parameters, largest R-hat, and seconds."""
    compiled = nutpie.compile_pymc_model(model(series, priors))
    begun = time.perf_counter()
    found = nutpie.sample(
        compiled, draws=500, tune=500, chains=4, seed=1, progress_bar=False, save_warmup=False
    )
    seconds = time.perf_counter() - begun
    table: Any = az.summary(found, var_names=["z"], kind="diagnostics", round_to="none")
    ess = float(table[["ess_bulk", "ess_tail"]].min().min())
    return ess / seconds, float(table["r_hat"].max()), seconds


def _scalars(z: Any, priors: PanelPriors) -> list[Any]:
    """Single parameters in the order of `SCALARS`, memories as logs of months."""
    p = priors
    centred = (
        (p.level.memory.mean + YEAR, p.level.memory.sd),
        (p.level.scale.mean, p.level.scale.sd),
        (p.level.size_slope.mean, p.level.size_slope.sd),
        (p.season.memory.mean + YEAR, p.season.memory.sd),
        (p.season.size_slope.mean, p.season.size_slope.sd),
        (p.amplitude.kappa.mean, p.amplitude.kappa.sd),
        (p.noise.scale.mean, p.noise.scale.sd),
        (p.noise.size_slope.mean, p.noise.size_slope.sd),
        (p.noise.kappa.mean, p.noise.kappa.sd),
        (p.link.elasticity_spread.mean, p.link.elasticity_spread.sd),
        (p.link.drift_spread.mean, p.link.drift_spread.sd),
    )
    return [mean + sd * z[k] for k, (mean, sd) in enumerate(centred)]


def _stationary(standard: Any, memory: Any) -> Any:
    """Paths of variance one that forget with a memory, months first, from standard normals."""
    months = int(standard.type.shape[0])
    keep = pt.exp(-1.0 / memory)
    steps = np.arange(months)
    lag = steps[:, None] - steps[None, :]
    weights = pt.where(lag >= 0, keep ** np.maximum(lag, 0), 0.0)
    shock = pt.concatenate([pt.ones(1), pt.ones(months - 1) * pt.sqrt(1.0 - keep**2)])
    return pt.tensordot(weights * shock[None, :], standard, axes=[[1], [0]])
