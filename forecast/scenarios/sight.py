"""Persons and people of a month from the paths of the links, with derivatives.

The same formulas as `structure.Structure.levels`, for the few links that a quantity needs; a test
holds the two together.
"""

from collections.abc import Callable, Sequence

import numpy as np

from forecast.models.structure import Structure
from forecast.scenarios.duals import Dual
from forecast.scenarios.shocks import Members, Move, Shifted

COUNTRY = 2

Path = Callable[[str], Dual]
"""Name of a link -> its path."""


class Sight:
    """What stands in the months of some futures.

    Parameters
    ----------
    structure : the links
    path : of each link, on its scale
    rate : log national unemployment rate
    moves : shocks
    """

    def __init__(self, structure: Structure, path: Path, rate: Dual, moves: Sequence[Move]) -> None:
        self._structure, self._path, self._rate = structure, path, rate
        self._shifted = Shifted(self._before, moves)
        self._known: dict[tuple[str, int], Dual] = {}
        self._fractions: tuple[Dual, ...] | None = None

    def persons(self, area: int, members: Members) -> Dual:
        """Full-time persons of some benefits in an area, after all shocks."""
        return self._shifted.persons(area, members)

    def part(self, area: int, part: int) -> Dual:
        """Full-time persons of a part outside the table; shocks do not touch it."""
        key, whole = self._structure.parts[part]
        members = frozenset(self._structure.benefits.index(k) for k in whole)
        out = self._before(COUNTRY, members) * self._path(f"part_land:{key}").expit()
        for below, where in ((1, "region"), (0, "area")):
            if area <= below:
                out = out * self._path(f"part_{where}:{key}").expit()
        return out

    def people(self, area: int) -> Dual:
        """Count the population aged 16-66."""
        country = self._kept("people", 0, lambda: self._path("population:befolkning_land").exp())
        return self._within(country, area, "befolkning")

    def force(self, area: int) -> Dual:
        """Labour force aged 16-66."""
        country = self._kept(
            "force",
            0,
            lambda: self.people(COUNTRY) * self._path("population:arbejdsstyrke_land").expit(),
        )
        return self._within(country, area, "arbejdsstyrke")

    def unemployed(self) -> Dual:
        """All unemployed of the country, before shocks."""
        return self._kept("unemployed", 0, lambda: self.force(COUNTRY) * self._rate.exp())

    def _within(self, country: Dual, area: int, what: str) -> Dual:
        out = country
        for below, where in ((1, "region"), (0, "kommune")):
            if area <= below:
                out = out * self._path(f"population:{what}_{where}").expit()
        return out

    def _kept(self, name: str, key: int, make: Callable[[], Dual]) -> Dual:
        if (name, key) not in self._known:
            self._known[name, key] = make()
        return self._known[name, key]

    def _before(self, area: int, members: Members) -> Dual:
        """Persons before shocks."""
        s = self._structure
        alive = sorted(k for k in members if k < len(s.benefits))
        every = range(len(s.unemployed))
        out = self._rate * 0.0 if not alive else None
        if area == COUNTRY and set(every) <= set(alive):
            out, alive = self.unemployed(), alive[len(s.unemployed) :]
        for k in alive:
            one = self._kept(str(area), k, lambda k=k: self._one(area, k))
            out = one if out is None else out + one
        assert out is not None  # noqa: S101 - one of the branches above made it
        return out

    def _one(self, area: int, benefit: int) -> Dual:
        s = self._structure
        key = s.benefits[benefit]
        if area == COUNTRY:
            if benefit < len(s.unemployed):
                return self.unemployed() * self._fraction(benefit)
            return self.people(COUNTRY) * self._path(f"national:{key}").expit()
        country = self._kept("2", benefit, lambda: self._one(COUNTRY, benefit))
        municipality = country * self._path(f"share_area:{key}").expit()
        if area == 0:
            return municipality
        rest = country - municipality
        return municipality + rest * self._path(f"share_region:{key}").expit()

    def _fraction(self, benefit: int) -> Dual:
        """Part of the country's unemployed that one benefit is."""
        if self._fractions is None:
            names = self._structure.unemployed
            base = self._rate * 0.0 + 1.0
            ratios = (base, *(self._path(f"composition:{k}").exp() for k in names[1:]))
            whole = base
            for ratio in ratios[1:]:
                whole = whole + ratio
            self._fractions = tuple(ratio / whole for ratio in ratios)
        return self._fractions[benefit]


def needed(structure: Structure, use: Callable[[Sight], object], moves: Sequence[Move]) -> set[str]:
    """Names of the links that something read off a sight depends on."""
    names: set[str] = set()
    zero = np.zeros((1, 1))

    def path(name: str) -> Dual:
        names.add(name)
        return Dual(zero, {})

    one = slice(0, 1)
    use(Sight(structure, path, Dual(zero, {}), [m.months(one).draws(one) for m in moves]))
    return names
