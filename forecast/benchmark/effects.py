"""What is a municipality's own, lasting and by chance, drawn exactly given the shared parameters.

Given the parameters u, c and the rounding are normal and only their sum is seen. Draws u*, c*, e*
of their prior, seen and unseen windows alike, become draws given the figures y by

    u = u* + C_u (C_u + C_c + R)^-1 (y - u* - c* - e*),       c likewise

(Matheron's rule), which costs no more than one solve for each municipality and draw.
"""

from typing import NamedTuple

import numpy as np

from forecast.benchmark.hierarchy import Draws, Figures
from forecast.benchmark.windows import covariance
from forecast.core.benchmark import Floats


class Effects(NamedTuple):
    """Draws of what is a municipality's own, in log-odds.

    Attributes
    ----------
    lasting, passing : (D, I, T + H) u and c, in the windows that were fitted and H more
    """

    lasting: Floats
    passing: Floats


def residuals(f: Figures, draws: Draws) -> Floats:
    """Take what shared parameters say from the figures, (D, I, T)."""
    expected = draws.intercept[:, None, :] + (draws.coefficients @ f.design.T)[:, :, None]
    return f.value - expected


def covariances(f: Figures, draws: Draws, lags: Floats) -> tuple[Floats, Floats]:
    """Covariances of u and of c, (D, I, W, W), over the windows of `lags`."""
    ahead = lags.shape[0] - f.chance.shape[1]
    # persons ahead are as many as in the last half-year
    chance = np.concatenate([f.chance, np.repeat(f.chance[:, -1:], ahead, axis=1)], axis=1)
    own = spreads(f, draws) ** 2
    passing = draws.chance[:, None, None] * covariance(lags, draws.chance_memory)
    lasting = own[..., None, None] * covariance(lags, draws.memory)[:, None]
    return lasting, passing[:, None] * chance[:, :, None] * chance[:, None, :]


def spreads(f: Figures, draws: Draws) -> Floats:
    """Sd of what is lasting in each municipality, (D, I)."""
    return draws.spread[:, None] * np.exp(draws.size_slope[:, None] * f.size)


def draw_effects(f: Figures, draws: Draws, lags: Floats, rng: np.random.Generator) -> Effects:
    """Draw u and c given the figures.

    Parameters
    ----------
    lags : (T + H, T + H, L) of the fitted windows and any after them
    """
    count, (areas, periods) = len(draws.spread), f.value.shape
    lasting, passing = covariances(f, draws, lags)
    size = lags.shape[0]
    u = _normals(lasting, rng.standard_normal((count, areas, size)))
    c = _normals(passing, rng.standard_normal((count, areas, size)))
    e = np.sqrt(f.rounding) * rng.standard_normal((count, areas, periods))
    seen = (lasting + passing)[..., :periods, :periods].copy()
    index = np.arange(periods)
    seen[..., index, index] += f.rounding
    off = residuals(f, draws) - u[..., :periods] - c[..., :periods] - e
    pull = np.linalg.solve(seen, off[..., None])
    u += (lasting[..., :periods] @ pull)[..., 0]
    c += (passing[..., :periods] @ pull)[..., 0]
    return Effects(u, c)


def _normals(covariances: Floats, z: Floats) -> Floats:
    """Draw normals of given covariances; windows that overlap wholly leave them singular."""
    jitter = 1e-9 * np.trace(covariances, axis1=-2, axis2=-1) / covariances.shape[-1]
    root = np.linalg.cholesky(covariances + jitter[..., None, None] * np.eye(z.shape[-1]))
    return (root @ z[..., None])[..., 0]
