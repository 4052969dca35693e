"""One group's monthly panel as log-odds of shares of the nation, with what explains them.

A month's datum is ``log((v + 1/2) / (N - v + 1/2))``, the log-odds of v of N with half a person
added on either side, so that nobody and everybody have a finite one. Below a few persons a month's
count is mostly chance: `panel_counts` says how much; above, noise by size is the model's own.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.config.panel_model import PanelPriors
from forecast.core.monthly import LevelBreak, MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import DataError
from forecast.models.kernels import Floats, Ints, lags
from forecast.models.panel_counts import (
    HALF,
    LONGEST_RUN,
    Flags,
    are_whole,
    counting_variance,
    doubtful_zeros,
    zero_runs,
)
from forecast.models.panel_revisions import expected_revisions

FEWEST_MONTHS = 12
"""Values of the nation that a fit needs."""

ENDING_SD = 5.0
"""Prior sd of the log-odds' change where a series becomes empty: 150 persons to none is 5.7."""


@dataclass(frozen=True)
class LinkSeries:
    """S areas' shares of the nation over T months.

    Attributes
    ----------
    areas : S names
    months : (T,) consecutive, year * 12 + month - 1
    log_odds : (S, T) NaN where the area or the nation is missing
    counting : (S, T) variance of the log-odds from small counts and revisions, zero elsewhere
    size : (S,) log of the mean value or of a small cell's, centred; 0 for an area without values
    level : expected log-odds of an area of which nothing is known: an equal share
    log_nation : (T,) log of the nation plus one, gaps filled linearly
    whole : whether all values are whole numbers
    breaks : of each area's level, S tuples
    aside : (S, T) zeros that were taken for missing
    revised : (S, T) logs that provisional values were moved by
    """

    areas: tuple[str, ...]
    months: Ints
    log_odds: Floats
    counting: Floats
    size: Floats
    level: float
    log_nation: Floats
    whole: bool
    breaks: tuple[tuple[LevelBreak, ...], ...]
    aside: Flags
    revised: Floats

    @cached_property
    def steps(self) -> Floats:
        """One from the month of an area's break on, else zero, (S, T, B); B the most of any."""
        out = np.zeros((len(self.areas), len(self.months), max(map(len, self.breaks), default=0)))
        for s, own in enumerate(self.breaks):
            for k, one in enumerate(own):
                out[s, self.months >= one.month, k] = 1.0
        return out

    def step_sd(self, usual: float) -> Floats:
        """Prior sd of the log-odds' change at each break, the usual where none is said, (S, B)."""
        out = np.full((len(self.areas), self.steps.shape[2]), usual)
        for s, own in enumerate(self.breaks):
            for k, one in enumerate(own):
                out[s, k] = usual if one.sd is None else one.sd
        return out


def link_series(
    panel: MonthlyPanel, group: int, areas: tuple[str, ...], priors: PanelPriors
) -> LinkSeries:
    """Log-odds of the areas' shares of one group, as they are expected to be when they are final.

    Parameters
    ----------
    group : place of the group in the panel
    areas : whose shares; none that exceeds the nation
    priors : for the value below which counting noise is added, and for revisions

    Raises
    ------
    DataError
        If the nation has fewer values than `FEWEST_MONTHS`.
    """
    small_cell = priors.noise.small_cell
    mean, sd = expected_revisions(panel, group, priors.revision, small_cell)
    final = panel.values[:, group] * np.exp(mean)
    rows = [panel.position(area) for area in areas]
    nation, values = final[panel.position(panel.national)], final[rows]
    known = ~np.isnan(nation)
    if known.sum() < FEWEST_MONTHS:
        raise DataError(
            f"{panel.groups[group]}: {panel.national} has {known.sum() or 'no'} values in "
            f"{month_code(int(panel.months[0]))}..{month_code(int(panel.months[-1]))}, expected "
            f"at least {FEWEST_MONTHS}; choose an origin at which it has"
        )
    breaks = _breaks(panel, panel.groups[group], areas)
    breaks = _with_endings(breaks, panel, group, areas, small_cell)
    aside = doubtful_zeros(values, small_cell)
    for s, own in enumerate(breaks):
        # a zero at a break that was named is what it says
        aside[s] &= ~np.isin(panel.months, [b.month + k for b in own for k in range(LONGEST_RUN)])
    values = np.where(aside, np.nan, values)
    return LinkSeries(
        areas=areas,
        months=panel.months,
        log_odds=log_odds(np.minimum(values, nation), nation),
        counting=counting_variance(values, small_cell) + sd[rows] ** 2,
        size=_centred_log_size(values, small_cell),
        level=-float(np.log(max(len(areas) - 1, 1))),
        log_nation=_filled(panel.months, np.log1p(nation)),
        whole=are_whole(panel.values[rows, group]),
        breaks=breaks,
        aside=aside,
        revised=mean[rows],
    )


def _breaks(
    panel: MonthlyPanel, group: str, areas: tuple[str, ...]
) -> tuple[tuple[LevelBreak, ...], ...]:
    """Give each area's breaks within the months; one by the first of them changes nothing."""
    months = panel.months
    within = [b for b in panel.breaks if b.group == group and months[0] < b.month <= months[-1]]
    return tuple(tuple(b for b in within if b.area == area) for area in areas)


def _with_endings(
    breaks: tuple[tuple[LevelBreak, ...], ...],
    panel: MonthlyPanel,
    group: int,
    areas: tuple[str, ...],
    small_cell: float,
) -> tuple[tuple[LevelBreak, ...], ...]:
    """Add a break where a series becomes empty and stays so, and where it begins again.

    From many to nobody is hundreds of a month's ordinary shocks: taken for one of them, it would
    make all of the area's months look restless, and bring the persons back.
    """
    values = panel.values[[panel.position(area) for area in areas], group]
    out = [list(own) for own in breaks]
    for s, first, count in zero_runs(values, small_cell):
        if count <= LONGEST_RUN:
            continue
        turns = ((first, "nobody from here on"), (first + count, "somebody again"))
        for at, reason in turns:
            before, after = values[s, :at], values[s, at:]
            month = int(panel.months[0]) + at
            named = any(b.month == month for b in out[s])
            if not (np.all(np.isnan(before)) or np.all(np.isnan(after)) or named):
                out[s].append(LevelBreak(areas[s], panel.groups[group], month, reason, ENDING_SD))
    return tuple(tuple(own) for own in out)


def _filled(months: Ints, path: Floats) -> Floats:
    """Path with its gaps filled linearly, and with the nearest value at the ends."""
    known = ~np.isnan(path)
    out: Floats = np.interp(months, months[known], path[known])
    return out


def exceeding(panel: MonthlyPanel, group: int) -> dict[str, str]:
    """Areas that are more than the nation in some month, each with the reason in words."""
    nation = panel.values[panel.position(panel.national), group]
    out: dict[str, str] = {}
    for a, t in zip(*np.nonzero(panel.values[:, group] > nation), strict=True):
        out[panel.areas[a]] = (
            f"{panel.areas[a]}, {panel.groups[group]}, {month_code(int(panel.months[t]))}: "
            f"{panel.values[a, group, t]:g} exceeds {panel.national}'s {nation[t]:g}, "
            "expected a part of it"
        )
    return out


def log_odds(value: Floats, nation: Floats) -> Floats:
    """``log((v + 1/2) / (N - v + 1/2))``."""
    return np.log(value + HALF) - np.log(nation - value + HALF)


def value_of(odds: Floats, nation: Floats) -> Floats:
    """Undo `log_odds`: a value between none and all of the nation."""
    share = 1.0 / (1.0 + np.exp(-odds))
    return np.clip((nation + 2 * HALF) * share - HALF, 0.0, nation)


def _centred_log_size(values: Floats, small_cell: float) -> Floats:
    """Log mean sizes; what is smaller than a small cell is as large, since its noise is counted."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    size = np.log(np.maximum(mean, small_cell) + HALF)
    return np.where(count > 0, size - size[count > 0].mean() if (count > 0).any() else 0.0, 0.0)


def national_level(log_nation: Floats) -> Floats:
    """Mean of the log national path over the twelve months about each, (..., T).

    Half a month more on either side, so that every calendar month weighs the same; at the ends over
    what is there.
    """
    lag = lags(np.arange(log_nation.shape[-1], dtype=np.int64))
    window = np.select([lag < 6, lag == 6], [1.0, 0.5], 0.0)
    window /= window.sum(axis=1, keepdims=True)
    return log_nation @ window.T


@dataclass(frozen=True)
class Regressors:
    """What the national path says to a link, centred on the fitted months.

    Attributes
    ----------
    path : (..., T) log of the nation, the response's regressor x
    level : (..., T) its twelve-month mean, the amplitude's and the noise's n
    years : (T,) since the middle of the fitted months
    """

    path: Floats
    level: Floats
    years: Floats


def regressors(log_nation: Floats, fitted: int) -> Regressors:
    """Regressors of months of which the first `fitted` are those of the fit.

    Parameters
    ----------
    log_nation : (..., T) of the fitted months and any after them
    """
    level = national_level(log_nation)
    months = np.arange(log_nation.shape[-1], dtype=np.float64)
    return Regressors(
        path=log_nation - log_nation[..., :fitted].mean(axis=-1, keepdims=True),
        level=level - national_level(log_nation[..., :fitted]).mean(axis=-1, keepdims=True),
        years=(months - 0.5 * (fitted - 1)) / 12.0,
    )
