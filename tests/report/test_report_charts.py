"""The fan charts. All numbers are made up."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from forecast.errors import DataError
from forecast.report import charts
from forecast.report.data import HeadlineData
from forecast.report.panels import Panel, highest_rate, panels
from forecast.report.rows import Projections

MakeHeadline = Callable[..., HeadlineData]
YEARS = (2017, 2018, 2019)


def made_up_panels(data: HeadlineData, scenario: str = "oer-2020-08") -> tuple[Panel, ...]:
    return panels(data, Projections(data), scenario, "da", YEARS)


def test_there_is_a_panel_an_area_with_its_bands(make_headline: MakeHeadline) -> None:
    found = made_up_panels(make_headline())
    assert [panel.area for panel in found] == ["Gentofte", "Østdanmark", "Hele landet"]
    for panel in found:
        assert len(panel.fan) == 36
        assert panel.fan[0]["time"] == pytest.approx(2020 + 0.5 / 12)
        for point in panel.fan:
            ends = ["low95", "low80", "low50", "median", "high50", "high80", "high95"]
            values = [point[name] for name in ends]
            assert values == sorted(values)
        assert [step["start"] for step in panel.history] == [2017, 2018, 2019]


def test_pins_and_published_figures_are_marked(make_headline: MakeHeadline) -> None:
    gentofte, _, country = made_up_panels(make_headline())
    middle_of_december = pytest.approx(2021 + 11.5 / 12)
    assert gentofte.pins == ()
    assert country.pins == ({"time": middle_of_december, "rate": pytest.approx(4.5)},)
    assert gentofte.published == ({"time": middle_of_december, "rate": pytest.approx(3.5)},)
    assert made_up_panels(make_headline(), "free")[2].pins == ()


def test_a_panel_is_told_in_words(make_headline: MakeHeadline) -> None:
    gentofte, _, country = made_up_panels(make_headline())
    assert "ultimo 2021 er medianen 3,4 pct., 80 pct.-intervallet 3,0-3,9" in gentofte.alt
    assert "ultimo 2021 er værdien fastsat til 4,5 pct." in country.alt


def test_the_axis_holds_every_point(make_headline: MakeHeadline) -> None:
    found = made_up_panels(make_headline())
    top = highest_rate(found)
    assert top == max(point["high95"] for panel in found for point in panel.fan)


def test_svg_stands_inside_a_page(make_headline: MakeHeadline) -> None:
    panel = made_up_panels(make_headline())[2]
    svg = charts.panel_svg(panel, 1.5, "da", name="c1")
    assert svg.startswith("<svg ")
    assert "http" not in svg
    assert "<script" not in svg
    assert not re.search(r"<svg[^>]* width=", svg)
    assert re.search(r">0,\d<", svg), "the axis has decimal commas"
    assert ">2017<" in svg
    for colour in (*charts.BAND_COLOURS.values(), charts.MEDIAN_COLOUR, charts.PIN_COLOUR):
        assert colour in svg


def test_ids_of_two_charts_differ(make_headline: MakeHeadline) -> None:
    panel = made_up_panels(make_headline())[0]
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', charts.panel_svg(panel, 6.0, "da", name=name)))
        for name in ("c0", "c1")
    )
    assert first.isdisjoint(second)


def test_a_picture_for_documents_is_png(make_headline: MakeHeadline) -> None:
    picture = charts.fan_png(make_headline(), "oer-2020-08", "en")
    assert picture.startswith(b"\x89PNG\r\n")


def test_no_months_is_an_error(make_headline: MakeHeadline) -> None:
    table = make_headline().projections
    data = make_headline(projections=table[table["area"].ne("Østdanmark")])
    with pytest.raises(DataError, match=r"area 'Østdanmark' has no monthly ledighedsprocent"):
        made_up_panels(data)


def test_a_missing_quantile_is_an_error(make_headline: MakeHeadline) -> None:
    table = make_headline().projections
    data = make_headline(projections=table[table["output_type_id"].ne(0.975)])
    with pytest.raises(DataError, match=r"lacks quantile 0\.025 or 0\.975"):
        made_up_panels(data)


def test_a_chart_keeps_to_the_schema(make_headline: MakeHeadline) -> None:
    """Drawing does not check it, which would take longer than the drawing."""
    data = make_headline()
    charts.fan_chart(data, "oer-2020-08").to_dict(validate=True)
    for panel in made_up_panels(data):
        charts.panel_chart(panel, 1.5).to_dict(validate=True)
