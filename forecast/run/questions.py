"""Questions to a saved fit: scenarios beside one another, the reverse question, and a check."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast import diagnostics
from forecast.config import ScenarioSpec, Statement
from forecast.core.tree import Tree
from forecast.errors import ConfigError, OutputError
from forecast.models.link import parameters, projected_raw
from forecast.report.comparison import compared, holds
from forecast.report.reverse import reversed_
from forecast.run.archive import read_fit
from forecast.run.clock import Clock, Progress, RunResult
from forecast.run.commands import chosen, what_if
from forecast.run.comparison import comparison, distances
from forecast.run.quantities import Reader
from forecast.run.stages import Fit, Projected, futures
from forecast.scenarios.compare import steps
from forecast.scenarios.reverse import SPREAD, crossing

if TYPE_CHECKING:
    import pandas as pd

Settings = Callable[[Tree], tuple[Statement, ...]]


def run_compare(
    run_folder: Path,
    scenarios: Sequence[str],
    settings: Settings | None,
    out: Path | None,
    lang: str,
    progress: Progress,
) -> RunResult:
    """Compare scenarios with the first of them, draw by draw, and write `comparison.csv`."""
    clock, path = Clock(progress, lang), _place(run_folder, out, "comparison.csv")
    with clock.stage("read"):
        fitted = read_fit(run_folder)
        specs = list(chosen(fitted.inputs, scenarios))
        if settings is not None:
            own = what_if(specs[-1], settings(fitted.inputs.config.tree))
            fitted.inputs.config.check(own)
            specs.append(own)
        if len(specs) < 2:
            raise ConfigError(
                "scenario compare: found one scenario; expected two or more, the base first, as in "
                "forecast scenario compare outputs/gentofte free oer-2020-08"
            )
    grown = {spec.id: [one for _, one in steps(spec)] for spec in specs[1:]}
    with clock.stage("project"):
        # one statement says all that its scenario does
        several = [one for parts in grown.values() if len(parts) > 1 for one in parts]
        made = {p.spec.id: p for p in _projected(fitted, [*specs, *several])}
    readers = {name: _reader(fitted, p) for name, p in made.items()}
    table = comparison(
        fitted.inputs,
        [readers[spec.id] for spec in specs],
        {
            name: [readers[one.id] for one in parts]
            for name, parts in grown.items()
            if len(parts) > 1
        },
    )
    _write(table, path)
    return RunResult(0, compared(table, specs, fitted.inputs.config, path, lang), run_folder)


def run_check(run_folder: Path, scenario: str, lang: str, progress: Progress) -> RunResult:
    """Impose a scenario on a run's futures, and say how far it lies from the free forecast."""
    clock = Clock(progress, lang)
    with clock.stage("read"):
        fitted = read_fit(run_folder)
        (spec,) = chosen(fitted.inputs, [scenario])
    with clock.stage("project"):
        (made,) = _projected(fitted, [spec], chosen_futures=False)
    stated = made.stated
    checks = diagnostics.scenario_checks(
        distances([made]), {} if stated is None else stated.effective
    )
    return RunResult(3 if diagnostics.failed(checks) else 0, holds(checks, lang), run_folder)


@dataclass(frozen=True)
class Reverse:
    """A reverse question.

    Attributes
    ----------
    event, above : a figure with its value, and whether the event is to lie above it
    lever : the figure that is set, as a statement whose value does not matter
    level : probability
    """

    event: Statement
    above: bool
    lever: Statement
    level: float


def run_reverse(
    run_folder: Path,
    scenario: str | None,
    question: Callable[[Tree], Reverse],
    out: Path | None,
    lang: str,
    progress: Progress,
) -> RunResult:
    """Find the value of one figure at which an event becomes as likely as asked."""
    import pandas as pd

    clock, path = Clock(progress, lang), _place(run_folder, out, "reverse.csv")
    with clock.stage("read"):
        fitted = read_fit(run_folder)
        config = fitted.inputs.config
        (base,) = chosen(fitted.inputs, [scenario or "free"])
        asked = question(config.tree)
        lever, event = asked.lever, asked.event
        config.check(what_if(base, (lever,)))

    def happens(projected: Projected) -> float:
        values = _reader(fitted, projected).one(
            event.area, event.group, event.measure, event.window
        )
        hit = values > event.value if asked.above else values < event.value
        return float(hit.mean())

    def chance(values: Sequence[float]) -> list[float]:
        specs = [
            replace(what_if(base, (replace(lever, value=v),)), id=f"reverse[{k}]")
            for k, v in enumerate(values)
        ]
        return [happens(p) for p in _projected(fitted, specs, chosen_futures=False)]

    with clock.stage("project"):
        (free,) = _projected(fitted, [base], chosen_futures=False)
        now = _reader(fitted, free).one(lever.area, lever.group, lever.measure, lever.window)
        found = crossing(chance, [float(q) for q in np.quantile(now, SPREAD)], asked.level)
    table = pd.DataFrame({"lever": found.values, "probability": found.chances})
    table = table.assign(
        scenario=base.id,
        lever_figure=_figure(lever),
        lever_unit=lever.unit.value,
        event=f"{_figure(event)} {'>' if asked.above else '<'} {event.value:g}",
        event_unit=event.unit.value,
        asked=asked.level,
        crossing=np.nan if found.at is None else found.at,
        now_median=float(np.median(now)),
        now_probability=happens(free),
    )
    _write(table, path)
    groups = config.tree.groups
    text = reversed_(table, lever, event, asked.above, base, path, lang, groups)
    return RunResult(0, text, run_folder)


def _figure(s: Statement) -> str:
    return ".".join(filter(None, (s.area, s.group, s.measure.value))) + f"@{s.window.code}"


def _projected(
    fitted: Fit, specs: Sequence[ScenarioSpec], chosen_futures: bool = True
) -> list[Projected]:
    inputs = fitted.inputs
    sets = parameters(projected_raw(fitted.posterior), inputs.problem, inputs.priors)
    drawn = None if chosen_futures else inputs.priors.sampling.futures_per_draw
    return futures(inputs, inputs.problem, sets, specs, fitted.seed, drawn)


def _reader(fitted: Fit, projected: Projected) -> Reader:
    return Reader(projected, fitted.inputs.config.tree, fitted.inputs.structure)


def _place(run_folder: Path, out: Path | None, name: str) -> Path:
    """Find where a table goes, before any work is done.

    Raises
    ------
    OutputError
        If the folder that was asked for is not there.
    """
    if out is not None and not out.is_dir():
        raise OutputError(f"{out}: no such folder; make it, or choose another with --out")
    return (run_folder if out is None else out) / name


def _write(table: pd.DataFrame, path: Path) -> None:
    """Write beside the file and swap in when whole."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        table.to_csv(part, index=False)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
