"""Print the README's outputs again and draw its picture, from the folder of a finished run.

python docs/refresh.py outputs/gentofte
"""

import re
import sys
from pathlib import Path

import pandas as pd

from forecast.cli.figures import parse_event, parse_figure, settings
from forecast.cli.progress import Silent
from forecast.core.tree import Tree
from forecast.report.charts import fan_png
from forecast.report.data import HeadlineData
from forecast.report.terminal import headline
from forecast.run import Reverse, presenting, run_compare, run_reverse
from forecast.run.archive import read_fit

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("projections", "published", "decomposition", "findings", "prior_shift", "diagnostics")
BLOCK = re.compile(r"```text\n.*?```", re.DOTALL)
LAST_LINE = re.compile(r"^= .*$", re.MULTILINE)
"""The result of "why?": the README shows what is printed down to it."""
WHAT_IF = "Hele landet.ledighedsprocent@2021-12=6,0 pct."
EVENT, LEVER = "Gentofte.i_alt@2021>4500 FTP", "Hele landet.ledige@2021"
"""What the planner of the README's dialogue asks."""


def read(run: Path) -> HeadlineData:
    """Tables of a run as the report takes them."""
    inputs = read_fit(run).inputs
    text = {"output_type_id": str, "period": str}
    made = {name: pd.read_csv(run / f"{name}.csv", dtype=text) for name in TABLES}
    for table in made.values():
        words = table.select_dtypes(exclude="number").columns
        table[words] = table[words].fillna("")
    return presenting._headline(inputs, made, inputs.config.scenarios, run)


def compared(run: Path) -> str:
    """Print the comparison of the dialogue, down to all benefits."""
    told = settings((WHAT_IF,), None)
    text = run_compare(run, ["free", "oer-2020-08"], told, None, "da", Silent()).terminal_text
    return text.split("\n\nDe ydelser")[0].rstrip()


def reversed_(run: Path) -> str:
    """Print the reverse question of the dialogue, down to its answer."""

    def question(tree: Tree) -> Reverse:
        event, above = parse_event(EVENT, tree)
        return Reverse(event, above, parse_figure(LEVER, tree, None, "").asked(), 0.5)

    text = run_reverse(run, "oer-2020-08", question, None, "da", Silent()).terminal_text
    return text.split("\n\n")[0]


def main(run: Path) -> None:
    """Write docs/gentofte.png and the README's blocks."""
    data = read(run)
    (ROOT / "docs" / "gentofte.png").write_bytes(fan_png(data, data.main_scenario, "en"))
    printed = headline(data, "da")
    last = LAST_LINE.search(printed)
    if last is None:
        raise SystemExit(f"{run}: its headline explains no result; expected a run with a scenario")
    readme = ROOT / "README.md"
    blocks = iter([printed[: last.end()], compared(run), reversed_(run)])
    text = readme.read_text(encoding="utf-8")
    text = BLOCK.sub(lambda _: f"```text\n{next(blocks)}\n```", text)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
