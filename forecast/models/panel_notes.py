"""What a reader of a monthly link's draws should know, in a sentence each."""

from collections.abc import Collection, Iterator

import numpy as np

from forecast.core.monthly import MonthlyPanel
from forecast.core.period import month_code
from forecast.models.kernels import Floats
from forecast.models.method import SeriesKey
from forecast.models.panel_series import LinkSeries

LONG_GONE = 12
"""Months without a value after which a reader is told."""


def notes_of(
    national: str, group: str, series: LinkSeries, verdict: str, effects: Floats
) -> dict[SeriesKey, tuple[str, ...]]:
    """Say what a reader of the draws should know.

    Parameters
    ----------
    verdict : on the fit
    effects : (2, S, B) mean and sd of what each break did to the log-odds
    """
    notes: dict[SeriesKey, tuple[str, ...]] = {(national, group): (verdict, *_provisional(series))}
    for s, area in enumerate(series.areas):
        if said := (*_doubted(series, s), *_ended(series, s), *_broken(series, s, effects)):
            notes[area, group] = said
    return notes


def unused_breaks(
    history: MonthlyPanel, group: str, sums: Collection[str]
) -> dict[SeriesKey, tuple[str, ...]]:
    """Say which breaks were named in vain."""
    return {
        (b.area, group): (
            f"level break {month_code(b.month)} ({b.reason}): not used, for the area is projected "
            "as the sum of its own areas; name those that break",
        )
        for b in history.breaks
        if b.group == group and b.area in sums
    }


def _provisional(series: LinkSeries) -> Iterator[str]:
    """Say which months are not final, and what was made of them."""
    if series.revised.any():
        marked = series.revised.any(axis=0)
        months = ", ".join(month_code(int(m)) for m in series.months[marked])
        size = 100 * np.expm1(series.revised[series.revised != 0].mean())
        yield f"provisional in {months}: moved by {size:+.1f} % in the mean, and believed less"


def _doubted(series: LinkSeries, s: int) -> Iterator[str]:
    """Name the zeros that were taken for missing."""
    if series.aside[s].any():
        months = ", ".join(month_code(int(m)) for m in series.months[series.aside[s]])
        yield f"nobody in {months}, between months of many: taken for missing"


def _ended(series: LinkSeries, s: int) -> Iterator[str]:
    """Say so where an area has no values, or has had none for a year."""
    known = np.flatnonzero(~np.isnan(series.log_odds[s]))
    if len(known) == 0:
        yield "no values in the months of the fit: projected by its prior"
    elif (since := len(series.months) - 1 - int(known[-1])) >= LONG_GONE:
        last = month_code(int(series.months[known[-1]]))
        yield f"no value since {last}, {since} months before the origin: projected from there"


def _broken(series: LinkSeries, s: int, effects: Floats) -> Iterator[str]:
    """Say what each break did to an area's level, by nine tenths of what is known of it."""
    own = series.breaks[s]
    for one, mean, sd in zip(own, *effects[:, s, : len(own)], strict=True):
        seen = series.log_odds[s, series.months >= one.month]
        known = seen[~np.isnan(seen)]
        share = 1 / (1 + float(np.exp(-known.mean()))) if len(known) else 0.0
        change = np.exp(mean + 1.645 * sd * np.array([-1.0, 0.0, 1.0]))
        low, mid, high = 100 * (share + (1 - share) * change - 1)  # of odds, as one of shares
        yield (
            f"level break {month_code(one.month)} ({one.reason}): {mid:+.1f} % of the share "
            f"(90 %: {low:+.1f} to {high:+.1f})"
        )
