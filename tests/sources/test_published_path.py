"""Forecasts of the nation that were published at the time."""

from pathlib import Path

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.sources.published_path import PublishedPaths, load_published_paths

JANUARY = 2020 * 12


def paths(folder: Path, text: str, groups: tuple[str, ...] = ("ledige",)) -> PublishedPaths:
    file = folder / "officiel.csv"
    file.write_text(text, encoding="utf-8-sig")
    return load_published_paths(file, groups)


def test_the_newest_that_was_out_counts(tmp_path: Path) -> None:
    found = paths(
        tmp_path,
        "published;period;value\n2019-12;2020-01;1.000,5\n2019-12;2020-02;1.100,5\n"
        "2020-01;2020-02;900,5\n2020-02;2020-02;1,5\n",
    )
    assert np.array_equal(found(JANUARY - 1, 2), [[1000.5, 1100.5]])
    # what comes out in a month is known at its end, what comes out later is not
    assert np.array_equal(found(JANUARY, 1), [[900.5]])


def test_groups_stand_in_the_order_of_the_panel(tmp_path: Path) -> None:
    text = "published,group,period,value\n2019-12,b,2020-01,2\n2019-12,a,2020M01,1\n"
    assert np.array_equal(paths(tmp_path, text, ("a", "b"))(JANUARY - 1, 1), [[1], [2]])


HEAD = "published,period,value\n"
GROUPS = "published,period,value,group\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, r"officiel\.csv: a heading and no rows"),
        ("published,period\n2020-01,2020-02\n", r"column 'value' is missing"),
        (HEAD + "2020,2020-02,1\n", r"row 2, column 'published': "),
        (HEAD + "2020-01,2020-13,1\n", r"row 2, column 'period': "),
        (HEAD + "2020-01,2020-02,1\n2020-01,2020M02,2\n", r"row 3: 2020-02 stands twice"),
        (HEAD + "2020-01,2020-02,-1\n", r"row 2, column 'value': found '-1', expected zero"),
        (HEAD + "2020-01,2020-02,\n", r"row 2, column 'value': "),
        (HEAD + "2020-01,2020-02,mange\n", r"row 2, column 'value': "),
        (GROUPS + "2020-01,2020-02,1,ledgie\n", r"row 2: unknown group 'ledgie' \(did you mean"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_its_row(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said) as caught:
        paths(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("officiel.csv")


def test_a_panel_of_several_groups_needs_their_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row 2: unknown group ''; expected one of a, b"):
        paths(tmp_path, HEAD + "2020-01,2020-02,1\n", ("a", "b"))


def test_a_path_must_reach_to_the_horizon(tmp_path: Path) -> None:
    found = paths(tmp_path, HEAD + "2019-12,2020-01,1\n2019-12,2020-02,2\n")
    with pytest.raises(DataError, match=r"of 2019-12 has no value of ledige in 2020-03.*2020-03;"):
        found(JANUARY - 1, 3)
    with pytest.raises(DataError, match=r"nothing was published by 2019-11, the first is of 2019"):
        found(JANUARY - 2, 1)
