"""The headline on the terminal. All numbers are made up."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.report.data import GroupLabel, HeadlineData, ScenarioLabel
from forecast.report.terminal import headline

MakeHeadline = Callable[..., HeadlineData]


def test_it_says_where_the_rate_is_heading(make_headline: MakeHeadline) -> None:
    text = headline(make_headline())
    assert "Ledigheden i Gentofte ultimo 2021: 3,4 pct. (80 pct.-interval 3,0-3,9)" in text
    assert re.search(r"^2019, niveau +2,9 +3,7 +3,7$", text, re.MULTILINE)
    assert re.search(r"^Offentliggjort: STAR +3,5 +4,6 +4,5$", text, re.MULTILINE)


def test_a_pinned_value_is_said_to_be_pinned(make_headline: MakeHeadline) -> None:
    text = headline(make_headline())
    assert re.search(r"^Opdigtet redegørelse +3,4 +4,4 +4,5$", text, re.MULTILINE)
    assert re.search(r"3,0-3,9 +3,8-4,9 +fastsat$", text, re.MULTILINE)


def test_it_gives_the_total_year_by_year(make_headline: MakeHeadline) -> None:
    text = headline(make_headline())
    assert "I alt, fuldtidspersoner i Gentofte" in text
    assert re.search(r"^Fri fremskrivning +2\.247 +2\.472 +2\.472 +2\.472$", text, re.MULTILINE)


def test_the_printed_factors_multiply_to_the_printed_result(make_headline: MakeHeadline) -> None:
    lines = headline(make_headline()).splitlines()
    start = lines.index("Hvorfor 3,5?")
    found = [re.match(r"^([ x=]) +([\d,]+)( pct\.)?  ", line) for line in lines[start : start + 8]]
    values = [
        (match[1], float(match[2].replace(",", ".")) * (0.01 if match[3] else 1))
        for match in found
        if match
    ]
    product = 1.0
    for sign, value in values:
        if sign != "=":
            product *= value
    assert values[-1][0] == "="
    assert round(product, 4) == values[-1][1]


def test_factors_that_do_not_multiply_out_are_refused(make_headline: MakeHeadline) -> None:
    table = make_headline().decomposition
    table.loc[table["factor"].eq("result"), "value"] = 0.036
    with pytest.raises(DataError, match=r"decomposition\.csv.*multiply to"):
        headline(make_headline(decomposition=table))


def test_more_decimals_are_printed_where_the_product_needs_them(
    make_headline: MakeHeadline,
) -> None:
    factors = {"national": 0.045, "base_share": 0.77782222, "result": 0.045 * 0.77782222}
    rows = [
        {"scenario": "oer-2020-08", "area": "Gentofte", "factor": name, "value": size}
        for name, size in factors.items()
    ]
    text = headline(make_headline(decomposition=pd.DataFrame(rows)))
    assert "= 3,50 pct." in text
    first, second = (
        float(re.search(pattern, text)[1].replace(",", "."))  # type: ignore[index]
        for pattern in (r"([\d,]+) pct\.  landets", r"x +([\d,]+)  grundandel")
    )
    assert round(first * second, 2) == 3.5


def test_an_unknown_factor_is_shown_under_its_name(make_headline: MakeHeadline) -> None:
    table = make_headline().decomposition.replace({"factor": {"drift": "new_factor"}})
    assert "  new factor\n" in headline(make_headline(decomposition=table))


def test_it_says_where_held_back_figures_fall(make_headline: MakeHeadline) -> None:
    text = " ".join(headline(make_headline()).split())
    assert (
        "Gentofte, Fleksjob, januar-september 2020: offentliggjort 633, ved fraktil 0,31;"
        " median 655, 80 pct.-interval 590-725 (bredde 135). Tallet ligger inden for intervallet."
    ) in text
    assert "(bredde 40). Tallet ligger uden for intervallet." in text


def test_a_quantile_above_one_is_refused(make_headline: MakeHeadline) -> None:
    table = make_headline().findings
    table["quantile"] = 37.0
    with pytest.raises(DataError, match=r"findings\.csv.*expected 0 to 1"):
        headline(make_headline(findings=table))


def test_it_says_how_far_the_data_moved_the_model(make_headline: MakeHeadline) -> None:
    text = " ".join(headline(make_headline()).split())
    assert "fra 3,4 pct. (2,0-5,9) til 3,5 pct. (3,1-3,9); flyttet 0,3 standardafvigelser" in text


def test_failed_checks_are_named(make_headline: MakeHeadline) -> None:
    text = headline(make_headline())
    assert "2 af 3 kontroller er bestået." in text
    assert "- divergences: 2 (grænse 0)" in text


def test_an_unknown_verdict_is_not_a_pass(make_headline: MakeHeadline) -> None:
    table = make_headline().diagnostics
    table["verdict"] = "who knows"
    assert "0 af 4 kontroller" in headline(make_headline(diagnostics=table))


def test_no_failed_check_is_one_sentence(make_headline: MakeHeadline) -> None:
    table = make_headline().diagnostics
    table["verdict"] = "pass"
    assert "Alle 4 kontroller er bestået." in headline(make_headline(diagnostics=table))


def test_it_ends_with_the_files_and_the_report(make_headline: MakeHeadline) -> None:
    text = headline(make_headline())
    assert "projections.csv" in text
    assert text.endswith("Rapport: outputs/made-up/report.html\n")


def test_it_speaks_english(make_headline: MakeHeadline) -> None:
    text = headline(make_headline(), "en")
    assert "Unemployment in Gentofte, end of 2021: 3.4 per cent" in text
    assert "Why 3.5?" in text
    assert "2,247" in text
    assert "fremskrivning" not in text


def test_a_scenario_without_figures_has_points_and_no_sentence(make_headline: MakeHeadline) -> None:
    table = make_headline().projections
    text = headline(make_headline(projections=table[table["basis"].eq("observed")]))
    assert re.search(r"^Opdigtet redegørelse +\. +\. +\.$", text, re.MULTILINE)
    assert "Ledigheden i Gentofte" not in text


def test_one_figure_twice_is_refused(make_headline: MakeHeadline) -> None:
    table = make_headline().projections
    again = table.head(1).assign(value=0.5)
    with pytest.raises(DataError, match=r"projections\.csv\?scenario=free.*expected one row"):
        headline(make_headline(projections=pd.concat([table, again])))


def test_quantile_levels_read_from_a_file_are_found(make_headline: MakeHeadline) -> None:
    table = make_headline().projections
    from_file = table.assign(output_type_id=pd.to_numeric(table["output_type_id"], errors="coerce"))
    assert headline(make_headline(projections=from_file)) == headline(make_headline())


def test_control_characters_do_not_reach_the_terminal(make_headline: MakeHeadline) -> None:
    scenarios = (
        ScenarioLabel("free", "Fri\x1b[31m\nlinje", "Free"),
        ScenarioLabel("oer-2020-08", "x", "x"),
    )
    text = headline(make_headline(scenarios=scenarios))
    assert "\x1b" not in text
    assert "Fri?[31m linje" in text


def test_too_narrow_is_refused(make_headline: MakeHeadline) -> None:
    with pytest.raises(DataError, match="width is 39, expected at least 40"):
        headline(make_headline(), width=39)


def test_a_missing_column_is_named(make_headline: MakeHeadline) -> None:
    table = make_headline().findings.drop(columns="width")
    with pytest.raises(DataError, match=r"'findings' \(findings\.csv\): columns \['width'\]"):
        make_headline(findings=table)


def test_an_unknown_main_scenario_names_the_nearest(make_headline: MakeHeadline) -> None:
    with pytest.raises(DataError, match=r"main_scenario 'oer-2020-8'.*'oer-2020-08'"):
        make_headline(main_scenario="oer-2020-8")


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Mn", "Me")), min_size=1, max_size=90
)


@settings(max_examples=25, deadline=None)
@given(width=st.integers(40, 132), title=NAMES, area=NAMES, label=NAMES, path=NAMES)
def test_no_line_is_wider_than_asked(
    make_headline: MakeHeadline, width: int, title: str, area: str, label: str, path: str
) -> None:
    plain = make_headline()
    table = plain.projections.replace({"area": {"Gentofte": area}})
    data = make_headline(
        area=area,
        areas=(area, "Østdanmark", "Hele landet"),
        scenarios=(plain.scenarios[0], ScenarioLabel("oer-2020-08", title, title)),
        groups=(*plain.groups[:-2], GroupLabel("i_alt", label, label), plain.groups[-1]),
        projections=table,
        report_path=path,
    )
    for lang in ("da", "en"):
        assert max(map(len, headline(data, lang, width).splitlines())) <= width


@settings(max_examples=25, deadline=None)
@given(width=st.integers(40, 132))
def test_no_number_is_cut_at_any_width(make_headline: MakeHeadline, width: int) -> None:
    data = make_headline()
    text = headline(data, width=width)
    for number in ("3,0-3,9", "2.313-2.630", "2.472", "633", "0,31", "4,50 pct.", "fastsat"):
        assert number in text
