"""The page: one file with everything in it, which opens without network and prints well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from forecast.core.threads import together
from forecast.report import words
from forecast.report.benchmark_page import benchmark_context
from forecast.report.budget_page import budget_context
from forecast.report.catalogue import Lang, phrase
from forecast.report.data import ReportData
from forecast.report.labels import plain
from forecast.report.overview import prior_only, projected_table, published_table
from forecast.report.rows import Projections
from forecast.report.sections import (
    diagnosis,
    findings,
    lead,
    period_text,
    rate_rows,
    shifts,
    total_rows,
    total_title,
)
from forecast.report.templating import environment
from forecast.report.why import explanation
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    from markupsafe import Markup

    from forecast.report.benchmark_view import BenchmarkView
    from forecast.report.budget_view import BudgetView
    from forecast.report.panels import Panel

TEMPLATE: Final = "report.html.j2"


@dataclass(frozen=True)
class Chart:
    """A panel of a fan chart as it stands in the page."""

    area: str
    svg: Markup
    alt: str
    row: str


@dataclass(frozen=True)
class ChartRow:
    """The panels of one scenario."""

    title: str
    charts: tuple[Chart, ...]


def render_report(
    data: ReportData,
    lang: Lang = "da",
    benchmark: BenchmarkView | None = None,
    budget: BudgetView | None = None,
) -> str:
    """Render the report as one self-contained HTML page.

    Parameters
    ----------
    data
        Tables of the run and the names to print them under.
    lang
        ``"da"`` or ``"en"``.
    benchmark
        The expected share, where there is one.
    budget
        Transfer expenditure, where it is counted.

    Returns
    -------
    str
        The page; it asks nothing of the network and runs no script.

    Raises
    ------
    DataError
        When a table lacks rows that a chart needs, or contradicts itself.
    """

    def text(key: str, **values: object) -> str:
        return phrase(key, lang, **values)

    head = data.headline
    rows = Projections(head)
    context = {
        "t": text,
        "lang": lang,
        "data": data,
        "files": head.files,
        "area": plain(head.area),
        "areas": [plain(area) for area in head.areas],
        "period": period_text(head.period, head, lang),
        "scenario": plain(head.scenario_titles[head.main_scenario].title(lang)),
        "title": text("title", area=plain(head.area), year=max(head.years)),
        "lead": lead(head, rows, lang),
        "rates": rate_rows(head, rows, lang),
        "totals": total_rows(head, rows, lang),
        "total_title": total_title(head, lang),
        "charts": _charts(data, rows, lang),
        "bands": _bands(lang),
        "colours": _colours(),
        "published": published_table(data, lang),
        "projected": projected_table(data, rows, lang),
        "why": explanation(head, lang),
        "findings": findings(head, lang),
        "shifts": shifts(head, lang),
        "diagnosis": diagnosis(head, lang),
        "prior_only": prior_only(data, lang),
        "filters": _filters(data),
        "bench": None if benchmark is None else benchmark_context(benchmark, lang),
        "money": None if budget is None else budget_context(budget, lang),
    }
    return environment().get_template(TEMPLATE).render(context)


def _charts(data: ReportData, rows: Projections, lang: Lang) -> list[ChartRow]:
    from markupsafe import Markup

    from forecast.report.charts import panel_svg
    from forecast.report.panels import highest_rate, panels

    head = data.headline
    by_scenario = {
        item.id: panels(head, rows, item.id, lang, data.table_years) for item in head.scenarios
    }
    top = highest_rate(panel for found in by_scenario.values() for panel in found)

    def drawn(panel: Panel, name: str) -> Chart:
        # Drawn from numbers and phrases of the catalogue only, so no name can be markup.
        return Chart(
            panel.area, Markup(panel_svg(panel, top, lang, name=name)), panel.alt, panel.row
        )

    rows_of: list[ChartRow] = []
    for place, item in enumerate(head.scenarios):
        named = [(panel, f"c{place}-{column}") for column, panel in enumerate(by_scenario[item.id])]
        charts = together(lambda one: drawn(*one), named)
        rows_of.append(ChartRow(plain(item.title(lang)), charts))
    return rows_of


def _bands(lang: Lang) -> list[tuple[str, str]]:
    from forecast.report.charts import BAND_COLOURS

    return [
        (BAND_COLOURS[size], phrase("chart.band", lang, level=words.count(size, lang=lang)))
        for size in sorted(BAND_COLOURS)
    ]


def _colours() -> dict[str, str]:
    from forecast.report import charts

    return {
        "median": charts.MEDIAN_COLOUR,
        "history": charts.HISTORY_COLOUR,
        "pin": charts.PIN_COLOUR,
        "published": charts.PUBLISHED_COLOUR,
    }


def _filters(data: ReportData) -> dict[str, str]:
    """Return the visible note under each table: which rows of its file to look up."""
    head = data.headline
    years = ", ".join(str(year) for year in data.projected_years)
    rate, persons = Measure.LEDIGHEDSPROCENT.value, Measure.FULDTIDSPERSONER.value
    return {
        "rate": f"group={head.rate_group}, measure={rate}, period={head.period}",
        "total": f"area={head.area}, group={head.total_group}, measure={persons}",
        "chart": f"group={head.rate_group}, measure={rate}",
        "overview": f"area={head.area}",
        "projected": f"area={head.area}, measure={persons}, period={years}",
        "why": f"scenario={head.main_scenario}, area={head.area}",
    }
