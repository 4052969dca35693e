"""Shocks that move together across series, so that sums of series have an honest spread.

The shocks of the months ahead are joint normal: independent from month to month, correlated across
series as the one-step errors in the sample were. Each series keeps its own law exactly. Reordering
finished draws by the rank of their path mean (Iman & Conover 1982, doi:10.1080/03610918208812265)
keeps marginals too, but ties series through that mean only: for a random walk of 12 months a
correlation of 0.6 between shocks comes out as 0.13 in the first month ahead and 0.47 in the last.
"""

import numpy as np

from forecast.models.kernels import Floats


def standardised(residuals: Floats) -> Floats:
    """Residuals with mean zero and unit variance; zero where missing or without variance, (N, S).

    A month without a residual adds nothing to a correlation, which keeps the matrix of all of them
    positive semidefinite.
    """
    known = np.isfinite(residuals)
    count = np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, residuals, 0.0)
    centred = np.where(known, centred - centred.sum(axis=0) / count, 0.0)
    size = np.sqrt((centred**2).sum(axis=0))
    return centred / np.where(size > 0, size, 1.0) * np.sqrt(len(residuals))


def shrunk_correlation(residuals: Floats) -> Floats:
    """Correlation of one-step errors, drawn to their common mean, (S, S).

        R* = (1 - w) R + w ((1 - r) I + r 11'),    w = sum var(r_ij) / sum (r_ij - r)²

    over i ≠ j, w within 0..1, r the mean correlation. The target keeps the mean correlation, which
    is what makes a sum wide; shrinking to independence would make sums narrow again. Series without
    errors are left uncorrelated. Target of Ledoit & Wolf 2004, doi:10.3905/jpm.2004.110; weight of
    Schäfer & Strimmer 2005, doi:10.2202/1544-6115.1175.

    Parameters
    ----------
    residuals : (N, S) month by series, NaN where there is none
    """
    z = standardised(residuals)
    live = np.flatnonzero((z != 0).any(axis=0))
    out = np.eye(residuals.shape[1])
    if live.size < 2:
        return out
    z, months = z[:, live], len(z)
    raw = z.T @ z / months
    apart = ~np.eye(live.size, dtype=bool)
    mean = raw[apart].mean()
    noise = ((z**2).T @ z**2 / months - raw**2)[apart].sum() / months
    spread = ((raw[apart] - mean) ** 2).sum()
    weight = min(noise / spread, 1.0) if spread > 0 else 1.0
    out[np.ix_(live, live)] = np.where(apart, (1 - weight) * raw + weight * mean, 1.0)
    return out


def joint_shocks(correlation: Floats, months: int, count: int, rng: np.random.Generator) -> Floats:
    """Draw standard normal shocks, correlated across series in each month, (count, S, months)."""
    values, vectors = np.linalg.eigh(correlation)
    # a correlation of more series than months has zero eigenvalues, up to rounding below zero; the
    # symmetric root does not depend on which eigenvectors stand for equal ones
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    free = rng.standard_normal((count, months, len(values)))
    return np.swapaxes(free @ root, 1, 2)
