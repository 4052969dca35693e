"""The expected share as a page of its own: one file, without network and without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.report import words
from forecast.report.benchmark import document
from forecast.report.benchmark_charts import Mark, caterpillar, funnel
from forecast.report.benchmark_view import BenchmarkView
from forecast.report.catalogue import Lang, phrase
from forecast.report.charts import inline_svg
from forecast.report.document import Document
from forecast.report.templating import environment
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATE = "benchmark.html.j2"
POINTS = 100.0


@dataclass(frozen=True)
class BenchmarkContext:
    """What the template needs.

    Attributes
    ----------
    made : sentences and tables
    caterpillar, funnel : pictures
    funnel_text : what the second shows
    area : municipality
    """

    made: Document
    caterpillar: Markup
    funnel: Markup
    funnel_text: str
    area: str


def benchmark_context(view: BenchmarkView, lang: Lang) -> BenchmarkContext:
    """Draw and say everything."""
    levels = [
        words.percent(level, lang=lang, decimals=0 if level * 100 % 1 == 0 else 1)
        for level in view.model.ranking.funnel
    ]
    return BenchmarkContext(
        document(view, lang),
        _inline(caterpillar(_marks(view, lasting=True)), lang, "k"),
        _inline(funnel(_marks(view, lasting=False), view.limits), lang, "f"),
        phrase("bench.funnel", lang, levels=words.listing(levels, lang=lang)),
        view.area,
    )


def benchmark_page(view: BenchmarkView, lang: str) -> str:
    """Render the page."""
    chosen: Lang = "en" if lang == "en" else "da"

    def text(key: str, **values: object) -> str:
        return phrase(key, chosen, **values)

    context = {"t": text, "lang": chosen, "bench": benchmark_context(view, chosen)}
    return environment().get_template(TEMPLATE).render(context)


def _inline(chart: object, lang: Lang, name: str) -> Markup:
    from markupsafe import Markup

    # names of municipalities come from configuration, and the drawing escapes them
    return Markup(inline_svg(chart, lang, name=name))  # type: ignore[arg-type]


def _marks(view: BenchmarkView, *, lasting: bool) -> list[Mark]:
    total, out = view.model.total, list[Mark]()
    for k, area in enumerate(view.table.areas):
        role = "own" if area == view.area else "beside" if area in view.peers else "other"
        measure = Measure.UNDERLIGGENDE_FORSKEL if lasting else Measure.FORSKEL
        gap, low, high = (
            POINTS * (np.nan if value is None else value)
            for value in (
                view.value(measure, area, total, view.last, level=level)
                for level in (("0.5", "0.05", "0.95") if lasting else ("", "0.05", "0.95"))
            )
        )
        out.append(Mark(area, role, float(view.table.residents[k, -1]), gap, low, high))
    return out
