"""Posterior density of the pooled parameters of monthly links, with its gradient.

For area s and month t, with y the log-odds of the area's share, x the log national path and n its
twelve-month mean (both centred on the fitted months), c the centred log mean size,

    y[s,t] = a + b x[t] + d t/12 + steps + A[t] (m[month] + c z[month] + g S[t]) + u[t] + eps[t],
    A[t] = exp(-kappa n[t]),        S[t] = sum_k h_k (cos(k w t) f_k[t] + sin(k w t) f'_k[t]),
    u: Ornstein-Uhlenbeck of memory T,     log sd of its monthly shocks = scale + slope c + tau w1,
    f, f': stationary of variance one and memory T',               log g = slope' c + tau' w2,
    eps ~ N(0, exp(2 (scale'' + slope'' c - kappa'' n[t] + tau'' w3)) + counting[s,t]),
    b ~ N(0, exp(2 spread)),                                       d ~ N(0, exp(2 spread')).

with w = 2 pi / 12; steps are the breaks that are known of, each of an effect of its own. Each
area's a, b, d, steps, u, f and eps are integrated by the filter.
What is left are parameters: those that all areas share, m and z among them, since as states they
would tie the areas' filters together; and three of each area's own, w1 to w3 ~ N(0, 1), which say
how unsteady it is in level, season and single months. How far areas differ, tau, is given: were it
estimated, a mode would choose every w and inflate it, and a quadrature over w in its place was
wrong by five nats for eight Australian states of 72 months.

Every parameter is sampled in standard deviations of its prior about its mean. Given what is shared,
areas are independent, so their own parameters meet in no second derivative: `panel_laplace` uses
that.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from forecast.config.panel_model import PanelPriors
from forecast.models import panel_filter, panel_mapping
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LinkArrays
from forecast.models.panel_laplace import Axes
from forecast.models.panel_series import LinkSeries, Regressors, regressors

SCALARS = (
    "level_memory",
    "level_scale",
    "level_slope",
    "season_memory",
    "season_slope",
    "kappa",
    "noise_scale",
    "noise_slope",
    "noise_kappa",
    "elasticity_spread",
    "drift_spread",
)
"""Single parameters in order; after them come h, and m and z month by month."""

OWN = ("level", "season", "noise")
"""What each area has a parameter of its own for: how unsteady it is."""


@cache
def waves(harmonics: int) -> Floats:
    """Cosine and sine of each harmonic by calendar month, (12, 2 H)."""
    angle = 2 * np.pi / 12 * np.outer(np.arange(12), np.arange(1, harmonics + 1))
    return np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(12, -1)


class Pooled(NamedTuple):
    """Pooled parameters on their own scales; of several sets, with an axis of sets first.

    Attributes
    ----------
    level_memory, season_memory : months
    level_scale, level_slope : of the log sd of a month's shock
    season_slope : of the log size of the own season
    kappa : response of the swing to the national level
    noise_scale, noise_slope, noise_kappa : of the log sd of a month's noise
    elasticity_spread, drift_spread : log sd over areas
    common, by_size : (12,) m and z
    harmonics : (H,) sd of an area's own season in each harmonic of the year
    """

    level_memory: Floats | float
    level_scale: Floats | float
    level_slope: Floats | float
    season_memory: Floats | float
    season_slope: Floats | float
    kappa: Floats | float
    noise_scale: Floats | float
    noise_slope: Floats | float
    noise_kappa: Floats | float
    elasticity_spread: Floats | float
    drift_spread: Floats | float
    common: Floats
    by_size: Floats
    harmonics: Floats

    @property
    def factors(self) -> Floats:
        """Loadings of an area's own season by calendar month, at scale one, (..., 12, 2 H)."""
        return waves(self.harmonics.shape[-1]) * np.repeat(self.harmonics, 2, -1)[..., None, :]

    def amplitude(self, level: Floats) -> Floats:
        """Swing of the season, A, by the national level, (..., T)."""
        return np.exp(-np.asarray(self.kappa)[..., None] * level)

    def pattern(self, size: Floats, months: Ints) -> Floats:
        """Season that areas of a size have in common, at amplitude one, (..., S, T)."""
        common, by_size = (f[..., None, months % 12] for f in (self.common, self.by_size))
        return common + size[:, None] * by_size

    def noise_sd(self, size: Floats, level: Floats) -> Floats:
        """Sd of a month's noise where an area's own is as expected, (..., S, T) for (..., T)."""
        scale, slope, kappa = (
            np.asarray(f)[..., None, None]
            for f in (self.noise_scale, self.noise_slope, self.noise_kappa)
        )
        return np.exp(scale + slope * size[:, None] - kappa * level[..., None, :])


@dataclass(frozen=True)
class PanelDensity:
    """Log posterior density of the pooled parameters, up to a constant.

    Attributes
    ----------
    series : the data
    priors : of every parameter
    """

    series: LinkSeries
    priors: PanelPriors

    @cached_property
    def explained_by(self) -> Regressors:
        """Regressors of the fitted months."""
        return regressors(self.series.log_nation, len(self.series.months))

    @cached_property
    def steps(self) -> Floats:
        """Regressors of breaks in standard deviations of their priors, (S, T, B)."""
        sd = self.series.step_sd(self.priors.link.level_break.sd)
        return self.series.steps * sd[:, None, :]

    @cached_property
    def spread(self) -> Floats:
        """How far areas differ, tau of `OWN`, (3,)."""
        p = self.priors
        return np.array([p.level.spread, p.season.spread, p.noise.spread])

    @cached_property
    def prior_mean(self) -> Floats:
        """Prior means of the single parameters."""
        p = self.priors
        year = np.log(12.0)
        return np.array(
            [
                p.level.memory.mean + year,
                p.level.scale.mean,
                p.level.size_slope.mean,
                p.season.memory.mean + year,
                p.season.size_slope.mean,
                p.amplitude.kappa.mean,
                p.noise.scale.mean,
                p.noise.size_slope.mean,
                p.noise.kappa.mean,
                p.link.elasticity_spread.mean,
                p.link.drift_spread.mean,
            ]
        )

    @cached_property
    def prior_sd(self) -> Floats:
        """Prior standard deviations of the single parameters."""
        p = self.priors
        return np.array(
            [
                p.level.memory.sd,
                p.level.scale.sd,
                p.level.size_slope.sd,
                p.season.memory.sd,
                p.season.size_slope.sd,
                p.amplitude.kappa.sd,
                p.noise.scale.sd,
                p.noise.size_slope.sd,
                p.noise.kappa.sd,
                p.link.elasticity_spread.sd,
                p.link.drift_spread.sd,
            ]
        )

    @property
    def shared(self) -> int:
        """Count of the parameters that all areas share; they come first."""
        return len(SCALARS) + self.priors.season.harmonics + 24

    @property
    def size(self) -> int:
        """Count of parameters."""
        return self.shared + len(OWN) * len(self.series.areas)

    def own(self, z: Floats) -> Floats:
        """Each area's own parameters, (S, 3) in the order of `OWN`."""
        return z[self.shared :].reshape(-1, len(OWN))

    @cached_property
    def constants(self) -> panel_mapping.Constants:
        """Give the compiled formulas the data and the priors."""
        data, by, p = self.series, self.explained_by, self.priors
        return panel_mapping.Constants(
            value=data.log_odds,
            counting=data.counting,
            size=data.size,
            expected=data.level,
            level=by.level,
            calendar=data.months % 12,
            regressors=np.stack([np.ones(len(by.years)), by.path, by.years], axis=1),
            steps=self.steps,
            level_sd=p.link.level_sd,
            mean=self.prior_mean,
            sd=self.prior_sd,
            harmonic_mean=p.season.own.mean,
            harmonic_sd=p.season.own.sd,
            waves=waves(p.season.harmonics),
            common_sd=p.season.common_sd,
            size_sd=p.season.size_sd,
            spread=self.spread,
        )

    def pooled(self, z: Floats) -> Pooled:
        """Parameters on their own scales.

        Parameters
        ----------
        z : (size,) in prior standard deviations; only what is shared is read
        """
        single, common, by_size, harmonics = panel_mapping.pooled(z, self.constants)
        named = dict(zip(SCALARS, single.tolist(), strict=True))
        return Pooled(**named, common=common, by_size=by_size, harmonics=harmonics)

    def arrays(self, z: Floats) -> LinkArrays:
        """Give the filter what it needs."""
        return LinkArrays(*panel_mapping.link_arrays(z, self.constants))

    def value(self, z: Floats) -> float:
        """Log density."""
        logs = panel_filter.log_likelihoods(self.arrays(z))
        return float(np.sum(logs)) - 0.5 * float(z @ z)

    def round_about(self, centre: Floats, axes: Axes) -> panel_mapping.RoundCoordinates:
        """Give the coordinates x in which the density is round: z = centre + axes.away(x)."""
        parts = (np.ascontiguousarray(one) for one in (axes.head, axes.lean, axes.tail))
        return panel_mapping.RoundCoordinates(centre, *parts)

    def value_and_gradient(self, z: Floats) -> tuple[float, Floats]:
        """Log density and its gradient, (size,)."""
        return panel_mapping.value_and_gradient(z, self.constants)
