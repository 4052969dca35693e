"""Fixed truths of the simulated worlds, and paths drawn from the formulas of the model.

Nothing here calls `forecast.models`: the formulas are written a second time, as recursions over
months, so that an error in a kernel of the model shows as wrong coverage.

Shock sizes were measured on the monthly panels of 2021M07-2025M07 (98 municipalities and the
country, jobindsats.dk y25i01 and y60a02): a level with a memory of 60 months whose 12- and
24-month changes are those of the log shares, regressed on log size.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARE_SCALE: Final = {
    "dagpenge": (0.030, -0.36),
    "kontanthjaelp_jobparate": (0.037, -0.28),
    "kontanthjaelp_aktivitetsparate": (0.018, -0.28),
}
"""Sd of a month's shock at 400 persons and its slope by log size, where a panel measures it."""

OTHER_SHARE: Final = (0.030, -0.30)
SHARE_NOISE: Final = (0.010, -0.45)
SHARE_SEASON: Final = {
    "dagpenge": 0.053,
    "kontanthjaelp_jobparate": 0.049,
    "kontanthjaelp_aktivitetsparate": 0.011,
}
"""Median over municipalities of the root mean square of a share's season; others 0.03."""

SHARES_MEMORY: Final = 60.0
POPULATION_MEMORY: Final = 120.0
SEASON_MEMORY: Final = 120.0
KAPPA: Final = 0.5
BY_AREA, BY_BENEFIT = 0.10, 0.30
"""Parts of the shock variance shared by the benefits of an area, and by the areas of a benefit."""

ROOT_LONG, ROOT_SHORT, ROOT_SCALE = 30.0, 2.0, 0.30
ROOT_LEVEL: Final = float(np.log(0.045))


def share_scale(benefit: str, size: float) -> float:
    """Sd of a month's shock of a municipality's share of a benefit."""
    at_400, slope = SHARE_SCALE.get(benefit, OTHER_SHARE)
    return float(at_400 * (size / 400.0) ** slope)


def share_noise(size: float) -> float:
    """Sd of a month's own noise of a municipality's share."""
    return float(SHARE_NOISE[0] * (size / 400.0) ** SHARE_NOISE[1])


def ornstein_uhlenbeck(memory: float, length: int, rng: np.random.Generator) -> Floats:
    """Stationary path of dx = -x/T dt + dW seen at whole months, (length,)."""
    keep = np.exp(-1.0 / memory)
    path = np.empty(length)
    path[0] = rng.normal(0.0, np.sqrt(memory / 2.0))
    sd = np.sqrt(memory / 2.0 * (1.0 - keep**2))
    for t in range(1, length):
        path[t] = keep * path[t - 1] + rng.normal(0.0, sd)
    return path


def root_path(length: int, rng: np.random.Generator) -> Floats:
    """Log national rate, (length,): an Ornstein-Uhlenbeck process driven by another.

    dc = -c/T1 dt + f dt, df = -f/T2 dt + dW, in fine steps after a long start; its covariance is
    that of two memories, here never written down.
    """
    fine, start = 50, 400
    steps = (length + start) * fine
    keep_f, keep_c = np.exp(-1.0 / (ROOT_SHORT * fine)), np.exp(-1.0 / (ROOT_LONG * fine))
    kicks = rng.standard_normal(steps)
    path, f, c = np.empty(length + start), 0.0, 0.0
    for t in range(steps):
        f = keep_f * f + kicks[t]
        c = keep_c * c + f
        if t % fine == fine - 1:
            path[t // fine] = c
    variance = _driven_variance(keep_c, keep_f)
    return ROOT_LEVEL + ROOT_SCALE * path[start:] / np.sqrt(variance)


def _driven_variance(a: float, b: float) -> float:
    """Stationary variance of c where f' = b f + e, c' = a c + f' and e has unit variance."""
    var_f = 1.0 / (1.0 - b**2)
    cov = b * var_f / (1.0 - a * b)  # of c with the next f
    return (var_f + 2.0 * a * cov) / (1.0 - a**2)


def lagged(path: Floats, lag: int) -> Floats:
    """Mean of a month and the `lag` months before it; the first months average what there is."""
    return np.array([path[max(0, t - lag) : t + 1].mean() for t in range(len(path))])


def season(sd: float, months: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """A yearly pattern of size `sd` whose three harmonics forget in ten years, (T,)."""
    out = np.zeros(len(months))
    weights = np.array([0.75, 0.2, 0.05])
    for k, weight in enumerate(weights, start=1):
        angle = 2 * np.pi * k * (months % 12) / 12
        for wave in (np.cos(angle), np.sin(angle)):
            unit = ornstein_uhlenbeck(SEASON_MEMORY, len(months), rng) / np.sqrt(SEASON_MEMORY / 2)
            out += np.sqrt(weight) * wave * unit
    return sd * out


def swing(rate: Floats, fitted: slice) -> Floats:
    """Factor of the season: small when the national level is high, (T,)."""
    smooth = np.array([rate[max(0, t - 6) : t + 6].mean() for t in range(len(rate))])
    return np.exp(-KAPPA * (smooth - smooth[fitted].mean()))


@dataclass(frozen=True)
class Link:
    """Truth of one link: y = level + elasticity (driver - centre) + drift + shock + noise."""

    level: float
    scale: float
    noise: float
    elasticity: float
    lag: int
    drift: float
    season: float


@dataclass(frozen=True)
class Score:
    """How a forecast met the truth.

    Attributes
    ----------
    inside : whether the 50, 80 and 95 pct. intervals held the truth
    width : of the 80 pct. interval, over the truth
    pit : part of the draws below the truth
    """

    inside: tuple[bool, bool, bool]
    width: float
    pit: float

    @classmethod
    def of(cls, draws: Floats, truth: float) -> "Score":
        """Score draws of one quantity."""
        low, high = np.quantile(draws, [0.25, 0.1, 0.025]), np.quantile(draws, [0.75, 0.9, 0.975])
        inside = [bool(a <= truth <= b) for a, b in zip(low, high, strict=True)]
        return cls(
            inside=(inside[0], inside[1], inside[2]),
            width=float((high[1] - low[1]) / truth),
            pit=float(np.mean(draws < truth)),
        )
