"""What fails is reported and never replaced; what explodes is counted."""

from pathlib import Path

import pandas as pd
import pytest

from forecast.run.backtest import BacktestResult
from tests.backtest.runs import (
    CODES,
    MODELS,
    Enter,
    Exploding,
    Failing,
    Lacking,
    backtest,
    standings,
    table,
)
from tests.backtest.worlds import ORIGINS


def test_a_failing_rival_is_reported_and_never_replaced(enter: Enter, tmp_path: Path) -> None:
    enter({"failing": Failing()})
    result = backtest(tmp_path, models=(*MODELS, "failing"))
    assert result.exit_code == 3
    told = " ".join(result.terminal_text.split())
    months = f"{CODES[0]}, {CODES[1]} og {CODES[2]}"
    assert told.count("- failing kunne ikke") == 1
    assert f"- failing kunne ikke regnes fra {months}: no mode was found" in told
    ranking = standings(result)
    assert list(ranking.index[-2:]) == ["failing", "stack"]  # a pool of it fails with it
    assert ranking.loc["failing", ["scaled_crps", "ratio", "coverage_80"]].isna().all()
    assert ranking.loc["failing", "failed_origins"] == 3
    assert ranking.loc["failing", "failed_series"] == 3 * 4
    for name in ("backtest.csv", "backtest_quantiles.csv"):
        assert set(table(result, name)["model"]) == set(MODELS)
    notes = table(result, "notes.csv").set_index("model").loc["failing"]
    assert set(notes["kind"]) == {"failed"}
    assert set(notes["detail"]) == {"no mode was found"}


def test_others_do_not_depend_on_who_fails(
    enter: Enter, usual: BacktestResult, tmp_path: Path
) -> None:
    enter({"failing": Failing(since=ORIGINS[1])})
    other = backtest(tmp_path, models=(*MODELS, "failing"))
    for name in ("backtest.csv", "backtest_quantiles.csv"):
        both = (table(one, name) for one in (usual, other))
        mine = [one[one["model"].isin(MODELS)].reset_index(drop=True) for one in both]
        pd.testing.assert_frame_equal(*mine, check_exact=True)
    failing = table(other, "backtest.csv").query("model == 'failing'")
    assert set(failing["origin"]) == {CODES[0]}


def test_a_reference_that_fails_leaves_the_league_without_ratios(
    enter: Enter, tmp_path: Path
) -> None:
    enter({"failing": Failing()})
    result = backtest(tmp_path, models=("failing", *MODELS))
    ranking = standings(result)
    assert result.exit_code == 3
    assert ranking["ratio"].isna().all()
    assert ranking["scaled_crps"].iloc[:3].is_monotonic_increasing
    assert set(ranking.index[:3]) == set(MODELS)


def test_where_all_fail_tables_have_no_rows(enter: Enter, tmp_path: Path) -> None:
    enter({"failing": Failing()})
    result = backtest(tmp_path, models=("failing",))
    assert result.exit_code == 3
    assert [len(table(result, f"{name}.csv")) for name in ("backtest", "backtest_quantiles")] == [
        0,
        0,
    ]
    assert len(table(result, "notes.csv")) == 3
    assert "<svg" in (result.folder / "pit.svg").read_text(encoding="utf-8")


def test_paths_that_explode_are_counted(enter: Enter, tmp_path: Path) -> None:
    enter({"exploding": Exploding()})
    result = backtest(tmp_path, models=(*MODELS, "exploding"))
    ranking = standings(result)
    assert result.exit_code == 0
    assert ranking.loc["exploding", "exploded"] == 3 * (3 + 4)
    assert ranking.loc["exploding", "failed_series"] == 3
    line = next(one for one in result.terminal_text.splitlines() if one.startswith("exploding"))
    assert line.endswith("3 / 21")
    notes = table(result, "notes.csv").query("model == 'exploding'")
    assert set(zip(notes["area"], notes["kind"], notes["detail"].astype(str), strict=True)) == {
        ("Ny", "exploded", "3"),
        ("Ny", "failed", "3 of 100 paths are not finite"),
        ("Vest", "exploded", "4"),
    }


def test_no_quantile_of_a_pool_is_made_of_what_is_left_of_it(enter: Enter, tmp_path: Path) -> None:
    enter({"lacking": Lacking("Ny", "lacking")})
    result = backtest(tmp_path, models=(*MODELS, "lacking"), origins=CODES[:1])
    marks = table(result, "backtest_quantiles.csv")
    for model in ("lacking", "stack"):  # all weights are equal at the first origin
        assert set(marks.loc[marks["model"] == model, "area"]) == {
            "Gammel",
            "Vest",
            "Sø",
            "Sydvest",
        }
    notes = table(result, "notes.csv").query("model == 'stack'")
    assert notes["detail"].to_list() == ["lacking: no draws, and the method does not say why"]


def test_a_pool_leaves_out_a_method_that_explodes(enter: Enter, tmp_path: Path) -> None:
    enter({"exploding": Exploding()})
    result = backtest(tmp_path, models=(*MODELS, "exploding"))
    weights = table(result, "weights.csv").pivot_table("weight", "origin", "model")
    assert (weights["exploding"] == 0).all()
    assert weights.sum(axis=1).to_list() == pytest.approx([1.0, 1.0, 1.0])
    marks = table(result, "backtest_quantiles.csv")
    assert "Ny" in set(marks.loc[marks["model"] == "stack", "area"])


def test_where_all_explode_there_is_no_pool(enter: Enter, tmp_path: Path) -> None:
    enter({"one": Exploding("one"), "two": Exploding("two")})
    result = backtest(tmp_path, models=("one", "two"))
    notes = table(result, "notes.csv").query("model == 'stack'")
    assert result.exit_code == 3
    assert len(notes) == 3
    assert notes["detail"].str.contains("paths of every method explode").all()


def test_a_method_that_lacks_a_hard_series_does_not_gain_by_it(
    enter: Enter, tmp_path: Path
) -> None:
    enter({name: Lacking(lacks, name) for name, lacks in (("half", "Sø"), ("whole", None))})
    ranking = standings(backtest(tmp_path, models=("whole", "half", "seasonal_share")))
    # Sø is the hardest, and alone it would make `half` the better of the two
    assert ranking.loc["half", "scaled_crps"] < ranking.loc["whole", "scaled_crps"]
    assert ranking.loc["half", "ratio"] == pytest.approx(1, rel=1e-12)
    assert ranking.loc["half", "failed_series"] == 3
