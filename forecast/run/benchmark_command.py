"""``forecast benchmark``: the benchmark by itself, in a folder of its own."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from forecast import diagnostics
from forecast.report.benchmark import benchmark_text
from forecast.report.benchmark_page import benchmark_page
from forecast.run.benchmark import BenchmarkRequest, assess, moves_in, read_request
from forecast.run.clock import Clock, Progress, RunResult
from forecast.run.folder import MANIFEST, check_target, staged
from forecast.run.writing import PACKAGES

if TYPE_CHECKING:
    import pandas as pd


def run_benchmark(
    request: BenchmarkRequest, out: Path | None, lang: str, progress: Progress
) -> RunResult:
    """Assess a benchmark and write `benchmark.csv`, `supervision.csv` and the page.

    Raises
    ------
    ForecastError
        In one line, where a file cannot be used.
    """
    target = Path("outputs", request.table.stem) if out is None else out
    check_target(target)
    clock = Clock(progress, lang)
    with clock.stage("read"):
        read = read_request(request)
        folder = request.run_folder
        futures = {} if folder is None else moves_in(folder, read)
    with clock.stage("benchmark"):
        made = assess(request, read, futures, str(target))
    with clock.stage("report"), staged(target) as stage:
        made.write(stage)
        made.checks.to_csv(stage / "diagnostics.csv", index=False)
        (stage / "report.html").write_text(benchmark_page(made.view, lang), encoding="utf-8")
        _manifest(stage, request, made.checks)
    code = 3 if diagnostics.failed(made.checks) else 0
    return RunResult(code, benchmark_text(made.view, lang), target)


def _manifest(folder: Path, request: BenchmarkRequest, checks: pd.DataFrame) -> None:
    files = [request.table] + ([] if request.conditions is None else [request.conditions])
    judged = checks["verdict"].ne(diagnostics.INFO)
    columns = ["check", "quantity", "value", "threshold", "verdict"]
    content = {
        "version": version("forecast"),
        "area": request.area,
        "seed": request.seed,
        "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "packages": {name: version(name) for name in PACKAGES},
        "checks": checks.loc[judged, columns].to_dict("records"),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
