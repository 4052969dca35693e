"""Covariances over months against textbook forms and limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from forecast.models import kernels

MONTHS = np.arange(24000, 24060)
LAG = kernels.lags(MONTHS)
memories = st.floats(0.5, 200.0)


def test_lags_are_absolute_distances_in_months() -> None:
    assert np.array_equal(kernels.lags(np.array([3, 5, 9]))[0], [0.0, 2.0, 6.0])
    assert np.array_equal(LAG, LAG.T)


@given(long=memories, short=memories)
def test_two_memories_is_an_autoregression_of_second_order_in_continuous_time(
    long: float, short: float
) -> None:
    """Covariance of the first state of dX = A X dt + dW, by matrix exponential and Lyapunov."""
    drift = np.array([[0.0, 1.0], [-1 / (long * short), -(1 / long + 1 / short)]])
    stationary = linalg.solve_continuous_lyapunov(drift, -np.diag([0.0, 1.0]))
    lag = np.array([0.0, 1.0, 7.0, 30.0])
    expected = [(linalg.expm(drift * h) @ stationary)[0, 0] / stationary[0, 0] for h in lag]
    assert kernels.two_memories(lag, long, short) == pytest.approx(expected, abs=1e-5)


def test_two_memories_equals_its_textbook_formula() -> None:
    long, short = 30.0, 2.0
    expected = (long * np.exp(-LAG / long) - short * np.exp(-LAG / short)) / (long - short)
    assert np.allclose(kernels.two_memories(LAG, long, short), expected, rtol=1e-12, atol=0)


def test_two_memories_are_exchangeable() -> None:
    one, other = kernels.two_memories(LAG, 30.0, 2.0), kernels.two_memories(LAG, 2.0, 30.0)
    assert np.allclose(one, other, rtol=1e-10, atol=0)


def test_two_equal_memories_are_a_matern_covariance() -> None:
    expected = (1 + LAG / 9.0) * np.exp(-LAG / 9.0)
    assert np.allclose(kernels.two_memories(LAG, 9.0, 9.0), expected, atol=1e-4)


def test_a_second_memory_of_nothing_leaves_one() -> None:
    assert np.allclose(kernels.two_memories(LAG, 9.0, 1e-9), np.exp(-LAG / 9.0), atol=1e-8)


@given(memory=memories)
def test_the_level_is_a_first_order_autoregression_between_months(memory: float) -> None:
    keep = np.exp(-1 / memory)
    covariance = kernels.ornstein_uhlenbeck(LAG, memory)
    precision = np.linalg.inv(covariance)
    assert np.allclose(np.triu(precision, 2) / precision[0, 0], 0.0, atol=1e-9)
    assert covariance[0, 1] / covariance[0, 0] == pytest.approx(keep)


def test_shocks_of_a_month_have_unit_variance_in_the_limit() -> None:
    covariance = kernels.ornstein_uhlenbeck(LAG, 1e7)
    increments = np.diff(np.eye(len(MONTHS)), axis=0)
    assert np.allclose(increments @ covariance @ increments.T, np.eye(59), atol=1e-6)


@given(memory=memories)
def test_the_intrinsic_level_agrees_on_contrasts(memory: float) -> None:
    centre = np.eye(len(MONTHS)) - 1 / len(MONTHS)
    proper = centre @ kernels.ornstein_uhlenbeck(LAG, memory) @ centre
    intrinsic = centre @ kernels.intrinsic_ornstein_uhlenbeck(LAG, memory) @ centre
    assert np.allclose(proper, intrinsic, atol=1e-10)


def test_the_intrinsic_level_becomes_a_random_walk() -> None:
    walk = kernels.intrinsic_ornstein_uhlenbeck(LAG, np.inf)
    increments = np.diff(np.eye(len(MONTHS)), axis=0)
    assert np.allclose(increments @ walk @ increments.T, np.eye(59), atol=1e-12)
    assert np.allclose(kernels.intrinsic_ornstein_uhlenbeck(LAG, 1e9), walk, atol=1e-5)


@pytest.mark.parametrize(("length", "rough"), [(1.2, 0.15), (0.5, 0.0), (3.0, 1.0)])
def test_a_season_sums_to_zero_with_mean_variance_one(length: float, rough: float) -> None:
    shape = kernels.season_shape(length, rough)
    assert np.allclose(shape.sum(axis=0), 0.0, atol=1e-12)
    assert np.mean(np.diag(shape)) == pytest.approx(1.0)
    assert np.linalg.eigvalsh(shape).min() > -1e-12
    assert np.allclose(np.roll(shape, (5, 5), axis=(0, 1)), shape)


def test_a_season_without_forgetting_repeats_and_swings_with_its_amplitude() -> None:
    amplitude = np.linspace(0.5, 2.0, len(MONTHS))
    lasting = kernels.season(MONTHS, LAG, np.inf, amplitude)
    unit = lasting / np.outer(amplitude, amplitude)
    assert np.allclose(unit[:12, :12], unit[12:24, 36:48])
    assert np.allclose(unit[:, :12].sum(axis=1), 0.0, atol=1e-12)
    fading = kernels.season(MONTHS, LAG, 60.0, amplitude)
    assert fading[0, 12] == pytest.approx(lasting[0, 12] * np.exp(-12 / 60))
