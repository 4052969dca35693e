"""Choose draws of a posterior so that the few kept stand for it better than as many at random.

For a posterior with density p and score ``u(z) = d log p / dz``, Stein's identity gives functions
whose posterior mean is known to be zero, whatever the figures say:

    E[u_k] = 0,      E[1 + z_k u_k] = 0      for every parameter k.

Draws are kept whose means of these functions are as near to zero as can be. What is linear or
quadratic in one parameter then carries no Monte Carlo error, neither from keeping few draws nor
from having sampled few (zero-variance control variates: Oates, Girolami & Chopin 2017,
doi:10.1111/rssb.12185; the same idea as thinning: Riabiz et al. 2022, doi:10.1111/rssb.12503).
Every draw is kept once at most, with equal weight.
"""

import numpy as np
from numpy.typing import NDArray

from forecast.models.kernels import Floats

EXCHANGES = 1500
"""Exchanges of a kept draw for a better one; more bring the means nearer to zero by little."""


def stein_functions(standard: Floats, score: Floats) -> Floats:
    """Functions of the draws whose posterior mean is zero, at unit sd, (N, 2 P).

    Parameters
    ----------
    standard, score : (N, P) draws, and the gradient of the log posterior at them
    """
    found = np.concatenate([score, 1.0 + standard * score], axis=1)
    return found / found.std(axis=0)


def representative(
    standard: Floats, score: Floats, count: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Which of N draws to keep, (N,), `count` of them; all where there are fewer.

    Begins with draws evenly spaced and exchanges one at a time for the draw that brings the sum of
    the functions nearest to zero.
    """
    size = len(standard)
    if count >= size:
        return np.ones(size, dtype=np.bool_)
    functions = stein_functions(standard, score)
    square = np.sum(functions**2, axis=1)
    kept = np.zeros(size, dtype=np.bool_)
    kept[np.linspace(0, size - 1, count).round().astype(int)] = True
    total = functions[kept].sum(axis=0)
    for _ in range(EXCHANGES):
        leaving = int(rng.choice(np.flatnonzero(kept)))
        without = total - functions[leaving]
        # |without + f|² - |without|² of every draw that may enter, the leaving one among them
        gain = 2.0 * (functions @ without) + square
        kept[leaving] = False
        gain[kept] = np.inf
        entering = int(gain.argmin())
        kept[entering] = True
        total = without + functions[entering]
    return kept
