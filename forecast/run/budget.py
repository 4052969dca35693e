"""Transfer expenditure from a run's futures: `budget.csv`, and the committee's table continued."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.budget.estimate import Estimate, Overrun, Split, estimate, overrun, split
from forecast.budget.investment import Repayment, repayment
from forecast.budget.weights import step_weights
from forecast.config import bundled, load_groups
from forecast.config.budget import Prices, Refusion, load_prices, load_refusion
from forecast.config.investment import Investment, load_investment
from forecast.core.period import Window
from forecast.errors import ConfigError, DataError, nearest
from forecast.models.kernels import Floats, Ints
from forecast.report.budget import BudgetView, StatusRow, budget_text
from forecast.report.catalogue import Lang, phrase
from forecast.report.workbook import Sheet, write_workbook
from forecast.run.budget_tables import budget_table
from forecast.run.commands import Clock, Progress, RunResult
from forecast.run.folder import MANIFEST, check_target, staged
from forecast.run.quantities import OUTPUTS, summarise
from forecast.run.writing import PACKAGES
from forecast.sources.booked import read_booked
from forecast.sources.price_book import read_price_book
from forecast.sources.published import load_published

if TYPE_CHECKING:
    import xarray as xr

TRANSFERS = "Overførselsudgifter"
STATUS = ("Oprindeligt budget", "Korrigeret budget", "Forbrug")
SURE, SEED = 0.9, 20200907
OWN = Path("configs")
"""Where a user's own prices lie, in the working directory."""


@dataclass(frozen=True)
class BudgetRequest:
    """What is asked.

    Attributes
    ----------
    run_folder : whose futures are priced
    prices : name of a file in ``prices/``
    price_book : workbook whose prices take their place
    account : year and kroner net of a known account, that prices are reconciled with; by default
        the published one of the municipality
    budgets : year -> kroner net
    booked : file of booked months
    scenario : of the workbook; by default the last of the run
    seed : of what persons and the regulation do not explain
    """

    run_folder: Path
    prices: str = "ydelser"
    price_book: Path | None = None
    account: tuple[int, float] | None = None
    budgets: Mapping[int, float] | None = None
    booked: Path | None = None
    scenario: str | None = None
    seed: int = SEED


@dataclass(frozen=True)
class Priced:
    """A scenario in kroner.

    Attributes
    ----------
    scenario : id
    estimate : reconciled, with what is booked
    risks : year -> risk of its budget
    changes : year -> why its net expenditure differs from the year before, (D,) each
    """

    scenario: str
    estimate: Estimate
    risks: Mapping[int, Overrun]
    changes: Mapping[int, Split]


def run_budget(
    request: BudgetRequest, out: Path | None, lang: str, progress: Progress
) -> RunResult:
    """Price every scenario of a run.

    Raises
    ------
    ForecastError
        In one line, where a file or price cannot be used.
    """
    target = request.run_folder.parent / f"{request.run_folder.name}-budget" if out is None else out
    check_target(target)
    clock = Clock(progress, lang)
    with clock.stage("read"):
        own = OWN if OWN.is_dir() else None
        prices, rules = load_prices(request.prices, own), load_refusion(own)
        area, months, groups, persons = _persons(request.run_folder, prices)
        status = _status(area)
        own_prices = None
        if request.price_book is not None:
            own_prices = read_price_book(request.price_book, groups, months.tolist())
        booked = {} if request.booked is None else read_booked(request.booked)
    with clock.stage("budget"):
        raw = {
            name: estimate(values, groups, months, prices, rules, own_prices)
            for name, values in persons.items()
        }
        plan = load_investment(own)
        account = request.account or _known(status)
        factor = 1.0 if account is None else _factor(next(iter(raw.values())), account)
        since = int(months[0]) // 12 if account is None else account[0]
        priced = [
            _priced(
                name,
                # the same errors in every scenario
                one.scaled(factor)
                .with_residual(prices.residual.sd, since, np.random.default_rng(request.seed))
                .booked(booked),
                request.budgets or {},
                _changes(one.scaled(factor), persons[name], _untouched(name, persons, plan), since),
            )
            for name, one in raw.items()
        ]
        sheet = _sheet(request.scenario, priced, persons, prices, rules, (factor, account), lang)
    invested = _invested(plan, priced, persons)
    with clock.stage("report"), staged(target) as folder:
        table = budget_table(area, priced, request.budgets or {}, factor, account, invested)
        table.to_csv(folder / "budget.csv", index=False)
        write_workbook(folder / "budget.xlsx", sheet, "en" if lang == "en" else "da")
        _manifest(folder, request, prices)
    view = BudgetView(
        area, table, status, prices, account, factor, tuple(sorted(booked)), str(target)
    )
    return RunResult(0, budget_text(view, lang), target)


def _persons(folder: Path, prices: Prices) -> tuple[str, Ints, tuple[str, ...], dict[str, Floats]]:
    """Full-time persons of the municipality on every benefit that has a price, by scenario."""
    import xarray as xr

    path = folder / "draws.nc"
    if not path.is_file():
        raise DataError(f"{folder}: no draws.nc; name the folder of a run: outputs/gentofte")
    priced = {name for one in prices.price for name in one.groups}
    with xr.open_dataset(path) as draws:
        area = str(draws["area"].values[0])
        leaves = _leaves(draws)
        unpriced = [g for g in leaves if g not in priced]
        if unpriced:
            raise DataError(
                f"prices/{prices.name}.toml: no price of {', '.join(unpriced)}, which the run "
                "projects; add a [[price]] that names it"
            )
        months = np.array([Window.parse(str(c)).first for c in draws["period"].values])
        values = draws["fuldtidspersoner"].sel(area=area, group=list(leaves))
        found = {
            str(s): values.sel(scenario=s).transpose("draw", "group", "period").values.astype(float)
            for s in draws["scenario"].values
        }
    return area, months, leaves, found


def _leaves(draws: xr.Dataset) -> tuple[str, ...]:
    """Benefits that are counted once: rows of the table that no other row is part of."""
    groups = load_groups()
    keys = [str(key) for key in draws["group"].values]
    return tuple(key for key in keys if key in groups and groups[key].kind == "leaf")


def _status(area: str) -> tuple[StatusRow, ...]:
    """Økonomisk status as it was printed, where the municipality's is published."""
    published = load_published(bundled("data/published"), load_groups())
    mine = published.select(file="oekonomisk_status", table="Økonomisk status", area=area)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for figure in mine:
        if figure.printed_measure in STATUS and figure.value is not None:
            key = (figure.printed_group, figure.printed_period)
            found.setdefault(key, {})[figure.printed_measure] = float(figure.value) * 1e6
    return tuple(
        StatusRow(name, int(period), *(amounts[measure] for measure in STATUS))
        for (name, period), amounts in found.items()
        if len(amounts) == len(STATUS)
    )


def _known(status: Sequence[StatusRow]) -> tuple[int, float] | None:
    """Year and expected account of the published transfers."""
    return next(((row.year, row.expected) for row in status if row.name == TRANSFERS), None)


def _factor(one: Estimate, account: tuple[int, float]) -> float:
    """Reconcile the mean of persons times prices with a known account."""
    year, kroner = account
    bottom_up = float(one.over(one.net.sum(axis=1), Window.year(year)).mean())
    return kroner / bottom_up


def _untouched(name: str, persons: Mapping[str, Floats], investment: Investment) -> Floats:
    """Persons without a policy: of the investment's scenario those of the free forecast."""
    return persons[BASE] if name == investment.name and BASE in persons else persons[name]


def _changes(one: Estimate, persons: Floats, untouched: Floats, since: int) -> dict[int, Split]:
    """Split the change of net expenditure from each year to the next, after the known one."""
    out: dict[int, Split] = {}
    first, last = int(one.months[0]) // 12, (int(one.months[-1]) + 1) // 12
    for year in range(max(first, since) + 1, last):
        before, after = one.in_year(year - 1), one.in_year(year)
        was, now = (np.isin(one.months, e.months) for e in (before, after))
        both = (persons[..., was], persons[..., now])
        found = split(before, after, both, untouched[..., now])
        out[year] = Split(*(part.sum(axis=(1, 2)) for part in found))
    return out


def _priced(
    name: str, one: Estimate, budgets: Mapping[int, float], changes: Mapping[int, Split]
) -> Priced:
    total = one.net.sum(axis=1)
    risks = {
        year: overrun(one.over(total, Window.year(year)), budget, SURE)
        for year, budget in budgets.items()
    }
    return Priced(name, one, risks, changes)


def _invested(
    investment: Investment, priced: Sequence[Priced], persons: Mapping[str, Floats]
) -> tuple[str, Repayment] | None:
    """Compare the investment's scenario with the free forecast, where the run has both."""
    named = {one.scenario: one.estimate for one in priced}
    if investment.name not in named or BASE not in named:
        return None
    months = named[BASE].months
    whole = range(-(-int(months[0]) // 12), (int(months[-1]) + 1) // 12)
    years = tuple(y for y in whole if investment.first_year <= y <= investment.last_year)
    if not years:
        return None
    found = repayment(
        named[BASE], named[investment.name], persons[BASE], years, investment.cost.kroner
    )
    return investment.name, found


BASE = "free"
"""Scenario that an investment is compared with."""


def _sheet(
    scenario: str | None,
    priced: Sequence[Priced],
    persons: Mapping[str, Floats],
    prices: Prices,
    rules: Refusion,
    known: tuple[float, tuple[int, float] | None],
    lang: str,
) -> Sheet:
    """Lay out one scenario for the workbook, so that its formulas give the means of the table."""
    named = {one.scenario: one for one in priced}
    chosen = scenario or priced[-1].scenario
    if chosen not in named:
        raise ConfigError(
            f"--scenario '{chosen}': not in the run{nearest(chosen, named)}; expected one of "
            f"{', '.join(named)}"
        )
    made, (factor, account) = named[chosen].estimate, known
    english = lang == "en"
    groups = load_groups()
    firsts = [step.first_week for step in rules.ladder.steps]
    words: Lang = "en" if english else "da"
    steps = [phrase("book.step", words, first=str(first)) for first in firsts]
    exceptions = [rules.exception_of(group) for group in made.groups]
    gross = made.gross.mean(axis=0)
    return Sheet(
        chosen,
        made.groups,
        tuple(groups[g].label_en if english else groups[g].label_da for g in made.groups),
        made.accounts,
        {one.number: one.en if english else one.da for one in prices.account},
        made.months,
        gross / made.price,
        made.price / factor,
        tuple(_note(prices, group) for group in made.groups),
        factor,
        "" if account is None else f"{account[0]}: {account[1]:.0f} kr.",
        step_weights(made, persons[chosen], rules),
        np.array([step.state / 100.0 for step in rules.ladder.steps] + [0.0]),
        np.array([0.0 if one is None else one.state / 100.0 for one in exceptions]),
        (*steps, phrase("book.exception", words)),
        _quantiles(made),
    )


def _note(prices: Prices, group: str) -> str:
    """Say where a benefit's prices come from."""
    mine = [one for one in prices.price if group in one.groups]
    return "; ".join(
        f"{one.valid_from.isoformat()}: {one.value:.0f} kr., {one.reference} ({one.certainty})"
        for one in mine
    )


def _quantiles(made: Estimate) -> dict[str, dict[str, float]]:
    """Quantiles of net of all, by whole year."""
    total = made.net.sum(axis=1)
    out: dict[str, dict[str, float]] = {}
    for first in range(int(made.months[0]), int(made.months[-1]) - 10):
        if first % 12 == 0:
            values = summarise(made.over(total, Window(first, first + 11)))
            out[str(first // 12)] = {
                f"{level:g}": float(value)
                for (_, level), value in zip(OUTPUTS, values, strict=True)
                if level is not None
            }
    return out


def _manifest(folder: Path, request: BudgetRequest, prices: Prices) -> None:
    own = [path for path in (request.price_book, request.booked) if path is not None]
    files = [request.run_folder / "draws.nc", *own]
    content = {
        "version": version("forecast"),
        "run": request.run_folder.name,
        "prices": prices.name,
        "budgets": {str(year): value for year, value in (request.budgets or {}).items()},
        "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "packages": {name: version(name) for name in PACKAGES},
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
