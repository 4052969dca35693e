"""Scales of series from their history."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import AlignmentError, DataError
from forecast.evaluation.scores import mase_scale, rmsse_scale
from tests.evaluation.labelled import table


def scales(values: list[float] | np.ndarray) -> tuple[float, float]:
    history = table(values, "period")
    return mase_scale(history).item(), rmsse_scale(history).item()


def test_thirteen_months_are_compared_across_a_year() -> None:
    assert scales([5, *range(11), 8]) == pytest.approx((3, 9))


def test_fewer_are_compared_month_by_month() -> None:
    assert scales([1, 2, 5]) == pytest.approx(((1 + 3) / 2, (1 + 9) / 2))
    assert scales([1, 3] * 6) == pytest.approx((2, 4))


def test_gaps_count_neither_as_values_nor_as_differences() -> None:
    # twelve values in thirteen months: still month by month
    assert scales([1, np.nan, 4, 6, *[6] * 9]) == pytest.approx((2 / 10, 4 / 10))
    # of two yearly differences one is broken
    assert scales([1, np.nan, *[0] * 10, 4, 7]) == pytest.approx((3, 9))


@pytest.mark.parametrize(
    "values",
    [[7] * 30, [3, 4] * 12, [7] * 5, [7], [np.nan] * 20],
    ids=["constant", "same every year", "short and constant", "single", "empty"],
)
def test_a_series_without_change_has_no_scale(values: list[float]) -> None:
    assert np.isnan(scales(values)).all()


def test_series_are_scaled_apart(rng: np.random.Generator) -> None:
    history = table(rng.normal(size=(30, 2)), "period", "area", area=["a", "b"])
    history[:20, 1] = np.nan
    found = mase_scale(history)
    assert found.dims == ("area",)
    a, b = history.values.T
    assert found.sel(area="a").item() == pytest.approx(np.abs(a[12:] - a[:-12]).mean())
    assert found.sel(area="b").item() == pytest.approx(np.abs(np.diff(b[20:])).mean())


@given(st.floats(0.01, 1000), st.integers(2, 40))
def test_scales_carry_the_unit(factor: float, count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    absolute, squared = scales(values)
    grown = scales(factor * values)
    assert grown == pytest.approx((factor * absolute, factor**2 * squared))


def test_a_history_has_months() -> None:
    with pytest.raises(AlignmentError, match=r"history: found dims \(month\), .* \(period\)"):
        mase_scale(table([1, 2], "month"))
    assert mase_scale(table([1, 2], "month"), time_dim="month").item() == 1
    with pytest.raises(DataError, match="history: found an infinite value"):
        mase_scale(table([1, np.inf], "period"))
