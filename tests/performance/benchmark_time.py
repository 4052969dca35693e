"""How long the benchmark's fits take: 98 municipalities, four groups, three half-years.

    python -m tests.performance.benchmark_time y30r21.csv rammevilkaar.csv

The rival is the same regression with every municipality's own effects sampled explicitly, which is
what one would write first; the ratio is of seconds a effective draw of tau.
"""

import sys
import time
from pathlib import Path

import arviz as az
import numpy as np

from forecast.benchmark import hierarchy
from forecast.benchmark.assess import by_conditions, by_published
from forecast.benchmark.expected import own_terms
from forecast.benchmark.sampling import Sampling, compiled, sampled
from forecast.config import load_areas
from forecast.config.areas import kinds
from forecast.config.benchmark import load_benchmark
from forecast.sources.benchmark import read_benchmark
from forecast.sources.conditions import read_conditions


def tell(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")


def explicit(f: hierarchy.Figures) -> float:
    """Seconds an effective draw of tau, with effects of all half-years sampled, one group."""
    import pymc as pm
    import pytensor.tensor as pt

    areas, periods = f.value.shape
    with pm.Model() as model:
        tau = pm.HalfNormal("tau", 0.15)
        phi = pt.exp(0.3 * pm.Normal("log_phi"))
        memory = 12.0 * pt.exp(2.08 + 0.7 * pm.Normal("log_memory"))
        lags = np.arange(f.lags.shape[2])
        root = pt.linalg.cholesky((f.lags * pt.exp(-lags / memory)).sum(axis=2))
        own = tau * pt.dot(pm.Normal("z", shape=(areas, periods)), root.T)
        slope = pm.Normal("b", 0.0, 0.1, shape=f.design.shape[1])
        middle = pm.Normal("a", -3.0, 1.0, shape=periods) + (f.design * slope).sum(axis=1)[:, None]
        sd = pt.sqrt(phi * f.chance**2 + f.rounding)
        pm.Normal("y", middle + own, sd, observed=f.value)
    ready = compiled(model)
    begin = time.perf_counter()
    found = sampled(ready, Sampling(draws=900, tune=700, target_accept=0.97), 1)
    return (time.perf_counter() - begin) / float(az.ess(found, var_names=["tau"])["tau"])


def main(table_file: Path, conditions_file: Path) -> None:
    """Time everything."""
    model, areas = load_benchmark(), load_areas()
    table = read_benchmark(table_file, model, areas)
    conditions = read_conditions(conditions_file, model, areas, kinds())
    for kind, fits in (
        ("published", by_published(table, model, 1)),
        ("own", by_conditions(table, conditions, model, 1)),
    ):
        begin = time.perf_counter()
        found = list(fits)
        seconds = time.perf_counter() - begin
        worst = [az.summary(one.found, kind="diagnostics", round_to="none") for one in found]
        divergent = sum(int(one.found["sample_stats"]["diverging"].sum()) for one in found)
        rhat = max(w.r_hat.max() for w in worst)
        bulk, tail = (min(w[name].min() for w in worst) for name in ("ess_bulk", "ess_tail"))
        tell(
            f"{kind}: {seconds:.0f} s with compilation, R-hat {rhat:.3f}, bulk {bulk:.0f}, tail "
            f"{tail:.0f}, {divergent} divergent"
        )
    design, terms = own_terms(conditions, model)
    f = hierarchy.figures(table, 0, model, design, None)
    ready = hierarchy.compile_model(f, terms, model)
    begin = time.perf_counter()
    found = ready.sample(f, 1)
    ours = (time.perf_counter() - begin) / float(az.ess(found, var_names=["spread"])["spread"])
    tell(f"explicit effects cost {explicit(f) / ours:.1f} times as much an effective draw of tau")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
