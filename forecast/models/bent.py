"""What a scenario is to those who draw futures: it bends them, several at a time."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forecast.models.kernels import Floats, Ints
from forecast.models.season import Patterns
from forecast.models.states import Conditioner, Paths


class Bent(Protocol):
    """Futures under a scenario, E times those that were given, one for each draw of its errors.

    The first q have the first errors. Few of them are kept, so no path is computed before it is
    asked for.
    """

    @property
    def stated(self) -> Floats:
        """What the scenario's statements are about, in the futures that were given, (q, j)."""
        ...

    @property
    def count(self) -> int:
        """How many futures there are, E q."""
        ...

    def at(self, months: slice) -> Paths:
        """All futures in some months, (E q, S, m) and (E q, m)."""
        ...

    def whole(self, which: Ints) -> Paths:
        """Give some futures in all months, (k, S, T) and (k, T)."""
        ...


@dataclass(frozen=True)
class Unbent:
    """Futures left as they are.

    Attributes
    ----------
    paths, stated : of the free futures
    """

    paths: Paths
    stated: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.paths.rate)

    def at(self, months: slice) -> Paths:
        """Cut some months out."""
        return Paths(self.paths.links[:, :, months], self.paths.rate[:, months])

    def whole(self, which: Ints) -> Paths:
        """Take some of them."""
        return Paths(self.paths.links[which], self.paths.rate[which])


class Bend(Protocol):
    """A scenario."""

    @property
    def statements(self) -> int:
        """How many figures it states."""
        ...

    def __call__(self, c: Conditioner, free: Paths, season: Patterns, number: int) -> Bent:
        """Bend the q free futures of set `number`, with seasons (q, S, 12) and (q, 12)."""
        ...


class Identity:
    """Leave the free forecast as it is."""

    statements = 0

    def __call__(self, c: Conditioner, free: Paths, season: Patterns, number: int) -> Bent:
        """Give the free futures back."""
        del c, season, number
        return Unbent(free, np.empty((len(free.rate), 0)))


identity = Identity()
