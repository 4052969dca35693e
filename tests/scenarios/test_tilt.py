"""Bands that state quantiles."""

import numpy as np
import pytest
from scipy import optimize

from forecast.errors import ConvergenceError
from forecast.scenarios.tilt import Transport
from tests.models.worlds import World, small_world
from tests.scenarios.scenes import RATE, futures, read, spec_of, stated


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


FREE = np.random.default_rng(1).normal(0.0, 1.0, 4000)
ASKED = ((0.1, -0.4), (0.5, 0.3), (0.9, 1.5))


def test_the_tilted_values_have_the_quantiles() -> None:
    moved = Transport.of(FREE, ASKED, "a band")(FREE)
    for level, value in ASKED:
        assert np.mean(moved <= value) == pytest.approx(level, abs=1.5 / len(FREE))


def test_weights_are_the_nearest_in_entropy() -> None:
    """By a numerical search: the least sum of w log w for which the stated parts lie below."""
    free = np.sort(np.random.default_rng(2).normal(0.0, 1.0, 60))
    rows = np.array([free <= value for _, value in ASKED] + [np.ones(60, dtype=bool)], dtype=float)
    parts = np.array([level for level, _ in ASKED] + [1.0])

    def dual(multipliers: np.ndarray) -> float:
        return float(np.exp(multipliers @ rows).mean() - multipliers @ parts)

    found = optimize.minimize(dual, np.zeros(4), method="BFGS", options={"gtol": 1e-12})
    weights = np.exp(found.x @ rows) / 60
    effective = 1.0 / np.sum(weights**2) / 60
    assert Transport.of(free, ASKED, "a band").effective == pytest.approx(effective, rel=1e-6)
    # every value between two quantiles weighs the same, so the map there is a straight stretch
    inside = Transport.of(free, ASKED, "a band")
    middle = (free > -0.4) & (free <= 0.3)
    assert np.ptp(weights[middle]) == pytest.approx(0.0, abs=1e-9)
    assert np.all(np.diff(inside.tilted) >= 0.0)


def test_the_free_quantiles_move_nothing() -> None:
    own = tuple((level, float(np.quantile(FREE, level))) for level in (0.1, 0.5, 0.9))
    transport = Transport.of(FREE, own, "a band")
    assert transport.effective == pytest.approx(1.0, abs=1e-3)
    assert np.abs(transport(FREE) - FREE).max() < 0.05


def test_what_no_future_does_is_refused() -> None:
    with pytest.raises(ConvergenceError, match=r"^a band: its quantiles ask for what few free fut"):
        Transport.of(FREE, ((0.1, 6.0), (0.9, 7.0)), "a band")


def test_a_collapsed_tilt_is_refused_with_its_effective_size() -> None:
    with pytest.raises(ConvergenceError, match=r"worth [12]\.\d % of them, expected at least 5 %"):
        Transport.of(FREE, ((0.1, 2.2), (0.9, 2.9)), "a band")


def test_every_future_keeps_its_rank() -> None:
    moved = Transport.of(FREE, ASKED, "a band")(FREE)
    assert np.array_equal(np.argsort(FREE), np.argsort(moved))


def test_a_band_with_quantiles_has_them(world: World) -> None:
    quantiles = ((0.1, 0.035), (0.5, 0.04), (0.9, 0.055))
    band = stated(RATE, "2021-12", 0.04, quantiles=quantiles)
    pin = stated(RATE, "2022-12", 0.04)
    _, bent, both = futures(
        world, spec_of(band, name="a"), spec_of(pin, band, name="b"), sets=20, kept=20
    )
    for future in (bent, both):
        values = read(future, world, band)
        for level, value in quantiles:
            assert np.mean(values <= value) == pytest.approx(level, abs=2.5 / 400)
    assert read(both, world, pin) == pytest.approx(0.04, rel=1e-9)
