"""Scores of quantiles and intervals: worked by hand, parts that sum, another package, the CRPS."""

import numpy as np
import pytest
import scoringrules as sr
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from forecast.errors import AlignmentError, DataError
from forecast.evaluation.scores import interval_score, quantile_loss, wis
from forecast.vocabulary import QUANTILE_LEVELS
from tests.evaluation.labelled import table

LEVELS = np.array(QUANTILE_LEVELS)
PARTS = ["dispersion", "overprediction", "underprediction"]


def quantiles(values: np.ndarray, levels: np.ndarray = LEVELS) -> xr.DataArray:
    """Quantiles of cells, (cell, level)."""
    return xr.DataArray(values, dims=("cell", "quantile_level"), coords={"quantile_level": levels})


@pytest.fixture
def cells(rng: np.random.Generator) -> tuple[xr.DataArray, xr.DataArray]:
    values = np.sort(rng.normal(size=(200, LEVELS.size)), axis=-1)
    return quantiles(values), table(rng.normal(size=200), "cell")


# --- quantile loss --------------------------------------------------------------------------------


def test_quantile_loss_by_hand() -> None:
    found = quantile_loss(
        quantiles(np.array([[1.0, 4.0]]), np.array([0.25, 0.75])), table([3], "cell")
    )
    # 0.25 of what the lower one falls short by, 0.25 of what the upper one exceeds by
    np.testing.assert_allclose(found, [[0.25 * 2, 0.25 * 1]])
    assert found.dims == ("cell", "quantile_level")


def test_quantile_loss_is_that_of_scoringrules(cells: tuple[xr.DataArray, xr.DataArray]) -> None:
    values, observed = cells
    expected = sr.quantile_score(observed.values[:, None], values.values, LEVELS, backend="numpy")
    found = quantile_loss(values.transpose(), observed)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


# --- interval score -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("observed", "parts"), [(2, (4, 0, 0)), (0, (4, 10, 0)), (5.5, (4, 0, 5)), (1, (4, 0, 0))]
)
def test_interval_score_by_hand(observed: float, parts: tuple[float, ...]) -> None:
    # coverage 0.8: ten times what lies outside
    found = interval_score(table(1), table(5), table(observed), coverage=0.8)
    assert [found[part].item() for part in PARTS] == pytest.approx(parts)
    assert found["total"].item() == pytest.approx(sum(parts))


def test_interval_score_is_that_of_scoringrules(cells: tuple[xr.DataArray, xr.DataArray]) -> None:
    values, observed = cells
    lower, upper = values.values[:, 2], values.values[:, 6]
    found = interval_score(table(lower, "cell"), table(upper, "cell"), observed, coverage=0.8)
    expected = sr.interval_score(observed.values, lower, upper, 0.2, backend="numpy")
    np.testing.assert_allclose(found["total"], expected, rtol=1e-10, atol=1e-10)


def test_an_interval_has_its_ends_in_order() -> None:
    with pytest.raises(DataError, match="found an upper end below the lower"):
        interval_score(table(2), table(1), table(1), coverage=0.5)
    with pytest.raises(DataError, match="coverage: found 80, expected a number between 0 and 1"):
        interval_score(table(1), table(2), table(1), coverage=80)


def test_a_gap_in_an_interval_is_a_gap_in_all_parts() -> None:
    lower, upper = table([1, np.nan, 1], "cell"), table([2, 2, np.nan], "cell")
    found = interval_score(lower, upper, table([0, 0, 0], "cell"), coverage=0.5)
    for name in found:
        np.testing.assert_array_equal(np.isnan(found[name]), [False, True, True])


# --- weighted interval score ----------------------------------------------------------------------


def test_wis_by_hand() -> None:
    values = quantiles(np.array([[1.0, 2.0, 5.0]]), np.array([0.1, 0.5, 0.9]))
    found = wis(values, table([6], "cell"))
    # median: 4/2 under; interval: 0.1 (4 + 10 · 1); divided by 1.5
    assert found["dispersion"].item() == pytest.approx(0.4 / 1.5)
    assert found["underprediction"].item() == pytest.approx((2 + 1) / 1.5)
    assert found["overprediction"].item() == 0
    assert found["total"].item() == pytest.approx(3.4 / 1.5)


def test_wis_is_that_of_scoringrules(cells: tuple[xr.DataArray, xr.DataArray]) -> None:
    values, observed = cells
    half = LEVELS.size // 2
    expected = sr.weighted_interval_score(
        observed.values,
        values.values[:, half],
        values.values[:, :half],
        values.values[:, :half:-1],
        2 * LEVELS[:half],
        backend="numba",  # numpy's, in 0.10, takes the median for its error
    )
    np.testing.assert_allclose(wis(values, observed)["total"], expected, rtol=1e-10, atol=1e-10)


@given(
    arrays(np.float64, LEVELS.size, elements=st.floats(-1e4, 1e4)),
    st.floats(-1e4, 1e4),
)
def test_parts_sum_to_wis_which_is_twice_the_mean_quantile_loss(
    values: np.ndarray, observed: float
) -> None:
    cell = quantiles(np.sort(values)[None]), table([observed], "cell")
    found = wis(*cell)
    assert all(found[part].item() >= 0 for part in PARTS)
    total = pytest.approx(found["total"].item(), rel=1e-9, abs=1e-9)
    assert sum(found[part].item() for part in PARTS) == total
    assert 2 * quantile_loss(*cell).mean().item() == total


def test_wis_approaches_the_crps_with_more_quantiles() -> None:
    observed = np.array([-1.5, 0.0, 0.3, 2.5])
    exact = sr.crps_normal(observed, 0, 1, backend="numpy")
    errors = []
    for count in (9, 99, 999):
        levels = np.arange(1, count + 1) / (count + 1)
        values = quantiles(np.tile(norm.ppf(levels), (4, 1)), levels)
        errors.append(np.abs(wis(values, table(observed, "cell"))["total"] - exact).max().item())
    # a sum over a grid of levels errs by its step
    assert errors[1] < errors[0] / 5
    assert errors[2] < errors[1] / 5
    assert errors[2] < 2e-3


@pytest.mark.parametrize("position", [0, 4, 7])
def test_a_gap_in_a_quantile_is_a_gap_in_all_parts(
    position: int, cells: tuple[xr.DataArray, xr.DataArray]
) -> None:
    values, observed = cells
    whole = wis(values, observed)
    values[{"cell": 3, "quantile_level": position}] = np.nan
    observed[5] = np.nan
    found = wis(values, observed)
    for name in found:
        assert np.isnan(found[name].values[[3, 5]]).all()
    xr.testing.assert_identical(found.drop_isel(cell=[3, 5]), whole.drop_isel(cell=[3, 5]))


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ([0.1, 0.5, 0.8], "found levels 0.1, 0.5, 0.8, expected 0.5 and pairs"),
        ([0.1, 0.9], "found levels 0.1, 0.9, expected 0.5 and pairs"),
        ([0.5, 0.1, 0.9], "expected increasing ones between 0 and 1"),
        ([0, 0.5, 1], "expected increasing ones between 0 and 1"),
        ([10, 50, 90], "expected increasing ones between 0 and 1"),
    ],
)
def test_levels_that_cannot_be_used(levels: list[float], message: str) -> None:
    values = quantiles(np.arange(float(len(levels)))[None], np.array(levels))
    with pytest.raises(DataError, match=message):
        wis(values, table([1], "cell"))


def test_quantiles_do_not_cross() -> None:
    with pytest.raises(DataError, match="found one below that of a lower level"):
        wis(quantiles(np.array([[1.0, 3.0, 2.0]]), np.array([0.1, 0.5, 0.9])), table([1], "cell"))


def test_quantiles_have_levels_and_the_dims_of_the_observations(
    cells: tuple[xr.DataArray, xr.DataArray],
) -> None:
    values, observed = cells
    with pytest.raises(AlignmentError, match=r"quantiles: .* expected also \(quantile_level\)"):
        wis(observed, observed)
    with pytest.raises(DataError, match="no levels along 'quantile_level'"):
        wis(values.drop_vars("quantile_level"), observed)
    with pytest.raises(AlignmentError, match=r"found dims \(month\), expected \(cell\)"):
        quantile_loss(values, observed.rename(cell="month"))
