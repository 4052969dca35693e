"""Numbers, dates and periods as people read them."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError, PeriodError
from forecast.report import words


def test_percent_in_text_has_a_comma_and_its_unit() -> None:
    assert words.percent(0.035, decimals=1, lang="da") == "3,5 pct."
    assert words.percent(0.035, decimals=1, lang="en") == "3.5 per cent"


def test_percent_rounds_half_up_on_decimal_digits() -> None:
    # In binary 0.00345 and 0.0345 lie under and over their decimal halves.
    assert words.percent(0.0345, lang="da", decimals=1) == "3,5 pct."
    assert words.percent(0.00345, lang="da", decimals=2) == "0,35 pct."
    assert words.percent(-0.0345, lang="da", decimals=1) == "-3,5 pct."


def test_counts_have_a_point_for_thousands() -> None:
    assert words.count(4007, lang="da") == "4.007"
    assert words.count(2325750.4, lang="da") == "2.325.750"
    assert words.count(4007, lang="en") == "4,007"
    assert words.count(61, lang="da") == "61"


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0, "0"),
        (0.2, "<10"),
        (1.0, "<10"),
        (9.49, "<10"),
        (9.5, "10"),
        (10.0, "10"),
        (1234.0, "1.234"),
        (None, "."),
    ],
)
def test_few_persons_are_not_counted_out(value: float | None, printed: str) -> None:
    assert words.persons(value, lang="da") == printed


def test_what_stands_for_few_is_explained_where_it_stands() -> None:
    assert words.explained(["Revalidering  <10-14"], lang="da") == [
        "",
        "<10: færre end ti personer vises ikke.",
    ]
    assert words.explained(["Dagpenge  412"], lang="da") == []


def test_shares_in_tables_have_no_space_before_the_sign() -> None:
    assert words.share(0.0867, lang="da") == "8,67%"
    assert words.share(0.0867, lang="en") == "8.67%"


def test_changes_in_tables_have_a_hyphen_minus_and_no_plus() -> None:
    assert words.change(-0.021, lang="da") == "-2,1%"
    assert words.change(0.051, lang="da") == "5,1%"
    assert words.change(-1.0, lang="da") == "-100,0%"


def test_changes_in_words_have_no_sign() -> None:
    assert words.change_in_words(-0.021, lang="da") == "et fald på 2,1 pct."
    assert words.change_in_words(0.225, lang="da") == "en stigning på 22,5 pct."
    assert words.change_in_words(-0.0001, lang="da") == "uændret"
    assert words.change_in_words(-0.021, lang="en") == "a fall of 2.1 per cent"


def test_points_are_written_in_full() -> None:
    assert words.points(0.0055, lang="da") == "0,6 procentpoint"


def test_zero_never_has_a_minus() -> None:
    assert words.change(-0.0001, lang="da") == "0,0%"
    assert words.count(-0.2, lang="da") == "0"


@pytest.mark.parametrize("printer", [words.percent, words.share, words.count, words.points])
def test_a_figure_that_is_not_there_is_a_point(printer: object) -> None:
    assert callable(printer)
    assert printer(math.nan, lang="da") == "."
    assert printer(None, lang="en") == "."


def test_infinity_is_refused() -> None:
    with pytest.raises(DataError, match="must be finite"):
        words.count(math.inf, lang="da")


def test_ranges_keep_negative_ends_apart() -> None:
    assert words.interval("3,2", "3,9", lang="da") == "3,2-3,9"
    assert words.interval("-0,3", "0,9", lang="da") == "-0,3 - 0,9"


def test_dates_are_written_out() -> None:
    assert words.date_text(date(2020, 2, 21), lang="da") == "21. februar 2020"
    assert words.date_text(date(2020, 2, 21), lang="en") == "21 February 2020"


def test_lists_end_with_and() -> None:
    assert words.listing(["a", "b", "c"], lang="da") == "a, b og c"
    assert words.listing(["a"], lang="en") == "a"


@pytest.mark.parametrize(
    ("code", "danish", "english"),
    [
        ("2021", "2021", "2021"),
        ("2021-12", "december 2021", "December 2021"),
        ("2021-Q3", "3. kvartal 2021", "quarter 3 of 2021"),
        ("2020-01..2020-09", "januar-september 2020", "January-September 2020"),
        ("2019-07..2020-06", "juli 2019-juni 2020", "July 2019-June 2020"),
        ("2021-01..2022-12", "2021-2022", "2021-2022"),
        ("2017/2018", "2017-2018", "2017-2018"),
        (
            "2020-03-09/2020-10-04",
            "9. marts 2020 - 4. oktober 2020",
            "9 March 2020 - 4 October 2020",
        ),
    ],
)
def test_periods_are_labelled(code: str, danish: str, english: str) -> None:
    assert words.period_label(code, lang="da") == danish
    assert words.period_label(code, lang="en") == english


def test_only_december_can_be_the_end_of_a_year() -> None:
    assert words.period_label("2021-12", lang="da", ultimo=True) == "ultimo 2021"
    assert words.period_label("2021-12", lang="en", ultimo=True) == "end of 2021"
    assert words.period_label("2021-11", lang="da", ultimo=True) == "november 2021"


def test_a_bad_period_is_an_error() -> None:
    with pytest.raises(PeriodError, match="2021-13"):
        words.period_label("2021-13", lang="da")


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_danish_counts_read_back(value: int) -> None:
    assert int(words.count(value, lang="da").replace(".", "")) == value


@given(st.floats(min_value=-1e6, max_value=1e6), st.integers(min_value=0, max_value=6))
def test_printed_numbers_are_within_half_a_digit(value: float, decimals: int) -> None:
    printed = words.number(value, lang="da", decimals=decimals)
    back = float(printed.replace(".", "").replace(",", "."))
    assert abs(back - value) <= 0.5 * 10.0**-decimals * (1 + 1e-9)
