"""What there is to print of the expected share, and where each figure is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from forecast.config.benchmark import BenchmarkModel
from forecast.config.supervision import Supervision
from forecast.core.benchmark import BenchmarkTable
from forecast.report.benchmark_charts import Limits
from forecast.report.catalogue import Lang
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED, OWN, FREE = "offentliggjort", "egen", "free"
INTERVAL = ("0.05", "0.95")
"""Levels whose rows are printed as intervals of gaps and ranks."""


class Agrees(Protocol):
    """How near our own expectation of a group comes to the published one."""

    @property
    def group(self) -> str:
        """Key."""
        ...

    @property
    def correlation(self) -> float:
        """Over municipalities."""
        ...

    @property
    def rmse(self) -> float:
        """Fraction."""
        ...

    @property
    def points_to(self) -> tuple[tuple[str, float], ...]:
        """Conditions that the difference goes with, strongest first."""
        ...


@dataclass(frozen=True)
class BenchmarkView:
    """What there is to print.

    Attributes
    ----------
    benchmark, supervision, checks : tables as they are written
    area, peers : municipality, and those beside it
    parents : larger area of every area
    reasons : keys of the sentences that say why the municipality stands where it does
    agreements : of our own expectation, by group; none without conditions
    limits : of the funnel, the narrowest first
    folder : that the tables are in
    """

    model: BenchmarkModel
    rules: Supervision
    table: BenchmarkTable
    benchmark: pd.DataFrame
    supervision: pd.DataFrame
    area: str
    peers: tuple[str, ...]
    parents: Mapping[str, str]
    reasons: Sequence[str]
    agreements: Sequence[Agrees]
    limits: Sequence[Limits]
    checks: pd.DataFrame
    folder: str

    @cached_property
    def _found(self) -> dict[tuple[str, ...], float]:
        columns = ["model", "scenario", "area", "group", "measure", "period", "output_type_id"]
        kept = self.benchmark[self.benchmark["output_type"].ne("median")]
        keys = map(tuple, kept[columns].astype(str).to_numpy())
        return dict(zip(keys, kept["value"], strict=True))

    def value(
        self,
        measure: Measure,
        area: str,
        group: str,
        period: str,
        *,
        model: str = PUBLISHED,
        level: str = "",
        scenario: str = FREE,
    ) -> float | None:
        """Look a row of `benchmark.csv` up; None where there is none."""
        key = (model, scenario, area, group, measure.value, period, level)
        return self._found.get(key)

    @property
    def last(self) -> str:
        """Period of the last measurement."""
        return self.table.windows[-1].code

    def label(self, group: str, lang: Lang) -> str:
        """Name of a group."""
        one = next(g for g in self.model.group if g.key == group)
        return one.en if lang == "en" else one.label
