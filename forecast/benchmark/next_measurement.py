"""The next measurement: whether the actual share will be at most the expected one.

Two answers, each with what it rests on.

* **By the gaps so far**: u and c of the windows to come, drawn with those of the windows seen
  (`effects`), and the country's part of the gap going on as a walk. Windows overlap by half, so
  half of the next one has been seen already.
* **By a run's futures**: the municipality's actual share moves as its full-time persons do on each
  draw, and the expectation moves with the country,

      log ratio' = log ratio + log(own' / own) - log(country' / country) - tracking,

  `tracking` how the expectation of a municipality left the country's from one half-year to the next
  in the published table, by size.
"""

from typing import NamedTuple

import numpy as np

from forecast.benchmark.hierarchy import Draws, Terms
from forecast.config.benchmark import BenchmarkModel
from forecast.core.benchmark import BenchmarkTable, Floats


class Next(NamedTuple):
    """The measurement to come.

    Attributes
    ----------
    ratio : (D, I) log of actual over expected
    met : (I,) probability that actual is at most expected
    """

    ratio: Floats
    met: Floats


def country_ahead(draws: Draws, terms: Terms, ahead: int, rng: np.random.Generator) -> Floats:
    """Country's part of the gap in windows to come: its walk goes on, (D, H) log-odds."""
    steps = terms.step.sd * rng.standard_normal((len(draws.spread), ahead))
    return draws.intercept[:, -1:] + np.cumsum(steps, axis=1)


def by_gaps(own: Floats, country: Floats) -> Next:
    """Answer by the gaps so far.

    Parameters
    ----------
    own : (D, I) u + c in the window to come, log-odds
    country : (D,) the country's part of the gap in it
    """
    gap = own + country[:, None]
    return Next(gap, (gap <= 0.0).mean(axis=0))


def by_futures(
    last: float, own: Floats, country: Floats, tracking: float, rng: np.random.Generator
) -> Next:
    """Answer by a run's futures, for one municipality.

    Parameters
    ----------
    last : log of actual over expected in the last measurement
    own : (D, 2) its full-time persons in the last window and in the one to come
    country : (D, 2) the country's
    tracking : sd of the expectation's own movement, log
    """
    moved = np.log(own[:, 1] / own[:, 0]) - np.log(country[:, 1] / country[:, 0])
    ratio = last + moved - tracking * rng.standard_normal(len(own))
    return Next(ratio[:, None], np.array([(ratio <= 0.0).mean()]))


def tracking(table: BenchmarkTable, group: int, model: BenchmarkModel) -> float:
    """Sd of the log of expectations over the country's, a half-year's step.

    Municipalities of more than the median residents, whose expectations rounding does not move.
    """
    if len(table.windows) < 2:
        return model.published.tracking.sd
    expected = table.expected_share[:, group]
    weight = table.residents
    country = (expected * weight).sum(axis=0) / weight.sum(axis=0)
    steps = np.diff(np.log(expected / country), axis=1)
    large = weight[:, 0] >= np.median(weight[:, 0])
    return float(np.sqrt((steps[large] ** 2).mean()))
