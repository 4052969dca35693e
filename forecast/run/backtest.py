"""Backtests: draws of every method from every origin, their scores, and the tables of both."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.config import BacktestConfig
from forecast.config.breaks import placed
from forecast.core.monthly import SHORTEST_HISTORY, MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import ConfigError, ConvergenceError, DataError
from forecast.evaluation import online
from forecast.evaluation.backtest import Outcome, Plan, Series, series_of
from forecast.evaluation.league import Mishaps, Standing, joined, league
from forecast.evaluation.online import STACK
from forecast.evaluation.stacking import Terms
from forecast.evaluation.table import Scored
from forecast.models.registry import method
from forecast.report.backtest import LeagueData, league_text
from forecast.report.calibration import coverage_svg, pit_svg
from forecast.report.catalogue import Lang
from forecast.run import backtest_work as work
from forecast.run.backtest_tables import league_table, write_backtest
from forecast.run.backtest_work import Done, crew
from forecast.run.folder import check_target, staged
from forecast.run.resume import Store, fingerprint
from forecast.run.time_left import TimeLeft
from forecast.sources.area_parents import nation_of
from forecast.sources.monthly import MonthlyReading, read_monthly
from forecast.sources.published_path import load_published_paths
from forecast.vocabulary import GROUP

Task = tuple[str, int]
"""A method and an origin."""

STEP = 3
"""Months between origins where none are named."""

LEAST_AHEAD = 6
"""Months that must follow an origin that is chosen here."""


class Teller(Protocol):
    """Whoever wants to know how far a backtest is."""

    def say(self, line: str) -> None:
        """Say something worth knowing, such as a gap in the figures."""
        ...

    def tell(self, done: int, total: int, left: float | None) -> None:
        """Say how many tasks are done, and how many seconds the rest will take."""
        ...


@dataclass(frozen=True)
class BacktestResult:
    """What a backtest leaves behind.

    Attributes
    ----------
    exit_code : 0, or 3 where a method failed as a whole at some origin
    terminal_text : the league table
    folder : the output folder
    predicted : seconds since the beginning of the work, and what was said to be left, by task
    seconds : the work took
    """

    exit_code: int
    terminal_text: str
    folder: Path
    predicted: tuple[tuple[float, float | None], ...]
    seconds: float


def run_backtest(
    config: BacktestConfig, out: Path | None, lang: Lang, workers: int, teller: Teller
) -> BacktestResult:
    """Run every method from every origin, score them and write the tables.

    Raises
    ------
    ForecastError
        In one line, where the figures or the settings cannot be used.
    """
    models = _named(config.models)
    config, reference = replace(config, models=models), models[0]
    target = Path("outputs", config.stem) if out is None else out
    check_target(target)
    reading, plan = make_plan(config)
    key = fingerprint(plan)
    _tell_of(reading, plan, teller)
    target.resolve().parent.mkdir(parents=True, exist_ok=True)
    store = Store.beside(target, key)
    begin = time.perf_counter()
    weights: dict[int, dict[str, float]] = {}
    with crew(plan, store, workers) as pool:
        done, predicted = _draw_all(plan, models, store, pool, workers, teller)
        if len(models) > 1:
            weights = _stack_all(plan, models, pool, done)
    seconds = time.perf_counter() - begin
    names = series_of(plan)
    ranking = league_table(_league(plan, names, done, reference))
    pits = _pits(done, names)
    with staged(target) as folder:
        write_backtest(folder, config, plan, names, done, ranking, weights, seconds)
        (folder / "pit.svg").write_text(pit_svg(pits, lang), encoding="utf-8")
        (folder / "coverage.svg").write_text(coverage_svg(pits, lang), encoding="utf-8")
    store.clear()
    errors = {task: one.outcome.error for task, one in done.items() if one.outcome.error}
    facts = LeagueData(
        file=reading.file,
        groups=plan.panel.groups,
        origins=plan.origins,
        horizon=plan.horizon,
        given=config.given if isinstance(config.given, str) else config.given.name,
        leaves=len(names.leaves),
        sums=len(names.sums),
        reference=reference,
        folder=str(target),
        ranking=ranking,
        errors=errors,
    )
    text = league_text(facts, lang)
    return BacktestResult(3 if errors else 0, text, target, tuple(predicted), seconds)


def _named(models: Sequence[str]) -> tuple[str, ...]:
    """Give the names that methods have in tables, before any work is done.

    Raises
    ------
    ConfigError
        For an unknown name, a method that is named twice, or the pool that is made anyway.
    """
    if STACK in models:
        raise ConfigError(f"models: found '{STACK}', which is made of the others; leave it out")
    names = tuple(method(name).name for name in models)
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ConfigError(
                f"models[{index}]: '{models[index]}' is there twice, as {name}; expected it once"
            )
    return names


def read_panel(config: BacktestConfig) -> MonthlyReading:
    """Read the panel of a configuration, with its breaks.

    Raises
    ------
    DataError
        If the panel cannot be used.
    ConfigError
        If a break is of a series or a month that the panel does not have.
    """
    file, beside = config.panel, config.path.parent
    reading = read_monthly(
        file.path,
        national=config.national or nation_of(config.areas, beside),
        areas=config.areas,
        groups=config.groups,
        group=file.group,
        measure=file.measure,
        unit=file.unit,
        number_format=file.format,
        beside=beside,
    )
    panel = placed(replace(reading.panel, source=reading.file), config.breaks, config.path)
    return replace(reading, panel=panel)


def make_plan(config: BacktestConfig) -> tuple[MonthlyReading, Plan]:
    """Read the panel and put the plan together.

    Raises
    ------
    DataError
        If the panel cannot be used, is too short for an origin, or lacks what is to be told of the
        nation.
    ConfigError
        If a break is of a series or a month that the panel does not have.
    """
    reading = read_panel(config)
    _refuse_short(reading)
    panel, file, given = reading.panel, config.panel, config.given
    if isinstance(given, Path):
        given = load_published_paths(given, panel.groups, file.format)
    plan = Plan(
        panel,
        config.origins or default_origins(panel.months, _oldest(panel)),
        config.horizon,
        config.window,
        given,
        config.draws,
        config.seed,
    )
    if not series_of(plan).leaves:
        raise DataError(
            f"{reading.file}: no area but {panel.national}, whose path is given; expected other "
            "areas, or backtest with --free"
        )
    for origin in plan.origins:  # whatever cannot be told is refused before any work
        plan.history(origin)
        plan.path(origin)
    return reading, plan


def default_origins(months: np.ndarray, oldest: int | None = None) -> tuple[int, ...]:
    """Every third month that has two years before it and half a year after it, the last included.

    Where the panel is shorter, the last month that has two years before it and one month after.

    Parameters
    ----------
    months : of the panel
    oldest : the first month at whose end anything was known, where that is later
    """
    first, last = int(months[0]) + SHORTEST_HISTORY - 1, int(months[-1])
    first = first if oldest is None else max(first, oldest)
    newest = max(last - LEAST_AHEAD, min(first, last - 1))
    return tuple(sorted(range(newest, first - 1, -STEP))) or (newest,)


def _oldest(panel: MonthlyPanel) -> int | None:
    return panel.vintages[0].known if panel.vintages else None


def _refuse_short(reading: MonthlyReading) -> None:
    """Refuse a panel that has no origin."""
    count = len(reading.panel.months)
    if count <= SHORTEST_HISTORY:
        raise DataError(
            f"{reading.file} row {_last_row(reading)}: the figures end in "
            f"{month_code(int(reading.panel.months[-1]))} after {count} months, expected at least "
            f"{SHORTEST_HISTORY + 1}: two years for the methods and a month to score; give a "
            "longer panel"
        )


def _last_row(reading: MonthlyReading) -> int:
    """Row of the last month, the nation's where it has one."""
    rows = reading.rows[:, :, -1]
    nation = rows[reading.panel.position(reading.panel.national)]
    return int(nation.max() or rows.max())


def _tell_of(reading: MonthlyReading, plan: Plan, teller: Teller) -> None:
    """Say what is missing from the figures, before the work begins."""
    for line in reading.gaps:
        teller.say(line)
    if short := plan.shortened:
        months = ", ".join(f"{month_code(origin)} on {h}" for origin, h in short.items())
        teller.say(
            f"{reading.file} row {_last_row(reading)}: the figures end in "
            f"{month_code(int(plan.panel.months[-1]))}, so that of {plan.horizon} months not all "
            f"are scored: origin {months}"
        )


def _draw_all(
    plan: Plan,
    names: Sequence[str],
    store: Store,
    pool: ProcessPoolExecutor,
    workers: int,
    teller: Teller,
) -> tuple[dict[Task, Done], list[tuple[float, float | None]]]:
    """Work on every method and origin; the newest origins first, for they take longest."""
    tasks = [(name, origin) for origin in reversed(plan.origins) for name in names]
    # what an interrupted backtest left is only scored, so it says nothing of the rest
    kinds = [f"{name}, kept" if store.has(name, origin) else name for name, origin in tasks]
    left = TimeLeft(kinds, workers)
    begin = time.perf_counter()
    waiting = iter(enumerate(tasks))
    running: dict[Future[Done], int] = {}
    found: dict[Task, Done] = {}
    predicted: list[tuple[float, float | None]] = []
    while len(found) < len(tasks):
        for number, task in islice(waiting, workers - len(running)):
            left.begin(number, kinds[number], time.perf_counter())
            running[pool.submit(work.draw, *task)] = number
        for job in wait(running, return_when=FIRST_COMPLETED).done:
            number, now = running.pop(job), time.perf_counter()
            left.end(number, now)
            found[tasks[number]] = job.result()
            predicted.append((now - begin, left.left(now)))
            teller.tell(len(found), len(tasks), predicted[-1][1])
    return {(name, origin): found[name, origin] for name in names for origin in plan.origins}, (
        predicted
    )


def _stack_all(
    plan: Plan, names: tuple[str, ...], pool: ProcessPoolExecutor, done: dict[Task, Done]
) -> dict[int, dict[str, float]]:
    """Add the method ``stack``; give its weights at each origin."""
    terms = {
        key: pool.submit(work.terms, names, *key)
        for key in sorted({pair for origin in plan.origins for pair in _earlier(plan, origin)})
    }
    weights: dict[int, dict[str, float]] = {}
    jobs: dict[int, Future[Done]] = {}
    paths = plan.draws * len(series_of(plan).own) * len(plan.panel.groups)
    said: list[Outcome] = []
    for origin in plan.origins:
        said += [done[name, origin].outcome for name in names]
        earlier: dict[int, Mapping[str, Terms]] = {
            pair[0]: terms[pair].result() for pair in _earlier(plan, origin)
        }
        try:
            pooled = online.believable(said, paths)
            found = online.weights_at(origin, earlier, pooled, plan.horizon)
        except ConvergenceError as error:
            done[STACK, origin] = Done(Outcome(STACK, origin, None, 0.0, str(error)), None, None)
            continue
        weights[origin] = dict.fromkeys(names, 0.0) | found
        jobs[origin] = pool.submit(work.stack, weights[origin], origin)
    for origin, job in jobs.items():
        done[STACK, origin] = job.result()
    return weights


def _earlier(plan: Plan, origin: int) -> Iterator[tuple[int, int]]:
    """Earlier origins, each with the month at whose end its months are to be known.

    Figures that are revised differ from origin to origin; others are what they were.
    """
    by = origin if plan.panel.vintages else plan.origins[-1]
    return ((before, by) for before in plan.origins if before < origin)


def _pits(done: Mapping[Task, Done], names: Series) -> dict[str, NDArray[np.float64]]:
    """PIT values of each method over all cells of series that are no sum."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for (model, _), one in done.items():
        if one.scored is not None:
            values = one.scored.cells["pit"].sel(names.singles).values.ravel()
            found.setdefault(model, []).append(values[np.isfinite(values)])
    joint = {model: np.concatenate(values) for model, values in found.items()}
    return {model: values for model, values in joint.items() if values.size}


def _league(plan: Plan, names: Series, done: Mapping[Task, Done], reference: str) -> list[Standing]:
    by_model: dict[str, list[Scored]] = {}
    mishaps: dict[str, Mishaps] = {}
    for (model, _), one in done.items():
        mishaps[model] = _added(mishaps.get(model, Mishaps()), one.outcome, names)
        if one.scored is not None:
            by_model.setdefault(model, []).append(one.scored)
    # no total of the groups: it would count their cells twice
    groups = {GROUP: list(plan.panel.groups)}
    cells = {model: joined(scored).sel(groups) for model, scored in by_model.items()}
    parts = online.part_of_country(plan.panel, names.leaves)
    rng = np.random.default_rng([plan.seed, 7])
    return league(cells, names.leaves, tuple(names.sums), parts, mishaps, reference, rng)


def _added(before: Mishaps, outcome: Outcome, names: Series) -> Mishaps:
    """Add what went wrong at one more origin."""
    every = len(names.own) * len(names.panel.groups)
    series = sum(area in names.own for area, _ in outcome.failed)
    return Mishaps(
        before.failed_origins + bool(outcome.error),
        before.failed_series + (every if outcome.error else series),
        before.exploded + sum(outcome.exploded.values()),
        before.seconds + outcome.seconds,
    )
