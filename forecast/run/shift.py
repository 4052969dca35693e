"""How far the figures moved what the priors say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.core.period import Window
from forecast.models.kernels import Floats
from forecast.models.structure import UNEMPLOYED
from forecast.run.quantities import Reader
from forecast.run.stages import Inputs
from forecast.run.tables import PINNED_SPREAD, unit_of
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd


def prior_shift(
    inputs: Inputs, prior: Sequence[Reader], posterior: Sequence[Reader]
) -> pd.DataFrame:
    """`prior_shift.csv`: how far each headline moved from what it was without figures."""
    import pandas as pd

    config = inputs.config
    year = Window.year(config.headline.last // 12)
    wanted = [
        *(
            (a, UNEMPLOYED, Measure.LEDIGHEDSPROCENT, config.headline)
            for a in inputs.structure.areas
        ),
        (config.area, config.tree.root, Measure.FULDTIDSPERSONER, year),
    ]
    rows: list[dict[str, Any]] = []
    for before, after in zip(prior, posterior, strict=True):
        for area, group, measure, window in wanted:
            rows.append(
                _shift(
                    before.one(area, group, measure, window),
                    after.one(area, group, measure, window),
                    (area, group, measure.value, window.code, after.projected.spec.id),
                    measure,
                )
            )
    return pd.DataFrame(rows)


def _shift(
    before: Floats, after: Floats, parts: tuple[str, ...], measure: Measure
) -> dict[str, Any]:
    levels = [0.1, 0.5, 0.9]
    a, b = np.quantile(before, levels), np.quantile(after, levels)
    # a normal's 80 pct. interval is 2.563 sd wide; quantiles stand heavy tails
    sd, sd_after = (a[2] - a[0]) / 2.563, (b[2] - b[0]) / 2.563
    pinned = sd <= PINNED_SPREAD * abs(a[1])
    return {
        "quantity": " / ".join(parts),
        "scenario": parts[4],
        "area": parts[0],
        "group": parts[1],
        "measure": parts[2],
        "period": parts[3],
        "unit": unit_of(measure).value,
        "prior_low": a[0],
        "prior_median": a[1],
        "prior_high": a[2],
        "posterior_low": b[0],
        "posterior_median": b[1],
        "posterior_high": b[2],
        "shift_in_prior_sd": 0.0 if pinned else (b[1] - a[1]) / sd,
        "sd_ratio": 1.0 if pinned else sd_after / sd,
    }
