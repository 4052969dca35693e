"""The link model as a method for monthly panels: every area a share of the nation, pooled.

One group at a time. Every area that no other lies in is linked to the nation and projected along
the nation's path; an area in between is the sum of its own areas' draws, times the ratio of its
series to their sum over the last twelve months, so that sums hold in every draw. Where the panel
has too few of its areas for that, as Gentofte beside Østdanmark, it is linked itself. Shares are
not made to add up to one: what the areas leave of the nation is whatever is left unplaced.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from forecast.config.panel_model import PanelPriors
from forecast.core.monthly import MonthlyPanel
from forecast.core.threads import WORKERS, side_by_side
from forecast.errors import AlignmentError, ConvergenceError, DataError
from forecast.models import panel_filter, panel_nuts, panel_shared
from forecast.models.kernels import Floats, Ints
from forecast.models.method import Drawn, SeriesKey, checked_path
from forecast.models.panel_arrays import LinkArrays
from forecast.models.panel_density import OWN, PanelDensity
from forecast.models.panel_futures import Ahead, Origin, draw_futures, draw_origins
from forecast.models.panel_laplace import (
    TRUSTED_K,
    Mode,
    Weighted,
    find_mode,
    resampled,
    weighted_points,
)
from forecast.models.panel_nation import NationModel, drifting_walk
from forecast.models.panel_notes import notes_of, unused_breaks
from forecast.models.panel_series import exceeding, link_series
from forecast.models.panel_shared import Correlation

ENOUGH = 0.9
"""Part of an area that the areas in it must be for it to be projected as their sum."""


@dataclass(frozen=True)
class PanelFit:
    """One group's fit.

    Attributes
    ----------
    density : what was fitted, with its data
    mode : of the pooled parameters
    points : of their posterior, with weights
    verdict : how well the points stand for it, in a sentence
    correlation : of neighbours' level shocks
    above : (L, S) the areas that each lies in, by level
    effects : (2, S, B) mean and sd of what each break did to the log-odds, at the mode
    """

    density: PanelDensity
    mode: Mode
    points: Weighted
    verdict: str
    correlation: Correlation
    above: Ints
    effects: Floats


@dataclass(frozen=True)
class PanelLink:
    """The link model, fitted at each origin.

    Attributes
    ----------
    priors : of ``configs/models/panel.toml``
    way : ``laplace``, by mode and curvature, or ``nuts``, by sampling
    shared : whether neighbours share shocks; off only to measure what that is worth
    nation : model of the national path where none is given
    """

    priors: PanelPriors
    way: Literal["laplace", "nuts"] = "laplace"
    shared: bool = True
    nation: NationModel = field(default=drifting_walk)

    @property
    def name(self) -> str:
        """Name in tables."""
        return "link" if self.way == "laplace" else "link_nuts"

    def fit(
        self, history: MonthlyPanel, group: int, areas: tuple[str, ...], rng: np.random.Generator
    ) -> PanelFit:
        """Fit one group.

        Parameters
        ----------
        group : place in the panel's groups
        areas : to be linked to the nation

        Raises
        ------
        ConvergenceError
            If the mode is not found.
        DataError
            If the nation has too few values.
        """
        settings = self.priors.fit
        recent = history.last(settings.months)
        series = link_series(recent, group, areas, self.priors)
        density = PanelDensity(series, self.priors)
        mode = find_mode(
            density.value_and_gradient,
            np.zeros(density.size),
            settings.tolerance,
            settings.iterations,
            (len(areas), len(OWN)),
        )
        points, verdict = self._points(density, mode, rng)
        above = panel_shared.lineage(history, areas)[: None if self.shared else 0]
        arrays = density.arrays(mode.at)
        correlation = panel_shared.estimate(arrays, above, self.priors.shared.correlation)
        effects = _break_effects(density, arrays)
        return PanelFit(density, mode, points, verdict, correlation, above, effects)

    def _points(
        self, density: PanelDensity, mode: Mode, rng: np.random.Generator
    ) -> tuple[Weighted, str]:
        """Points of the posterior with equal weights or weights of importance, and a verdict."""
        if self.way == "nuts":
            found = panel_nuts.sample(density, mode, self.priors.nuts, rng)
            drawn = panel_nuts.points(found)
            verdict = panel_nuts.standing(found).sentence(self.priors.verdict)
            return Weighted(drawn, np.full(len(drawn), 1 / len(drawn)), np.nan), verdict
        points = weighted_points(density.value, mode, self.priors.fit.points, rng)
        good = points.pareto_k <= TRUSTED_K
        used = "used" if good else f"above {TRUSTED_K:g}, so not used"
        return points, (
            f"posterior of the link model: {'pass' if good else 'warn'}, importance weights of the "
            f"normal at the mode have Pareto k {points.pareto_k:.2f}, {used}"
        )

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Draw joint futures, as `forecast.models.method.Method.draw` says.

        Raises
        ------
        AlignmentError
            If `given` has another shape, or holds a value that is negative or not finite.
        ConvergenceError
            If no group could be fitted.
        """
        return self.prepared(history, count, rng).draw(history, horizon, given, count, rng)

    def prepared(
        self, history: MonthlyPanel, count: int, rng: np.random.Generator
    ) -> "PreparedLink":
        """Fit every group once, for futures under one path of the nation after the other.

        Parameters
        ----------
        count : of futures; all that does not ask for the nation's path is drawn here

        Raises
        ------
        ConvergenceError
            If no group could be fitted.
        """
        groups: list[_Group] = []
        failed: dict[SeriesKey, str] = {}
        for g, group in enumerate(history.groups):
            above = exceeding(history, g)
            sums = _sums(history, g, above)
            areas = tuple(
                a
                for a in history.areas
                if a not in above and a not in sums and a != history.national
            )
            failed |= {(area, group): reason for area, reason in above.items()}
            try:
                fit = self.fit(history, g, areas, rng)
                groups.append(_Group(g, sums, fit, self._origins(fit, count, rng)))
            except (ConvergenceError, DataError) as error:
                failed |= {(area, group): str(error) for area in history.areas}
        if not groups:
            raise ConvergenceError(next(iter(failed.values())))
        return PreparedLink(self, history, count, tuple(groups), failed)

    def _origins(self, fit: PanelFit, count: int, rng: np.random.Generator) -> tuple[Origin, ...]:
        """Draw where the futures begin."""
        kept = resampled(fit.points.weights, self.priors.fit.sets, rng)
        points = np.repeat(fit.points.points, [len(rows) for rows in kept], axis=0)
        return draw_origins(fit.density, points, count, fit.correlation, fit.above, rng)


@dataclass(frozen=True)
class _Group:
    """A group that was fitted: its place, areas that are sums with their ratios, and futures."""

    place: int
    sums: Mapping[str, float]
    fit: PanelFit
    origins: tuple[Origin, ...]


@dataclass(frozen=True)
class PreparedLink:
    """The link model fitted to a history: a method that draws, and does not fit again.

    Attributes
    ----------
    link : the model
    history : what it was fitted to
    count : of futures
    groups : those that could be fitted
    failed : why other series cannot be projected
    """

    link: PanelLink
    history: MonthlyPanel
    count: int
    groups: tuple[_Group, ...]
    failed: Mapping[SeriesKey, str]

    @property
    def name(self) -> str:
        """Name in tables."""
        return self.link.name

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Draw joint futures, as `forecast.models.method.Method.draw` says.

        Raises
        ------
        AlignmentError
            If history or count are others than what was prepared, or `given` has another shape,
            or holds a value that is negative or not finite.
        ConvergenceError
            If no group has a path of the nation.
        """
        if history is not self.history:
            raise AlignmentError("link: found another history, expected the one that was fitted")
        if count != self.count:
            raise AlignmentError(f"link: found {count} draws, expected the {self.count} prepared")
        draws = np.full((count, len(history.areas), len(history.groups), horizon), np.nan)
        failed, notes = dict(self.failed), dict[SeriesKey, tuple[str, ...]]()
        path = checked_path(given, history, horizon, count)

        def draw(one: _Group, rng: np.random.Generator) -> str | None:
            """Draw a group, or say why it has no path of the nation."""
            try:
                nation = (
                    self._path(one.fit, horizon, count, rng) if path is None else path[:, one.place]
                )
            except DataError as error:
                return str(error)
            draws[:, :, one.place] = self._areas(history, one, nation, rng, workers)
            return None

        # groups beside each other, or else the batches of the only one
        workers = WORKERS if len(self.groups) == 1 else 1

        for one, error in zip(self.groups, side_by_side(draw, self.groups, rng), strict=True):
            group = history.groups[one.place]
            if error is not None:
                failed |= {(area, group): error for area in history.areas}
                continue
            fit = one.fit
            series = fit.density.series
            notes |= notes_of(history.national, group, series, fit.verdict, fit.effects)
            notes |= unused_breaks(history, group, one.sums)
        if len(failed) == len(history.areas) * len(history.groups):
            raise ConvergenceError(next(iter(failed.values())))
        return Drawn(draws, failed=failed, notes=notes)

    def _path(self, fit: PanelFit, horizon: int, count: int, rng: np.random.Generator) -> Floats:
        """Draw the nation's own path, (count, H) in the panel's unit."""
        series = fit.density.series
        paths = self.link.nation(
            series.log_nation, series.months, horizon, count, self.link.priors.nation, rng
        )
        return np.maximum(np.expm1(paths), 0.0)

    def _areas(
        self,
        history: MonthlyPanel,
        one: _Group,
        nation: Floats,
        rng: np.random.Generator,
        workers: int,
    ) -> Floats:
        """All areas of one group in the panel's order, (count, A, H)."""
        fit = one.fit
        leaves = draw_futures(fit.density, one.origins, Ahead(nation), fit.above, rng, workers)
        out = np.full((len(nation), len(history.areas), nation.shape[1]), np.nan)
        areas = fit.density.series.areas
        out[:, [history.position(area) for area in areas]] = leaves
        out[:, history.position(history.national)] = nation
        for area, ratio in one.sums.items():
            mine = [areas.index(leaf) for leaf in history.area_sums[area] if leaf in areas]
            out[:, history.position(area)] = np.minimum(ratio * leaves[:, mine].sum(axis=1), nation)
        return out


def _sums(history: MonthlyPanel, group: int, without: Collection[str]) -> Mapping[str, float]:
    """Areas that are projected as the sum of their own areas, each with its ratio to that sum.

    The ratio is that of the last twelve months in which all of them are known. An area whose own
    areas are less than `ENOUGH` of it is not: Gentofte alone says little of Østdanmark.

    Parameters
    ----------
    without : areas that are not projected
    """
    last = history.values[:, group, -12:]
    out: dict[str, float] = {}
    for area, leaves in history.area_sums.items():
        mine = [history.position(leaf) for leaf in leaves if leaf not in without]
        if area not in history.areas or area in without or not mine:
            continue
        whole, parts = last[history.position(area)], last[mine].sum(axis=0)
        both = ~np.isnan(whole) & (parts > 0)
        ratio = float(whole[both].sum() / parts[both].sum()) if both.any() else np.inf
        if ratio <= 1 / ENOUGH or np.isnan(whole).all():
            out[area] = ratio if both.any() else 1.0
    return out


def _break_effects(density: PanelDensity, arrays: LinkArrays) -> Floats:
    """Mean and sd of what each break did to the log-odds given the pooled parameters, (2, S, B)."""
    sd = density.series.step_sd(density.priors.link.level_break.sd)
    last = panel_filter.last_state(arrays)
    first = last.mean.shape[1] - sd.shape[1]
    variance = np.diagonal(last.cov, axis1=1, axis2=2)[:, first:]
    return sd * np.stack([last.mean[:, first:], np.sqrt(variance)])
