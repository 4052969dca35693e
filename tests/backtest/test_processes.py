"""The processes of a backtest end with it, however it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forecast.errors import ConvergenceError
from forecast.run.backtest_work import crew
from forecast.run.resume import Store
from tests.backtest.worlds import plan, write

WORDS = """
import sys
from forecast.cli import main
if __name__ == "__main__":
    main(sys.argv[1:], prog_name="forecast")
"""


def children(pid: int) -> set[int]:
    """Processes that a process started, on a system that says so in /proc."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(word) for word in path.read_text(encoding="utf-8").split()}


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be counted does not."""
    path = Path(f"/proc/{pid}/stat")
    return path.exists() and path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


def end_of(pids: set[int], seconds: float = 10) -> bool:
    """Whether all of them end in time."""
    until = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, pids))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A backtest with two workers, at its first progress, with seconds of work ahead."""
    own, areas = write(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(WORDS, encoding="utf-8")
    words = ["backtest", "--panel", own, "--areas", areas, "--models", "arima_share,arima"]
    words += ["--draws", 1000, "--workers", 2, "--out", tmp_path / "out"]
    with subprocess.Popen(
        [sys.executable, str(program), *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a shell's background work has Ctrl-C ignored, and hands that on
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "/18 " in line:
                break
        yield process
        process.kill()


def test_ctrl_c_leaves_one_line_and_nothing_else(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    workers = children(running.pid)
    assert len(workers) >= 2
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does, to all of them
    _, said = running.communicate(timeout=20)
    assert running.returncode == 1
    errors = [line for line in said.splitlines() if "/18 " not in line]
    assert len([line for line in errors if line]) == 1
    assert "Ctrl-C" in said
    assert end_of(workers)
    left = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert [name for name in left if not name.startswith(".out-resume-")] == []


def test_workers_end_with_a_process_that_is_killed(running: subprocess.Popen[str]) -> None:
    workers = children(running.pid)
    running.kill()
    assert end_of(workers)


def test_a_worker_that_is_killed_is_an_error_in_one_line(tmp_path: Path) -> None:
    store = Store.beside(tmp_path / "out", "0" * 64)

    def killed() -> None:
        with crew(plan(), store, 1) as pool:
            os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
            pool.submit(time.sleep, 60).result()

    said = r"^a worker process was ended from outside.*with fewer --workers, and it goes on"
    with pytest.raises(ConvergenceError, match=said):
        killed()
    assert multiprocessing.active_children() == []


def test_an_error_does_not_wait_for_work_under_way(tmp_path: Path) -> None:
    store = Store.beside(tmp_path / "out", "0" * 64)

    def interrupted() -> None:
        with crew(plan(), store, 1) as pool:
            pool.submit(time.sleep, 60)
            time.sleep(0.2)
            raise KeyboardInterrupt("stop")

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match="stop"):
        interrupted()
    assert time.monotonic() - begin < 30
    assert multiprocessing.active_children() == []
