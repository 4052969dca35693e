"""Backtests of the small country: its files, its settings, and what they leave behind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.config.backtest import BacktestConfig, backtest_config
from forecast.core.monthly import Floats, MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import ConvergenceError
from forecast.models.method import Drawn, Method
from forecast.models.registry import method
from forecast.run.backtest import BacktestResult, run_backtest
from tests.backtest.worlds import ORIGINS, write

MODELS = ("seasonal_share", "constant_share", "naive_share")
CODES = tuple(month_code(origin) for origin in ORIGINS)
TABLES = ("backtest.csv", "backtest_quantiles.csv", "weights.csv", "notes.csv")

Enter = Callable[[Mapping[str, Method]], None]
"""Puts methods of a test's own into the registry."""


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.told: list[tuple[int, int, float | None]] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def tell(self, done: int, total: int, left: float | None) -> None:
        self.told.append((done, total, left))


def settings(own: Path, areas: Path, **more: object) -> BacktestConfig:
    """Three origins of a panel, a year ahead, by the quickest methods."""
    usual: dict[str, object] = {
        "panel": own,
        "areas": areas,
        "models": MODELS,
        "origins": CODES,
        "horizon": 12,
        "draws": 100,
    }
    return backtest_config(None, **(usual | more))  # type: ignore[arg-type]


def backtest(
    folder: Path,
    numbers: Floats | None = None,
    out: str = "out",
    listener: Listener | None = None,
    **more: object,
) -> BacktestResult:
    """Backtest the small country, as it is or with other numbers."""
    config = settings(*write(folder, numbers), **more)
    return run_backtest(config, folder / out, "da", 1, listener or Listener())


def backtest_file(
    own: Path, areas: Path, listener: Listener | None = None, **more: object
) -> BacktestResult:
    """Backtest a file, into a folder beside it."""
    config = settings(own, areas, **more)
    return run_backtest(config, own.parent / "out", "da", 1, listener or Listener())


def table(result: BacktestResult, name: str) -> pd.DataFrame:
    """One of the tables, empty cells as NaN."""
    return pd.read_csv(result.folder / name, keep_default_na=False, na_values=[""])


def standings(result: BacktestResult) -> pd.DataFrame:
    """The league by method."""
    return table(result, "league.csv").set_index("model")


def rows_of(own: Path) -> list[str]:
    """Heading and rows of a file."""
    return own.read_text("utf-8-sig").splitlines()


@dataclass(frozen=True)
class Failing:
    """Fails as a whole from a month on; before it, a naive method."""

    since: int = 0
    name: str = "failing"

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        if history.months[-1] >= self.since:
            raise ConvergenceError("no mode was found")
        return method("naive_share").draw(history, horizon, given, count, rng)


@dataclass(frozen=True)
class Exploding:
    """Lets two series run away: three paths of Ny without end, four of Vest far too far."""

    name: str = "exploding"

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        made = method("naive_share").draw(history, horizon, given, count, rng)
        made.draws[:3, history.position("Ny"), 0, -1] = np.inf
        made.draws[:4, history.position("Vest"), 0, -1] = 1e9
        return Drawn(made.draws, exploded={("Vest", history.groups[0]): 4})


@dataclass(frozen=True)
class Lacking:
    """The mean share of the last year, the same draws every time, but for an area that it lacks."""

    lacks: str | None
    name: str

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        del rng
        same = np.random.default_rng(1)
        made = method("constant_share").draw(history, horizon, given, count, same)
        if self.lacks is not None:
            made.draws[:, history.position(self.lacks)] = np.nan
        return made
