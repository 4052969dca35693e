"""How near our own expectation comes to the published one, and what their difference goes with.

It is not VIVE's model, so the two differ; which framework conditions the difference goes with says
what theirs holds that ours does not, or the reverse.
"""

from typing import NamedTuple

import numpy as np

from forecast.benchmark.assess import Assessed
from forecast.benchmark.expected import own_terms
from forecast.config.benchmark import BenchmarkModel
from forecast.core.benchmark import BenchmarkTable, Conditions

SHOWS = 2.0
"""Standard errors from which a correlation over municipalities is told."""


class Agreement(NamedTuple):
    """Of one group, in the last half-year.

    Attributes
    ----------
    group : key
    correlation : of expected shares
    rmse : of their difference, a fraction
    points_to : conditions that published less own goes with, with correlations, strongest first
    untrusted : municipalities whose own expectation rests on a fit without them
    """

    group: str
    correlation: float
    rmse: float
    points_to: tuple[tuple[str, float], ...]
    untrusted: int


def agreement(
    table: BenchmarkTable, conditions: Conditions, model: BenchmarkModel, own: Assessed
) -> Agreement:
    """Compare expectations of one group."""
    published = table.expected_share[:, table.groups.index(own.group), -1]
    ours = own.expected[..., -1].mean(axis=0)
    off = published - ours
    design = own_terms(conditions, model)[0][[conditions.areas.index(a) for a in table.areas]]
    found = [
        (key, float(np.corrcoef(off, design[:, k])[0, 1]))
        for k, key in enumerate(conditions.keys)
        if design[:, k].std() > 0
    ]
    least = SHOWS / np.sqrt(len(off))
    told = sorted((one for one in found if abs(one[1]) > least), key=lambda one: -abs(one[1]))
    return Agreement(
        own.group,
        float(np.corrcoef(published, ours)[0, 1]),
        float(np.sqrt((off**2).mean())),
        tuple(told),
        int((own.pareto_k > 0.7).sum()),
    )
