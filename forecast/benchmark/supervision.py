"""Where a municipality stands under resultatmål, fokusmål and skærpet tilsyn, and why.

    each measurement:
      resultatmål   actual share at most the expected one: done, nothing else is asked
      fokusmål      of persons with at least 12 months' seniority, means of the last 12 months:
                      without an offer or employment   below 20 per cent
                      with fewer than 4 conversations  below 20 per cent
      neither met:  skærpet tilsyn: account, recovery plan, review of 15 per cent of the cases
    within 9 months, or a longer period granted, the fokusmål are met: out
    else:           under administration

The limits are dated (`forecast.config.supervision`), and what the text leaves open is a reading:
one or both fokusmål, a share of exactly the limit, the length of the extension. It names no way out
of administration, so none is made up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from forecast.config.supervision import OTHER_READING, Readings, Rules, Supervision
from forecast.core.benchmark import Floats, Share
from forecast.core.period import month_code
from forecast.errors import DataError


class State(StrEnum):
    """Where a municipality stands."""

    RESULT_MET = "opfylder_resultatmaal"
    FOCUS_MET = "opfylder_fokusmaal"
    UNKNOWN = "uafklaret"
    SUPERVISED = "skaerpet_tilsyn"
    ADMINISTERED = "under_administration"


class Reason(StrEnum):
    """Why: each is a sentence of the report's catalogue."""

    RESULT_MET = "result-met"
    RESULT_MISSED = "result-missed"
    OFFERS_MET = "offers-met"
    OFFERS_MISSED = "offers-missed"
    OFFERS_UNKNOWN = "offers-unknown"
    CONVERSATIONS_MET = "conversations-met"
    CONVERSATIONS_MISSED = "conversations-missed"
    CONVERSATIONS_UNKNOWN = "conversations-unknown"
    WITHIN_PERIOD = "within-period"
    RECOVERED = "recovered"
    PERIOD_OVER = "period-over"
    NO_WAY_OUT = "no-way-out"


@dataclass(frozen=True)
class Measurement:
    """One measurement of a municipality.

    Attributes
    ----------
    month : of the measurement, year * 12 + month - 1
    actual, expected : shares on benefits, fractions
    offers : share of persons without offer or employment, mean of the last months; None if unknown
    conversations : share of persons with too few conversations, likewise
    extended : whether a longer recovery period has been granted
    """

    month: int
    actual: float
    expected: float
    offers: float | None = None
    conversations: float | None = None
    extended: bool = False

    def __post_init__(self) -> None:
        shares = {
            "actual share": self.actual,
            "expected share": self.expected,
            "share without an offer": self.offers,
            "share with few conversations": self.conversations,
        }
        for name, share in shares.items():
            if share is not None and not 0.0 <= share <= 1.0:
                raise DataError(
                    f"supervision, {month_code(self.month)}: {name} is {share:g}, expected a "
                    "fraction from 0 to 1"
                )


@dataclass(frozen=True)
class Position:
    """Where a municipality stands after a measurement.

    Attributes
    ----------
    state : it is in
    reasons : in the order in which they count
    since : month in which the recovery period began, where there is one
    """

    state: State
    reasons: tuple[Reason, ...] = ()
    since: int | None = None


BEGIN = Position(State.RESULT_MET)
"""Before the first measurement nobody is supervised."""


@dataclass(frozen=True)
class Person:
    """One person's months, as far as the fokusmål ask for them; nothing that names anybody.

    Attributes
    ----------
    seniority : months on benefits
    offers, conversations : in the last 12 months
    weeks, hours : of employment in the last 12 months
    """

    seniority: float
    offers: int
    conversations: int
    weeks: float = 0.0
    hours: float = 0.0


def focus_shares(persons: Iterable[Person], rules: Rules) -> tuple[float, float] | None:
    """Shares that count for the fokusmål: without offer or employment, with few conversations.

    Returns
    -------
    pair of fractions, or None where nobody has the seniority.
    """
    counted = [p for p in persons if p.seniority >= rules.seniority_months]
    if not counted:
        return None
    without = [
        p.offers < rules.offers
        and p.weeks < rules.employment_weeks
        and p.hours < rules.employment_hours
        for p in counted
    ]
    few = [p.conversations < rules.conversations for p in counted]
    return sum(without) / len(counted), sum(few) / len(counted)


def mean_share(months: Sequence[float], rules: Rules) -> float:
    """Mean of the last months' shares, which is what is compared with the limit.

    Raises
    ------
    DataError
        If there are fewer months than the rules ask for.
    """
    if len(months) < rules.mean_months:
        raise DataError(
            f"fokusmål: {len(months)} months, expected {rules.mean_months}: the share is a mean of "
            "so many"
        )
    return float(np.mean(months[-rules.mean_months :]))


def advance(position: Position, m: Measurement, rules: Rules, readings: Readings) -> Position:
    """Take one measurement further."""
    if position.state is State.ADMINISTERED:
        return replace(position, reasons=(Reason.NO_WAY_OUT,))
    if position.since is not None:
        return _recovering(position.since, m, rules, readings)
    if m.actual <= m.expected:
        return Position(State.RESULT_MET, (Reason.RESULT_MET,))
    met, reasons = _focus(m, rules, readings)
    reasons = (Reason.RESULT_MISSED, *reasons)
    if met is None:
        return Position(State.UNKNOWN, reasons)
    if met:
        return Position(State.FOCUS_MET, reasons)
    return Position(State.SUPERVISED, reasons, m.month)


def _recovering(since: int, m: Measurement, rules: Rules, readings: Readings) -> Position:
    """Judge a measurement within or at the end of a recovery period."""
    met, reasons = _focus(m, rules, readings)
    if met:
        return Position(State.FOCUS_MET, (*reasons, Reason.RECOVERED))
    if met is None:
        return Position(State.UNKNOWN, reasons, since)
    if m.month - since >= recovery_months(rules, readings, extended=m.extended):
        return Position(State.ADMINISTERED, (*reasons, Reason.PERIOD_OVER), since)
    return Position(State.SUPERVISED, (*reasons, Reason.WITHIN_PERIOD), since)


def recovery_months(rules: Rules, readings: Readings, *, extended: bool) -> int:
    """Length of the recovery period."""
    if not extended:
        return rules.recovery_months
    if readings.extension == "added":
        return rules.recovery_months + rules.extension_months
    return max(rules.recovery_months, rules.extension_months)


def _focus(
    m: Measurement, rules: Rules, readings: Readings
) -> tuple[bool | None, tuple[Reason, ...]]:
    """Tell whether the fokusmål are met, None where that cannot be known, and why."""
    offers = _below(m.offers, rules.limit_offers.fraction, readings)
    conversations = _below(m.conversations, rules.limit_conversations.fraction, readings)
    reasons = (
        _named(offers, Reason.OFFERS_MET, Reason.OFFERS_MISSED, Reason.OFFERS_UNKNOWN),
        _named(
            conversations,
            Reason.CONVERSATIONS_MET,
            Reason.CONVERSATIONS_MISSED,
            Reason.CONVERSATIONS_UNKNOWN,
        ),
    )
    both = (offers, conversations)
    if readings.focus == "any":
        # one that is missed is enough, whatever the other is
        met = False if False in both else None if None in both else True
    else:
        met = True if True in both else None if None in both else False
    return met, reasons


def _below(share: float | None, limit: float, readings: Readings) -> bool | None:
    if share is None:
        return None
    # a share such as 0.2 is exact to the rounding of its arithmetic
    if abs(share - limit) < 1e-12:
        return readings.exact == "passes"
    return share < limit


def _named(met: bool | None, yes: Reason, no: Reason, unknown: Reason) -> Reason:
    return unknown if met is None else yes if met else no


def history(measurements: Iterable[Measurement], rules: Supervision) -> list[Position]:
    """Positions after each of several measurements, oldest first."""
    out, position = list[Position](), BEGIN
    for m in measurements:
        position = advance(position, m, rules.at(m.month), rules.readings)
        out.append(position)
    return out


def other_readings(
    measurements: Sequence[Measurement], rules: Supervision
) -> dict[tuple[str, str], Position]:
    """Read each open point the other way: the last position, where it then differs.

    Returns
    -------
    dict
        (setting, its other value) -> position
    """
    usual = history(measurements, rules)[-1].state
    out: dict[tuple[str, str], Position] = {}
    for (setting, value), other in OTHER_READING.items():
        if getattr(rules.readings, setting) != value:
            continue
        readings = rules.readings.model_copy(update={setting: other})
        found = history(measurements, rules.model_copy(update={"readings": readings}))[-1]
        if found.state is not usual:
            out[setting, other] = found
    return out


def probabilities(
    position: Position,
    month: int,
    actual: Floats,
    expected: Floats,
    offers: Share | None,
    conversations: Share | None,
    rules: Supervision,
    rng: np.random.Generator,
) -> Mapping[State, float]:
    """Probability of each state after the next measurement.

    Parameters
    ----------
    position : now
    month : of the measurement to come
    actual, expected : (D,) shares, fractions
    offers, conversations : as known; None where they are not
    """
    count = len(actual)
    without = None if offers is None else offers.draw(count, rng)
    few = None if conversations is None else conversations.draw(count, rng)
    found: Counter[State] = Counter()
    now = rules.at(month)
    for d in range(count):
        m = Measurement(
            month,
            float(actual[d]),
            float(expected[d]),
            None if without is None else float(without[d]),
            None if few is None else float(few[d]),
        )
        found[advance(position, m, now, rules.readings).state] += 1
    return {state: found[state] / count for state in State if found[state]}
