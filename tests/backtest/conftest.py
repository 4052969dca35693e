"""Backtests without processes of their own, so that a test takes a second."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from forecast.evaluation.backtest import Plan
from forecast.models.method import Method
from forecast.models.registry import method
from forecast.run import backtest as stage
from forecast.run import backtest_work as work
from forecast.run.backtest import BacktestResult
from forecast.run.resume import Store
from tests.backtest.runs import Enter, backtest


class Here:
    """A pool of processes that is this process."""

    def submit(self, do: Callable[..., Any], *given: object) -> Future[Any]:
        """Do it now, and raise now what goes wrong."""
        job: Future[Any] = Future()
        job.set_result(do(*given))
        return job


@contextmanager
def crew_here(plan: Plan, store: Store, workers: int) -> Iterator[Here]:
    """Give a crew of nobody."""
    del workers
    work._SHARED["work"] = plan, store
    try:
        yield Here()
    finally:
        work._SHARED.clear()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process."""
    monkeypatch.setattr(stage, "crew", crew_here)


@pytest.fixture
def enter(here: None, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Enter methods of a test's own in the registry, for work in this process."""

    def entered(own: Mapping[str, Method]) -> None:
        for module in (stage, work):
            monkeypatch.setattr(module, "method", lambda name: own.get(name) or method(name))

    return entered


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> BacktestResult:
    """A backtest of the small country that tests read and none changes; its files lie beside it."""
    folder: Path = tmp_path_factory.mktemp("usual")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "crew", crew_here)
        return backtest(folder)
