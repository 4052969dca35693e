"""`forecast scenario carry`: all areas of a monthly panel, as the country is stated to be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.core.period import month_code
from tests.backtest import worlds
from tests.run.conftest import forecast, refused


@pytest.fixture
def panel(tmp_path: Path) -> tuple[Path, Path]:
    """A country of four municipalities and two benefits, and the table of its areas."""
    made = worlds.panel(worlds.values(groups=2))
    rows = [
        (area, group, month_code(int(month)).replace("-", "M"), f"{value:.0f}")
        for area, groups in zip(made.areas, made.values, strict=True)
        for group, values in zip(made.groups, groups, strict=True)
        for month, value in zip(made.months, values, strict=True)
    ]
    file, areas = tmp_path / "land.csv", tmp_path / "areas.csv"
    columns = ["area", "group", "period", "value"]
    pd.DataFrame(rows, columns=columns).to_csv(file, index=False)
    parents = pd.Series(worlds.PARENTS).fillna("").rename_axis("area").rename("parent")
    parents.reset_index().to_csv(areas, index=False)
    return file, areas


def carried(panel: tuple[Path, Path], out: Path, *more: str) -> pd.DataFrame:
    file, areas = panel
    result = forecast(
        "scenario", "carry", file, "--areas", areas, "--draws", "200", "--out", out, *more
    )
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    return pd.read_csv(out / "projections.csv", dtype={"output_type_id": str})


def medians(table: pd.DataFrame, scenario: str, period: str) -> pd.Series:
    mine = table[
        table["scenario"].eq(scenario)
        & table["period"].eq(period)
        & table["output_type"].eq("median")
    ]
    return mine.set_index(["area", "group"])["value"]


def test_areas_follow_what_is_stated_of_the_country(
    panel: tuple[Path, Path], tmp_path: Path
) -> None:
    told = ("--set", "Land.dagpenge@2023=4500 FTP", "--add-up", "--area", "Land", "--area", "Ny")
    table = carried(panel, tmp_path / "o", *told)
    free, stated = medians(table, "free", "2023"), medians(table, "hvad-hvis", "2023")
    assert stated["Land", "dagpenge"] == pytest.approx(4500.0)
    up = stated["Land", "dagpenge"] / free["Land", "dagpenge"]
    for area in ("Ny", "Gammel", "Vest", "Sø"):
        moved = stated[area, "dagpenge"] / free[area, "dagpenge"]
        assert (moved - 1.0) / (up - 1.0) == pytest.approx(1.0, abs=0.5)
    rows = table[table["scenario"].eq("hvad-hvis") & table["period"].eq("2023")]
    pinned = rows[rows["area"].eq("Land") & rows["group"].eq("dagpenge")]
    assert set(pinned["basis"]) == {"pinned"}
    means = rows[rows["output_type"].eq("mean")].set_index(["area", "group"])["value"]
    parts = sum(means[a, "dagpenge"] for a in ("Ny", "Gammel", "Vest", "Sø"))
    assert parts == pytest.approx(means["Land", "dagpenge"], rel=1e-6)


def test_our_municipality_is_printed_where_the_panel_has_it(
    panel: tuple[Path, Path], tmp_path: Path
) -> None:
    def printed(out: str) -> str:
        file, areas = panel
        said = ("--areas", areas, "--draws", "100", "--out", tmp_path / out)
        result = forecast("scenario", "carry", file, *said)
        assert result.exit_code == 0, result.output
        return result.stdout

    smallest = "Sø"
    assert smallest not in printed("a")
    for file in panel:
        text = file.read_text(encoding="utf-8").replace(smallest, "Gentofte")
        file.write_text(text, encoding="utf-8")
    shown = printed("b")
    assert "Land" in shown
    assert "Gentofte" in shown


def test_nothing_stated_is_one_scenario_and_the_same_numbers(
    panel: tuple[Path, Path], tmp_path: Path
) -> None:
    alone = carried(panel, tmp_path / "a")
    both = carried(panel, tmp_path / "b", "--set", "Land.dagpenge@2023=4500 FTP", "--lang", "en")
    assert set(alone["scenario"]) == {"free"}
    np.testing.assert_array_equal(alone["value"], both.loc[both["scenario"].eq("free"), "value"])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--set", "Land.dagpenge@2023=4500"), "without a unit"),
        (("--set", "Land.dagpenge@2023=4,5 pct."), "found the unit pct., expected FTP"),
        (("--set", "Ny.dagpenge@2023=400 FTP"), "found Ny, expected Land"),
        (("--set", "Land@2023=400 FTP"), "found no group, expected one of dagpenge, kontanthj"),
        (("--set", "Land.dagpeng@2023=400 FTP"), "did you mean 'dagpenge'"),
        (("--set", "Land.dagpenge@2019=400 FTP"), "found dagpenge in 2019, expected groups"),
        (("--set", "Land.dagpenge=400 FTP"), "expected COUNTRY.GROUP@PERIOD=VALUE FTP"),
        (("--area", "Nyt"), "--area 'Nyt': not in"),
    ],
)
def test_what_cannot_be_asked(
    panel: tuple[Path, Path], tmp_path: Path, more: tuple[str, ...], words: str
) -> None:
    file, areas = panel
    out = tmp_path / "o"
    refused(forecast("scenario", "carry", file, "--areas", areas, "--out", out, *more), words)
    assert not out.exists()
