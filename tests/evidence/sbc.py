"""Simulation-based calibration of the link model for monthly panels, as it is shipped.

    python -m tests.evidence.sbc --simulations 200

Parameters are drawn from the prior, series from the model given them, and the posterior is sampled
by NUTS. If all is right, the rank of each true parameter among thinned posterior draws is uniform
(Talts et al. 2018, arXiv:1804.06788). Series are made here a second time, month by month, without
the model's filter or its covariance. Uniformity is tested by the chi-squared statistic of ten
equal bins, at 1 % after Holm's correction.
"""

import argparse
import sys
import time
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from forecast.config.panel_model import NutsSettings, PanelPriors, load_panel_model
from forecast.models import panel_nuts
from forecast.models.kernels import Floats
from forecast.models.panel_density import SCALARS, PanelDensity, Pooled
from forecast.models.panel_laplace import climb, find_mode
from forecast.models.panel_series import LinkSeries, regressors

SERIES, MONTHS, RANKED, BINS = 10, 48, 99, 10
SIZES: Final = NutsSettings(
    chains=2, tune=250, draws=400, target_accept=0.9, max_depth=6, reason="calibration"
)


class Result(NamedTuple):
    """Ranks of all simulations.

    Attributes
    ----------
    ranks : (simulations, quantities) of the truth among `RANKED` draws
    names : of the quantities
    r_hat, divergent : of each simulation
    seconds : of all
    """

    ranks: Floats
    names: tuple[str, ...]
    r_hat: Floats
    divergent: Floats
    seconds: float


def quantities(density: PanelDensity, z: Floats) -> tuple[tuple[str, ...], Floats]:
    """What is ranked: names, and values of parameters (M, P) that do not depend on free signs."""
    pooled = [density.pooled(one) for one in z]
    names, columns = [], []
    for name in SCALARS:
        values = np.array([getattr(p, name) for p in pooled])
        names.append(name)
        columns.append(np.abs(values) if name.endswith("spread") else values)
    for name in ("common", "by_size"):
        names.extend(f"{name}[{month + 1}]" for month in range(12))
        columns.extend(np.array([getattr(p, name) for p in pooled]).T)
    factors = np.array([p.factors for p in pooled])
    names.extend(f"own season's variance[{month + 1}]" for month in range(12))
    columns.extend(np.sum(factors**2, axis=2).T)
    return tuple(names), np.stack(columns, axis=1)


def simulated(
    p: Pooled, priors: PanelPriors, nation: Floats, rng: np.random.Generator
) -> LinkSeries:
    """Series that the model makes of its parameters, month by month."""
    size = rng.normal(0.0, 1.0, SERIES)
    size -= size.mean()
    months = 2016 * 12 + np.arange(MONTHS, dtype=np.int64)
    by, link = regressors(nation, MONTHS), priors.link
    level = -float(np.log(SERIES - 1))
    own = rng.normal(size=SERIES)
    sigma = np.exp(p.level_scale + p.level_slope * size + p.level_spread * own)
    scale = np.exp(p.season_slope * size + p.season_spread * own)
    a = level + link.level_sd * rng.normal(size=SERIES)
    b = link.elasticity.mean + link.elasticity.sd * rng.normal(size=SERIES)
    d = link.drift.mean + link.drift.sd * rng.normal(size=SERIES)
    keep, turn = np.exp(-1 / p.level_memory), np.exp(-1 / p.season_memory)
    u = sigma * np.sqrt(0.5 * p.level_memory) * rng.normal(size=SERIES)
    f = rng.normal(size=(SERIES, p.factors.shape[1]))
    out = np.empty((SERIES, MONTHS))
    for t in range(MONTHS):
        month = int(months[t]) % 12
        season = p.common[month] + size * p.by_size[month] + scale * (f @ p.factors[month])
        sd = np.exp(p.noise_scale + p.noise_slope * size - p.noise_kappa * by.level[t])
        out[:, t] = a + b * by.path[t] + d * by.years[t] + u + sd * rng.normal(size=SERIES)
        out[:, t] += np.exp(-p.kappa * by.level[t]) * season
        step = np.sqrt(0.5 * p.level_memory * (1 - keep**2)) * sigma
        u = keep * u + step * rng.normal(size=SERIES)
        f = turn * f + np.sqrt(1 - turn**2) * rng.normal(size=f.shape)
    names = tuple(f"area {k}" for k in range(SERIES))
    nothing = np.zeros((SERIES, MONTHS, 0))
    return LinkSeries(
        names, months, out, np.zeros_like(out), size, level, nation, whole=False, steps=nothing
    )


def simulate_and_fit(
    priors: PanelPriors, rng: np.random.Generator
) -> tuple[tuple[str, ...], Floats, float, int]:
    """Ranks of one simulation's truths, with R-hat and divergent steps of its fit."""
    t = np.arange(MONTHS)
    nation = np.log(20_000) + 0.2 * np.sin(t / 14 + rng.uniform(0, 6)) + 0.1 * np.cos(t / 1.91)
    blank = LinkSeries(
        tuple("x" * SERIES),
        t,
        np.zeros((SERIES, MONTHS)),
        np.zeros((SERIES, MONTHS)),
        np.zeros(SERIES),
        0.0,
        nation,
        whole=False,
        steps=np.zeros((SERIES, MONTHS, 0)),
    )
    prior = PanelDensity.of(blank, priors)
    truth = rng.standard_normal(prior.size)
    series = simulated(prior.pooled(truth), priors, nation, rng)
    first = PanelDensity.of(series, priors)
    fit = priors.fit
    start = climb(first.value_and_gradient, first.start, fit.tolerance, fit.iterations)
    density = first.anchored(start)
    mode = find_mode(density.value_and_gradient, start, fit.tolerance, fit.iterations)
    found = panel_nuts.sample(density, mode, SIZES, rng)
    draws = panel_nuts.points(found)
    kept = draws[np.linspace(0, len(draws) - 1, RANKED).round().astype(int)]
    names, at = quantities(density, truth[None])
    ranks = np.sum(quantities(density, kept)[1] < at, axis=0)
    how = panel_nuts.standing(found)
    return names, ranks.astype(np.float64), how.r_hat, how.divergent


def calibrate(simulations: int, seed: int = 1) -> Result:
    """Simulate and fit so many times."""
    priors, begun = load_panel_model(), time.perf_counter()
    made = [simulate_and_fit(priors, np.random.default_rng([seed, k])) for k in range(simulations)]
    return Result(
        np.array([one[1] for one in made]),
        made[0][0],
        np.array([one[2] for one in made]),
        np.array([float(one[3]) for one in made]),
        time.perf_counter() - begun,
    )


def table(result: Result) -> pd.DataFrame:
    """Chi-squared p of each quantity, with Holm's correction, the least first."""
    edges = np.linspace(0, RANKED + 1, BINS + 1)
    counts = np.array([np.histogram(column, edges)[0] for column in result.ranks.T])
    p = np.array([stats.chisquare(row).pvalue for row in counts])
    order = np.argsort(p)
    holm = np.maximum.accumulate(np.minimum(1.0, p[order] * (len(p) - np.arange(len(p)))))
    mean = result.ranks.mean(axis=0) / RANKED
    return pd.DataFrame(
        {
            "quantity": np.array(result.names)[order],
            "p": p[order],
            "p_holm": holm,
            "mean rank": mean[order],
        }
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    result = calibrate(given.simulations, given.seed)
    sys.stdout.write(
        f"{given.simulations} simulations of {SERIES} series x {MONTHS} months in "
        f"{result.seconds:.0f} s; R-hat at most {result.r_hat.max():.3f}, in "
        f"{np.mean(result.r_hat <= 1.02):.0%} at most 1.02; "
        f"{result.divergent.sum():.0f} divergent\n"
        f"{table(result).head(12).to_string(index=False)}\n"
    )


if __name__ == "__main__":
    main()
