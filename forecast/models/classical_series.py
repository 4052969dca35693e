"""One series as a classical method sees it: logarithms between its first and last known month.

With y persons and N the national total, a method sees

    z = log(y + c)            on the series itself
    z = log((y + c) / N)      on its share of the nation

c is zero where all known values are positive, else half the smallest positive one, so that a zero
has a logarithm and a change of unit changes nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats

SEASON = 12
"""Months in a season."""

SHORTEST_WITH_SEASON = 2 * SEASON
"""Known months below which a seasonal method is used without its season."""

MOST_MISSING = 1 / 3
"""Part of the months between the first and the last known one that may be missing."""


@dataclass(frozen=True)
class Sample:
    """Logarithms of one series.

    Attributes
    ----------
    values : (N,) from the first to the last known month, NaN in gaps
    start : place of the first in the history
    lead : months of the history after the last known one (not yet published)
    shift : c, in the series' own unit
    season : months in the season that so many known values allow to estimate: 12, or 1 for none
    regressor : (N,) log of the national value where the method wants one, NaN where unknown
    """

    values: Floats
    start: int
    lead: int
    shift: float
    season: int
    regressor: Floats | None = None

    @property
    def known(self) -> int:
        """Months with a value."""
        return int(np.isfinite(self.values).sum())

    @property
    def missing(self) -> int:
        """Months inside without a value."""
        return len(self.values) - self.known

    @property
    def constant(self) -> bool:
        """Whether all known values are the same, to rounding."""
        return bool(np.nanmax(self.values) - np.nanmin(self.values) < 1e-9)

    @property
    def filled(self) -> "Sample":
        """The same without gaps: straight lines between known neighbours, on the log scale."""
        at, known = np.arange(len(self.values)), np.isfinite(self.values)
        return replace(self, values=np.interp(at, at[known], self.values[known]))


def only_zeros(values: Floats) -> bool:
    """Whether something is known and all of it is zero."""
    known = values[np.isfinite(values)]
    return bool(known.size) and not known.any()


def shift_of(values: Floats) -> float:
    """Give c: zero where all known values are positive, else half the smallest positive one."""
    known = values[np.isfinite(values)]
    return 0.0 if known.min() > 0 else 0.5 * float(known[known > 0].min())


def sample_of(
    values: Floats, whole: Floats | None = None, regressor: Floats | None = None
) -> Sample:
    """Take the logarithms of a series, or of its share of the whole.

    Parameters
    ----------
    values : (T,) persons, NaN where unknown, some of them positive
    whole : (T,) persons in the nation; None for the series itself
    regressor : (T,) logarithms to carry along

    Raises
    ------
    ConvergenceError
        If no month is known, or a third of the months between the first and the last is not.
    """
    usable = np.isfinite(values) if whole is None else np.isfinite(values) & (whole > 0)
    known = np.flatnonzero(usable)
    if not known.size:
        raise ConvergenceError("no known month, expected some")
    first, stop = int(known[0]), int(known[-1]) + 1
    missing = stop - first - known.size
    if missing > MOST_MISSING * (stop - first):
        raise ConvergenceError(
            f"{missing} of the {stop - first} months between the first and the last known one are "
            f"missing, expected a third at most"
        )
    shift = shift_of(values)
    logs = np.full(len(values), np.nan)
    logs[known] = np.log(values[known] + shift)
    if whole is not None:
        logs[known] -= np.log(whole[known])
    return Sample(
        values=logs[first:stop],
        start=first,
        lead=len(values) - stop,
        shift=shift,
        season=SEASON if known.size >= SHORTEST_WITH_SEASON else 1,
        regressor=None if regressor is None else regressor[first:stop],
    )


def logs_of(values: Floats) -> Floats:
    """Logarithms of a regressor, NaN where unknown or where all that is known is zero."""
    if not np.nansum(values) > 0:
        return np.full(len(values), np.nan)
    return np.log(values + shift_of(values))


def persons(logs: Floats, shift: float, whole: Floats | None = None) -> Floats:
    """Undo `sample_of`: ``max(exp(z) N - c, 0)``.

    Parameters
    ----------
    logs : (count, H)
    whole : (count, H) or (H,), None for the series itself
    """
    # an explosive path overflows to infinity, which the caller counts and reports
    with np.errstate(over="ignore", invalid="ignore"):
        levels = np.exp(logs) if whole is None else np.exp(logs) * whole
    return np.maximum(levels - shift, 0.0)
