"""What the command line calls: everything at once, or one stage."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast import diagnostics
from forecast.config import ScenarioSpec, Statement, extended, load_scenario
from forecast.config.base import at
from forecast.config.scenario import check_once
from forecast.core.tree import Tree
from forecast.errors import ConfigError
from forecast.models.link import parameters, prior_raw
from forecast.models.structure import UNEMPLOYED
from forecast.run import tables
from forecast.run.archive import POSTERIOR, read_fit, read_run, save_posterior
from forecast.run.beside import Beside, assess_beside, read_beside
from forecast.run.clock import Clock, Progress, RunResult
from forecast.run.comparison import distances
from forecast.run.folder import check_target, staged
from forecast.run.presenting import Views, present
from forecast.run.quantities import Reader, median_error
from forecast.run.shift import prior_shift
from forecast.run.stages import Fit, Inputs, Projected, fit, futures, load, project
from forecast.run.writing import write_draws, write_manifest, write_tables
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

_PRIOR_SETS = 120
OUTPUTS, OWN = Path("outputs"), Path("configs")
"""Where results go, and where a user's own scenarios lie, in the working directory."""

WHAT_IF = ("hvad-hvis", "Hvad hvis", "What if")


def run_all(
    config: Path | None,
    out: Path | None,
    scenarios: Sequence[str],
    seed: int | None,
    lang: str,
    progress: Progress,
) -> RunResult:
    """Read, fit, project and report."""
    clock = Clock(progress, lang)
    with clock.stage("read"):
        inputs = load(config)
        specs = chosen(inputs, scenarios)
        target = _target(inputs, out)
        check_target(target)
        beside = read_beside(inputs.config, inputs.config.seed if seed is None else seed)
    with clock.stage("fit"):
        fitted = fit(inputs, seed)
    return _finish(fitted, specs, target, lang, clock, beside)


def run_fit(
    config: Path | None, out: Path | None, seed: int | None, lang: str, progress: Progress
) -> RunResult:
    """Read and fit; the folder holds the posterior, its verdict and the manifest."""
    clock = Clock(progress, lang)
    with clock.stage("read"):
        inputs = load(config)
        target = _target(inputs, out)
        check_target(target)
    with clock.stage("fit"):
        fitted = fit(inputs, seed)
    checks = diagnostics.posterior_checks(fitted.posterior, inputs.priors.verdict)
    with clock.stage("report"), staged(target) as folder:
        save_posterior(fitted, folder / POSTERIOR)
        checks.to_csv(folder / "diagnostics.csv", index=False)
        write_manifest(folder, inputs, fitted.seed, (), clock.seconds, checks)
    return RunResult(_code(checks), _checks_text(checks, lang), target)


def run_project(
    run_folder: Path,
    scenarios: Sequence[str],
    settings: Callable[[Tree], tuple[Statement, ...]] | None,
    out: Path | None,
    lang: str,
    progress: Progress,
) -> RunResult:
    """Project scenarios from a saved fit.

    Parameters
    ----------
    settings : areas and groups of the run -> statements put on the last of the scenarios, as one
        more
    out : without it the run's own folder is renewed, with its posterior as it was
    """
    clock = Clock(progress, lang)
    with clock.stage("read"):
        fitted, beside = read_run(run_folder)
        specs = chosen(fitted.inputs, scenarios)
        if settings is not None:
            kept = specs if scenarios else specs[:1]
            own = what_if(kept[-1], settings(fitted.inputs.config.tree))
            fitted.inputs.config.check(own)
            specs = (*kept, own)
        target = run_folder if out is None else out
        check_target(target)
    return _finish(fitted, specs, target, lang, clock, beside, kept=run_folder / POSTERIOR)


def run_diagnose(run_folder: Path, lang: str) -> RunResult:
    """Say whether a saved fit can be believed."""
    fitted = read_fit(run_folder)
    checks = diagnostics.posterior_checks(fitted.posterior, fitted.inputs.priors.verdict)
    return RunResult(_code(checks), _checks_text(checks, lang), run_folder)


def _finish(
    fitted: Fit,
    specs: Sequence[ScenarioSpec],
    target: Path,
    lang: str,
    clock: Clock,
    beside: Beside,
    kept: Path | None = None,
) -> RunResult:
    from threadpoolctl import threadpool_limits

    # all matrices here are small: a second thread of linear algebra only gets in the way
    with threadpool_limits(limits=1):
        return _finished(fitted, specs, target, lang, clock, beside, kept)


def _finished(
    fitted: Fit,
    specs: Sequence[ScenarioSpec],
    target: Path,
    lang: str,
    clock: Clock,
    beside: Beside,
    kept: Path | None,
) -> RunResult:
    import pandas as pd

    inputs = fitted.inputs
    with clock.stage("project"):
        readers = _readers(inputs, project(fitted, specs))
        before = _readers(inputs, _prior_futures(inputs, specs, fitted.seed))
    made_beside = assess_beside(beside, readers, inputs.config.draws, target, clock)
    with clock.stage("report"), staged(target) as folder:
        checks = _checks(fitted, readers)
        if made_beside.benchmark is not None:
            checks = pd.concat([checks, made_beside.benchmark.checks], ignore_index=True)
        made_beside.write(folder, lang)
        made = {
            "projections": tables.projections(inputs, readers),
            "keyfigures": tables.key_figures(inputs, readers),
            "findings": tables.findings(inputs, readers),
            "published": tables.published_beside(inputs),
            "decomposition": tables.decomposition(inputs, readers),
            "prior_shift": prior_shift(inputs, before, readers),
            "diagnostics": checks,
        }
        write_tables(folder, made)
        write_draws(folder, readers, inputs.config.draws)
        if kept is None:
            save_posterior(fitted, folder / POSTERIOR)
        else:
            shutil.copyfile(kept, folder / POSTERIOR)
        compared, priced = made_beside
        views = Views(
            None if compared is None else compared.view, None if priced is None else priced.view
        )
        text, page = present(inputs, made, specs, target, lang, fitted.seed, views)
        (folder / "report.html").write_text(page, encoding="utf-8")
        write_manifest(folder, inputs, fitted.seed, specs, clock.seconds, checks)
    return RunResult(_code(checks), text, target)


def _readers(inputs: Inputs, made: Sequence[Projected]) -> list[Reader]:
    return [Reader(p, inputs.config.tree, inputs.structure) for p in made]


def _prior_futures(inputs: Inputs, specs: Sequence[ScenarioSpec], seed: int) -> list[Projected]:
    """Futures without any figure: what the priors alone say under the same scenarios."""
    figures = inputs.problem.figures
    blind = replace(inputs.problem, figures=replace(figures, sd=np.full(len(figures.sd), 1e6)))
    raw = prior_raw(inputs.problem, inputs.priors, _PRIOR_SETS, np.random.default_rng([seed, 2]))
    sets = parameters(raw, inputs.problem, inputs.priors)
    kept = inputs.priors.sampling.futures_per_draw
    return futures(inputs, blind, sets, specs, seed, candidates=kept, checked=False)


def _checks(fitted: Fit, readers: Sequence[Reader]) -> pd.DataFrame:
    import pandas as pd

    inputs, window = fitted.inputs, fitted.inputs.config.headline
    sets = int(fitted.posterior["sample_stats"]["projected"].values.sum())
    errors: dict[str, tuple[float, float]] = {}
    for reader in readers:
        for area in inputs.structure.areas:
            values = reader.one(area, UNEMPLOYED, Measure.LEDIGHEDSPROCENT, window)
            name = (
                f"{area} / {Measure.LEDIGHEDSPROCENT} / {window.code} / {reader.projected.spec.id}"
            )
            errors[name] = (median_error(values, sets), 0.0005)
    projected = [r.projected for r in readers]
    stated = [p.stated for p in projected if p.stated is not None]
    effective = {name: value for s in stated for name, value in s.effective.items()}
    tables = (
        diagnostics.posterior_checks(fitted.posterior, inputs.priors.verdict),
        diagnostics.precision_checks(errors),
        diagnostics.scenario_checks(distances(projected), effective),
    )
    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def chosen(inputs: Inputs, scenarios: Sequence[str]) -> tuple[ScenarioSpec, ...]:
    """Find the scenarios that are named, by default those of the configuration.

    A file in ``configs/scenarios/`` of the working directory comes first: a scenario is no part of
    a fit, and may have been changed since.

    Raises
    ------
    ConfigError
        If there is no such scenario, or it cannot be used in this run.
    """
    if not scenarios:
        return inputs.config.scenarios
    return tuple(_named(inputs, name) for name in dict.fromkeys(scenarios))


def _named(inputs: Inputs, name: str) -> ScenarioSpec:
    here = OWN / f"scenarios/{name}.toml"
    if name.endswith(".toml") or not here.is_file():
        return inputs.config.scenario(name)
    spec = load_scenario(name, OWN, inputs.config.tree)
    with at(str(here)):
        inputs.config.check(spec)
    return spec


def what_if(base: ScenarioSpec, statements: tuple[Statement, ...]) -> ScenarioSpec:
    """Put the statements of a command line on a scenario.

    Raises
    ------
    ConfigError
        If the scenario mixes others, or two statements are about one figure.
    """
    if base.mix:
        raise ConfigError(
            f"--set: found on '{base.id}', which mixes scenarios; expected one of those it mixes"
        )
    with at("--set"):
        check_once(statements)
    name, danish, english = WHAT_IF
    return replace(
        base,
        id=name,
        title_da=danish if base.is_free else f"{danish}, {base.title_da}",
        title_en=english if base.is_free else f"{english}, {base.title_en}",
        statements=extended(base, statements),
    )


def _target(inputs: Inputs, out: Path | None) -> Path:
    return OUTPUTS / inputs.config.stem if out is None else out


def _code(checks: pd.DataFrame) -> int:
    return 3 if diagnostics.failed(checks) else 0


def _checks_text(checks: pd.DataFrame, lang: str) -> str:
    from forecast.report.words import number

    note, words = ("note_en", "en") if lang == "en" else ("note_da", "da")
    lines = [
        f"{'✓' if row['verdict'] == diagnostics.PASS else '✗'} {row['check']:<12} "
        f"{number(row['value'], lang=words, decimals=3):>10} {row['threshold']:>8}  {row[note]}"
        for row in checks.to_dict("records")
    ]
    return "\n".join(lines)
