"""Pictures of calibration, a panel for each method."""

import re

import numpy as np
import pytest

from forecast.report.calibration import BINS, COLUMNS, coverage_svg, pit_svg


@pytest.fixture
def pits() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {"level": rng.random(4000), "narrow": rng.choice([0.01, 0.99], 4000)}


def test_each_method_has_bars_of_its_own(pits: dict[str, np.ndarray]) -> None:
    picture = pit_svg(pits)
    assert all(f">{name}<" in picture for name in pits)
    bars = re.findall(r'<path [^>]*fill="#4c78a8"', picture)
    # twenty bars a method and no method drawn over another
    assert len(bars) == BINS * len(pits)


def test_the_coverage_of_each_method_is_a_line(pits: dict[str, np.ndarray]) -> None:
    picture = coverage_svg(pits, "en")
    assert all(f">{name}<" in picture for name in pits)
    assert "Share of the actual figures" in picture
    assert len(pits) < COLUMNS
