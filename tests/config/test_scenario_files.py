"""Scenario files: what they extend and mix, paths, bands, shocks, and the template."""

import re
from pathlib import Path

import pytest

from forecast.config import (
    build_tree,
    bundled,
    load_areas,
    load_groups,
    load_scenario,
    scenario_names,
    scenario_template,
)
from forecast.errors import ConfigError
from forecast.models.structure import Structure

HEAD = 'title_da = "Prøve"\ntitle_en = "Trial"\n'
SOURCE = 'reference = "prøve"\npublished = 2020-09-07\ncertainty = "L"\n'


def scenario_file(folder: Path, name: str, text: str) -> Path:
    (folder / "scenarios").mkdir(exist_ok=True)
    file = folder / "scenarios" / f"{name}.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_the_program_can_be_read(name: str) -> None:
    spec = load_scenario(name)
    assert spec.id == name
    assert spec.is_free == (name == "free")
    assert f"scenarios/{name}.toml" in spec.files
    for statement in spec.statements:
        assert statement.reference
        assert statement.published
        assert statement.certainty
        assert statement.kind == "pin" or statement.reason
    for shock in spec.shocks:
        assert shock.reference
        assert shock.sd is None or shock.reason


def test_a_statement_takes_the_place_of_the_one_it_extends() -> None:
    base, lower = load_scenario("oer-2020-08"), load_scenario("oer-2020-08-lavere")
    assert [s.about for s in lower.statements] == [s.about for s in base.statements]
    assert [s.value for s in lower.statements] == pytest.approx([0.035, 143_000, 120_000])
    assert set(lower.files) == {"scenarios/oer-2020-08.toml", "scenarios/oer-2020-08-lavere.toml"}
    wave = load_scenario("anden-boelge")
    assert len(wave.statements) == 4
    assert wave.statements[2].value == 150_000


def test_scenarios_that_extend_each_other(tmp_path: Path) -> None:
    scenario_file(tmp_path, "en", 'extends = "to"\n')
    scenario_file(tmp_path, "to", 'extends = "tre"\n')
    scenario_file(tmp_path, "tre", 'extends = "en"\n')
    with pytest.raises(ConfigError, match=r"tre\.toml: extends: en -> to -> tre -> en goes in a"):
        load_scenario("en", tmp_path)


def test_a_scenario_may_extend_in_steps(tmp_path: Path) -> None:
    scenario_file(tmp_path, "en", 'extends = "to"\n')
    scenario_file(tmp_path, "to", 'extends = "oer-2020-08"\n')
    assert load_scenario("en", tmp_path).statements == load_scenario("oer-2020-08").statements


def test_a_mix_cannot_be_extended(tmp_path: Path) -> None:
    half = '[[mix]]\nscenario = "{}"\nweight = 50\nunit = "pct."\n'
    scenario_file(tmp_path, "blanding", half.format("free") + half.format("oer-2020-08"))
    mix = load_scenario("blanding", tmp_path).mix
    assert [(spec.id, weight) for spec, weight in mix] == [("free", 0.5), ("oer-2020-08", 0.5)]
    scenario_file(tmp_path, "en", 'extends = "blanding"\n')
    with pytest.raises(ConfigError, match=r"extends: found 'blanding', which mixes scenarios"):
        load_scenario("en", tmp_path)
    scenario_file(tmp_path, "to", half.format("free") + half.format("blanding"))
    with pytest.raises(ConfigError, match=r"mix\[1\]\.scenario: found 'blanding', which is a mix"):
        load_scenario("to", tmp_path)


def test_a_path_is_a_pin_in_every_period(tmp_path: Path) -> None:
    values = 'values = { "2021" = 3814000, "ultimo 2022" = 3820000 }\n'
    table = '[[path]]\narea = "Hele landet"\nmeasure = "befolkning"\nunit = "personer"\n'
    scenario_file(tmp_path, "folk", table + values + SOURCE)
    first, second = load_scenario("folk", tmp_path).statements
    assert (first.kind, first.window.code, first.value) == ("pin", "2021", 3_814_000)
    assert (second.window.code, second.adjustment) == ("2022-12", None)


def test_a_band_with_quantiles(tmp_path: Path) -> None:
    text = (
        '[[statement]]\nkind = "band"\narea = "Hele landet"\ngroup = "ledige"\n'
        'measure = "ledighedsprocent"\nperiod = "ultimo 2021"\nunit = "pct."\n'
        'adjustment = "seasonally-adjusted"\nreason = "prøve"\n'
        'quantiles = { "0.9" = 6.0, "0.1" = 3.5, "0.5" = 4.5 }\n'
    )
    scenario_file(tmp_path, "fraktiler", text + SOURCE)
    (band,) = load_scenario("fraktiler", tmp_path).statements
    assert [level for level, _ in band.quantiles] == [0.1, 0.5, 0.9]
    assert [v for _, v in band.quantiles] == pytest.approx([0.035, 0.045, 0.06])
    assert band.value == pytest.approx(0.045)


def test_shocks_and_policies(tmp_path: Path) -> None:
    shocks = (
        '[[shock]]\narea = "Gentofte"\ngroup = "kontanthjaelp"\nto_group = "ressourceforloeb"\n'
        f'value = 12.5\nunit = "pct."\nfrom = "2021-01"\nphase_in = 6\n{SOURCE}\n'
        '[[shock]]\narea = "Gentofte"\ngroup = "sygedagpenge"\nvalue = -40\nunit = "FTP"\n'
        f'from = "2021-01"\nuntil = "2021-12"\nhalf_life = 3\n{SOURCE}\n'
        '[[shock]]\narea = "Gentofte"\ngroup = "sygedagpenge"\nvalue = 40\nunit = "FTP"\n'
        f'from = "2021-01"\nsd = 8\nreason = "prøve"\n{SOURCE}\n'
        '[[policy]]\narea = "Gentofte"\ngroup = "sygedagpenge"\nshorter = 5\nunit = "pct."\n'
        f'mean_duration = 7\nfrom = "2021-01"\n{SOURCE}'
    )
    scenario_file(tmp_path, "stoed", shocks)
    moves, leave, come, policy = load_scenario("stoed", tmp_path).shocks
    assert (moves.source, moves.target, moves.relative) == (
        "kontanthjaelp", "ressourceforloeb", True,
    )  # fmt: skip
    assert moves.amount == pytest.approx(0.125)
    assert (leave.source, leave.target, leave.amount) == ("sygedagpenge", "", 40)
    assert leave.last == 2021 * 12 + 11
    assert (come.source, come.target, come.sd) == ("", "sygedagpenge", 8)
    assert (policy.policy, policy.duration, policy.amount) == (True, 7.0, pytest.approx(0.05))


@pytest.mark.parametrize("base", ["", "oer-2020-08"])
def test_a_template_can_be_read_with_every_example_in_it(tmp_path: Path, base: str) -> None:
    """As it is written, and with every example made live but the mix, which stands alone."""
    text = scenario_template("min-variant", base)
    (tmp_path / "scenarios").mkdir()
    file = tmp_path / "scenarios" / "min-variant.toml"
    file.write_text(text, encoding="utf-8")
    spec = load_scenario("min-variant", tmp_path)
    assert len(spec.statements) == (3 if base else 1)
    body, _, _ = text.partition("# --- Eller en blanding")
    example = re.compile(r"(?m)^# (?=\[\[|[a-z_]+ = )(?!quantiles)")
    file.write_text(example.sub("", body), encoding="utf-8")
    live = load_scenario("min-variant", tmp_path)
    assert len(live.shocks) == 2
    assert len(live.statements) > len(spec.statements) + 2
    assert all(len(line) <= 100 for line in text.splitlines())


def test_a_template_needs_an_id() -> None:
    with pytest.raises(ConfigError, match=r"found 'Min Variant', expected small letters.*'min-v"):
        scenario_template("Min Variant")


def test_a_new_benefit_holds_nobody_of_its_own(tmp_path: Path) -> None:
    groups = bundled("configs/groups.toml").read_text(encoding="utf-8")
    new = (
        '\n[groups.ny_ydelse]\nlabel_da = "Ny ydelse"\nlabel_en = "New benefit"\n'
        'parent = "i_alt"\nintroduced = "2021-07"\n'
    )
    (tmp_path / "groups.toml").write_text(groups + new, encoding="utf-8")
    group = load_groups(tmp_path)["ny_ydelse"]
    assert group.introduced == 2021 * 12 + 6
    tree = build_tree(load_areas(tmp_path), load_groups(tmp_path))
    structure = Structure.of(tree, "Gentofte", set())
    assert "ny_ydelse" not in structure.benefits
    assert structure.counted[-1] == "ny_ydelse"
