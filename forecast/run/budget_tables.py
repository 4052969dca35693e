"""`budget.csv`: expenditure by account and benefit, over months, quarters and years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from forecast.budget.estimate import Estimate, Overrun, Split
from forecast.budget.investment import Repayment
from forecast.budget.steering import Steering
from forecast.config.investment import Investment
from forecast.core.period import Window
from forecast.core.threads import together
from forecast.models.kernels import Floats
from forecast.run.quantities import OUTPUTS, summarise
from forecast.vocabulary import PROJECTION_COLUMNS, Basis, Measure, OutputType, Unit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("account", *PROJECTION_COLUMNS)
"""Of `budget.csv`: the account, empty for sums of all; then as in `projections.csv`."""

ALL, BASE = "i_alt", "free"

CHANGES = (
    Measure.AENDRING_MAENGDE,
    Measure.AENDRING_POLITIK,
    Measure.AENDRING_PRIS,
    Measure.AENDRING_TRIN,
)
"""Measures of a `Split`, in its order."""


class PricedScenario(Protocol):
    """A scenario in kroner."""

    @property
    def scenario(self) -> str:
        """Id."""
        ...

    @property
    def estimate(self) -> Estimate:
        """Kroner."""
        ...

    @property
    def grants(self) -> Floats:
        """Kroner, (D, G, T)."""
        ...

    @property
    def risks(self) -> Mapping[int, Overrun]:
        """Year -> risk of its budget."""
        ...

    @property
    def changes(self) -> Mapping[int, Split]:
        """Year -> why its net expenditure differs from the year before."""
        ...


class Known(NamedTuple):
    """Kroner net that do not depend on a scenario.

    Attributes
    ----------
    account : year and kroner that prices are reconciled with
    factors : (D,) by which they are
    originals, budgets : year -> budget, as first adopted and as last revised
    booked : account and month -> what has been booked
    """

    account: tuple[int, float] | None
    factors: Floats
    originals: Mapping[int, float]
    budgets: Mapping[int, float]
    booked: Mapping[tuple[str, int], float]


class Rows:
    """Rows of the table, as they come."""

    def __init__(self, area: str) -> None:
        self._area = area
        self.found: list[tuple[object, ...]] = []

    def fact(
        self,
        scenario: str,
        measure: Measure,
        period: str,
        value: float,
        unit: Unit = Unit.KR,
        *,
        group: str = ALL,
        basis: Basis = Basis.DATA,
    ) -> None:
        """Add a number without a spread."""
        row = ("", scenario, self._area, group, measure.value, period)
        self.found.append((*row, OutputType.MEAN.value, "", value, unit.value, basis.value))

    def draws(
        self,
        scenario: str,
        measure: Measure,
        period: str,
        values: Floats,
        unit: Unit = Unit.KR,
        *,
        group: str = ALL,
    ) -> None:
        """Add mean, median and quantiles of (D,) values."""
        row = ("", scenario, self._area, group, measure.value, period)
        for (kind, level), value in zip(OUTPUTS, summarise(values), strict=True):
            identity = "" if level is None else f"{level:g}"
            self.found.append((*row, kind, identity, float(value), unit.value, Basis.DATA.value))


def budget_table(
    area: str,
    priced: Sequence[PricedScenario],
    known: Known,
    plan: Investment,
    invested: Mapping[str, Repayment],
    measures: Steering | None,
) -> pd.DataFrame:
    """Lay out every figure as a row.

    Parameters
    ----------
    plan : the investment
    invested : scenario -> what the investment comes to under it; none where the run does not have
        the investment's scenario
    measures : of the investment; None where it does not
    """
    import pandas as pd

    rows = Rows(area)
    _known_rows(rows, known)
    for scenario, found in invested.items():
        _investment(rows, scenario, found)
    if measures is not None:
        _steering(rows, plan, measures)
    since = 0 if known.account is None else known.account[0]
    told = together(lambda one: _expenditure(area, one, since), priced)
    expenditure = [part for parts in told for part in parts]
    for one in priced:
        _scenario_rows(rows, one, known)
    facts = pd.DataFrame(rows.found, columns=list(COLUMNS))
    return pd.concat([facts, *expenditure], ignore_index=True)


def _known_rows(rows: Rows, known: Known) -> None:
    if known.account is not None:
        year, kroner = str(known.account[0]), known.account[1]
        rows.fact("", Measure.NETTOUDGIFT, year, kroner, basis=Basis.OBSERVED)
        rows.draws("", Measure.SKALERING, year, known.factors, Unit.ANDEL)
    for measure, budgets in (
        (Measure.OPRINDELIGT_BUDGET, known.originals),
        (Measure.BUDGET, known.budgets),
    ):
        for year, budget in budgets.items():
            rows.fact("", measure, str(year), budget, basis=Basis.OBSERVED)
    booked: dict[str, float] = {}
    for (_, month), value in known.booked.items():
        booked[str(month // 12)] = booked.get(str(month // 12), 0.0) + value
    for year, value in sorted(booked.items()):
        rows.fact("", Measure.BOGFOERT, year, value, basis=Basis.OBSERVED)


def _scenario_rows(rows: Rows, one: PricedScenario, known: Known) -> None:
    for year, parts in one.changes.items():
        for measure, values in zip(CHANGES, parts, strict=True):
            rows.draws(one.scenario, measure, f"{year - 1}/{year}", values)
    total = one.estimate.net.sum(axis=1)
    for year, risk in one.risks.items():
        spent = one.estimate.over(total, Window.year(year))
        rows.draws(one.scenario, Measure.AFVIGELSE, str(year), spent - known.budgets[year])
        for measure, value, unit in (
            (Measure.SANDSYNLIGHED_OVERSKRIDELSE, risk.probability, Unit.ANDEL),
            (Measure.FORVENTET_OVERSKRIDELSE, risk.expected, Unit.KR),
            (Measure.RESERVE, risk.reserve, Unit.KR),
        ):
            rows.fact(one.scenario, measure, str(year), value, unit)


def _investment(rows: Rows, scenario: str, found: Repayment) -> None:
    """Add saving, cost, probability of repayment, and break-even."""
    period = Window(found.years[0] * 12, found.years[-1] * 12 + 11).code
    rows.draws(scenario, Measure.BESPARELSE, period, found.saved)
    rows.fact(scenario, Measure.INVESTERING, period, found.cost)
    rows.fact(scenario, Measure.SANDSYNLIGHED_TJENT_HJEM, period, found.repaid, Unit.ANDEL)
    rows.fact(scenario, Measure.NULPUNKT, period, found.break_even, Unit.FULDTIDSPERSONER)


def _steering(rows: Rows, plan: Investment, found: Steering) -> None:
    """Add the three measures: as followed up, and without and with the investment."""
    cases, cost = Measure.SAGER_PR_AARSVAERK, Measure.OMKOSTNING_PR_FULDTIDSPERSON
    observed = Basis.OBSERVED
    for one in plan.followup:
        value, group = one.cases / one.staff, one.group
        rows.fact("", cases, str(one.year), value, Unit.SAGER, group=group, basis=observed)
    for one in plan.unit_cost:
        rows.fact("", cost, str(one.year), one.value, basis=observed)
    for place, scenario in enumerate((BASE, plan.name)):
        for y, year in enumerate(found.years):
            for group, values in found.cases.items():
                rows.draws(scenario, cases, str(year), values[place, :, y], Unit.SAGER, group=group)
            for group, values in found.weeks.items():
                made = values[place, :, y]
                rows.draws(scenario, Measure.VARIGHED, str(year), made, Unit.UGER, group=group)
            if found.costs is not None:
                rows.fact(scenario, cost, str(year), float(found.costs[place, y]))
    if found.saved is not None:
        period = Window(found.years[0] * 12, found.years[-1] * 12 + 11).code
        rows.draws(plan.name, Measure.BESPARELSE_AKTIVERING, period, found.saved.sum(axis=1))


def _expenditure(area: str, one: PricedScenario, since: int) -> list[pd.DataFrame]:
    """Rows of one scenario: all, each account, and each benefit; grants by quarter and year.

    Parameters
    ----------
    since : first year whose months and quarters are told
    """
    made = one.estimate
    first, last = int(made.months[0]), int(made.months[-1])
    months, quarters, years = _windows(first, last, since * 12)
    names = made.by_account(made.net)[0]
    whole = [("", ALL), *((name, "") for name in names)]
    benefits = list(zip(made.accounts, made.groups, strict=True))

    def stacked(values: Floats) -> Floats:
        accounts = made.by_account(values)[1]
        return np.concatenate([values.sum(axis=1, keepdims=True), accounts, values], axis=1)

    costs = {
        Measure.BRUTTOUDGIFT: stacked(made.gross),
        Measure.REFUSION: stacked(made.state),
        Measure.NETTOUDGIFT: stacked(made.net),
    }
    after = {
        Measure.TILSKUD: stacked(one.grants),
        Measure.NETTOUDGIFT_EFTER_TILSKUD: stacked(made.net - one.grants),
    }
    all_windows = [*months, *quarters, *years]
    to_date = _to_date(first, last, since * 12)
    return [
        _long(area, one.scenario, made, costs, all_windows, [*whole, *benefits]),
        _long(area, one.scenario, made, costs, to_date, whole[:1]),
        _long(area, one.scenario, made, after, [*quarters, *years], [*whole, *benefits]),
    ]


def _long(
    area: str,
    scenario: str,
    made: Estimate,
    measures: Mapping[Measure, Floats],
    windows: Sequence[Window],
    keys: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    """Lay out summaries of measures over windows, (D, K and more, T) each, a figure a row."""
    import pandas as pd

    found = np.empty((len(measures), len(windows), len(keys), len(OUTPUTS)))
    for m, values in enumerate(measures.values()):
        for w, window in enumerate(windows):
            found[m, w] = summarise(made.over(values[:, : len(keys)], window)).T
    places = np.indices(found.shape).reshape(4, -1)
    account, group = (np.array(column, dtype=object) for column in zip(*keys, strict=True))
    kinds, levels = zip(*OUTPUTS, strict=True)
    level = ["" if one is None else f"{one:g}" for one in levels]
    columns = (
        account[places[2]],
        scenario,
        area,
        group[places[2]],
        np.array([m.value for m in measures], dtype=object)[places[0]],
        np.array([w.code for w in windows], dtype=object)[places[1]],
        np.array(kinds, dtype=object)[places[3]],
        np.array(level, dtype=object)[places[3]],
        found.ravel(),
        Unit.KR.value,
        Basis.DATA.value,
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _windows(first: int, last: int, since: int) -> tuple[list[Window], list[Window], list[Window]]:
    """List every month and whole quarter from one month on, and every whole year."""
    begin = max(first, since)
    months = [Window(m, m) for m in range(begin, last + 1)]
    quarters = [Window(m, m + 2) for m in range(begin, last - 1) if m % 3 == 0]
    years = [Window(m, m + 11) for m in range(first, last - 10) if m % 12 == 0]
    return months, quarters, years


def _to_date(first: int, last: int, since: int) -> list[Window]:
    """List the half-years and three quarters that a year begins with."""
    begun = [m for m in range(max(first, since), last + 1) if m % 12 == 0]
    return [Window(m, m + n) for m in begun for n in (5, 8) if m + n <= last]
