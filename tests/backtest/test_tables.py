"""What stands in the tables of a backtest: every number found a second way."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.core.monthly import Floats
from forecast.core.period import month_code, parse_month
from forecast.errors import DataError
from forecast.evaluation.backtest import run
from forecast.models.registry import method
from forecast.report import words
from forecast.run.backtest import BacktestResult, make_plan
from tests.backtest.runs import (
    CODES,
    MODELS,
    backtest,
    backtest_file,
    rows_of,
    settings,
    standings,
    table,
)
from tests.backtest.worlds import FIRST, MONTHS, ORIGINS, values, write

STARTS = [origin - FIRST + 1 for origin in ORIGINS]


def fair_crps(draws: Floats, came: float) -> float:
    """The score as its definition has it, over all pairs."""
    n = len(draws)
    spread = np.abs(draws[:, None] - draws[None, :]).sum() / (2 * n * (n - 1))
    return float(np.abs(draws - came).mean() - spread)


def test_a_score_is_that_of_the_draws(usual: BacktestResult) -> None:
    folder = usual.folder.parent
    _, plan = make_plan(settings(folder / "land.csv", folder / "omraader.csv"))
    drawn = run(plan, method("seasonal_share"), ORIGINS[0]).draws
    assert drawn is not None
    kept = drawn.astype(np.float32).astype(float)  # as the store keeps them
    east = values()[1:3, 0, STARTS[0] : STARTS[0] + 12].sum(axis=0)
    expected = [fair_crps(kept.sel(area="Øst").values[:, 0, h], east[h]) for h in range(12)]
    rows = table(usual, "backtest.csv")
    mine = rows[(rows["model"] == "seasonal_share") & (rows["origin"] == CODES[0])]
    row = mine[(mine["area"] == "Øst") & (mine["score"] == "crps")]
    assert row["value"].item() == pytest.approx(np.mean(expected), rel=1e-9)
    assert row["n"].item() == 12


def weighted_interval_score(marks: pd.Series, came: float) -> float:
    """Half the median's error, and of each interval half its miscoverage times its score.

    Bracher, Ray, Gneiting & Reich (2021), equation 2, doi:10.1371/journal.pcbi.1008618.
    """
    total, count = abs(came - marks[0.5]) / 2, 0.5
    for low in (0.025, 0.05, 0.1, 0.25):
        lower, upper, outside = marks[low], marks[round(1 - low, 3)], 2 * low
        miss = max(lower - came, 0) + max(came - upper, 0)
        total += outside / 2 * (upper - lower + 2 / outside * miss)
        count += 1
    return total / count


def test_a_score_is_that_of_the_quantiles(usual: BacktestResult) -> None:
    marks = table(usual, "backtest_quantiles.csv")
    here = (marks["model"] == "stack") & (marks["origin"] == CODES[2]) & (marks["area"] == "Ny")
    mine = marks[here & (marks["output_type"] == "quantile")]
    expected = [
        weighted_interval_score(
            mine[mine["period"] == month_code(FIRST + at)].set_index("output_type_id")["value"],
            values()[1, 0, at],
        )
        for at in range(STARTS[2], STARTS[2] + 6)
    ]
    rows = table(usual, "backtest.csv")
    chosen = (rows["model"] == "stack") & (rows["origin"] == CODES[2])
    row = rows[chosen & (rows["area"] == "Ny") & (rows["score"] == "wis")]
    assert row["value"].item() == pytest.approx(np.mean(expected), rel=1e-9)


def test_pools_are_means_of_their_areas(usual: BacktestResult) -> None:
    rows = table(usual, "backtest.csv")
    mine = rows[(rows["model"] == "stack") & (rows["origin"] == CODES[0]) & rows["horizon"].isna()]
    error = mine[mine["score"] == "absolute_error"].set_index("area")["value"]
    assert error["leaves"] == pytest.approx(error[["Ny", "Gammel", "Vest", "Sø"]].mean())
    assert error["sums"] == pytest.approx(error[["Øst", "Sydvest"]].mean())
    # thirds of four, by size: Sø and Gammel, Ny, Vest
    assert error["size:small"] == pytest.approx(error[["Sø", "Gammel"]].mean())
    assert error["size:middle"] == pytest.approx(error["Ny"])
    assert error["size:large"] == pytest.approx(error["Vest"])


def test_horizons_are_those_there_are(usual: BacktestResult) -> None:
    rows = table(usual, "backtest.csv")
    last = rows[(rows["score"] == "crps") & rows["horizon"].notna()].groupby("origin")["horizon"]
    assert last.max().to_dict() == {CODES[0]: 12, CODES[1]: 12, CODES[2]: 6}
    pools = {"leaves", "sums", "size:small", "size:middle", "size:large"}
    assert set(rows.loc[rows["horizon"].notna(), "area"]) == pools


def test_the_league_is_the_sum_of_its_cells(usual: BacktestResult) -> None:
    rows = table(usual, "backtest.csv")
    cells = rows[(rows["area"] == "leaves") & (rows["score"] == "crps") & rows["horizon"].isna()]
    whole = sum(values()[1:, 0, start : start + 12].sum() for start in STARTS)
    ranking = standings(usual)
    for model, mine in cells.groupby("model"):
        expected = (mine["value"] * mine["n"]).sum() / whole
        assert ranking.loc[str(model), "scaled_crps"] == pytest.approx(expected, rel=1e-9)
    ratio = ranking["scaled_crps"] / ranking.loc["seasonal_share", "scaled_crps"]
    assert np.allclose(ranking["ratio"], ratio)
    assert ranking["ratio"].is_monotonic_increasing


def shown(value: float, decimals: int = 0) -> str:
    return words.number(value, lang="da", decimals=decimals)


def test_every_printed_number_stands_in_the_league(usual: BacktestResult) -> None:
    lines = usual.terminal_text.splitlines()
    assert max(map(len, lines)) <= 80
    for model, row in standings(usual).iterrows():
        at = next(k for k, line in enumerate(lines) if line.startswith(str(model)))
        expected = [shown(100 * row["scaled_crps"], 2), shown(row["ratio"], 3)]
        expected += [shown(100 * row[name]) for name in ("coverage_80", "coverage_95")]
        expected += [shown(100 * row["sums_crps"], 1)]
        expected += [shown(row["failed_series"]), "/", shown(row["exploded"])]
        if model != "seasonal_share":
            expected += [f"{shown(row['low'], 3)}-{shown(row['high'], 3)}"]
        expected += [shown(100 * row["sums_80"])]
        assert " ".join(lines[at : at + 2]).split()[1:] == expected, model


def test_the_nation_is_scored_where_it_is_not_told(
    here: None, usual: BacktestResult, tmp_path: Path
) -> None:
    free = backtest(tmp_path, given="free")
    areas = [set(table(one, "backtest.csv")["area"]) for one in (free, usual)]
    assert areas[0] - areas[1] == {"Land"}
    leaves = table(free, "backtest.csv").query("area == 'leaves' and score == 'crps'")
    assert set(leaves.loc[leaves["horizon"].isna(), "n"]) == {4 * 12, 4 * 6}


def test_a_total_of_groups_is_scored_and_not_counted_twice(here: None, tmp_path: Path) -> None:
    numbers = values(groups=2)
    own, areas = write(tmp_path, numbers[:, :1])
    head, *first = rows_of(own)
    second = rows_of(write(tmp_path, numbers[:, 1:])[0])[1:]
    rows = [f"{head};Gruppe", *(f"{row};dagpenge" for row in first)]
    own.write_text("\n".join([*rows, *(f"{row};kontanthjaelp" for row in second)]), "utf-8")
    result = backtest_file(own, areas)
    scored = table(result, "backtest.csv")
    assert set(scored["group"]) == {"dagpenge", "kontanthjaelp", "i_alt"}
    crps = scored.query("area == 'leaves' and score == 'crps' and model == 'naive_share'")
    mine = crps[crps["horizon"].isna() & (crps["group"] != "i_alt")]
    whole = sum(numbers[1:, :, start : start + 12].sum() for start in STARTS)
    expected = (mine["value"] * mine["n"]).sum() / whole
    assert standings(result).loc["naive_share", "scaled_crps"] == pytest.approx(expected, rel=1e-9)


def test_an_area_in_between_with_a_series_stands_beside_its_sum(here: None, tmp_path: Path) -> None:
    own, areas = write(tmp_path)
    east = values()[1:3, 0].sum(axis=0)
    rows = [f"Øst;{month_code(FIRST + t)};{east[t]:.1f}".replace(".", ",") for t in range(MONTHS)]
    own.write_text("\n".join([*rows_of(own), *rows]), "utf-8")
    found = set(table(backtest_file(own, areas), "backtest.csv")["area"])
    assert {"Øst", "Øst (sum)", "Sydvest", "sums"} <= found


def test_shares_are_not_added_up(here: None, tmp_path: Path, rng: np.random.Generator) -> None:
    own, areas = write(tmp_path, danish=False)
    head, *rest = rows_of(own)
    rates = (f"{row.rsplit(',', 1)[0]},{0.04 + 0.01 * rng.random():.4f},andel" for row in rest)
    own.write_text("\n".join([f"{head},unit", *rates]), encoding="utf-8")
    result = backtest_file(own, areas)
    assert not {"sums", "Øst", "Sydvest"} & set(table(result, "backtest.csv")["area"])
    assert standings(result)["sums_crps"].isna().all()
    assert result.terminal_text.count(" - ") == len(MODELS) + 1


@pytest.mark.parametrize("few", ["areas", "origins"])
def test_a_single_cluster_gives_no_interval(few: str, here: None, tmp_path: Path) -> None:
    own, areas = write(tmp_path)
    if few == "areas":
        kept = [row for row in rows_of(own) if row.split(";")[0] in ("Område", "Land", "Ny")]
        own.write_text("\n".join(kept), encoding="utf-8")
    ranking = standings(backtest_file(own, areas, origins=CODES if few == "areas" else CODES[:1]))
    assert ranking["low"].isna().all()
    assert ranking["ratio"].notna().all()


def test_a_nation_alone_is_backtested_free_and_refused_given(here: None, tmp_path: Path) -> None:
    own, areas = write(tmp_path)
    kept = [row for row in rows_of(own) if row.split(";")[0] in ("Område", "Land")]
    own.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(DataError, match=r"land\.csv: no area but Land, .* --free"):
        backtest_file(own, areas)
    result = backtest_file(own, areas, given="free", models=("naive", "drift"))
    assert set(table(result, "backtest.csv")["area"]) == {"Land", "leaves", "size:small"}


def released(folder: Path, factor: float) -> tuple[Path, Path]:
    """Files of figures that came out at once, and were changed when all was over."""
    own, areas = write(folder, danish=False)
    head, *rest = rows_of(own)
    rows = [f"{head},as_of"]
    for row in rest:
        area, period, value = row.split(",")
        rows.append(f"{row},{month_code(max(parse_month(period), FIRST + 23))}-28")
        times = 1 if area == "Land" else factor
        rows.append(f"{area},{period},{times * float(value):.1f},2022-07-01")
    own.write_text("\n".join(rows), encoding="utf-8")
    return own, areas


def test_weights_rest_on_what_had_been_released(here: None, tmp_path: Path) -> None:
    origins = tuple(month_code(FIRST + k) for k in (24, 28, 32, 36))
    found: list[pd.DataFrame] = []
    for factor in (1.0, 0.2):
        files = released(tmp_path, factor)
        result = backtest_file(*files, origins=origins, horizon=8)
        found.append(table(result, "weights.csv"))
    assert found[0].query("weight != 1 / 3").shape[0] > 0
    pd.testing.assert_frame_equal(*found, check_exact=True)
