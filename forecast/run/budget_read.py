"""What a budget is asked, and the files that it rests on, read before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.budget.estimate import check_booked, within
from forecast.budget.prices import account_of
from forecast.budget.stays import Counts, count_spells
from forecast.config.beside_files import amounts
from forecast.config.budget import Prices, Refusion, load_prices, load_refusion
from forecast.config.grants import Grants, load_grants
from forecast.config.investment import Investment, load_investment
from forecast.config.money import year_amount
from forecast.config.run import RunConfig
from forecast.core.period import Window
from forecast.errors import DataError
from forecast.models.kernels import Floats, Ints
from forecast.report.budget_view import StatusRow
from forecast.run.budget_futures import leaves
from forecast.run.budget_status import known_account, printed_status
from forecast.sources.booked import read_booked
from forecast.sources.price_book import read_price_book
from forecast.sources.stays import read_spells, read_steps


@dataclass(frozen=True)
class BudgetRequest:
    """What is asked.

    Attributes
    ----------
    prices : name of a file in ``prices/``
    price_book : workbook whose prices take their place
    account : year and kroner net of a known account, that prices are reconciled with; by default
        the published one of the municipality
    originals, budgets : year -> kroner net, as first adopted and as last revised
    booked, spells, steps : files of booked months, of single spells, and of how many stand on each
        step of the ladder
    scenario : that is told in full, and in the workbook; by default the first that says anything
    seed : of how long people stay, and of what persons and the regulation do not explain
    beside : folder of the user's own configuration, whose files come first
    """

    prices: str = "ydelser"
    price_book: Path | None = None
    account: tuple[int, float] | None = None
    originals: Mapping[int, float] | None = None
    budgets: Mapping[int, float] | None = None
    booked: Path | None = None
    spells: Path | None = None
    steps: Path | None = None
    scenario: str | None = None
    seed: int = 0
    beside: Path | None = None

    @property
    def files(self) -> list[Path]:
        """Files of the user's own that are read."""
        named = (self.price_book, self.booked, self.spells, self.steps)
        return [path for path in named if path is not None]


@dataclass(frozen=True)
class Read:
    """What was read for a request; `account` is that of a year of the run, if any is known."""

    request: BudgetRequest
    prices: Prices
    rules: Refusion
    grants: Grants
    plan: Investment
    status: tuple[StatusRow, ...]
    account: tuple[int, float] | None
    own_prices: Floats | None
    booked: Mapping[tuple[str, int], float]
    spells: Mapping[str, Counts]
    steps: Mapping[str, Floats]


def read_request(request: BudgetRequest, area: str, groups: tuple[str, ...], months: Ints) -> Read:
    """Read and check the files of a request, before anything is computed.

    Raises
    ------
    ForecastError
        In one line, where a file cannot be used, or a benefit has no price.
    """
    own = request.beside
    prices, rules = load_prices(request.prices, own), load_refusion(own)
    priced = {name for one in prices.price for name in one.groups}
    unpriced = [g for g in groups if g not in priced]
    if unpriced:
        raise DataError(
            f"prices/{prices.name}.toml: no price of {', '.join(unpriced)}, which the run "
            "projects; add a [[price]] that names it, or take [budget] out of the configuration"
        )
    for group in groups:
        rules.stay_of(group)
    booked = {} if request.booked is None else read_booked(request.booked)
    check_booked(booked, [account_of(prices, group) for group in groups], months)
    status = printed_status(area)
    spells = {} if request.spells is None else read_spells(request.spells, groups)
    firsts = [step.first_week for step in rules.ladder.steps]
    return Read(
        request,
        prices,
        rules,
        load_grants(own),
        load_investment(own),
        status,
        _account(request, status, months),
        None
        if request.price_book is None
        else read_price_book(request.price_book, groups, months.tolist()),
        booked,
        {g: count_spells(one.before, one.weeks, one.ended, rules) for g, one in spells.items()},
        {} if request.steps is None else read_steps(request.steps, groups, firsts),
    )


def _account(
    request: BudgetRequest, status: Sequence[StatusRow], months: Ints
) -> tuple[int, float] | None:
    """Find the known account, and refuse years that the run does not have."""
    asked = [*(request.budgets or {}), *(request.originals or {})]
    for year in [*asked, *([] if request.account is None else [request.account[0]])]:
        within(Window.year(year), months)
    printed = known_account(status)
    if request.account is not None or printed is None:
        return request.account
    # a run that begins later has no year to reconcile with
    return printed if months[0] <= printed[0] * 12 and printed[0] * 12 + 11 <= months[-1] else None


def of_run(config: RunConfig, seed: int) -> Read | None:
    """Read what a run's configuration asks for, or nothing where it has no ``[budget]``.

    Raises
    ------
    ForecastError
        In one line, where a file cannot be used, or a benefit has no price.
    """
    asked = config.budget
    if asked is None:
        return None
    where = f"{config.path}: budget"
    request = BudgetRequest(
        asked.prices,
        asked.price_book,
        None if asked.account is None else year_amount(asked.account, f"{where}.account"),
        amounts(asked.originals, f"{where}.originals"),
        amounts(asked.budgets, f"{where}.budgets"),
        asked.booked,
        None,
        asked.steps,
        None,
        seed,
        config.path.parent,
    )
    months = np.arange(config.first_month, config.horizon_last + 1)
    return read_request(request, config.area, leaves(config.tree.groups), months)
