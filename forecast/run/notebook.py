"""What a notebook asks of an earlier run, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.run.benchmark import BenchmarkRequest, assess, moves_in, read_request
from forecast.run.budget_command import priced_run
from forecast.run.budget_read import BudgetRequest

if TYPE_CHECKING:
    import pandas as pd


def estimate_budget(
    run_folder: Path | str,
    *,
    budgets: Mapping[int, float] | None = None,
    account: tuple[int, float] | None = None,
    prices: str = "ydelser",
) -> pd.DataFrame:
    """Price a run's futures; the same table as ``budget.csv``.

    Parameters
    ----------
    run_folder : folder of an earlier run
    budgets : year -> kroner net, whose risk is told
    account : year and kroner net that prices are reconciled with; by default the published one
    prices : name of a file in ``prices/``

    Raises
    ------
    ForecastError
        Where the folder is no run, or a benefit has no price.
    """
    request = BudgetRequest(prices, account=account, budgets=budgets)
    return priced_run(Path(run_folder), request, "").view.table


def assess_benchmark(
    table: Path | str,
    *,
    run_folder: Path | str | None = None,
    conditions: Path | str | None = None,
    area: str = "Gentofte",
) -> pd.DataFrame:
    """Compare a municipality with its published expectation; the same table as ``benchmark.csv``.

    Parameters
    ----------
    table : file of jobindsats' table y30r21
    run_folder : earlier run whose futures say how the municipality will move
    conditions : file of framework conditions, for our own expectation
    area : municipality

    Raises
    ------
    ForecastError
        Where a file cannot be used.
    """
    own = None if conditions is None else Path(conditions)
    request = BenchmarkRequest(Path(table), own, area=area)
    read = read_request(request)
    futures = {} if run_folder is None else moves_in(Path(run_folder), read)
    return assess(request, read, futures, "").view.benchmark
