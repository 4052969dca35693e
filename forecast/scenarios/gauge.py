"""What statements are about, read off futures with derivatives.

A quantity is the log of a mean over a window: persons, people, or the ratio of two such means, as
people read them. A seasonally adjusted one is read off the paths as they are; an actual one off the
paths with the season that `models.season.add_season` gives them, whose national part is forced: the
mean of a calendar year is that of the adjusted path.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from forecast.models.kernels import Floats, Ints
from forecast.models.season import Patterns
from forecast.models.structure import Structure
from forecast.scenarios.duals import Dual, Slopes
from forecast.scenarios.shocks import Members, Move
from forecast.scenarios.sight import COUNTRY, Sight, needed
from forecast.vocabulary import MEASURE_ADJUSTMENT, Measure

RATE = 0
"""The national rate's place among the paths; the links follow."""

_FORCE, _PEOPLE = "population:arbejdsstyrke_land", "population:befolkning_land"


@dataclass(frozen=True)
class Quantity:
    """A figure that a statement is about.

    Attributes
    ----------
    measure : one of those a statement may name
    area : 0 the municipality, 1 its half of the country, 2 the country
    members, parts : benefits and parts outside the table whose persons it counts
    actual : whether it carries the season
    months : (w,) places of the window's months in the grid
    """

    measure: Measure
    area: int
    members: Members
    parts: tuple[int, ...]
    actual: bool
    months: Ints

    def persons(self, sight: Sight) -> Dual:
        """Persons it counts."""
        counted = [sight.part(self.area, p) for p in self.parts]
        if self.members:
            counted.append(sight.persons(self.area, self.members))
        out = counted[0]
        for more in counted[1:]:
            out = out + more
        return out

    def over_and_under(self, sight: Sight) -> tuple[Dual, Dual | None]:
        """Numerator, and denominator where there is one."""
        if self.measure is Measure.ARBEJDSSTYRKE:
            return sight.force(self.area), None
        if self.measure is Measure.BEFOLKNING:
            return sight.people(self.area), None
        over = self.persons(sight)
        if self.measure is Measure.FULDTIDSPERSONER:
            return over, None
        if self.measure is Measure.LANDSANDEL:
            whole = Quantity(
                self.measure, COUNTRY, self.members, self.parts, self.actual, self.months
            )
            return over, whole.persons(sight)
        if self.measure is Measure.ANDEL_AF_BEFOLKNING:
            return over, sight.people(self.area)
        return over, sight.force(self.area)


class Gauge:
    """Reads quantities off the paths they depend on.

    Parameters
    ----------
    structure : the links
    quantities : j of them
    moves : shocks, in all months of the grid
    calendar : (T,) months of the grid, year * 12 + month - 1
    first : place of the first month that people read; a season is forced from there on
    """

    def __init__(
        self,
        structure: Structure,
        quantities: Sequence[Quantity],
        moves: Sequence[Move],
        calendar: Ints,
        first: int,
    ) -> None:
        self._structure, self._quantities, self._moves = structure, quantities, moves
        names: set[str] = set()
        for quantity in quantities:
            names |= needed(structure, quantity.over_and_under, moves)
        if any(q.actual for q in quantities):
            names |= {_FORCE, _PEOPLE}
        place = {name: s for s, name in enumerate(structure.names)}
        self.links: Ints = np.array(sorted(place[name] for name in names), dtype=np.int64)
        self.months = _reach(quantities, calendar, first)
        self._row = {structure.names[s]: 1 + n for n, s in enumerate(self.links)}
        self._calendar = calendar[self.months]
        # a window's months follow one another, and all of them are among these
        starts = [int(np.searchsorted(self.months, q.months[0])) for q in quantities]
        self._windows = [
            slice(start, start + len(q.months)) for start, q in zip(starts, quantities, strict=True)
        ]

    @property
    def swings(self) -> bool:
        """Whether anything it reads carries a link's own season, which swings with the nation."""
        return any(q.actual for q in self._quantities)

    def __call__(
        self, paths: Floats, patterns: Patterns, swing: Floats, moves: Sequence[Move]
    ) -> tuple[Floats, Floats]:
        """Read all quantities.

        Parameters
        ----------
        paths : (q, 1 + L, m)
        patterns : seasons
        swing : (q, m) size of the links' seasons
        moves : shocks, in these months

        Returns
        -------
        value, slope : (q, j) logs and (q, j, 1 + L, m)
        """
        adjusted = actual = self._sight(paths, None, moves)
        if self.swings:
            actual = self._sight(paths, self._season(paths, patterns, swing), moves)
        shape = (len(paths), len(self._quantities))
        value, slope = np.empty(shape), np.zeros((*shape, *paths.shape[1:]))
        for j, (quantity, window) in enumerate(zip(self._quantities, self._windows, strict=True)):
            over, under = quantity.over_and_under(actual if quantity.actual else adjusted)
            value[:, j] = _log_mean(over, window, slope[:, j], 1.0)
            if under is not None:
                value[:, j] -= _log_mean(under, window, slope[:, j], -1.0)
            if quantity.actual:
                self._force(slope[:, j], paths, patterns)
        return value, slope

    def _sight(self, paths: Floats, season: Floats | None, moves: Sequence[Move]) -> Sight:
        shown = paths if season is None else paths + season

        def path(name: str) -> Dual:
            row = self._row[name]
            return Dual.of(row, shown[:, row])

        return Sight(self._structure, path, Dual.of(RATE, shown[:, RATE]), moves)

    def _season(self, paths: Floats, patterns: Patterns, swing: Floats) -> Floats:
        """Compute what the season adds to each path, (q, 1 + L, m)."""
        calendar = self._calendar % 12
        out = np.empty_like(paths)
        out[:, 1:] = swing[:, None] * patterns.links[:, self.links][:, :, calendar]
        out[:, RATE] = patterns.rate[:, calendar]
        people = self._unemployed(paths)
        actual = people * np.exp(out[:, RATE])
        for year in np.unique(self._calendar // 12):
            mine = self._calendar // 12 == year
            out[:, RATE, mine] += np.log(people[:, mine].sum(axis=1) / actual[:, mine].sum(axis=1))[
                :, None
            ]
        return out

    def _unemployed(self, paths: Floats) -> Floats:
        """Compute the adjusted unemployed of the country before shocks, (q, m)."""
        logs = paths[:, RATE] + paths[:, self._row[_PEOPLE]]
        return np.exp(logs) * expit(paths[:, self._row[_FORCE]])

    def _force(self, slope: Floats, paths: Floats, patterns: Patterns) -> None:
        """Add what a path does to the months of its year through the forced season, in place.

        The shift of a year is log(sum U) - log(sum U exp(season)), U the adjusted unemployed.
        """
        people = self._unemployed(paths)
        actual = people * np.exp(patterns.rate[:, self._calendar % 12])
        by_rate = slope[:, RATE].copy()
        for year in np.unique(self._calendar // 12):
            mine = self._calendar // 12 == year
            away = people[:, mine] / people[:, mine].sum(axis=1, keepdims=True)
            away = away - actual[:, mine] / actual[:, mine].sum(axis=1, keepdims=True)
            away = away * by_rate[:, mine].sum(axis=1, keepdims=True)
            share = expit(-paths[:, self._row[_FORCE], mine])
            slope[:, RATE, mine] += away
            slope[:, self._row[_PEOPLE], mine] += away
            slope[:, self._row[_FORCE], mine] += away * share


def _reach(quantities: Sequence[Quantity], calendar: Ints, first: int) -> Ints:
    """Places of the months that quantities depend on: with a season, all of their years."""
    used = np.zeros(len(calendar), dtype=bool)
    for quantity in quantities:
        used[quantity.months] = True
        if quantity.actual:
            years = np.isin(calendar // 12, calendar[quantity.months] // 12)
            years[:first] = False
            used |= years
    return np.flatnonzero(used)


def _log_mean(quantity: Dual, window: slice, slope: Floats, sign: float) -> Floats:
    """Log of the mean over a window, (q,); adds its derivative to slope (q, 1 + L, m), in place."""
    values = quantity.value[:, window]
    total = values.sum(axis=1)
    over = sign / total[:, None]
    slopes: Slopes = quantity.slopes
    for row, by in slopes.items():
        slope[:, row, window] += by[:, window] * over
    return np.log(total / values.shape[1])


def is_actual(measure: Measure, adjusted: bool) -> bool:
    """Whether a figure carries the season."""
    meant = MEASURE_ADJUSTMENT.get(measure)
    return not adjusted if meant is None else meant.value == "actual"
