"""Hand the tables of a run to the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.config import ScenarioSpec
from forecast.models.structure import UNEMPLOYED
from forecast.report.benchmark import benchmark_lead
from forecast.report.budget import budget_lead
from forecast.report.data import GroupLabel, HeadlineData, ReportData, ScenarioLabel, SourceNote
from forecast.report.html import render_report
from forecast.report.terminal import headline
from forecast.run.stages import Inputs
from forecast.run.tables import base_period
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

    from forecast.report.benchmark_view import BenchmarkView
    from forecast.report.budget_view import BudgetView
    from forecast.report.catalogue import Lang


@dataclass(frozen=True)
class Views:
    """What stands beside the projections, where the configuration asks for it.

    Attributes
    ----------
    benchmark : the expected share
    budget : transfer expenditure
    """

    benchmark: BenchmarkView | None = None
    budget: BudgetView | None = None


def present(
    inputs: Inputs,
    made: Mapping[str, pd.DataFrame],
    specs: Sequence[ScenarioSpec],
    target: Path,
    lang: str,
    seed: int,
    beside: Views,
) -> tuple[str, str]:
    """Text for the terminal and the page, in one language."""
    chosen: Lang = "en" if lang == "en" else "da"
    data = _headline(inputs, made, specs, target)
    text = headline(data, chosen)
    if beside.benchmark is not None:
        text = f"{text}\n{benchmark_lead(beside.benchmark, lang)}"
    if beside.budget is not None:
        text = f"{text}\n{budget_lead(beside.budget, lang)}"
    page = _report(inputs, made, data, seed)
    return text, render_report(page, chosen, beside.benchmark, beside.budget)


def main_scenario(specs: Sequence[ScenarioSpec]) -> str:
    """Name the scenario a report leads with: the first that says anything about the future."""
    return next((s.id for s in specs if not s.is_free), specs[0].id)


def _headline(
    inputs: Inputs,
    made: Mapping[str, pd.DataFrame],
    specs: Sequence[ScenarioSpec],
    target: Path,
) -> HeadlineData:
    config, main = inputs.config, main_scenario(specs)
    last_year = config.last_data_month // 12
    shown = made["findings"]
    counts = shown["measure"].eq(Measure.FULDTIDSPERSONER) & shown["scenario"].eq(main)
    shift = made["prior_shift"]
    return HeadlineData(
        area=config.area,
        areas=inputs.structure.areas,
        scenarios=tuple(ScenarioLabel(s.id, s.title_da, s.title_en) for s in specs),
        main_scenario=main,
        period=config.headline.code,
        base_period=base_period(inputs),
        years=tuple(range(last_year, config.horizon_last // 12 + 1)),
        groups=_labels(inputs),
        projections=made["projections"],
        published=made["published"],
        decomposition=made["decomposition"],
        findings=shown.loc[counts],
        prior_shift=shift.loc[shift["scenario"].eq(main)],
        diagnostics=made["diagnostics"].assign(note=made["diagnostics"]["note_da"]),
        report_path=str(target / "report.html"),
        total_group=config.tree.root,
        rate_group=UNEMPLOYED,
    )


def _labels(inputs: Inputs) -> tuple[GroupLabel, ...]:
    tree = inputs.config.tree
    return tuple(
        GroupLabel(k, g.label_da, g.label_en, tree.level(k)) for k, g in tree.groups.items()
    )


def _report(
    inputs: Inputs, made: Mapping[str, pd.DataFrame], data: HeadlineData, seed: int
) -> ReportData:
    import forecast

    config = inputs.config
    table = made["keyfigures"]
    last = config.last_data_month // 12
    return ReportData(
        headline=data,
        overview=table.loc[table["scenario"].eq("")],
        table_rows=config.tree.rows,
        table_years=tuple(y for y in config.table_years if y <= last),
        projected_years=tuple(y for y in config.table_years if y > last),
        sources=_sources(inputs),
        run=(
            ("forecast", forecast.__version__),
            ("configuration", config.path.name),
            ("seed", str(seed)),
        ),
    )


def _sources(inputs: Inputs) -> tuple[SourceNote, ...]:
    frame = inputs.panel.frame
    found = frame.groupby("source", sort=False)["as_of"].first()
    return tuple(SourceNote(str(source), str(as_of)) for source, as_of in found.items())
