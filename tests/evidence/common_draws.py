"""How much narrower differences between scenarios are in the same future than in two.

    python -m tests.evidence.common_draws outputs/gentofte

For pairs of scenarios, the width of the 80 % interval of their difference with independent draws
(those of one scenario in a random order) over that with common ones. A pin against the free
forecast leaves the whole spread of what is pinned in the difference, so little is to be gained
there.
"""

import sys
from pathlib import Path

import numpy as np

from forecast.config import load_scenario
from forecast.core.period import Window
from forecast.models.kernels import Floats
from forecast.models.structure import UNEMPLOYED
from forecast.run import Fit, project
from forecast.run.archive import read_fit
from forecast.run.quantities import Reader
from forecast.vocabulary import Measure

PAIRS = (
    ("oer-2020-08", "oer-2020-08-lavere"),
    ("oer-2020-08", "oer-2020-08-hoejere"),
    ("oer-2020-08", "anden-boelge"),
    ("free", "investering-2019-2024"),
    ("free", "reform-eksempel"),
    ("free", "oer-2020-08"),
    ("oer-2020-08", "oer-2020-08-band"),
)
QUANTITIES = (
    (UNEMPLOYED, Measure.LEDIGHEDSPROCENT, "2021-12"),
    ("i_alt", Measure.FULDTIDSPERSONER, "2021"),
    ("dagpenge", Measure.FULDTIDSPERSONER, "2021"),
)
"""Of the municipality."""


def narrower(first: Floats, second: Floats, rng: np.random.Generator) -> float:
    """Width with independent draws over width with common ones; NaN without a difference."""

    def width(values: Floats) -> float:
        low, high = np.quantile(values, [0.1, 0.9])
        return float(high - low)

    common = width(second - first)
    apart = width(second - rng.permutation(first))
    return apart / common if common > 0 else np.nan


def table(fitted: Fit) -> dict[tuple[str, str], list[float]]:
    """Ratios of every pair, in the order of `QUANTITIES`."""
    inputs, rng = fitted.inputs, np.random.default_rng(1)
    area = inputs.config.area
    out: dict[tuple[str, str], list[float]] = {}
    for pair in PAIRS:
        made = project(fitted, [load_scenario(name, tree=inputs.config.tree) for name in pair])
        readers = [Reader(one, inputs.config.tree, inputs.structure) for one in made]
        out[pair] = [
            narrower(*(r.one(area, group, measure, Window.parse(code)) for r in readers), rng=rng)
            for group, measure, code in QUANTITIES
        ]
    return out


if __name__ == "__main__":
    for names, ratios in table(read_fit(Path(sys.argv[1]))).items():
        said = "  ".join(f"{ratio:8.1f}" for ratio in ratios)
        sys.stdout.write(f"{names[0]:<12} {names[1]:<24} {said}\n")
