"""Pins as people write them on the command line."""

import re

from forecast.config import (
    Statement,
    build_tree,
    check_rate,
    rate_groups,
    rate_measure,
    resolve_area,
    resolve_group,
)
from forecast.config.base import at
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.errors import ConfigError, DataError, nearest
from forecast.sources.danish_numbers import parse_number
from forecast.vocabulary import MEASURE_ADJUSTMENT, Adjustment, Measure, parse_unit

_FORM = "AREA:GROUP:MEASURE:PERIOD=VALUE UNIT"
_EXAMPLE = "'Hele landet:ledige:ledighedsprocent:ultimo 2021=4,5 pct.'"
_VALUE = re.compile(r"(?P<number>[+-]?[\d.,]+)\s*(?P<unit>.*)")
_REFERENCE = "the command line"


def parse_pins(texts: tuple[str, ...], adjustment: str | None) -> tuple[Statement, ...]:
    """Read pins against the areas and groups that come with the program.

    Parameters
    ----------
    texts
        Each in the form ``AREA:GROUP:MEASURE:PERIOD=VALUE UNIT``.
    adjustment
        ``actual``, ``seasonally-adjusted`` or None (what the measure means, else adjusted).

    Raises
    ------
    ConfigError
        When one cannot be read: a part is missing or unknown, or the number has no unit.
    """
    if not texts:
        return ()
    tree, rates = build_tree(), rate_groups()
    pins: list[Statement] = []
    for text in texts:
        pins.append(_pin(text, tree, adjustment))
        with at(f"--pin '{text}'"):
            check_rate(pins[-1], rates)
    return tuple(pins)


def _pin(text: str, tree: Tree, adjustment: str | None) -> Statement:
    where = f"--pin '{text}'"
    place, equals, amount = text.partition("=")
    parts = [part.strip() for part in place.split(":")]
    if not equals or len(parts) != 4:
        raise ConfigError(f"{where}: expected {_FORM}, such as {_EXAMPLE}")
    with at(where):
        measure = _measure(parts[2])
        season = _adjustment(measure, adjustment)
        number, unit = _amount(amount.strip())
        spelling = parse_unit(unit)
        return Statement(
            kind="pin",
            area=resolve_area(parts[0], tree.areas),
            group=resolve_group(parts[1], tree.groups) if parts[1] else "",
            measure=rate_measure(measure, season),
            window=Window.parse(parts[3]),
            value=number * spelling.factor,
            unit=spelling.unit,
            adjustment=season,
            reference=_REFERENCE,
        )


def _measure(word: str) -> Measure:
    known = [measure.value for measure in Measure]
    if word not in known:
        raise ConfigError(
            f"unknown measure '{word}'{nearest(word, known)}; expected one of {', '.join(known)}"
        )
    return Measure(word)


def _adjustment(measure: Measure, given: str | None) -> Adjustment | None:
    """Take what was asked for, else what the measure means, else what ministries mean."""
    if measure in (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING):
        return None
    if given is not None:
        return Adjustment(given)
    return MEASURE_ADJUSTMENT.get(measure, Adjustment.SEASONALLY_ADJUSTED)


def _amount(text: str) -> tuple[float, str]:
    """Split the number, Danish or plain but never in doubt, from its unit."""
    match = _VALUE.fullmatch(text)
    if match is None:
        raise ConfigError(f"found '{text}' after =; expected a number and its unit, as in 4,5 pct.")
    if not match["unit"]:
        raise ConfigError(
            f"found the number {text} without a unit; expected a unit behind it, "
            "such as pct., FTP or personer"
        )
    try:
        number = parse_number(match["number"], None)
    except DataError:
        number = None
    if number is None:
        raise ConfigError(
            f"found '{match['number']}', which is no number or may be two; "
            "write thousands without a point (147000) and decimals as 4,5 or 4.5"
        )
    return number, match["unit"]
