"""Chance in small cells against simulated counts, and the projections that rest on it."""

import numpy as np
import pytest

from forecast.models import panel_counts
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from tests.models.panels import counted, quick_priors, split, with_values, world

SMALL = 10.0


@pytest.mark.parametrize("mean", [0.05, 0.5, 2.0, 6.0, 9.5])
def test_variances_are_those_of_simulated_counts(mean: float, rng: np.random.Generator) -> None:
    count = 200_000
    y, edge = (np.log(rng.poisson(m, count) + 0.5) for m in (mean, SMALL))
    expected = y.var() - edge.var()
    error = np.sqrt((np.var((y - y.mean()) ** 2) + np.var((edge - edge.mean()) ** 2)) / count)
    by_mean = panel_counts.variance_by_mean(np.array(mean), SMALL)
    assert by_mean == pytest.approx(max(expected, 0.0), abs=5 * error + 1e-3)
    by_log = panel_counts.variance_by_log(np.array(y.mean()), SMALL)
    assert by_log == pytest.approx(by_mean, abs=0.01)


def test_chance_is_added_from_zero_below_a_small_cell() -> None:
    at = panel_counts.variance_by_mean(np.array([9.99, 10.0, 400.0, 1e6]), SMALL)
    assert at == pytest.approx([0.0, 0.0, 0.0, 0.0], abs=2e-4)
    assert np.all(at[1:] == 0.0)


def test_a_month_is_judged_by_the_months_about_it() -> None:
    """An empty month says little in a cell of two persons, and much in one of a thousand."""
    few, many = np.full(30, 2.0), np.full(30, 1000.0)
    few[20] = many[20] = 0.0
    many[5] = np.nan
    variance = panel_counts.counting_variance(np.stack([few, many]), SMALL)
    assert variance[0, 20] == pytest.approx(0.37, abs=0.02)
    assert np.all(variance[1] == 0.0)


def test_zeros_that_chance_does_not_make_are_doubted_unless_they_last() -> None:
    many, few, ended = np.full(40, 300.0), np.full(40, 6.0), np.full(40, 300.0)
    for row in (many, few):
        row[[4, 20, 21, 22, 39]] = 0.0
    ended[30:34] = ended[36:] = 0.0
    found = panel_counts.doubtful_zeros(np.stack([many, few, ended, np.zeros(40)]), SMALL)
    assert np.flatnonzero(found[0]).tolist() == [4, 20, 21, 22, 39]
    assert not found[1:].any()


def test_whole_numbers_are_known_and_made() -> None:
    assert panel_counts.are_whole(np.array([0.0, np.nan, 12.0]))
    assert not panel_counts.are_whole(np.array([0.0, 12.5]))
    made = panel_counts.rounded(np.array([0.3, 0.7, 9.4, 10.4]), SMALL)
    assert made.tolist() == [0.0, 1.0, 9.0, 10.4]


def last_twelve(mean: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws and what came of three areas of a mean, (D, 3, 12) and (3, 12)."""
    panel = world(rng, areas=24, months=72)
    panel = counted(panel, rng)
    for area in ("area 0", "area 1", "area 2"):
        panel = with_values(panel, area, rng.poisson(mean, 72).astype(np.float64))
    history, path, came = split(panel, 12)
    drawn = PanelLink(quick_priors()).draw(history, 12, path, 400, rng).draws
    return drawn[:, 1:4, 0], came[1:4, 0]


@pytest.mark.recovery
@pytest.mark.parametrize("mean", [0.5, 2.0, 6.0])
def test_intervals_of_small_cells_hold_poisson_counts(
    mean: float, rng: np.random.Generator
) -> None:
    """80 % intervals by randomised PIT, so that ties count fairly; worlds are independent."""
    cover, drawn_mean, none = [], [], []
    for _ in range(12):
        drawn, came = last_twelve(mean, rng)
        assert np.all(drawn[drawn < SMALL] % 1 == 0)
        below, same = np.mean(drawn < came, axis=0), np.mean(drawn == came, axis=0)
        pit = below + rng.random(came.shape) * same
        cover.append(np.mean((pit > 0.1) & (pit < 0.9)))
        drawn_mean.append(drawn.mean())
        none.append(np.mean(drawn == 0))
    error = np.std(cover, ddof=1) / np.sqrt(12)
    assert 0.75 - 2 * error < np.mean(cover) < 0.88 + 2 * error
    spread = np.std(drawn_mean, ddof=1) / np.sqrt(12)
    assert np.mean(drawn_mean) == pytest.approx(mean, abs=0.15 * mean + 3 * spread)
    spread = np.std(none, ddof=1) / np.sqrt(12)
    assert np.mean(none) == pytest.approx(np.exp(-mean), abs=0.08 + 3 * spread)


def test_a_row_of_zeros_stays_near_zero(rng: np.random.Generator) -> None:
    panel = with_values(counted(world(rng), rng), "area 0", np.zeros(60))
    history, path, _ = split(panel, 12)
    drawn = PanelLink(quick_priors()).draw(history, 12, path, 1000, rng).draws[:, 1, 0]
    assert np.mean(drawn == 0) > 0.8
    assert np.quantile(drawn, 0.99) <= 5
