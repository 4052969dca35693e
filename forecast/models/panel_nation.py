"""The nation's own path, where none is given: a simple model that any other may take the place of.

Monthly changes of the log are a drift, a season that is the same every year, and shocks that last:

    x[t] - x[t-1] = drift/12 + s[month] + v[t],      v[t] = r v[t-1] + sd sqrt(1 - r²) N(0, 1),

with normal priors of the drift and of r. Season, sd, r and drift are drawn from what the history
says of them, each as if the others were known. A nation that never moved stays where it is.
"""

from typing import Protocol

import numpy as np

from forecast.config.model import Prior
from forecast.config.panel_model import NationPriors
from forecast.errors import DataError
from forecast.models.kernels import Floats, Ints

FEWEST_MONTHS = 24
"""A change of every calendar month, and eleven more that tell shocks from the season."""


class NationModel(Protocol):
    """Futures of the nation from its history."""

    def __call__(
        self,
        log_nation: Floats,
        months: Ints,
        horizon: int,
        count: int,
        priors: NationPriors,
        rng: np.random.Generator,
    ) -> Floats:
        """Log paths ahead, (count, horizon), from a log history (T,) of given months (T,)."""
        ...


def drifting_walk(
    log_nation: Floats,
    months: Ints,
    horizon: int,
    count: int,
    priors: NationPriors,
    rng: np.random.Generator,
) -> Floats:
    """Draw log paths of the model above.

    Raises
    ------
    DataError
        If the history has fewer months than `FEWEST_MONTHS`.
    """
    if len(months) < FEWEST_MONTHS:
        raise DataError(
            f"the nation has {len(months)} months, expected at least {FEWEST_MONTHS} for a path "
            "of its own; give one or choose a later origin"
        )
    change, calendar = np.diff(log_nation), months[1:] % 12
    if not change.any():  # such as a group without persons: no shock says how large they are
        return np.full((count, horizon), log_nation[-1])
    seen = np.bincount(calendar, minlength=12)
    season = np.bincount(calendar, weights=change, minlength=12) / seen
    shock = change - season[calendar]
    free = len(change) - 12
    sd = np.sqrt(np.sum(shock**2) / rng.chisquare(free, size=count))
    lasting = np.sum(shock[1:] * shock[:-1]) / np.sum(shock**2)
    r = np.clip(_combined(lasting, free**-0.5, priors.momentum, count, rng), 0.0, 0.9)
    # the mean of T lasting shocks varies (1 + r)/(1 - r) times as much as that of T short ones
    spread = 12 * sd * np.sqrt((1 + r) / (1 - r) / len(change))
    drift = _combined(12 * float(season.mean()), spread, priors.drift, count, rng)
    step = (sd / np.sqrt(seen.min()))[:, None] * rng.standard_normal((count, 12))
    step += season
    step -= step.mean(axis=1, keepdims=True)
    ahead = (months[-1] + 1 + np.arange(horizon)) % 12
    out, v, x = (
        np.empty((count, horizon)),
        np.full(count, shock[-1]),
        np.full(count, log_nation[-1]),
    )
    for h in range(horizon):
        v = r * v + sd * np.sqrt(1 - r**2) * rng.standard_normal(count)
        x = x + drift / 12 + step[:, ahead[h]] + v
        out[:, h] = x
    return out


def _combined(
    measured: float, sd: Floats | float, prior: Prior, count: int, rng: np.random.Generator
) -> Floats:
    """Draws of what a measurement and its prior say together, both normal, (count,)."""
    here, before = np.asarray(sd) ** -2.0, prior.sd**-2.0
    mean = (here * measured + before * prior.mean) / (here + before)
    return mean + (here + before) ** -0.5 * rng.standard_normal(count)
