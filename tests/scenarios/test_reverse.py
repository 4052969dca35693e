"""The value of one figure at which an event becomes as likely as asked."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import norm

from forecast.errors import ConvergenceError
from forecast.scenarios.reverse import BETWEEN, SPREAD, crossing

FIRST = np.linspace(0.02, 0.06, len(SPREAD)).tolist()


def normal(values: Sequence[float]) -> list[float]:
    """Rises from nothing to certainty about 0.045."""
    return [float(norm.cdf(v, 0.045, 0.01)) for v in values]


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_the_crossing_is_where_the_probability_is(level: float) -> None:
    found = crossing(normal, FIRST, level)
    assert found.at == pytest.approx(norm.ppf(level, 0.045, 0.01), abs=2e-4)
    assert found.rises
    assert list(found.values) == sorted(found.values)
    assert found.chances == pytest.approx(normal(found.values))


def test_it_may_fall() -> None:
    found = crossing(lambda values: [1.0 - c for c in normal(values)], FIRST, 0.3)
    assert found.at == pytest.approx(norm.ppf(0.7, 0.045, 0.01), abs=2e-4)
    assert not found.rises


def test_it_is_looked_for_beyond_what_is_likely() -> None:
    found = crossing(lambda values: [float(norm.cdf(v, 0.08, 0.005)) for v in values], FIRST, 0.5)
    assert found.at == pytest.approx(0.08, abs=5e-4)
    assert max(found.values) == pytest.approx(0.09)


def test_where_it_never_crosses_there_is_no_answer() -> None:
    found = crossing(lambda values: [0.1] * len(values), FIRST, 0.5)
    assert found.at is None
    assert len(found.values) == len(FIRST) + 4


def test_few_values_are_tried() -> None:
    assert len(crossing(normal, FIRST, 0.5).values) == len(FIRST) + BETWEEN


def test_counts_that_wobble_have_one_crossing() -> None:
    rng = np.random.default_rng(1)
    found = crossing(
        lambda values: [c + 0.008 * rng.standard_normal() for c in normal(values)], FIRST, 0.5
    )
    assert found.at == pytest.approx(0.045, abs=1e-3)


def test_several_answers_are_refused() -> None:
    with pytest.raises(ConvergenceError, match=r"crosses 50 pct\. 2 times between .* expected"):
        crossing(lambda values: [float(0.03 < v < 0.05) for v in values], FIRST, 0.5)
