"""Whether an investment pays for itself: what it saves on benefits against what it costs.

A draw's saving is its net expenditure without the investment less that with it, in the same
future. Repaid means that savings of the years together are at least the costs of the same years.
Break-even is how many full-time persons fewer, all year, would pay for a year: its cost over the
net price of a full-time person, as the benefits are mixed.
"""

from typing import NamedTuple

import numpy as np

from forecast.budget.estimate import Estimate
from forecast.core.period import Window
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats


class Repayment(NamedTuple):
    """What an investment comes to.

    Attributes
    ----------
    years : that are compared
    saved : (D,) kroner over these years
    cost : kroner over these years
    repaid : probability that savings are at least the cost
    break_even : full-time persons fewer that would pay for a year
    """

    years: tuple[int, ...]
    saved: Floats
    cost: float
    repaid: float
    break_even: float


def repayment(
    without: Estimate, invested: Estimate, persons: Floats, years: tuple[int, ...], yearly: float
) -> Repayment:
    """Compare a run with and without an investment, draw by draw.

    Parameters
    ----------
    without, invested : estimates of the same draws
    persons : (D, G, T) without it
    years : whole years of the run in which the investment costs something
    yearly : kroner

    Raises
    ------
    AlignmentError
        If the draws are not the same in number, or there is no year.
    """
    if len(without.gross) != len(invested.gross) or not years:
        raise AlignmentError(
            f"investment: {len(without.gross)} and {len(invested.gross)} draws over {len(years)} "
            "years; expected the same draws with and without it, and a whole year of the run"
        )
    windows = [Window.year(year) for year in years]
    difference = (without.net - invested.net).sum(axis=1)
    saved = np.sum([without.over(difference, w) for w in windows], axis=0)
    net = np.mean([without.over(without.net.sum(axis=1), w).mean() for w in windows])
    people = np.mean([without.over(persons.sum(axis=1), w).mean() / 12.0 for w in windows])
    cost = yearly * len(years)
    return Repayment(
        years, saved, cost, float((saved >= cost).mean()), float(yearly * people / net)
    )
