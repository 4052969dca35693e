"""Rolling origins: what a method says at each origin, beside what came.

A method is handed what was known at the origin and nothing later (`MonthlyPanel.until`). Given the
realised path of the nation it is told the nation's own months, and no other area's; given a
forecast that was published at the time, that path; free, nothing. Every task of a method and an
origin draws from its own random numbers, so results depend on neither order nor processes.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import xarray as xr

from forecast.core.monthly import SHORTEST_HISTORY, Floats, MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import ConvergenceError, DataError
from forecast.models.method import Drawn, Method, SeriesKey
from forecast.vocabulary import AREA, DRAW, GROUP, PERIOD, Unit

GivenPath = Callable[[int, int], Floats]
"""Origin and number of months -> the nation's path that was published by then, (G, H)."""

TOTAL = "i_alt"
"""Name of the sum of all groups where a panel has several and no series of their sum."""

SMALLEST_HORIZON = 1

LARGEST = 1e30
"""A draw beyond it is no number of persons, and no longer a number in single precision."""


@dataclass(frozen=True)
class Plan:
    """What is to be compared.

    Attributes
    ----------
    panel : the series
    origins : last months that a method may see, rising
    horizon : months projected from each, fewer where the panel ends
    window : months of history that a method sees; None for all
    given : ``national`` (the realised path of the nation), ``free``, or a published path
    draws : joint futures of each method and origin
    seed : where randomness starts
    """

    panel: MonthlyPanel
    origins: tuple[int, ...]
    horizon: int
    window: int | None
    given: str | GivenPath
    draws: int
    seed: int

    def __post_init__(self) -> None:
        first, last = int(self.panel.months[0]), int(self.panel.months[-1])
        for origin in self.origins:
            before, after = origin - first + 1, last - origin
            if before < SHORTEST_HISTORY or after < SMALLEST_HORIZON:
                raise DataError(
                    f"{self.panel.source}: origin {month_code(origin)} has {max(before, 0)} months "
                    f"up to it and {max(after, 0)} after it, expected at least {SHORTEST_HISTORY} "
                    f"and {SMALLEST_HORIZON}; choose an origin within "
                    f"{month_code(first + SHORTEST_HISTORY - 1)}..{month_code(last - 1)}"
                )

    def months_after(self, origin: int) -> int:
        """Months that are projected and can be scored."""
        return min(self.horizon, int(self.panel.months[-1]) - origin)

    @property
    def shortened(self) -> dict[int, int]:
        """Origins with fewer months than the horizon, and how many they have."""
        months = {origin: self.months_after(origin) for origin in self.origins}
        return {origin: h for origin, h in months.items() if h < self.horizon}

    def history(self, origin: int) -> MonthlyPanel:
        """Give what a method sees at an origin."""
        known = self.panel.until(origin)
        return known if self.window is None else known.last(self.window)

    def path(self, origin: int) -> Floats | None:
        """Give what a method is told of the nation, (G, H), or None where it is told nothing."""
        h = self.months_after(origin)
        if callable(self.given):
            return self.given(origin, h)
        if self.given == "free":
            return None
        start = origin - int(self.panel.months[0]) + 1
        path = self.panel.values[self.panel.position(self.panel.national), :, start : start + h]
        if not np.isfinite(path).all():
            g, t = (int(k[0]) for k in np.nonzero(~np.isfinite(path)))
            raise DataError(
                f"{self.panel.source}: {self.panel.national}, {self.panel.groups[g]}, "
                f"{month_code(origin + 1 + t)} is missing, expected the nation's figure, which is "
                "given; fill it in, or backtest with --free"
            )
        return path


@dataclass(frozen=True)
class Series:
    """The series that are scored: those of the panel and their sums.

    A sum adds the leaves of an area draw by draw. It has the area's name, with " (sum)" where the
    area has a series of its own as well. Shares have no sums: 4 per cent and 5 per cent are not 9.

    Attributes
    ----------
    panel : the series
    national_given : whether methods are told the nation's path, so that it is not scored
    """

    panel: MonthlyPanel
    national_given: bool

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Areas with a series of their own, without the nation where its path is given."""
        nation = self.panel.national if self.national_given else None
        return tuple(area for area in self.panel.areas if area != nation)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Areas that are no sum of others; the nation where it stands alone and is not given."""
        return tuple(area for area in self.panel.leaves if area in self.own)

    @cached_property
    def sums(self) -> dict[str, tuple[str, ...]]:
        """Sums by name, with their leaves; sums of a single leaf are left out."""
        if self.panel.unit == Unit.ANDEL:
            return {}
        taken = set(self.panel.areas)
        return {
            f"{area} (sum)" if area in taken else area: leaves
            for area, leaves in self.panel.area_sums.items()
            if len(leaves) > 1
        }

    @property
    def areas(self) -> tuple[str, ...]:
        """Rows of results."""
        return (*self.own, *self.sums)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Columns of results: those of the panel, and their total where it has none."""
        shares = self.panel.unit == Unit.ANDEL
        alone = shares or len(self._parts) < 2 or TOTAL in self.panel.groups
        return self.panel.groups if alone else (*self.panel.groups, TOTAL)

    @property
    def singles(self) -> dict[str, list[str]]:
        """Labels of the series that are no sum, for ``sel``: a sum would count its cells twice."""
        return {AREA: list(self.leaves), GROUP: list(self.panel.groups)}

    @property
    def _parts(self) -> list[int]:
        """Groups that are part of no other group of the panel."""
        above, groups = self.panel.group_parents, self.panel.groups
        return [k for k, name in enumerate(groups) if above.get(name) not in groups]

    def add(self, values: Floats) -> Floats:
        """Take own series and append the sums, (..., A, G, H) -> (..., areas, groups, H)."""
        position = self.panel.position
        rows = [values[..., [position(a) for a in self.own], :, :]]
        rows.extend(
            values[..., [position(a) for a in leaves], :, :].sum(axis=-3, keepdims=True)
            for leaves in self.sums.values()
        )
        whole = np.concatenate(rows, axis=-3)
        if len(self.groups) > len(self.panel.groups):
            total = whole[..., self._parts, :].sum(axis=-2, keepdims=True)
            whole = np.concatenate([whole, total], axis=-2)
        return whole


@dataclass(frozen=True)
class Outcome:
    """What a method said at an origin.

    Attributes
    ----------
    draws : (draw, area, group, period), NaN where a series could not be projected; None where the
        method failed as a whole
    error : why it failed as a whole
    failed, exploded, notes : as in `Drawn`
    seconds : it took
    """

    method: str
    origin: int
    draws: xr.DataArray | None
    seconds: float
    error: str = ""
    failed: Mapping[SeriesKey, str] = field(default_factory=dict[SeriesKey, str])
    exploded: Mapping[SeriesKey, int] = field(default_factory=dict[SeriesKey, int])
    notes: Mapping[SeriesKey, tuple[str, ...]] = field(
        default_factory=dict[SeriesKey, tuple[str, ...]]
    )


def run(plan: Plan, method: Method, origin: int) -> Outcome:
    """Run one method from one origin.

    A method that fails as a whole is an outcome with its reason; nothing takes its place.
    """
    begin = time.perf_counter()
    rng = np.random.default_rng([plan.seed, zlib.crc32(method.name.encode()), origin])
    h = plan.months_after(origin)
    try:
        drawn = method.draw(plan.history(origin), h, plan.path(origin), plan.draws, rng)
    except ConvergenceError as error:
        return Outcome(method.name, origin, None, time.perf_counter() - begin, error=str(error))
    drawn = _judged(plan, drawn)
    return Outcome(
        method.name,
        origin,
        _labelled(plan, origin, drawn.draws),
        time.perf_counter() - begin,
        failed=drawn.failed,
        exploded=drawn.exploded,
        notes=drawn.notes,
    )


def series_of(plan: Plan) -> Series:
    """Give the series that a plan scores."""
    return Series(plan.panel, plan.given != "free")


def observed(plan: Plan, origin: int, by: int | None = None) -> xr.DataArray:
    """Give what came after an origin, (area, group, period), NaN where missing.

    Parameters
    ----------
    by : month at whose end this was known, and nothing later; None for the newest values
    """
    panel = plan.panel if by is None else plan.panel.until(by)
    start, h = origin - int(plan.panel.months[0]) + 1, plan.months_after(origin)
    came = np.full((*panel.values.shape[:2], h), np.nan)
    later = panel.values[:, :, start : start + h]
    came[:, :, : later.shape[2]] = later
    return _labelled(plan, origin, came)


def known(plan: Plan, origin: int) -> xr.DataArray:
    """Give what was known at an origin, (area, group, period)."""
    history = plan.history(origin)
    return _table(plan, history.values, int(history.months[0]))


def _judged(plan: Plan, drawn: Drawn) -> Drawn:
    """Take for failed what cannot be scored: paths without end, and gaps without a reason."""
    panel, draws = plan.panel, drawn.draws.copy()
    failed, exploded = dict(drawn.failed), dict(drawn.exploded)
    endless = (np.abs(draws) > LARGEST).any(axis=3).sum(axis=0)
    lacking = np.isnan(draws).any(axis=(0, 3))
    for a, g in np.argwhere((endless > 0) | lacking):
        key = (panel.areas[a], panel.groups[g])
        draws[:, a, g] = np.nan
        if endless[a, g]:
            exploded.setdefault(key, int(endless[a, g]))
            failed.setdefault(key, f"{endless[a, g]} of {len(draws)} paths are not finite")
        failed.setdefault(key, "no draws, and the method does not say why")
    return replace(drawn, draws=draws, failed=failed, exploded=exploded)


def _labelled(plan: Plan, origin: int, values: Floats) -> xr.DataArray:
    """Label the months after an origin."""
    return _table(plan, values, origin + 1)


def _table(plan: Plan, values: Floats, first: int) -> xr.DataArray:
    """Append the sums and label all, (area, group, period) with draws in front where there are."""
    names = series_of(plan)
    whole = names.add(values)
    months = [month_code(first + k) for k in range(whole.shape[-1])]
    coords: dict[str, object] = {
        AREA: list(names.areas),
        GROUP: list(names.groups),
        PERIOD: months,
    }
    if whole.ndim == 3:
        return xr.DataArray(whole, dims=(AREA, GROUP, PERIOD), coords=coords)
    coords[DRAW] = np.arange(len(whole))
    return xr.DataArray(whole, dims=(DRAW, AREA, GROUP, PERIOD), coords=coords)
