"""How much the newest months of a panel will still be revised.

A month that is marked provisional is late registration away from its final value: with r the log of
final over provisional, what is known of it is ``r ~ N(mean, sd²)`` by the number of months that lie
after it. Where the panel has vintages, each earlier release shows how far months of that age have
come since. Their n logs, of areas of more than a small cell, and the prior's, which counts as
``weight`` of them, give

    mean = (weight m0 + sum r)/(weight + n),     sd² = (weight s0² + sum (r - mean)²)/(weight + n).

Both nation and areas are corrected by what is expected, so that in a share only one that is
provisional without the other is moved; each area's value gains the variance sd².
"""

import numpy as np

from forecast.config.panel_model import RevisionPriors
from forecast.core.monthly import MonthlyPanel
from forecast.models.kernels import Floats


def expected_revisions(
    panel: MonthlyPanel, group: int, priors: RevisionPriors, small_cell: float
) -> tuple[Floats, Floats]:
    """Mean and sd of the log of final over known value, (A, T), zero where nothing is provisional.

    Parameters
    ----------
    group : place in the panel's groups
    small_cell : values that are smaller say nothing of revisions
    """
    shape = panel.values[:, group].shape
    mean, sd = np.zeros(shape), np.zeros(shape)
    flagged = panel.provisional[:, group] & ~np.isnan(panel.values[:, group])
    for t in np.flatnonzero(flagged.any(axis=0)):
        age = len(panel.months) - 1 - int(t)
        seen = _seen(panel, group, age, small_cell)
        total = priors.weight + len(seen)
        centre = (priors.weight * priors.size.mean + seen.sum()) / total
        spread = priors.weight * priors.size.sd**2 + np.sum((seen - centre) ** 2)
        mean[:, t] = np.where(flagged[:, t], centre, 0.0)
        sd[:, t] = np.where(flagged[:, t], np.sqrt(spread / total), 0.0)
    return mean, sd


def _seen(panel: MonthlyPanel, group: int, age: int, small_cell: float) -> Floats:
    """Give logs of newest over earlier value of what earlier releases had at this age."""
    out: list[Floats] = []
    newest = panel.values[:, group]
    for vintage in panel.vintages[:-1]:
        values = vintage.values[:, group]
        known = np.flatnonzero(~np.isnan(values).all(axis=0))
        if len(known) == 0 or known[-1] < age:
            continue
        t = known[-1] - age
        both = (values[:, t] >= small_cell) & (newest[:, t] >= small_cell)
        out.append(np.log(newest[both, t] / values[both, t]))
    return np.concatenate(out) if out else np.zeros(0)
