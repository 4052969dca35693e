"""Scenarios and the configuration of a run."""

import shutil
from pathlib import Path

import pytest

from forecast.config import (
    Statement,
    build_tree,
    bundled,
    hashes,
    load_areas,
    load_config,
    load_scenario,
    render,
    sha256,
)
from forecast.core.period import Window
from forecast.errors import ConfigError
from forecast.vocabulary import Adjustment, Measure, Unit

ACTUAL_RATE = """
title_da = "Prøve"
title_en = "Test"

[[statement]]
kind = "band"
area = "hele-landet"
group = "Ledige"
measure = "ledighedsprocent"
period = "2021M12"
value = 2.4
sd = 0.5
reason = "a test"
unit = "%"
adjustment = "actual"
reference = "a test"
published = "2022-02-01"
certainty = "L"

[[statement]]
kind = "pin"
area = "Gentofte"
measure = "befolkning"
period = "2021"
value = 47000
unit = "personer"
reference = "a test"
published = 2022-02-01
certainty = "L"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a configuration of its own."""
    shutil.copy(bundled("configs/gentofte.toml"), tmp_path / "mine.toml")
    return tmp_path


def test_default_is_gentofte() -> None:
    config = load_config()
    assert (config.stem, config.area, config.region) == ("gentofte", "Gentofte", "Østdanmark")
    assert config.country == "Hele landet"
    assert (config.first_month, config.last_data_month) == (2017 * 12, 2019 * 12 + 11)
    assert config.headline == Window.month(2021, 12)
    assert [spec.id for spec in config.scenarios] == ["free", "oer-2020-08", "oer-2020-08-band"]


def test_every_file_read_is_hashed() -> None:
    config = load_config()
    names = ["gentofte.toml", "areas.toml", "groups.toml", "models/link.toml"]
    assert set(names) < set(config.sources)
    assert "scenarios/oer-2020-08.toml" in config.sources
    assert hashes(config.sources)["gentofte.toml"] == sha256(config.path)


def test_free_says_nothing_about_the_future() -> None:
    assert load_scenario("free").statements == ()


def test_the_ministry_of_august_2020() -> None:
    rate, first, second = load_scenario("oer-2020-08").statements
    assert (rate.kind, rate.area, rate.group) == ("pin", "Hele landet", "ledige")
    assert rate.value == pytest.approx(0.045)
    assert (rate.unit, rate.window) == (Unit.ANDEL, Window.month(2021, 12))
    assert (first.value, first.window) == (147_000, Window.year(2020))
    assert (second.value, second.window) == (138_000, Window.year(2021))
    for statement in (rate, first, second):
        assert statement.adjustment is Adjustment.SEASONALLY_ADJUSTED
        assert statement.published == "2020-09-07"
        assert statement.sd is None


def test_the_band_has_the_same_values_with_sd_and_reason() -> None:
    pins = load_scenario("oer-2020-08").statements
    bands = load_scenario("oer-2020-08-band").statements
    for pin, band in zip(pins, bands, strict=True):
        assert (pin.area, pin.measure, pin.window) == (band.area, band.measure, band.window)
        assert pin.value == band.value
        assert band.reason
    assert [band.sd for band in bands] == pytest.approx([0.01, 4000, 18000])


def test_an_actual_rate_is_a_measure_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "actual.toml"
    file.write_text(ACTUAL_RATE, encoding="utf-8")
    rate, people = load_scenario(str(file)).statements
    assert rate.measure is Measure.LEDIGHEDSPROCENT_FAKTISK
    assert (rate.value, rate.sd) == pytest.approx((0.024, 0.005))
    assert (people.group, people.adjustment) == ("", None)


def test_statement_is_checked_however_it_is_made() -> None:
    with pytest.raises(ConfigError, match="sd: missing; expected the standard deviation"):
        Statement(
            kind="band",
            area="Hele landet",
            group="ledige",
            measure=Measure.FULDTIDSPERSONER,
            window=Window.year(2021),
            value=138_000,
            unit=Unit.FULDTIDSPERSONER,
            adjustment=Adjustment.ACTUAL,
            reference="a test",
        )


def test_own_files_come_before_the_bundled_ones(own: Path) -> None:
    (own / "scenarios").mkdir()
    file = own / "scenarios" / "free.toml"
    file.write_text('title_da = "Min egen"\ntitle_en = "My own"\n', encoding="utf-8")
    config = load_config(own / "mine.toml")
    assert config.scenarios[0].title_da == "Min egen"
    assert config.sources["scenarios/free.toml"] == file
    assert config.sources["areas.toml"] == bundled("configs/areas.toml")


def test_data_files_are_relative_to_the_configuration(own: Path) -> None:
    (own / "tal.csv").touch()
    with (own / "mine.toml").open("a", encoding="utf-8") as stream:
        stream.write('[[data.figures]]\npath = "tal.csv"\nformat = "danish"\n')
    figures = load_config(own / "mine.toml").data.figures
    assert [(figure.path, figure.format) for figure in figures] == [(own / "tal.csv", "danish")]


def test_scenarios_beside_those_of_the_configuration(own: Path) -> None:
    file = own / "mine.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"free", "oer-2020-08", ', ""), encoding="utf-8"
    )
    config = load_config(file)
    assert config.scenario("oer-2020-08").id == "oer-2020-08"
    with pytest.raises(ConfigError, match=r"no such file \(did you mean 'oer-2020-08'\?\)"):
        config.scenario("oer-2020-08x")


def test_every_municipality_gets_a_configuration_that_loads(tmp_path: Path) -> None:
    areas = load_areas()
    kommuner = [name for name, area in areas.items() if area.kind == "kommune"]
    for name in kommuner:
        file, content = render(name.upper(), areas)
        (tmp_path / file).write_text(content, encoding="utf-8")
    assert len(list(tmp_path.glob("*.toml"))) == len(kommuner) == 98
    for file in ("aeroe.toml", "faaborg-midtfyn.toml"):
        config = load_config(tmp_path / file)
        assert config.region == "Vestdanmark"
        assert config.stem == Path(file).stem


def test_a_configuration_for_a_region_is_refused() -> None:
    with pytest.raises(ConfigError, match="'Østdanmark' is a region-group; expected one of the 98"):
        render("Østdanmark", build_tree().areas)
