"""Backtests: draws of every method from every origin, their scores, and the tables of both."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.config import BacktestConfig
from forecast.core.monthly import SHORTEST_HISTORY
from forecast.core.period import month_code
from forecast.evaluation import online, table
from forecast.evaluation.backtest import Outcome, Plan, Series, known, observed, run, series_of
from forecast.evaluation.league import Mishaps, Standing, joined, league
from forecast.evaluation.online import STACK
from forecast.evaluation.stacking import Terms
from forecast.evaluation.table import Scored
from forecast.models.registry import method
from forecast.report.backtest import LeagueData, league_text
from forecast.report.calibration import coverage_svg, pit_svg
from forecast.report.catalogue import Lang
from forecast.run.backtest_tables import league_table, write_backtest
from forecast.run.folder import check_target, staged
from forecast.run.resume import Store, fingerprint
from forecast.run.time_left import TimeLeft
from forecast.sources.area_parents import nation_of
from forecast.sources.monthly import MonthlyReading, read_monthly
from forecast.sources.published_path import load_published_paths
from forecast.vocabulary import AREA

if TYPE_CHECKING:
    import xarray as xr

STEP = 3
"""Months between origins where none are named."""

LEAST_AHEAD = 6
"""Months that must follow an origin that is chosen here."""

STACK_DRAWS = 300
"""Draws of each method that weights are learnt from."""


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


@dataclass(frozen=True)
class Done:
    """One method at one origin, without its draws, which are large and stand in the store."""

    outcome: Outcome
    scored: Scored | None
    quantiles: xr.DataArray | None


def run_backtest(
    config: BacktestConfig, out: Path | None, lang: Lang, workers: int, teller: Teller
) -> BacktestResult:
    """Run every method from every origin, score them and write the tables.

    Raises
    ------
    ForecastError
        In one line, where the figures or the settings cannot be used.
    """
    reading, plan = make_plan(config)
    reference = config.models[0]
    for name in config.models:
        method(name)  # an unknown name is refused before any work
    target = Path("outputs", config.stem) if out is None else out
    check_target(target)
    _tell_of(reading, plan, teller)
    target.resolve().parent.mkdir(parents=True, exist_ok=True)
    settings = {
        "origins": plan.origins,
        "horizon": plan.horizon,
        "window": plan.window,
        "given": config.given,
        "draws": plan.draws,
        "seed": plan.seed,
    }
    store = Store.beside(target, fingerprint(plan, settings))
    begin = time.perf_counter()
    done, predicted = _draw_all(plan, config.models, store, workers, teller)
    weights: dict[int, dict[str, float]] = {}
    if len(config.models) > 1:
        weights = _stack_all(plan, config.models, store, done, workers)
    seconds = time.perf_counter() - begin
    names = series_of(plan)
    standings = _league(plan, names, done, reference)
    ranking = league_table(standings)
    pits = _pits(done, names.leaves)
    with staged(target) as folder:
        write_backtest(folder, config, plan, names, done, ranking, weights, seconds)
        (folder / "pit.svg").write_text(pit_svg(pits, lang), encoding="utf-8")
        (folder / "coverage.svg").write_text(coverage_svg(pits, lang), encoding="utf-8")
    store.clear()
    errors = {key: one.outcome.error for key, one in done.items() if one.outcome.error}
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
    return BacktestResult(
        3 if errors else 0, league_text(facts, lang), target, tuple(predicted), seconds
    )


def make_plan(config: BacktestConfig) -> tuple[MonthlyReading, Plan]:
    """Read the panel and put the plan together.

    Raises
    ------
    DataError
        If the panel cannot be used, or is too short for any origin.
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
    panel = replace(reading.panel, source=reading.file)
    given = config.given
    if isinstance(given, Path):
        given = load_published_paths(given, panel.groups, file.format)
    plan = Plan(
        panel,
        config.origins or default_origins(panel.months),
        config.horizon,
        config.window,
        given,
        config.draws,
        config.seed,
    )
    return replace(reading, panel=panel), plan


def default_origins(months: np.ndarray) -> tuple[int, ...]:
    """Every third month that has two years before it and half a year after it, the last included.

    Where the panel is shorter, the last month that has two years before it and one month after.
    """
    first, last = int(months[0]) + SHORTEST_HISTORY - 1, int(months[-1])
    newest = max(last - LEAST_AHEAD, min(first, last - 1))
    return tuple(sorted(range(newest, first - 1, -STEP))) or (newest,)


def _tell_of(reading: MonthlyReading, plan: Plan, teller: Teller) -> None:
    """Say what is missing from the figures, before the work begins."""
    for line in reading.gaps:
        teller.say(line)
    for origin, h in plan.shortened.items():
        teller.say(
            f"{reading.file}: origin {month_code(origin)} is scored on {h} of {plan.horizon} "
            "months, for the figures end"
        )


def _draw_all(
    plan: Plan, names: Sequence[str], store: Store, workers: int, teller: Teller
) -> tuple[dict[tuple[str, int], Done], list[tuple[float, float | None]]]:
    """Work on every method and origin; the newest origins first, for they take longest."""
    tasks = [(name, origin) for origin in reversed(plan.origins) for name in names]
    left = TimeLeft([name for name, _ in tasks], workers)
    begin = time.perf_counter()
    predicted: list[tuple[float, float | None]] = []
    found: dict[tuple[str, int], Done] = {}
    with _pool(plan, store, workers) as pool:
        waiting = iter(enumerate(tasks))
        running: dict[Future[Done], int] = {}

        def start() -> None:
            for number, (name, origin) in waiting:
                left.begin(number, name, time.perf_counter())
                running[pool.submit(_work, name, origin)] = number
                return

        for _ in range(workers):
            start()
        while running:
            for job in as_completed(list(running)):
                number = running.pop(job)
                now = time.perf_counter()
                left.end(number, now)
                found[tasks[number]] = job.result()
                start()
                predicted.append((now - begin, left.left(now)))
                teller.tell(len(found), len(tasks), predicted[-1][1])
                break
    return {(name, o): found[name, o] for name in names for o in plan.origins}, predicted


def _stack_all(
    plan: Plan,
    names: Sequence[str],
    store: Store,
    done: dict[tuple[str, int], Done],
    workers: int,
) -> dict[int, dict[str, float]]:
    """Add the method ``stack``; give its weights at each origin."""
    terms: dict[int, Mapping[str, Terms]] = {}
    weights: dict[int, dict[str, float]] = {}
    with _pool(plan, store, workers) as pool:
        jobs = {o: pool.submit(_terms, tuple(names), o) for o in plan.origins}
        for origin in plan.origins:
            terms[origin] = jobs[origin].result()
        for origin in plan.origins:
            weights[origin] = online.weights_at(origin, terms, tuple(names), plan.horizon)
        made = {o: pool.submit(_stack, tuple(names), o, weights[o]) for o in plan.origins}
        for origin, job in made.items():
            done[STACK, origin] = job.result()
    return weights


_SHARED: dict[str, tuple[Plan, Store]] = {}
"""What a worker process works on, sent once when it begins; empty in every other process."""


@contextmanager
def _pool(plan: Plan, store: Store, workers: int) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _begin, (plan, store))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _begin(plan: Plan, store: Store) -> None:
    _SHARED["work"] = plan, store


def _work(name: str, origin: int) -> Done:
    """Draw unless it is done already, and score."""
    plan, store = _SHARED["work"]
    outcome = store.load(name, origin)
    if outcome is None:
        with _one_thread():
            store.save(run(plan, method(name), origin))
        outcome = _stored(store, name, origin)
    return _scored(plan, outcome)


def _stack(names: tuple[str, ...], origin: int, weights: Mapping[str, float]) -> Done:
    plan, store = _SHARED["work"]
    outcomes = [_stored(store, name, origin) for name in names]
    rng = np.random.default_rng([plan.seed, origin])
    return _scored(plan, online.stacked(outcomes, weights, rng))


def _terms(names: tuple[str, ...], origin: int) -> Mapping[str, Terms]:
    plan, store = _SHARED["work"]
    outcomes = {name: _stored(store, name, origin) for name in names}
    draws = {name: one.draws for name, one in outcomes.items() if one.draws is not None}
    leaves = series_of(plan).leaves
    if not draws:
        return {}
    return online.month_terms(
        draws, observed(plan, origin), known(plan, origin), leaves, STACK_DRAWS
    )


def _stored(store: Store, name: str, origin: int) -> Outcome:
    outcome = store.load(name, origin)
    if outcome is None:
        raise FileNotFoundError(f"{store.path(name, origin)}: vanished while a backtest used it")
    return outcome


def _scored(plan: Plan, outcome: Outcome) -> Done:
    if outcome.draws is None:
        return Done(outcome, None, None)
    came, history = observed(plan, outcome.origin), known(plan, outcome.origin)
    rng = np.random.default_rng([plan.seed, outcome.origin])
    scored = table.score(outcome, came, history, series_of(plan).leaves, rng)
    return Done(replace(outcome, draws=None), scored, table.quantiles(outcome))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep linear algebra of a worker to one thread: there are as many workers as cores."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def _pits(
    done: Mapping[tuple[str, int], Done], leaves: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """PIT values of each method over all cells of the leaves."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for (model, _), one in done.items():
        if one.scored is not None:
            values = one.scored.cells["pit"].sel({AREA: list(leaves)}).values.ravel()
            found.setdefault(model, []).append(values[np.isfinite(values)])
    return {model: np.concatenate(values) for model, values in found.items()}


def _league(
    plan: Plan, names: Series, done: Mapping[tuple[str, int], Done], reference: str
) -> list[Standing]:
    by_model: dict[str, list[Scored]] = {}
    mishaps: dict[str, Mishaps] = {}
    for (model, _), one in done.items():
        before, outcome = mishaps.get(model, Mishaps()), one.outcome
        mishaps[model] = Mishaps(
            before.failed_origins + bool(outcome.error),
            before.failed_series + len(outcome.failed),
            before.exploded + sum(outcome.exploded.values()),
            before.seconds + outcome.seconds,
        )
        if one.scored is not None:
            by_model.setdefault(model, []).append(one.scored)
    cells = {model: joined(scored) for model, scored in by_model.items()}
    parts = online.part_of_country(plan.panel, names.leaves)
    rng = np.random.default_rng([plan.seed, 7])
    return league(cells, names.leaves, tuple(names.sums), parts, mishaps, reference, rng)
