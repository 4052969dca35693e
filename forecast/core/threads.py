"""Work on several things at a time, with results that do not ask which thread was first.

NumPy and compiled code let go of the interpreter within their loops, so threads are enough.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

WORKERS = 2
"""Things worked on at a time."""

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(
    work: Callable[[A, np.random.Generator], B], items: Sequence[A], rng: np.random.Generator
) -> tuple[B, ...]:
    """Results in the order of the items, each of which has random numbers of its own."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return tuple(pool.map(work, items, rng.spawn(len(items))))
