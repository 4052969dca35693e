"""How long scenarios take: made to add up, carried down, and imposed on a run's futures.

    python -m tests.performance.scenario_time [outputs/gentofte]

Simulated panels of the size of the country. The rival of making draws add up is proportional
scaling: every area times the nation over the areas' sum. It is faster, and takes from the areas
that are known well what those known badly are off by; the ratio of what both move says so. With a
run's folder it also times the run's own scenarios.
"""

import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast.coherence import Floats, reconcile_areas
from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.models.panel_link import PanelLink
from forecast.scenarios.carry import carry_down
from tests.models.panels import world

SIZES = ((98, 14, 24, 1000), (2, 14, 36, 4000))
"""Areas below the nation, groups, months, draws."""


def tell(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")


def simulated(areas: int, groups: int, months: int, draws: int) -> Floats:
    """Draws of areas of very unlike size and certainty, and of a nation of its own."""
    rng = np.random.default_rng(1)
    share = rng.dirichlet(np.full(areas, 2.0), groups).T[None, :, :, None]
    spread = rng.uniform(0.02, 0.2, (1, areas, groups, 1))
    common = 0.05 * rng.standard_normal((draws, 1, groups, months))
    own = spread * rng.standard_normal((draws, areas, groups, months))
    parts = 50_000 * share * np.exp(common + own)
    nation = 50_000 * np.exp(0.05 * rng.standard_normal((draws, 1, groups, months)))
    return np.concatenate([parts, nation], axis=1)


def add_up(size: tuple[int, int, int, int]) -> None:
    """Time both ways, and say what they do to areas that are known well."""
    draws = simulated(*size)
    names = [f"area {k}" for k in range(size[0])] + ["nation"]
    begin = time.perf_counter()
    found = reconcile_areas(draws, names, {"nation": names[:-1]}, ["nation"])
    ours = time.perf_counter() - begin
    begin = time.perf_counter()
    scaled = draws[:, :-1] * (draws[:, -1:] / draws[:, :-1].sum(axis=1, keepdims=True))
    theirs = time.perf_counter() - begin
    off = np.abs(found[:, :-1].sum(axis=1) / found[:, -1] - 1.0).max()
    sd = np.log(draws[:, :-1]).std(axis=0).mean(axis=2)
    moved = [
        np.abs(np.log(made / draws[:, :-1])).mean(axis=(0, 3)) / sd
        for made in (found[:, :-1], scaled)
    ]
    sure = sd <= np.quantile(sd, 0.2)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    tell(
        f"{size}: {ours:.2f} s, proportional {theirs:.2f} s; sums off by {off:.0e}, least value "
        f"{found.min():.3g}, nation as it was {np.array_equal(found[:, -1], draws[:, -1])}, "
        f"{memory:.1f} GiB; the surest fifth moves by {moved[0][sure].mean():.2f} of its sd, "
        f"by scaling {moved[1][sure].mean():.2f}"
    )


def all_of_it(areas: int, groups: int) -> MonthlyPanel:
    """A panel of simulated groups, whose areas are all of the nation but for some persons."""
    made = [world(np.random.default_rng(g), areas=areas, months=72) for g in range(groups)]
    first = made[0]
    values = np.concatenate([one.values for one in made], axis=1)
    leaves = [first.position(area) for area in first.leaves]
    values[first.position(first.national)] = 1.0005 * values[leaves].sum(axis=0)
    return replace(
        first,
        groups=tuple(f"benefit {g}" for g in range(groups)),
        values=values,
        provisional=np.zeros(values.shape, dtype=bool),
    )


def carry(size: tuple[int, int, int, int]) -> None:
    """Time a scenario once the model is fitted: all groups carried down and added up."""
    areas, groups, months, draws = size
    panel = all_of_it(areas, groups)
    begin = time.perf_counter()
    ready = PanelLink(load_panel_model()).prepared(panel, draws, np.random.default_rng(2))
    fitted = time.perf_counter() - begin
    change = 0.05 * np.random.default_rng(2).standard_normal((draws, groups, months))
    nation = panel.values[panel.position(panel.national), :, -1:] * np.exp(change)
    carry_down(ready, panel, nation, draws, np.random.default_rng(3), add_up=True)
    begin = time.perf_counter()
    carry_down(ready, panel, nation, draws, np.random.default_rng(3))
    down = time.perf_counter() - begin
    begin = time.perf_counter()
    found = carry_down(ready, panel, nation, draws, np.random.default_rng(3), add_up=True).draws
    whole = time.perf_counter() - begin
    parts = found[:, [panel.position(area) for area in panel.leaves]]
    country = found[:, panel.position(panel.national)]
    off = np.abs(parts.sum(axis=1) / country - 1.0).max()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    tell(
        f"{size}: {fitted:.1f} s to fit, once; a scenario {down:.2f} s to carry down, {whole:.2f} "
        f"s with adding up; sums off by {off:.0e}, least value {parts.min():.3g}, nation as it was "
        f"{np.array_equal(country, nation)}, {memory:.1f} GiB"
    )


def run_of(folder: Path) -> None:
    """Time every scenario of a run beside its free forecast."""
    from forecast.config import load_scenario, scenario_names
    from forecast.run import project
    from forecast.run.archive import read_fit

    fitted = read_fit(folder)
    free = load_scenario("free")
    project(fitted, [free])
    begin = time.perf_counter()
    project(fitted, [free])
    alone = time.perf_counter() - begin
    tell(f"{folder.name}: free {alone:.1f} s")
    for name in scenario_names():
        begin = time.perf_counter()
        project(fitted, [free, load_scenario(name)])
        tell(f"  {name}: {time.perf_counter() - begin - alone:.1f} s more")


if __name__ == "__main__":
    for one in SIZES:
        add_up(one)
    for one in SIZES:
        carry(one)
    for argument in sys.argv[1:]:
        run_of(Path(argument))
