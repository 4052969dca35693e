"""Monthly panels: full-time persons by area, group and month, with parents, gaps and vintages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from forecast.core.period import Window, month_code
from forecast.errors import AlignmentError, DataError

SHORTEST_HISTORY = 24
"""Months a history must have: with less than two winters no season can be told from a trend."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Vintage:
    """What was known of a panel at the end of a month.

    Attributes
    ----------
    known : month (year * 12 + month - 1) in which these values were published
    values : (A, G, T), NaN where missing or not yet published
    """

    known: int
    values: Floats


@dataclass(frozen=True)
class Gap:
    """Months of a series that have no value while its group has values.

    Attributes
    ----------
    area, group : the series
    windows : the months, oldest first, neighbours joined
    empty : whether the series has no value in any month
    """

    area: str
    group: str
    windows: tuple[Window, ...]
    empty: bool

    def __str__(self) -> str:
        if self.empty:
            return f"{self.area}, {self.group}: no value in any month"
        first = [window.code for window in self.windows[:3]]
        more = f" and {len(self.windows) - 3} more" if len(self.windows) > 3 else ""
        return f"{self.area}, {self.group}: {', '.join(first)}{more} missing"


@dataclass(frozen=True)
class LevelBreak:
    """A month from which a series is not comparable with before: a rule, a way of counting.

    Attributes
    ----------
    area, group : the series
    month : the first at the new level, year * 12 + month - 1
    reason : in words
    sd : of the log of new over old level, as far as it is known beforehand; None for the model's
    """

    area: str
    group: str
    month: int
    reason: str
    sd: float | None = None


@dataclass(frozen=True)
class MonthlyPanel:
    """Values of areas and groups in consecutive months.

    Attributes
    ----------
    areas : A names of series, the nation among them
    groups : G names
    months : (T,) consecutive, year * 12 + month - 1
    values : (A, G, T) newest values, NaN where missing; never negative
    parents : the area each area lies in, the nation's is None; may name areas without series
    national : the area that all others lie in
    unit : of the values
    adjustment : ``actual`` or ``seasonally-adjusted``
    source : where the values come from
    provisional : (A, G, T) values that will be revised
    group_parents : the group each group is part of, None for a group that is part of none
    vintages : what was known when, oldest first; empty where only one release is at hand
    breaks : of level, known by their month
    """

    areas: tuple[str, ...]
    groups: tuple[str, ...]
    months: Ints
    values: Floats
    parents: Mapping[str, str | None]
    national: str
    unit: str
    adjustment: str
    source: str
    provisional: Flags
    group_parents: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    vintages: tuple[Vintage, ...] = ()
    breaks: tuple[LevelBreak, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(self.groups), len(self.months))
        for name in ("values", "provisional"):
            if getattr(self, name).shape != shape:
                raise AlignmentError(
                    f"panel: {name} has shape {getattr(self, name).shape}, expected {shape}"
                )
        if len(set(self.areas)) < len(self.areas) or len(set(self.groups)) < len(self.groups):
            raise AlignmentError("panel: an area or a group stands twice; name each once")
        if len(self.months) == 0 or np.any(np.diff(self.months) != 1):
            raise AlignmentError("panel: months are not consecutive; mark gaps with NaN")
        if self.national not in self.areas:
            raise AlignmentError(f"panel: no series of {self.national}, expected the nation's")
        if np.any(self.values < 0):
            a, g, t = (int(k[0]) for k in np.nonzero(self.values < 0))
            raise AlignmentError(
                f"panel: {self.areas[a]}, {self.groups[g]}, {month_code(int(self.months[t]))} is "
                f"{self.values[a, g, t]:g}, expected no negative value"
            )

    @property
    def leaves(self) -> tuple[str, ...]:
        """Areas with a series that no other area with a series lies in."""
        above = {parent for area in self.areas for parent in self.ancestors(area)}
        return tuple(area for area in self.areas if area not in above)

    def ancestors(self, area: str) -> tuple[str, ...]:
        """Areas an area lies in, from the smallest to the nation."""
        out: list[str] = []
        parent = self.parents.get(area)
        while parent is not None:
            out.append(parent)
            parent = self.parents.get(parent)
        return tuple(out)

    @property
    def area_sums(self) -> dict[str, tuple[str, ...]]:
        """Areas between the leaves and the nation, each with its leaves, in order of the table.

        A sum stands here whether it has a series of its own or not.
        """
        found: dict[str, list[str]] = {}
        for leaf in self.leaves:
            for area in self.ancestors(leaf):
                if area != self.national:
                    found.setdefault(area, []).append(leaf)
        return {area: tuple(leaves) for area, leaves in found.items()}

    def position(self, area: str) -> int:
        """Place of an area in `areas`."""
        return self.areas.index(area)

    def gaps(self) -> tuple[Gap, ...]:
        """Find the months that are missing in each series, in order of areas and groups.

        A month is missing where the series has no value in it, and it lies between the first and
        the last month in which any area has a value of that group.
        """
        filled = np.isfinite(self.values)
        spans = [_span(filled[:, g].sum(axis=0)) for g in range(len(self.groups))]
        found: list[Gap] = []
        for a, area in enumerate(self.areas):
            for g, group in enumerate(self.groups):
                missing = self.months[spans[g] & ~filled[a, g]]
                if len(missing):
                    empty = not filled[a, g].any()
                    found.append(Gap(area, group, _windows(missing), empty))
        return tuple(found)

    def until(self, origin: int) -> MonthlyPanel:
        """Give what was known at the end of the month `origin`; nothing later stands in it.

        Where vintages exist, values are those of the newest vintage published by then; else they
        are the newest values of months up to the origin. A break is known from its month on.

        Raises
        ------
        AlignmentError
            If the origin lies outside the panel, or no vintage had been published by then.
        """
        if not self.months[0] <= origin <= self.months[-1]:
            raise AlignmentError(
                f"origin {month_code(origin)}: expected a month within "
                f"{month_code(int(self.months[0]))}..{month_code(int(self.months[-1]))}"
            )
        kept = self.months <= origin
        values, old = self.values, tuple(v for v in self.vintages if v.known <= origin)
        if self.vintages:
            if not old:
                raise AlignmentError(
                    f"origin {month_code(origin)}: the oldest vintage is of "
                    f"{month_code(self.vintages[0].known)}; choose a later origin"
                )
            values = old[-1].values
        return replace(
            self,
            months=self.months[kept],
            values=values[:, :, kept],
            provisional=self.provisional[:, :, kept],
            vintages=tuple(replace(v, values=v.values[:, :, kept]) for v in old),
            breaks=tuple(b for b in self.breaks if b.month <= origin),
        )

    def last(self, count: int) -> MonthlyPanel:
        """Give the last `count` months only (a sliding window); all where there are fewer.

        A break by the first of them lies behind all of them, and is left out.
        """
        return replace(
            self,
            months=self.months[-count:],
            values=self.values[:, :, -count:],
            provisional=self.provisional[:, :, -count:],
            vintages=tuple(replace(v, values=v.values[:, :, -count:]) for v in self.vintages),
            breaks=tuple(b for b in self.breaks if b.month > self.months[-count:][0]),
        )


def check_horizon(panel: MonthlyPanel, origin: int, horizon: int, *, scored: bool = True) -> None:
    """Refuse a panel that is too short for an origin.

    Parameters
    ----------
    panel : the series
    origin : last month that a method may see
    horizon : months projected after it
    scored : whether the projection is compared with what came, which takes `horizon` months of the
        panel after the origin

    Raises
    ------
    DataError
        If there are fewer than `SHORTEST_HISTORY` months up to the origin, or fewer than `horizon`
        after it where it is scored; says how many there are and how many need be.
    """
    before = origin - int(panel.months[0]) + 1
    after = int(panel.months[-1]) - origin
    if before < SHORTEST_HISTORY:
        raise DataError(
            f"{panel.source}: {max(before, 0)} months up to the origin {month_code(origin)}, "
            f"expected at least {SHORTEST_HISTORY}; choose an origin of "
            f"{month_code(int(panel.months[0]) + SHORTEST_HISTORY - 1)} or later"
        )
    needed = horizon if scored else 0
    if after < needed:
        latest = month_code(int(panel.months[-1]) - needed)
        raise DataError(
            f"{panel.source}: {max(after, 0)} months after the origin {month_code(origin)}, "
            f"expected at least {needed}; choose an origin of {latest} or earlier"
            f"{' or a shorter horizon' if scored else ''}"
        )


def _span(counts: Ints) -> Flags:
    """Mark the months from the first to the last that any area has; all where none has any."""
    seen = np.cumsum(counts)
    return ((seen > 0) & (seen - counts < seen[-1])) | (seen[-1] == 0)


def _windows(months: Ints) -> tuple[Window, ...]:
    """Join neighbouring months."""
    runs = np.split(months, np.flatnonzero(np.diff(months) != 1) + 1)
    return tuple(Window(int(run[0]), int(run[-1])) for run in runs)
