"""Lanes against numpy."""

import numba as nb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.core.lanes import LANES, full, put, take

NUMBERS = st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6)


@nb.njit
def compiled(x: np.ndarray, y: np.ndarray, number: float) -> np.ndarray:
    out = np.zeros((6, 2, LANES))
    put(out, (0, 1), take(x, (0,)) + take(y, (1,)))
    put(out, (1, 0), take(x, (1,)) - take(y, (0,)))
    put(out, (2, 1), take(x, (0,)) * take(y, (0,)))
    put(out, (3, 0), take(x, (0,)) / take(y, (0,)))
    put(out, (4, 1), number * take(x, (0,)) - 1.0)
    put(out, (5, 0), full(number))
    put(out, (5, 1), number)
    return out


@nb.njit
def product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    out, total = np.empty((1, LANES)), full(0.0)
    for i in range(len(x)):
        total += take(x, (i,)) * take(y, (i,))
        total -= full(1.0)
    put(out, (0,), total)
    return out[0]


@nb.njit
def from_columns(x: np.ndarray) -> np.ndarray:
    out = np.empty((1, LANES))
    put(out, (0,), take(x, (0,)))
    return out


@given(
    arrays(np.float64, (2, LANES), elements=NUMBERS),
    arrays(np.float64, (2, LANES), elements=NUMBERS),
    NUMBERS,
)
def test_each_lane_is_worked_on_as_a_number_would_be(
    x: np.ndarray, y: np.ndarray, number: float
) -> None:
    expected = np.zeros((6, 2, LANES))
    expected[0, 1], expected[1, 0] = x[0] + y[1], x[1] - y[0]
    expected[2, 1], expected[3, 0] = x[0] * y[0], x[0] / y[0]
    expected[4, 1], expected[5] = number * x[0] - 1.0, number
    scale = np.maximum(np.abs(expected), 1.0)
    np.testing.assert_allclose(compiled(x, y, number) / scale, expected / scale, atol=1e-15)


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_sums_run_over_places_and_not_over_lanes(length: int, seed: int) -> None:
    x, y = np.random.default_rng(seed).standard_normal((2, length, LANES))
    np.testing.assert_allclose(product(x, y), (x * y - 1.0).sum(axis=0), atol=1e-12)


def test_an_array_in_another_order_is_refused_when_compiled() -> None:
    with pytest.raises(nb.errors.TypingError, match="floats in C order"):
        from_columns(np.asfortranarray(np.ones((3, LANES))))
