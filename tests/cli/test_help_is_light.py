"""``forecast --help`` must not import what makes it slow."""

import subprocess
import sys

import pytest

HEAVY = (
    *("altair", "arviz", "babel", "jinja2", "numba", "numpy", "nutpie", "pandas", "pandera"),
    *("pyarrow", "pydantic", "pymc", "pytensor", "rich", "scipy", "statsforecast", "statsmodels"),
    "xarray",
)
PROGRAM = """
import sys
from forecast.cli import main
main({arguments!r}, standalone_mode=False)
print(*sorted({heavy!r} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["project", "--help"],
        ["backtest", "--help"],
        ["data", "check", "--help"],
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = PROGRAM.format(arguments=arguments, heavy=set(HEAVY))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("Usage:")
    assert done.stderr.strip() == ""
