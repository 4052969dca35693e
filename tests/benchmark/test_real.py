"""The published benchmark, and simulated ones: what the expected share must show."""

from pathlib import Path

import numpy as np
import pytest

from tests.evidence import benchmark_real, benchmark_worlds

RIDGE = (0.90, 0.73, 0.80, 0.90)
"""Correlation of a tuned ridge's expectation with the published one: all, and the three groups."""


def test_the_published_table_passes_its_checks(shared_panels: Path) -> None:
    """Gentofte's rows as they are known from elsewhere."""
    table, _ = benchmark_real.read(shared_panels)
    assert table.notes == ()
    place = table.position("Gentofte")
    assert table.expected[place, 0].tolist() == [2690, 2910, 3000]
    assert table.actual[place, 0].tolist() == [2590, 2830, 2880]
    assert (100 * table.gap[place, 0]).round(2).tolist() == [-0.21, -0.17, -0.27]
    assert table.rank[place, :, 0].tolist() == [22, 46, 12, 40]


@pytest.mark.slow
def test_our_expectation_is_as_near_to_the_published_as_a_ridge(shared_panels: Path) -> None:
    found = list(benchmark_real.agreement(*benchmark_real.read(shared_panels)))
    for one, least in zip(found, RIDGE, strict=True):
        assert one.ours >= least - 0.02, one
    assert np.mean([one.ours for one in found]) > np.mean(RIDGE)


@pytest.mark.slow
def test_the_next_half_year_is_foreseen(shared_panels: Path) -> None:
    found = list(benchmark_real.coming(benchmark_real.read(shared_panels)[0]))
    assert np.mean([one.ours / one.normal for one in found]) <= 0.95
    assert 0.72 <= np.mean([one.inside for one in found]) <= 0.88


@pytest.mark.slow
def test_ranks_and_probabilities_mean_what_they_say() -> None:
    """A small lot of worlds; the whole one stands in docs/evidence.md."""
    made = benchmark_worlds.run(10, seed=5)
    like, _, none = made.values()
    inside = np.array(like.inside)
    error = inside.std(ddof=1) / np.sqrt(len(inside))
    assert 0.88 - 3 * error <= inside.mean() <= 0.92 + 3 * error
    said, true = np.concatenate(like.said), np.concatenate(like.true)
    assert benchmark_worlds.reliability(said, true) <= 0.03
    assert np.mean(none.flagged) <= 0.01
