"""What the worker processes of a backtest do, and the processes themselves."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.errors import ConvergenceError
from forecast.evaluation import online, table
from forecast.evaluation.backtest import Outcome, Plan, known, observed, run, series_of
from forecast.evaluation.stacking import Terms
from forecast.evaluation.table import Scored
from forecast.models.registry import method
from forecast.run.resume import Store

if TYPE_CHECKING:
    import xarray as xr

STACK_DRAWS = 300
"""Draws of each method that weights are learnt from."""

_SHARED: dict[str, tuple[Plan, Store]] = {}
"""What a worker process works on, sent once when it begins; empty in every other process."""


@dataclass(frozen=True)
class Done:
    """One method at one origin.

    Attributes
    ----------
    outcome : what it said, without its draws, which are large and stand in the store
    scored, quantiles : of its draws; None where it failed as a whole
    """

    outcome: Outcome
    scored: Scored | None
    quantiles: xr.DataArray | None


@contextmanager
def crew(plan: Plan, store: Store, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give processes that know a plan and its store, ready to work.

    They end with the block: at once, whatever they are at, where it ends by an error or Ctrl-C.

    Raises
    ------
    ConvergenceError
        If a process is ended from outside, as the system does when memory runs out.
    """
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _begin, (plan, store))
    try:
        with _unheard():
            beginning = [pool.submit(os.getpid) for _ in range(workers)]
        wait(beginning)
        yield pool
        pool.shutdown()
    except BrokenProcessPool as error:
        raise ConvergenceError(
            "a worker process was ended from outside, perhaps because memory ran out; expected it "
            "to work to the end: give the same command again with fewer --workers, and it goes on "
            "where it was"
        ) from error
    finally:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep Ctrl-C from processes that are started inside: they ignore what is ignored here.

    A terminal sends it to all of them, and each would die with a traceback of its own. Only the
    main thread may say so; started from another one, a worker ignores it once it works.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(plan: Plan, store: Store) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _SHARED["work"] = plan, store


def _end_with_parent() -> None:
    """End this process when its parent does, even by a signal that lets it do nothing more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def draw(name: str, origin: int) -> Done:
    """Draw by one method at one origin, unless that is done already, and score."""
    plan, store = _SHARED["work"]
    with _one_thread():
        if not store.has(name, origin):
            store.save(run(plan, method(name), origin))
        return _scored(plan, store.load(name, origin))


def terms(names: tuple[str, ...], origin: int, by: int) -> Mapping[str, Terms]:
    """Give what weights are learnt from, for an origin and what was known of its months at `by`."""
    plan, store = _SHARED["work"]
    outcomes = {name: store.load(name, origin) for name in names}
    draws = {name: one.draws for name, one in outcomes.items() if one.draws is not None}
    if not draws:
        return {}
    came, history = observed(plan, origin, by), known(plan, origin)
    with _one_thread():
        return online.month_terms(draws, came, history, series_of(plan).singles, STACK_DRAWS)


def stack(weights: Mapping[str, float], origin: int) -> Done:
    """Pool the methods that have weights at one origin, and score."""
    plan, store = _SHARED["work"]
    outcomes = [store.load(name, origin) for name in weights]
    rng = np.random.default_rng([plan.seed, origin])
    with _one_thread():
        return _scored(plan, online.stacked(outcomes, weights, rng))


def _scored(plan: Plan, outcome: Outcome) -> Done:
    if outcome.draws is None:
        return Done(outcome, None, None)
    came, history = observed(plan, outcome.origin), known(plan, outcome.origin)
    # the same for every method, so that ties of the PIT are broken alike
    rng = np.random.default_rng([plan.seed, outcome.origin])
    scored = table.score(outcome, came, history, series_of(plan).singles, rng)
    return Done(replace(outcome, draws=None), scored, table.quantiles(outcome))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep linear algebra of a worker to one thread: there are as many workers as cores."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
