"""How long the rest of a list of tasks will take, from those that are done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


class TimeLeft:
    """Tasks of a few kinds, worked on by several workers.

    A task takes what tasks of its kind have taken so far on the average. Of kinds none of which is
    done nothing is known, so nothing is said until every kind has been timed.

    Parameters
    ----------
    kinds : kind of each task, in the order in which they are begun
    workers : tasks worked on at a time
    """

    def __init__(self, kinds: Sequence[str], workers: int) -> None:
        self._waiting = list(kinds)
        self._workers = workers
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._begun: dict[int, tuple[str, float]] = {}

    def begin(self, number: int, kind: str, now: float) -> None:
        """Note that a task is under way."""
        self._begun[number] = (kind, now)
        self._waiting.remove(kind)

    def end(self, number: int, now: float) -> None:
        """Note that a task is done."""
        kind, begun = self._begun.pop(number)
        self._seconds[kind].append(now - begun)

    def left(self, now: float) -> float | None:
        """Seconds until all are done; None while some kind has not been timed.

        Tasks are dealt to workers in their order, each to the one that is free first.
        """
        waiting = [*self._waiting, *(kind for kind, _ in self._begun.values())]
        if any(kind not in self._seconds for kind in waiting):
            return None
        mean = {kind: sum(taken) / len(taken) for kind, taken in self._seconds.items()}
        free = [max(mean[kind] - (now - begun), 0.0) for kind, begun in self._begun.values()]
        free += [0.0] * (self._workers - len(free))
        return _finish(free, [mean[kind] for kind in self._waiting])


def _finish(free: Sequence[float], tasks: Sequence[float]) -> float:
    ends = sorted(free)
    for seconds in tasks:
        ends[0] += seconds
        ends.sort()
    return max(ends, default=0.0)
