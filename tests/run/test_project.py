"""Projecting again from a saved fit, with pins of one's own, and fitting again."""

from pathlib import Path

import arviz as az
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import Result

from forecast.core.period import Window
from forecast.models.link import RAW
from forecast.run import Fit, project
from forecast.run.quantities import Reader
from forecast.vocabulary import Measure
from tests.evidence.common_draws import narrower
from tests.run.conftest import Run, forecast

SET = "Hele landet.ledighedsprocent_faktisk@ultimo 2021=2,4 pct."


@pytest.fixture(scope="module")
def again(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same scenarios and the realised rate of the country, in English."""
    folder = tmp_path_factory.mktemp("again") / "again"
    chosen = ["--scenario", "oer-2020-08", "--scenario", "free", "--set", SET]
    result: Result = forecast(
        "project", run.folder, *chosen, "--adjustment", "actual", "--out", folder, "--lang", "en"
    )
    return Run(run.config, folder, result)


def test_same_scenarios_are_the_same_bit_for_bit(run: Run, again: Run) -> None:
    assert again.result.exit_code == 3, again.result.stderr
    before = (run.folder / "projections.csv").read_text(encoding="utf-8").splitlines()
    after = (again.folder / "projections.csv").read_text(encoding="utf-8").splitlines()
    assert sorted(before) == sorted(line for line in after if not line.startswith("hvad-hvis,"))
    assert len(after) > len(before)
    with (
        xr.open_dataset(run.folder / "draws.nc", engine="h5netcdf") as old,
        xr.open_dataset(again.folder / "draws.nc", engine="h5netcdf") as new,
    ):
        xr.testing.assert_identical(old, new.sel(scenario=["free", "oer-2020-08"]))
    posterior = [(folder / "posterior.nc").read_bytes() for folder in (run.folder, again.folder)]
    assert posterior[0] == posterior[1]


def test_realised_country_holds_realised_gentofte(again: Run) -> None:
    rates = again.table("projections").query(
        "scenario == 'hvad-hvis' and measure == 'ledighedsprocent_faktisk' and period == '2021-12'"
    )
    country = rates.query("area == 'Hele landet'")
    np.testing.assert_allclose(country["value"], 0.024, rtol=1e-9)
    assert set(country["basis"]) == {"pinned"}
    own = rates.query("area == 'Gentofte'").set_index("output_type_id")["value"]
    # published by jobindsats.dk for December 2021, and in no fit
    assert own["0.1"] < 0.021 < own["0.9"]


def test_english_result_is_english_and_80_wide(again: Run) -> None:
    lines = again.result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Unemployment" in again.result.stdout
    assert not {"Ledigheden", "Scenarie", "fremskrivning"} & set(again.result.stdout.split())
    page = (again.folder / "report.html").read_text(encoding="utf-8")
    assert 'lang="en"' in page
    assert "Reading figures" in again.result.stderr


def test_same_seed_same_numbers(run: Run, tmp_path: Path) -> None:
    result = forecast("fit", run.config, "--out", tmp_path / "fit")
    assert result.exit_code == 3, result.stderr
    written = {p.name for p in (tmp_path / "fit").iterdir()}
    assert written == {"posterior.nc", "diagnostics.csv", "manifest.json"}
    both = [
        az.from_netcdf(str(folder / "posterior.nc"), engine="h5netcdf")["posterior"]
        for folder in (run.folder, tmp_path / "fit")
    ]
    for name in RAW:
        np.testing.assert_array_equal(both[0][name].values, both[1][name].values)
    checks = pd.read_csv(tmp_path / "fit" / "diagnostics.csv")
    first = pd.read_csv(run.folder / "diagnostics.csv").iloc[: len(checks)]
    np.testing.assert_array_equal(checks["value"], first["value"])


def test_differences_are_narrower_in_the_same_future(fitted: Fit) -> None:
    """Two paths of the country: i alt differs by far less than in futures of their own."""
    inputs, rng = fitted.inputs, np.random.default_rng(1)
    names = ("oer-2020-08", "oer-2020-08-lavere")
    made = project(fitted, [inputs.config.scenario(name) for name in names])
    first, second = (
        Reader(one, inputs.config.tree, inputs.structure).one(
            "Gentofte", "i_alt", Measure.FULDTIDSPERSONER, Window.year(2021)
        )
        for one in made
    )
    assert narrower(first, second, rng) > 3.0
