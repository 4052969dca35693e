"""Labels of what the tables name by key, and units of the tables that may name their own."""

from __future__ import annotations

import math
import re
from typing import Final

from forecast.core.period import parse_period
from forecast.errors import PeriodError
from forecast.report import words
from forecast.report.catalogue import PHRASES, Lang, label_or_name, phrase
from forecast.report.data import HeadlineData
from forecast.report.rows import Row
from forecast.vocabulary import UNIT, Unit

_PART: Final = " / "
_PASSED: Final = frozenset({"pass", "passed", "ok"})
_NOT_JUDGED: Final = frozenset({"info"})


def plain(text: object) -> str:
    """Keep one line of printable text: names come from files, terminals obey control characters."""
    words_only = " ".join(str(text).split())
    return "".join(mark if mark.isprintable() else "?" for mark in words_only)


def filled(value: object) -> str:
    """Return a text cell, empty where the table has none."""
    return "" if value is None or value != value else plain(value)  # NaN differs from itself


def quantity(name: object, data: HeadlineData, lang: Lang) -> str:
    """Label a quantity's parts: ``Gentofte / i_alt / 2021`` becomes what people write."""
    return ", ".join(_part(part.strip(), data, lang) for part in plain(name).split(_PART))


def _part(part: str, data: HeadlineData, lang: Lang) -> str:
    if part in data.group_labels:
        return data.group_labels[part].label(lang)
    if part in data.scenario_titles:
        return data.scenario_titles[part].title(lang)
    if f"measure.{part}" in PHRASES:
        return phrase(f"measure.{part}", lang)
    if not re.match(r"\d{4}", part):
        return part
    try:
        return words.period_label(parse_period(part).code, lang=lang, ultimo=part == data.period)
    except PeriodError:
        return part


def note(row: Row, lang: Lang) -> tuple[str, str]:
    """Return a row's note and the language it is written in; tables may bring it in both."""
    own = filled(row.get(f"note_{lang}"))
    if own:
        return own, lang
    return filled(row.get("note")), "en"


def number_of(row: Row, value: float, lang: Lang, default: Unit, decimals: int = 1) -> str:
    """Return a number in the row's own unit, else in the table's."""
    unit = filled(row.get(UNIT)) or default.value
    if unit == Unit.ANDEL:
        return words.percent(value, lang=lang, decimals=decimals)
    if unit == Unit.PROCENTPOINT:
        return words.points(value, lang=lang, decimals=decimals)
    return words.count(value, lang=lang)


def interval_of(row: Row, low: float, high: float, lang: Lang, default: Unit) -> str:
    """Return a range in the row's own unit, the unit written once."""
    unit = filled(row.get(UNIT)) or default.value
    if unit not in (Unit.ANDEL, Unit.PROCENTPOINT):
        ends = (words.count(low, lang=lang), words.count(high, lang=lang))
    else:
        ends = (words.percent_digits(low, lang=lang), words.percent_digits(high, lang=lang))
    return words.interval(*ends, lang=lang)


def passed(verdict: object) -> bool:
    """Whether a verdict says that a check passed."""
    return filled(verdict).casefold() in _PASSED


def judged(verdict: object) -> bool:
    """Whether a verdict judges at all, or only informs."""
    return filled(verdict).casefold() not in _NOT_JUDGED


def verdict_label(verdict: object, lang: Lang) -> str:
    """Return a verdict in words."""
    text = filled(verdict).casefold()
    return label_or_name("verdict", "pass" if text in _PASSED else text, lang)


def check_name(row: Row, data: HeadlineData, lang: Lang) -> str:
    """Return what a check looked at: its name, and the quantity where it has one."""
    name, what = filled(row["check"]), filled(row["quantity"])
    return f"{name}, {quantity(what, data, lang)}" if what else name


def free_number(value: object, lang: Lang) -> str:
    """Print a number of no set unit to four digits; text as it is; missing as a point."""
    text = filled(value)
    try:
        size = float(text) if text else math.nan
    except ValueError:
        return text
    if math.isinf(size):
        return text
    if math.isnan(size) or size == 0:
        return words.number(size, lang=lang)
    wanted = min(max(3 - math.floor(math.log10(abs(size))), 0), 6)
    digits = len(f"{size:.{wanted}f}".rstrip("0").partition(".")[2])
    return words.number(size, lang=lang, decimals=digits)
