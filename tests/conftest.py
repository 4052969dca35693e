"""Fixtures that every part of the tests may use."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

# two cores shared with other jobs: a slow example is no failure
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file in one process, and all that read the fitted run in one, so that it is made once.

    Of two processes one takes `tests/run`, about half of the time, and the other the rest.
    """
    for item in items:
        group = "run" if item.path.parent.name == "run" else item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def shared_panels() -> Path:
    """Folder of the real monthly panels, which stand beside the repository and not in it."""
    folder = SHARED / "panels"
    if not folder.is_dir():
        pytest.skip("the real monthly panels are not beside this checkout")
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(20200907)


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner of commands in an empty folder, stderr kept apart from stdout."""
    monkeypatch.chdir(tmp_path)
    return CliRunner()
