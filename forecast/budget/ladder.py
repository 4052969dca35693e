"""The state's part of single cases, week by week, to the øre.

    seniority of a week of support = weeks of support so far, itself included, that lie on or after
    the day from which they count; anew where 52 whole weeks of the 156 before it, since it last
    began anew, were self-supported

    state's part   = that of the ladder's step, or of the exception where granted before its day
    state's kroner = part of the week's gross, rounded half up to the øre; municipality's = the rest

Dagpenge and førtidspension are paid by the state and co-financed by the municipality, which comes
to the same two amounts.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.config.budget import Refusion
from forecast.errors import DataError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Cases(NamedTuple):
    """Weeks of P persons over W weeks in a row.

    Attributes
    ----------
    monday : of the first week
    groups : names of benefits
    benefit : (P, W) number of the benefit, -1 for a self-supported week
    granted : (P, W) day, as a proleptic ordinal, on which the week's benefit was granted
    gross : (P, W) øre
    """

    monday: date
    groups: tuple[str, ...]
    benefit: Ints
    granted: Ints
    gross: Ints


class Shared(NamedTuple):
    """Who pays a week: (P, W) øre each, whose sum is the gross."""

    state: Ints
    municipality: Ints


def mondays(first: date, weeks: int) -> list[date]:
    """Mondays of consecutive weeks.

    Raises
    ------
    DataError
        If the first day is no Monday.
    """
    if first.weekday() != 0:
        raise DataError(f"cases: {first.isoformat()} is no Monday; weeks begin on one")
    return [first + timedelta(weeks=w) for w in range(weeks)]


def seniority(support: Flags, first: date, rules: Refusion) -> Ints:
    """Count weeks on public support, (P, W): 0 in a week without, or before weeks count."""
    persons, weeks = support.shape
    days = mondays(first, weeks)
    off = np.concatenate(
        [np.zeros((persons, 1), dtype=np.int64), np.cumsum(~support, axis=1)], axis=1
    )
    out = np.zeros((persons, weeks), dtype=np.int64)
    count, anew = np.zeros(persons, dtype=np.int64), np.zeros(persons, dtype=np.int64)
    row = np.arange(persons)
    for w in range(weeks):
        if days[w] < rules.seniority.counts_from:
            continue
        since = np.maximum(anew, w - rules.seniority.within_weeks)
        rested = off[:, w] - off[row, since] >= rules.seniority.self_supported_weeks
        again = support[:, w] & rested & (count > 0)
        count[again], anew[again] = 0, w
        count += support[:, w]
        out[:, w] = np.where(support[:, w], count, 0)
    return out


def shared(cases: Cases, rules: Refusion) -> Shared:
    """Share every week between state and municipality.

    Raises
    ------
    DataError
        If a week that costs something lies before the ladder.
    """
    support = cases.benefit >= 0
    days = mondays(cases.monday, support.shape[1])
    early = np.array([day < rules.ladder.valid_from for day in days])
    if np.any(cases.gross[:, early]):
        person, week = (int(k) for k in np.argwhere((cases.gross > 0) & early)[0])
        raise DataError(
            f"cases: person {person + 1}, week of {days[week].isoformat()}: before "
            f"{rules.ladder.valid_from.isoformat()}, when the ladder began; leave it without gross"
        )
    count = seniority(support, cases.monday, rules)
    firsts = np.array([step.first_week for step in rules.ladder.steps])
    tenths = np.array([round(10 * step.state) for step in rules.ladder.steps], dtype=np.int64)
    # a week before weeks count costs as the first would
    step = np.searchsorted(firsts, np.maximum(count, 1), side="right") - 1
    part = tenths[step]
    for number, group in enumerate(cases.groups):
        exception = rules.exception_of(group)
        if exception is not None:
            old = (cases.benefit == number) & (cases.granted < exception.granted_before.toordinal())
            part = np.where(old, round(10 * exception.state), part)
    state = (cases.gross * part + 500) // 1000
    return Shared(state, cases.gross - state)
