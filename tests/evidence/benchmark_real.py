"""The expected share on the published benchmark: agreement, and the next half-year.

    python -m tests.evidence.benchmark_real

Agreement: our own expectation, each municipality left out, against the published one in the first
half-year, beside a ridge regression on the same conditions tuned by leaving one out. The next
half-year: gaps of the third from the first two, beside a normal about the last gap with the spread
of the first step.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.stats import norm

from forecast.benchmark.assess import by_conditions, by_published
from forecast.benchmark.expected import own_terms
from forecast.benchmark.hierarchy import log_odds
from forecast.benchmark.ranking import gap_in_shares
from forecast.config import load_areas
from forecast.config.areas import kinds
from forecast.config.benchmark import load_benchmark
from forecast.core.benchmark import BenchmarkTable, Conditions, Floats
from forecast.evaluation.scores import crps
from forecast.sources.benchmark import read_benchmark
from forecast.sources.conditions import read_conditions

SHARED = Path(__file__).resolve().parents[3] / "shared" / "panels"


class Agreement(NamedTuple):
    """Of one group: correlations of ours and of a ridge with the published, our rmse, Gentofte."""

    group: str
    ours: float
    ridge: float
    rmse: float
    gentofte: tuple[float, float, float]
    published: float


class Coming(NamedTuple):
    """Of one group: CRPS of ours and of the normal, percentage points, and coverage of 80 %."""

    group: str
    ours: float
    normal: float
    inside: float


def read(panels: Path) -> tuple[BenchmarkTable, Conditions]:
    """Read the table and the conditions."""
    model, areas = load_benchmark(), load_areas()
    table = read_benchmark(panels / "dk" / "y30r21_benchmark.csv", model, areas)
    conditions = read_conditions(panels / "dk" / "kommune_covariates.csv", model, areas, kinds())
    return table, conditions


def agreement(table: BenchmarkTable, conditions: Conditions, seed: int = 1) -> Iterator[Agreement]:
    """Compare expectations of the first half-year."""
    model, first = load_benchmark(), table.until(1)
    design = own_terms(conditions, model)[0][:, : len(conditions.keys)]
    place = table.position("Gentofte")
    for g, one in enumerate(by_conditions(first, conditions, model, seed)):
        published = first.expected_share[:, g, 0]
        ours = one.expected[..., 0].mean(axis=0)
        low, middle, high = np.quantile(one.expected[:, place, 0], [0.05, 0.5, 0.95])
        rival = ridge(log_odds(first.actual_share[:, g, 0]), design)
        yield Agreement(
            one.group,
            float(np.corrcoef(published, ours)[0, 1]),
            float(np.corrcoef(published, rival)[0, 1]),
            float(np.sqrt(((published - ours) ** 2).mean())),
            (float(low), float(middle), float(high)),
            float(published[place]),
        )


def ridge(y: Floats, design: Floats) -> Floats:
    """Predictions of a ridge, each municipality left out, with the penalty that does best so."""
    x = np.column_stack([np.ones(len(y)), design])
    best = (np.inf, y)
    for penalty in 10 ** np.linspace(-3, 4, 60):
        free = np.diag([0.0, *np.full(design.shape[1], penalty)])
        hat = x @ np.linalg.solve(x.T @ x + free, x.T)
        off = (y - hat @ y) / (1 - np.diag(hat))
        best = min(best, (float(off @ off), y - off), key=lambda one: one[0])
    return 1 / (1 + np.exp(-best[1]))


def coming(table: BenchmarkTable, seed: int = 1) -> Iterator[Coming]:
    """Predict the third half-year's gaps from the first two, given the last expectation."""
    for g, one in enumerate(by_published(table.until(2), load_benchmark(), seed)):
        ratio = one.ahead.ratio if one.ahead is not None else np.empty((0, 0))
        odds = log_odds(table.expected_share[:, g, 1])
        made, came = 100 * gap_in_shares(odds, ratio), 100 * table.gap[:, g, 2]
        last = 100 * table.gap[:, g, 1]
        step = (last - 100 * table.gap[:, g, 0]).std()
        z = (came - last) / step
        normal = step * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
        low, high = np.quantile(made, [0.1, 0.9], axis=0)
        inside = float(((came >= low) & (came <= high)).mean())
        areas = {"area": list(table.areas)}
        score = crps(
            xr.DataArray(made, dims=("draw", "area"), coords=areas),
            xr.DataArray(came, dims=("area",), coords=areas),
        )
        yield Coming(one.group, float(score.mean()), float(normal.mean()), inside)


def main() -> None:
    """Print the figures."""
    table, conditions = read(SHARED)
    for a in agreement(table, conditions):
        ends = " ".join(f"{100 * v:.2f}" for v in a.gentofte)
        sys.stdout.write(
            f"{a.group}: correlation {a.ours:.3f}, ridge {a.ridge:.3f}; rmse {100 * a.rmse:.2f} "
            f"points; Gentofte {ends}, published {100 * a.published:.2f}\n"
        )
    found = list(coming(table))
    for c in found:
        sys.stdout.write(
            f"{c.group}: CRPS {c.ours:.4f}, normal {c.normal:.4f}, ratio {c.ours / c.normal:.3f}; "
            f"80 % intervals hold {100 * c.inside:.0f} %\n"
        )
    ratio = np.mean([c.ours / c.normal for c in found])
    sys.stdout.write(
        f"mean ratio {ratio:.3f}, coverage {100 * np.mean([c.inside for c in found]):.0f} %\n"
    )


if __name__ == "__main__":
    main()
