"""Gaps between actual and expected, ranks with their intervals, tiers, and the funnel.

A gap is what is a municipality's own, in shares: ``logistic(e + own) - logistic(e)`` on every draw,
e the log-odds expected. Its rank is found on every draw, so a rank's interval holds what all gaps
together leave open; that is wide in the middle and narrow at the ends (Goldstein & Spiegelhalter
1996, doi:10.2307/2983325). Tiers say only what is sure.

The funnel shows how far a municipality of a size lies from its expectation without being special:

    sd² = (tau[i] p (1 - p))² + phi p (1 - p) / N[i],

tau the usual differences between municipalities of a size (additive overdispersion), phi how much
more counts spread than those of independent persons (Spiegelhalter 2005, doi:10.1002/sim.1970).
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from forecast.benchmark.effects import Effects
from forecast.core.benchmark import Floats
from forecast.models.kernels import Ints


class Tier(StrEnum):
    """What is sure of a municipality."""

    BETTER = "bedre"
    ALIKE = "som_forventet"
    WORSE = "daarligere"


class Ranking(NamedTuple):
    """Municipalities in one half-year, by what is lasting in their gaps.

    Attributes
    ----------
    gap : (D, I) in share of residents
    rank : (D, I) 1 for the lowest
    below : (I,) probability of no more than expected
    under : (I,) probability of no more than the country's common deviation from its expectation
    tier : (I,)
    """

    gap: Floats
    rank: Ints
    below: Floats
    under: Floats
    tier: tuple[Tier, ...]


def rank(gap: Floats, sure: float, own: Floats | None = None) -> Ranking:
    """Rank gaps draw by draw.

    A municipality is called better or worse than expected where both are sure: that it lies below
    or above its expectation, and that it does so more than all do. Else a country that is a little
    above what was expected of it would make every municipality worse.

    Parameters
    ----------
    gap : (D, I)
    sure : probability from which a municipality is called better or worse than expected
    own : (D, I) what of the gap is its own; by default all of it
    """
    order = gap.argsort(axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, gap.shape[1] + 1), axis=1)
    below = (gap <= 0.0).mean(axis=0)
    under = below if own is None else (own <= 0.0).mean(axis=0)
    tiers = tuple(tier(float(b), float(u), sure) for b, u in zip(below, under, strict=True))
    return Ranking(gap, ranks, below, under, tiers)


def tier(below: float, under: float, sure: float) -> Tier:
    """Tier of a municipality by the probabilities of `Ranking`."""
    if min(below, under) >= sure:
        return Tier.BETTER
    return Tier.WORSE if max(below, under) <= 1.0 - sure else Tier.ALIKE


def interval(values: Floats | Ints, size: float) -> Floats:
    """Give the ends of each municipality's central interval, (2, I); of ranks, whole ones."""
    tails = [0.5 * (1.0 - size), 0.5 * (1.0 + size)]
    method = "inverted_cdf" if np.issubdtype(values.dtype, np.integer) else "linear"
    return np.asarray(np.quantile(values, tails, axis=0, method=method), dtype=np.float64)


def gap_in_shares(expected: Floats, own: Floats) -> Floats:
    """Gap in shares of what is a municipality's own in log-odds.

    Parameters
    ----------
    expected : log-odds, that broadcast to the shape of `own`
    own : (D, I) or (D, I, T)
    """
    return 1.0 / (1.0 + np.exp(-(expected + own))) - 1.0 / (1.0 + np.exp(-expected))


def funnel(
    share: float, residents: Floats, spread: Floats, chance: float, levels: tuple[float, ...]
) -> Floats:
    """Half-widths of the limits of gaps, (levels, I).

    Parameters
    ----------
    share : expected, a fraction
    residents, spread : (I,) and tau of each
    chance : phi
    """
    variance = share * (1.0 - share)
    sd = np.sqrt((spread * variance) ** 2 + chance * variance / residents)
    z = norm.ppf(0.5 * (1.0 + np.asarray(levels)))
    return z[:, None] * sd


class Movement(NamedTuple):
    """How a municipality moved from one half-year to the next, in log-odds.

    Attributes
    ----------
    change : (D, I) of what is lasting
    noise : (I,) part of the movement seen that is chance, 0 to 1
    """

    change: Floats
    noise: Floats


def movement(effects: Effects, before: int, after: int) -> Movement:
    """Split the movement between two half-years, draw by draw."""
    lasting = effects.lasting[..., after] - effects.lasting[..., before]
    passing = effects.passing[..., after] - effects.passing[..., before]
    own, chance = (lasting**2).mean(axis=0), (passing**2).mean(axis=0)
    return Movement(lasting, chance / np.maximum(own + chance, 1e-300))
