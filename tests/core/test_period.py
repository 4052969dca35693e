from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.core.period import (
    Change,
    DateRange,
    Window,
    month_code,
    parse_month,
    parse_period,
)
from forecast.errors import DataError, PeriodError

months = st.integers(1900 * 12, 2100 * 12)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first = draw(months)
    return Window(first, first + draw(st.integers(0, 40)))


@given(windows())
def test_the_code_of_a_window_reads_back_as_the_window(window: Window) -> None:
    assert Window.parse(window.code) == window
    assert parse_period(window.code) == window


@given(windows(), windows())
def test_the_code_of_a_change_reads_back_as_the_change(one: Window, other: Window) -> None:
    if one.first == other.first:
        return
    change = Change(*sorted((one, other)))
    assert parse_period(change.code) == change


@given(st.dates(date(1900, 1, 1)), st.integers(0, 999))
def test_the_code_of_dates_reads_back_as_the_dates(first: date, days: int) -> None:
    last = date.fromordinal(min(first.toordinal() + days, date.max.toordinal()))
    dates = DateRange(first, last)
    assert parse_period(dates.code) == dates


@given(windows(), windows())
def test_overlap_is_the_common_months(one: Window, other: Window) -> None:
    both = sorted(set(one.months.tolist()) & set(other.months.tolist()))
    overlap = one.overlap(other)
    assert (overlap.months.tolist() if overlap else []) == both
    assert all(month in one and month in other for month in both)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2021", "2021"),
        ("2021Y", "2021"),
        ("2021-12", "2021-12"),
        ("2021M12", "2021-12"),
        ("2021m1", "2021-01"),
        (" 2021 M12 ", "2021-12"),
        ("2021Q3", "2021-Q3"),
        ("2021K3", "2021-Q3"),
        ("2021-q3", "2021-Q3"),
        ("2020H1", "2020-01..2020-06"),
        ("2019 ultimo", "2019-12"),
        ("Ultimo 2019", "2019-12"),
        ("2021 primo", "2021-01"),
        ("primo 2021", "2021-01"),
        ("2019M01-M11", "2019-01..2019-11"),
        ("2019M01-2019M11", "2019-01..2019-11"),
        ("2019M01 \N{EN DASH} M11", "2019-01..2019-11"),
        ("2020-01..2020-09", "2020-01..2020-09"),
        ("2020-01 .. 2020-09", "2020-01..2020-09"),
        ("2020-01..2020-12", "2020"),
        ("2020-04..2020-06", "2020-Q2"),
        ("2020Q1-Q3", "2020-01..2020-09"),
        ("2021-2022", "2021-01..2022-12"),
        ("2020QMAT02", "2019-07..2020-06"),
        ("2020QMAT4", "2020"),
    ],
)
def test_every_spelling_of_a_window(text: str, code: str) -> None:
    assert Window.parse(text).code == code


def test_a_second_part_of_two_digits_is_a_month() -> None:
    assert Window.parse("2021-12") == Window.month(2021, 12)
    assert Window.parse("2021-2022") == Window(2021 * 12, 2022 * 12 + 11)


def test_changes_and_dates_are_kinds_of_their_own() -> None:
    change = parse_period("2018M01-M11/2019M01-M11")
    assert isinstance(change, Change)
    assert change.before == Window.parse("2018-01..2018-11")
    assert parse_period("2020-03-09/2020-10-04") == DateRange(date(2020, 3, 9), date(2020, 10, 4))
    assert parse_period("2020-09-07") == DateRange(date(2020, 9, 7), date(2020, 9, 7))


def test_months_are_counted_from_january_of_year_zero() -> None:
    assert parse_month("2021M12") == 2021 * 12 + 11
    assert month_code(2021 * 12 + 11) == "2021-12"
    assert Window.parse("2021-Q3").months.tolist() == [24258, 24259, 24260]
    assert len(Window.year(2021)) == 12
    assert Window.year(2021).is_year
    assert not Window.year(2021).is_month


def test_numpy_integers_become_plain_ones() -> None:
    window = Window(np.int64(24258), np.int64(24260))
    assert type(window.first) is int
    assert window == Window.parse("2021-Q3")
    assert np.int64(24259) in window


@pytest.mark.parametrize(
    "text", ["", "x", "12", "2021-13", "2021M13", "2021-1", "2021Q5", "2021-22", "2017/2018/2019"]
)
def test_bad_text_lists_the_accepted_forms(text: str) -> None:
    with pytest.raises(PeriodError, match=r"expected one of 2021, 2021-12, 2021M12.*2020QMAT02"):
        parse_period(text)


@pytest.mark.parametrize("text", ["2017/2018", "2020-09-07", "nothing"])
def test_a_window_is_asked_for(text: str) -> None:
    with pytest.raises(PeriodError, match=rf"found '{text}', expected a window of months"):
        Window.parse(text)


def test_a_month_is_asked_for() -> None:
    with pytest.raises(PeriodError, match=r"found '2021' \(12 months\), expected one month"):
        parse_month("2021")


def test_ends_in_the_wrong_order() -> None:
    with pytest.raises(PeriodError, match="found 2020-01 to 2019-12"):
        Window.parse("2020-2019")
    with pytest.raises(PeriodError, match=r"found 2018/2017.*swap"):
        parse_period("2018/2017")
    with pytest.raises(PeriodError, match=r"found 2020-10-04/2020-03-09.*swap"):
        parse_period("2020-10-04/2020-03-09")


def test_no_day_of_the_calendar() -> None:
    with pytest.raises(PeriodError, match="found '2021-02-30', expected a day of the calendar"):
        parse_period("2021-02-30")


@pytest.mark.parametrize("end", [2021.5, "2021", True, None])
def test_ends_are_integers(end: object) -> None:
    with pytest.raises(PeriodError, match="expected an integer year"):
        Window(end, end)


def test_months_outside_four_digit_years() -> None:
    with pytest.raises(PeriodError, match="years 1000-9999"):
        Window(12, 13)
    with pytest.raises(PeriodError, match="found 13, expected 1 to 12"):
        Window.month(2021, 13)


def test_a_bad_period_is_bad_data() -> None:
    assert issubclass(PeriodError, DataError)
