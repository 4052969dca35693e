"""Figures as people write them on the command line."""

import pytest

from forecast.cli.figures import parse_event, parse_figure, parse_share, settings
from forecast.config import Statement, build_tree
from forecast.core.period import Window
from forecast.errors import ForecastError
from forecast.vocabulary import Adjustment, Measure, Unit

TREE = build_tree()


def stated(text: str, adjustment: str | None = None) -> Statement:
    (one,) = settings((text,), adjustment)(TREE)
    return one


def test_the_rate_of_the_country() -> None:
    pin = stated("Hele landet.ledighedsprocent@ultimo 2021=4,5 pct.")
    assert (pin.kind, pin.area, pin.group) == ("pin", "Hele landet", "ledige")
    assert pin.value == pytest.approx(0.045)
    assert (pin.unit, pin.window) == (Unit.ANDEL, Window.month(2021, 12))
    assert pin.adjustment is Adjustment.SEASONALLY_ADJUSTED
    assert pin.reference


@pytest.mark.parametrize(
    ("text", "group", "measure"),
    [
        ("Gentofte.dagpenge@2021=400 FTP", "dagpenge", Measure.FULDTIDSPERSONER),
        ("Gentofte.dagpenge.fuldtidspersoner@2021=400 FTP", "dagpenge", Measure.FULDTIDSPERSONER),
        ("gentofte.I alt@2021=400 FTP", "i_alt", Measure.FULDTIDSPERSONER),
        ("Gentofte.Sygedagpenge.landsandel@2021=0,8 pct.", "sygedagpenge", Measure.LANDSANDEL),
        ("Gentofte.ledige.ledighedsprocent@2021=2 pct.", "ledige", Measure.LEDIGHEDSPROCENT),
        ("Gentofte.i_alt.andel_af_befolkning@2021=8 %", "i_alt", Measure.ANDEL_AF_BEFOLKNING),
        ("Gentofte.befolkning@2021=47000 personer", "", Measure.BEFOLKNING),
    ],
)
def test_group_and_measure_may_be_left_out(text: str, group: str, measure: Measure) -> None:
    pin = stated(text)
    assert (pin.area, pin.group, pin.measure) == ("Gentofte", group, measure)


@pytest.mark.parametrize(
    ("text", "adjustment", "measure", "meant"),
    [
        ("ledighedsprocent", "actual", Measure.LEDIGHEDSPROCENT_FAKTISK, Adjustment.ACTUAL),
        ("ledighedsprocent_faktisk", None, Measure.LEDIGHEDSPROCENT_FAKTISK, Adjustment.ACTUAL),
        ("ledighedsprocent", None, Measure.LEDIGHEDSPROCENT, Adjustment.SEASONALLY_ADJUSTED),
    ],
)
def test_adjustment_is_part_of_a_rate(
    text: str, adjustment: str | None, measure: Measure, meant: Adjustment
) -> None:
    pin = stated(f"Gentofte.{text}@2021=2.1%", adjustment)
    assert (pin.measure, pin.adjustment) == (measure, meant)


def test_persons_are_actual_as_in_the_tables() -> None:
    assert stated("Gentofte.dagpenge@2021=400 FTP").adjustment is Adjustment.ACTUAL
    adjusted = stated("Gentofte.dagpenge@2021=400 FTP", "seasonally-adjusted")
    assert adjusted.adjustment is Adjustment.SEASONALLY_ADJUSTED


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        ("147000 FTP", 147_000),
        ("147000,5 fuldtidspersoner", 147_000.5),
        ("138000.5 FTP", 138_000.5),
        ("500FTP", 500),
    ],
)
def test_numbers_that_can_be_read_in_one_way(amount: str, value: float) -> None:
    assert stated(f"Hele landet.ledige@2021={amount}").value == value


def test_population_has_neither_group_nor_season() -> None:
    pin = stated("Gentofte.befolkning@2021=47000 personer", "actual")
    assert (pin.group, pin.adjustment) == ("", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hele landet.ledighedsprocent@ultimo 2021=4,5", "without a unit"),
        ("Hele landet.ledige@2021=147.000 FTP", "is no number or may be two"),
        ("Hele landet.ledige@2021=mange FTP", "expected a number and its unit"),
        ("Hele landet.ledige@2021=. FTP", "is no number or may be two"),
        ("Hele landet.ledighedsprocent@ultimo 2021", "expected AREA.GROUP.MEASURE@PERIOD=VALUE"),
        ("Hele landet.ledighedsprocent=4,5 pct.", "expected AREA.GROUP.MEASURE@PERIOD, such"),
        ("Hele landet@2021=4,5 pct.", "expected AREA.GROUP.MEASURE@PERIOD, such"),
        ("Hele lande.ledighedsprocent@2021=4,5 pct.", "did you mean 'Hele landet'"),
        ("Hele landet.ledig@2021=4,5 FTP", "did you mean 'ledige'"),
        ("Hele landet.ledighedsprosent@2021=4,5 pct.", "did you mean 'ledighedsprocent'"),
        ("Hele landet.ledige.ledighedsprosent@2021=4 pct.", "did you mean 'ledighedsprocent'"),
        ("Hele landet.fleksjob.ledighedsprocent@2021=4,5 pct.", "expected 'ledige'"),
        ("Gentofte.landsandel@2021=4,5 pct.", "found landsandel without a group"),
        ("Hele landet.ledighedsprocent@nu=4,5 pct.", "period: found 'nu'"),
        ("Hele landet.ledighedsprocent@2021=4,5 andel", "a share above 1"),
        ("Hele landet.ledighedsprocent@2021=4,5 km", "unit: found 'km'"),
        ("Hele landet.ledighedsprocent@2021=4,5 FTP", "expected andel"),
    ],
)
def test_a_figure_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ForecastError, match=r"^--set '") as caught:
        stated(text)
    assert words in str(caught.value)


def test_events() -> None:
    event, above = parse_event("Gentofte.i_alt@2021>4500 FTP", TREE)
    assert (event.area, event.group, event.value, above) == ("Gentofte", "i_alt", 4500.0, True)
    event, above = parse_event("Gentofte.ledighedsprocent@ultimo 2021 < 3,0 pct.", TREE)
    assert (event.value, above) == (pytest.approx(0.03), False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gentofte.i_alt@2021=4500 FTP", "expected AREA.GROUP.MEASURE@PERIOD>VALUE UNIT"),
        ("Gentofte.i_alt@2021>4500", "without a unit"),
        ("Gentofte.i_alt>4500 FTP", "expected AREA.GROUP.MEASURE@PERIOD, such"),
    ],
)
def test_an_event_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ForecastError, match=r"^--event '") as caught:
        parse_event(text, TREE)
    assert words in str(caught.value)


def test_a_figure_alone_is_a_question() -> None:
    figure = parse_figure("Hele landet.ledighedsprocent@2021-12", TREE, None, "--lever 'x'")
    asked = figure.asked()
    assert (asked.area, asked.group, asked.window.code) == ("Hele landet", "ledige", "2021-12")


@pytest.mark.parametrize(("text", "value"), [("50 pct.", 0.5), ("0,9 andel", 0.9), ("5%", 0.05)])
def test_shares(text: str, value: float) -> None:
    assert parse_share(text, "--probability") == pytest.approx(value)


@pytest.mark.parametrize("text", ["0 pct.", "100 pct.", "50", "5 FTP"])
def test_a_probability_lies_between_0_and_1(text: str) -> None:
    with pytest.raises(ForecastError, match=r"^--probability"):
        parse_share(text, "--probability")
