"""How long people stay on a benefit, no surer than it is known.

A week's chance of leaving on step k, and the part of those who come that begins on it, are judged
(`refusion.toml`), and the judgement is worth e spells:

    h[k] ~ Beta(e, e (1 / h0[k] - 1)),          begin ~ Dirichlet(e begin0),

and so is the part under the exception, Beta(e old0, e (1 - old0)).

Spells of one's own cases speak in whole weeks: of n[k] weeks at risk on step k, x[k] ended in
leaving, and m[k] spells began there. Both distributions are conjugate, so what is then known is
exactly

    h[k] ~ Beta(e + x[k], e (1 / h0[k] - 1) + n[k] - x[k]),     begin ~ Dirichlet(e begin0 + m):

the survival model with a chance that is constant within a step (piecewise exponential in discrete
time). A table of how many stand on each step says what a settled stock must look like: whoever
comes is laid on the steps so that it does, and where even nobody coming leaves too many on a step,
they leave it faster.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.stats import beta, gamma

from forecast.config.budget import STEPS, Refusion, Stay
from forecast.errors import ConfigError
from forecast.models.kernels import Floats

LONGEST = 53
"""Ages that are told apart: the last is everything from the last step on."""

SLOWEST, FASTEST = 1e-6, 0.99
"""Chances a week of leaving are kept within these."""


class Leaving(NamedTuple):
    """What is taken for true on each draw.

    Attributes
    ----------
    leave : (D, 4) chance a week of leaving on each step
    begin : (D, 4) part of those who come that begin on each; sums to one
    old : (D,) part of the stock under the exception, in January 2019
    """

    leave: Floats
    begin: Floats
    old: Floats


class Counts(NamedTuple):
    """What spells show, by step.

    Attributes
    ----------
    left : (4,) spells that ended
    at_risk : (4,) weeks in which one could have
    began : (4,) spells that began
    """

    left: Floats
    at_risk: Floats
    began: Floats


def first_weeks(rules: Refusion) -> list[int]:
    """First week of each step."""
    return [step.first_week for step in rules.ladder.steps]


def as_judged(stay: Stay, draws: int) -> Leaving:
    """Take a judgement for known."""
    shape = (draws, STEPS)
    leave = np.clip(stay.leave, SLOWEST, FASTEST)
    begin = np.broadcast_to(np.array(stay.begin), shape)
    return Leaving(np.broadcast_to(leave, shape), begin, np.full(draws, stay.old))


def count_spells(
    before: Sequence[int], weeks: Sequence[int], ended: Sequence[bool], rules: Refusion
) -> Counts:
    """Count weeks at risk, ends and beginnings on each step.

    Parameters
    ----------
    before : whole weeks on support before each spell
    weeks : that it has lasted: the week in which it ended is one, that in which it was last seen
        running is none
    ended : whether it has ended, or was still running when it was last seen
    """
    firsts = np.array(first_weeks(rules))
    first = np.asarray(before) + 1
    last = np.asarray(before) + np.asarray(weeks)
    over = np.asarray(ended)
    ends = np.append(firsts[1:] - 1, np.iinfo(np.int64).max)
    out = np.zeros((3, STEPS))
    for k in range(STEPS):
        out[0, k] = (over & (last >= firsts[k]) & (last <= ends[k])).sum()
        out[1, k] = np.clip(
            np.minimum(last, ends[k]) - np.maximum(first, firsts[k]) + 1, 0, None
        ).sum()
        out[2, k] = ((first >= firsts[k]) & (first <= ends[k])).sum()
    return Counts(*out)


def draw_leaving(
    groups: Sequence[str],
    rules: Refusion,
    spells: Mapping[str, Counts],
    tables: Mapping[str, Floats],
    draws: int,
    rng: np.random.Generator,
) -> dict[str, Leaving]:
    """Draw how long people stay, for every benefit.

    Benefits of one judgement err in the same way: they share their random numbers.

    Parameters
    ----------
    spells : benefit -> what its spells show; judgement alone where there are none
    tables : benefit -> (4,) parts of its stock on each step, where they are known

    Raises
    ------
    ConfigError
        If nothing says how long people stay on a benefit.
    """
    streams = rng.spawn(len(rules.stay))
    numbers = [stream.random((3, draws, STEPS)) for stream in streams]
    nothing = Counts(*np.zeros((3, STEPS)))
    out: dict[str, Leaving] = {}
    for group in groups:
        stay = rules.stay_of(group)
        u, v, w = numbers[rules.stay.index(stay)]
        seen = spells.get(group, nothing)
        judged = np.array(stay.leave)
        stayed = stay.spells * (1.0 / judged - 1.0) + seen.at_risk - seen.left
        leave = np.clip(beta.ppf(u, stay.spells + seen.left, stayed), SLOWEST, FASTEST)
        weight = stay.spells * np.array(stay.begin) + seen.began
        entries = gamma.ppf(v, np.maximum(weight, 1e-300)) * (weight > 0)
        old = np.zeros(draws)
        if stay.old > 0:
            old = beta.ppf(w[:, 0], stay.spells * stay.old, stay.spells * (1.0 - stay.old))
        found = Leaving(leave, entries / entries.sum(axis=1, keepdims=True), old)
        if group in tables:
            found = match_table(found, tables[group], rules)
        out[group] = found
    return out


def mean_weeks(leaving: Leaving, rules: Refusion) -> Floats:
    """Weeks that those who come stay on the benefit, in the mean, (D,)."""
    firsts = first_weeks(rules)
    lengths = [*(b - a for a, b in pairwise(firsts)), 0]
    here, weeks = np.zeros(len(leaving.leave)), np.zeros(len(leaving.leave))
    for k, length in enumerate(lengths):
        here = here + leaving.begin[:, k]
        weeks += here * _weeks_on(leaving.leave[:, k], length)
        here = here * (1.0 - leaving.leave[:, k]) ** length
    return weeks


def match_table(leaving: Leaving, on_steps: Floats, rules: Refusion) -> Leaving:
    """Lay whoever comes on the steps so that a settled stock looks like a table.

    Step by step: with s surviving from the step before, e coming, and n weeks of the step, a
    settled stock has (s + e) f(h) on it, f(h) = (1 - (1 - h)^n) / h, and on the last 1 / h. So
    e = m / f(h) - s; where that is negative, nobody comes and h is raised until s f(h) = m.

    Parameters
    ----------
    on_steps : (4,) parts of the stock, or persons

    Raises
    ------
    ConfigError
        If nobody stands on any step.
    """
    if on_steps.sum() <= 0 or on_steps.min() < 0:
        raise ConfigError("steps: expected persons on some step, and no negative number of them")
    firsts = first_weeks(rules)
    lengths = [*(b - a for a, b in pairwise(firsts)), 0]
    wanted = on_steps / on_steps.sum()
    leave = leaving.leave.copy()
    come = np.zeros_like(leave)
    surviving = np.zeros(len(leave))
    for k, weeks in enumerate(lengths):
        needed = wanted[k] / _weeks_on(leave[:, k], weeks) - surviving
        crowded = needed < 0
        if crowded.any():
            leave[crowded, k] = _faster(surviving[crowded], float(wanted[k]), weeks)
        come[:, k] = np.maximum(needed, 0.0)
        surviving = (surviving + come[:, k]) * (1.0 - leave[:, k]) ** weeks
    return Leaving(leave, come / come.sum(axis=1, keepdims=True), leaving.old)


def _weeks_on(leave: Floats, weeks: int) -> Floats:
    """Weeks that one who enters a step spends on it; 0 weeks: it has no end."""
    return 1.0 / leave if weeks == 0 else (1.0 - (1.0 - leave) ** weeks) / leave


def _faster(surviving: Floats, wanted: float, weeks: int) -> Floats:
    """Chance of leaving at which survivors alone are as many as wanted, by bisection."""
    low, high = np.full(len(surviving), SLOWEST), np.full(len(surviving), FASTEST)
    for _ in range(60):
        middle = 0.5 * (low + high)
        too_many = surviving * _weeks_on(middle, weeks) > wanted
        low, high = np.where(too_many, middle, low), np.where(too_many, high, middle)
    return high
