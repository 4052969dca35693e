"""Coverage and PIT of draws that are calibrated, and of draws that are not."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import chisquare

from forecast.errors import DataError
from forecast.evaluation.scores import coverage, pit
from tests.evaluation.labelled import one_cell, table, within


def world(
    rng: np.random.Generator, cells: int, draws: int, *, spread: float = 1.0
) -> tuple[xr.DataArray, xr.DataArray]:
    """Observations, and draws of their distribution when spread is 1."""
    centre = rng.normal(size=cells)
    observed = centre + rng.normal(size=cells)
    sample = centre + spread * rng.normal(size=(draws, cells))
    return table(sample, "draw", "cell"), table(observed, "cell")


# --- coverage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("observed", "hit"), [(2, 1.0), (8, 1.0), (5, 1.0), (1.99, 0.0), (8.01, 0.0)]
)
def test_coverage_by_hand(observed: float, hit: float) -> None:
    # 9 draws: quantile 0.2 is the second smallest, 0.8 the eighth
    draws = [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert coverage(*one_cell(draws, observed), coverage=0.6).item() == hit


@pytest.mark.parametrize("draws", [19, 39])
def test_calibrated_draws_cover_what_they_claim_even_when_few(
    draws: int, rng: np.random.Generator
) -> None:
    within(coverage(*world(rng, 20_000, draws), coverage=0.9).values - 0.9)


def test_narrow_draws_do_not(rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match="standard errors off"):
        within(coverage(*world(rng, 2_000, 39, spread=0.8), coverage=0.9).values - 0.9)


def test_coverage_needs_draws_beyond_its_ends() -> None:
    draws = np.arange(18.0)
    with pytest.raises(DataError, match="found 18 along 'draw', expected at least 19 for a cov"):
        coverage(*one_cell(draws, 3), coverage=0.9)
    assert coverage(*one_cell([*draws, 18.0], 3), coverage=0.9).item() == 1


@pytest.mark.parametrize("share", [0, 1, 80])
def test_coverage_is_a_fraction(share: float) -> None:
    with pytest.raises(DataError, match=f"coverage: found {share}, expected a number between 0"):
        coverage(*one_cell([1, 2, 3], 2), coverage=share)


# --- pit ------------------------------------------------------------------------------------------


def test_mid_pit_by_hand() -> None:
    assert pit(*one_cell([1, 2, 3], 2.5), rng=None).item() == pytest.approx(2.5 / 4)
    assert pit(*one_cell([1, 2, 3], 0), rng=None).item() == pytest.approx(0.5 / 4)
    # one below, two equal: the middle of ranks 1, 2 and 3
    assert pit(*one_cell([1, 2, 2], 2), rng=None).item() == pytest.approx(2.5 / 4)


def test_random_pit_stays_within_its_ties(rng: np.random.Generator) -> None:
    draws, observed = table([[1] * 500, [2] * 500, [2] * 500], "draw", "cell"), [2] * 500
    found = pit(draws, table(observed, "cell"), rng=rng).values
    assert found.min() > 1 / 4
    assert found.max() < 4 / 4
    within(found - 2.5 / 4)


def chance(found: xr.DataArray, bins: int) -> float:
    """Probability of a histogram as uneven as this, were the PIT uniform."""
    return chisquare(np.histogram(found.values, bins=bins, range=(0, 1))[0]).pvalue


LIMIT = 1e-4  # uniform PIT goes below it once in 10,000 seeds


@pytest.mark.parametrize("bins", [10, 7])  # steps of the rank, and bins that cut them
def test_pit_of_calibrated_draws_is_uniform(bins: int, rng: np.random.Generator) -> None:
    assert chance(pit(*world(rng, 20_000, 9), rng=rng), bins) > LIMIT


def test_pit_of_counts_with_many_ties_is_uniform(rng: np.random.Generator) -> None:
    draws = table(rng.poisson(1.5, (19, 20_000)), "draw", "cell")
    observed = table(rng.poisson(1.5, 20_000), "cell")
    assert chance(pit(draws, observed, rng=rng), 20) > LIMIT
    assert chance(pit(draws, observed, rng=None), 20) < LIMIT


def test_pit_of_narrow_draws_is_not(rng: np.random.Generator) -> None:
    assert chance(pit(*world(rng, 20_000, 99, spread=0.8), rng=rng), 10) < LIMIT


def test_the_same_seed_gives_the_same_pit(rng: np.random.Generator) -> None:
    draws, observed = world(rng, 50, 9)
    first, again, other = (
        pit(draws, observed, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    xr.testing.assert_identical(first, again)
    assert not first.equals(other)


def test_a_gap_does_not_move_the_random_numbers_of_other_cells(rng: np.random.Generator) -> None:
    draws, observed = world(rng, 50, 9)
    whole = pit(draws, observed, rng=np.random.default_rng(1))
    observed[3] = np.nan
    gappy = pit(draws, observed, rng=np.random.default_rng(1))
    assert np.isnan(gappy.values[3])
    np.testing.assert_array_equal(np.delete(gappy, 3), np.delete(whole, 3))
