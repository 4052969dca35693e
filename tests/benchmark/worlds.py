"""Simulated benchmarks of municipalities with known truth."""

from dataclasses import dataclass

import numpy as np

from forecast.benchmark.windows import covariance, lag_weights
from forecast.config import load_areas
from forecast.core.benchmark import BenchmarkTable, Floats
from forecast.core.period import Window

WINDOWS = tuple(Window.parse(code) for code in ("2020QMAT02", "2020QMAT04", "2021QMAT02"))
GROUPS = ("ydelsesgrupper_i_alt",)


@dataclass(frozen=True)
class World:
    """A benchmark, and what made it.

    Attributes
    ----------
    own : (I, T + 1) lasting difference in log-odds, in the windows and the next
    table : as published; its windows without the next
    coming : (I,) gap of log-odds in the next window, chance included
    common : (T + 1,) the country's part of the gap
    """

    own: Floats
    table: BenchmarkTable
    coming: Floats
    common: Floats


def sizes(count: int, rng: np.random.Generator) -> Floats:
    """Residents aged 16-66: as unlike as those of Danish municipalities."""
    return np.clip(np.exp(rng.normal(10.2, 0.75, count)), 1_000, 470_000)


def world(
    rng: np.random.Generator,
    *,
    count: int = 98,
    windows: tuple[Window, ...] = WINDOWS,
    spread: float = 0.06,
    size_slope: float = -0.25,
    chance: float = 1.1,
    memory: float = 96.0,
    chance_memory: float = 12.0,
    common: Floats | None = None,
) -> World:
    """Draw a world in which published expectations are known and right but for `common`."""
    if common is None:
        common = np.zeros(len(windows) + 1)
    residents = sizes(count, rng)
    size = np.log(residents) - np.log(residents).mean()
    expected = np.exp(rng.normal(np.log(0.085), 0.15, (count, 1)))
    expected = np.repeat(expected, len(windows) + 1, axis=1)
    following = Window(windows[-1].first + 6, windows[-1].last + 6)
    lags = lag_weights([*windows, following])

    def path(months: float, sd: Floats) -> Floats:
        root = np.linalg.cholesky(
            covariance(lags, np.array([months]))[0] + 1e-10 * np.eye(len(lags))
        )
        return sd[:, None] * (rng.standard_normal((count, len(lags))) @ root.T)

    own = path(memory, spread * np.exp(size_slope * size)) if spread else np.zeros(expected.shape)
    counted = residents[:, None] * expected * (1 - expected)
    passing = path(chance_memory, np.ones(count)) * np.sqrt(chance / counted)
    odds = np.log(expected / (1 - expected)) + common
    share = 1 / (1 + np.exp(-(odds + own + passing)))
    periods = len(windows)
    printed = np.round(share[:, :periods], 4)
    told = np.round(expected[:, :periods], 4)
    names = tuple(name for name, a in load_areas().items() if a.kind == "kommune")[:count]
    gap = printed - told
    rank = gap.argsort(axis=0, kind="stable").argsort(axis=0) + 1.0
    table = BenchmarkTable(
        names,
        GROUPS,
        windows,
        np.round(told * residents[:, None], -1)[:, None],
        # counts as they would be before rounding: their quotient is the residents
        (printed * residents[:, None])[:, None],
        told[:, None],
        printed[:, None],
        rank[:, None],
        "simulated",
    )
    return World(own, table, own[:, -1] + passing[:, -1] + common[-1], common)
