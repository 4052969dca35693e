"""The headline of the real run, with the sampling it comes with (minutes)."""

from pathlib import Path

import pandas as pd
import pytest

from tests.run.conftest import forecast


@pytest.mark.slow
def test_headline_of_the_default_run(tmp_path: Path) -> None:
    result = forecast("run", "--out", tmp_path / "gentofte")
    assert result.exit_code in (0, 3), result.stderr
    table = pd.read_csv(tmp_path / "gentofte" / "projections.csv", keep_default_na=False)
    rates = table[
        table["scenario"].eq("oer-2020-08")
        & table["measure"].eq("ledighedsprocent")
        & table["period"].eq("2021-12")
        & table["output_type"].eq("quantile")
    ]
    wide = rates.assign(level=rates["output_type_id"].astype(float)).pivot_table(
        index="area", columns="level", values="value"
    )
    assert wide.loc["Hele landet"].tolist() == [pytest.approx(0.045, rel=1e-9)] * 9
    low, median, high = wide.loc["Gentofte", [0.1, 0.5, 0.9]]
    assert 0.033 <= median <= 0.037
    assert low < 0.035 < high
    assert 0.006 <= high - low <= 0.013
    # STAR's 4,6 stands beside the median that Østdanmark's own history gives
    assert wide.loc["Østdanmark", 0.025] < 0.046 < wide.loc["Østdanmark", 0.975]
    assert "4,6" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
