"""Pictures of calibration: PIT histograms and coverage, a panel for each method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.report.catalogue import Lang, phrase
from forecast.report.charts import svg

if TYPE_CHECKING:
    import altair as alt

BINS = 20
COLUMNS = 4
_COLOUR, _LINE = "#4c78a8", "#b35806"


def pit_svg(pits: Mapping[str, NDArray[np.float64]], lang: Lang = "da") -> str:
    """Histograms of PIT values; level where intervals say what they mean.

    Parameters
    ----------
    pits
        PIT values of each method, between 0 and 1.
    lang
        ``"da"`` or ``"en"``.
    """
    import altair as alt

    rows: list[dict[str, Any]] = []
    for model, values in pits.items():
        share, edges = np.histogram(values, bins=BINS, range=(0.0, 1.0))
        density = share / max(len(values), 1) * BINS
        rows.extend(
            {"model": model, "from": a, "to": b, "density": d}
            for a, b, d in zip(edges[:-1], edges[1:], density, strict=True)
        )
    bars = alt.Chart().mark_bar(color=_COLOUR, opacity=0.85)
    bars = bars.encode(
        x=alt.X("from:Q", title=phrase("league.pit", lang), scale=alt.Scale(domain=[0, 1])),
        x2="to:Q",
        y=alt.Y("density:Q", title=phrase("league.density", lang), scale=alt.Scale(zero=True)),
        y2=alt.datum(0.0),
    )
    level = alt.Chart().mark_rule(color=_LINE, strokeDash=[4, 3]).encode(y=alt.datum(1.0))
    return svg(_panels([bars, level], rows), lang, phrase("league.pit.about", lang))


def coverage_svg(pits: Mapping[str, NDArray[np.float64]], lang: Lang = "da") -> str:
    """Share of observations inside central intervals against what the intervals say.

    An observation lies inside the central interval of coverage c where ``|2 PIT - 1| <= c``.
    """
    import altair as alt

    said = np.linspace(0.0, 1.0, 41)
    rows = [
        {"model": model, "said": float(c), "inside": float(np.mean(np.abs(2 * values - 1) <= c))}
        for model, values in pits.items()
        for c in said
    ]
    axis = alt.Axis(format=".0%")
    line = alt.Chart().mark_line(color=_COLOUR, strokeWidth=2.5)
    line = line.encode(
        x=alt.X("said:Q", title=phrase("league.said", lang), axis=axis),
        y=alt.Y("inside:Q", title=phrase("league.inside", lang), axis=axis),
    )
    ideal = alt.Chart().mark_line(color=_LINE, strokeDash=[4, 3]).encode(x="said:Q", y="said:Q")
    about = phrase("league.coverage.about", lang)
    return svg(_panels([ideal, line], rows), lang, about)


def _panels(layers: list[alt.Chart], rows: list[dict[str, Any]]) -> alt.FacetChart:
    import altair as alt

    order = list(dict.fromkeys(str(row["model"]) for row in rows))
    head = alt.Header(title=None, labelFontSize=12)
    data = alt.Data(values=rows)
    # with data of its own a panel would show all methods in each
    panel = alt.LayerChart(layer=layers).properties(width=150, height=130)
    facet = alt.Facet("model:N", sort=order, header=head)
    return alt.FacetChart(data=data, facet=facet, spec=panel, columns=COLUMNS)
