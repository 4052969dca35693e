"""Monthly panels: who lies in whom, what was known when, and what is missing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.core.monthly import (
    SHORTEST_HISTORY,
    MonthlyPanel,
    Vintage,
    check_horizon,
)
from forecast.errors import AlignmentError, DataError

FIRST = 2021 * 12
AREAS = ("land", "by", "ø", "mark")
PARENTS = {"land": None, "øst": "land", "by": "øst", "ø": "øst", "mark": "land"}


def panel(values: Any = None, length: int = 6, **changes: Any) -> MonthlyPanel:  # noqa: ANN401
    """One group of a country with two parts in the east, which has no series, and one outside."""
    shape = (len(AREAS), 1, length)
    fields: dict[str, Any] = {
        "areas": AREAS,
        "groups": ("dagpenge",),
        "months": FIRST + np.arange(length),
        "values": np.ones(shape) if values is None else np.asarray(values, float).reshape(shape),
        "parents": PARENTS,
        "national": "land",
        "unit": "fuldtidspersoner",
        "adjustment": "actual",
        "source": "own.csv",
        "provisional": np.zeros(shape, np.bool_),
    }
    return MonthlyPanel(**fields | changes)


def series(*rows: str) -> np.ndarray:
    """Values from a text each: a digit is a value, a point a missing month."""
    return np.array(
        [[np.nan if letter == "." else float(letter) for letter in row] for row in rows]
    )


def test_leaves_and_sums_follow_parents_with_and_without_series() -> None:
    made = panel()
    assert made.leaves == ("by", "ø", "mark")
    assert made.ancestors("by") == ("øst", "land")
    assert made.area_sums == {"øst": ("by", "ø")}
    assert made.position("ø") == 2


def test_history_ends_at_the_origin() -> None:
    made = panel(np.arange(24.0)).until(FIRST + 2)
    assert made.months.tolist() == [FIRST, FIRST + 1, FIRST + 2]
    assert made.values[1, 0].tolist() == [6, 7, 8]
    assert made.last(2).values[1, 0].tolist() == [7, 8]
    assert made.last(99).values.shape == (4, 1, 3)


def test_history_holds_what_had_been_published() -> None:
    first, second = (series("11....", *["1....."] * 3), series("222...", *["2....."] * 3))
    vintages = (
        Vintage(FIRST + 2, first.reshape(4, 1, 6)),
        Vintage(FIRST + 3, second.reshape(4, 1, 6)),
    )
    made = panel(np.full(24, 3.0), vintages=vintages)
    assert made.until(FIRST + 2).values[0, 0, :2].tolist() == [1, 1]
    assert np.isnan(made.until(FIRST + 2).values[0, 0, 2])
    assert made.until(FIRST + 4).values[0, 0, :3].tolist() == [2, 2, 2]
    assert len(made.until(FIRST + 2).vintages) == 1
    assert made.until(FIRST + 4).last(2).vintages[1].values.shape == (4, 1, 2)
    with pytest.raises(AlignmentError, match="origin 2021-01: the oldest vintage is of 2021-03"):
        made.until(FIRST)


@pytest.mark.parametrize("origin", [FIRST - 1, FIRST + 6])
def test_origin_outside_the_panel_is_refused(origin: int) -> None:
    with pytest.raises(AlignmentError, match=r"expected a month within 2021-01\.\.2021-06"):
        panel().until(origin)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "shape": ({"provisional": np.zeros((4, 6), np.bool_)}, r"provisional has shape \(4, 6\)"),
    "area twice": ({"areas": ("land", "by", "by", "mark")}, "an area or a group stands twice"),
    "months apart": ({"months": FIRST + 2 * np.arange(6)}, "months are not consecutive"),
    "no nation": ({"national": "rige"}, "no series of rige"),
    "negative": (
        {"values": np.where(np.arange(24) == 7, -1.0, 1.0).reshape(4, 1, 6)},
        "by, dagpenge, 2021-02 is -1",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_panel_that_cannot_be_is_refused(fault: str) -> None:
    changes, message = FAULTS[fault]
    with pytest.raises(AlignmentError, match=message):
        panel(**changes)


def test_gaps_are_the_months_that_others_have() -> None:
    made = panel(series(".1111.", ".11.1.", "..111.", "......"))
    assert [str(gap) for gap in made.gaps()] == [
        "by, dagpenge: 2021-04 missing",
        "ø, dagpenge: 2021-02 missing",
        "mark, dagpenge: no value in any month",
    ]
    (by, ø, mark) = made.gaps()
    assert [window.code for window in mark.windows] == ["2021-02..2021-05"]
    assert (by.empty, ø.empty, mark.empty) == (False, False, True)


def test_a_group_without_any_value_is_missing_throughout() -> None:
    made = panel(np.full(24, np.nan))
    assert {window.code for gap in made.gaps() for window in gap.windows} == {"2021-01..2021-06"}


def test_many_gaps_are_counted() -> None:
    made = panel(series("1" * 11, "1.1.1..1.11", "1" * 11, "1" * 11), length=11)
    assert [str(gap) for gap in made.gaps()] == [
        "by, dagpenge: 2021-02, 2021-04, 2021-06..2021-07 and 1 more missing"
    ]


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=4, max_size=4))
def test_gaps_name_exactly_the_missing_months_of_the_span(filled: list[list[bool]]) -> None:
    made = panel(np.where(filled, 1.0, np.nan))
    known = [t for t in range(6) if any(row[t] for row in filled)]
    span = range(known[0], known[-1] + 1) if known else range(6)
    expected = {
        (area, FIRST + t)
        for area, row in zip(AREAS, filled, strict=True)
        for t in span
        if not row[t]
    }
    found = [
        (gap.area, int(month))
        for gap in made.gaps()
        for window in gap.windows
        for month in window.months
    ]
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_panel_long_enough_is_taken() -> None:
    made = panel(length=48)
    check_horizon(made, FIRST + SHORTEST_HISTORY - 1, 24)
    check_horizon(made, FIRST + 47, 24, scored=False)


@pytest.mark.parametrize(
    ("origin", "horizon", "message"),
    [
        (22, 12, "own.csv: 23 months up to the origin 2022-11, expected at least 24; choose an "
         "origin of 2022-12 or later"),
        (-3, 12, "own.csv: 0 months up to the origin 2020-10, expected at least 24"),
        (40, 12, "own.csv: 7 months after the origin 2024-05, expected at least 12; choose an "
         "origin of 2023-12 or earlier or a shorter horizon"),
        (50, 12, "own.csv: 0 months after the origin 2025-03, expected at least 12"),
    ],
)  # fmt: skip
def test_a_panel_too_short_says_how_many_months_there_are_and_need_be(
    origin: int, horizon: int, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        check_horizon(panel(length=48), FIRST + origin, horizon)


def test_an_origin_after_the_panel_is_refused_where_nothing_is_scored() -> None:
    with pytest.raises(DataError, match=r"choose an origin of 2024-12 or earlier$"):
        check_horizon(panel(length=48), FIRST + 48, 12, scored=False)
