"""The three measures of the styringsmodel, with the investment and as if it had not been made.

Of the year before the investment, b, and of the last follow-up, f, cases K, employees M (årsværk)
and unit cost C are known. With P the full-time persons of a draw, without (0) and with (1) the
investment, and q the regulation of rates since a year, in a year y after the last follow-up:

    cases for each employee     K[f] P0[y] / P0[f] / M[b]      and    K[f] P1[y] / P1[f] / M[f]
    cost of a full-time person  C[b] q[b, y]                   and    C[f] q[f, y]
    weeks on a benefit          W                              and    W P1[y] / P0[y]

Cases follow the persons of their groups, employees stay as they were counted last, and the weeks W
that those who come stay are those of the draw: with as many coming, a stock changes as their time
does (Little), once it has settled. Savings on activation are C[b] q P0 - C[f] q P1: all of the fall
in the unit cost is taken for the investment's doing, which no figure shows.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from forecast.budget.prices import regulated
from forecast.config.budget import Prices
from forecast.config.investment import Investment
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats, Ints

MOVED = 1e-9
"""Relative difference from which on the investment is said to move a benefit."""


class Steering(NamedTuple):
    """Measures without (0) and with (1) the investment.

    Attributes
    ----------
    years : Y whole years after the last follow-up
    cases : key of a staff group -> (2, D, Y) for each employee
    costs : (2, Y) kroner of a full-time person; None without unit costs
    saved : (D, Y) kroner on activation; None without unit costs
    weeks : benefit that the investment moves -> (2, D, Y)
    """

    years: tuple[int, ...]
    cases: Mapping[str, Floats]
    costs: Floats | None
    saved: Floats | None
    weeks: Mapping[str, Floats]


def steering(
    plan: Investment,
    persons: tuple[Floats, Floats],
    groups: tuple[str, ...],
    months: Ints,
    prices: Prices,
    weeks: Mapping[str, Floats],
) -> Steering:
    """Follow the measures over a run.

    Parameters
    ----------
    persons : (D, G, T) without and with the investment
    groups : G benefits
    months : (T,) year * 12 + month - 1
    weeks : benefit -> (D,) that those who come stay

    Raises
    ------
    AlignmentError
        If the run does not have the year of the last follow-up.
    """
    known = [one.year for one in (*plan.followup, *plan.unit_cost)]
    since = max(known, default=plan.before)
    years = tuple(
        y
        for y in range(since + 1, plan.last_year + 1)
        if months[0] <= y * 12 and y * 12 + 11 <= months[-1]
    )
    if not years:
        return Steering((), {}, None, None, {})
    by_year = [np.stack([_year(one, months, y) for y in years], axis=-1) for one in persons]
    cases: dict[str, Floats] = {}
    for staff in plan.staff_group:
        ends = plan.followed(staff.key)
        if ends is not None:
            here = np.array([group in staff.groups for group in groups])
            cases[staff.key] = np.stack(
                [
                    ends[1].cases
                    * ahead[:, here].sum(axis=1)
                    / _year(one, months, ends[1].year)[:, here].sum(axis=1)[:, None]
                    / employees
                    for one, ahead, employees in zip(
                        persons, by_year, (ends[0].staff, ends[1].staff), strict=True
                    )
                ]
            )
    costs, saved = _costs(plan, by_year, groups, years, prices)
    with np.errstate(invalid="ignore"):
        ratio = np.where(by_year[0] > 0, by_year[1] / by_year[0], 1.0)
    moved = {
        group: np.stack([np.broadcast_to(weeks[group][:, None], ratio[:, g].shape)] * 2)
        * np.stack([np.ones_like(ratio[:, g]), ratio[:, g]])
        for g, group in enumerate(groups)
        if np.abs(ratio[:, g] - 1.0).max(initial=0.0) > MOVED
    }
    return Steering(years, cases, costs, saved, moved)


def _costs(
    plan: Investment,
    by_year: list[Floats],
    groups: tuple[str, ...],
    years: tuple[int, ...],
    prices: Prices,
) -> tuple[Floats | None, Floats | None]:
    """Regulate the unit costs, (2, Y), and say what the fall in them saves, (D, Y)."""
    ends = plan.costs
    if ends is None:
        return None, None
    costs = np.array([[one.value * regulated(prices, one.year, y) for y in years] for one in ends])
    active = np.array([group not in plan.not_activated for group in groups])
    without, invested = (one[:, active].sum(axis=1) for one in by_year)
    return costs, costs[0] * without - costs[1] * invested


def _year(persons: Floats, months: Ints, year: int) -> Floats:
    """Mean persons of a year, (D, G)."""
    first = year * 12 - int(months[0])
    if first < 0 or first + 12 > len(months):
        raise AlignmentError(
            f"investment.toml: a follow-up of {year}, which the run does not have; project from an "
            "earlier month on, or leave it out"
        )
    return persons[..., first : first + 12].mean(axis=-1)
