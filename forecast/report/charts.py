"""Fan charts of the unemployment rate: one panel an area, one row of panels a scenario.

Drawn by Altair and turned into static SVG or PNG by vl-convert, without network and without
scripts. Colours are told apart by people with colour-blindness (Okabe and Ito), and nothing is
said by colour alone: marks differ in shape as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal

from forecast.report import words
from forecast.report.catalogue import Lang, phrase
from forecast.report.data import HeadlineData
from forecast.report.labels import plain
from forecast.report.panels import BANDS, Panel, highest_rate, panels
from forecast.report.rows import Projections

if TYPE_CHECKING:
    import altair as alt

BAND_COLOURS: Final = {95: "#d3e5f2", 80: "#9cc6e3", 50: "#5b9fcf"}
MEDIAN_COLOUR: Final = "#00334f"
HISTORY_COLOUR: Final = "#333333"
PIN_COLOUR: Final = "#d55e00"
PUBLISHED_COLOUR: Final = "#000000"

_FONT: Final = "Helvetica, Arial, sans-serif"
_WIDTH: Final = 300
_HEIGHT: Final = 230
_LOCALES: Final[dict[Lang, Literal["da-DK", "en-GB"]]] = {"da": "da-DK", "en": "en-GB"}

Channel = Callable[[str], Any]
"""Makes a position channel of a column, on the panel's common scale."""


def panel_chart(panel: Panel, top: float, *, titled: bool = False) -> alt.LayerChart:
    """One panel as an Altair chart.

    Parameters
    ----------
    panel
        What to show.
    top
        Top of the vertical axis, per cent.
    titled
        Write the area above; a page does so itself, in letters that grow with its reader's.
    """
    import altair as alt

    first = min([item["start"] for item in panel.history] + [panel.fan[0]["time"]])
    years = list(range(int(first), int(panel.fan[-1]["time"]) + 1))
    # Every layer carries the same scales: Vega-Lite would else widen a shared axis down to zero.
    x_scale = alt.Scale(domain=[years[0], years[-1] + 1], nice=False, zero=False)
    y_scale = alt.Scale(domain=[0, top], nice=True)
    x_axis = alt.Axis(
        values=[year + 0.5 for year in years],
        labelExpr="toString(floor(datum.value))",
        title=None,
        ticks=False,
        grid=False,
    )
    # The unit stands above the charts: turned letters are hard to read and do not fit a phone.
    y_axis = alt.Axis(title=None, format="~g", tickCount=6)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=x_scale, axis=x_axis)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=y_scale, axis=y_axis)

    starts = alt.Chart(_table([{"time": float(year)} for year in years[1:]]))
    layers = [starts.mark_rule(color="#dddddd").encode(x=x("time"))]
    layers += _fan_layers(panel, x, y)
    layers += _point_layers(panel, x, y)
    properties: dict[str, Any] = {"width": _WIDTH, "height": _HEIGHT}
    if titled:
        properties["title"] = panel.area
    return alt.LayerChart(layer=layers).properties(**properties)


def _table(points: Sequence[Mapping[str, float]]) -> alt.Data:
    import altair as alt

    return alt.Data(values=[dict(point) for point in points])


def _fan_layers(panel: Panel, x: Channel, y: Channel) -> list[alt.Chart]:
    import altair as alt

    base = alt.Chart(_table(panel.fan))
    bands = [
        base.mark_area(color=BAND_COLOURS[size], opacity=1).encode(
            x=x("time"), y=y(f"low{size}"), y2=f"high{size}:Q"
        )
        for size, _, _ in BANDS
    ]
    line = base.mark_line(color=MEDIAN_COLOUR, strokeWidth=2)
    return [*bands, line.encode(x=x("time"), y=y("median"))]


def _point_layers(panel: Panel, x: Channel, y: Channel) -> list[alt.Chart]:
    import altair as alt

    history = alt.Chart(_table(panel.history)).mark_rule(color=HISTORY_COLOUR, strokeWidth=2.5)
    pins = alt.Chart(_table(panel.pins)).mark_point(
        shape="diamond", size=80, filled=True, opacity=1, color=PIN_COLOUR
    )
    published = alt.Chart(_table(panel.published)).mark_point(
        shape="circle", size=170, filled=False, opacity=1, color=PUBLISHED_COLOUR, strokeWidth=2
    )
    layers = []
    if panel.history:
        layers.append(history.encode(x=x("start"), x2="end:Q", y=y("rate")))
    if panel.pins:
        layers.append(pins.encode(x=x("time"), y=y("rate")))
    if panel.published:
        layers.append(published.encode(x=x("time"), y=y("rate")))
    return layers


def _specification(chart: alt.TopLevelMixin, *, description: str = "") -> dict[str, Any]:
    axis = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    styled = (
        chart.configure(font=_FONT, background="white", aria=False)
        .configure_view(stroke=None)
        .configure_axis(**axis, gridColor="#e6e6e6", domainColor="#999999", tickColor="#999999")
        .configure_title(fontSize=14, anchor="start", subtitleFont=_FONT, subtitleFontSize=12)
    )
    # checking a chart against Altair's schema takes longer than drawing it; a test does it once
    return {**styled.to_dict(validate=False), "description": description}


def _vega_lite_version() -> str:
    """Return the Vega-Lite that Altair writes for, as vl-convert names it: ``6.1``."""
    import altair as alt

    return ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])


def panel_svg(panel: Panel, top: float, lang: Lang, *, name: str) -> str:
    """One panel as SVG to stand inside a page.

    Parameters
    ----------
    panel, top
        As in :func:`panel_chart`.
    lang
        ``"da"`` or ``"en"``: the decimal mark of the axis.
    name
        Letters that make the ids in this SVG differ from those of the page's other charts.

    Returns
    -------
    str
        An ``<svg>`` element without namespaces, which a page does not need, without roles, since
        the page describes it as one picture, and without a fixed size, so that it fills the width
        it is given.
    """
    return inline_svg(panel_chart(panel, top), lang, name=name)


def inline_svg(chart: alt.TopLevelMixin, lang: Lang, *, name: str) -> str:
    """Draw any chart to stand inside a page, as `panel_svg` does."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        _specification(chart),
        vl_version=_vega_lite_version(),
        allowed_base_urls=[],
        format_locale=_LOCALES[lang],
    )
    svg = re.sub(r'\s(xmlns(:\w+)?|role|aria-[a-z]+)="[^"]*"', "", svg)
    svg = svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)


def svg(chart: alt.TopLevelMixin, lang: Lang, description: str) -> str:
    """Any chart as a picture of its own, to be written to a file.

    Parameters
    ----------
    chart
        As Altair made it.
    lang
        The decimal mark of its axes.
    description
        What a reader who cannot see it is told.
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(
        _specification(chart, description=description),
        vl_version=_vega_lite_version(),
        allowed_base_urls=[],
        format_locale=_LOCALES[lang],
    )
    title = f"<title>{escape(description)}</title>"
    return re.sub(r"(<svg[^>]*>)", rf"\1{title}", drawn, count=1)


def fan_chart(
    data: HeadlineData, scenario: str, lang: Lang = "da", years: Sequence[int] = (2017, 2018, 2019)
) -> alt.HConcatChart:
    """Return the areas side by side under one scenario, with a common axis."""
    import altair as alt

    found = panels(data, Projections(data), scenario, lang, years)
    top = highest_rate(found)
    title = plain(data.scenario_titles[scenario].title(lang))
    charts = [panel_chart(panel, top, titled=True) for panel in found]
    levels = words.listing([str(size) for size, _, _ in reversed(BANDS)], lang=lang)
    subtitle = phrase("chart.subtitle", lang, levels=levels)
    return alt.hconcat(*charts).properties(
        title=alt.TitleParams(
            title,
            subtitle=[phrase("chart.axis", lang).capitalize() + ".", subtitle],
            anchor="start",
        )
    )


def fan_png(
    data: HeadlineData,
    scenario: str,
    lang: Lang = "da",
    years: Sequence[int] = (2017, 2018, 2019),
    scale: float = 1.5,
) -> bytes:
    """Return the chart of :func:`fan_chart` as a PNG picture."""
    import vl_convert

    return vl_convert.vegalite_to_png(
        _specification(fan_chart(data, scenario, lang, years)),
        scale=scale,
        vl_version=_vega_lite_version(),
        allowed_base_urls=[],
        format_locale=_LOCALES[lang],
    )
