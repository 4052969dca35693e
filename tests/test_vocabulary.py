import pytest

from forecast import errors
from forecast.core.units import parse_unit
from forecast.errors import ForecastError, UnitsError, nearest
from forecast.vocabulary import (
    MEASURE_UNITS,
    PANEL_COLUMNS,
    PROJECTION_COLUMNS,
    QUANTILE_LEVELS,
    Measure,
    Unit,
)


@pytest.mark.parametrize(
    ("text", "unit", "factor"),
    [
        ("pct", Unit.ANDEL, 0.01),
        ("pct.", Unit.ANDEL, 0.01),
        (" % ", Unit.ANDEL, 0.01),
        ("andel", Unit.ANDEL, 1.0),
        ("procentpoint", Unit.PROCENTPOINT, 0.01),
        ("FTP", Unit.FULDTIDSPERSONER, 1.0),
        ("Fuldtidspersoner", Unit.FULDTIDSPERSONER, 1.0),
        ("personer", Unit.PERSONER, 1.0),
        ("kr.", Unit.KR, 1.0),
        ("mio.  kr.", Unit.KR, 1e6),
    ],
)
def test_units_as_users_spell_them(text: str, unit: Unit, factor: float) -> None:
    found = parse_unit(text)
    assert (found.unit, found.factor) == (unit, factor)


def test_every_unit_reads_back_as_itself() -> None:
    assert {parse_unit(unit).unit for unit in Unit} == set(Unit)


def test_a_number_needs_a_unit() -> None:
    with pytest.raises(UnitsError, match=r"found none.*write the unit beside the number"):
        parse_unit(" ")
    with pytest.raises(UnitsError, match=r"found 'persner' \(did you mean 'personer'\?\)"):
        parse_unit("persner")


def test_names_on_disk_are_a_contract() -> None:
    assert ",".join(PROJECTION_COLUMNS) == (
        "scenario,area,group,measure,period,output_type,output_type_id,value,unit,basis"
    )
    assert QUANTILE_LEVELS == (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
    assert len(set(PANEL_COLUMNS)) == len(PANEL_COLUMNS)
    assert set(MEASURE_UNITS) == set(Measure)


def test_errors_are_one_family_and_builtins_too() -> None:
    family = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]
    assert all(issubclass(error, ForecastError) for error in family)
    builtins = (ValueError, RuntimeError, OSError)
    assert all(issubclass(error, builtins) for error in family if error is not ForecastError)
    assert str(errors.OutputError("one line")) == "one line"


def test_nearest_says_nothing_when_nothing_is_near() -> None:
    assert nearest("qqq", ["dagpenge"]) == ""
    assert nearest("DAGPENG", ["dagpenge"]) == " (did you mean 'dagpenge'?)"
