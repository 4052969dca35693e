"""Futures of monthly links: the last state drawn exactly, then month by month.

Given the parameters the state in the first month ahead is normal, and so is every step from there.
The part that neighbours share is drawn first, as shocks of the areas they lie in through the months
of the fit and ahead; the rest of an area's uncertainty is its own, and `panel_shared` says what of
this is exact.

Months follow the national path of their own draw: the response to it, the swing of the season and
the size of the noise. The last six months of the fit knew less of the twelve-month mean about
them than the same months do here; nothing is fitted again for that.
"""

from dataclasses import dataclass

import numpy as np

from forecast.config.panel_model import NoisePriors
from forecast.models import panel_filter
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LastState
from forecast.models.panel_counts import HALF, rounded, variance_by_log
from forecast.models.panel_density import PanelDensity, Pooled
from forecast.models.panel_laplace import resampled
from forecast.models.panel_series import LinkSeries, Regressors, regressors, value_of
from forecast.models.panel_shared import Correlation

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


def draw_futures(
    density: PanelDensity,
    points: Floats,
    ahead: Ahead,
    correlation: Correlation,
    above: Ints,
    rng: np.random.Generator,
) -> Floats:
    """Draw values of the areas in the months ahead, (D, S, H) in the panel's unit.

    Where all that is known are whole numbers, so are draws below a small cell.

    Parameters
    ----------
    points : (M, P) sets of pooled parameters, each of which makes as many draws as the others
    above : (L, S) areas whose shocks an area shares, by level, -1 for none
    """
    series = above.shape[1]
    out = np.empty((len(ahead.nation), series, ahead.nation.shape[1]))
    shares = correlation.draw(len(points), rng)
    equal = np.full(len(points), 1 / len(points))
    for z, share, rows in zip(points, shares, resampled(equal, len(out), rng), strict=True):
        if len(rows) == 0:
            continue
        p, own = density.pooled(z), density.own(z)
        arrays = density.arrays(z)
        state = draw_states(
            panel_filter.last_state(arrays),
            np.where(above >= 0, share[:, None], 0.0),
            above,
            (len(rows), ahead.nation.shape[1]),
            rng,
        )
        by, nation = ahead.of(rows, density.series), ahead.nation[rows][:, None, :]
        odds = _expected(density, p, arrays.scale, state, by)
        sd = (
            p.noise_sd(density.series.size, by.level)
            * np.exp(own[:, 2] * density.spread[2])[:, None]
        )
        out[rows] = value_of(odds + _noise(density.priors.noise, odds, nation, sd, rng), nation)
    return rounded(out, density.priors.noise.small_cell) if density.series.whole else out


def draw_states(
    last: LastState, share: Floats, above: Ints, shape: tuple[int, int], rng: np.random.Generator
) -> Floats:
    """States of all areas in the months ahead, (D, H, S, n).

    Parameters
    ----------
    share : (L, S) part of an area's shock variance that is its larger area's, by level
    above : (L, S) number of the larger area, any where the share is zero
    shape : D draws and H months
    """
    draws, horizon = shape
    series, size, before = last.response.shape
    shocks = np.zeros((draws, series, before + horizon - 1))
    for part, numbers in zip(share, above, strict=True):
        # one more path for areas without a larger one, whose share is zero
        paths = rng.standard_normal((draws, numbers.max() + 2, shocks.shape[2]))
        shocks += np.sqrt(part)[:, None] * paths[:, numbers]
    share = share.sum(axis=0)
    common = np.einsum("sij,dsj->dsi", last.response, shocks[..., :before])
    leftover = last.cov - share[:, None, None] * last.response @ last.response.swapaxes(1, 2)
    values, vectors = np.linalg.eigh(leftover)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]  # rounding may leave -1e-18
    own = np.einsum("sij,dsj->dsi", root, rng.standard_normal((draws, series, size)))
    out = np.empty((draws, horizon, series, size))
    out[:, 0] = last.mean + common + own
    own_sd = np.sqrt(last.shock)
    level_sd = own_sd[:, 0].copy()
    own_sd[:, 0] *= np.sqrt(1.0 - share)
    for h in range(1, horizon):
        step = own_sd * rng.standard_normal((draws, series, size))
        step[..., 0] += level_sd * shocks[..., before + h - 1]
        out[:, h] = last.keep * out[:, h - 1] + step
    return out


def _expected(
    density: PanelDensity, p: Pooled, scale: Floats, state: Floats, by: Regressors
) -> Floats:
    """Log-odds without a month's own noise, (D, S, H)."""
    series, link = density.series, density.priors.link
    horizon, factors = state.shape[1], p.factors.shape[1]
    months = series.months[-1] + 1 + np.arange(horizon, dtype=np.int64)
    level, constant = state[..., 0], state[..., 1 + factors]
    elasticity = link.elasticity.mean + state[..., 2 + factors]
    drift = link.drift.mean + state[..., 3 + factors]
    season = np.einsum("dhsr,hr->dhs", state[..., 1 : 1 + factors], p.factors[months % 12])
    season = p.pattern(series.size, months).T + scale * season
    odds = series.level + level + constant
    odds += p.amplitude(by.level)[..., None] * season
    odds += elasticity * by.path[..., None] + drift * by.years[:, None]
    odds += np.einsum("dhsk,sk->dhs", state[..., 4 + factors :], density.steps[:, -1])
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
