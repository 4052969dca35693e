"""The reverse question: the value of one figure at which an event becomes as likely as asked.

The figure is pinned at one value after the other, on the same draws, and the event is counted. With
common draws the count rises or falls steadily in the value where the event depends on it that way,
and the crossing is found by halving the interval that holds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.errors import ConvergenceError

Chance = Callable[[Sequence[float]], list[float]]
"""Values of the figure -> probability of the event at each."""

SPREAD = (0.02, 0.15, 0.35, 0.5, 0.65, 0.85, 0.98)
"""Quantiles of the figure in the free forecast at which the event is counted first."""

REACH = 0.5
"""How far beyond those a crossing is looked for, as a part of the outermost value."""

ROUNDS, BETWEEN = 1, 4
"""Rounds of refinement, and values between the two that hold the crossing in each."""


@dataclass(frozen=True)
class Crossing:
    """Where the probability of an event crosses a level.

    Attributes
    ----------
    values, chances : every value of the figure that was tried, rising, and the event's probability
    at : the value at which it crosses, by a straight line between its neighbours; None where it
        does not within what was tried
    rises : whether the probability rises with the value there
    """

    values: tuple[float, ...]
    chances: tuple[float, ...]
    at: float | None
    rises: bool


def crossing(chance: Chance, first: Sequence[float], level: float) -> Crossing:
    """Find where the probability of an event crosses a level.

    Parameters
    ----------
    chance : counts the event
    first : rising values to begin with, more than zero
    level : probability, between 0 and 1

    Raises
    ------
    ConvergenceError
        If it crosses several times within what was tried.
    """
    tried = dict(zip(first, chance(list(first)), strict=True))
    if _between(tried, level) is None:
        low, high = min(first) * (1 - REACH), max(first) * (1 + REACH)
        more = [low, (low + min(first)) / 2, (high + max(first)) / 2, high]
        tried |= dict(zip(more, chance(more), strict=True))
    for _ in range(ROUNDS):
        held = _between(tried, level)
        if held is None:
            break
        inner = np.linspace(*held, BETWEEN + 2)[1:-1].tolist()
        tried |= dict(zip(inner, chance(inner), strict=True))
    values = sorted(tried)
    held = _between(tried, level)
    at, rises = None, False
    if held is not None:
        low, high = held
        rises = tried[high] > tried[low]
        at = low + (high - low) * (level - tried[low]) / (tried[high] - tried[low])
    return Crossing(tuple(values), tuple(tried[v] for v in values), at, rises)


def _between(tried: dict[float, float], level: float) -> tuple[float, float] | None:
    """Neighbouring values with the level between their probabilities."""
    values = sorted(tried)
    above = np.array([tried[v] > level for v in values])
    places = np.flatnonzero(above[1:] != above[:-1])
    if len(places) == 0:
        return None
    low, high = int(places[0]), int(places[-1])
    # counts wobble near the level; far from it a second crossing is another answer
    inside = np.array([tried[v] for v in values[low : high + 2]])
    if len(places) > 1 and np.ptp(inside) > 0.1 and _turns(inside) > 1:
        raise ConvergenceError(
            f"the probability crosses {100 * level:g} pct. {len(places)} times between "
            f"{values[low]:g} and {values[high + 1]:g}, expected once; ask about another figure"
        )
    return values[low], values[high + 1]


def _turns(chances: np.ndarray) -> int:
    """How often a sequence changes between rising and falling by more than counts wobble."""
    steps = np.diff(chances)
    signs = np.sign(steps[np.abs(steps) > 0.02])
    return int(np.sum(signs[1:] != signs[:-1])) + 1 if len(signs) else 0
