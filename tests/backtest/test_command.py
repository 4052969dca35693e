"""``forecast backtest`` from files to tables, on small panels and quick methods."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from forecast.cli import main
from forecast.config.backtest import backtest_config
from forecast.core.monthly import Floats
from forecast.core.period import month_code
from forecast.run import backtest as stage
from forecast.run.time_left import TimeLeft
from tests.backtest.worlds import AREAS, FIRST, ORIGINS, values, write

MODELS = "seasonal_share,constant_share,naive_share"
MONTHS_TEXT = ",".join(month_code(origin) for origin in ORIGINS)


def command(folder: Path, *more: object, numbers: Floats | None = None, out: str = "out") -> Result:
    own, areas = write(folder, numbers)
    given = ["backtest", "--panel", own, "--areas", areas, "--models", MODELS, "--horizon", 12]
    given += [
        "--origins",
        MONTHS_TEXT,
        "--draws",
        200,
        "--workers",
        1,
        "--out",
        folder / out,
        *more,
    ]
    return CliRunner().invoke(main, [str(word) for word in given])


def refused(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    for word in words:
        assert word in lines[0]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("backtest")
    return folder / "out", command(folder)


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, keep_default_na=False)


def test_a_danish_file_needs_no_option_and_leaves_tables(done: tuple[Path, Result]) -> None:
    folder, result = done
    assert result.exit_code == 0, result.output
    assert {p.name for p in folder.iterdir()} == {
        *("backtest.csv", "backtest_quantiles.csv", "league.csv", "weights.csv", "notes.csv"),
        *("manifest.json", "pit.svg", "coverage.svg"),
    }
    scores = table(folder, "backtest.csv")
    assert list(scores) == ["model", "origin", "horizon", "area", "group", "score", "value", "n"]
    marks = table(folder, "backtest_quantiles.csv")
    columns = ["model", "origin", "area", "group", "period", "output_type", "output_type_id"]
    assert list(marks) == [*columns, "value"]
    assert {"leaves", "sums", "size:small", "Ny", "Øst"} <= set(scores["area"])
    assert set(scores["model"]) == {*MODELS.split(","), "stack"}
    assert not list(folder.parent.glob(".out-resume-*"))
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["horizon"] == 12


def test_the_league_fits_the_screen_and_stands_in_its_file(done: tuple[Path, Result]) -> None:
    folder, result = done
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "land.csv" in lines[0]
    ranking = table(folder, "league.csv")
    for row in ranking.to_dict("records"):
        line = next(line for line in lines if line.startswith(row["model"]))
        assert f"{100 * row['scaled_crps']:.2f}".replace(".", ",") in line
        assert f"{row['ratio']:.3f}".replace(".", ",") in line


def test_scores_are_those_of_the_quantiles(done: tuple[Path, Result]) -> None:
    folder, _ = done
    marks = table(folder, "backtest_quantiles.csv")
    mine = marks[(marks["model"] == "seasonal_share") & (marks["area"] == "Ny")]
    median = mine[mine["output_type"] == "median"].set_index(["origin", "period"])["value"]
    scores = table(folder, "backtest.csv")
    chosen = (scores["model"] == "seasonal_share") & (scores["area"] == "Ny")
    told = scores[chosen & (scores["score"] == "absolute_error")].set_index("origin")
    for origin in ORIGINS:
        months = median[month_code(origin)]
        came = [values()[1, 0, i - FIRST] for i in range(origin + 1, origin + 1 + len(months))]
        expected = float(np.mean(np.abs(months.to_numpy() - came)))
        assert told.loc[month_code(origin), "value"] == pytest.approx(expected, rel=1e-4)
        assert told.loc[month_code(origin), "n"] == len(months)


def test_two_processes_give_the_same_as_one(done: tuple[Path, Result], tmp_path: Path) -> None:
    assert command(tmp_path, "--workers", 2).exit_code == 0
    for name in ("backtest.csv", "backtest_quantiles.csv", "weights.csv", "notes.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (done[0] / name).read_bytes(), name


def test_what_is_interrupted_goes_on(
    here: None, done: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stage, "_stack_all", stop)
        refused(command(tmp_path), "Ctrl-C")
    assert not (tmp_path / "out").exists()
    (kept,) = tmp_path.glob(".out-resume-*")
    files = sorted(kept.glob("*.npz"))
    assert len(files) == 9
    before = [f.stat().st_mtime_ns for f in files[1:]]
    files[0].write_bytes(files[0].read_bytes()[:100])  # as a full disk would leave it
    with monkeypatch.context() as patch:
        patch.setattr(stage, "_stack_all", stop)
        refused(command(tmp_path), "Ctrl-C")
    assert [f.stat().st_mtime_ns for f in files[1:]] == before
    assert command(tmp_path).exit_code == 0
    for name in ("backtest.csv", "backtest_quantiles.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (done[0] / name).read_bytes()


def test_a_gap_is_told_with_its_row(here: None, tmp_path: Path) -> None:
    numbers = values()
    numbers[1, 0, 10] = np.nan
    result = command(tmp_path, numbers=numbers)
    assert result.exit_code == 0
    assert "Ny" in result.stderr
    assert "missing (row 65 is the last before)" in result.stderr


def test_a_method_that_fails_is_reported_and_not_replaced(here: None, tmp_path: Path) -> None:
    numbers = values()
    numbers[4, 0, 5:] = np.nan  # five months of Sø, too few for last year's share
    result = command(tmp_path, numbers=numbers)
    assert result.exit_code == 0
    notes = table(tmp_path / "out", "notes.csv")
    failed = notes[notes["kind"] == "failed"]
    assert set(failed["area"]) == {"Sø"}
    marks = table(tmp_path / "out", "backtest_quantiles.csv")
    assert "Sø" not in set(marks.loc[marks["model"] == "seasonal_share", "area"])


def test_bad_input_is_one_line(here: None, tmp_path: Path) -> None:
    refused(command(tmp_path, "--models", "seasonal_shar"), "did you mean 'seasonal_share'")
    refused(command(tmp_path, "--origins", "2018-05"), "choose an origin within")
    refused(command(tmp_path, "--national", "Lund"), "Land")
    larger = values()
    larger[1, 0, 3] = 1e5
    refused(command(tmp_path, numbers=larger), "Ny", "Land", "row")
    own, areas = write(tmp_path)
    own.write_bytes(own.read_bytes() + b"Ny;2018M01;5,0\n")
    words = ["backtest", "--panel", own, "--areas", areas]
    refused(CliRunner().invoke(main, [str(w) for w in words]), "stands twice")
    areas.write_text(areas.read_text(encoding="utf-8").replace("Ny,Øst", "Ny,Ost"), "utf-8")
    refused(CliRunner().invoke(main, [str(w) for w in words]), "unknown parent 'Ost'", "row")
    assert CliRunner().invoke(main, ["backtest"]).exit_code == 2


def test_a_published_path_must_hold_every_month(here: None, tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    start = ORIGINS[0] - 1
    rows = [f"{month_code(start)},{month_code(start + k)},3000" for k in range(1, 40)]
    path.write_text("published,period,value\n" + "\n".join(rows) + "\n", encoding="utf-8")
    result = command(tmp_path, "--given", path)
    assert result.exit_code == 0, result.output
    path.write_text("published,period,value\n" + "\n".join(rows[:9]) + "\n", encoding="utf-8")
    refused(command(tmp_path, "--given", path), "published.csv", "has no value")


def test_origins_are_chosen_where_none_are_named() -> None:
    months = np.arange(FIRST, FIRST + 49)
    chosen = stage.default_origins(months)
    assert chosen[-1] == months[-1] - 6
    assert set(np.diff(chosen)) == {3}
    assert chosen[0] >= FIRST + 23
    assert stage.default_origins(months[:26]) == (FIRST + 23,)


def test_usual_methods_are_known() -> None:
    from forecast.models.registry import names

    own = Path(__file__)
    assert set(backtest_config(None, panel=own).models) <= set(names())
    assert len(AREAS) == 5


def test_time_left_is_what_tasks_of_a_kind_took() -> None:
    left = TimeLeft(["fast", "slow"] * 5, 2)
    now = 0.0
    left.begin(0, "fast", 0.0)
    left.begin(1, "slow", 0.0)
    assert left.left(0.0) is None
    ends = {0: 1.0, 1: 5.0}
    tasks = iter(enumerate(["fast", "slow"] * 4, start=2))
    told: list[tuple[float, float]] = []
    while ends:
        number = min(ends, key=ends.__getitem__)
        now = ends.pop(number)
        left.end(number, now)
        for new, kind in tasks:
            left.begin(new, kind, now)
            ends[new] = now + {"fast": 1.0, "slow": 5.0}[kind]
            break
        guess = left.left(now)
        if guess is not None:
            told.append((now, guess))
    assert all(abs(guess - (now - at)) <= 0.3 * (now - at) + 1e-9 for at, guess in told)
