"""Printed numbers: read strictly, never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.sources.danish_numbers import half_width, parse_decimal, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("809", 809.0),
        ("1.036", 1036.0),
        ("234.444", 234444.0),
        ("1.234.567,8", 1234567.8),
        ("5,1", 5.1),
        ("-2,1%", -2.1),
        ("\N{MINUS SIGN}2,1%", -2.1),
        ("-100,0%", -100.0),
        (" 0,99 % ", 0.99),
        ("2200", 2200.0),
        ("0", 0.0),
    ],
)
def test_danish_numbers(text: str, number: float) -> None:
    assert parse_number(text, "danish") == number


@pytest.mark.parametrize(
    ("text", "number"), [("1.036", 1.036), ("1036", 1036.0), ("-0.5", -0.5), ("12.25%", 12.25)]
)
def test_plain_numbers(text: str, number: float) -> None:
    assert parse_number(text, "plain") == number


@pytest.mark.parametrize("number_format", ["danish", "plain", None])
def test_a_lone_point_is_not_available(number_format: str | None) -> None:
    assert parse_number(".", number_format) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "stige1", "633³", "5.1", "1.03", "0.125", "01.234", "1,2,3", "2.200419,6262626", "16-66"],
)
def test_what_is_no_danish_number_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no number in danish format"):
        parse_number(text, "danish")


@pytest.mark.parametrize("text", ["1,5", "1.036,5", "1 036", "1e3"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no number in plain format"):
        parse_number(text, "plain")


@pytest.mark.parametrize("text", ["1.036", "12.891", "-1.036", "5,123"])
def test_ambiguous_text_is_refused_while_the_format_is_unknown(text: str) -> None:
    with pytest.raises(DataError, match=r"own\.csv row 4: .* may be a thousand"):
        parse_number(text, None, where="own.csv row 4")


@pytest.mark.parametrize(
    ("text", "number"), [("809", 809.0), ("4,5", 4.5), ("4.5", 4.5), ("0.125", 0.125)]
)
def test_clear_text_needs_no_format(text: str, number: float) -> None:
    assert parse_number(text, None) == number


@pytest.mark.parametrize(
    ("printed", "half"),
    [("0,99%", 0.005), ("809", 0.5), ("12.891", 0.5), ("4,2", 0.05), ("20,0%", 0.05)],
)
def test_half_width_is_half_of_the_last_digit(printed: str, half: float) -> None:
    assert half_width(printed) == half


def test_half_width_of_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="has no last digit"):
        half_width(".")


@given(st.decimals(min_value=-(10**7), max_value=10**7, places=2))
def test_danish_and_plain_texts_of_one_number_agree(number: Decimal) -> None:
    plain = f"{number:.2f}"
    danish = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_decimal(danish, "danish") == parse_decimal(plain, "plain") == number
