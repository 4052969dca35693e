"""What people read off the futures: sums, shares and rates over windows, then their quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.core.draws import Draws
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.models.kernels import Floats
from forecast.models.structure import UNEMPLOYED, Structure, sums
from forecast.run.stages import Projected
from forecast.vocabulary import QUANTILE_LEVELS, Measure, Unit

OUTPUTS: tuple[tuple[str, float | None], ...] = (
    ("mean", None),
    ("median", None),
    *(("quantile", level) for level in QUANTILE_LEVELS),
)
"""What is written of every quantity, in the order of `summarise`."""


@dataclass(frozen=True)
class Reader:
    """Reads quantities off the futures of one scenario, draw by draw.

    Attributes
    ----------
    projected : the scenario's futures
    tree, structure : what the groups are sums of
    """

    projected: Projected
    tree: Tree
    structure: Structure

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Every group with persons: rows and sums of the table, then parts outside it."""
        return (*sums(self.tree, self.structure)[0], *(k for k, _ in self.structure.parts))

    @cached_property
    def persons(self) -> Floats:
        """Full-time persons, (draws, 3, groups, T)."""
        levels = self.projected.future.actual
        matrix = sums(self.tree, self.structure)[1]
        draws, areas, _, months = levels.persons.shape
        out = np.empty((draws, areas, len(self.groups), months))
        for g, row in enumerate(matrix):
            np.sum(levels.persons[:, :, row > 0], axis=2, out=out[:, :, g])
        out[:, :, len(matrix) :] = levels.parts
        return out

    def _mean_persons(self, window: Window) -> Floats:
        """Full-time persons over a window; the last one is kept, for the measures made of it."""
        if window not in self._kept:
            self._kept.clear()
            self._kept[window] = self.over(self.persons, window)
        return self._kept[window]

    @cached_property
    def _kept(self) -> dict[Window, Floats]:
        return {}

    def over(self, values: Floats, window: Window) -> Floats:
        """Mean over a window along the last axis."""
        first = int(self.projected.future.months[0])
        return values[..., window.first - first : window.last - first + 1].mean(axis=-1)

    def of(self, measure: Measure, window: Window) -> Floats:
        """Read a measure of every group over a window, (draws, 3, groups or 1)."""
        future = self.projected.future
        force = self.over(future.actual.labour_force, window)[:, :, None]
        if measure is Measure.LEDIGHEDSPROCENT:
            return self.over(future.adjusted_unemployed, window)[:, :, None] / force
        if measure is Measure.ARBEJDSSTYRKE:
            return force
        people = self.over(future.actual.population, window)[:, :, None]
        if measure is Measure.BEFOLKNING:
            return people
        if measure is Measure.LEDIGHEDSPROCENT_FAKTISK:
            unemployed = self.persons[:, :, [self.groups.index(UNEMPLOYED)]]
            return self.over(unemployed, window) / force
        persons = self._mean_persons(window)
        if measure is Measure.LANDSANDEL:
            with np.errstate(invalid="ignore"):
                return persons / persons[:, 2:]
        if measure is Measure.ANDEL_AF_BEFOLKNING:
            return persons / people
        if measure is Measure.ANDEL_AF_ARBEJDSSTYRKE:
            return persons / force
        return persons

    def one(self, area: str, group: str, measure: Measure, window: Window) -> Floats:
        """One quantity on every draw, (draws,)."""
        values = self.of(measure, window)[:, self.structure.areas.index(area)]
        return values[:, 0 if values.shape[1] == 1 else self.groups.index(group)]

    def leaves(self, first: int) -> Draws:
        """Monthly full-time persons of the counted leaves from a month on, as `Draws`."""
        keys = self.tree.leaves
        index = [self.groups.index(k) for k in keys]
        here = self.projected.future.months >= first
        return Draws.of(
            self.persons[:, :, index][..., here],
            unit=Unit.FULDTIDSPERSONER,
            areas=self.structure.areas,
            groups=keys,
            months=self.projected.future.months[here],
        )


def summarise(values: Floats) -> Floats:
    """Mean, median and quantiles over draws (the first axis), (outputs, ...); see `OUTPUTS`."""
    ordered = np.sort(np.moveaxis(values, 0, -1), axis=-1)
    last = ordered.shape[-1] - 1
    out = [values.mean(axis=0)]
    for level in (0.5, *QUANTILE_LEVELS):
        low = int(np.floor(level * last))
        weight = level * last - low
        high = ordered[..., min(low + 1, last)]
        out.append(ordered[..., low] * (1 - weight) + high * weight)
    return np.array(out)


def median_error(values: Floats, sets: int, batches: int = 25) -> float:
    """Monte Carlo standard error of a median.

    Draws that share parameters, and mirror each other, are kept together: the sets of parameters
    are dealt to batches, and the error is the spread of the batches' medians over the root of
    their number.
    """
    by_set = values.reshape(-1, sets)
    medians = [np.median(part) for part in np.array_split(by_set, batches, axis=1)]
    return float(np.std(medians, ddof=1) / np.sqrt(batches))


def windows(first: int, last: int, headline: Window, more: Sequence[Window]) -> list[Window]:
    """Months from `first` on, calendar years from the start, and whatever else is asked for."""
    months = [Window(m, m) for m in range(first, last + 1)]
    return list(dict.fromkeys([*months, headline, *more]))
