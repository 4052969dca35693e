"""`budget.csv`: expenditure by account and benefit, over months, quarters and years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from forecast.budget.estimate import Estimate, Overrun, Split
from forecast.budget.investment import Repayment
from forecast.core.period import Window
from forecast.models.kernels import Floats
from forecast.run.quantities import OUTPUTS, summarise
from forecast.vocabulary import PROJECTION_COLUMNS, Basis, Measure, OutputType, Unit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("account", *PROJECTION_COLUMNS)
"""Of `budget.csv`: the account, empty for sums of all; then as in `projections.csv`."""

ALL = "i_alt"

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
    def risks(self) -> Mapping[int, Overrun]:
        """Year -> risk of its budget."""
        ...

    @property
    def changes(self) -> Mapping[int, Split]:
        """Year -> why its net expenditure differs from the year before."""
        ...


def budget_table(
    area: str,
    priced: Sequence[PricedScenario],
    budgets: Mapping[int, float],
    factor: float,
    account: tuple[int, float] | None,
    invested: tuple[str, Repayment] | None = None,
) -> pd.DataFrame:
    """Lay out every figure as a row.

    Parameters
    ----------
    budgets : year -> kroner net
    factor, account : that prices were reconciled by, and with
    invested : scenario in which the investment works, and what it comes to
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    expenditure: list[pd.DataFrame] = []
    since = 0 if account is None else account[0]
    mean = (OutputType.MEAN.value, "")
    if account is not None:
        year = str(account[0])
        known = ("", "", area, ALL, Measure.NETTOUDGIFT.value, year, *mean, account[1])
        rows.append((*known, Unit.KR.value, Basis.OBSERVED.value))
        scaled = ("", "", area, ALL, Measure.SKALERING.value, year, *mean, factor)
        rows.append((*scaled, Unit.ANDEL.value, Basis.DATA.value))
    for year, budget in budgets.items():
        row = ("", "", area, ALL, Measure.BUDGET.value, str(year), *mean, budget)
        rows.append((*row, Unit.KR.value, Basis.OBSERVED.value))
    if invested is not None:
        rows.extend(_investment(area, *invested))
    for one in priced:
        expenditure.append(_expenditure(area, one, since))
        for year, parts in one.changes.items():
            period = f"{year - 1}/{year}"
            for measure, values in zip(CHANGES, parts, strict=True):
                row = ("", one.scenario, area, ALL, measure.value, period)
                rows.extend(_outputs(row, summarise(values)))
        for year, risk in one.risks.items():
            for measure, value, unit in (
                (Measure.SANDSYNLIGHED_OVERSKRIDELSE, risk.probability, Unit.ANDEL),
                (Measure.FORVENTET_OVERSKRIDELSE, risk.expected, Unit.KR),
                (Measure.RESERVE, risk.reserve, Unit.KR),
            ):
                row = ("", one.scenario, area, ALL, measure.value, str(year), *mean, value)
                rows.append((*row, unit.value, Basis.DATA.value))
    return pd.concat([pd.DataFrame(rows, columns=list(COLUMNS)), *expenditure], ignore_index=True)


def _investment(area: str, scenario: str, found: Repayment) -> list[tuple[object, ...]]:
    """Rows of an investment: saving, cost, probability of repayment, and break-even."""
    period = Window(found.years[0] * 12, found.years[-1] * 12 + 11).code
    mean = (OutputType.MEAN.value, "")
    row = ("", scenario, area, ALL, Measure.BESPARELSE.value, period)
    rows = _outputs(row, summarise(found.saved))
    for measure, value, unit in (
        (Measure.INVESTERING, found.cost, Unit.KR),
        (Measure.SANDSYNLIGHED_TJENT_HJEM, found.repaid, Unit.ANDEL),
        (Measure.NULPUNKT, found.break_even, Unit.FULDTIDSPERSONER),
    ):
        row = ("", scenario, area, ALL, measure.value, period)
        rows.append((*row, *mean, value, unit.value, Basis.DATA.value))
    return rows


def _expenditure(area: str, one: PricedScenario, since: int) -> pd.DataFrame:
    """Rows of one scenario: all, each account, and each benefit.

    Parameters
    ----------
    since : first year whose months and quarters are told
    """
    import pandas as pd

    made = one.estimate
    windows = _windows(int(made.months[0]), int(made.months[-1]), since * 12)
    names, _ = made.by_account(made.net)
    keys = [("", ALL), *((name, "") for name in names)]
    keys += list(zip(made.accounts, made.groups, strict=True))
    measures = (Measure.BRUTTOUDGIFT, Measure.REFUSION, Measure.NETTOUDGIFT)
    found = np.empty((len(measures), len(windows), len(keys), len(OUTPUTS)))
    for m, values in enumerate((made.gross, made.state, made.net)):
        accounts = made.by_account(values)[1]
        stacked = np.concatenate([values.sum(axis=1, keepdims=True), accounts, values], axis=1)
        for w, window in enumerate(windows):
            found[m, w] = summarise(made.over(stacked, window)).T
    places = np.indices(found.shape).reshape(4, -1)
    account, group = (np.array(column, dtype=object) for column in zip(*keys, strict=True))
    kinds, levels = zip(*OUTPUTS, strict=True)
    level = ["" if one is None else f"{one:g}" for one in levels]
    columns = (
        account[places[2]],
        one.scenario,
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


def _outputs(row: tuple[object, ...], found: Floats) -> list[tuple[object, ...]]:
    return [
        (
            *row,
            kind,
            "" if level is None else f"{level:g}",
            float(value),
            Unit.KR.value,
            Basis.DATA.value,
        )
        for (kind, level), value in zip(OUTPUTS, found, strict=True)
    ]


def _windows(first: int, last: int, since: int) -> list[Window]:
    """Every month and whole quarter from one month on, and every whole year."""
    begin = max(first, since)
    months = [Window(m, m) for m in range(begin, last + 1)]
    quarters = [Window(m, m + 2) for m in range(begin, last - 1) if m % 3 == 0]
    years = [Window(m, m + 11) for m in range(first, last - 10) if m % 12 == 0]
    return [*months, *quarters, *years]
