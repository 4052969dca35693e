"""How long a backtest of the whole country takes, and how right the time left was.

    python -m tests.performance.backtest_time --workers 2

98 municipalities by 60 simulated months, 6 origins, the 8 methods that are usual. Prints the league
and, at shares of the way, the time left that was told beside the time it took.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.config import load_areas
from forecast.config.backtest import backtest_config
from forecast.core.period import month_code
from forecast.run.backtest import BacktestResult, run_backtest

FIRST, MONTHS, ORIGINS = 2017 * 12, 60, 6
TOLERANCE = 0.3


class Quiet:
    """Says nothing while the work runs."""

    def say(self, line: str) -> None:
        """Say nothing."""

    def tell(self, done: int, total: int, left: float | None) -> None:
        """Say nothing."""


def panel(folder: Path, rng: np.random.Generator) -> Path:
    """Write shares of a nation that drift and have seasons, (98, 60)."""
    names = [area.name for area in load_areas().values() if area.kind == "kommune"]
    months = np.arange(FIRST, FIRST + MONTHS)
    nation = 1e5 * np.exp(0.1 * np.cumsum(rng.normal(0, 0.15, MONTHS)))
    nation *= 1 + 0.08 * np.cos(2 * np.pi * months / 12)
    size = rng.lognormal(0, 1, (len(names), 1))
    walk = np.cumsum(rng.normal(0, 0.02, (len(names), MONTHS)), axis=1)
    season = 0.05 * rng.standard_normal((len(names), 12))[:, months % 12]
    raw = size * np.exp(walk + season)
    values = nation * raw / raw.sum(axis=0)
    rows = [("Hele landet", month_code(int(m)), v) for m, v in zip(months, nation, strict=True)]
    rows += [
        (name, month_code(int(m)), round(float(v)))
        for name, row in zip(names, values, strict=True)
        for m, v in zip(months, row, strict=True)
    ]
    path = folder / "simulated.csv"
    pd.DataFrame(rows, columns=["area", "period", "value"]).to_csv(path, index=False)
    return path


def report(result: BacktestResult) -> str:
    """Time left as it was told, beside what it was, at shares of the way."""
    lines = [f"{len(result.predicted)} tasks in {result.seconds:.0f} s"]
    told = [(at, left) for at, left in result.predicted if left is not None]
    end = result.predicted[-1][0]
    if not told:
        return "\n".join([*lines, "no time left was told"])
    lines.append(f"first told after {told[0][0]:.0f} s ({told[0][0] / end:.0%} of the way)")
    for share in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        at, left = min(told, key=lambda one: abs(one[0] - share * end))
        took = end - at
        right = "right" if abs(left - took) <= TOLERANCE * took else "wrong"
        lines.append(f"at {at / end:4.0%}: told {left:5.0f} s, took {took:5.0f} s, {right}")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = panel(folder, np.random.default_rng(given.seed))
        last = FIRST + MONTHS - 1
        origins = tuple(month_code(last - 3 * (k + 2)) for k in range(ORIGINS))[::-1]
        config = backtest_config(None, panel=file, origins=origins, seed=given.seed)
        result = run_backtest(config, folder / "out", "en", given.workers, Quiet())
        sys.stdout.write(f"{result.terminal_text}\n\n{report(result)}\n")


if __name__ == "__main__":
    main()
