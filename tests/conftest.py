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
