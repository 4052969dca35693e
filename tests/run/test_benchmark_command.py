"""`forecast benchmark`, and a run whose configuration names a benchmark."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result

import forecast as package
from forecast.config import bundled
from tests.benchmark.made_up import LABELS, conditions, made_up, written
from tests.run.conftest import forecast, refused

TOTAL = "ydelsesgrupper_i_alt"
LAST = "2020-07..2021-06"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The folder and result of a table without framework conditions."""
    folder = tmp_path_factory.mktemp("benchmark")
    table, out = written(folder / "y30r21.csv"), folder / "out"
    shares = ("--offers", "250 af 1000", "--conversations", "12,5 pct.")
    worst = made_up().query("periode == '2021QMAT02' and placering == 98")
    area = worst[worst["ydelsesgruppe"].eq(LABELS[0])]["kommune"].iloc[0]
    return out, forecast("benchmark", table, "--area", area, *shares, "--out", out)


def rows(folder: Path, name: str = "benchmark") -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype={"output_type_id": str}, keep_default_na=False)


def test_it_ends_well_and_fits_the_terminal(done: tuple[Path, Result]) -> None:
    folder, result = done
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    names = {p.name for p in folder.iterdir()}
    assert names == {
        "benchmark.csv",
        "supervision.csv",
        "diagnostics.csv",
        "report.html",
        "manifest.json",
    }
    checks = rows(folder, "diagnostics")
    assert set(checks["verdict"]) == {"pass"}
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["seed"] == 20200907


def test_published_figures_are_written_as_they_were(done: tuple[Path, Result]) -> None:
    table, source = rows(done[0]), made_up()
    mine = table[table["basis"].eq("observed") & table["period"].eq(LAST)]
    found = mine.set_index(["area", "group", "measure"])["value"]
    row = source[
        source["kommune"].eq("Gentofte")
        & source["periode"].eq("2021QMAT02")
        & source["ydelsesgruppe"].eq(LABELS[1])
    ].iloc[0]
    here = ("Gentofte", "a_dagpenge_mv")
    assert found[(*here, "faktisk_andel")] == pytest.approx(row["faktisk_andel_pct"] / 100)
    assert found[(*here, "forskel")] == pytest.approx(row["forskel_andel_pp"] / 100)
    assert found[(*here, "placering")] == row["placering"]
    # the country is the sum of its municipalities
    part = source[source["periode"].eq("2021QMAT02") & source["ydelsesgruppe"].eq(LABELS[1])]
    assert found["Hele landet", "a_dagpenge_mv", "fuldtidspersoner"] == part["faktisk_antal"].sum()


def test_a_notebook_gets_the_same_table(done: tuple[Path, Result]) -> None:
    made = package.assess_benchmark(done[0].parent / "y30r21.csv")
    table = rows(done[0])
    assert made["value"].to_numpy() == pytest.approx(table["value"].to_numpy())
    assert list(made["measure"]) == list(table["measure"])


def test_draws_are_summed_up_as_quantiles(done: tuple[Path, Result]) -> None:
    table = rows(done[0])
    draws = table[table["output_type"].eq("quantile")]
    key = ["area", "group", "measure", "period", "scenario"]
    ordered = draws.sort_values([*key, "output_type_id"]).groupby(key)["value"]
    assert ordered.apply(lambda v: bool(np.all(np.diff(v) >= 0))).all()
    chance = table[
        table["measure"].str.startswith("sandsynlighed") | table["measure"].eq("stoejandel")
    ]
    assert chance["value"].between(0, 1).all()
    ranks = draws[draws["measure"].eq("underliggende_placering")]["value"]
    assert ranks.between(1, 98).all()
    assert set(table["group"]) == {TOTAL, "a_dagpenge_mv", "sygedagpenge_mv", "kontanthjaelp_mv"}
    assert set(table[table["measure"].eq("sandsynlighed_resultatmaal")]["period"]) == {"2021"}


def test_gaps_that_are_large_are_found(done: tuple[Path, Result]) -> None:
    """The made-up municipalities furthest from their expectation are on the right side."""
    table = rows(done[0])
    here = table[table["group"].eq(TOTAL) & table["period"].eq(LAST)]
    rank = here[here["measure"].eq("placering")].set_index("area")["value"]
    below = here[here["measure"].eq("sandsynlighed_hoejst_forventet")].set_index("area")["value"]
    assert below[rank.nsmallest(5).index].min() > 0.9
    assert below[rank.nlargest(5).index].max() < 0.1


def test_the_worst_comes_under_supervision(done: tuple[Path, Result]) -> None:
    folder, result = done
    table = rows(folder, "supervision")
    states = table[table["measure"].eq("sandsynlighed_tilstand")]
    now = states[states["period"].eq(LAST)].set_index("reading")["group"]
    assert now.to_dict() == {"": "skaerpet_tilsyn", "focus=both": "opfylder_fokusmaal"}
    ahead = states[states["period"].eq("2021")].set_index("group")["value"]
    assert ahead.sum() == pytest.approx(1.0)
    # in April 2022 the limit is 30 per cent, so 25 are enough
    assert ahead["opfylder_fokusmaal"] > 0.95
    assert "Tilstand: skærpet tilsyn." in result.stdout
    assert "begge fokusmål skal være forfejlet" in " ".join(result.stdout.split())
    given = table[table["measure"].eq("fokusmaal_tilbud")]["value"].tolist()
    assert given == [0.25]


def test_the_page_has_both_pictures_and_no_script(done: tuple[Path, Result]) -> None:
    page = (done[0] / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "benchmark.csv" in page


def test_in_english_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One half-year and one group are enough, and the folder is named by the table."""
    monkeypatch.chdir(tmp_path)
    table = made_up()
    one = table[table["periode"].eq("2021QMAT02") & table["ydelsesgruppe"].eq(LABELS[0])]
    one.to_csv("tabel.csv", index=False)
    result = forecast("benchmark", "tabel.csv", "--lang", "en", "--peer", "rudersdal")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Gentofte: actual and expected share on public benefits")
    assert "Rudersdal" in result.stdout
    assert (tmp_path / "outputs" / "tabel" / "benchmark.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--area", "Østdanmark"), "--area 'Østdanmark': expected a municipality"),
        (("--area", "Gentoft"), "unknown area 'Gentoft' (did you mean 'Gentofte'?)"),
        (("--peer", "Nirgendwo"), "unknown area 'Nirgendwo'"),
        (("--offers", "18"), "--offers '18': expected a share with its unit"),
        (("--offers", "900 af 800"), "expected no more persons than there are"),
        (("--conversations", "120 pct."), "more than all of them; expected 0 to 100 pct."),
        (("--run", "."), "no draws.nc; name the folder of a run"),
        (("--conditions", "nope.csv"), "nope.csv"),
    ],
)
def test_wrong_wishes_are_refused_before_the_work(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "b.csv")
    refused(forecast("benchmark", "b.csv", *arguments), said)
    assert not (tmp_path / "outputs").exists()


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(forecast("benchmark", tmp_path / "no.csv"), "no.csv: no such file")


def configured(small_config: Path, folder: Path, text: str) -> Path:
    """The small configuration with a table [benchmark]."""
    shutil.copytree(small_config.parent, folder)
    file = folder / small_config.name
    file.write_text(file.read_text(encoding="utf-8") + f"\n[benchmark]\n{text}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('table = "no.csv"', "benchmark.table: "),
        ('table = "groups.toml"\noffers = "18"', "benchmark.offers '18': expected a share"),
        ('tabel = "b.csv"', "benchmark.tabel: unknown key (did you mean 'table'?)"),
    ],
)
def test_a_benchmark_that_cannot_be_used_is_refused(
    text: str, said: str, small_config: Path, tmp_path: Path
) -> None:
    file = configured(small_config, tmp_path / "mine", text)
    if "groups" in text:
        shutil.copyfile(bundled("configs/groups.toml"), file.parent / "groups.toml")
    refused(forecast("run", file, "--out", tmp_path / "o"), said)


@pytest.mark.slow
def test_a_run_says_how_its_scenarios_meet_the_resultatmaal(
    small_config: Path, tmp_path: Path
) -> None:
    """Tables, sentence and section of a run; by each scenario, with our own expectation."""
    text = 'table = "b.csv"\nconditions = "c.csv"\noffers = "12 pct."\npeers = ["Rudersdal"]'
    file = configured(small_config, tmp_path / "mine", text)
    written(file.parent / "b.csv")
    conditions(file.parent / "c.csv")
    out = tmp_path / "o"
    result = forecast("run", file, "--out", out)
    assert result.exit_code in (0, 3), result.output
    table = rows(out)
    ahead = table[
        table["measure"].eq("sandsynlighed_resultatmaal") & table["model"].eq("fremtider")
    ]
    scenarios = set(rows(out, "projections")["scenario"])
    assert set(ahead["scenario"]) == scenarios
    assert set(table["model"]) == {"offentliggjort", "egen", "fremtider"}
    own = table[table["model"].eq("egen") & table["measure"].eq("forventet_andel")]
    assert own[own["output_type"].eq("median")]["area"].nunique() == 98
    assert "faktisk og forventet andel" in result.stdout
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'id="benchmark-own"' in page
    checks = rows(out, "diagnostics")
    assert checks["check"].eq("agreement_correlation").sum() == 4
    # the same run asked again by itself says the same of its scenarios
    again = forecast(
        "benchmark",
        file.parent / "b.csv",
        "--run",
        out,
        "--offers",
        "12 pct.",
        "--out",
        tmp_path / "p",
    )
    assert again.exit_code == 0, again.output
    alone = rows(tmp_path / "p")
    alone = alone[alone["model"].eq("fremtider") & alone["output_type"].eq("median")]
    before = table[table["model"].eq("fremtider") & table["output_type"].eq("median")]
    assert len(alone) == len(before)
    # draws.nc keeps fewer futures than the run has
    assert alone["value"].to_numpy() == pytest.approx(before["value"].to_numpy(), abs=0.01)
