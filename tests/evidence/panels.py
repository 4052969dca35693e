"""The league on real monthly panels.

    python -m tests.evidence.panels --panel unemployment --out outputs/league

Danish unemployment and kontanthjælp of the 98 municipalities, origins every three months as the
data allow, up to 24 months ahead, given the realised path of the country. The panels are not part
of the repository; they lie beside it where they are at hand.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import pandas as pd

from forecast.config.backtest import MODELS, backtest_config
from forecast.run.backtest import BacktestResult, run_backtest

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "panels" / "dk"
PANELS: Final = {
    "unemployment": ("ledighed_y25i01.csv", "ledige_fuldtid"),
    "kontanthjaelp": ("kontanthjaelp_y60a02.csv", "fuldtidspersoner"),
}


class Quiet:
    """Says nothing while the work runs."""

    def say(self, line: str) -> None:
        """Say nothing."""

    def tell(self, done: int, total: int, left: float | None) -> None:
        """Say nothing."""


def tidy(panel: str, folder: Path) -> Path:
    """Write a panel as ``area, period, value``."""
    name, measure = PANELS[panel]
    found = pd.read_csv(FOLDER / name, usecols=["omraade", "periode", measure])
    path = folder / f"{panel}.csv"
    found.set_axis(["area", "period", "value"], axis=1).to_csv(path, index=False)
    return path


def league(
    panel: str,
    folder: Path,
    *,
    models: tuple[str, ...] = MODELS,
    origins: tuple[str, ...] | None = None,
    draws: int = 1000,
    workers: int = 2,
) -> BacktestResult:
    """Backtest a panel; tables stand in a folder named after it."""
    file = tidy(panel, folder)
    config = backtest_config(None, panel=file, models=models, origins=origins, draws=draws)
    return run_backtest(config, folder / f"league-{panel}", "en", workers, Quiet())


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panel", choices=sorted(PANELS), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    result = league(given.panel, given.out, workers=given.workers)
    sys.stdout.write(f"{result.terminal_text}\n{result.seconds:.0f} s\n")


if __name__ == "__main__":
    main()
