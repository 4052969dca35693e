"""Parts of a stock that stand on each step, so weighed that means multiply out exactly.

The mean of persons times price times the state's part is not the product of their means, since the
part follows the persons of its draw. Weighed by what each draw costs it is:

    mean state = mean gross · sum over steps of weight · the step's part,
    weight[k] = mean(gross step[k]) / mean gross.
"""

from collections.abc import Mapping

import numpy as np

from forecast.budget.estimate import Estimate
from forecast.budget.seniority import parts
from forecast.budget.stays import Leaving
from forecast.config.budget import STEPS, Refusion
from forecast.models.kernels import Floats


def step_weights(
    made: Estimate, persons: Floats, rules: Refusion, leaving: Mapping[str, Leaving]
) -> Floats:
    """Weights of the steps, and of what is under the exception, (G, T, 5); each sums to one.

    Parameters
    ----------
    made : as it is printed
    persons : (D, G, T) that it was made of
    leaving : benefit -> how long people stay, as it was made with
    """
    out = np.empty((*made.price.shape, STEPS + 1))
    for g, group in enumerate(made.groups):
        stay = rules.stay_of(group)
        found = parts(persons[:, g], made.months, stay, rules, leaving.get(group))
        every = np.concatenate([found.steps, found.old[..., None]], axis=2)
        cost = made.gross[:, g]
        total = cost.sum(axis=0)
        weighed = np.einsum("dt,dtk->tk", cost, every)
        even = every.mean(axis=0)
        out[g] = np.where(total[:, None] > 0, weighed / np.maximum(total[:, None], 1e-300), even)
    return out
