"""Conditioning of joint futures against closed forms."""

import numpy as np
import pytest

from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats
from forecast.scenarios.gaussian import Moved, Product, Reading, move

CASES = [(1, 1, 1), (6, 1, 2), (24, 2, 3), (60, 1, 4), (60, 4, 6)]
"""Months, series, windows of months that are stated."""


def world(months: int, series: int, windows: int, seed: int) -> tuple[Floats, Floats]:
    """A random covariance of all months of all series, and means over random windows."""
    rng = np.random.default_rng(seed)
    size = months * series
    root = rng.standard_normal((size, size + 3))
    view = np.zeros((windows, size))
    for row in view:
        s, first = rng.integers(series), rng.integers(months)
        last = rng.integers(first, months) + 1
        row[s * months + first : s * months + last] = 1.0 / (last - first)
    view += 1e-3 * rng.standard_normal(view.shape)  # so that no two windows are one
    return root @ root.T / size, view


def linear(view: Floats) -> Reading:
    def read(moved: Floats, weights: Floats) -> tuple[Floats, Floats]:
        del weights
        return moved @ view.T, np.repeat(view[None], len(moved), axis=0)

    return read


def times(covariance: Floats) -> Product:
    return lambda rows: rows @ covariance


def names(count: int) -> list[str]:
    return [f"statement[{j}]" for j in range(count)]


@pytest.mark.parametrize("banded", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_mean_and_covariance_are_the_closed_form(case: tuple[int, int, int], banded: bool) -> None:
    """The map from free to conditioned futures is affine: read its mean and covariance off it."""
    covariance, view = world(*case, seed=sum(case))
    size, count = len(covariance), len(view)
    rng = np.random.default_rng(3)
    value, mean = rng.standard_normal(count), rng.standard_normal(size)
    variance = rng.uniform(0.1, 1.0, count) if banded else np.zeros(count)

    def bent(free: Floats, errors: Floats) -> Floats:
        target = value - np.sqrt(variance) * errors
        return move(free, linear(view), times(covariance), target, variance, names(count)).futures

    zero = np.zeros((1, count))
    centre = bent(mean[None], zero)[0]
    # columns of a root of the covariance, and of the errors, one at a time
    root = np.linalg.cholesky(covariance)
    slopes = bent(mean + root.T, np.zeros((size, count))) - centre
    others = bent(np.tile(mean, (count, 1)), np.eye(count)) - centre
    spread = slopes.T @ slopes + others.T @ others

    inside = view @ covariance @ view.T + np.diag(variance)
    gain = np.linalg.solve(inside, view @ covariance).T
    assert np.abs(centre - (mean + gain @ (value - view @ mean))).max() < 1e-8
    assert np.abs(spread - (covariance - gain @ view @ covariance)).max() < 1e-8


def test_one_go_is_two_steps_and_order_does_not_matter() -> None:
    covariance, view = world(24, 2, 4, seed=1)
    free = np.random.default_rng(2).standard_normal((5, len(covariance)))
    value = np.tile(np.array([1.0, -0.5, 0.3, 2.0]), (5, 1))

    def pinned(start: Floats, rows: list[int]) -> Floats:
        target, none = value[:, rows], np.zeros(len(rows))
        return move(
            start, linear(view[rows]), times(covariance), target, none, names(len(rows))
        ).futures

    at_once = pinned(free, [0, 1, 2, 3])
    assert np.abs(at_once - pinned(free, [3, 1, 0, 2])).max() < 1e-8
    first = pinned(free, [0, 1])
    # what holds already is stated again, as the covariance is still the free one
    assert np.abs(at_once - pinned(first, [0, 1, 2, 3])).max() < 1e-8
    inside = view[:2] @ covariance @ view[:2].T
    left = covariance - covariance @ view[:2].T @ np.linalg.solve(inside, view[:2] @ covariance)
    second = move(first, linear(view[2:]), times(left), value[:, 2:], np.zeros(2), names(2)).futures
    assert np.abs(at_once - second).max() < 1e-8


def test_a_pin_at_each_draws_own_value_changes_nothing() -> None:
    covariance, view = world(12, 2, 3, seed=4)
    free = np.random.default_rng(2).standard_normal((7, len(covariance)))
    moved = move(free, linear(view), times(covariance), free @ view.T, np.zeros(3), names(3))
    assert np.abs(moved.futures - free).max() < 1e-12
    assert np.abs(moved.weights).max() < 1e-12


def log_of_sums(parts: list[list[int]]) -> Reading:
    """Logs of sums of exponentials of some of the variables."""

    def read(moved: Floats, weights: Floats) -> tuple[Floats, Floats]:
        del weights
        slope = np.zeros((len(moved), len(parts), moved.shape[1]))
        value = np.empty((len(moved), len(parts)))
        for j, part in enumerate(parts):
            sizes = np.exp(moved[:, part])
            value[:, j] = np.log(sizes.sum(axis=1))
            slope[:, j, part] = sizes / sizes.sum(axis=1, keepdims=True)
        return value, slope

    return read


@pytest.mark.parametrize("target", [-3.0, -0.5, 0.0, 1.0, 3.0, 6.0])
def test_a_sum_holds_and_the_future_is_the_nearest_that_makes_it_hold(target: float) -> None:
    """However far it is moved, up or down, and with parts that move very unlike each other."""
    rng = np.random.default_rng(8)
    covariance = np.diag([1.0, 0.3, 0.1, 0.02]) + 0.05
    free = rng.multivariate_normal(np.zeros(4), covariance, 30)
    read = log_of_sums([[0, 1, 2, 3]])
    goal = np.full((30, 1), target)
    moved = move(free, read, times(covariance), goal, np.zeros(1), names(1))
    assert np.abs(read(moved.futures, moved.weights)[0] - target).max() < 1e-9
    assert np.abs(moved.futures - free - moved.weights @ covariance).max() < 1e-12
    precision = np.linalg.inv(covariance)
    away = moved.futures - free
    distance = np.einsum("qd,de,qe->q", away, precision, away)
    # no neighbour on the surface is nearer to the free future
    for _ in range(20):
        near = moved.futures + 1e-3 * rng.standard_normal(free.shape)
        near += target - read(near, near)[0]
        there = near - free
        assert np.all(np.einsum("qd,de,qe->q", there, precision, there) > distance - 1e-9)


def test_conditions_that_contradict_are_named() -> None:
    covariance, view = world(6, 1, 3, seed=5)
    view[2] = view[0]
    free = np.zeros((2, len(covariance)))
    with pytest.raises(ConvergenceError, match=r"^statement\[0\] and statement\[2\]: .*independ"):
        move(free, linear(view), times(covariance), np.ones((2, 3)), np.zeros(3), names(3))


def test_a_set_of_less_than_full_rank_is_named() -> None:
    covariance, view = world(6, 1, 4, seed=6)
    view[3] = view[0] - 2.0 * view[1]
    free = np.zeros((2, len(covariance)))
    with pytest.raises(
        ConvergenceError, match=r"statement\[0\], statement\[1\] and statement\[3\]: .*repeat"
    ):
        move(free, linear(view), times(covariance), np.ones((2, 4)), np.zeros(4), names(4))


def test_what_nothing_moves_is_named() -> None:
    covariance, view = np.diag([1.0, 0.0]), np.eye(2)
    with pytest.raises(ConvergenceError, match=r"^statement\[1\]: nothing that may move"):
        move(np.zeros((1, 2)), linear(view), times(covariance), np.ones((1, 2)), np.zeros(2),
             names(2))  # fmt: skip


def test_what_cannot_hold_is_named() -> None:
    """Half of a whole is stated larger than the whole."""

    def read(moved: Floats, weights: Floats) -> tuple[Floats, Floats]:
        del weights
        share = 1.0 / (1.0 + np.exp(-moved))
        return np.log(share), (1.0 - share)[:, None]

    with pytest.raises(ConvergenceError, match=r"^statement\[0\]: cannot be made to hold on every"):
        move(np.zeros((1, 1)), read, times(np.eye(1)), np.full((1, 1), 0.2), np.zeros(1), names(1))


def test_moved_carries_weights() -> None:
    assert Moved._fields == ("weights", "futures")
