"""What the futures that are kept are to stand for: the rates of the headline.

Scenarios are statements about the country, mostly about the end of a year and the means of the
years until then, with the errors that official forecasts have. Futures are chosen by

* the log rate g of every area, and its ratio to the country's (what a pin on the country leaves
  open);
* what such statements leave open, whatever they state: g - (h - h0)' (S + R)^-1 S e, with h the
  logs of what they are about, the last of them the country's own headline (e picks it), S their
  covariance given figures and parameters, R the variance of their errors and h0 any constant.
"""

import numpy as np

from forecast.config import RunConfig
from forecast.config.model import Sampling
from forecast.models.drawing import Choice
from forecast.models.kernels import Floats
from forecast.models.problem import Problem, root_kernel
from forecast.models.states import Conditioner, Paths, national_rate_cross
from forecast.models.structure import Structure


def headline_choice(
    config: RunConfig, structure: Structure, problem: Problem, sampling: Sampling, candidates: int
) -> Choice:
    """Choose by the rates of the headline."""
    first, window = problem.first, config.headline
    months = slice(window.first - first, window.last + 1 - first)
    means = _means(config, first)
    errors = np.interp(np.linspace(0.0, 1.0, len(means)), [0.0, 0.5, 1.0], sampling.official_errors)

    def rates(paths: Paths) -> Floats:
        """Log rates of the areas over the months of the headline, (q, 3)."""
        levels = structure.levels(paths.links, paths.rate)
        persons = levels.persons[:, :, : len(structure.unemployed)].sum(axis=(2, 3))
        return np.log(persons / levels.labour_force.sum(axis=2))

    def free(c: Conditioner, paths: Paths) -> Floats:
        at_once = rates(Paths(paths.links[:, :, months], paths.rate[:, months]))
        stated = (paths.rate - problem.centre) @ means.T
        left = at_once - (stated @ _gain(c, means, errors))[:, None]
        return np.concatenate([at_once, at_once[:, :2] - at_once[:, 2:], left], axis=1)

    return Choice(candidates, free, rates, months)


def _means(config: RunConfig, first: int) -> Floats:
    """Means of the log rate that statements are about, (J, T): years ahead, then the headline."""
    ahead, window = config.last_data_month + 1, config.headline
    over = [
        (max(12 * year, ahead), 12 * year + 12)
        for year in range(ahead // 12, window.last // 12 + 1)
    ]
    out = np.zeros((len(over) + 1, config.horizon_last + 1 - first))
    for row, (begin, end) in zip(out, [*over, (window.first, window.last + 1)], strict=True):
        row[begin - first : end - first] = 1.0 / (end - begin)
    return out


def _gain(c: Conditioner, means: Floats, errors: Floats) -> Floats:
    """How the country's headline answers to statements about the means, (J,)."""
    prior = root_kernel(c.grid.lag, c.parameters, c.problem.root_level_sd)
    seen = national_rate_cross(c) @ means.T
    spread = means @ prior @ means.T - seen.T @ c.solve(seen)
    return np.asarray(np.linalg.solve(spread + np.diag(errors**2), spread[:, -1]), dtype=np.float64)
