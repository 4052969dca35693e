"""The rules of the agenda, case by case, in both readings where its text leaves one open."""

from datetime import date

import numpy as np
import pytest

from forecast.benchmark.supervision import (
    Measurement,
    Person,
    Reason,
    Share,
    State,
    focus_shares,
    history,
    mean_share,
    other_readings,
    probabilities,
)
from forecast.config.supervision import Readings, load_supervision
from forecast.errors import ConfigError, DataError

RULES = load_supervision()
FIRST = RULES.model_copy(update={"rules": RULES.rules[:1]})
"""The rules of the agenda alone, with limits of 20 per cent throughout."""

APRIL_2021 = 2021 * 12 + 3
RESULT, FOCUS, UNKNOWN, WATCHED, RULED = (
    State.RESULT_MET,
    State.FOCUS_MET,
    State.UNKNOWN,
    State.SUPERVISED,
    State.ADMINISTERED,
)


def at(
    months: int,
    actual: float,
    offers: float | None = None,
    conversations: float | None = None,
    extended: bool = False,
) -> Measurement:
    """A measurement so many months after April 2021; expected is 9 per cent."""
    return Measurement(APRIL_2021 + months, actual, 0.09, offers, conversations, extended)


BAD = (0.095, 0.25, 0.10)  # misses the resultatmål and one fokusmål
WORST = (0.095, 0.25, 0.30)  # misses all
GOOD = (0.095, 0.10, 0.10)  # misses the resultatmål alone

# name, measurements, state by the usual reading, and by others: (setting, value, state)
CASES = [
    ("far below expected", [at(0, 0.05)], RESULT, []),
    ("a little below", [at(0, 0.0899)], RESULT, []),
    ("equal passes: 'må ikke overstige'", [at(0, 0.09)], RESULT, []),
    ("below, all fokusmål missed: not asked", [at(0, 0.08, 0.9, 0.9)], RESULT, []),
    ("below, fokusmål not known", [at(0, 0.08)], RESULT, []),
    ("a hair above: the size of the excess does not matter", [at(0, 0.09001, 0.1, 0.1)], FOCUS, []),
    ("far above, both fokusmål met", [at(0, 0.15, 0.199, 0.199)], FOCUS, []),
    ("above, nobody without offer or conversations", [at(0, 0.1, 0.0, 0.0)], FOCUS, []),
    ("above, both missed", [at(0, *WORST)], WATCHED, []),
    ("above, offers missed", [at(0, *BAD)], WATCHED, [("focus", "both", FOCUS)]),
    (
        "above, conversations missed",
        [at(0, 0.095, 0.10, 0.25)],
        WATCHED,
        [("focus", "both", FOCUS)],
    ),
    ("offers a hair below 20", [at(0, 0.095, 0.19999, 0.1)], FOCUS, []),
    ("offers a hair above 20", [at(0, 0.095, 0.20001, 0.1)], WATCHED, [("focus", "both", FOCUS)]),
    (
        "offers exactly 20: 'mindre end'",
        [at(0, 0.095, 0.20, 0.1)],
        WATCHED,
        [("exact", "passes", FOCUS), ("focus", "both", FOCUS)],
    ),
    (
        "conversations exactly 20",
        [at(0, 0.095, 0.1, 0.20)],
        WATCHED,
        [("exact", "passes", FOCUS), ("focus", "both", FOCUS)],
    ),
    ("both exactly 20", [at(0, 0.095, 0.2, 0.2)], WATCHED, [("exact", "passes", FOCUS)]),
    (
        "offers exactly 20, conversations above",
        [at(0, 0.095, 0.2, 0.3)],
        WATCHED,
        # one is met if 20 passes, which is enough only where both must be missed
        [("focus", "both", WATCHED), ("exact", "passes", WATCHED)],
    ),
    ("20 by arithmetic: 0.1 + 0.1", [at(0, 0.095, 0.1 + 0.1, 0.3)], WATCHED, []),
    (
        "offers not known, conversations met",
        [at(0, 0.095, None, 0.1)],
        UNKNOWN,
        [("focus", "both", FOCUS)],
    ),
    (
        "offers not known, conversations missed",
        [at(0, 0.095, None, 0.3)],
        WATCHED,
        [("focus", "both", UNKNOWN)],
    ),
    ("nothing known of the fokusmål", [at(0, 0.095)], UNKNOWN, []),
    (
        "conversations not known, offers met",
        [at(0, 0.095, 0.1, None)],
        UNKNOWN,
        [("focus", "both", FOCUS)],
    ),
    ("all persons without offers", [at(0, 0.095, 1.0, 1.0)], WATCHED, []),
    ("watched, then fokusmål met within the period", [at(0, *WORST), at(6, *GOOD)], FOCUS, []),
    ("met on the last day", [at(0, *WORST), at(9, *GOOD)], FOCUS, []),
    ("watched, still missed after 8 months", [at(0, *WORST), at(8, *WORST)], WATCHED, []),
    ("still missed after 9 months", [at(0, *WORST), at(9, *WORST)], RULED, []),
    ("still missed after 12 months", [at(0, *WORST), at(12, *WORST)], RULED, []),
    (
        "one of two still missed after 9 months",
        [at(0, *WORST), at(9, *BAD)],
        RULED,
        [("focus", "both", FOCUS)],
    ),
    ("extended, 11 months", [at(0, *WORST), at(11, *WORST, True)], WATCHED, []),
    (
        "extended, 12 months: 9 + 12, or 12 in all",
        [at(0, *WORST), at(12, *WORST, True)],
        WATCHED,
        [("extension", "in-all", RULED)],
    ),
    (
        "extended, 20 months",
        [at(0, *WORST), at(20, *WORST, True)],
        WATCHED,
        [("extension", "in-all", RULED)],
    ),
    ("extended, 21 months", [at(0, *WORST), at(21, *WORST, True)], RULED, []),
    ("extended and met at 20 months", [at(0, *WORST), at(20, *GOOD, True)], FOCUS, []),
    ("extended and met at 21 months", [at(0, *WORST), at(21, *GOOD, True)], FOCUS, []),
    (
        "the resultatmål met does not end the period: the plan is for the fokusmål",
        [at(0, *WORST), at(6, 0.05, 0.3, 0.3)],
        WATCHED,
        [],
    ),
    (
        "exactly 20 in the period",
        [at(0, *WORST), at(9, 0.095, 0.2, 0.2)],
        RULED,
        [("exact", "passes", FOCUS)],
    ),
    ("fokusmål not known in the period", [at(0, *WORST), at(6, 0.095)], UNKNOWN, []),
    (
        "unknown in between, missed in the end: the period goes on counting",
        [at(0, *WORST), at(6, 0.095), at(9, *WORST)],
        RULED,
        [],
    ),
    ("recovered, and met the year after", [at(0, *WORST), at(6, *GOOD), at(12, 0.08)], RESULT, []),
    (
        "recovered, and missed again: a new period",
        [at(0, *WORST), at(6, *GOOD), at(12, *WORST)],
        WATCHED,
        [],
    ),
    (
        "a new period has nine months of its own",
        [at(0, *WORST), at(6, *GOOD), at(12, *WORST), at(20, *WORST)],
        WATCHED,
        [],
    ),
    (
        "under administration the text names no way out",
        [at(0, *WORST), at(9, *WORST), at(24, 0.05, 0.0, 0.0)],
        RULED,
        [],
    ),
    ("met, met, missed", [at(0, 0.08), at(12, 0.085), at(24, *WORST)], WATCHED, []),
    (
        "missed one year with the fokusmål met, met the next",
        [at(0, *GOOD), at(12, 0.09)],
        RESULT,
        [],
    ),
]


@pytest.mark.parametrize(("name", "measured", "usual", "others"), CASES, ids=[c[0] for c in CASES])
def test_the_agendas_rule(
    name: str,
    measured: list[Measurement],
    usual: State,
    others: list[tuple[str, str, State]],
) -> None:
    del name
    assert history(measured, FIRST)[-1].state is usual
    differ = {key: found.state for key, found in other_readings(measured, FIRST).items()}
    assert differ == {(s, v): state for s, v, state in others if state is not usual}
    for setting, value, state in others:
        readings = Readings.model_validate({setting: value})
        read = FIRST.model_copy(update={"readings": readings})
        assert history(measured, read)[-1].state is state


def test_there_are_forty_cases() -> None:
    assert len(CASES) >= 40
    assert {state for _, _, state, _ in CASES} == set(State)


def test_reasons_are_in_the_order_in_which_they_count() -> None:
    first, second = history([at(0, *BAD), at(9, *BAD)], FIRST)
    missed = (Reason.OFFERS_MISSED, Reason.CONVERSATIONS_MET)
    assert first.reasons == (Reason.RESULT_MISSED, *missed)
    assert second.reasons == (*missed, Reason.PERIOD_OVER)
    assert (first.since, second.since) == (APRIL_2021, APRIL_2021)


@pytest.mark.parametrize(
    ("month", "share", "state"),
    [
        (2022 * 12 + 2, 0.25, WATCHED),  # March 2022: still 20 per cent
        (2022 * 12 + 3, 0.25, FOCUS),  # April 2022: 30
        (2022 * 12 + 3, 0.30, WATCHED),
        (2022 * 12 + 3, 0.2999, FOCUS),
    ],
)
def test_limits_are_those_of_the_day(month: int, share: float, state: State) -> None:
    measured = Measurement(month, 0.095, 0.09, share, share)
    assert history([measured], RULES)[-1].state is state


def test_before_the_first_rules_there_is_no_answer() -> None:
    with pytest.raises(ConfigError, match="no rules for 2019-04; the first are valid from 2019-05"):
        history([Measurement(2019 * 12 + 3, 0.1, 0.09)], RULES)


@pytest.mark.parametrize(
    ("person", "without", "few"),
    [
        (Person(12, 0, 3), 1.0, 1.0),
        (Person(12, 1, 4), 0.0, 0.0),
        (Person(12, 0, 4, weeks=6), 0.0, 0.0),
        (Person(12, 0, 4, weeks=5.9), 1.0, 0.0),
        (Person(12, 0, 4, hours=225), 0.0, 0.0),
        (Person(12, 0, 4, hours=224.9), 1.0, 0.0),
        (Person(12, 2, 0), 0.0, 1.0),
    ],
)
def test_who_counts_as_without(person: Person, without: float, few: float) -> None:
    assert focus_shares([person], RULES.rules[0]) == (without, few)


def test_only_persons_with_the_seniority_count() -> None:
    young = Person(11.9, 0, 0)
    assert focus_shares([young], RULES.rules[0]) is None
    assert focus_shares([young, Person(12, 1, 4), Person(30, 0, 4)], RULES.rules[0]) == (0.5, 0.0)


def test_a_hundred_hours_are_enough_from_2022() -> None:
    person = Person(12, 0, 4, hours=120)
    assert focus_shares([person], RULES.rules[0]) == (1.0, 0.0)
    assert focus_shares([person], RULES.rules[1]) == (0.0, 0.0)


def test_shares_are_means_of_twelve_months() -> None:
    months = [0.5] * 3 + [0.1] * 6 + [0.3] * 6
    assert mean_share(months, RULES.rules[0]) == pytest.approx(0.2)
    with pytest.raises(DataError, match="11 months, expected 12"):
        mean_share(months[:11], RULES.rules[0])


def test_a_share_that_is_no_fraction_is_refused() -> None:
    with pytest.raises(DataError, match=r"share without an offer is 18\.2, expected a fraction"):
        at(0, 0.095, 18.2, 0.1)


def test_probabilities_are_counts_of_draws(rng: np.random.Generator) -> None:
    actual = np.concatenate([np.full(300, 0.08), np.full(700, 0.10)])
    expected = np.full(1000, 0.09)
    start = history([at(0, 0.08)], FIRST)[-1]
    month = APRIL_2021 + 6
    sure = probabilities(start, month, actual, expected, Share(0.1), Share(0.3), FIRST, rng)
    assert sure == {State.RESULT_MET: 0.3, State.SUPERVISED: 0.7}
    # 20 of 100 persons without an offer: about as likely above a fifth as below
    open_ = probabilities(start, month, actual, expected, Share(0.2, 100), Share(0.1), FIRST, rng)
    assert open_[State.RESULT_MET] == 0.3
    assert open_[State.SUPERVISED] == pytest.approx(0.35, abs=4 * np.sqrt(0.7 * 0.25 / 700) + 0.02)
    assert sum(open_.values()) == pytest.approx(1.0)
    unknown = probabilities(start, month, actual, expected, None, Share(0.1), FIRST, rng)
    assert unknown == {State.RESULT_MET: 0.3, State.UNKNOWN: 0.7}


def test_the_shipped_rules_are_the_agendas() -> None:
    """Agenda of February 2020, item 4, lines 155-189."""
    first = RULES.rules[0]
    assert first.first_measurement == date(2021, 4, 1)
    assert (first.limit_offers.fraction, first.limit_conversations.fraction) == (0.2, 0.2)
    assert (first.mean_months, first.seniority_months, first.offers) == (12, 12, 1)
    assert (first.employment_weeks, first.employment_hours, first.conversations) == (6, 225.0, 4)
    assert (first.review.value, first.recovery_months, first.extension_months) == (15.0, 9, 12)
