"""Shocks: people who leave a group, come into one, or move from one to another.

A shock acts on full-time persons. Stated for one area, with a share e or a number d of persons of
the group they leave,

* in that area:      P' = P - e P            or  P - d;
* in areas in it:    the same share leaves   e P_b, or d P_b / P;
* in areas about it: the same persons leave  e P,   or d;

and those who leave appear in the group they move to, in the same area, or in no benefit. Between
the parts of a group they are divided as the group itself is. Shocks follow one another: the second
sees what the first has left.

The size over time, with k = 0, 1, ... the months since its first:

* lasting:    1, reached in equal steps over `phase_in` months, until its last month;
* temporary:  2^(-k / half_life), fading by half in so many months;
* settling:   1 - exp(-(k + 1) / duration), as a stock follows its new mean duration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from forecast.config.scenario import Shock
from forecast.errors import ConfigError
from forecast.models.kernels import Floats, Ints
from forecast.scenarios.duals import Dual

N = TypeVar("N", Floats, Dual)
"""What shocks compute with: persons, or persons with derivatives."""

Members = frozenset[int]
Persons = Callable[[int, Members], N]
"""Area (0 the municipality, 2 the country) and benefits -> their full-time persons."""


@dataclass(frozen=True)
class Move:
    """A shock with the places of its area and benefits.

    Attributes
    ----------
    area : 0 the municipality, 1 its half of the country, 2 the country
    source, target : benefits left and entered; one of them may be empty
    amount : (q or 1, T) share of the source, or persons, in every month
    relative : whether `amount` is a share
    name : for messages
    """

    area: int
    source: Members
    target: Members
    amount: Floats
    relative: bool
    name: str

    def months(self, places: Ints | slice) -> Move:
        """Take some months of it."""
        return Move(
            self.area, self.source, self.target, self.amount[:, places], self.relative, self.name
        )

    def draws(self, places: Ints | slice) -> Move:
        """Take some draws of it, all alike where its size is known."""
        amount = self.amount if len(self.amount) == 1 else self.amount[places]
        return Move(self.area, self.source, self.target, amount, self.relative, self.name)


def shape(shock: Shock, months: Ints) -> Floats:
    """Size of a shock in every month, (T,), 1 where it is whole."""
    since = (months - shock.first).astype(np.float64)
    size = np.ones(len(months))
    if shock.phase_in:
        size = np.minimum((since + 1.0) / shock.phase_in, 1.0)
    if shock.half_life:
        size = size * np.exp2(
            -np.maximum(since - max(shock.phase_in - 1, 0), 0.0) / shock.half_life
        )
    if shock.duration:
        size = size * -np.expm1(-(np.maximum(since, 0.0) + 1.0) / shock.duration)
    over = since < 0
    if shock.last is not None:
        over |= months > shock.last
    return np.where(over, 0.0, size)


class Shifted(Generic[N]):
    """Persons after shocks, from persons before them."""

    def __init__(self, before: Persons[N], moves: Sequence[Move]) -> None:
        self._before, self._moves = before, tuple(moves)
        self._known: dict[tuple[int, Members, int], N] = {}

    def persons(self, area: int, members: Members, after: int | None = None) -> N:
        """Persons of some benefits in an area after the first `after` shocks, by default all."""
        last = len(self._moves) if after is None else after
        if last == 0:
            return self._before(area, members)
        key = (area, members, last)
        if key not in self._known:
            found = self.persons(area, members, last - 1)
            move = self._moves[last - 1]
            out, into = members & move.source, members & move.target
            if out and not (move.source <= members and move.target and move.target <= members):
                found = found - self._part(area, out, move.source, last)
            if into and not (move.source and move.source <= members and move.target <= members):
                found = found + self._part(area, into, move.target, last)
            self._known[key] = found
        return self._known[key]

    def _part(self, area: int, some: Members, whole: Members, last: int) -> N:
        """Persons who move in an area, as far as they are of some benefits of a group."""
        moved = self._moved(area, last)
        if some == whole:
            return moved
        return moved * (self.persons(area, some, last - 1) / self.persons(area, whole, last - 1))

    def _moved(self, area: int, last: int) -> N:
        """Persons that a shock moves in an area."""
        move = self._moves[last - 1]
        group = move.source or move.target
        here = min(area, move.area)
        whole = self.persons(here, group, last - 1)
        if move.relative:
            return whole * move.amount
        if area >= move.area:
            return whole * 0.0 + move.amount
        return whole / self.persons(move.area, group, last - 1) * move.amount


def shifted(persons: Floats, moves: Sequence[Move], checked: bool = True) -> Floats:
    """Full-time persons after shocks, (draws, 3, K, T).

    Parameters
    ----------
    persons : (draws, 3, K, T) before them
    moves : in the same months
    checked : whether to refuse a shock that takes out more than there are

    Raises
    ------
    ConfigError
        If fewer persons are in a group, on some draw and month, than a shock takes out of it.
    """
    after = Shifted(lambda area, members: persons[:, area, sorted(members)].sum(axis=1), moves)
    touched = sorted({k for move in moves for k in move.source | move.target})
    out = persons.copy()
    for n, move in enumerate(moves, start=1) if checked else ():
        _check_left(after, persons.shape[1], move, n)
    for area in range(persons.shape[1]):
        for k in touched:
            out[:, area, k] = after.persons(area, frozenset([k]))
    return out


def _check_left(after: Shifted, areas: int, move: Move, number: int) -> None:
    """Refuse a shock that takes more persons out of a group than are in it."""
    for area in range(areas) if move.source else ():
        left = after.persons(area, move.source, number)
        if left.min() < 0.0:
            bad = np.unravel_index(left.argmin(), left.shape)
            before = after.persons(area, move.source, number - 1)
            draws = int(np.any(left < 0.0, axis=1).sum())
            raise ConfigError(
                f"{move.name}: takes {before[bad] - left[bad]:.0f} full-time persons out of a "
                f"group that holds {before[bad]:.0f} on one of the futures (fewer than it takes "
                f"on {draws} of {len(left)}); state fewer, or a share of the group in pct."
            )
