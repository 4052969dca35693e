"""Futures of monthly links: the last state drawn exactly, then month by month.

Given the parameters the state in the first month ahead is normal, and so is every step from there.
The part that neighbours share is drawn first, as shocks of the areas they lie in through the months
of the fit and ahead; the rest of an area's uncertainty is its own, and `panel_shared` says what of
this is exact. What is drawn up to the first month ahead does not ask for the nation's path, so it
is drawn once (`Origin`) however many paths follow.

Months follow the national path of their own draw: the response to it, the swing of the season and
the size of the noise. The last six months of the fit knew less of the twelve-month mean about
them than the same months do here; nothing is fitted again for that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.config.panel_model import NoisePriors
from forecast.core.threads import WORKERS, side_by_side
from forecast.models import panel_filter
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LastState
from forecast.models.panel_counts import HALF, rounded, variance_by_log
from forecast.models.panel_density import PanelDensity, Pooled
from forecast.models.panel_laplace import resampled
from forecast.models.panel_series import LinkSeries, Regressors, regressors, value_of
from forecast.models.panel_shared import Correlation

AT_A_TIME = 2048
"""Draws of areas that are worked on together: as many as the processor keeps at hand."""

FARTHEST = 10.0
"""Standard deviations a month's noise never exceeds; five in a hundred thousand would."""


@dataclass(frozen=True)
class Ahead:
    """The national path ahead, one for each draw.

    Attributes
    ----------
    nation : (D, H) in the panel's unit
    """

    nation: Floats

    def of(self, rows: Ints, series: LinkSeries) -> Regressors:
        """Regressors of the months ahead for some draws, (draws, H)."""
        past = np.broadcast_to(series.log_nation, (len(rows), len(series.log_nation)))
        fitted = len(series.months)
        by = regressors(np.concatenate([past, np.log1p(self.nation[rows])], axis=1), fitted)
        return Regressors(by.path[:, fitted:], by.level[:, fitted:], by.years[fitted:])


class Origin(NamedTuple):
    """Where the futures of one set of parameters begin: no path of the nation is known here.

    Joined for several sets every field has an axis of draws first.

    Attributes
    ----------
    rows : (d,) which of the draws are theirs
    state : (d, S, n) in the first month ahead
    pooled : the parameters that areas share
    share : (L, S) part of an area's shock variance that is its larger area's, by level
    keep, shock : (S,) what a month keeps of the level, and the variance it adds
    scale, noise : (S,) an area's own season, and its noise beside what is expected of its size
    """

    rows: Ints
    state: Floats
    pooled: Pooled
    share: Floats
    keep: Floats
    shock: Floats
    scale: Floats
    noise: Floats


def draw_origins(
    density: PanelDensity,
    points: Floats,
    count: int,
    correlation: Correlation,
    above: Ints,
    rng: np.random.Generator,
) -> tuple[Origin, ...]:
    """Draw the states of the areas in the first month ahead, of `count` draws.

    Parameters
    ----------
    points : (M, P) sets of pooled parameters, each of which makes as many draws as the others
    above : (L, S) areas whose shocks an area shares, by level, -1 for none
    """
    shares = correlation.draw(len(points), rng)
    rows = resampled(np.full(len(points), 1 / len(points)), count, rng)

    def one(k: int, own: np.random.Generator) -> Origin:
        arrays = density.arrays(points[k])
        last = panel_filter.last_state(arrays)
        share = np.where(above >= 0, shares[k][:, None], 0.0)
        return Origin(
            rows[k],
            first_states(last, share, above, len(rows[k]), own),
            density.pooled(points[k]),
            share,
            last.keep[:, 0],
            last.shock[:, 0],
            arrays.scale,
            np.exp(density.own(points[k])[:, 2] * density.spread[2]),
        )

    return side_by_side(one, [k for k in range(len(points)) if len(rows[k])], rng)


def draw_futures(
    density: PanelDensity,
    origins: Sequence[Origin],
    ahead: Ahead,
    above: Ints,
    rng: np.random.Generator,
    workers: int = WORKERS,
) -> Floats:
    """Draw values of the areas in the months ahead, (D, S, H) in the panel's unit.

    Where all that is known are whole numbers, so are draws below a small cell.

    Parameters
    ----------
    origins : of all D draws
    above : as of `draw_origins`
    workers : batches drawn at a time
    """
    horizon = ahead.nation.shape[1]
    months = density.series.months[-1] + 1 + np.arange(horizon, dtype=np.int64)
    out = np.empty((len(ahead.nation), above.shape[1], horizon))

    def some(sets: Sequence[Origin], own: np.random.Generator) -> None:
        begin = _joined(sets)
        level = later_levels(begin, above, horizon, own)
        season = np.concatenate([later_season(one, months, own) for one in sets])
        by, nation = ahead.of(begin.rows, density.series), ahead.nation[begin.rows][:, None, :]
        odds = _expected(density, begin, level, season, by)
        sd = begin.pooled.noise_sd(density.series.size, by.level) * begin.noise[..., None]
        noise = _noise(density.priors.noise, odds, nation, sd, own)
        out[begin.rows] = value_of(odds + noise, nation)

    each = max(1, AT_A_TIME // (len(origins[0].rows) * above.shape[1]))
    batches = [origins[k : k + each] for k in range(0, len(origins), each)]
    side_by_side(some, batches, rng, workers)
    return rounded(out, density.priors.noise.small_cell) if density.series.whole else out


def _joined(sets: Sequence[Origin]) -> Origin:
    """Several sets as one, every field by draw."""
    which = np.repeat(np.arange(len(sets)), [len(one.rows) for one in sets])

    def by_draw(*values: Floats | float) -> Floats:
        return np.stack(values)[which]

    pooled = Pooled(*map(by_draw, *(one.pooled for one in sets)))
    rows = np.concatenate([one.rows for one in sets])
    state = np.concatenate([one.state for one in sets])
    return Origin(rows, state, pooled, *map(by_draw, *(one[3:] for one in sets)))


def first_states(
    last: LastState, share: Floats, above: Ints, draws: int, rng: np.random.Generator
) -> Floats:
    """States of all areas in the first month ahead, (D, S, n).

    Parameters
    ----------
    share : (L, S) part of an area's shock variance that is its larger area's, by level
    above : (L, S) number of the larger area, any where the share is zero
    """
    series, size, _ = last.response.shape
    shocks = _shared(share, above, draws, last.response.shape[2], rng)
    common = np.einsum("sij,dsj->dsi", last.response, shocks)
    part = share.sum(axis=0)[:, None, None]
    leftover = last.cov - part * last.response @ last.response.swapaxes(1, 2)
    values, vectors = np.linalg.eigh(leftover)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]  # rounding may leave -1e-18
    own = np.einsum("sij,dsj->dsi", root, rng.standard_normal((draws, series, size)))
    return last.mean + common + own


def later_levels(begin: Origin, above: Ints, horizon: int, rng: np.random.Generator) -> Floats:
    """Levels of all areas in the months ahead, (D, S, H).

    Parameters
    ----------
    begin : joined
    """
    draws, series = begin.keep.shape
    sd = np.sqrt(begin.shock)
    steps = sd[..., None] * _shared(begin.share, above, draws, horizon - 1, rng)
    own = sd * np.sqrt(1.0 - begin.share.sum(axis=1))
    steps += own[..., None] * rng.standard_normal((draws, series, horizon - 1))
    out = np.empty((horizon, draws, series))
    out[0] = begin.state[..., 0]
    for h in range(1, horizon):
        out[h] = begin.keep * out[h - 1] + steps[..., h - 1]
    return np.moveaxis(out, 0, -1)


def later_season(begin: Origin, months: Ints, rng: np.random.Generator) -> Floats:
    """Own season of all areas in the months ahead at scale one, (d, S, H).

    A month's season is its loadings' product with R factors that fade alike, by phi a month, so
    given the factors f of the first month the season of all months is normal,

        mean[h] = phi^h l[h]'f,      cov[h, k] = (phi^|h - k| - phi^(h + k)) l[h]'l[k],

    which takes a draw a month, where the factors would take R.

    Parameters
    ----------
    begin : of one set
    months : (H,) consecutive, year * 12 + month - 1
    """
    load = begin.pooled.factors[months % 12]
    ahead = np.arange(len(months))
    fading = np.exp(-ahead / begin.pooled.season_memory)
    mean = begin.state[..., 1 : 1 + load.shape[1]] @ (load * fading[:, None]).T
    apart = np.exp(-np.abs(ahead[:, None] - ahead) / begin.pooled.season_memory)
    cov = (apart - np.outer(fading, fading)) * (load @ load.T)
    # the first month has none to come, and rounding may leave a month without any
    root = np.linalg.cholesky(cov[1:, 1:] + TINY * np.eye(len(months) - 1))
    mean[..., 1:] += rng.standard_normal((*mean.shape[:2], len(months) - 1)) @ root.T
    return mean


TINY = 1e-14
"""Variance that keeps a month's season, of about one, from having none at all."""


def _shared(
    share: Floats, above: Ints, draws: int, months: int, rng: np.random.Generator
) -> Floats:
    """Shocks of the larger areas as each area takes part in them, (D, S, months)."""
    out = np.zeros((draws, above.shape[1], months))
    for part, numbers in zip(np.moveaxis(share, -2, 0), above, strict=True):
        # one more path for areas without a larger one, whose share is zero
        paths = rng.standard_normal((draws, numbers.max() + 2, months))
        out += np.sqrt(part)[..., None] * paths[:, numbers]
    return out


def _expected(
    density: PanelDensity, begin: Origin, level: Floats, season: Floats, by: Regressors
) -> Floats:
    """Log-odds without a month's own noise, (D, S, H)."""
    series, p = density.series, begin.pooled
    months = series.months[-1] + 1 + np.arange(level.shape[2], dtype=np.int64)
    moving = 1 + p.factors.shape[-1]
    constant, elasticity, drift, *steps = np.moveaxis(begin.state[..., moving:], -1, 0)
    for effect, step in zip(steps, density.steps[:, -1].T, strict=True):
        constant = constant + effect * step
    season *= begin.scale[..., None]
    season += p.pattern(series.size, months)
    season *= p.amplitude(by.level)[:, None]
    season += level
    season += (series.level + constant)[..., None]
    season += elasticity[..., None] * by.path[:, None]
    season += drift[..., None] * by.years
    return season


def _noise(
    noise: NoisePriors,
    odds: Floats,
    nation: Floats,
    sd: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Draw a month's own noise, of the variance the fit gives, (D, S, H).

    Noise by size has the tails of Student's t, cut at `FARTHEST` standard deviations, since the
    exponential of a t has no mean; counting noise of small cells is normal.
    """
    counting = variance_by_log(np.log(value_of(odds, nation) + HALF), noise.small_cell)
    unit = np.sqrt((noise.degrees - 2) / noise.degrees)
    shock = np.clip(unit * rng.standard_t(noise.degrees, size=odds.shape), -FARTHEST, FARTHEST)
    return sd * shock + np.sqrt(counting) * rng.standard_normal(odds.shape)
