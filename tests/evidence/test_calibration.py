"""Coverage of the forecasts, a small version of `tests.evidence.calibration`."""

import sys

import pytest
from scipy.stats import binom

from tests.evidence.calibration import BAND, SHAPES, Shape, calibrate, hits, summary

WORLDS = 40


@pytest.mark.slow
@pytest.mark.recovery
@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_intervals_two_years_ahead_cover(shape: Shape, capsys: pytest.CaptureFixture[str]) -> None:
    results = [r for chunk in calibrate(shape, WORLDS, seed=7, workers=2) for r in chunk]
    text = summary(shape, results)
    with capsys.disabled():
        sys.stdout.write("\n" + text + "\n")
    assert len(results) == WORLDS
    assert " s a fit" in text
    for target, label in enumerate(SHAPES[shape].targets):
        count = hits(results, target)
        too_few = binom.cdf(count, WORLDS, BAND[0])
        too_many = binom.sf(count - 1, WORLDS, BAND[1])
        assert min(too_few, too_many) > 0.5e-3, f"{label}: {count} of {WORLDS} intervals hold"
