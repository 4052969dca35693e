"""Our sampler of ten areas beside a local level of one, by the state space models of pymc-extras.

    pip install '.[bench]'
    python -m tests.performance.local_level

Both by nutpie on 48 months; ours with everything the link model has, theirs with a level, its
shocks and noise. pymc-extras is not among the packages of the tests: nothing else needs it.
"""

# pymc-extras brings no types, and is not installed where pyright runs:
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import sys
import time
from typing import Any

import arviz as az
import numpy as np
import nutpie
import pandas as pd
import pymc as pm
import pytensor.tensor as pt

from forecast.config.panel_model import load_panel_model
from forecast.models import panel_nuts
from forecast.models.panel_density import OWN, PanelDensity
from forecast.models.panel_laplace import find_mode
from forecast.models.panel_series import LinkSeries, link_series
from tests.models.panels import world


def theirs(series: LinkSeries) -> tuple[float, float, float]:
    """Least effective draws a second of the first area's local level, seconds, compilation."""
    from pymc_extras.statespace import structural

    level = structural.LevelTrend(order=1, innovations_order=[1], name="level")
    built: Any = (level + structural.MeasurementError(name="noise")).build(verbose=False)
    months = pd.date_range("2015-01", periods=len(series.months), freq="MS")
    data = pd.DataFrame({"y": series.log_odds[0] - series.log_odds[0].mean()}, index=months)
    names = [name for name in built.param_names if name != "P0"]
    with pm.Model(coords=built.coords) as model:
        pm.Deterministic("P0", pt.eye(built.k_states) * 4.0, dims=built.param_dims["P0"])
        for name in names:
            dims = built.param_dims.get(name)
            if name.startswith("sigma"):
                pm.LogNormal(name, -3.91, 1.0, dims=dims)
            else:
                pm.Normal(name, 0.0, 1.5, dims=dims)
        built.build_statespace_graph(data)
        begun = time.perf_counter()
        compiled = nutpie.compile_pymc_model(model)
    ready = time.perf_counter()
    found = nutpie.sample(compiled, draws=1000, tune=300, chains=4, seed=1, progress_bar=False)
    seconds = time.perf_counter() - ready
    table: Any = az.summary(found, var_names=names, kind="diagnostics", round_to="none")
    ess = float(table[["ess_bulk", "ess_tail"]].min().min())
    return ess / seconds, seconds, ready - begun


def ours(series: LinkSeries) -> tuple[float, float]:
    """Least effective draws a second of any shared parameter of all areas, and seconds."""
    priors = load_panel_model()
    density = PanelDensity(series, priors)
    own = (len(series.areas), len(OWN))
    begun = time.perf_counter()
    mode = find_mode(density.value_and_gradient, np.zeros(density.size), 1e-4, 80, own)
    found = panel_nuts.sample(density, mode, priors.nuts, np.random.default_rng(6))
    seconds = time.perf_counter() - begun
    return panel_nuts.standing(found).ess / seconds, seconds


def main() -> None:
    """Run from the command line."""
    panel = world(np.random.default_rng(5), areas=10, months=48)
    series = link_series(panel, 0, panel.areas[1:], load_panel_model())
    cold = time.perf_counter()
    ours(series)
    cold = time.perf_counter() - cold
    rate, seconds = ours(series)
    their_rate, their_seconds, compiling = theirs(series)
    sys.stdout.write(
        f"link model, 10 areas: {rate:.0f} effective draws a second ({seconds:.1f} s warm, "
        f"{cold:.1f} s cold)\nlocal level of pymc-extras, 1 area: {their_rate:.0f} "
        f"({their_seconds:.1f} s, after {compiling:.0f} s of compilation)\n"
        f"ours over theirs: {rate / their_rate:.2f}\n"
    )


if __name__ == "__main__":
    main()
