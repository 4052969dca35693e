"""The time left, told from what tasks of a kind have taken."""

import heapq

import numpy as np
import pytest

from forecast.run.time_left import TimeLeft

KINDS = {"quick": 0.3, "slow": 4.0, "link": 30.0}


def simulated(
    rng: np.random.Generator, workers: int, origins: int, unrest: float
) -> list[tuple[float, float | None, float]]:
    """When it was told, what was told, and what was true, as workers take task after task."""
    kinds = [kind for _ in range(origins) for kind in KINDS]
    left = TimeLeft(kinds, workers)
    waiting = iter(enumerate(kinds))
    running: list[tuple[float, int]] = []
    told: list[tuple[float, float | None]] = []
    now = 0.0
    for _ in range(len(kinds) + workers):
        for number, kind in waiting:
            left.begin(number, kind, now)
            took = KINDS[kind] * np.exp(unrest * rng.standard_normal())
            heapq.heappush(running, (now + took, number))
            if len(running) == workers:
                break
        if not running:
            break
        now, number = heapq.heappop(running)
        left.end(number, now)
        told.append((now, left.left(now)))
    return [(at, guess, now - at) for at, guess in told]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_it_is_right_within_a_third(workers: int, rng: np.random.Generator) -> None:
    told = simulated(rng, workers, 20, unrest=0.15)
    end = told[-1][0]
    known = [(guess, true) for at, guess, true in told if guess is not None and true > end / 20]
    assert len(known) > 30
    assert all(abs(guess - true) <= 0.3 * true for guess, true in known)


def test_nothing_is_said_of_what_was_never_timed(rng: np.random.Generator) -> None:
    told = simulated(rng, 1, 3, unrest=0)
    assert [guess is None for _, guess, _ in told] == [True, True, *7 * [False]]
    assert told[-1][1] == 0


def test_equal_tasks_are_told_exactly(rng: np.random.Generator) -> None:
    for _, guess, true in simulated(rng, 3, 10, unrest=0):
        if guess is not None:
            assert guess == pytest.approx(true, abs=1e-9)


def test_a_task_that_takes_longer_than_others_is_about_to_end() -> None:
    left = TimeLeft(["a", "a", "a"], 1)
    left.begin(0, "a", 0)
    left.end(0, 2)
    left.begin(1, "a", 2)
    assert left.left(3) == pytest.approx(1 + 2)
    assert left.left(9) == pytest.approx(2)


def test_the_list_of_kinds_is_the_callers() -> None:
    kinds = ["a", "b"]
    TimeLeft(kinds, 1).begin(0, "a", 0)
    assert kinds == ["a", "b"]
