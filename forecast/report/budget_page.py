"""Økonomisk status as a part of the page: the tables of the terminal, and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forecast.report.budget import MILLION, QUARTERS, document
from forecast.report.budget_view import BudgetView
from forecast.report.catalogue import Lang, phrase
from forecast.report.charts import BAND_COLOURS, MEDIAN_COLOUR, inline_svg
from forecast.report.document import Document
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import altair as alt
    from markupsafe import Markup

_WIDTH, _HEIGHT = 900, 240


@dataclass(frozen=True)
class BudgetContext:
    """What the template needs.

    Attributes
    ----------
    made : sentences and tables
    quarters : picture
    quarters_text : what it shows
    """

    made: Document
    quarters: Markup
    quarters_text: str


def budget_context(view: BudgetView, lang: Lang) -> BudgetContext:
    """Draw and say everything."""
    from markupsafe import Markup

    # drawn from numbers and periods only, so no name can be markup
    picture = Markup(inline_svg(_quarters(view), lang, name="b"))
    text = phrase("budget.quarters.chart", lang, scenario=view.title(view.shown, lang))
    return BudgetContext(document(view, lang), picture, text)


def _quarters(view: BudgetView) -> alt.LayerChart:
    """Net expenditure by quarter, with its 80 per cent interval."""
    import altair as alt

    rows: list[dict[str, Any]] = []
    for year in view.years:
        for quarter in QUARTERS:
            period = f"{year}-Q{quarter}"
            low, middle, high = (
                view.value(Measure.NETTOUDGIFT, period, view.shown, level=level)
                for level in ("0.1", "0.5", "0.9")
            )
            if low is not None and middle is not None and high is not None:
                ends = {"low": MILLION * low, "middle": MILLION * middle, "high": MILLION * high}
                rows.append({"period": period, **ends})
    base = alt.Chart(alt.Data(values=rows))
    x = alt.X("period:O", axis=alt.Axis(title=None, labelAngle=0))
    y = alt.Y("low:Q", axis=alt.Axis(title=None, format=",.0f"), scale=alt.Scale(zero=False))
    layers = [
        base.mark_bar(color=BAND_COLOURS[80], size=18).encode(x=x, y=y, y2="high:Q"),
        base.mark_tick(color=MEDIAN_COLOUR, thickness=2, size=26).encode(x=x, y="middle:Q"),
    ]
    return alt.LayerChart(layer=layers).properties(width=_WIDTH, height=_HEIGHT)
