"""Pins as people write them on the command line."""

import pytest

from forecast.cli.pins import parse_pins
from forecast.core.period import Window
from forecast.errors import ForecastError
from forecast.vocabulary import Adjustment, Measure, Unit


def test_rate_of_the_country() -> None:
    (pin,) = parse_pins(("Hele landet:ledige:ledighedsprocent:ultimo 2021=4,5 pct.",), None)
    assert (pin.kind, pin.area, pin.group) == ("pin", "Hele landet", "ledige")
    assert pin.value == pytest.approx(0.045)
    assert (pin.unit, pin.window) == (Unit.ANDEL, Window.month(2021, 12))
    assert pin.adjustment is Adjustment.SEASONALLY_ADJUSTED
    assert pin.reference


@pytest.mark.parametrize(
    ("text", "adjustment", "measure", "meant"),
    [
        ("ledighedsprocent", "actual", Measure.LEDIGHEDSPROCENT_FAKTISK, Adjustment.ACTUAL),
        ("ledighedsprocent_faktisk", None, Measure.LEDIGHEDSPROCENT_FAKTISK, Adjustment.ACTUAL),
    ],
)
def test_adjustment_is_part_of_a_rate(
    text: str, adjustment: str | None, measure: Measure, meant: Adjustment
) -> None:
    (pin,) = parse_pins((f"Gentofte:ledige:{text}:2021=2.1%",), adjustment)
    assert (pin.measure, pin.adjustment) == (measure, meant)


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
    (pin,) = parse_pins((f"Hele landet:ledige:fuldtidspersoner:2021={amount}",), None)
    assert pin.value == value


def test_population_has_neither_group_nor_season() -> None:
    (pin,) = parse_pins(("Gentofte::befolkning:2021=47000 personer",), "actual")
    assert (pin.group, pin.adjustment) == ("", None)


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        ("Hele landet:ledige:ledighedsprocent:ultimo 2021=4,5", "without a unit"),
        ("Hele landet:ledige:fuldtidspersoner:2021=147.000 FTP", "is no number or may be two"),
        ("Hele landet:ledige:fuldtidspersoner:2021=mange FTP", "expected a number and its unit"),
        ("Hele landet:ledige:fuldtidspersoner:2021=. FTP", "is no number or may be two"),
        ("Hele landet:ledige:ledighedsprocent:ultimo 2021", "expected AREA:GROUP:MEASURE:PERIOD="),
        ("Hele landet:ledighedsprocent:ultimo 2021=4,5 pct.", "expected AREA:GROUP:MEASURE"),
        ("Hele lande:ledige:ledighedsprocent:2021=4,5 pct.", "did you mean 'Hele landet'"),
        ("Hele landet:ledig:ledighedsprocent:2021=4,5 pct.", "did you mean 'ledige'"),
        ("Hele landet:ledige:ledighedsprosent:2021=4,5 pct.", "did you mean 'ledighedsprocent'"),
        ("Hele landet:fleksjob:ledighedsprocent:2021=4,5 pct.", "expected 'ledige'"),
        ("Hele landet:ledige:ledighedsprocent:nu=4,5 pct.", "period: found 'nu'"),
        ("Hele landet:ledige:ledighedsprocent:2021=4,5 andel", "a share above 1"),
        ("Hele landet:ledige:ledighedsprocent:2021=4,5 km", "unit: found 'km'"),
        ("Hele landet:ledige:ledighedsprocent:2021=4,5 FTP", "expected andel"),
    ],
)
def test_pin_that_cannot_be_read(pin: str, words: str) -> None:
    with pytest.raises(ForecastError, match=r"^--pin '") as caught:
        parse_pins((pin,), None)
    assert words in str(caught.value)
