"""Simulation-based calibration of the link model for monthly panels, as it is shipped.

    python -m tests.evidence.sbc --simulations 200

Parameters are drawn from the prior, series from the model given them, and the posterior is sampled
by NUTS. If all is right, the rank of each true parameter among thinned posterior draws is uniform
(Talts et al. 2018, arXiv:1804.06788). Series are made a second time by `tests.evidence.links`,
without the model's filter or its covariance. Uniformity is tested by the chi-squared statistic of
ten equal bins, at 1 % after Holm's correction.
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
from forecast.models.panel_density import OWN, SCALARS, PanelDensity
from forecast.models.panel_laplace import find_mode
from tests.evidence.links import blank, simulated

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
    """What is ranked: names, and values of parameters (M, P)."""
    pooled = [density.pooled(one) for one in z]
    names, columns = [], []
    for name in SCALARS:
        values = np.array([getattr(p, name) for p in pooled])
        names.append(name)
        columns.append(values)
    for name in ("harmonics", "common", "by_size"):
        values = np.array([getattr(p, name) for p in pooled])
        names.extend(f"{name}[{place + 1}]" for place in range(values.shape[1]))
        columns.extend(values.T)
    own = z[:, density.shared :].reshape(len(z), -1, len(OWN))
    names.extend(f"{name} of the first area" for name in OWN)
    columns.extend(own[:, 0].T)
    return tuple(names), np.stack(columns, axis=1)


def simulate_and_fit(
    priors: PanelPriors, rng: np.random.Generator
) -> tuple[tuple[str, ...], Floats, float, int]:
    """Ranks of one simulation's truths, with R-hat and divergent steps of its fit."""
    t = np.arange(MONTHS)
    nation = np.log(20_000) + 0.2 * np.sin(t / 14 + rng.uniform(0, 6)) + 0.1 * np.cos(t / 1.91)
    size = rng.normal(0.0, 1.0, SERIES)
    months = 2016 * 12 + np.arange(MONTHS, dtype=np.int64)
    like = blank(months, nation, size - size.mean(), np.zeros((SERIES, MONTHS)))
    prior = PanelDensity(like, priors)
    truth = rng.standard_normal(prior.size)
    series = simulated(prior.pooled(truth), prior.own(truth), priors, like, rng)
    density, fit = PanelDensity(series, priors), priors.fit
    mode = find_mode(
        density.value_and_gradient,
        np.zeros(density.size),
        fit.tolerance,
        fit.iterations,
        (SERIES, len(OWN)),
    )
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
