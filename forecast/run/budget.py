"""Transfer expenditure of a run's futures: from persons to kroner, the risk, and the investment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.budget.estimate import (
    Estimate,
    Overrun,
    Split,
    estimate,
    overrun,
    split,
)
from forecast.budget.grants import Beside, granted
from forecast.budget.investment import Repayment, repayment
from forecast.budget.stays import Leaving, draw_leaving, mean_weeks
from forecast.budget.steering import Steering, steering
from forecast.config import load_groups
from forecast.config.investment import Investment
from forecast.core.period import Window
from forecast.core.threads import together
from forecast.errors import ConfigError, DataError, nearest
from forecast.models.kernels import Floats
from forecast.report.budget_view import BudgetView
from forecast.report.workbook import write_workbook
from forecast.run.budget_futures import Futures
from forecast.run.budget_read import Read
from forecast.run.budget_sheet import lay_out
from forecast.run.budget_tables import BASE, Known, budget_table

SURE = 0.9


@dataclass(frozen=True)
class Priced:
    """A scenario in kroner.

    Attributes
    ----------
    scenario : id
    estimate : reconciled, with what is booked
    grants : (D, G, T) kroner
    risks : year -> risk of its budget
    changes : year -> why its net expenditure differs from the year before, (D,) each
    """

    scenario: str
    estimate: Estimate
    grants: Floats
    risks: Mapping[int, Overrun]
    changes: Mapping[int, Split]


@dataclass(frozen=True)
class Made:
    """What a run comes to in kroner.

    Attributes
    ----------
    view : for people; its table is `budget.csv`
    """

    view: BudgetView
    _chosen: Priced
    _read: Read
    _futures: Futures
    _leaving: Mapping[str, Leaving]

    def write(self, folder: Path, lang: str) -> None:
        """Write `budget.csv` and `budget.xlsx`."""
        self.view.table.to_csv(folder / "budget.csv", index=False)
        sheet = lay_out(
            self._chosen.scenario,
            self._chosen.estimate,
            self._futures.persons[self._chosen.scenario][0],
            self._leaving,
            (self._read.prices, self._read.rules),
            (self.view.factor, self.view.account),
            self.view.groups,
            lang,
        )
        write_workbook(folder / "budget.xlsx", sheet, "en" if lang == "en" else "da")


def assess(read: Read, futures: Futures, to: str) -> Made:
    """Price every scenario, reconcile with the known account, and tell the risks.

    Parameters
    ----------
    to : folder that the tables will be in

    Raises
    ------
    ForecastError
        If the account, what is booked or the scenario is not of this run.
    """
    request, names = read.request, list(futures.persons)
    chosen = request.scenario or next((name for name in names if name != BASE), names[0])
    if chosen not in names:
        raise ConfigError(
            f"--scenario '{chosen}': not in the run{nearest(chosen, names)}; expected one of "
            f"{', '.join(names)}"
        )
    draws = next(iter(futures.persons.values())).shape[1]
    leaving = draw_leaving(
        futures.groups,
        read.rules,
        read.spells,
        read.steps,
        draws,
        np.random.default_rng([request.seed, 1]),
    )
    both = [(name, which) for name in names for which in (0, 1)]
    made = together(lambda one: _raw(read, futures, futures.persons[one[0]][one[1]], leaving), both)
    raw = dict(zip(both, made, strict=True))
    # one factor a draw: the account is known, how long people stay is not
    factors = _factors(raw[names[0], 0], read.account)
    priced = together(
        lambda name: _priced(name, raw[name, 0], raw[name, 1], read, futures, factors), names
    )
    invested = _invested(read, priced, futures, leaving, factors)
    measures = _steering(read, futures, leaving) if invested else None
    known = Known(
        read.account, factors, request.originals or {}, request.budgets or {}, read.booked
    )
    table = budget_table(futures.area, priced, known, read.plan, invested, measures)
    view = BudgetView(
        futures.area,
        table,
        read.status,
        read.prices,
        read.plan,
        load_groups(request.beside),
        read.account,
        float(np.median(factors)),
        tuple(sorted(read.booked)),
        (tuple(read.spells), tuple(read.steps)),
        futures.titles,
        chosen,
        to,
    )
    return Made(view, next(p for p in priced if p.scenario == chosen), read, futures, leaving)


def _raw(read: Read, futures: Futures, persons: Floats, leaving: Mapping[str, Leaving]) -> Estimate:
    return estimate(
        persons,
        futures.groups,
        futures.months,
        read.prices,
        read.rules,
        read.own_prices,
        leaving,
    )


def _factors(one: Estimate, account: tuple[int, float] | None) -> Floats:
    """Reconcile persons times prices with a known account, on every draw, (D,)."""
    if account is None:
        return np.ones(len(one.gross))
    year, kroner = account
    estimated = one.over(one.net.sum(axis=1), Window.year(year))
    if np.any(estimated <= 0):
        raise DataError(
            f"budget: nothing is estimated of {year} on {int((estimated <= 0).sum())} draws, so "
            f"no factor reconciles it with {kroner:.0f} kr.; check the run's persons and the prices"
        )
    return kroner / estimated


def _priced(
    name: str,
    raw: Estimate,
    country: Estimate,
    read: Read,
    futures: Futures,
    factors: Floats,
) -> Priced:
    since = _since(read, futures)
    own = futures.persons[name][0]
    made = _reconciled(raw, read, futures, factors)
    nation = country.scaled(factors)
    beside = Beside(nation.net, futures.persons[name], futures.residents[name])
    total = made.net.sum(axis=1)
    risks = {
        year: overrun(made.over(total, Window.year(year)), budget, SURE)
        for year, budget in (read.request.budgets or {}).items()
    }
    grants = granted(beside, futures.groups, futures.months, read.grants, since)
    untouched = _untouched(name, futures, read.plan)
    return Priced(name, made, grants, risks, _changes(raw, own, untouched, since, factors))


def _since(read: Read, futures: Futures) -> int:
    """Year that is known: that of the account, or the first whole one of the run."""
    return -(-int(futures.months[0]) // 12) if read.account is None else read.account[0]


def _reconciled(raw: Estimate, read: Read, futures: Futures, factors: Floats) -> Estimate:
    """Put the factor, what is not explained, and what is booked on an estimate."""
    # the same errors in every scenario
    rng = np.random.default_rng(read.request.seed)
    sd, since = read.prices.residual.sd, _since(read, futures)
    return raw.scaled(factors).with_residual(sd, since, rng).booked(read.booked)


def _untouched(name: str, futures: Futures, plan: Investment) -> Floats:
    """Persons without a policy: of the investment's scenario those of the free forecast."""
    free = name == plan.name and BASE in futures.persons
    return futures.persons[BASE if free else name][0]


def _changes(
    one: Estimate, persons: Floats, untouched: Floats, since: int, factors: Floats
) -> dict[int, Split]:
    """Split the change of net expenditure from each year to the next, after the known one."""
    out: dict[int, Split] = {}
    first, last = int(one.months[0]) // 12, (int(one.months[-1]) + 1) // 12
    for year in range(max(first, since) + 1, last):
        before, after = one.in_year(year - 1), one.in_year(year)
        was, now = (np.isin(one.months, e.months) for e in (before, after))
        both = (persons[..., was], persons[..., now])
        found = split(before, after, both, untouched[..., now])
        out[year] = Split(*(factors * part.sum(axis=(1, 2)) for part in found))
    return out


def _invested(
    read: Read,
    priced: Sequence[Priced],
    futures: Futures,
    leaving: Mapping[str, Leaving],
    factors: Floats,
) -> dict[str, Repayment]:
    """Say what the investment saves under every other scenario, where the run has its own.

    Its effect on a draw is a part of each benefit's persons: those of its scenario over those of
    the free forecast, in the same future.
    """
    plan, months = read.plan, futures.months
    if plan.name not in futures.persons or BASE not in futures.persons:
        return {}
    whole = range(-(-int(months[0]) // 12), (int(months[-1]) + 1) // 12)
    years = tuple(y for y in whole if plan.first_year <= y <= plan.last_year)
    if not years:
        return {}
    free, moved = futures.persons[BASE][0], futures.persons[plan.name][0]
    effect = np.where(free > 0, moved / np.maximum(free, 1e-12), 1.0)
    out: dict[str, Repayment] = {}
    for one in priced:
        if one.scenario != plan.name:
            persons = futures.persons[one.scenario][0]
            raw = _raw(read, futures, persons * effect, leaving)
            made = _reconciled(raw, read, futures, factors)
            cost = plan.cost.kroner
            out[one.scenario] = repayment(one.estimate, made, persons, years, cost)
    return out


def _steering(read: Read, futures: Futures, leaving: Mapping[str, Leaving]) -> Steering | None:
    """Follow the investment's measures, where the run has the years of its follow-ups."""
    known = [one.year for one in (*read.plan.followup, *read.plan.unit_cost)]
    if int(futures.months[0]) > 12 * max(known, default=0):
        return None
    persons = (futures.persons[BASE][0], futures.persons[read.plan.name][0])
    weeks = {group: mean_weeks(one, read.rules) for group, one in leaving.items()}
    return steering(read.plan, persons, futures.groups, futures.months, read.prices, weeks)
