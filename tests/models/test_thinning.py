"""Kept draws stand for a posterior of which everything is known."""

import numpy as np
import pytest

from forecast.models.kernels import Floats
from forecast.models.thinning import representative, stein_functions

SIZE, PARAMETERS, KEPT = 3000, 12, 400


def normal_draws(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Draws of a correlated normal about its mean, its score at them, and its covariance."""
    root = np.eye(PARAMETERS) + 0.3 * rng.standard_normal((PARAMETERS, PARAMETERS))
    covariance = root @ root.T
    draws = rng.standard_normal((SIZE, PARAMETERS)) @ root.T + 1.0
    return draws, -(draws - 1.0) @ np.linalg.inv(covariance), covariance


def test_the_functions_have_mean_zero_under_the_posterior(rng: np.random.Generator) -> None:
    draws, score, _ = normal_draws(rng)
    z = stein_functions(draws, score).mean(axis=0) * np.sqrt(SIZE)
    assert np.abs(z).max() < 4.5  # 24 standard normals


@pytest.mark.parametrize("seed", range(3))
def test_means_of_kept_draws_are_nearer_the_truth_than_those_of_all_draws(seed: int) -> None:
    """Linear functions of the draws are known to far less than their Monte Carlo error."""
    rng = np.random.default_rng(seed)
    draws, score, covariance = normal_draws(rng)
    kept = representative(draws, score, KEPT, rng)
    assert kept.sum() == KEPT
    sd = np.sqrt(np.diag(covariance))
    error = np.abs(draws[kept].mean(axis=0) - 1.0) / sd
    # of four hundred draws at random the mean is off by 0.05 (one standard error), of all by 0.018
    assert np.sqrt(np.mean(error**2)) < 0.5 * 0.018
    assert error.max() < 0.05


def test_what_is_kept_is_spread_as_the_posterior_is(rng: np.random.Generator) -> None:
    draws, score, covariance = normal_draws(rng)
    kept = draws[representative(draws, score, KEPT, rng)]
    sd = np.sqrt(np.diag(covariance))
    for level, expected in ((0.1, -1.2816), (0.5, 0.0), (0.9, 1.2816)):
        found = (np.quantile(kept, level, axis=0) - 1.0) / sd
        # the standard error of a quantile of 400 normals is 0.085 at 0.1 and 0.063 at 0.5
        assert np.abs(found - expected).max() < 4 * 0.085


def test_all_draws_are_kept_where_there_are_few(rng: np.random.Generator) -> None:
    draws, score, _ = normal_draws(rng)
    assert representative(draws[:50], score[:50], 50, rng).all()


def test_the_same_seed_keeps_the_same_draws(rng: np.random.Generator) -> None:
    draws, score, _ = normal_draws(rng)
    one, same, other = (
        representative(draws, score, KEPT, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
