"""Covariance of the paths given parameters and figures, as a product with a few columns.

With K the prior covariance of all paths, Y the figures and V their covariance, the futures have

    C = K - Cov(x, Y) V^-1 Cov(Y, x).

K has thousands of rows, but conditions touch a few months of a few links, and only C times their
derivatives is ever needed: sums over kernels of months times couplings of links, and one product
with the figures.

Where only some links may move and all else is held at what it is, the held ones are given: given
them, the figures observe the rest alone, so V is made of the moving links' variance only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.models import kernels
from forecast.models.kernels import Floats, Ints
from forecast.models.problem import KERNELS, Layout, Problem, layout, root_kernel
from forecast.models.states import (
    Conditioner,
    Paths,
    condition,
    explain,
    national_rate_cross,
    season_kernel,
)

SMALL = 250
"""Rows of a covariance that is computed whole."""


@dataclass(frozen=True)
class Held:
    """A problem in which only some links may move.

    Attributes
    ----------
    problem : with no variance in what is held
    parts : its layout
    moving : (S,) 1 where a link may move
    """

    problem: Problem
    parts: Layout
    moving: Floats

    @classmethod
    def of(cls, problem: Problem, moving: Sequence[bool]) -> "Held":
        """Hold the national rate, and every link that may not move."""
        free, series = np.asarray(moving, dtype=np.float64), problem.series
        still = replace(
            problem,
            series=replace(
                series,
                level_sd=series.level_sd * free,
                drift_sd=series.drift_sd * free,
                season_sd=series.season_sd * free,
            ),
            given_path=np.full(len(problem.months), problem.centre),
        )
        return cls(still, layout(still), free)

    def condition(self, c: Conditioner) -> Conditioner:
        """Prepare the same parameters with what is held."""
        p = c.parameters
        p = p._replace(scale=p.scale * self.moving, noise=p.noise * self.moving)
        return condition(self.problem, self.parts, c.grid, p)


class Movement:
    """The covariance of futures, at some months of some links.

    Rows of weights are (1 + L, m): the national rate first, then the links.

    Parameters
    ----------
    c : parameters and figures
    links : (L,) places of links
    months : (m,) places of months in the grid
    """

    def __init__(self, c: Conditioner, links: Ints, months: Ints) -> None:
        self._c, self._links, self._months = c, links, months
        self._rate_moves = c.problem.given_path is None
        lengths = sorted({0, *c.problem.series.lag.tolist()})
        self._lagged = dict(zip(lengths, c.grid.lagged, strict=True))

    @property
    def shape(self) -> tuple[int, int]:
        """Of a row of weights, (1 + L, m)."""
        return 1 + len(self._links), len(self._months)

    def product(self, weights: Floats) -> Floats:
        """Covariance times rows of weights, (b, (1 + L) m) -> the same."""
        if weights.shape[1] <= SMALL:
            return weights @ self._whole
        return self._times(weights)

    def _times(self, weights: Floats) -> Floats:
        rows = weights.reshape(-1, *self.shape)
        moved = self._prior(rows, self._links, self._months)
        out = np.concatenate([moved.rate[:, None], moved.links], axis=1).reshape(weights.shape)
        return out - (weights @ self._shown.T) @ self._through

    @cached_property
    def _whole(self) -> Floats:
        """The covariance itself, which pays where it is small and used again and again."""
        return self._times(np.eye(self.shape[0] * self.shape[1]))

    def everywhere(self, weights: Floats) -> Paths:
        """Move all links in all months by weights, (b, S, T) and (b, T)."""
        every = np.arange(len(self._c.problem.series.names))
        whole = np.arange(len(self._c.grid.months))
        moved = self._prior(weights.reshape(-1, *self.shape), every, whole)
        known = explain(self._c, weights @ self._through.T)
        return Paths(moved.links - known.links, moved.rate - known.rate)

    def within(self, weights: Floats, months: Ints) -> Paths:
        """Move all links in some months, which is quicker where they are few."""
        every = np.arange(len(self._c.problem.series.names))
        moved = self._prior(weights.reshape(-1, *self.shape), every, months)
        seen = self._cross(every, months)
        known = ((weights @ self._through.T) @ seen).reshape(len(weights), 1 + len(every), -1)
        return Paths(moved.links - known[:, 1:], moved.rate - known[:, 0])

    def rate(self, weights: Floats) -> Floats:
        """Move the national rate alone in all months, (b, T)."""
        none, whole = np.arange(0), np.arange(len(self._c.grid.months))
        moved = self._prior(weights.reshape(-1, *self.shape), none, whole).rate
        if not self._rate_moves:
            return moved
        return moved - (weights @ self._through.T) @ self._rate_cross

    @cached_property
    def _rate_cross(self) -> Floats:
        return national_rate_cross(self._c)

    @cached_property
    def _shown(self) -> Floats:
        return self._cross(self._links, self._months)

    def _cross(self, links: Ints, months: Ints) -> Floats:
        """Covariance of the figures with months of the rate and of links, (n, (1 + L) m)."""
        c, p = self._c, self._c.parameters
        series, figures, parts = c.problem.series, c.problem.figures, c.parts
        rate = self._rate_cross
        windows = c.grid.windows[parts.place]
        years = windows @ c.grid.years
        out = np.empty((len(years), 1 + len(links), len(months)))
        out[:, 0] = rate[:, months]
        trend = series.drift_sd[links, None] ** 2 * c.grid.years[months]
        own = series.level_sd[links, None] ** 2 + years[:, None, None] * trend
        own = own + p.noise[links, None] ** 2 * windows[:, None, months]
        out[:, 1:] = figures.coefficients[:, links, None] * own
        for length, smooth in self._lagged.items():
            mine = np.flatnonzero(series.lag[links] == length)
            driven = rate @ smooth[months].T
            out[:, 1 + mine] += p.elasticity[links[mine], None] * driven[:, None]
        coupling = self._coupling(np.arange(len(series.names)), links)
        for k in np.unique(series.kernel[links]):
            mine = np.flatnonzero(series.kernel[links] == k)
            over = kernels.ornstein_uhlenbeck(c.grid.cross[months], p.memory[k]) @ parts.windows.T
            shocks = figures.coefficients @ coupling[:, mine]
            out[:, 1 + mine] += shocks[:, :, None] * over.T[parts.place][:, None]
        if parts.has_season:
            over = season_kernel(c)[months][:, : c.grid.fitted] @ parts.windows.T
            swings = parts.seasonal[:, links] * series.season_sd[links]
            out[:, 1:] += swings[:, :, None] * over.T[parts.place][:, None]
        return out.reshape(len(years), -1)

    @cached_property
    def _through(self) -> Floats:
        return self._c.solve(self._shown)

    def _coupling(self, some: Ints, others: Ints) -> Floats:
        """Covariance of the monthly shocks of links with others, (some, others)."""
        series, parts, p = self._c.problem.series, self._c.parts, self._c.parameters
        area, benefit = parts.has_shared[:, 0], parts.has_shared[:, 1]
        own = 1.0 - p.by_area * area - p.by_benefit * benefit
        out = own[some, None] * (some[:, None] == others[None, :])
        out = out + p.by_area * parts.area_groups[some] @ parts.area_groups[others].T
        out += p.by_benefit * parts.benefit_groups[some] @ parts.benefit_groups[others].T
        out *= series.kernel[some, None] == series.kernel[None, others]
        return out * p.scale[some, None] * p.scale[None, others]

    def _prior(self, rows: Floats, to_links: Ints, to_months: Ints) -> Paths:
        """Prior covariance times weights (b, 1 + L, m), at other links and months."""
        c, links, months, p = self._c, self._links, self._months, self._c.parameters
        series, grid = c.problem.series, c.grid
        own = rows[:, 1:]
        out = np.zeros((len(rows), len(to_links), len(to_months)))
        rate = np.zeros((len(rows), len(grid.months)))
        if self._rate_moves:
            rate = self._drive(rows) @ self._root
            for length, smooth in self._lagged.items():
                mine = np.flatnonzero(series.lag[to_links] == length)
                driven = rate @ smooth[to_months].T
                out[:, mine] += p.elasticity[to_links[mine], None] * driven[:, None]
        if len(to_links):
            out += self._alone(own, to_links, to_months)
        for k in range(len(KERNELS)):
            mine = np.flatnonzero(series.kernel[links] == k)
            theirs = np.flatnonzero(series.kernel[to_links] == k)
            if len(mine) and len(theirs):
                over = kernels.ornstein_uhlenbeck(grid.lag[np.ix_(months, to_months)], p.memory[k])
                coupled = self._coupling(to_links[theirs], links[mine]) @ own[:, mine]
                out[:, theirs] += coupled @ over
        return Paths(out, rate[:, to_months])

    def _drive(self, rows: Floats) -> Floats:
        """Weights of everything on the national rate, (b, T)."""
        c, links, months = self._c, self._links, self._months
        out = np.zeros((len(rows), len(c.grid.months)))
        out[:, months] = rows[:, 0]
        for length, smooth in self._lagged.items():
            mine = np.flatnonzero(c.problem.series.lag[links] == length)
            if len(mine):
                b = c.parameters.elasticity[links[mine]]
                out += np.einsum("l,blm->bm", b, rows[:, 1 + mine]) @ smooth[months]
        return out

    @cached_property
    def _root(self) -> Floats:
        c = self._c
        return root_kernel(c.grid.lag, c.parameters, c.problem.root_level_sd)

    def _alone(self, own: Floats, to_links: Ints, to_months: Ints) -> Floats:
        """Move each link by what it shares with no other: level, drift, noise, its own season."""
        c, links, months, p = self._c, self._links, self._months, self._c.parameters
        series, years = c.problem.series, c.grid.years
        out = np.zeros((len(own), len(to_links), len(to_months)))
        place = {int(s): n for n, s in enumerate(to_links)}
        here = [(n, place[int(s)]) for n, s in enumerate(links) if int(s) in place]
        if not here:
            return out
        mine, theirs = (np.array(x) for x in zip(*here, strict=True))
        s, w = links[mine], own[:, mine]
        level = series.level_sd[s] ** 2 * w.sum(axis=2)
        drift = series.drift_sd[s] ** 2 * (w @ years[months])
        moved = level[:, :, None] + drift[:, :, None] * years[to_months]
        same = (months[:, None] == to_months[None, :]).astype(np.float64)
        moved += p.noise[s, None] ** 2 * (w @ same)
        if c.parts.has_season:
            over = season_kernel(c)[np.ix_(months, to_months)]
            moved += series.season_sd[s, None] ** 2 * (w @ over)
        out[:, theirs] = moved
        return out
