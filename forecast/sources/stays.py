"""How long people stay on benefits, as a municipality's own system tells it: spells, or a table.

Neither needs to say who anybody is: a spell is a benefit and two days.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from forecast.core.benchmark import Floats
from forecast.core.period import DateRange, parse_period
from forecast.errors import DataError, PeriodError
from forecast.sources.danish_numbers import parse_number
from forecast.sources.number_format import infer_format, shown
from forecast.sources.tables import Row, check_word
from forecast.sources.typed_tables import read_table

SPELLS = ("ydelse", "fra", "til", "opgjort")
BEFORE = "uger før"


@dataclass(frozen=True)
class Spells:
    """Spells of one benefit, in whole weeks.

    Attributes
    ----------
    before : weeks on support before each
    weeks : that each has lasted, the week of its end included, that of the list left out
    ended : whether it has ended
    """

    before: Sequence[int]
    weeks: Sequence[int]
    ended: Sequence[bool]


def read_spells(path: Path, groups: Collection[str]) -> Mapping[str, Spells]:
    """Read spells, by benefit.

    Parameters
    ----------
    path : CSV, Excel or Parquet with columns ``ydelse`` (a key of groups.toml), ``fra`` (first
        day), ``til`` (last day; empty while it runs), ``opgjort`` (day on which the list was drawn)
        and, where it is known, ``uger før`` (whole weeks on public support before the spell)
    groups : benefits of the run

    Raises
    ------
    DataError
        Naming file and row: a benefit that is unknown, a day that is none, an end before the
        beginning or after the list was drawn, weeks that are no whole number.
    """
    rows = read_table(path, SPELLS, dates=True)
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected one spell a row")
    for name in rows[0].cells:
        check_word(name, (*SPELLS, BEFORE), where=path.name, what="column")
    found: dict[str, list[tuple[int, int, bool]]] = {}
    for row in rows:
        group = check_word(row["ydelse"], groups, where=row.where, what="benefit")
        found.setdefault(group, []).append(_spell(row))
    return {group: Spells(*zip(*spells, strict=True)) for group, spells in found.items()}


def _spell(row: Row) -> tuple[int, int, bool]:
    """Weeks before, weeks of the spell, and whether it has ended."""
    first, drawn = _day(row, "fra"), _day(row, "opgjort")
    last = _day(row, "til") if row["til"] else None
    if first > drawn:
        raise DataError(f"{row.where}: begins {first}, after the list was drawn, {drawn}")
    if last is not None and last < first:
        raise DataError(f"{row.where}: ends {last}, before it begins, {first}; correct the days")
    # who is on the benefit on the day of the list has not left it
    ended = last is not None and last < drawn
    # the week in which it ended was one at risk; the one in which the list was drawn is not over
    weeks = (
        (last - first).days // 7 + 1 if last is not None and ended else (drawn - first).days // 7
    )
    return _before(row), weeks, ended


def _day(row: Row, column: str) -> date:
    text, where = row[column], f"{row.where}, column '{column}'"
    try:
        found = parse_period(_iso(text))
    except PeriodError:
        found = None
    if not isinstance(found, DateRange) or found.first != found.last:
        raise DataError(f"{where}: '{text}' is no day; expected one such as 2019-03-18")
    return found.first


def _iso(text: str) -> str:
    """Turn a day as Danes write it, 18-03-2019 or 18.03.2019, into 2019-03-18."""
    parts = text.replace(".", "-").replace("/", "-").split("-")
    if len(parts) == 3 and len(parts[2]) == 4 and all(part.isdigit() for part in parts):
        return f"{parts[2]}-{int(parts[1]):02d}-{int(parts[0]):02d}"
    return text


def _before(row: Row) -> int:
    text = row[BEFORE] or "0"
    if not text.isdigit():
        raise DataError(
            f"{row.where}, column '{BEFORE}': '{text}'; expected whole weeks, such as 30"
        )
    return int(text)


def read_steps(
    path: Path, groups: Collection[str], first_weeks: Sequence[int]
) -> dict[str, Floats]:
    """Read how many stand on each step of the ladder, by benefit.

    Parameters
    ----------
    path : CSV, Excel or Parquet with columns ``ydelse`` and one a step: ``uge 1-4``, ``uge 5-26``,
        ``uge 27-52``, ``uge 53-``; persons, or parts in any unit
    groups : benefits of the run
    first_weeks : first week of each step

    Returns
    -------
    dict
        Benefit -> (4,) numbers of persons, or parts.

    Raises
    ------
    DataError
        Naming file and row: a benefit that is unknown or twice, no number, a negative one, nobody
        at all.
    """
    heads = step_heads(first_weeks)
    rows = read_table(path, ("ydelse", *heads))
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected one benefit a row")
    form = infer_format(
        shown(
            (row[head], f"{row.where}, {head}")
            for row in rows
            for head in heads
            if head not in row.typed
        )
    )
    found: dict[str, Floats] = {}
    for row in rows:
        group = check_word(row["ydelse"], groups, where=row.where, what="benefit")
        if group in found:
            raise DataError(f"{row.where}: {group} stands twice; keep one")
        numbers = []
        for head in heads:
            where = f"{row.where}, column '{head}'"
            number = parse_number(row[head], "plain" if head in row.typed else form, where=where)
            if number is None or number < 0:
                raise DataError(f"{where}: '{row[head]}'; expected how many stand there, 0 or more")
            numbers.append(number)
        if sum(numbers) == 0:
            raise DataError(f"{row.where}: nobody on any step; leave the row out")
        found[group] = np.array(numbers)
    return found


def step_heads(first_weeks: Sequence[int]) -> list[str]:
    """Heads of the steps: ``uge 1-4`` and so on."""
    ends = [str(week - 1) for week in first_weeks[1:]] + [""]
    return [f"uge {first}-{end}" for first, end in zip(first_weeks, ends, strict=True)]
