"""The ladder against cases counted week by week, by hand and by chance, to the øre."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.budget.ladder import Cases, mondays, seniority, shared
from forecast.config.budget import load_refusion
from forecast.errors import DataError

RULES = load_refusion()
GROUPS = (
    "dagpenge",
    "sygedagpenge",
    "kontanthjaelp_aktivitetsparate",
    "foertidspension",
    "fleksjob",
    "ledighedsydelse",
    "ressourceforloeb",
)
LADDER = ((1, 4, "0.80"), (5, 26, "0.40"), (27, 52, "0.30"), (53, 10**6, "0.20"))
"""Weeks of each step and the state's part, as lov 994 of 2015 has them."""

OLD = {"foertidspension": "0.50", "fleksjob": "0.65", "ledighedsydelse": "0.65"}
REFORM, COUNTS = date(2014, 7, 1), date(2014, 7, 1)


def by_hand(
    first: date, weeks: list[tuple[str, date, int] | None]
) -> tuple[list[int], list[tuple[Decimal, Decimal]]]:
    """One person's weeks, one after the other: seniority, and kroner of state and municipality."""
    told: list[int] = []
    paid: list[tuple[Decimal, Decimal]] = []
    history: list[bool] = []
    count = 0
    for number, week in enumerate(weeks):
        monday = first + timedelta(days=7 * number)
        if week is None:
            told.append(0)
            paid.append((Decimal(0), Decimal(0)))
            history.append(False)
            continue
        group, granted, oere = week
        if monday >= COUNTS:
            if count and history[-156:].count(False) >= 52:
                count, history = 0, []
            count += 1
        told.append(count)
        history.append(True)
        share = next(part for low, high, part in LADDER if low <= max(count, 1) <= high)
        if group in OLD and granted < REFORM:
            share = OLD[group]
        gross = Decimal(oere) / 100
        state = (gross * Decimal(share)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        paid.append((state, gross - state))
    return told, paid


def cases_of(first: date, people: list[list[tuple[str, date, int] | None]]) -> Cases:
    shape = (len(people), len(people[0]))
    benefit, granted = np.full(shape, -1), np.zeros(shape, dtype=np.int64)
    gross = np.zeros(shape, dtype=np.int64)
    for p, weeks in enumerate(people):
        for w, week in enumerate(weeks):
            if week is not None:
                benefit[p, w] = GROUPS.index(week[0])
                granted[p, w], gross[p, w] = week[1].toordinal(), week[2]
    return Cases(first, GROUPS, benefit, granted, gross)


def agree(first: date, people: list[list[tuple[str, date, int] | None]]) -> None:
    """Check every week of every person, to the øre."""
    cases = cases_of(first, people)
    found = shared(cases, RULES)
    counted = seniority(cases.benefit >= 0, first, RULES)
    for p, weeks in enumerate(people):
        told, paid = by_hand(first, weeks)
        assert counted[p].tolist() == told
        for w, (state, municipality) in enumerate(paid):
            assert Decimal(int(found.state[p, w])) / 100 == state
            assert Decimal(int(found.municipality[p, w])) / 100 == municipality


START = date(2016, 1, 4)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_random_spells_to_the_oere(seed: int) -> None:
    """Persons come and go over ten years, on any benefit, granted before or after the reform."""
    rng = np.random.default_rng(seed)
    people: list[list[tuple[str, date, int] | None]] = []
    for _ in range(4):
        weeks: list[tuple[str, date, int] | None] = []
        while len(weeks) < 520:
            length = int(rng.choice([1, 3, 4, 5, 25, 26, 27, 51, 52, 53, 110, 160]))
            if rng.random() < 0.5:
                weeks += [None] * length
                continue
            group = GROUPS[rng.integers(len(GROUPS))]
            granted = REFORM + timedelta(days=int(rng.integers(-3, 3)))
            weeks += [(group, granted, int(rng.integers(1, 600_000))) for _ in range(length)]
        people.append(weeks[:520])
    agree(START, people)


@pytest.mark.parametrize("group", GROUPS)
def test_every_step_begins_in_its_week(group: str) -> None:
    after = REFORM
    cases = cases_of(START, [[(group, after, 10_000)] * 60])
    state = shared(cases, RULES).state[0]
    assert state[[0, 3]].tolist() == [8000, 8000]
    assert state[[4, 25]].tolist() == [4000, 4000]
    assert state[[26, 51]].tolist() == [3000, 3000]
    assert state[[52, 59]].tolist() == [2000, 2000]


@pytest.mark.parametrize(
    ("group", "granted", "expected"),
    [
        ("foertidspension", date(2014, 6, 30), 5000),
        ("foertidspension", date(2014, 7, 1), 8000),
        ("fleksjob", date(2014, 6, 30), 6500),
        ("fleksjob", date(2014, 7, 1), 8000),
        ("ledighedsydelse", date(2014, 6, 30), 6500),
        ("sygedagpenge", date(2014, 6, 30), 8000),
    ],
)
def test_both_sides_of_the_reform_of_2014(group: str, granted: date, expected: int) -> None:
    assert shared(cases_of(START, [[(group, granted, 10_000)]]), RULES).state[0, 0] == expected


@pytest.mark.parametrize(("off", "anew"), [(51, False), (52, True), (53, True)])
def test_a_year_of_self_support_begins_anew(off: int, anew: bool) -> None:
    week = ("kontanthjaelp_aktivitetsparate", REFORM, 100)
    weeks = [week] * 10 + [None] * off + [week]
    counted = seniority(cases_of(START, [weeks]).benefit >= 0, START, RULES)[0]
    assert counted[-1] == (1 if anew else 11)


def test_weeks_of_self_support_add_up_within_three_years_only() -> None:
    week = ("sygedagpenge", REFORM, 100)
    near = [week] + [None] * 30 + [week] * 60 + [None] * 22 + [week]
    far = [week] + [None] * 30 + [week] * 135 + [None] * 22 + [week]
    for weeks, last in ((near, 1), (far, 137)):
        assert seniority(cases_of(START, [weeks]).benefit >= 0, START, RULES)[0, -1] == last


def test_weeks_before_july_2014_do_not_count() -> None:
    first = date(2014, 6, 16)
    support = np.ones((1, 5), dtype=bool)
    assert seniority(support, first, RULES)[0].tolist() == [0, 0, 0, 1, 2]
    assert mondays(first, 3)[2] == date(2014, 6, 30)


def test_the_half_of_an_oere_goes_to_the_state() -> None:
    odd = shared(cases_of(START, [[("sygedagpenge", REFORM, 1)] * 60]), RULES)
    assert (odd.state + odd.municipality).tolist() == [[1] * 60]
    assert odd.state[0, [0, 4, 59]].tolist() == [1, 0, 0]


def test_a_week_that_costs_something_before_the_ladder_is_refused() -> None:
    cases = cases_of(date(2015, 12, 28), [[("sygedagpenge", REFORM, 100)] * 2])
    with pytest.raises(DataError, match="person 1, week of 2015-12-28: before 2016-01-04"):
        shared(cases, RULES)
    with pytest.raises(DataError, match="2016-01-05 is no Monday"):
        mondays(date(2016, 1, 5), 1)
