"""Posterior density of the pooled parameters of monthly links, with its gradient.

For area s and month t, with y the log-odds of the area's share, x the log national path and n its
twelve-month mean (both centred on the fitted months), c the centred log mean size,

    y[s,t] = a + b x[t] + d t/12 + steps + A[t] (m[month] + c z[month] + g S[t]) + u[t] + eps[t],
    A[t] = exp(-kappa n[t]),                 S[t] = own_sd (P L)[month] f[t],
    u: Ornstein-Uhlenbeck of memory T,       log sd of its monthly shocks = scale + slope c + tau w,
    f: R stationary factors of variance one and memory T',          log g = slope' c + tau' w,
    eps ~ N(0, exp(2 (scale'' + slope'' c - kappa'' n[t])) + counting[s,t]),       w ~ N(0, 1).

P removes the mean over the year, L is lower triangular; steps are the breaks that are known of,
each of an effect of its own. Each area's a, b, d, steps, u, f and eps are integrated by the filter
and its w, which says how unsteady the area is in level and season, by
quadrature (`panel_scales`): a joint mode would choose w for every area and inflate tau. What is
left is pooled. m and z are parameters and not states, since all areas share them: as states they
would tie the areas' filters together.

Every parameter is sampled in standard deviations of its prior about its mean. Half-normal spreads
are folded normals: the density is the same for -tau and tau, and smooth where they meet. The part
psi of the design, each area's own month, is left out: the factors carry what pays.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from forecast.config.panel_model import PanelPriors
from forecast.models import panel_filter
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LinkArrays, LinkGradient
from forecast.models.panel_scales import Anchors, OwnScales, own_scales
from forecast.models.panel_series import LinkSeries, Regressors, regressors

SCALARS = (
    "level_memory",
    "level_scale",
    "level_slope",
    "level_spread",
    "season_memory",
    "season_slope",
    "season_spread",
    "kappa",
    "noise_scale",
    "noise_slope",
    "noise_kappa",
)
"""Single parameters in order; after them come m, z and L, month by month."""

CENTRE = np.eye(12) - 1 / 12

_REACH, _GRID = 2.5, 51  # log sds either side of the expected one that anchors are sought in


class Pooled(NamedTuple):
    """Pooled parameters on their own scales.

    Attributes
    ----------
    level_memory, season_memory : months
    level_scale, level_slope, level_spread : of the log sd of a month's shock
    season_slope, season_spread : of the log size of the own season
    kappa : response of the swing to the national level
    noise_scale, noise_slope, noise_kappa : of the log sd of a month's noise
    common, by_size : (12,) m and z
    factors : (12, R) own_sd P L
    """

    level_memory: float
    level_scale: float
    level_slope: float
    level_spread: float
    season_memory: float
    season_slope: float
    season_spread: float
    kappa: float
    noise_scale: float
    noise_slope: float
    noise_kappa: float
    common: Floats
    by_size: Floats
    factors: Floats

    def amplitude(self, level: Floats) -> Floats:
        """Swing of the season, A, by the national level."""
        return np.exp(-self.kappa * level)

    def pattern(self, size: Floats, months: Ints) -> Floats:
        """Season that areas of a size have in common, at amplitude one, (S, T)."""
        calendar = months % 12
        return self.common[calendar] + size[:, None] * self.by_size[calendar]

    def noise_sd(self, size: Floats, level: Floats) -> Floats:
        """Sd of a month's noise, (..., S, T) for a level (..., T)."""
        at_size = self.noise_scale + self.noise_slope * size
        return np.exp(at_size[:, None] - self.noise_kappa * level[..., None, :])


@dataclass(frozen=True)
class PanelDensity:
    """Log posterior density of the pooled parameters, up to a constant.

    Attributes
    ----------
    series : the data
    priors : of every parameter
    anchors : where the nodes of each area's own scale lie
    """

    series: LinkSeries
    priors: PanelPriors
    anchors: Anchors

    @classmethod
    def of(cls, series: LinkSeries, priors: PanelPriors) -> "PanelDensity":
        """Density with nodes where the prior has them."""
        return cls(series, priors, Anchors.unknown(len(series.areas)))

    def anchored(self, z: Floats) -> "PanelDensity":
        """Give the same density with nodes where each area's likelihood lies at `z`."""
        p = self.pooled(z)
        away = np.linspace(-_REACH, _REACH, _GRID)
        arrays = self.arrays(p, np.zeros((len(self.series.size), _GRID)))
        logs = panel_filter.log_likelihoods(arrays._replace(sigma=arrays.sigma * np.exp(away)))
        return replace(self, anchors=Anchors.found(np.log(arrays.sigma) + away, logs))

    @cached_property
    def explained_by(self) -> Regressors:
        """Regressors of the fitted months."""
        return regressors(self.series.log_nation, len(self.series.months))

    @cached_property
    def steps(self) -> Floats:
        """Regressors of breaks in standard deviations of their priors, (S, T, B)."""
        sd = self.series.step_sd(self.priors.link.level_break.sd)
        return self.series.steps * sd[:, None, :]

    def own(self, p: Pooled) -> OwnScales:
        """Nodes of each area's w."""
        centre = p.level_scale + p.level_slope * self.series.size
        return own_scales(self.priors.fit.nodes, self.anchors, centre, p.level_spread)

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
                0.0,
                p.season.memory.mean + year,
                p.season.size_slope.mean,
                0.0,
                p.amplitude.kappa.mean,
                p.noise.scale.mean,
                p.noise.size_slope.mean,
                p.noise.kappa.mean,
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
                p.level.spread.sd,
                p.season.memory.sd,
                p.season.size_slope.sd,
                p.season.spread.sd,
                p.amplitude.kappa.sd,
                p.noise.scale.sd,
                p.noise.size_slope.sd,
                p.noise.kappa.sd,
            ]
        )

    @cached_property
    def _triangle(self) -> tuple[Ints, Ints]:
        """Rows and columns of the entries of L that are not zero."""
        row, column = np.tril_indices(12, 0, self.priors.season.rank)
        return row.astype(np.int64), column.astype(np.int64)

    @property
    def size(self) -> int:
        """Count of parameters."""
        return len(SCALARS) + 24 + len(self._triangle[0])

    @cached_property
    def start(self) -> Floats:
        """Where a search begins: the prior's mean, with spreads and factors away from zero.

        At zero the density is level in them by symmetry, and a search would not leave.
        """
        z = np.zeros(self.size)
        z[[SCALARS.index("level_spread"), SCALARS.index("season_spread")]] = (0.6, 0.2)
        row, column = self._triangle
        z[len(SCALARS) + 24 :] = 0.5 * np.cos(2 * np.pi * row / 12 - np.pi / 2 * column)
        return z

    def pooled(self, z: Floats) -> Pooled:
        """Parameters on their own scales.

        Parameters
        ----------
        z : (size,) in prior standard deviations
        """
        single = self.prior_mean + self.prior_sd * z[: len(SCALARS)]
        months = z[len(SCALARS) :]
        season = self.priors.season
        lower = np.zeros((12, season.rank))
        lower[self._triangle] = months[24:]
        named = dict(zip(SCALARS, single.tolist(), strict=True))
        named["level_memory"] = np.exp(named["level_memory"])
        named["season_memory"] = np.exp(named["season_memory"])
        return Pooled(
            **named,
            common=season.common_sd * CENTRE @ months[:12],
            by_size=season.size_sd * CENTRE @ months[12:24],
            factors=season.own_sd * CENTRE @ lower,
        )

    def arrays(self, p: Pooled, w: Floats, log_weight: Floats | None = None) -> LinkArrays:
        """Give the filter what it needs.

        Parameters
        ----------
        w : (S, Q) values of what is each area's own
        log_weight : (S, Q) of each; zero if None
        """
        data, by, link = self.series, self.explained_by, self.priors.link
        size = data.size[:, None]
        swing = p.amplitude(by.level)
        return LinkArrays(
            value=data.log_odds,
            mean=data.level
            + swing * p.pattern(data.size, data.months)
            + link.elasticity.mean * by.path
            + link.drift.mean * by.years,
            variance=p.noise_sd(data.size, by.level) ** 2 + data.counting,
            sigma=np.exp(p.level_scale + p.level_slope * size + p.level_spread * w),
            scale=np.exp(p.season_slope * size + p.season_spread * w),
            load=swing[:, None] * p.factors[data.months % 12],
            regressors=np.stack([np.ones(len(by.years)), by.path, by.years], axis=1),
            constant_variance=np.array([link.level_sd, link.elasticity.sd, link.drift.sd]) ** 2,
            steps=self.steps,
            level_memory=p.level_memory,
            season_memory=p.season_memory,
            log_weight=np.zeros_like(w) if log_weight is None else log_weight,
        )

    def value(self, z: Floats) -> float:
        """Log density."""
        return float(np.sum(self.node_densities(z)[1])) - 0.5 * float(z @ z)

    def node_densities(self, z: Floats) -> tuple[Floats, Floats]:
        """Posterior probabilities of each area's nodes (S, Q), and its log likelihood (S,)."""
        p = self.pooled(z)
        own = self.own(p)
        logs = panel_filter.log_likelihoods(self.arrays(p, own.node)) + own.log_weight
        total = np.logaddexp.reduce(logs, axis=1)
        return np.exp(logs - total[:, None]), total

    def value_and_gradient(self, z: Floats) -> tuple[float, Floats]:
        """Log density and its gradient, (size,)."""
        p = self.pooled(z)
        own = self.own(p)
        arrays = self.arrays(p, own.node, own.log_weight)
        value, slope = panel_filter.value_and_gradient(arrays)
        by_pattern = self._by_pattern(p, slope)
        return value - 0.5 * float(z @ z), np.concatenate(
            [self.prior_sd * self._by_scalars(p, own, arrays, slope), by_pattern]
        ) - z

    def _by_scalars(
        self, p: Pooled, own: OwnScales, arrays: LinkArrays, slope: LinkGradient
    ) -> Floats:
        """Carry the filter's gradient through the formulas of `arrays`, parameter by parameter."""
        size, level = self.series.size, self.explained_by.level
        by_swing = slope.mean * p.pattern(size, self.series.months) * p.amplitude(level)
        by_log_noise = 2.0 * slope.variance * p.noise_sd(size, level) ** 2
        # nodes move with what they are placed by, and their weights with them
        by_node = slope.log_sigma * p.level_spread + slope.log_scale * p.season_spread
        by_node -= slope.log_weight * own.node
        by_centre = (slope.log_sigma + by_node * own.node_by_centre).sum(axis=1)
        by_spread = slope.log_sigma * own.node + by_node * own.node_by_spread
        by_spread += slope.log_weight * own.kappa_by_spread
        return np.array(
            [
                slope.log_level_memory,
                by_centre.sum(),
                size @ by_centre,
                by_spread.sum(),
                slope.log_season_memory,
                size @ slope.log_scale.sum(axis=1),
                np.sum(slope.log_scale * own.node),
                -level @ (by_swing.sum(axis=0) + (slope.load * arrays.load).sum(axis=1)),
                by_log_noise.sum(),
                size @ by_log_noise.sum(axis=1),
                -level @ by_log_noise.sum(axis=0),
            ]
        )

    def _by_pattern(self, p: Pooled, slope: LinkGradient) -> Floats:
        """Carry the filter's gradient through the months of the season, to m, z and L."""
        swing = p.amplitude(self.explained_by.level)
        calendar = CENTRE @ np.eye(12)[self.series.months % 12].T
        season = self.priors.season
        lower = season.own_sd * calendar @ (swing[:, None] * slope.load)
        return np.concatenate(
            [
                season.common_sd * calendar @ (swing * slope.mean.sum(axis=0)),
                season.size_sd * calendar @ (swing * (self.series.size @ slope.mean)),
                lower[self._triangle],
            ]
        )
