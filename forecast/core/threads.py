"""Work on several things at a time, with results that do not ask which thread was first.

NumPy and compiled code let go of the interpreter within their loops, so threads are enough.
"""

# pyright: reportMissingTypeStubs=false

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

WORKERS = 2
"""Things worked on at a time."""

A = TypeVar("A")
B = TypeVar("B")


def together(work: Callable[[A], B], items: Iterable[A], workers: int = WORKERS) -> tuple[B, ...]:
    """Results in the order of the items; linear algebra keeps to the thread of its item."""
    with threadpool_limits(limits=1), ThreadPoolExecutor(workers) as pool:
        return tuple(pool.map(work, items))


def side_by_side(
    work: Callable[[A, np.random.Generator], B],
    items: Sequence[A],
    rng: np.random.Generator,
    workers: int = WORKERS,
) -> tuple[B, ...]:
    """Results in the order of the items, each of which has random numbers of its own.

    Parameters
    ----------
    workers : one where others work beside this; the results are the same
    """
    pairs = zip(items, rng.spawn(len(items)), strict=True)
    return together(lambda pair: work(*pair), pairs, workers)
