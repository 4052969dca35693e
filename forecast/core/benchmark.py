"""The published benchmark, and framework conditions, as arrays over municipalities."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.core.period import Window
from forecast.errors import AlignmentError, nearest

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class BenchmarkTable:
    """Expected and actual full-time persons and shares of every municipality.

    Attributes
    ----------
    areas : A municipalities
    groups : G keys of ``benchmark.toml``, the sum of the others first
    windows : P windows of twelve months, oldest first; they may overlap
    expected, actual : (A, G, P) full-time persons, NaN where missing
    expected_share, actual_share : (A, G, P) fractions of the residents aged 16-66
    rank : (A, G, P) as published, 1 the municipality furthest below its expectation
    source : file
    notes : what a reader must know
    """

    areas: tuple[str, ...]
    groups: tuple[str, ...]
    windows: tuple[Window, ...]
    expected: Floats
    actual: Floats
    expected_share: Floats
    actual_share: Floats
    rank: Floats
    source: str
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> Floats:
        """Actual less expected share, (A, G, P)."""
        return self.actual_share - self.expected_share

    @property
    def residents(self) -> Floats:
        """Residents that shares are of, by the group in all, (A, P)."""
        return self.actual[:, 0] / self.actual_share[:, 0]

    def position(self, area: str) -> int:
        """Place of a municipality.

        Raises
        ------
        AlignmentError
            If it is not in the table.
        """
        if area not in self.areas:
            raise AlignmentError(
                f"{self.source}: no row of '{area}'{nearest(area, self.areas)}; expected one of "
                f"its {len(self.areas)} municipalities"
            )
        return self.areas.index(area)

    def until(self, count: int) -> BenchmarkTable:
        """Keep the first half-years."""
        cut = {
            name: getattr(self, name)[:, :, :count]
            for name in ("expected", "actual", "expected_share", "actual_share", "rank")
        }
        return replace(self, windows=self.windows[:count], **cut)


@dataclass(frozen=True)
class Conditions:
    """Framework conditions of municipalities, one cross-section.

    Attributes
    ----------
    areas : A municipalities
    keys : k conditions of ``benchmark.toml``
    values : (A, k), NaN where missing
    region, kind : (A,) administrative region, and kind of municipality
    source : file
    """

    areas: tuple[str, ...]
    keys: tuple[str, ...]
    values: Floats
    region: tuple[str, ...]
    kind: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Share:
    """A share that counts for a fokusmål.

    Attributes
    ----------
    value : fraction
    persons : that it is of; None where that is not known, and the share is taken as it is
    """

    value: float
    persons: int | None = None

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw what the share may be: by Jeffreys' prior, as much as so many persons say."""
        if self.persons is None:
            return np.full(count, self.value)
        failing = self.value * self.persons
        return rng.beta(failing + 0.5, self.persons - failing + 0.5, size=count)
