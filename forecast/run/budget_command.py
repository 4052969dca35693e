"""``forecast budget``: an earlier run in kroner, in a folder of its own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from forecast.errors import DataError
from forecast.report.budget import budget_text
from forecast.run.budget import Made, assess
from forecast.run.budget_futures import Futures, futures_in
from forecast.run.budget_read import BudgetRequest, Read, read_request
from forecast.run.clock import Clock, Progress, RunResult
from forecast.run.commands import OWN
from forecast.run.folder import MANIFEST, check_target, staged
from forecast.run.writing import PACKAGES


def run_budget(
    run_folder: Path, request: BudgetRequest, out: Path | None, lang: str, progress: Progress
) -> RunResult:
    """Price every scenario of a run.

    Parameters
    ----------
    run_folder : whose futures are priced
    request : the seed is that of the run

    Raises
    ------
    ForecastError
        In one line, where a file or price cannot be used.
    """
    target = run_folder.parent / f"{run_folder.name}-budget" if out is None else out
    check_target(target)
    clock = Clock(progress, lang)
    with clock.stage("read"):
        read, futures = _read(run_folder, request)
    with clock.stage("budget"):
        made = assess(read, futures, str(target))
    with clock.stage("report"), staged(target) as folder:
        made.write(folder, lang)
        _manifest(folder, run_folder, read.request)
    return RunResult(0, budget_text(made.view, lang), target)


def priced_run(run_folder: Path, request: BudgetRequest, to: str) -> Made:
    """Price every scenario of a run, and write nothing.

    Parameters
    ----------
    to : folder that is named to people
    """
    read, futures = _read(run_folder, request)
    return assess(read, futures, to)


def _read(run_folder: Path, request: BudgetRequest) -> tuple[Read, Futures]:
    """Read a run, with its seed, and the files of a request."""
    own = OWN if OWN.is_dir() else None
    futures = futures_in(run_folder, own)
    asked = replace(request, seed=_seed(run_folder), beside=own)
    return read_request(asked, futures.area, futures.groups, futures.months), futures


def _seed(folder: Path) -> int:
    path = folder / MANIFEST
    if not path.is_file():
        raise DataError(f"{folder}: no {MANIFEST}; name the folder of a run: outputs/gentofte")
    return int(json.loads(path.read_text(encoding="utf-8"))["seed"])


def _manifest(folder: Path, run_folder: Path, request: BudgetRequest) -> None:
    files = [run_folder / "draws.nc", *request.files]
    content = {
        "version": version("forecast"),
        "run": run_folder.name,
        "seed": request.seed,
        "prices": request.prices,
        "budgets": {str(year): value for year, value in (request.budgets or {}).items()},
        "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "packages": {name: version(name) for name in PACKAGES},
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
