"""Which steps of the ladder a stock of full-time persons stands on, as the stock moves.

Weeks on support are ages 1 to 52 and more. In a week a part h[age] leaves, the rest grow a week
older, and those who come are whoever is missing from the stock of the week:

    n'[age + 1] = (1 - h[age]) n[age],      come = N' - sum n',      n'[begin] += come part[begin].

Where more are left than the stock has, all of them shrink alike. When many come at once the early
steps therefore fill first, and empty into the later ones as they stay; a stock that is the same for
years has the parts that its rates of leaving give. Those under the exception are a stock of their
own that only shrinks.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forecast.config.budget import STEPS, Refusion, Stay
from forecast.models.kernels import Floats, Ints

LONGEST = 53
"""Ages that are told apart: the last is everything from the last step on."""

WEEKS = (4, 4, 5)
"""Weeks of the months of a quarter."""

OLD_AT = 2019 * 12
"""Month in which the part under the exception is known, year * 12 + month - 1."""


class Parts(NamedTuple):
    """Parts of a stock.

    Attributes
    ----------
    steps : (D, T, 4) on each step of the ladder
    old : (D, T) under the exception; with the steps it sums to one
    """

    steps: Floats
    old: Floats


def parts(persons: Floats, months: Ints, stay: Stay, rules: Refusion) -> Parts:
    """Follow a stock through the steps.

    Parameters
    ----------
    persons : (D, T) full-time persons a month
    months : (T,) consecutive, year * 12 + month - 1
    """
    draws, count = persons.shape
    old = _old(persons, months, stay)
    stock = persons - old
    firsts = _firsts(rules)
    leave = np.array(stay.leave)[_step_of_age(firsts)]
    ages = _settled(leave, firsts, np.array(stay.begin))
    weekly, month_of_week = _weekly(stock, months)
    now = stock[:, :1] * ages
    steps = np.zeros((draws, count, STEPS))
    for w, month in enumerate(month_of_week):
        now = _next(now, leave, weekly[:, w], firsts, np.array(stay.begin))
        for k in range(STEPS):
            end = firsts[k + 1] - 1 if k + 1 < STEPS else LONGEST
            steps[:, month, k] += now[:, firsts[k] - 1 : end].sum(axis=1)
    total = steps.sum(axis=2)
    share = np.where(persons > 0, stock / np.maximum(persons, 1e-12), 1.0)
    even = np.broadcast_to(_on_steps(ages, firsts), steps.shape)
    split = np.where(total[..., None] > 0, steps / np.maximum(total, 1e-12)[..., None], even)
    return Parts(split * share[..., None], 1.0 - share)


def state_part(found: Parts, group: str, rules: Refusion) -> Floats:
    """Give the state's part of what a benefit costs, (D, T)."""
    by_step = np.array([step.state for step in rules.ladder.steps]) / 100.0
    exception = rules.exception_of(group)
    old = 0.0 if exception is None else exception.state / 100.0
    return found.steps @ by_step + found.old * old


def hazards_of(weeks: Sequence[int], ended: Sequence[bool], rules: Refusion) -> Floats:
    """Chance a week of leaving on each step, from spells: those who left over the weeks at risk.

    Parameters
    ----------
    weeks : length of each spell, in weeks
    ended : whether it has ended, or was still running when it was last seen
    """
    firsts = _firsts(rules)
    length, over = np.asarray(weeks), np.asarray(ended)
    out = np.empty(STEPS)
    for k in range(STEPS):
        last = firsts[k + 1] - 1 if k + 1 < STEPS else np.inf
        at_risk = np.clip(np.minimum(length, last) - firsts[k] + 1, 0, None).sum()
        left = (over & (length >= firsts[k]) & (length <= last)).sum()
        out[k] = left / at_risk if at_risk > 0 else np.nan
    return out


def _firsts(rules: Refusion) -> list[int]:
    return [step.first_week for step in rules.ladder.steps]


def _step_of_age(firsts: Sequence[int]) -> Ints:
    """Step of each age, (LONGEST,)."""
    return np.searchsorted(np.asarray(firsts), np.arange(1, LONGEST + 1), side="right") - 1


def _old(persons: Floats, months: Ints, stay: Stay) -> Floats:
    """Stock under the exception: a part of that of `OLD_AT`, which only leaves, (D, T)."""
    if stay.old == 0.0:
        return np.zeros_like(persons)
    known = int(np.clip(OLD_AT - months[0], 0, len(months) - 1))
    left = (1.0 - stay.old_leaves) ** ((months - OLD_AT) / 12.0)
    return np.minimum(stay.old * persons[:, known : known + 1] * left, persons)


def _settled(leave: Floats, firsts: Sequence[int], begin: Floats) -> Floats:
    """Ages of a stock that has been the same for years, (LONGEST,), of sum one."""
    ages, entering = np.zeros(LONGEST), np.zeros(LONGEST)
    entering[np.asarray(firsts) - 1] = begin
    for age in range(LONGEST):
        before = ages[age - 1] * (1.0 - leave[age - 1]) if age else 0.0
        ages[age] = before + entering[age]
    ages[-1] /= leave[-1]
    return ages / ages.sum()


def _on_steps(ages: Floats, firsts: Sequence[int]) -> Floats:
    return np.add.reduceat(ages, np.asarray(firsts) - 1)


def _weekly(stock: Floats, months: Ints) -> tuple[Floats, list[int]]:
    """Stock of every week, on lines between the middles of months, and the week's month."""
    place = [m for m, month in enumerate(months) for _ in range(WEEKS[int(month) % 3])]
    counts = np.bincount(place)
    middles = np.cumsum(counts) - 0.5 * counts
    at = np.arange(len(place)) + 0.5
    weights = np.stack([np.interp(at, middles, row) for row in np.eye(len(months))], axis=1)
    return stock @ weights.T, place


def _next(
    now: Floats, leave: Floats, stock: Floats, firsts: Sequence[int], begin: Floats
) -> Floats:
    """Ages a week later, (D, LONGEST)."""
    stayed = now * (1.0 - leave)
    older = np.zeros_like(now)
    older[:, 1:] = stayed[:, :-1]
    older[:, -1] += stayed[:, -1]
    total = older.sum(axis=1)
    come = stock - total
    shrunk = np.where((come < 0) & (total > 0), stock / np.maximum(total, 1e-12), 1.0)
    older *= shrunk[:, None]
    older[:, np.asarray(firsts) - 1] += np.maximum(come, 0.0)[:, None] * begin
    return older
