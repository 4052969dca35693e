"""Which steps of the ladder a stock of full-time persons stands on, as the stock moves.

Weeks on support are ages 1 to 52 and more. In a week a part h[age] leaves, the rest grow a week
older, and those who come are whoever is missing from the stock of the week:

    n'[age + 1] = (1 - h[age]) n[age],      come = N' - sum n',      n'[begin] += come part[begin].

Where more are left than the stock has, all of them shrink alike. When many come at once the early
steps therefore fill first, and empty into the later ones as they stay; a stock that is the same for
years has the parts that its rates of leaving give. Those under the exception are a stock of their
own that only shrinks. Every draw has its own rates (see `forecast.budget.stays`).
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUntypedFunctionDecorator=false

from typing import NamedTuple

import numba as nb
import numpy as np

from forecast.budget.stays import LONGEST, Leaving, as_judged, first_weeks
from forecast.config.budget import STEPS, Refusion, Stay
from forecast.models.kernels import Floats, Ints

WEEKS = (4, 4, 5)
"""Weeks of the months of a quarter."""

SMALLEST = 1e-100
"""Scales of a ring of ages are put into the ages before they become smaller."""

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


def parts(
    persons: Floats, months: Ints, stay: Stay, rules: Refusion, leaving: Leaving | None = None
) -> Parts:
    """Follow a stock through the steps.

    Parameters
    ----------
    persons : (D, T) full-time persons a month
    months : (T,) consecutive, year * 12 + month - 1
    leaving : chances of every draw; without them those of `stay`, as if they were known
    """
    known = as_judged(stay, len(persons)) if leaving is None else leaving
    old = _old(persons, months, known.old, stay.old_leaves)
    stock = persons - old
    weekly, month_of_week = _weekly(stock, months)
    firsts = np.array(first_weeks(rules))
    leave, begin = (np.ascontiguousarray(one) for one in (known.leave, known.begin))
    steps, settled = _follow(weekly, month_of_week, len(months), leave, begin, firsts)
    total = steps.sum(axis=2)
    share = np.where(persons > 0, stock / np.maximum(persons, 1e-12), 1.0)
    even = np.broadcast_to(settled[:, None], steps.shape)
    split = np.where(total[..., None] > 0, steps / np.maximum(total, 1e-12)[..., None], even)
    return Parts(split * share[..., None], 1.0 - share)


def state_part(found: Parts, group: str, rules: Refusion) -> Floats:
    """Give the state's part of what a benefit costs, (D, T)."""
    by_step = np.array([step.state for step in rules.ladder.steps]) / 100.0
    exception = rules.exception_of(group)
    old = 0.0 if exception is None else exception.state / 100.0
    return found.steps @ by_step + found.old * old


def _old(persons: Floats, months: Ints, old: Floats, leaves: float) -> Floats:
    """Stock under the exception: a part of that of `OLD_AT`, which only leaves, (D, T)."""
    known = int(np.clip(OLD_AT - months[0], 0, len(months) - 1))
    left = (1.0 - leaves) ** ((months - OLD_AT) / 12.0)
    return np.minimum(old[:, None] * persons[:, known : known + 1] * left, persons)


def _weekly(stock: Floats, months: Ints) -> tuple[Floats, Ints]:
    """Stock of every week, on lines between the middles of months, and the week's month."""
    place = np.repeat(np.arange(len(months)), [WEEKS[int(month) % 3] for month in months])
    counts = np.bincount(place)
    middles = np.cumsum(counts) - 0.5 * counts
    at = np.arange(len(place)) + 0.5
    weights = np.stack([np.interp(at, middles, row) for row in np.eye(len(months))], axis=1)
    return stock @ weights.T, place


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _follow(
    weekly: Floats, month_of_week: Ints, count: int, leave: Floats, begin: Floats, firsts: Ints
) -> tuple[Floats, Floats]:  # pragma: no cover
    """Weeks of persons on each step in each month, (D, T, 4), and parts of a settled stock, (D, 4).

    The chance of leaving is the same all over a step, so that its ages are only scaled: one number
    a step. Who grows too old for it, the oldest of a ring of ages, goes on to the next.

    Parameters
    ----------
    weekly : (D, W) stock
    leave, begin : (D, 4)
    """
    draws, weeks = weekly.shape
    out, settled = np.zeros((draws, count, STEPS)), np.empty((draws, STEPS))
    ages, youngest = np.empty(LONGEST), np.empty(STEPS, dtype=np.int64)
    on, scale, stays = np.empty(STEPS), np.empty(STEPS), np.empty(STEPS)
    begins, lengths = firsts - 1, np.ones(STEPS, dtype=np.int64)
    lengths[:-1] = firsts[1:] - firsts[:-1]
    for d in range(draws):
        stays[:] = 1.0 - leave[d]
        _settle(ages, on, leave[d], begin[d], firsts)
        settled[d] = on
        ages *= weekly[d, 0]
        on *= weekly[d, 0]
        scale[:] = 1.0
        youngest[:] = 0
        for w in range(weeks):
            coming = 0.0
            for k in range(STEPS):
                scale[k] *= stays[k]
                on[k] *= stays[k]
                if scale[k] < SMALLEST:
                    ages[begins[k] : begins[k] + lengths[k]] *= scale[k]
                    scale[k] = 1.0
                if k + 1 < STEPS:
                    # the place of the oldest becomes that of the youngest
                    youngest[k] = youngest[k] - 1 if youngest[k] > 0 else lengths[k] - 1
                    place = begins[k] + youngest[k]
                    leaving = ages[place] * scale[k]
                    ages[place] = coming / scale[k]
                    on[k] = max(on[k] - leaving, 0.0) + coming
                    coming = leaving
                else:
                    ages[begins[k]] += coming / scale[k]
                    on[k] += coming
            total = on[0] + on[1] + on[2] + on[3]
            more = weekly[d, w] - total
            for k in range(STEPS):
                if more >= 0.0:
                    ages[begins[k] + youngest[k]] += more * begin[d, k] / scale[k]
                    on[k] += more * begin[d, k]
                else:
                    # at least nobody, where a stock is empty
                    shrunk = max(weekly[d, w], 0.0) / total
                    scale[k] *= shrunk
                    on[k] *= shrunk
                    if scale[k] < SMALLEST:
                        ages[begins[k] : begins[k] + lengths[k]] *= scale[k]
                        scale[k] = 1.0
                out[d, month_of_week[w], k] += on[k]
    return out, settled


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _settle(
    ages: Floats, on: Floats, leave: Floats, begin: Floats, firsts: Ints
) -> None:  # pragma: no cover
    """Fill in the ages, and the steps, of a stock that has been the same for years, of sum one."""
    before, total = 0.0, 0.0
    for k in range(STEPS):
        last = firsts[k + 1] - 1 if k + 1 < STEPS else LONGEST
        on[k] = 0.0
        for age in range(firsts[k] - 1, last):
            ages[age] = before + (begin[k] if age == firsts[k] - 1 else 0.0)
            if k + 1 == STEPS:
                ages[age] /= leave[k]
            on[k] += ages[age]
            before = ages[age] * (1.0 - leave[k])
        total += on[k]
    for age in range(LONGEST):
        ages[age] /= total
    for k in range(STEPS):
        on[k] /= total
