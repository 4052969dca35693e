"""How much of their level shocks areas share that lie in one larger area.

In truth regions move together: an area's shock is

    sigma (sum_l sqrt(rho_l) f_l + sqrt(1 - sum_l rho_l) e)

with f_l the shock of the area it lies in at level l (half of the country, region) and e its own, so
that the shocks of two areas correlate by c_l, the sum of rho over the levels down to the smallest
area that holds both. The filter works on one area at a time and does not know; its error,
though, is linear in the shocks with weights it does know (`panel_filter.one_step_errors`), so that
the covariance of two areas' errors is ``c_l`` times a known number. What is exact and what is not:

- exact, given the pooled parameters: each area's own distribution, the covariance of two areas'
  errors in the last month, and that of their shocks afterwards;
- left out: what an area's past says about its neighbours' last states, and what shared shocks say
  about the pooled parameters. Intervals of single areas are a little wider for it, never narrower.

``c_l`` is estimated by matching moments over all months and pairs whose smallest common area is of
level l,

    c_l = sum_t sum_{s != s'} e[s,t] e[s',t]  /  sum_t sum_{s != s'} W[s,t]'W[s',t],

with W the response of an error to unit shared shocks, which is unbiased given the pooled
parameters; its standard error comes from the spread over months, and it is combined with its
prior, the same at every level, as two normals are.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forecast.config.model import Prior
from forecast.core.monthly import MonthlyPanel
from forecast.models import panel_filter
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LinkArrays

LARGEST = 0.95
"""A correlation of shocks never exceeds this."""


@dataclass(frozen=True)
class Correlation:
    """What is known of the correlation c of level shocks, by level from the nation downwards.

    Attributes
    ----------
    mean, sd : (L,) of a normal that is cut at 0 and `LARGEST`
    measured : (L,) the estimate before it met its prior, NaN where no two areas meet at a level
    """

    mean: Floats
    sd: Floats
    measured: Floats

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw what each level adds to the correlation, rho, (count, L); none takes any away."""
        drawn = self.mean + self.sd * rng.standard_normal((count, len(self.mean)))
        total = np.maximum.accumulate(np.clip(drawn, 0.0, LARGEST), axis=1)
        return np.diff(total, axis=1, prepend=0.0)


def lineage(panel: MonthlyPanel, areas: tuple[str, ...]) -> Ints:
    """Give the areas that each area lies in by level as numbers, -1 for none, (L, S).

    Level 0 lies right below the nation. The nation itself is none: what moves all areas alike moves
    no share.
    """
    chains = [panel.ancestors(area)[::-1] for area in areas]
    chains = [tuple(name for name in chain if name != panel.national) for chain in chains]
    out = np.full((max(map(len, chains), default=0), len(areas)), -1, dtype=np.int64)
    for level in range(len(out)):
        names = list(dict.fromkeys(c[level] for c in chains if len(c) > level))
        for s, chain in enumerate(chains):
            if len(chain) > level:
                out[level, s] = names.index(chain[level])
    return out


def estimate(arrays: LinkArrays, above: Ints, prior: Prior) -> Correlation:
    """Correlation of level shocks, level by level, from one-step errors.

    Parameters
    ----------
    arrays : links at one value of their own scale
    above : (L, S) as of `lineage`
    """
    errors, responses = panel_filter.one_step_errors(arrays)
    errors = np.nan_to_num(errors)  # a month that is missing is in no pair
    nobody = np.full(len(errors), -1, dtype=np.int64)
    pairs = [_pair_sums(errors, responses, numbers) for numbers in (*above, nobody)]
    out = [
        # pairs that meet at a finer level too say what they say there
        _with_prior(products - finer[0], expected - finer[1], prior)
        for (products, expected), finer in pairwise(pairs)
    ]
    mean, sd, measured = np.array(out).reshape(-1, 3).T
    return Correlation(mean, sd, measured)


def _pair_sums(errors: Floats, responses: Floats, numbers: Ints) -> tuple[Floats, Floats]:
    """Products of errors of areas with one number, and what they are at correlation one, (T,)."""
    products, expected = np.zeros(errors.shape[1]), np.zeros(errors.shape[1])
    for number in range(numbers.max(initial=-1) + 1):
        error, response = errors[numbers == number], responses[numbers == number]
        products += error.sum(axis=0) ** 2 - (error**2).sum(axis=0)
        expected += (response.sum(axis=0) ** 2 - (response**2).sum(axis=0)).sum(axis=1)
    return products, expected


def _with_prior(products: Floats, expected: Floats, prior: Prior) -> tuple[float, float, float]:
    """Mean and sd of a correlation, and its estimate, from sums over pairs by month."""
    total = float(expected.sum())
    if total <= 1e-9:  # no pair, but for rounding
        return prior.mean, prior.sd, np.nan
    measured = float(products.sum()) / total
    precision = total**2 / float(np.sum((products - measured * expected) ** 2))
    both = precision + prior.sd**-2
    return (precision * measured + prior.mean * prior.sd**-2) / both, both**-0.5, measured
