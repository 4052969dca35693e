"""What stands beside a run's projections: benchmark and budget, read before anything is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from forecast.config.focus import focus_share
from forecast.config.run import RunConfig
from forecast.run import benchmark, budget, budget_read
from forecast.run.budget_futures import futures_of
from forecast.run.quantities import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from forecast.run.clock import Clock


@dataclass(frozen=True)
class Beside:
    """What was read.

    Attributes
    ----------
    benchmark : request and files of ``[benchmark]``; None without one
    budget : files of ``[budget]``; None without one
    """

    benchmark: tuple[benchmark.BenchmarkRequest, benchmark.Read] | None
    budget: budget_read.Read | None


class MadeBeside(NamedTuple):
    """What it came to."""

    benchmark: benchmark.Made | None
    budget: budget.Made | None

    def write(self, folder: Path, lang: str) -> None:
        """Write the tables and the workbook."""
        if self.benchmark is not None:
            self.benchmark.write(folder)
        if self.budget is not None:
            self.budget.write(folder, lang)


def read_beside(config: RunConfig, seed: int) -> Beside:
    """Read and check every file that a configuration names beside its figures.

    Raises
    ------
    ForecastError
        In one line, where a file cannot be used.
    """
    return Beside(_benchmark(config, seed), budget_read.of_run(config, seed))


def assess_beside(
    read: Beside, readers: Sequence[Reader], draws: int, target: Path, clock: Clock
) -> MadeBeside:
    """Compare with the published expectation, and count in kroner.

    Parameters
    ----------
    draws : number of futures that is written
    target : folder that the tables will be in
    """
    compared = priced = None
    if read.benchmark is not None:
        request, files = read.benchmark
        with clock.stage("benchmark"):
            moves = benchmark.moves_of(readers, files)
            compared = benchmark.assess(request, files, moves, str(target))
    if read.budget is not None:
        with clock.stage("budget"):
            priced = budget.assess(read.budget, futures_of(readers, draws), str(target))
    return MadeBeside(compared, priced)


def _benchmark(
    config: RunConfig, seed: int
) -> tuple[benchmark.BenchmarkRequest, benchmark.Read] | None:
    files = config.benchmark
    if files is None:
        return None
    request = benchmark.BenchmarkRequest(
        files.table,
        files.conditions,
        None,
        config.area,
        files.peers,
        focus_share(files.offers, "benchmark.offers"),
        focus_share(files.conversations, "benchmark.conversations"),
        seed,
        config.path.parent,
    )
    return request, benchmark.read_request(request)
