"""Print the README's output again and draw its picture, from the folder of a finished run.

python docs/refresh.py outputs/gentofte
"""

import re
import sys
from pathlib import Path

import pandas as pd

from forecast.report.charts import fan_png
from forecast.report.data import HeadlineData
from forecast.report.terminal import headline
from forecast.run import presenting
from forecast.run.archive import read_fit

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("projections", "published", "decomposition", "findings", "prior_shift", "diagnostics")
BLOCK = re.compile(r"```text\n.*?```", re.DOTALL)
LAST_LINE = re.compile(r"^= .*$", re.MULTILINE)
"""The result of "why?": the README shows what is printed down to it."""


def read(run: Path) -> HeadlineData:
    """Tables of a run as the report takes them."""
    inputs = read_fit(run).inputs
    text = {"output_type_id": str, "period": str}
    made = {name: pd.read_csv(run / f"{name}.csv", dtype=text) for name in TABLES}
    for table in made.values():
        words = table.select_dtypes(exclude="number").columns
        table[words] = table[words].fillna("")
    return presenting._headline(inputs, made, inputs.config.scenarios, run)


def main(run: Path) -> None:
    """Write docs/gentofte.png and the README's block."""
    data = read(run)
    (ROOT / "docs" / "gentofte.png").write_bytes(fan_png(data, data.main_scenario, "en"))
    printed = headline(data, "da")
    last = LAST_LINE.search(printed)
    if last is None:
        raise SystemExit(f"{run}: its headline explains no result; expected a run with a scenario")
    readme = ROOT / "README.md"
    block = f"```text\n{printed[: last.end()]}\n```"
    readme.write_text(
        BLOCK.sub(lambda _: block, readme.read_text(encoding="utf-8"), count=1), encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
