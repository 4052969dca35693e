"""The output folder: its files, their columns, words and numbers."""

import hashlib
import json
from itertools import product
from pathlib import Path

import arviz as az
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from forecast.config import bundled
from forecast.keyfigures.overview import OVERVIEW_COLUMNS
from forecast.run import Fit, Projected
from forecast.run.quantities import Reader
from forecast.vocabulary import (
    PROJECTION_COLUMNS,
    QUANTILE_LEVELS,
    Basis,
    Measure,
    Unit,
)
from tests.run.conftest import DRAWS, SIZES, Run, forecast

AREAS = ["Gentofte", "Østdanmark", "Hele landet"]
FILES = {
    "projections.csv",
    "projections.parquet",
    "draws.nc",
    "posterior.nc",
    "keyfigures.csv",
    "findings.csv",
    "published.csv",
    "decomposition.csv",
    "prior_shift.csv",
    "diagnostics.csv",
    "budget.csv",
    "budget.xlsx",
    "report.html",
    "manifest.json",
}
MONTHS = [f"{y}-{m:02d}" for y in range(2017, 2023) for m in range(1, 13)]
KEY = ["scenario", "area", "group", "measure", "period"]


@pytest.fixture(scope="module")
def projections(run: Run) -> pd.DataFrame:
    return run.table("projections")


@pytest.fixture(scope="module")
def draws(run: Run) -> xr.Dataset:
    with xr.open_dataset(run.folder / "draws.nc", engine="h5netcdf") as found:
        return found.load()


def test_every_file_is_there_and_no_other(run: Run) -> None:
    assert {p.name for p in run.folder.iterdir()} == FILES
    assert [p.name for p in run.folder.parent.iterdir()] == [run.folder.name]
    assert all(p.stat().st_size > 0 for p in run.folder.iterdir())


def test_projections_have_the_contract_columns_and_words(projections: pd.DataFrame) -> None:
    assert tuple(projections.columns) == PROJECTION_COLUMNS
    assert list(projections["scenario"].unique()) == ["free", "oer-2020-08"]
    assert set(projections["area"]) == set(AREAS)
    assert set(projections["output_type"]) == {"mean", "median", "quantile"}
    assert set(projections["basis"]) == {basis.value for basis in Basis}
    units = {tuple(row) for row in projections[["measure", "unit"]].drop_duplicates().to_numpy()}
    counts = {(m, "personer") for m in ("arbejdsstyrke", "befolkning")}
    shares = {
        (m, "andel")
        for m in (
            "landsandel",
            "ledighedsprocent",
            "ledighedsprocent_faktisk",
            "andel_af_befolkning",
            "andel_af_arbejdsstyrke",
        )
    }
    assert units == counts | shares | {("fuldtidspersoner", "fuldtidspersoner")}
    fractions = projections.loc[projections["unit"].eq(Unit.ANDEL), "value"]
    assert fractions.between(0, 1).all()
    assert np.isfinite(projections["value"]).all()


def test_every_projection_has_each_output_once(projections: pd.DataFrame) -> None:
    projected = projections[projections["basis"].ne("observed")]
    wanted = ["mean ", "median ", *(f"quantile {level:g}" for level in QUANTILE_LEVELS)]
    outputs = projected["output_type"] + " " + projected["output_type_id"]
    assert set(outputs) == set(wanted)
    by_figure = projected.assign(outputs=outputs).groupby(KEY)["outputs"]
    assert (by_figure.nunique() == len(wanted)).all()
    assert (by_figure.size() == len(wanted)).all()
    assert not projections.duplicated([*KEY, "output_type", "output_type_id"]).any()


def test_quantiles_never_fall(projections: pd.DataFrame) -> None:
    quantiles = projections[projections["output_type"].eq("quantile")]
    wide = quantiles.pivot_table(index=KEY, columns="output_type_id", values="value")
    ordered = wide[[f"{level:g}" for level in QUANTILE_LEVELS]].to_numpy()
    assert (np.diff(ordered, axis=1) >= -1e-12 * np.abs(ordered[:, 1:])).all()


def test_periods_are_months_years_and_those_of_check_figures(projections: pd.DataFrame) -> None:
    months = [m for m in MONTHS if m >= "2019-12"]
    years = [str(y) for y in range(2017, 2023)]
    projected = projections[projections["basis"].ne("observed")]
    assert set(projected["period"]) == {*months, *years, "2020-01..2020-09"}
    monthly = projected[projected["period"].str.fullmatch(r"\d{4}-\d{2}")]
    assert "landsandel" not in set(monthly["measure"])


def test_observed_rows_are_the_published_figures(projections: pd.DataFrame) -> None:
    observed = projections[projections["basis"].eq("observed")]
    assert (observed["period"].str[:4] <= "2019").all()
    row = observed.query("group == 'i_alt' and measure == 'fuldtidspersoner' and period == '2019'")
    assert row["value"].tolist() == [4007.0, 4007.0]


def test_parquet_holds_the_same_rows(run: Run, projections: pd.DataFrame) -> None:
    found = pd.read_parquet(run.folder / "projections.parquet")
    pd.testing.assert_frame_equal(found, projections, check_dtype=False, rtol=1e-12)


def test_pinned_rows_are_those_of_the_scenario(projections: pd.DataFrame) -> None:
    pinned = projections[projections["basis"].eq("pinned")]
    found = set(zip(pinned["scenario"], pinned["area"], pinned["period"], strict=True))
    assert found == {("oer-2020-08", "Hele landet", p) for p in ("2020", "2021", "2021-12")}
    rate = pinned.query("measure == 'ledighedsprocent'")["value"]
    np.testing.assert_allclose(rate, 0.045, rtol=1e-9)


def test_draws_are_months_in_single_precision(draws: xr.Dataset) -> None:
    assert draws["fuldtidspersoner"].dims == ("scenario", "draw", "area", "group", "period")
    for name in ("arbejdsstyrke", "befolkning"):
        assert draws[name].dims == ("scenario", "draw", "area", "period")
    assert {v.dtype for v in draws.data_vars.values()} == {np.dtype("float32")}
    assert draws.sizes["draw"] <= DRAWS
    assert draws["period"].values.tolist() == MONTHS
    assert draws["area"].values.tolist() == AREAS


def test_draws_agree_with_projections(
    draws: xr.Dataset, projections: pd.DataFrame, futures: list[Projected]
) -> None:
    total = len(futures[0].future.paths.rate)
    projected = projections.query(
        "area == 'Gentofte' and group == 'i_alt' and measure == 'fuldtidspersoner'"
    )
    projected = projected.set_index(["scenario", "period", "output_type"])["value"].sort_index()
    for scenario, period in product(("free", "oer-2020-08"), ("2020", "2021")):
        values = draws["fuldtidspersoner"].sel(scenario=scenario, area="Gentofte", group="i_alt")
        window = [m for m in MONTHS if m.startswith(period)]
        values = values.sel(period=window).mean("period").values
        # a part of the same futures: its mean is off by no more than a few standard errors
        error = values.std() * np.sqrt(1 / len(values) - 1 / total)
        told = projected[scenario, period]
        assert values.mean() == pytest.approx(told["mean"], abs=4 * error)
        assert np.median(values) == pytest.approx(told["median"], abs=5 * error)


def test_posterior_has_the_groups_of_the_contract(run: Run, fitted: Fit) -> None:
    found = az.from_netcdf(str(run.folder / "posterior.nc"), engine="h5netcdf")
    assert set(found.groups()) == {
        "posterior",
        "sample_stats",
        "prior",
        "posterior_predictive",
        "observed_data",
        "log_likelihood",
    }
    sizes = dict(found["posterior"].sizes)
    assert (sizes["chain"], sizes["draw"]) == (SIZES["chains"], SIZES["draws"])
    labels = found["observed_data"]["figure"].values.tolist()
    assert labels == list(fitted.inputs.problem.figures.labels)
    assert len(set(labels)) == len(labels)
    for group in ("posterior_predictive", "log_likelihood"):
        assert np.isfinite(found[group]["log_figure"].values).all()
        assert found[group]["log_figure"].dims[-1] == "figure"


def test_manifest_says_what_the_run_was(run: Run) -> None:
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 20200907
    assert manifest["scenarios"] == ["free", "oer-2020-08"]
    assert manifest["config_sha256"]["lille.toml"] == _sha256(run.config)
    model = run.config.parent / "models" / "link.toml"
    assert manifest["config_sha256"]["models/link.toml"] == _sha256(model)
    published = bundled("data/published")
    assert manifest["data_sha256"] == {p.name: _sha256(p) for p in published.glob("*.csv")}
    assert {"forecast", "numpy", "pymc", "nutpie", "arviz"} <= set(manifest["packages"])
    assert {"read", "fit", "project"} <= set(manifest["seconds"])
    assert all(seconds >= 0 for seconds in manifest["seconds"].values())
    verdicts = {check["check"]: check["verdict"] for check in manifest["checks"]}
    assert {"r_hat", "ess_bulk", "ess_tail", "divergences", "bfmi", "mcse_median"} <= set(verdicts)
    assert set(verdicts.values()) <= {"pass", "fail", "info"}


def test_published_years_are_verbatim(run: Run) -> None:
    table = run.table("keyfigures")
    assert tuple(table.columns) == ("scenario", *OVERVIEW_COLUMNS)
    printed = table[table["scenario"].eq("")]
    source = pd.read_csv(bundled("data/published/maalgruppeoversigt.csv"), dtype=str)
    source = source[source["status"].ne("artefact")]
    assert sorted(printed["printed_text"]) == sorted(source["printed_text"].fillna(""))
    assert len(printed) == 27 * 8
    row = printed.query("group == 'i_alt' and period == '2019' and measure == 'fuldtidspersoner'")
    assert row["printed_text"].tolist() == ["4.007"]


def test_projected_rows_are_sums_of_draws(run: Run, fitted: Fit, futures: list[Projected]) -> None:
    table = run.table("keyfigures").query("output_type == 'median'")
    for projected in futures:
        reader = Reader(projected, fitted.inputs.config.tree, fitted.inputs.structure)
        leaves = reader.leaves(2020 * 12)
        live = leaves.values.sel(area="Gentofte").sum("group")
        for year in (2020, 2021, 2022):
            months = [m for m in MONTHS if m.startswith(str(year))]
            median = float(np.median(live.sel(period=months).mean("period")))
            here = table["scenario"].eq(projected.spec.id) & table["group"].eq("i_alt")
            here &= table["measure"].eq("fuldtidspersoner") & table["period"].eq(str(year))
            assert table.loc[here, "value"].tolist() == [pytest.approx(median, rel=1e-12)]
    assert set(table["scenario"]) == {"free", "oer-2020-08"}


def test_factors_multiply_to_the_result(run: Run, futures: list[Projected]) -> None:
    table = run.table("decomposition")
    factors = ["national", "base_share", "elasticity", "drift", "residual"]
    projections = run.table("projections").query("output_type == 'median'")
    for (scenario, area), part in table.groupby(["scenario", "area"]):
        told = part.set_index("factor")["value"]
        assert list(told.index) == [*factors, "result"]
        assert np.prod(told[factors].to_numpy()) == pytest.approx(told["result"], rel=1e-14)
        here = projections["scenario"].eq(scenario) & projections["area"].eq(area)
        here &= projections["measure"].eq("ledighedsprocent")
        median = projections.loc[here & projections["period"].eq("2021-12"), "value"]
        assert median.tolist() == [pytest.approx(told["result"], rel=1e-12)]
    assert len(table) == len(futures) * 2 * 6


def test_failed_check_is_exit_code_3_and_the_run_is_written(run: Run) -> None:
    assert run.result.exit_code == 3
    checks = run.table("diagnostics").set_index("check")
    assert checks.loc["ess_bulk", "verdict"] == "fail"
    assert "ess_bulk" in run.result.stdout


def test_diagnose_prints_the_checks(run: Run) -> None:
    for lang, words in (("da", "kæderne er enige"), ("en", "the chains agree")):
        result = forecast("diagnose", run.folder, "--lang", lang)
        assert result.exit_code == 3
        assert words in result.stdout
        assert "✗ ess_bulk" in result.stdout
        assert max(map(len, result.stdout.splitlines())) <= 80


def test_terminal_has_80_columns_and_says_what_is_known(run: Run) -> None:
    lines = run.result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(run.result.stdout.split())
    assert "Ledigheden i Gentofte ultimo 2021" in text
    assert "fastsat" in text
    for figure in ("4.007", "633", "171", "4,6"):
        assert figure in text


def test_report_is_whole(run: Run) -> None:
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert 'lang="da"' in page


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_measures_are_words_of_the_vocabulary(projections: pd.DataFrame) -> None:
    assert set(projections["measure"]) <= {measure.value for measure in Measure}
