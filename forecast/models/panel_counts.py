"""Chance in small cells: what a count of a few persons says of its mean, and how it is drawn.

A month's count X of persons who come and go is about Poisson. The model works on y = log(X + 1/2),
so it needs the mean and the variance of y,

    g(mu) = E log(X + 1/2),     h(mu) = var log(X + 1/2),     X ~ Poisson(mu),

and not the usual 1/(mu + 1/2), which at half a person is 2.6 times too much. Both are summed once
and read from a table. Noise by size, the model's own, holds what a cell of `small_cell` persons
has, so only what h is above that is added: it grows from zero as cells get smaller.

What a month's mean may be is taken from the values about it and not from its own count: a count of
nobody would else say of itself that it says little, however large the cell had been before.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from forecast.models.kernels import Floats, lags

Flags = NDArray[np.bool_]

HALF = 0.5
"""Persons added to a part and to the rest."""

LONGEST_RUN = 3
"""Empty months in a row that may be suppressed or wrong; more are believed."""

_LARGEST = 60.0  # mean beyond which 1/mu is exact to a per cent


@cache
def _table() -> tuple[Floats, Floats, Floats]:
    """Means mu, and g and h of each."""
    mean = np.concatenate([np.linspace(0.0, 2.0, 101), np.geomspace(2.05, _LARGEST, 200)])
    count = np.arange(160.0)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(count[1:]))])
    log_mean = np.log(np.maximum(mean, 1e-300))[:, None]
    chance = np.exp(count * log_mean - mean[:, None] - log_factorial)
    y = np.log(count + HALF)
    centre = chance @ y
    return mean, centre, np.sum(chance * (y - centre[:, None]) ** 2, axis=1)


def variance_by_mean(mean: Floats, small_cell: float) -> Floats:
    """Variance of ``log(X + 1/2)`` above what it is at a mean of `small_cell`."""
    at, _, variance = _table()
    return np.maximum(np.interp(mean, at, variance) - np.interp(small_cell, at, variance), 0.0)


def variance_by_log(log_mean: Floats, small_cell: float) -> Floats:
    """Give the same where the mean of ``log(X + 1/2)`` is known, and not that of X."""
    at, centre, _ = _table()
    return variance_by_mean(np.interp(log_mean, centre, at), small_cell)


def counting_variance(values: Floats, small_cell: float) -> Floats:
    """Variance that chance gives the log of each month's count, zero where it is missing.

    The mean of a month is ``(sum + 1/2) / n`` of the n values in the half years before and after,
    what Jeffreys' prior says of it, and half a person at least: months in which nobody came would
    else weigh most, and pull a mean of half a person down to a third.

    Parameters
    ----------
    values : (S, T) in the panel's unit, NaN where missing
    small_cell : mean from which noise by size is all there is
    """
    known = ~np.isnan(values)
    near = (lags(np.arange(values.shape[1], dtype=np.int64)) <= 6).astype(np.float64)
    count = known.astype(np.float64) @ near
    total = np.where(known, values, 0.0) @ near
    mean = np.maximum((total + HALF) / np.maximum(count, 1.0), HALF)
    variance = variance_by_mean(mean, small_cell)
    return np.where(known, variance, 0.0)


def zero_runs(values: Floats, small_cell: float) -> Iterator[tuple[int, int, int]]:
    """Find months of nobody in a row that chance does not make: series, first month, and count.

    They are zeros where the other months of the half years about them have `small_cell` persons or
    more on average: of ten persons a month, one month in 22,000 has none.
    """
    zero = values == 0.0
    for s in np.flatnonzero(zero.any(axis=1)):
        months = np.flatnonzero(zero[s])
        for run in np.split(months, np.flatnonzero(np.diff(months) != 1) + 1):
            about = values[s, max(run[0] - 6, 0) : run[-1] + 7]
            persons = about[about > 0]
            if len(persons) and persons.mean() >= small_cell:
                yield int(s), int(run[0]), len(run)


def doubtful_zeros(values: Floats, small_cell: float) -> Flags:
    """Zeros of `zero_runs` that do not last: `LONGEST_RUN` months at most, (S, T).

    Suppressed cells and errors look like this, at the end of a series too. A series that really
    ends is believed once it has been empty for longer.
    """
    out = np.zeros(values.shape, dtype=bool)
    for s, first, count in zero_runs(values, small_cell):
        out[s, first : first + count] = count <= LONGEST_RUN
    return out


def are_whole(values: Floats) -> bool:
    """Tell whether all values that are known are whole numbers, as published figures are."""
    known = values[~np.isnan(values)]
    return bool(np.all(known == np.rint(known)))


def rounded(values: Floats, small_cell: float) -> Floats:
    """Round small cells to whole persons; half a person and less are nobody."""
    return np.where(values < small_cell, np.rint(values), values)
