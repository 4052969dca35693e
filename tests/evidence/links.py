"""Monthly links made from their parameters month by month, without the model's filter."""

import numpy as np

from forecast.config.panel_model import PanelPriors
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_density import Pooled
from forecast.models.panel_series import LinkSeries, regressors


def blank(months: Ints, nation: Floats, size: Floats, log_odds: Floats) -> LinkSeries:
    """Series of large cells without breaks.

    Parameters
    ----------
    months : (T,) year * 12 + month - 1
    nation : (T,) logs
    size : (S,) centred logs
    log_odds : (S, T)
    """
    names = tuple(f"area {k}" for k in range(len(size)))
    return LinkSeries(
        names,
        months,
        log_odds,
        np.zeros_like(log_odds),
        size,
        -float(np.log(len(size) - 1)),
        nation,
        whole=False,
        breaks=tuple(() for _ in names),
        aside=np.zeros(log_odds.shape, dtype=bool),
        revised=np.zeros_like(log_odds),
    )


def simulated(
    p: Pooled,
    own: Floats,
    priors: PanelPriors,
    like: LinkSeries,
    rng: np.random.Generator,
) -> LinkSeries:
    """Series of the same areas, sizes, months and nation that the model makes of its parameters.

    Parameters
    ----------
    own : (S, 3) each area's own parameters
    """
    size, count = like.size, len(like.size)
    by = regressors(like.log_nation, len(like.months))
    sigma = np.exp(p.level_scale + p.level_slope * size + priors.level.spread * own[:, 0])
    scale = np.exp(p.season_slope * size + priors.season.spread * own[:, 1])
    noise = p.noise_scale + p.noise_slope * size + priors.noise.spread * own[:, 2]
    a = like.level + priors.link.level_sd * rng.normal(size=count)
    b = np.exp(p.elasticity_spread) * rng.normal(size=count)
    d = np.exp(p.drift_spread) * rng.normal(size=count)
    keep, turn = np.exp(-1 / p.level_memory), np.exp(-1 / p.season_memory)
    u = sigma * np.sqrt(0.5 * p.level_memory) * rng.normal(size=count)
    f = rng.normal(size=(count, 2, len(p.harmonics)))
    wave = 2 * np.pi / 12 * np.arange(1, len(p.harmonics) + 1)
    out = np.empty((count, len(like.months)))
    for t, month in enumerate(like.months % 12):
        turning = f[:, 0] * np.cos(wave * month) + f[:, 1] * np.sin(wave * month)
        season = p.common[month] + size * p.by_size[month] + scale * (turning @ p.harmonics)
        sd = np.exp(noise - p.noise_kappa * by.level[t])
        out[:, t] = a + b * by.path[t] + d * by.years[t] + u + sd * rng.normal(size=count)
        out[:, t] += np.exp(-p.kappa * by.level[t]) * season
        step = np.sqrt(0.5 * p.level_memory * (1 - keep**2)) * sigma
        u = keep * u + step * rng.normal(size=count)
        f = turn * f + np.sqrt(1 - turn**2) * rng.normal(size=f.shape)
    return blank(like.months, like.log_nation, size, out)
