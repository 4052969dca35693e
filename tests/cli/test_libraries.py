"""What libraries announce when they are imported does not reach a planner."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
{before}
with {manager}:
    import arviz, pymc
"""


def imported(tmp_path: Path, manager: str) -> str:
    """Stderr of importing in a home of its own and without a compiler on the path."""
    program = PROGRAM.format(
        before="from forecast.cli.libraries import quiet; from contextlib import nullcontext",
        manager=manager,
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"HOME": str(tmp_path), "PATH": str(tmp_path)},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stderr


def test_a_missing_compiler_and_news_of_a_library_are_kept_off_stderr(tmp_path: Path) -> None:
    assert imported(tmp_path, "quiet()") == ""
    assert "g++ not detected" in imported(tmp_path, "nullcontext()")
