"""331 derived figures of the documents, recomputed and judged."""

import csv
import shutil
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.core.tree import Tree
from forecast.errors import DataError
from forecast.keyfigures.intervals import Interval, change_per_cent, per_cent, total
from forecast.keyfigures.recompute import RECOMPUTE_COLUMNS, recompute
from forecast.sources.danish_numbers import parse_decimal
from forecast.sources.published import Published, load_published

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def recomputed(published: Published) -> Rows:
    table = recompute(published)
    assert tuple(table.columns) == RECOMPUTE_COLUMNS
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


@pytest.fixture(scope="module")
def expected(folder: Path) -> Rows:
    """Worked out apart from this code, see data/README.md."""
    with (folder / "efterregning.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_verdicts_are_those_worked_out_apart(recomputed: Rows, expected: Rows) -> None:
    names = ("check", "page_table", "what", "verdict")
    assert [[row[n] for n in names] for row in recomputed] == [
        [row[n] for n in names] for row in expected
    ]
    assert Counter(row["verdict"] for row in recomputed) == {
        "exact": 193,
        "rounding": 126,
        "wrong": 12,
    }


def test_the_numbers_and_bounds_agree_to_the_last_digit(recomputed: Rows, expected: Rows) -> None:
    for row, wanted in zip(recomputed, expected, strict=True):
        for name in ("recomputed", "low", "high"):
            if not wanted[name]:  # one figure in two tables has no bounds there
                continue
            digits = len(wanted[name].partition(".")[2])
            # the eleven implied national totals were rounded to whole persons before their sum
            slack = 11 * 0.5 if row["check"] == "MG-land" else 0.5000001 * 10**-digits
            assert abs(float(row[name]) - float(wanted[name])) <= slack, (row, name)


def test_what_is_printed_is_carried_verbatim(recomputed: Rows, expected: Rows) -> None:
    differ = {
        (row["printed"], wanted["printed"])
        for row, wanted in zip(recomputed, expected, strict=True)
        if row["printed"] != wanted["printed"]
    }
    # a fall printed without sign, and a number with a hidden cell run on
    assert differ == {("2,2", "-2,2"), ("2.200419,6262626", "2200")}


def test_every_misprint_has_its_reason_and_nothing_else_has(recomputed: Rows) -> None:
    reasons = [str(row["reason"]) for row in recomputed if row["verdict"] == "wrong"]
    assert Counter(reason.partition(":")[0] for reason in reasons) == {
        "E1": 1,
        "E2": 1,
        "E3": 1,
        "E5": 1,
        "E15": 3,
        "E16": 4,
        "E18": 1,
    }
    assert all(row["reason"] == "" for row in recomputed if row["verdict"] != "wrong")


def test_a_misprint_that_nobody_explained_is_an_error(
    folder: Path, tree: Tree, tmp_path: Path
) -> None:
    changed = tmp_path / "published"
    shutil.copytree(folder, changed)
    path = changed / "oekonomisk_status.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('501,mio. kr.,"501,0"', '511,mio. kr.,"511,0"'), encoding="utf-8")
    with pytest.raises(DataError, match=r"no reason for check 'ØK'.*printed 511,0, recomputed 501"):
        recompute(load_published(changed, tree.groups))


def test_a_figure_that_is_gone_is_named(folder: Path, tree: Tree, tmp_path: Path) -> None:
    changed = tmp_path / "published"
    shutil.copytree(folder, changed)
    path = changed / "tabel_03_andel_offentlig_forsoergelse.csv"
    path.unlink()  # no check needs it
    recompute(load_published(changed, tree.groups))
    (changed / "tabel_10_sagsantal.csv").unlink()
    with pytest.raises(DataError, match=r"tabel_10_sagsantal\.csv: no figures"):
        recompute(load_published(changed, tree.groups))


# --- intervals ------------------------------------------------------------------------------------

rounded = st.builds(
    Interval.rounded,
    st.decimals(min_value=1, max_value=10**5, places=1),
    st.just(Decimal("0.05")),
)


@given(rounded, rounded, st.fractions(0, 1), st.fractions(0, 1))
def test_whatever_the_unprinted_decimals_the_bounds_hold_the_result(
    one: Interval, other: Interval, where: Fraction, there: Fraction
) -> None:
    a = one.low + (one.high - one.low) * where
    b = other.low + (other.high - other.low) * there
    for result, truth in [
        (one + other, a + b),
        (one - other, a - b),
        (per_cent(one, other), 100 * a / b),
        (change_per_cent(one, other), 100 * (b / a - 1)),
        (total([one, other, one]), 2 * a + b),
    ]:
        assert result.low <= truth <= result.high


def test_what_is_counted_is_not_taken_below_zero() -> None:
    nobody = Interval.rounded(Decimal(0), Decimal("0.5"))
    assert (nobody.low, nobody.high) == (0, Fraction(1, 2))
    fall = Interval.rounded(Decimal("-0.1"), Decimal("0.05"))
    assert fall.low == Fraction(-15, 100)


def test_division_by_what_may_be_zero_is_refused() -> None:
    with pytest.raises(DataError, match="the divisor must be above zero"):
        Interval.exact(1) / Interval.rounded(Decimal(0), Decimal("0.5"))


def test_bounds_must_hold_their_value() -> None:
    with pytest.raises(DataError, match="does not hold its value"):
        Interval(Fraction(3), Fraction(0), Fraction(2))


def test_ties_are_exact() -> None:
    """7,95 rounds to 7,9 and to 8,0: neither printed figure is called wrong."""
    half = parse_decimal("7,95", "danish")
    assert half is not None
    assert Interval.exact(half).meets(Interval.rounded(Decimal("7.9"), Decimal("0.05")))
    assert Interval.exact(half).meets(Interval.rounded(Decimal("8.0"), Decimal("0.05")))
