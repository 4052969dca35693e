"""Spells and tables of steps: read as weeks and numbers, each fault one line with its row."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.sources.stays import read_spells, read_steps, step_heads

GROUPS = ("dagpenge", "sygedagpenge")
FIRSTS = (1, 5, 27, 53)


def spells(path: Path, *lines: str, head: str = "ydelse;fra;til;opgjort;uger før") -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_days_become_weeks(tmp_path: Path) -> None:
    """Ended spells count the week of their end, running ones the weeks that are over."""
    found = read_spells(
        spells(
            tmp_path / "f.csv",
            "dagpenge;2019-01-07;2019-01-13;2019-12-31;",
            "dagpenge;07-01-2019;14.01.2019;2019-12-31;30",
            "dagpenge;2019-12-02;;2019-12-31;0",
            "sygedagpenge;2019-12-02;2019-12-31;2019-12-31;",
        ),
        GROUPS,
    )
    one = found["dagpenge"]
    assert (one.weeks, one.ended, one.before) == ((1, 2, 4), (True, True, False), (0, 30, 0))
    # who is there on the day of the list has not left
    assert found["sygedagpenge"].ended == (False,)


def test_dates_of_a_spreadsheet_are_days(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "ydelse": ["dagpenge", "dagpenge"],
            "fra": [date(2019, 1, 7), date(2019, 12, 2)],
            "til": [date(2019, 1, 13), None],
            "opgjort": [date(2019, 12, 31)] * 2,
        }
    )
    table.to_excel(tmp_path / "f.xlsx", index=False)
    found = read_spells(tmp_path / "f.xlsx", GROUPS)["dagpenge"]
    assert (found.weeks, found.ended) == ((1, 4), (True, False))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dagpeng;2019-01-07;;2019-12-31;", "row 2: unknown benefit 'dagpeng' (did you mean"),
        ("dagpenge;2019-01;;2019-12-31;", "row 2, column 'fra': '2019-01' is no day"),
        ("dagpenge;;;2019-12-31;", "row 2, column 'fra': '' is no day"),
        ("dagpenge;2019-01-07;2019-13-01;2019-12-31;", "column 'til': '2019-13-01' is no day"),
        ("dagpenge;2019-01-07;2019-01-01;2019-12-31;", "ends 2019-01-01, before it begins"),
        ("dagpenge;2020-01-07;;2019-12-31;", "begins 2020-01-07, after the list was drawn"),
        ("dagpenge;2019-01-07;;2019-12-31;et år", "column 'uger før': 'et år'; expected whole"),
    ],
)
def test_a_spell_that_cannot_be_is_refused(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_spells(spells(tmp_path / "f.csv", line), GROUPS)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("ydelse;fra;til", "column 'opgjort' is missing"),
        ("ydelse;fra;til;opgjort;cpr", "unknown column 'cpr'"),
    ],
)
def test_heads_are_checked(head: str, said: str, tmp_path: Path) -> None:
    """A column that names anybody is refused, too."""
    cells = ";".join(["dagpenge", "2019-01-07", "", "2019-12-31", "x"][: head.count(";") + 1])
    with pytest.raises(DataError, match=said):
        read_spells(spells(tmp_path / "f.csv", cells, head=head), GROUPS)
    with pytest.raises(DataError, match="a heading and no rows"):
        read_spells(spells(tmp_path / "g.csv"), GROUPS)


def test_steps_are_numbers_in_any_unit(tmp_path: Path) -> None:
    head = ";".join(["ydelse", *step_heads(FIRSTS)])
    assert head == "ydelse;uge 1-4;uge 5-26;uge 27-52;uge 53-"
    path = spells(tmp_path / "t.csv", "dagpenge;1.100,5;300;200;70", head=head)
    assert read_steps(path, GROUPS, FIRSTS)["dagpenge"] == pytest.approx([1100.5, 300, 200, 70])
    table = pd.DataFrame([["sygedagpenge", 1.5, 2, 3, 0]], columns=head.split(";"))
    table.to_excel(tmp_path / "t.xlsx", index=False)
    found = read_steps(tmp_path / "t.xlsx", GROUPS, FIRSTS)
    assert np.array_equal(found["sygedagpenge"], [1.5, 2, 3, 0])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["dagpeng;1;2;3;4"], "row 2: unknown benefit 'dagpeng'"),
        (["dagpenge;1;2;3;4", "dagpenge;1;2;3;4"], "row 3: dagpenge stands twice"),
        (["dagpenge;1;mange;3;4"], "row 2, column 'uge 5-26': 'mange' is no number"),
        (["dagpenge;1;;3;4"], "row 2, column 'uge 5-26': '' is no number"),
        (["dagpenge;1;-2;3;4"], "row 2, column 'uge 5-26': '-2'; expected how many"),
        (["dagpenge;0;0;0;0"], "row 2: nobody on any step"),
        ([], "a heading and no rows"),
    ],
)
def test_a_table_that_cannot_be_is_refused(lines: list[str], said: str, tmp_path: Path) -> None:
    path = spells(tmp_path / "t.csv", *lines, head=";".join(["ydelse", *step_heads(FIRSTS)]))
    with pytest.raises(DataError) as caught:
        read_steps(path, GROUPS, FIRSTS)
    assert said in str(caught.value)
