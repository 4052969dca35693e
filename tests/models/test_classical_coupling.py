"""Draws of different series move together as much as their errors did, and cover what they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.models.classical_coupling import joint_shocks, shrunk_correlation
from forecast.models.kernels import Floats
from forecast.models.registry import method
from tests.models.classical_worlds import monthly_panel

COUNT = 4000


def walks(rng: np.random.Generator, series: int, months: int, correlation: float) -> Floats:
    """Logs of random walks with shocks of 0.02 that share a part, (series, months)."""
    common = rng.normal(0, np.sqrt(correlation), months)
    own = rng.normal(0, np.sqrt(1 - correlation), (series, months))
    return 0.02 * np.cumsum(common + own, axis=1)


@pytest.mark.parametrize("name", ["naive", "local_level"])
def test_sums_spread_as_series_that_move_together(name: str) -> None:
    rng, series, horizon = np.random.default_rng(1), 10, 6
    areas = 1000 * np.exp(walks(rng, series, 120, 0.6))
    panel = monthly_panel(
        np.vstack([areas.sum(axis=0), areas]), ("N", *(f"A{k}" for k in range(series)))
    )
    draws = method(name).draw(panel, horizon, None, COUNT, rng).draws[:, 1:, 0]
    relative = draws / areas[:, -1:]
    # the sum of ten with correlation 0.6 is sqrt(10 (1 + 9 * 0.6)) = 8 times as wide as one
    right = 0.02 * np.sqrt(np.arange(1, horizon + 1)) * 8.0
    alone = np.sqrt((relative.std(axis=0) ** 2).sum(axis=0))
    made = relative.sum(axis=1).std(axis=0)
    # 120 months know the spread of a common shock to 1/sqrt(240), three standard errors
    assert made == pytest.approx(right, rel=3 / np.sqrt(240))
    assert (made > 2 * alone).all()


def test_every_series_keeps_its_own_spread() -> None:
    rng = np.random.default_rng(2)
    areas = 1000 * np.exp(walks(rng, 4, 80, 0.8))
    panel = monthly_panel(areas, ("N", "A", "B", "C"))
    draws = np.log(method("naive").draw(panel, 5, None, COUNT, rng).draws[:, :, 0])
    monthly = np.sqrt(np.mean(np.diff(np.log(areas), axis=1) ** 2, axis=1))
    right = monthly[:, None] * np.sqrt(np.arange(1, 6))
    assert draws.std(axis=0) == pytest.approx(right, rel=6 / np.sqrt(2 * COUNT))


def test_shocks_meet_in_the_calendar_month() -> None:
    """A series published a month late shares the shocks of the months it is drawn for."""
    rng = np.random.default_rng(3)
    areas = 1000 * np.exp(walks(rng, 2, 200, 0.95))
    areas[1, -1] = np.nan
    draws = np.log(
        method("naive").draw(monthly_panel(areas, ("N", "A")), 3, None, COUNT, rng).draws
    )
    changes = np.diff(draws[:, :, 0], axis=2)
    together = np.corrcoef(changes[:, 0].T, changes[:, 1].T)
    near = 6 / np.sqrt(COUNT)
    assert np.diag(together, 2) == pytest.approx([0.95, 0.95], abs=0.03)
    assert abs(together[0, 3]) < near
    assert abs(together[1, 2]) < near


def test_naive_covers_random_walks() -> None:
    rng, series, months, horizon = np.random.default_rng(4), 400, 72, 6
    paths = walks(rng, series + 1, months + horizon, 0.0)
    panel = monthly_panel(
        1000 * np.exp(paths[:, :months]), ("N", *(f"A{k}" for k in range(series)))
    )
    draws = method("naive").draw(panel, horizon, None, 1000, rng).draws[:, 1:, 0]
    future = 1000 * np.exp(paths[1:, months:])
    for coverage in (0.5, 0.8, 0.95):
        low, high = np.quantile(draws, [(1 - coverage) / 2, (1 + coverage) / 2], axis=0)
        hit = ((future >= low) & (future <= high)).mean(axis=0)
        assert hit == pytest.approx(
            np.full(horizon, coverage), abs=4 * np.sqrt(coverage * (1 - coverage) / series)
        )


@settings(max_examples=60)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(3, 30), st.integers(1, 12)),
        elements=st.one_of(st.floats(-5, 5), st.just(np.nan)),
    )
)
def test_a_shrunk_correlation_is_one(residuals: Floats) -> None:
    made = shrunk_correlation(residuals)
    assert np.diag(made) == pytest.approx(np.ones(residuals.shape[1]))
    assert np.array_equal(made, made.T)
    assert np.abs(made).max() <= 1 + 1e-9
    assert np.linalg.eigvalsh(made).min() > -1e-9


def test_shrinking_keeps_the_mean_correlation_and_draws_the_rest_to_it() -> None:
    rng = np.random.default_rng(5)
    shocks = rng.normal(0, 1, (36, 1)) + rng.normal(0, 1, (36, 30))
    raw, made = np.corrcoef(shocks.T), shrunk_correlation(shocks)
    apart = ~np.eye(30, dtype=bool)
    assert made[apart].mean() == pytest.approx(raw[apart].mean())
    # all true correlations are the same, so nearly all that differs is noise
    assert made[apart].std() < 0.3 * raw[apart].std()


def test_correlations_that_differ_are_left_apart() -> None:
    rng = np.random.default_rng(6)
    blocks = np.repeat(rng.normal(0, 1, (400, 2)), 5, axis=1) + rng.normal(0, 0.5, (400, 10))
    made = shrunk_correlation(blocks)
    assert made[:5, :5][~np.eye(5, dtype=bool)] == pytest.approx(np.full(20, 0.8), abs=0.1)
    assert np.abs(made[:5, 5:]).max() < 0.2


def test_a_series_without_errors_moves_alone() -> None:
    residuals = np.random.default_rng(7).normal(0, 1, (40, 1)) * np.ones((40, 3))
    residuals[:, 1] = np.nan
    made = shrunk_correlation(residuals)
    assert made[0, 2] == pytest.approx(1.0)
    assert made[1] == pytest.approx([0.0, 1.0, 0.0])


def test_shocks_have_the_correlation_in_every_month() -> None:
    right = np.array([[1.0, 0.7, -0.2], [0.7, 1.0, 0.1], [-0.2, 0.1, 1.0]])
    shocks = joint_shocks(right, 4, 20000, np.random.default_rng(8))
    assert shocks.shape == (20000, 3, 4)
    near = 6 / np.sqrt(20000)
    for month in range(4):
        assert np.corrcoef(shocks[:, :, month].T) == pytest.approx(right, abs=near)
    assert np.abs(np.corrcoef(shocks[:, 0].T) - np.eye(4)).max() < near
