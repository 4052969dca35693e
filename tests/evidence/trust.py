"""Whether the monthly link model can be believed, on a panel of one's own.

    python -m tests.evidence.trust --panel ledige.csv

Four checks, of a fit by NUTS to the last months of the panel.

prior: panels drawn from the prior, of the panel's areas, months and nation, and how often three
features of them are plausible; the ranges are stated in `PLAUSIBLE`.
posterior: the same features, and the autocorrelation of monthly changes at 1 and 12 months, of
panels drawn from the posterior, beside those of the data: p is how often a drawn one is larger.
sensitivity: means of the shared parameters when the prior, or the likelihood, is raised to powers
of 0.8 and 1.25 (Kallioinen et al. 2024, doi:10.1007/s11222-023-10366-5), in posterior standard
deviations for each doubling of the power.
leaving out: the density of each month given all others of its area, from the precision matrix of
the area's normal (Sundararajan and Keerthi 2001, doi:10.1162/08997660151134343), and the Pareto
shape of the weights that leave it out of the shared parameters too (Vehtari et al. 2017,
doi:10.1007/s11222-016-9696-4).
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from forecast.config.panel_model import load_panel_model
from forecast.models import panel_dense
from forecast.models.kernels import Floats
from forecast.models.panel_density import SCALARS, PanelDensity
from forecast.models.panel_laplace import pareto_smoothed
from forecast.models.panel_link import PanelFit, PanelLink
from forecast.models.panel_series import LinkSeries
from forecast.sources.monthly import read_monthly
from tests.evidence.links import simulated

PLAUSIBLE: Final = {
    "one month": (0.005, 0.30),
    "twelve months": (0.01, 0.60),
    "season": (0.005, 0.60),
}
"""Medians over areas that a planner would believe: sd of the log share's change from month to month
and from year to year, and the swing of its monthly means."""

POWERS: Final = (0.8, 1.25)
DRAWS: Final = 200


def features(series: LinkSeries) -> dict[str, float]:
    """Medians over areas: sizes of changes, swing of the season, autocorrelations of changes."""
    y = series.log_odds
    month, year = np.diff(y), y[:, 12:] - y[:, :-12]
    calendar = series.months % 12
    means = np.stack([np.nanmean(y[:, calendar == m], axis=1) for m in np.unique(calendar)])

    def autocorrelation(lag: int) -> float:
        away = month - np.nanmean(month, axis=1, keepdims=True)
        ahead = np.nanmean(away[:, lag:] * away[:, :-lag], axis=1)
        return float(np.median(ahead / np.nanmean(away**2, axis=1)))

    return {
        "one month": float(np.median(np.nanstd(month, axis=1))),
        "twelve months": float(np.median(np.nanstd(year, axis=1))),
        "season": float(np.median(means.max(axis=0) - means.min(axis=0))),
        "autocorrelation, 1 month": autocorrelation(1),
        "autocorrelation, 12 months": autocorrelation(12),
        "correlation of areas": _between(month),
    }


def _between(change: Floats) -> float:
    """Mean correlation of two areas' monthly changes."""
    found = np.corrcoef(np.nan_to_num(change))
    return float((found.sum() - len(found)) / (len(found) * (len(found) - 1)))


def drawn_features(density: PanelDensity, points: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Features of panels that the model makes of parameters, one row each."""
    rows: list[dict[str, float]] = []
    gone = np.isnan(density.series.log_odds)
    for z in points:
        made = simulated(density.pooled(z), density.own(z), density.priors, density.series, rng)
        made.log_odds[gone] = np.nan
        rows.append(features(made))
    return pd.DataFrame(rows)


def prior_check(density: PanelDensity, rng: np.random.Generator) -> pd.DataFrame:
    """Quantiles of features under the prior, and how many lie in their plausible range."""
    found = drawn_features(density, rng.standard_normal((DRAWS, density.size)), rng)
    rows = {
        name: [*found[name].quantile([0.05, 0.5, 0.95]), found[name].between(*limits).mean()]
        for name, limits in PLAUSIBLE.items()
    }
    return pd.DataFrame(rows, index=["5 %", "50 %", "95 %", "plausible"]).T


def posterior_check(
    density: PanelDensity, points: Floats, rng: np.random.Generator
) -> pd.DataFrame:
    """Features of the data beside those of panels drawn from the posterior."""
    found, data = drawn_features(density, points, rng), features(density.series)
    rows = {
        name: [data[name], *values.quantile([0.05, 0.5, 0.95]), (values > data[name]).mean()]
        for name, values in found.items()
    }
    return pd.DataFrame(rows, index=["data", "5 %", "50 %", "95 %", "p"]).T


def sensitivity(density: PanelDensity, points: Floats) -> pd.DataFrame:
    """Movement of the shared parameters' means for a doubling of a power, largest first."""
    shared = points[:, : density.shared]
    log_prior = -0.5 * np.sum(shared**2, axis=1)
    total = np.array([density.value(z) for z in points])
    log_likelihood = total - log_prior
    names = [*SCALARS, *(f"h{k + 1}" for k in range(density.priors.season.harmonics))]
    out: dict[str, Floats] = {}
    for name, log in (("prior", log_prior), ("likelihood", log_likelihood)):
        means = []
        for power in POWERS:
            smoothed, _ = pareto_smoothed((power - 1.0) * log)
            weight = np.exp(smoothed - smoothed.max())
            means.append(weight @ shared / weight.sum())
        doublings = np.log2(POWERS[1] / POWERS[0])
        out[name] = np.abs(means[1] - means[0]) / shared.std(axis=0) / doublings
    table = pd.DataFrame({name: values[: len(names)] for name, values in out.items()}, index=names)
    return table.sort_values("prior", ascending=False)


def leave_one_out(density: PanelDensity, points: Floats) -> tuple[Floats, Floats]:
    """Log densities of each month given the area's others at each point, and Pareto shapes.

    Returns
    -------
    log_density : (S, T) mean over points, NaN where missing
    shape : (S, T)
    """
    series = density.series
    logs = np.full((len(points), *series.log_odds.shape), np.nan)
    months = np.arange(len(series.months), dtype=np.int64)
    for k, z in enumerate(points):
        arrays = density.arrays(z)
        for s in range(len(series.areas)):
            seen = np.flatnonzero(~np.isnan(arrays.value[s]))
            total = panel_dense.kernel(arrays, months, arrays.sigma[s], arrays.scale[s], s)
            total += np.diag(arrays.variance[s])
            precision = np.linalg.inv(total[np.ix_(seen, seen)])
            variance = 1.0 / np.diag(precision)
            error = variance * (precision @ (arrays.value[s] - arrays.mean[s])[seen])
            logs[k, s, seen] = -0.5 * (np.log(2 * np.pi * variance) + error**2 / variance)
    shape = np.full(series.log_odds.shape, np.nan)
    for s, t in np.argwhere(~np.isnan(series.log_odds)):
        shape[s, t] = pareto_smoothed(-logs[:, s, t])[1]
    peak = logs.max(axis=0)
    return peak + np.log(np.mean(np.exp(logs - peak), axis=0)), shape


def fitted(panel: Path, national: str, rng: np.random.Generator) -> PanelFit:
    """Sample the posterior of the last months of a panel's first group."""
    found = read_monthly(panel, national=national).panel
    areas = tuple(a for a in found.leaves if a != national)
    return PanelLink(load_panel_model(), "nuts").fit(found, 0, areas, rng)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--national", default="Hele landet")
    given = parser.parse_args()
    rng = np.random.default_rng(1)
    fit = fitted(given.panel, given.national, rng)
    density = fit.density
    points = fit.points.points[rng.permutation(len(fit.points.points))]
    log_density, shape = leave_one_out(density, points[:100])
    write = sys.stdout.write
    write(f"{fit.verdict}\n\nprior\n{prior_check(density, rng).round(3).to_string()}\n")
    write(f"\nposterior\n{posterior_check(density, points[:DRAWS], rng).round(3).to_string()}\n")
    write(f"\nsensitivity\n{sensitivity(density, points[:2000]).round(3).to_string()}\n")
    write(
        f"\nleaving out: {np.nansum(log_density):.1f} nats over {np.sum(~np.isnan(shape))} months; "
        f"Pareto k above 0.7 in {np.nanmean(shape > 0.7):.1%}, at most {np.nanmax(shape):.2f}\n"
    )


if __name__ == "__main__":
    main()
