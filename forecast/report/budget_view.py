"""What there is to print of transfer expenditure, and where each figure is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from forecast.config.budget import Prices
from forecast.config.investment import Investment
from forecast.core.nodes import Group
from forecast.report.catalogue import Lang
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

ALL, FREE = "i_alt", "free"


@dataclass(frozen=True)
class StatusRow:
    """A row of Økonomisk status as printed, kroner."""

    name: str
    year: int
    original: float
    revised: float
    expected: float


@dataclass(frozen=True)
class BudgetView:
    """What there is to print.

    Attributes
    ----------
    area : municipality
    table : `budget.csv`
    status : as printed; none where it is not published
    prices : with the names of accounts
    plan : the investment, with the names of its groups
    groups : benefits, with their names
    account : year and kroner of the known account, None without one
    factor : that everything is multiplied by, the median of the draws'
    booked : accounts and months that are facts
    known_stays : benefits of which spells, and of which a table says how long people stay
    titles : scenario -> title in Danish and English; ids stand for themselves
    shown : scenario that is told in full
    folder : of the table
    """

    area: str
    table: pd.DataFrame
    status: Sequence[StatusRow]
    prices: Prices
    plan: Investment
    groups: Mapping[str, Group]
    account: tuple[int, float] | None
    factor: float
    booked: Sequence[tuple[str, int]]
    known_stays: tuple[Sequence[str], Sequence[str]]
    titles: Mapping[str, tuple[str, str]]
    shown: str
    folder: str

    @cached_property
    def _found(self) -> dict[tuple[str, ...], float]:
        kept = self.table[self.table["output_type"].ne("median")]
        columns = ["account", "scenario", "group", "measure", "period", "output_type_id"]
        keys = map(tuple, kept[columns].astype(str).to_numpy())
        return dict(zip(keys, kept["value"], strict=True))

    def value(
        self,
        measure: Measure,
        period: str,
        scenario: str,
        *,
        account: str = "",
        group: str = "",
        level: str = "",
    ) -> float | None:
        """Look a row of `budget.csv` up: of all, of an account, or of a group; None without one."""
        key = group or ("" if account else ALL)
        return self._found.get((account, scenario, key, measure.value, period, level))

    def label(self, group: str, lang: Lang) -> str:
        """Name of a benefit."""
        one = self.groups[group]
        return one.label_en if lang == "en" else one.label_da

    def title(self, scenario: str, lang: Lang) -> str:
        """Title of a scenario, where the run has one."""
        return self.titles.get(scenario, (scenario, scenario))[lang == "en"]

    @property
    def scenarios(self) -> list[str]:
        """Ids, in the order of the table."""
        return [str(s) for s in dict.fromkeys(self._expenditure["scenario"])]

    @cached_property
    def _expenditure(self) -> pd.DataFrame:
        return self.table[self.table["measure"].eq(Measure.NETTOUDGIFT.value)].query("scenario!=''")

    @cached_property
    def years(self) -> list[str]:
        """Years after the known account; all where none is after it, or none is known."""
        periods = dict.fromkeys(self._expenditure["period"])
        found = sorted(str(p) for p in periods if len(str(p)) == len("2021"))
        since = "" if self.account is None else str(self.account[0])
        return [year for year in found if year > since] or found

    @property
    def first_year(self) -> str:
        """First whole year of the run."""
        return min(str(p) for p in self._expenditure["period"] if len(str(p)) == len("2021"))

    def periods(self, measure: Measure, scenario: str) -> list[str]:
        """Periods that a measure has in a scenario, in order of the table."""
        rows = self.table[
            self.table["measure"].eq(measure.value) & self.table["scenario"].eq(scenario)
        ]
        return [str(p) for p in dict.fromkeys(rows["period"])]
