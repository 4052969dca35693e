"""Project all areas of a monthly panel, as they are and under statements about the country."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.config import BacktestConfig
from forecast.config.panel_model import load_panel_model
from forecast.config.run import load_config
from forecast.core.monthly import SHORTEST_HISTORY, MonthlyPanel
from forecast.core.period import Window, month_code
from forecast.errors import ConfigError, DataError, nearest
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from forecast.models.panel_nation import drifting_walk
from forecast.report.carry import carried
from forecast.run.backtest import read_panel
from forecast.run.clock import RunResult
from forecast.run.folder import MANIFEST, check_target, staged
from forecast.run.quantities import OUTPUTS, summarise
from forecast.run.tables import PINNED_SPREAD
from forecast.run.writing import PACKAGES
from forecast.scenarios.carry import Mean, bend_paths, carry_down
from forecast.vocabulary import PROJECTION_COLUMNS, Basis, Measure, Unit

if TYPE_CHECKING:
    import pandas as pd

FREE, TOLD = "free", "hvad-hvis"
"""Scenario ids: the panel as it is, and with what is stated."""

Statements = Callable[[MonthlyPanel], tuple[Mean, ...]]


@dataclass(frozen=True)
class _Future:
    """Draws of a scenario, (count, A, G, H)."""

    name: str
    draws: Floats


def run_carry(
    config: BacktestConfig,
    statements: Statements,
    shown: Sequence[str],
    add_up: bool,
    out: Path | None,
    lang: str,
    say: Callable[[str], None],
) -> RunResult:
    """Project a panel, and again with the country as it is stated.

    Parameters
    ----------
    config : the panel and how to read it, months ahead, number of draws and seed
    statements : the panel -> what is stated of its country
    shown : areas of the text; without any the country and the bundled configuration's
        municipality, or where that is not in the panel its largest area
    add_up : make the areas add up to the country
    say : takes a line worth knowing

    Raises
    ------
    ForecastError
        In one line, where panel or statements cannot be used.
    """
    target = Path("outputs", config.panel.path.stem) if out is None else out
    check_target(target)
    reading = read_panel(config)
    panel = reading.panel
    _refuse(panel)
    stated = statements(panel)
    areas = _shown(shown, panel)
    for line in reading.gaps:
        say(line)
    free = _nation(panel, config)
    first = int(panel.months[-1]) + 1
    rng = np.random.default_rng([config.seed, 1])
    paths = {FREE: free}
    if stated:
        paths[TOLD] = bend_paths(free, panel.groups, first, stated, rng)
    fitting = np.random.default_rng([config.seed, 3])
    link = PanelLink(load_panel_model()).prepared(panel, config.draws, fitting)
    futures: list[_Future] = []
    for name, path in paths.items():
        # the same random numbers, so that scenarios differ by the country's path alone
        drawn = carry_down(
            link, panel, path, config.draws, np.random.default_rng([config.seed, 2]), add_up=add_up
        )
        if name == FREE:
            for (area, group), why in drawn.failed.items():
                say(f"{area}, {group}: {why}")
        futures.append(_Future(name, drawn.draws))
    table = _table(panel, futures, first)
    with staged(target) as folder:
        table.to_csv(folder / "projections.csv", index=False)
        table.to_parquet(folder / "projections.parquet", index=False)
        _manifest(folder, config, panel, stated)
    text = carried(table, areas, panel.groups, stated, str(target / "projections.csv"), lang)
    return RunResult(0, text, target)


def _refuse(panel: MonthlyPanel) -> None:
    if panel.unit == Unit.ANDEL:
        raise DataError(
            f"{panel.source}: found shares, expected full-time persons: of shares there is no part"
        )
    if len(panel.months) < SHORTEST_HISTORY:
        raise DataError(
            f"{panel.source}: found {len(panel.months)} months, expected at least "
            f"{SHORTEST_HISTORY}; give a longer panel"
        )


def _nation(panel: MonthlyPanel, config: BacktestConfig) -> Floats:
    """Draws of the country's own path, (count, G, H)."""
    priors = load_panel_model()
    recent = panel.last(priors.fit.months)
    rng = np.random.default_rng([config.seed, 0])
    out = np.empty((config.draws, len(panel.groups), config.horizon))
    for g, group in enumerate(panel.groups):
        values = recent.values[recent.position(recent.national), g]
        known = np.flatnonzero(np.isfinite(values))
        if not len(known) or np.isnan(values[known[0] :]).any():
            raise DataError(
                f"{panel.source}: {panel.national}, {group}: months are missing up to "
                f"{month_code(int(panel.months[-1]))}, expected the country's figures without a "
                "gap; fill them in, or end the panel earlier"
            )
        months = recent.months[known[0] :]
        logs = np.log1p(values[known[0] :])
        paths = drifting_walk(logs, months, config.horizon, config.draws, priors.nation, rng)
        out[:, g] = np.maximum(np.expm1(paths), 0.0)
    return out


def _shown(names: Sequence[str], panel: MonthlyPanel) -> tuple[str, ...]:
    """Find the areas that are to be printed, in the panel's spelling."""
    known = {area.casefold(): area for area in panel.areas}
    for name in names:
        if name.casefold() not in known:
            raise ConfigError(
                f"--area '{name}': not in {panel.source}{nearest(name, panel.areas)}; expected one "
                "of its areas"
            )
    return tuple(known[name.casefold()] for name in names) or _own(panel)


def _own(panel: MonthlyPanel) -> tuple[str, ...]:
    """Name the country, and our municipality or else the largest area."""
    ours = load_config().area
    if ours in panel.leaves:
        return panel.national, ours
    last = np.nansum(panel.values[:, :, -12:], axis=(1, 2))
    leaves = sorted(panel.leaves, key=lambda a: -last[panel.position(a)])
    return (panel.national, *leaves[:1])


def _windows(first: int, horizon: int) -> list[Window]:
    """Every month ahead, and every calendar year that is ahead as a whole."""
    months = [Window(m, m) for m in range(first, first + horizon)]
    years = [Window.year(y) for y in range(first // 12, (first + horizon) // 12 + 1)]
    return months + [y for y in years if y.first >= first and y.last < first + horizon]


def _table(panel: MonthlyPanel, futures: Sequence[_Future], first: int) -> pd.DataFrame:
    """`projections.csv`: every area, group, month and whole year of every scenario."""
    import pandas as pd

    windows = _windows(first, futures[0].draws.shape[3])
    rows: list[tuple[object, ...]] = []
    for future in futures:
        for window in windows:
            months = slice(window.first - first, window.last + 1 - first)
            values = summarise(future.draws[..., months].mean(axis=3))
            for a, area in enumerate(panel.areas):
                for g, group in enumerate(panel.groups):
                    here = values[:, a, g]
                    if not np.isfinite(here).all():
                        continue
                    pinned = here[1] > 0 and here[-1] - here[2] <= PINNED_SPREAD * here[1]
                    basis = Basis.PINNED if pinned else Basis.DATA
                    rows.extend(
                        (
                            future.name,
                            area,
                            group,
                            Measure.FULDTIDSPERSONER.value,
                            window.code,
                            kind,
                            "" if level is None else f"{level:g}",
                            float(value),
                            Unit.FULDTIDSPERSONER.value,
                            basis.value,
                        )
                        for (kind, level), value in zip(OUTPUTS, here, strict=True)
                    )
    return pd.DataFrame(rows, columns=list(PROJECTION_COLUMNS))


def _manifest(
    folder: Path, config: BacktestConfig, panel: MonthlyPanel, stated: Sequence[Mean]
) -> None:
    content = {
        "version": version("forecast"),
        "panel": config.panel.path.name,
        "panel_sha256": hashlib.sha256(config.panel.path.read_bytes()).hexdigest(),
        "last_month": month_code(int(panel.months[-1])),
        "seed": config.seed,
        "draws": config.draws,
        "statements": [
            {"groups": list(s.groups), "period": s.window.code, "value": s.value, "sd": s.sd}
            for s in stated
        ],
        "packages": {name: version(name) for name in PACKAGES},
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
