"""Expenditure on every draw: persons times price, less the state's part.

    gross[d, g, t] = persons[d, g, t] price[g, t] / 12
    state[d, g, t] = gross[d, g, t] part[d, g, t],          net = gross - state

Sums over groups, accounts and months are sums of draws; quantiles and probabilities are taken last.
What is booked is a fact: its months are the same on every draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from forecast.budget.prices import account_of, monthly
from forecast.budget.seniority import parts, state_part
from forecast.budget.stays import Leaving
from forecast.config.budget import Prices, Refusion
from forecast.core.period import Window, month_code
from forecast.errors import AlignmentError, DataError
from forecast.models.kernels import Floats, Ints


@dataclass(frozen=True)
class Estimate:
    """Expenditure by benefit and month.

    Attributes
    ----------
    groups : G benefits with a price
    accounts : (G,) that each is booked on
    months : (T,) year * 12 + month - 1
    price : (G, T) kroner of a full-time person in a month
    part : (D, G, T) the state's
    gross, state : (D, G, T) kroner
    """

    groups: tuple[str, ...]
    accounts: tuple[str, ...]
    months: Ints
    price: Floats
    part: Floats
    gross: Floats
    state: Floats

    @property
    def net(self) -> Floats:
        """What the municipality pays, (D, G, T)."""
        return self.gross - self.state

    def by_account(self, values: Floats) -> tuple[tuple[str, ...], Floats]:
        """Accounts, and sums of what is booked on each, (D, A, T)."""
        names = tuple(dict.fromkeys(sorted(self.accounts)))
        sums = [values[:, [a == name for a in self.accounts]].sum(axis=1) for name in names]
        return names, np.stack(sums, axis=1)

    def over(self, values: Floats, window: Window) -> Floats:
        """Sum over a window's months, the last axis gone.

        Raises
        ------
        AlignmentError
            If the window is not within the months.
        """
        first = int(self.months[0])
        within(window, self.months)
        return values[..., window.first - first : window.last - first + 1].sum(axis=-1)

    def in_year(self, year: int) -> "Estimate":
        """Keep a year's months.

        Raises
        ------
        AlignmentError
            If the run does not have all of them.
        """
        self.over(self.net, Window.year(year))
        here = self.months // 12 == year
        return replace(
            self,
            months=self.months[here],
            price=self.price[:, here],
            part=self.part[..., here],
            gross=self.gross[..., here],
            state=self.state[..., here],
        )

    def scaled(self, factor: Floats) -> "Estimate":
        """Multiply everything by the factor of its draw, (D,); the price by their median."""
        gross, state = (factor[:, None, None] * one for one in (self.gross, self.state))
        return replace(self, price=float(np.median(factor)) * self.price, gross=gross, state=state)

    def with_residual(self, sd: float, since: int, rng: np.random.Generator) -> "Estimate":
        """Add what persons and the regulation do not explain, a walk from year to year.

        Parameters
        ----------
        sd : log a year
        since : last year that is known
        """
        years = self.months // 12
        ahead = np.maximum(years - since, 0)
        steps = sd * rng.standard_normal((len(self.gross), int(ahead.max(initial=0))))
        walk = np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
        factor = np.exp(walk - 0.5 * sd**2 * np.arange(walk.shape[1]))[:, ahead][:, None]
        return replace(self, gross=self.gross * factor, state=self.state * factor)

    def booked(self, net: Mapping[tuple[str, int], float]) -> "Estimate":
        """Put what has been booked in the place of what was estimated.

        An account's month is booked as a whole, so its benefits share it as they were estimated.

        Parameters
        ----------
        net : account and month -> kroner net

        Raises
        ------
        DataError
            If an account or month is unknown, or nothing was estimated for it.
        """
        gross, state = self.gross.copy(), self.state.copy()
        check_booked(net, self.accounts, self.months)
        for (account, month), value in net.items():
            here = [a == account for a in self.accounts]
            t = month - int(self.months[0])
            total = (gross[:, here, t] - state[:, here, t]).sum(axis=1)
            if np.any(total <= 0):
                raise DataError(
                    f"booked: account {account} in {month_code(month)}: nothing was estimated, so "
                    "what is booked cannot be laid out over its benefits"
                )
            factor = (value / total)[:, None]
            gross[:, here, t] *= factor
            state[:, here, t] *= factor
        return replace(self, gross=gross, state=state)


def estimate(
    persons: Floats,
    groups: tuple[str, ...],
    months: Ints,
    prices: Prices,
    rules: Refusion,
    price: Floats | None = None,
    leaving: Mapping[str, Leaving] | None = None,
) -> Estimate:
    """Estimate what benefits cost.

    Parameters
    ----------
    persons : (D, G, T) full-time persons
    months : (T,) consecutive
    price : (G, T) kroner of a full-time person in a month, in place of those of `prices`
    leaving : benefit -> how long people stay on each draw; as judged without it

    Raises
    ------
    ConfigError
        If a benefit has no price, or nothing says how long people stay on it.
    DataError
        If persons are negative.
    """
    if persons.min(initial=0.0) < 0:
        d, g, t = (int(k) for k in np.argwhere(persons < 0)[0])
        raise DataError(
            f"budget: {persons[d, g, t]:g} full-time persons on {groups[g]} in "
            f"{month_code(int(months[t]))}; expected at least 0"
        )
    price = monthly(prices, groups, months) if price is None else price
    known = {} if leaving is None else leaving

    def state(g: int) -> Floats:
        stay = rules.stay_of(groups[g])
        found = parts(persons[:, g], months, stay, rules, known.get(groups[g]))
        return state_part(found, groups[g], rules)

    part = np.stack([state(g) for g in range(len(groups))], axis=1)
    gross = persons * price
    accounts = tuple(account_of(prices, g) for g in groups)
    return Estimate(groups, accounts, months, price, part, gross, gross * part)


def within(window: Window, months: Ints) -> None:
    """Refuse a window that is not within months.

    Raises
    ------
    AlignmentError
        Naming both.
    """
    first, last = int(months[0]), int(months[-1])
    if window.first < first or window.last > last:
        raise AlignmentError(
            f"budget: {window.code} is not within {Window(first, last).code}, which the run "
            "projects; project further, or ask for another period"
        )


def check_booked(
    net: Mapping[tuple[str, int], float], accounts: Sequence[str], months: Ints
) -> None:
    """Refuse accounts and months that are not estimated.

    Raises
    ------
    DataError
        Naming account, month, and those that are.
    """
    for account, month in net:
        if account not in accounts or not months[0] <= month <= months[-1]:
            raise DataError(
                f"booked: account {account} in {month_code(month)} is not estimated; expected "
                f"one of {', '.join(sorted(set(accounts)))} within "
                f"{Window(int(months[0]), int(months[-1])).code}"
            )


class Overrun(NamedTuple):
    """The risk of a budget.

    Attributes
    ----------
    probability : of spending more than the budget
    expected : mean of what is spent beyond it, zero where nothing is
    reserve : beyond the budget, that is enough with the probability asked for; not below zero
    """

    probability: float
    expected: float
    reserve: float


def overrun(spent: Floats, budget: float, sure: float = 0.9) -> Overrun:
    """Compare draws of expenditure with a budget.

    Parameters
    ----------
    spent : (D,) kroner
    sure : with which the reserve is enough
    """
    beyond = spent - budget
    return Overrun(
        float((beyond > 0).mean()),
        float(np.maximum(beyond, 0.0).mean()),
        float(max(np.quantile(beyond, sure), 0.0)),
    )


class Split(NamedTuple):
    """Why net expenditure differs, (D, G, T) each; their sum is the difference.

    Attributes
    ----------
    volume, policy, price, refusion : more persons, more by a policy's effect, dearer, and another
        part paid by the state
    """

    volume: Floats
    policy: Floats
    price: Floats
    refusion: Floats


def split(
    before: Estimate, after: Estimate, persons: tuple[Floats, Floats], untouched: Floats
) -> Split:
    """Split the difference of two estimates, exactly on every draw.

    In this order: persons at the prices and the state's part of before, then a policy's persons,
    then prices, then the state's part. Before anything is booked.

    Parameters
    ----------
    persons : (D, G, T) of before and after
    untouched : (D, G, T) persons after, without the policy
    """
    first, last = persons
    price, kept = (before.price, after.price), (1.0 - before.part, 1.0 - after.part)
    return Split(
        (untouched - first) * price[0] * kept[0],
        (last - untouched) * price[0] * kept[0],
        last * (price[1] - price[0]) * kept[0],
        last * price[1] * (kept[1] - kept[0]),
    )
