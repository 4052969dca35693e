"""Joint futures: every set of parameters with its paths, in an order that never changes.

Future ``k * sets + i`` belongs to the i-th set of parameters; the first `sets` futures therefore
hold each set once, and any number of them may be kept.

More futures are drawn than are kept (`chosen`): of the free forecast first, by what is read of it
alone, then of the errors of each scenario's bands, by what is read of that scenario alone. No
scenario therefore changes another, nor the free forecast.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future as Pending
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from forecast.config.model import LinkPriors
from forecast.core.threads import WORKERS
from forecast.models.bent import Bend, Bent, Unbent
from forecast.models.chosen import Chooser, Thresholds
from forecast.models.kernels import Floats, Ints
from forecast.models.problem import Layout, Parameters, Problem, layout
from forecast.models.season import Patterns, national_seasons, seasonal_links
from forecast.models.states import (
    Conditioner,
    Grid,
    Paths,
    condition,
    deviations,
    make_grid,
    mean_drift,
    mean_paths,
)

AT_A_TIME = 16
"""Sets of parameters whose candidates are held at a time."""

PILOT = 100
"""Sets of parameters, spread over all, whose candidates show where the thresholds lie."""


Keep = Callable[[Conditioner, Paths], Ints]
"""Parameters and paths of all candidates -> which to keep."""


@dataclass(frozen=True)
class Choice:
    """Keep the futures that stand best for what is read first.

    Attributes
    ----------
    candidates : even number of futures drawn for each set
    free : parameters and free paths -> what those kept are to stand for, (q, H)
    bent : paths of a scenario in `months` -> the same of its errors, (q, H)
    months : that the latter are read in
    """

    candidates: int
    free: Callable[[Conditioner, Paths], Floats]
    bent: Callable[[Paths], Floats]
    months: slice


@dataclass(frozen=True)
class Simulated:
    """Paths of the free forecast and of every bend of it.

    Attributes
    ----------
    sets : the parameters, in the order of the draws
    paths : one for each bend, draws first
    stated : one for each bend, (draws, j) its figures in the free forecast
    season : (draws, S, 12) and (draws, 12)
    drift : (draws, S) posterior mean drift a year
    grid : the months
    kept : (sets, futures) which of its set's candidates each future was
    """

    problem: Problem
    sets: tuple[Parameters, ...]
    paths: tuple[Paths, ...]
    stated: tuple[Floats, ...]
    season: Patterns
    drift: Floats
    grid: Grid
    kept: Ints


A = TypeVar("A")
B = TypeVar("B")


class _Drawn(NamedTuple):
    """A set's futures: candidates at first, then those kept."""

    number: int
    conditioner: Conditioner
    free: Paths
    kept: Ints
    bent: tuple[Bent, ...] = ()


def simulate(
    problem: Problem,
    priors: LinkPriors,
    sets: Sequence[Parameters],
    last_month: int,
    futures: int,
    bends: Sequence[Bend],
    rng: np.random.Generator,
    choice: Choice | None = None,
) -> Simulated:
    """Draw futures and bend them.

    Parameters
    ----------
    sets : parameters
    futures : even number of futures for each set, in pairs that mirror each other
    bends : one for each scenario; `identity` gives the free forecast itself
    choice : which futures to keep of more; by default as many are drawn as are kept
    """
    drawn = futures if choice is None else choice.candidates
    rate_season = national_seasons(priors, len(sets), drawn, rng)
    entropy = [int(n) for n in rng.integers(2**63, size=2)]
    season = Patterns(seasonal_links(problem, priors, len(sets), futures, rng), rate_season)
    # each set has its own random numbers and choices are made in turn, so which thread is first
    # changes nothing
    with ThreadPoolExecutor(WORKERS) as pool:
        source = _Source(problem, last_month, sets, drawn, bends, season, entropy, pool)
        keeper = _Keeper(futures, len(bends))
        if choice is not None and drawn > futures:
            keeper = _informed(source, choice, futures)
        size = (futures, len(sets), len(problem.series.names), len(source.grid.months))
        out = [_empty(size, bend.statements) for bend in bends]
        kept = np.empty((len(sets), futures), dtype=np.int64)
        drift = np.empty((len(sets), size[2]))
        for made, whole in source.finished(_spread_over(len(sets)), keeper):
            i = made.number
            kept[i], drift[i] = made.kept, mean_drift(made.conditioner)
            for to, bent, paths in zip(out, made.bent, whole, strict=True):
                to.paths.links[:, i], to.paths.rate[:, i] = paths
                to.stated[:, i] = bent.stated
    patterns = np.take_along_axis(rate_season, kept[:, :, None], axis=1)
    return Simulated(
        problem,
        tuple(sets),
        tuple(Paths(_flat(b.paths.links), _flat(b.paths.rate)) for b in out),
        tuple(_flat(b.stated) for b in out),
        Patterns(_flat(np.swapaxes(season.links, 0, 1)), _flat(np.swapaxes(patterns, 0, 1))),
        np.tile(drift, (futures, 1)),
        source.grid,
        kept,
    )


class _Source:
    """Draws the futures of a set of parameters, the same ones however often it is asked."""

    def __init__(
        self,
        problem: Problem,
        last_month: int,
        sets: Sequence[Parameters],
        futures: int,
        bends: Sequence[Bend],
        season: Patterns,
        entropy: Sequence[int],
        pool: ThreadPoolExecutor,
    ) -> None:
        self._pool = pool
        self._problem, self._parts, self._sets = problem, layout(problem), sets
        self._futures, self._bends, self._season = futures, bends, season
        self.grid = make_grid(problem, self._parts, last_month)
        self._seeds = np.random.SeedSequence(entropy).spawn(len(sets))

    @property
    def sets(self) -> int:
        """How many sets of parameters there are."""
        return len(self._sets)

    def run(self, order: Iterable[int], keep: Keep) -> Iterator[_Drawn]:
        """Futures kept of each set, bent, in the order asked for.

        Parameters
        ----------
        keep : parameters, paths of all candidates -> which to keep; called in the sets' order
        """
        candidates = _in_turn(self._pool, self._draw, order)
        yield from _in_turn(self._pool, self._bend, (_keep(one, keep) for one in candidates))

    def finished(
        self, order: Iterable[int], keeper: "_Keeper"
    ) -> Iterator[tuple[_Drawn, tuple[Paths, ...]]]:
        """Futures kept of each set, and their paths under every scenario with the errors kept."""

        def chosen() -> Iterator[tuple[_Drawn, tuple[Ints, ...]]]:
            for one in self.run(order, keeper.futures):
                yield one, tuple(keeper.errors(k, bent) for k, bent in enumerate(one.bent))

        yield from _in_turn(self._pool, _whole, chosen())

    def _draw(self, i: int) -> _Drawn:
        rng, p = np.random.default_rng(self._seeds[i]), self._sets[i]
        c, free = _free(self._problem, self._parts, self.grid, p, self._futures, rng)
        return _Drawn(i, c, free, np.arange(self._futures))

    def _bend(self, one: _Drawn) -> _Drawn:
        i = one.number
        season = Patterns(self._season.links[i], self._season.rate[i, one.kept])
        bent = (bend(one.conditioner, one.free, season, one.number) for bend in self._bends)
        return one._replace(bent=tuple(bent))


def _whole(made: tuple[_Drawn, tuple[Ints, ...]]) -> tuple[_Drawn, tuple[Paths, ...]]:
    one, errors = made
    paths = (bent.whole(which) for bent, which in zip(one.bent, errors, strict=True))
    return one, tuple(paths)


def _keep(one: _Drawn, keep: Keep) -> _Drawn:
    kept = keep(one.conditioner, one.free)
    return one._replace(kept=kept, free=Paths(one.free.links[kept], one.free.rate[kept]))


def _in_turn(
    pool: ThreadPoolExecutor, function: Callable[[A], B], items: Iterable[A]
) -> Iterator[B]:
    """Results in the order of the items, of which few are worked on ahead."""
    waiting: deque[Pending[B]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= AT_A_TIME:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Keeper:
    """Keeps the first futures and the first errors, or those that choosers choose."""

    def __init__(
        self,
        futures: int,
        bends: int,
        choice: Choice | None = None,
        free: Chooser | None = None,
        bent: Sequence[Chooser | None] = (),
    ) -> None:
        self._futures, self._choice = futures, choice
        self._free = free
        self._bent = bent or [None] * bends

    def futures(self, c: Conditioner, paths: Paths) -> Ints:
        """Which candidates to keep, (futures,); the second half mirrors the first."""
        half = self._futures // 2
        pairs = np.arange(half)
        if self._choice is not None and self._free is not None:
            pairs = self._free.choose(self._choice.free(c, paths), half)
        return np.concatenate([pairs, len(paths.rate) // 2 + pairs])

    def errors(self, which: int, bent: Bent) -> Ints:
        """Which bent future to keep of each future, (futures,)."""
        half, chooser = self._futures // 2, self._bent[which]
        drawn = np.zeros(half, dtype=np.int64)
        if self._choice is not None and chooser is not None and bent.count > 2 * half:
            values = self._choice.bent(bent.at(self._choice.months))
            values = values.reshape(-1, self._futures, values.shape[1])
            for pair in range(half):
                mirrored = np.concatenate([values[:, pair], values[:, half + pair]])
                drawn[pair] = chooser.choose(mirrored, 1)[0]
        return np.tile(drawn, 2) * self._futures + np.arange(self._futures)


def _informed(source: _Source, choice: Choice, futures: int) -> _Keeper:
    """Learn from some of the sets where the thresholds lie."""
    free: list[Floats] = []

    def look(c: Conditioner, paths: Paths) -> Ints:
        free.append(choice.free(c, paths))
        return np.concatenate(
            [np.arange(futures // 2), len(paths.rate) // 2 + np.arange(futures // 2)]
        )

    bent: dict[int, list[Floats]] = {}
    for made in source.run(_spread_over(source.sets)[:PILOT], look):
        for which, one in enumerate(made.bent):
            values = bent.setdefault(which, [])
            if one.count > futures:
                values.append(choice.bent(one.at(choice.months)))
    choosers = [
        Chooser(Thresholds.of(np.concatenate(values))) if values else None
        for values in bent.values()
    ]
    first = Chooser(Thresholds.of(np.concatenate(free)))
    return _Keeper(futures, len(choosers), choice, first, choosers)


def _spread_over(sets: int) -> list[int]:
    """Every set once, in an order whose beginning already is spread over all of them."""
    step = max(1, sets // PILOT)
    return [i for first in range(step) for i in range(first, sets, step)]


def _empty(size: tuple[int, int, int, int], statements: int) -> Unbent:
    futures, sets, links, months = size
    paths = Paths(np.empty((futures, sets, links, months)), np.empty((futures, sets, months)))
    return Unbent(paths, np.empty((futures, sets, statements)))


def _flat(values: Floats) -> Floats:
    """(futures, sets, ...) as (draws, ...)."""
    draws = values.shape[0] * values.shape[1]
    return np.ascontiguousarray(values).reshape(draws, *values.shape[2:])


def _free(
    problem: Problem,
    parts: Layout,
    grid: Grid,
    p: Parameters,
    futures: int,
    rng: np.random.Generator,
) -> tuple[Conditioner, Paths]:
    c = condition(problem, parts, grid, p)
    middle, away = mean_paths(c), deviations(c, futures // 2, rng)
    links = np.concatenate([middle.links + away.links, middle.links - away.links])
    return c, Paths(links, np.concatenate([middle.rate + away.rate, middle.rate - away.rate]))
