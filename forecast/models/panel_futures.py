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
from forecast.core.threads import side_by_side
from forecast.models import panel_filter
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LastState
from forecast.models.panel_counts import HALF, rounded, variance_by_log
from forecast.models.panel_density import PanelDensity, Pooled
from forecast.models.panel_laplace import resampled
from forecast.models.panel_series import LinkSeries, Regressors, regressors, value_of
from forecast.models.panel_shared import Correlation

AT_A_TIME = 512
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
    keep, shock : (S, 1 + R) what a month keeps of level and season, and the variance it adds
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
        last, moving = panel_filter.last_state(arrays), 1 + arrays.load.shape[1]
        share = np.where(above >= 0, shares[k][:, None], 0.0)
        return Origin(
            rows[k],
            first_states(last, share, above, len(rows[k]), own),
            density.pooled(points[k]),
            share,
            last.keep[:, :moving],
            last.shock[:, :moving],
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
) -> Floats:
    """Draw values of the areas in the months ahead, (D, S, H) in the panel's unit.

    Where all that is known are whole numbers, so are draws below a small cell.

    Parameters
    ----------
    origins : of all D draws
    above : as of `draw_origins`
    """
    horizon = ahead.nation.shape[1]
    out = np.empty((len(ahead.nation), above.shape[1], horizon))

    def some(sets: Sequence[Origin], own: np.random.Generator) -> None:
        begin = _joined(sets)
        path = later_states(begin, above, horizon, own)
        by, nation = ahead.of(begin.rows, density.series), ahead.nation[begin.rows][:, None, :]
        odds = _expected(density, begin, path, by)
        sd = begin.pooled.noise_sd(density.series.size, by.level) * begin.noise[..., None]
        noise = _noise(density.priors.noise, odds, nation, sd, own)
        out[begin.rows] = value_of(odds + noise, nation)

    each = max(1, AT_A_TIME // (len(origins[0].rows) * above.shape[1]))
    side_by_side(some, [origins[k : k + each] for k in range(0, len(origins), each)], rng)
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


def later_states(begin: Origin, above: Ints, horizon: int, rng: np.random.Generator) -> Floats:
    """Level and season of all areas in the months ahead, (D, H, S, 1 + R).

    What else there is of the state stays as it is in the first month.

    Parameters
    ----------
    begin : joined
    """
    draws, series, moving = begin.keep.shape
    own_sd = np.sqrt(begin.shock)
    level_sd = own_sd[..., 0].copy()
    own_sd[..., 0] *= np.sqrt(1.0 - begin.share.sum(axis=1))
    shocks = _shared(begin.share, above, draws, horizon - 1, rng)
    steps = own_sd[:, None] * rng.standard_normal((draws, horizon - 1, series, moving))
    steps[..., 0] += level_sd[:, None] * shocks.swapaxes(1, 2)
    out = np.empty((draws, horizon, series, moving))
    out[:, 0] = begin.state[..., :moving]
    for h in range(1, horizon):
        out[:, h] = begin.keep * out[:, h - 1] + steps[:, h - 1]
    return out


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


def _expected(density: PanelDensity, begin: Origin, path: Floats, by: Regressors) -> Floats:
    """Log-odds without a month's own noise, (D, S, H)."""
    series, link, p = density.series, density.priors.link, begin.pooled
    horizon, moving = path.shape[1], path.shape[3]
    months = series.months[-1] + 1 + np.arange(horizon, dtype=np.int64)
    constant, elasticity, drift, *steps = np.moveaxis(begin.state[..., moving:], -1, 0)
    for effect, step in zip(steps, density.steps[:, -1].T, strict=True):
        constant = constant + effect * step
    season = np.einsum("dhsr,dhr->dhs", path[..., 1:], p.factors[:, months % 12])
    season *= begin.scale[:, None]
    season += p.pattern(series.size, months).swapaxes(1, 2)
    odds = path[..., 0] + (series.level + constant)[:, None]
    odds += p.amplitude(by.level)[..., None] * season
    odds += (link.elasticity.mean + elasticity)[:, None] * by.path[..., None]
    odds += (link.drift.mean + drift)[:, None] * by.years[:, None]
    return odds.swapaxes(1, 2)


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
