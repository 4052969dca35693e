"""Scores of draws: worked by hand, held against closed forms and another package."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scoringrules as sr
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.errors import AlignmentError, DataError
from forecast.evaluation.scores import (
    absolute_error,
    bias,
    coverage,
    crps,
    energy_score,
    percentage_error,
    pit,
    scaled_crps,
    squared_error,
)
from tests.evaluation.labelled import one_cell, table, within

Score = Callable[..., xr.DataArray]

SCORES: dict[str, tuple[Score, dict[str, Any]]] = {
    "crps": (crps, {}),
    "absolute_error": (absolute_error, {}),
    "squared_error": (squared_error, {}),
    "percentage_error": (percentage_error, {}),
    "bias": (bias, {}),
    "coverage": (coverage, {"coverage": 0.5}),
    "pit": (pit, {"rng": None}),
    "energy_score": (energy_score, {"over": "month"}),
}
every_score = pytest.mark.parametrize(("score", "options"), SCORES.values(), ids=SCORES)

AREAS, GROUPS, MONTHS = ["a", "b"], ["g", "h", "i"], ["2020-01", "2020-02"]


@pytest.fixture
def draws(rng: np.random.Generator) -> xr.DataArray:
    values = rng.gamma(3, 10, (30, 2, 3, 2))
    return table(values, "draw", "area", "group", "month", area=AREAS, group=GROUPS, month=MONTHS)


@pytest.fixture
def observed(rng: np.random.Generator) -> xr.DataArray:
    values = rng.gamma(3, 10, (2, 3, 2))
    return table(values, "area", "group", "month", area=AREAS, group=GROUPS, month=MONTHS)


# --- crps -----------------------------------------------------------------------------------------


def test_crps_by_hand() -> None:
    # mean |x - 2| = (2 + 1 + 2)/3; pairs 1, 4, 3 apart, mean 8/3, half of it 4/3
    assert crps(*one_cell([0, 1, 4], 2)).item() == pytest.approx(5 / 3 - 4 / 3)
    assert crps(*one_cell([4, 0, 1], 2)).item() == pytest.approx(1 / 3)
    # two draws round the observation: 1 - 2/2
    assert crps(*one_cell([1, 3], 2)).item() == pytest.approx(0)


def test_crps_is_that_of_scoringrules(draws: xr.DataArray, observed: xr.DataArray) -> None:
    expected = sr.crps_ensemble(
        observed.values, draws.values, m_axis=0, estimator="fair", backend="numpy"
    )
    np.testing.assert_allclose(crps(draws, observed), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("count", [2, 5, 40])
def test_mean_crps_of_gaussian_draws_is_the_closed_form(
    count: int, rng: np.random.Generator
) -> None:
    observed = rng.normal(1, 2, 20_000)
    draws = rng.normal(0.5, 1.5, (count, observed.size))
    score = crps(table(draws, "draw", "cell"), table(observed, "cell"))
    within(score.values - sr.crps_normal(observed, 0.5, 1.5, backend="numpy"))


def test_crps_loses_no_digits_on_large_numbers(rng: np.random.Generator) -> None:
    gaps = rng.normal(size=50)
    small, large = crps(*one_cell(gaps, 0.0)), crps(*one_cell(gaps + 2.0**30, 2.0**30))
    assert large.item() == pytest.approx(small.item(), rel=1e-6)


FINITE = st.floats(-1e4, 1e4, allow_nan=False, width=32)
SAMPLES = arrays(np.float64, st.integers(3, 12), elements=FINITE)


@given(SAMPLES, FINITE, FINITE, st.floats(0.1, 100))
def test_crps_moves_and_grows_with_the_data(
    sample: np.ndarray, observed: float, shift: float, factor: float
) -> None:
    first = crps(*one_cell(sample, observed)).item()
    moved = crps(*one_cell(factor * sample + shift, factor * observed + shift)).item()
    assert moved == pytest.approx(factor * first, abs=1e-6)


@given(SAMPLES, FINITE, st.integers(0, 2**32))
def test_the_order_of_draws_is_irrelevant(sample: np.ndarray, observed: float, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(sample)
    for score, options in SCORES.values():
        if score is energy_score:
            continue
        first = score(*one_cell(sample, observed), **options)
        other = score(*one_cell(shuffled, observed), **options)
        np.testing.assert_allclose(first, other, rtol=1e-9, atol=1e-9)


@given(SAMPLES)
def test_crps_of_draws_against_each_other_is_half_their_mean_distance(sample: np.ndarray) -> None:
    # each draw scored by the others: never negative on the mean, whatever the draws
    scores = [crps(*one_cell(np.delete(sample, i), y)).item() for i, y in enumerate(sample)]
    n = sample.size
    mean_distance = np.abs(sample[:, None] - sample).sum() / (n * (n - 1))
    assert np.mean(scores) == pytest.approx(mean_distance / 2, abs=1e-8)


@given(FINITE, FINITE)
def test_crps_of_a_point_is_its_absolute_error(point: float, observed: float) -> None:
    cell = one_cell([point] * 5, observed)
    assert crps(*cell).item() == pytest.approx(abs(point - observed))
    assert absolute_error(*cell).item() == pytest.approx(abs(point - observed))


# --- scaled crps ----------------------------------------------------------------------------------


def test_scaled_crps_is_a_ratio_of_sums() -> None:
    score = table([[1, 2], [3, 6]], "area", "month")
    observed = table([[10, -10], [20, 40]], "area", "month")
    by_area = scaled_crps(score, observed, over="month")
    assert by_area.dims == ("area",)
    np.testing.assert_allclose(by_area, [3 / 20, 9 / 60])
    both = scaled_crps(score.transpose(), observed, over=("area", "month"))
    assert both.item() == pytest.approx(12 / 80)


def test_scaled_crps_by_seasonal_differences_is_a_mean_of_ratios() -> None:
    score = table([[1, 2], [3, 6]], "area", "month")
    observed = table([[10, 10], [0, 40]], "area", "month")
    pooled = scaled_crps(score, observed, over=["area", "month"], scale=table([1, 6], "area"))
    assert pooled.item() == pytest.approx((1 + 2 + 3 / 6 + 6 / 6) / 4)


def test_cells_that_nobody_can_score_are_left_out_of_both_sums() -> None:
    score = table([1, np.nan, 3], "area")
    observed = table([10, np.nan, 20], "area")
    assert scaled_crps(score, observed, over="area").item() == pytest.approx(4 / 30)
    scale = table([2, 2, np.nan], "area")
    assert scaled_crps(score, observed, over="area", scale=scale).item() == pytest.approx(1 / 2)


def test_a_method_gains_nothing_by_a_cell_it_does_not_predict() -> None:
    score, observed = table([1, np.nan], "area"), table([10, 20], "area")
    assert np.isnan(scaled_crps(score, observed, over="area").item())
    assert np.isnan(scaled_crps(score, observed, over="area", scale=table([1, 1], "area")).item())


def test_zero_observed_has_no_scaled_crps() -> None:
    score, zero = table([1, 2], "area"), table([0, 0], "area")
    assert np.isnan(scaled_crps(score, zero, over="area").item())


def test_a_scale_is_positive() -> None:
    score, observed = table([1, 2], "area"), table([3, 4], "area")
    with pytest.raises(DataError, match="scale: found a value of zero or less"):
        scaled_crps(score, observed, over="area", scale=table([0, 1], "area"))


# --- errors of points -----------------------------------------------------------------------------


def test_errors_of_points_by_hand() -> None:
    cell = one_cell([1, 2, 9], 5)  # median 2, mean 4
    assert absolute_error(*cell).item() == pytest.approx(3)
    assert squared_error(*cell).item() == pytest.approx(1)
    assert percentage_error(*cell).item() == pytest.approx(3 / 5)
    assert bias(*cell).item() == pytest.approx(-1)
    assert percentage_error(*one_cell([1, 2, 9], -5)).item() == pytest.approx(7 / 5)


def test_a_percentage_of_nothing_is_nan() -> None:
    assert np.isnan(percentage_error(*one_cell([1, 2, 3], 0)).item())


# --- energy score ---------------------------------------------------------------------------------


def test_energy_score_by_hand() -> None:
    # distances 5 and 0 from the observation, 5 from each other: 5/2 - 5/2
    draws = table([[3, 4], [0, 0]], "draw", "month")
    assert energy_score(draws, table([0, 0], "month"), over="month").item() == pytest.approx(0)
    # a third draw: (5 + 0 + 10)/3 - (5 + 5 + 10)/3/2
    draws = table([[3, 4], [0, 0], [6, 8]], "draw", "month")
    expected = 15 / 3 - 20 / 6
    found = energy_score(draws, table([0, 0], "month"), over="month").item()
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("count", [30, 600])  # one block of pairs, and several
def test_energy_score_is_that_of_scoringrules(count: int, rng: np.random.Generator) -> None:
    draws, observed = rng.normal(size=(2, count, 7)), rng.normal(size=(2, 7))
    expected = sr.es_ensemble(observed, draws, estimator="fair", backend="numpy")
    found = energy_score(
        table(draws, "area", "draw", "month"), table(observed, "area", "month"), over="month"
    )
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def test_energy_score_of_a_point_is_a_distance() -> None:
    draws = table([[3, 4]] * 6, "draw", "month")
    found = energy_score(draws, table([0, 8], "month"), over="month")
    assert found.item() == pytest.approx(5, rel=1e-14)


def test_energy_score_in_one_dimension_is_the_crps(
    draws: xr.DataArray, observed: xr.DataArray
) -> None:
    first = draws.isel(month=[0]), observed.isel(month=[0])
    found = energy_score(*first, over="month")
    np.testing.assert_allclose(found, crps(*first).isel(month=0), rtol=1e-10)


def test_energy_score_joins_several_dims(draws: xr.DataArray, observed: xr.DataArray) -> None:
    found = energy_score(draws, observed, over=("month", "area"))
    assert found.dims == ("group",)
    for k, group in enumerate(GROUPS):
        ensemble = draws.sel(group=group).transpose("draw", ...).values.reshape(30, -1)
        truth = observed.sel(group=group).values.reshape(-1)
        expected = sr.es_ensemble(truth, ensemble, estimator="fair", backend="numpy")
        assert found.values[k] == pytest.approx(expected, rel=1e-10)


# --- what all scores do alike ---------------------------------------------------------------------


@every_score
def test_dims_and_labels_are_kept(
    score: Score, options: dict[str, Any], draws: xr.DataArray, observed: xr.DataArray
) -> None:
    found = score(draws, observed, **options)
    kept = observed if score is not energy_score else observed.isel(month=0, drop=True)
    assert found.dims == kept.dims
    assert found.coords.to_dataset().identical(kept.coords.to_dataset())
    assert found.name == score.__name__


@every_score
def test_the_order_of_dims_is_irrelevant(
    score: Score, options: dict[str, Any], draws: xr.DataArray, observed: xr.DataArray
) -> None:
    turned = draws.transpose("group", "draw", "month", "area").rename(draw="future")
    xr.testing.assert_identical(
        score(draws, observed, **options),
        score(turned, observed, draw_dim="future", **options),
    )


@every_score
@pytest.mark.parametrize("missing", ["observation", "draw"])
def test_a_gap_is_nan_in_its_own_cell_only(
    score: Score,
    options: dict[str, Any],
    missing: str,
    draws: xr.DataArray,
    observed: xr.DataArray,
) -> None:
    whole = score(draws, observed, **options)
    where = {"area": 1, "group": 2, "month": 0}
    if missing == "draw":
        draws[{"draw": 4, **where}] = np.nan
    else:
        observed[where] = np.nan
    if score is energy_score:
        del where["month"]
    expected = whole.copy()
    expected[where] = np.nan
    xr.testing.assert_identical(score(draws, observed, **options), expected)


@every_score
def test_other_dims_are_refused(
    score: Score, options: dict[str, Any], draws: xr.DataArray, observed: xr.DataArray
) -> None:
    with pytest.raises(AlignmentError, match=r"draws: found dims \(area, group, month\), .*draw"):
        score(draws.isel(draw=0), observed, **options)
    with pytest.raises(
        AlignmentError, match=r"draws: found dims \(area, month\), expected \(area, group, month\)"
    ):
        score(draws.isel(group=0), observed, **options)
    with pytest.raises(AlignmentError, match=r"found dims \(area, group, month\), expected \(area"):
        score(draws, observed.isel(group=0), **options)


@every_score
def test_other_labels_are_refused(
    score: Score, options: dict[str, Any], draws: xr.DataArray, observed: xr.DataArray
) -> None:
    with pytest.raises(AlignmentError, match=r"found label b along 'area', expected a; .* order"):
        score(draws.isel(area=[1, 0]), observed, **options)
    with pytest.raises(AlignmentError, match="found 1 along 'area', expected 2"):
        score(draws.isel(area=[0]), observed, **options)


@every_score
def test_one_draw_or_infinity_is_refused(
    score: Score, options: dict[str, Any], draws: xr.DataArray, observed: xr.DataArray
) -> None:
    with pytest.raises(DataError, match="found 1 along 'draw', expected at least 2"):
        score(draws.isel(draw=[0]), observed, **options)
    with pytest.raises(DataError, match="draws: found an infinite value"):
        score(draws / 0, observed, **options)
    with pytest.raises(DataError, match="observed: found an infinite value"):
        score(draws, observed / 0, **options)


def test_a_dim_to_pool_over_is_there(draws: xr.DataArray, observed: xr.DataArray) -> None:
    with pytest.raises(AlignmentError, match=r"expected also \(horizon\)"):
        energy_score(draws, observed, over=["month", "horizon"])
    with pytest.raises(AlignmentError, match=r"expected also \(horizon\)"):
        scaled_crps(observed, observed, over="horizon")
    with pytest.raises(AlignmentError, match=r"cells of scale: .* expected also \(horizon\)"):
        scaled_crps(observed, observed, over="month", scale=table([1, 2], "horizon"))
