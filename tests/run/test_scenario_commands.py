"""`forecast scenario` on a small run: what people type, and what goes wrong."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result

from tests.run.conftest import Run, forecast, refused

HEAD = 'title_da = "Prøve"\ntitle_en = "Trial"\n'
SOURCE = 'reference = "prøve"\npublished = 2020-09-07\ncertainty = "L"\n'
RATE = "Hele landet.ledighedsprocent@2021-12"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a folder for scenarios."""
    (tmp_path / "configs" / "scenarios").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pin(area: str, group: str, period: str, value: float, unit: str = "FTP", more: str = "") -> str:
    measure = "ledighedsprocent" if unit == "pct." else "fuldtidspersoner"
    season = "seasonally-adjusted" if unit == "pct." else "actual"
    return (
        f'[[statement]]\nkind = "pin"\narea = "{area}"\ngroup = "{group}"\nmeasure = "{measure}"\n'
        f'period = "{period}"\nvalue = {value}\nunit = "{unit}"\nadjustment = "{season}"\n'
        f"{more}{SOURCE}\n"
    )


def write(home: Path, name: str, text: str) -> Path:
    file = home / "configs" / "scenarios" / f"{name}.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def narrow(result: Result) -> None:
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_list_and_show(home: Path) -> None:
    listed = forecast("scenario", "list")
    narrow(listed)
    assert listed.stdout.splitlines()[2].split()[0] == "free"
    own = pin("Hele landet", "ledige", "2021-12", 6, "pct.")
    write(home, "min", f'extends = "oer-2020-08"\n{own}')
    assert "min " in forecast("scenario", "list").stdout
    shown = forecast("scenario", "show", "min")
    narrow(shown)
    assert "ultimo 2021 er 6,0 pct." in " ".join(shown.stdout.split())
    assert "2020 er 147.000 fuldtidspersoner" in " ".join(shown.stdout.split())
    english = forecast("scenario", "show", "oer-2020-08-band", "--lang", "en")
    narrow(english)
    assert "is 4.5 per cent with standard deviation 1.0 percentage points" in " ".join(
        english.stdout.split()
    )
    for name in ("free", "reform-eksempel", "investering-2019-2024", "anden-boelge"):
        narrow(forecast("scenario", "show", name))


def test_new_writes_a_template_that_checks(home: Path) -> None:
    made = forecast("scenario", "new", "min-variant", "--extends", "oer-2020-08")
    narrow(made)
    file = Path("configs/scenarios/min-variant.toml")
    assert made.stdout.splitlines() == [str(file), f"forecast scenario check {file}"]
    narrow(forecast("scenario", "check", "min-variant"))
    narrow(forecast("scenario", "check", file))
    refused(forecast("scenario", "new", "min-variant"), "is there already", "--force")
    assert forecast("scenario", "new", "min-variant", "--force").exit_code == 0
    refused(forecast("scenario", "new", "Min variant"), "'min-variant'")
    refused(forecast("scenario", "new", "to", "--extends", "oer-2020-80"), "did you mean")
    assert not (home / "configs/scenarios/to.toml").exists()


def test_check_says_whether_it_can_hold(run: Run, home: Path) -> None:
    write(home, "min", pin("Gentofte", "dagpenge", "2021", 900))
    checked = forecast("scenario", "check", "min", "--run", run.folder)
    narrow(checked)
    assert "Scenariet kan holde på alle fremtider." in checked.stdout
    assert re.search(r"min: (almindeligt|muligt|sjældent|yderst usandsynligt)", checked.stdout)


CONFLICTS = {
    "two figures that are one": (
        pin("Gentofte", "dagpenge", "2021", 900)
        + pin("Gentofte", "dagpenge", "2021-01..2021-12", 950),
        ("statement[1]", "repeats or contradicts statement[0]"),
    ),
    "a sum and all of its parts": (
        pin("Gentofte", "kontanthjaelp", "2021-06", 450)
        + pin("Gentofte", "kontanthjaelp_jobparate", "2021-06", 120)
        + pin("Gentofte", "kontanthjaelp_aktivitetsparate", "2021-06", 300),
        ("statement[0]", "statement[1]", "statement[2]", "repeat or contradict each other"),
    ),
    "a part larger than its whole": (
        pin("Gentofte", "dagpenge", "2021-06", 900_000),
        ("statement[0] (Gentofte, dagpenge, 2021-06)", "larger than its whole"),
    ),
    "an area that is not projected": (
        pin("Aarhus", "dagpenge", "2021", 900),
        ("statement[0].area: found Aarhus", "Gentofte, Østdanmark, Hele landet"),
    ),
    "a month of the data": (
        pin("Gentofte", "dagpenge", "2019-12", 900),
        ("statement[0].period: found 2019-12, but the data end with 2019-12",),
    ),
    "more people than there are": (
        '[[shock]]\narea = "Gentofte"\ngroup = "forrevalidender"\nto_group = "dagpenge"\n'
        f'value = 4000\nunit = "FTP"\nfrom = "2021-01"\n{SOURCE}',
        ("shock (Gentofte, forrevalidender): takes 4000", "state fewer, or a share"),
    ),
    "a shock in the data": (
        '[[shock]]\narea = "Gentofte"\ngroup = "dagpenge"\nvalue = -40\nunit = "FTP"\n'
        f'from = "2019-06"\n{SOURCE}',
        ("from: found 2019-06, a month of the data or before",),
    ),
    "itself": ('extends = "min"\n', ("min -> min goes in a circle",)),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_scenario_that_cannot_hold_names_the_line(run: Run, home: Path, name: str) -> None:
    text, words = CONFLICTS[name]
    write(home, "min", text)
    out = home / "o"
    refused(forecast("project", run.folder, "--scenario", "min", "--out", out), *words)
    assert not out.exists()


def test_a_quantile_band_that_no_future_reaches(run: Run, home: Path) -> None:
    band = (
        '[[statement]]\nkind = "band"\narea = "Hele landet"\ngroup = "ledige"\n'
        'measure = "ledighedsprocent"\nperiod = "ultimo 2021"\nunit = "pct."\n'
        'adjustment = "seasonally-adjusted"\nreason = "prøve"\n'
        f'quantiles = {{ "0.1" = 14.0, "0.9" = 20.0 }}\n{SOURCE}'
    )
    write(home, "min", band)
    refused(
        forecast("project", run.folder, "--scenario", "min", "--out", home / "o"),
        "few free futures",
        "expected at least 5 %",
    )


@pytest.fixture(scope="module")
def comparison(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, pd.DataFrame]:
    """The scenarios of the configuration, and a what-if on the last of them."""
    folder = tmp_path_factory.mktemp("comparison")
    told = f"{RATE}=6,0 pct."
    result = forecast("scenario", "compare", run.folder, "--set", told, "--out", folder)
    assert result.exit_code == 0, result.output
    return result, pd.read_csv(folder / "comparison.csv", dtype={"output_type_id": str})


def rows(frame: pd.DataFrame, /, **given: str) -> pd.DataFrame:
    for name, value in given.items():
        frame = frame[frame[name] == value]
    return frame


def by_level(frame: pd.DataFrame, /, **given: str) -> pd.Series:
    return rows(frame, **given).set_index("output_type_id")["value"]


def test_compare_fits_the_terminal_and_says_all(
    comparison: tuple[Result, pd.DataFrame],
) -> None:
    result, _ = comparison
    narrow(result)
    for words in (
        "Sammenlignet med Fri fremskrivning",
        "Hvad hvert udsagn lægger til",
        "Hvor langt fra den frie fremskrivning",
        "Hvad der siden kom",
        "Hvad hvis, Økonomisk Redegørelse",
        "comparison.csv",
    ):
        assert words in result.stdout


def test_a_difference_of_medians_is_not_what_is_written(
    comparison: tuple[Result, pd.DataFrame],
) -> None:
    """Differences are taken draw by draw: a pinned figure less a free one has the free spread."""
    _, table = comparison
    country = rows(table, area="Hele landet", measure="ledighedsprocent", period="2021-12")
    level = by_level(country, table="level", scenario="oer-2020-08")
    away = by_level(country, table="effect", scenario="oer-2020-08")
    free = by_level(country, table="level", scenario="free")
    assert level["0.9"] - level["0.1"] < 1e-9
    assert away["0.9"] == pytest.approx(0.045 - free["0.1"], abs=1e-9)
    what_if = by_level(country, table="level", scenario="hvad-hvis")
    assert what_if["0.5"] == pytest.approx(0.06, abs=1e-9)


def test_what_statements_add_sums_to_the_whole(comparison: tuple[Result, pd.DataFrame]) -> None:
    _, table = comparison
    means = table[table["output_type"] == "mean"]
    for scenario in ("oer-2020-08", "hvad-hvis"):
        added = rows(means, table="added", scenario=scenario)
        whole = rows(means, table="effect", scenario=scenario)
        key = ["area", "group", "measure", "period"]
        both = added.groupby(key)["value"].sum()
        np.testing.assert_allclose(
            both, whole.set_index(key)["value"].reindex(both.index), rtol=0, atol=1e-9
        )
        assert added["statement"].nunique() == 3


def test_every_printed_number_is_a_row(comparison: tuple[Result, pd.DataFrame]) -> None:
    result, table = comparison
    line = next(x for x in result.stdout.splitlines() if x.startswith("Fri fremskrivning"))
    shown = [float(x.replace(",", ".")) for x in re.findall(r"\d+,\d", line)]
    level = rows(table, table="level", scenario="free", measure="ledighedsprocent")
    medians = rows(level, output_type="median")["value"]
    assert shown == pytest.approx([round(100 * v, 1) for v in medians], abs=0.051)


def test_compare_needs_two(run: Run) -> None:
    refused(forecast("scenario", "compare", run.folder, "free"), "found one scenario; expected two")


def test_reverse_answers_and_its_answer_holds(run: Run, tmp_path: Path) -> None:
    event = "Gentofte.i_alt@2021>4300 FTP"
    result = forecast(
        "scenario", "reverse", run.folder, "--event", event, "--lever", RATE, "--out", tmp_path
    )
    narrow(result)
    table = pd.read_csv(tmp_path / "reverse.csv")
    crossing = table["crossing"].iloc[0]
    assert table["lever"].is_monotonic_increasing
    assert "Sandsynligheden når 50 pct." in result.stdout
    # setting the rate at the answer makes the event as likely as asked
    told = f"{RATE}={100 * crossing:.4f} pct."
    out = tmp_path / "o"
    again = forecast("project", run.folder, "--set", told, "--out", out)
    assert again.exit_code == 3, again.output
    draws = pd.read_csv(out / "projections.csv", dtype={"output_type_id": str})
    mine = rows(draws, scenario="hvad-hvis", area="Gentofte", group="i_alt", period="2021",
                measure="fuldtidspersoner", output_type="median")  # fmt: skip
    # 500 draws: the median's standard error is some fifteen persons
    assert mine["value"].iloc[0] == pytest.approx(4300, abs=60)


@pytest.mark.slow
def test_reverse_says_where_there_is_no_answer(run: Run, tmp_path: Path) -> None:
    result = forecast(
        "scenario", "reverse", run.folder, "--event", "Gentofte.i_alt@2021>40000 FTP",
        "--lever", RATE, "--out", tmp_path, "--lang", "en",
    )  # fmt: skip
    narrow(result)
    assert "does not cross 50 per cent" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("event", "lever", "probability", "words"),
    [
        ("Gentofte.i_alt@2021>4300", RATE, "50 pct.", "without a unit"),
        ("Gentofte.i_alt@2021>4300 FTP", "Hele landet", "50 pct.", "--lever 'Hele landet': expec"),
        ("Gentofte.i_alt@2021>4300 FTP", RATE, "150 pct.", "--probability '150 pct.'"),
        ("Gentofte.i_alt@2021>4300 FTP", RATE.replace("2021-12", "2019"), "5 pct.", "data end"),
    ],
)
def test_a_question_that_cannot_be_asked(
    run: Run, tmp_path: Path, event: str, lever: str, probability: str, words: str
) -> None:
    result = forecast(
        "scenario", "reverse", run.folder, "--event", event, "--lever", lever,
        "--probability", probability, "--out", tmp_path,
    )  # fmt: skip
    refused(result, words)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(run: Run, tmp_path: Path) -> None:
    refused(forecast("scenario", "compare", run.folder, "--out", tmp_path / "no"), "no such folder")


def test_a_mix_takes_each_future_from_one_scenario(run: Run, home: Path) -> None:
    half = '[[mix]]\nscenario = "{}"\nweight = {}\nunit = "pct."\n'
    write(home, "blanding", half.format("free", 75) + half.format("oer-2020-08", 25))
    out = home / "o"
    names = ["free", "oer-2020-08", "blanding"]
    chosen = [x for n in names for x in ("--scenario", n)]
    result = forecast("project", run.folder, *chosen, "--out", out)
    assert result.exit_code == 3, result.output
    import xarray as xr

    with xr.open_dataset(out / "draws.nc", engine="h5netcdf") as found:
        free, ministry, mixed = (found["fuldtidspersoner"].sel(scenario=n).values for n in names)
    from_free = (mixed == free).all(axis=(1, 2, 3))
    from_ministry = (mixed == ministry).all(axis=(1, 2, 3))
    assert np.all(from_free | from_ministry)
    assert from_free.mean() == pytest.approx(0.75, abs=0.01)


def test_a_reform_to_a_new_benefit(tmp_path: Path, small_config: Path) -> None:
    """A benefit that does not exist yet is an entry in groups.toml and a scenario; no code."""
    import shutil

    from forecast.config import bundled

    folder = tmp_path / "mine"
    shutil.copytree(small_config.parent, folder)
    text = bundled("configs/groups.toml").read_text(encoding="utf-8")
    new = (
        '\n[groups.ny_ydelse]\nlabel_da = "Ny ydelse"\nlabel_en = "New benefit"\n'
        'parent = "i_alt"\nintroduced = "2021-07"\n'
    )
    (folder / "groups.toml").write_text(text + new, encoding="utf-8")
    (folder / "scenarios").mkdir()
    move = (
        f'{HEAD}[[shock]]\narea = "Gentofte"\ngroup = "kontanthjaelp"\nto_group = "ny_ydelse"\n'
        f'value = 40\nunit = "FTP"\nfrom = "2021-07"\n{SOURCE}'
    )
    (folder / "scenarios" / "reform.toml").write_text(move, encoding="utf-8")
    out = tmp_path / "o"
    config = folder / small_config.name
    refused(forecast("run", config, "--out", out), "no price of ny_ydelse", "or take [budget] out")
    text = config.read_text(encoding="utf-8")
    config.write_text(text[: text.index("[budget]")], encoding="utf-8")
    result = forecast("run", config, "--scenario", "free", "--scenario", "reform", "--out", out)
    assert result.exit_code == 3, result.output
    table = pd.read_csv(out / "projections.csv", dtype={"output_type_id": str})
    mine = rows(table, area="Gentofte", measure="fuldtidspersoner", output_type="median",
                period="2022").set_index(["scenario", "group"])["value"]  # fmt: skip
    assert mine["reform", "ny_ydelse"] == pytest.approx(40.0)
    assert mine["free", "ny_ydelse"] == 0.0
    assert mine["reform", "i_alt"] == pytest.approx(mine["free", "i_alt"], rel=1e-12)
    assert mine["reform", "kontanthjaelp"] == pytest.approx(mine["free", "kontanthjaelp"] - 40.0)


def test_compare_prints_few_persons_as_few_and_says_so(run: Run, tmp_path: Path) -> None:
    told = "Gentofte.uddannelseshjaelp_aabenlyst_uddannelsesparate@2021=5 FTP"
    result = forecast("scenario", "compare", run.folder, "free", "--set", told, "--out", tmp_path)
    narrow(result)
    line = next(x for x in result.stdout.splitlines() if "åbenlyst" in x)
    assert line.split()[-6:-4] == ["<10", "<10"]
    assert "<10: færre end ti personer vises ikke." in result.stdout
