"""Coverage of the forecasts over simulated worlds with fixed truths.

    python -m tests.evidence.calibration --worlds 500 --shape published --seed 1 --workers 2

Every world is fitted by the model of the run, compiled once; its forecast two years ahead is scored
against what the world did. Beside it stands the forecast of who knows every level, drift, scale and
memory ("known"), which only draws states: it must cover what it says. Where it does and the fit
does not, the priors or the sampler are to blame; where neither does, a formula is.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import Final, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from forecast.models.link import Sizes
from tests.evidence.monthly import Monthly
from tests.evidence.published import Published
from tests.evidence.truth import Score

Shape = Literal["published", "monthly"]
SHAPES: Final = {"published": Published, "monthly": Monthly}
LEVELS: Final = (50, 80, 95)
BAND: Final = (0.75, 0.88)
"""Where the coverage of 80 pct. intervals is accepted."""

_CHUNK = 5  # worlds that a worker does before it reports


@dataclass(frozen=True)
class Result:
    """One world: scores of its two targets by the fit and by who knows the truth."""

    world: int
    fit: tuple[Score, Score]
    known: tuple[Score, Score]
    seconds: float
    total_seconds: float


@cache
def _shape(name: Shape) -> Published | Monthly:
    made = SHAPES[name]()
    _ = made.compiled
    return made


def run_worlds(name: Shape, worlds: Sequence[int], seed: int) -> list[Result]:
    """Simulate, fit and score worlds; the same seed and number give the same world."""
    shape = _shape(name)
    sampling = shape.priors.sampling
    sizes = Sizes(1, 300, 300, sampling.target_accept, sampling.max_depth, cores=1)
    out = []
    for number in worlds:
        rng = np.random.default_rng([seed, number])
        start = time.perf_counter()
        with threadpool_limits(limits=1):
            world = shape.world(rng)
            problem = shape.problem(world.panel) if name == "published" else shape.problem(world)
            begun = time.perf_counter()
            sets = shape.fit(problem, sizes, 150, seed=int(rng.integers(2**31)))
            seconds = time.perf_counter() - begun
            fit = shape.scores(world, problem, sets, 6, rng)
            sure, p = shape.known(problem)
            known = shape.scores(world, sure, [p], 900, rng)
        out.append(Result(number, fit, known, seconds, time.perf_counter() - start))
    return out


def calibrate(name: Shape, worlds: int, seed: int, workers: int) -> Iterator[list[Result]]:
    """Results in chunks as they come."""
    chunks = [range(worlds)[n : n + _CHUNK] for n in range(0, worlds, _CHUNK)]
    if workers == 1:
        yield from (run_worlds(name, chunk, seed) for chunk in chunks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(run_worlds, name, chunk, seed) for chunk in chunks]
        yield from (job.result() for job in as_completed(jobs))


def hits(results: Sequence[Result], target: int, level: int = 80, who: str = "fit") -> int:
    """How many intervals of a level held the truth of a target."""
    place = LEVELS.index(level)
    return sum(getattr(r, who)[target].inside[place] for r in results)


def summary(name: Shape, results: Sequence[Result]) -> str:
    """Coverage with its Monte Carlo error, width, PIT and time, in lines."""
    n, seconds = len(results), [r.seconds for r in results]
    total = float(np.mean([r.total_seconds for r in results]))
    lines = [
        f"{name}: {n} worlds, {np.mean(seconds):.2f} s a fit (longest {max(seconds):.2f}), "
        f"{total:.2f} s a world"
    ]
    for target, label in enumerate(SHAPES[name].targets):
        for who in ("fit", "known"):
            scores = [getattr(r, who)[target] for r in results]
            parts = []
            for level in LEVELS:
                p = hits(results, target, level, who) / n
                parts.append(f"{level}%: {100 * p:.1f} ± {100 * math.sqrt(p * (1 - p) / n):.1f}")
            pits = np.array([s.pit for s in scores])
            width = np.mean([s.width for s in scores])
            lines.append(
                f"  {label:<9} {who:<5} {'  '.join(parts)}  width of 80% {width:.3f} of truth  "
                f"PIT mean {pits.mean():.3f} sd {pits.std():.3f} (uniform 0.5, 0.289)"
            )
    return "\n".join(lines)


def main() -> None:
    """Run from the command line, with a summary every 20 worlds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--shape", choices=sorted(SHAPES), required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    results: list[Result] = []
    for chunk in calibrate(given.shape, given.worlds, given.seed, given.workers):
        results.extend(chunk)
        if len(results) % 20 < _CHUNK or len(results) == given.worlds:
            sys.stdout.write(summary(given.shape, results) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
