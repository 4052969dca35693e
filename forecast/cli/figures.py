"""Figures as people write them on the command line: ``AREA.GROUP.MEASURE@PERIOD``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecast.config import Statement, check_rate, rate_groups, rate_measure, resolve_area
from forecast.config.base import at
from forecast.config.groups import resolve_group
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.core.units import parse_unit
from forecast.errors import ConfigError, DataError, nearest
from forecast.sources.danish_numbers import parse_number
from forecast.vocabulary import (
    MEASURE_ADJUSTMENT,
    MEASURE_UNITS,
    Adjustment,
    Measure,
    Unit,
)

if TYPE_CHECKING:
    from forecast.core.monthly import MonthlyPanel
    from forecast.scenarios.carry import Mean

FIGURE = "AREA.GROUP.MEASURE@PERIOD"
EXAMPLE = "'Hele landet.ledighedsprocent@ultimo 2021=4,5 pct.'"
EVENT = "'Gentofte.i_alt@2021>4500 FTP'"
_VALUE = re.compile(r"(?P<number>[+-]?[\d.,]+)\s*(?P<unit>.*)")
_REFERENCE = "the command line"
_PEOPLE = (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING)

Settings = Callable[[Tree], tuple[Statement, ...]]
"""The areas and groups of a run -> the statements of its command line."""


@dataclass(frozen=True)
class Figure:
    """A figure that a run projects.

    Attributes
    ----------
    area, group, measure, window, adjustment : as of a `Statement`
    """

    area: str
    group: str
    measure: Measure
    window: Window
    adjustment: Adjustment | None

    def statement(self, value: float, unit: str, where: str) -> Statement:
        """State its value, in the user's unit."""
        with at(where):
            spelling = parse_unit(unit)
            stated = Statement(
                kind="pin",
                area=self.area,
                group=self.group,
                measure=self.measure,
                window=self.window,
                value=value * spelling.factor,
                unit=spelling.unit,
                adjustment=self.adjustment,
                reference=_REFERENCE,
            )
            check_rate(stated, rate_groups())
        return stated

    def asked(self) -> Statement:
        """Make a statement of it whose value is yet to be found."""
        unit = next(iter(sorted(MEASURE_UNITS[self.measure])))
        value = 1.0 if unit is not Unit.ANDEL else 0.5
        return Statement(
            kind="pin",
            area=self.area,
            group=self.group,
            measure=self.measure,
            window=self.window,
            value=value,
            unit=unit,
            adjustment=self.adjustment,
            reference=_REFERENCE,
        )


def settings(texts: tuple[str, ...], adjustment: str | None) -> Settings:
    """Read ``--set`` texts, once the areas and groups of the run are known.

    Parameters
    ----------
    texts
        Each in the form ``AREA.GROUP.MEASURE@PERIOD=VALUE UNIT``; the group may be left out where
        the measure has one of its own, the measure where it is ``fuldtidspersoner``.
    adjustment
        ``actual``, ``seasonally-adjusted`` or None (what the measure means; persons are actual, as
        the tables are).
    """

    def read(tree: Tree) -> tuple[Statement, ...]:
        return tuple(_setting(text, tree, adjustment) for text in texts)

    return read


def _setting(text: str, tree: Tree, adjustment: str | None) -> Statement:
    where = f"--set '{text}'"
    place, equals, amount = text.partition("=")
    if not equals:
        raise ConfigError(f"{where}: expected {FIGURE}=VALUE UNIT, such as {EXAMPLE}")
    figure = parse_figure(place, tree, adjustment, where)
    with at(where):
        number, unit = _amount(amount.strip())
    return figure.statement(number, unit, where)


def parse_event(text: str, tree: Tree) -> tuple[Statement, bool]:
    """Read an event such as ``Gentofte.i_alt@2021>4500 FTP``; and whether it is "above".

    Raises
    ------
    ConfigError
        When it cannot be read.
    """
    where = f"--event '{text}'"
    sign = ">" if ">" in text else "<"
    place, found, amount = text.partition(sign)
    if not found:
        raise ConfigError(f"{where}: expected {FIGURE}>VALUE UNIT, such as {EVENT}, or with <")
    figure = parse_figure(place, tree, None, where)
    with at(where):
        number, unit = _amount(amount.strip())
    return figure.statement(number, unit, where), sign == ">"


def parse_figure(text: str, tree: Tree, adjustment: str | None, where: str) -> Figure:
    """Read a figure against the areas and groups of a run.

    Raises
    ------
    ConfigError
        When a part is missing or unknown; `where` comes first.
    """
    place, sign, period = text.partition("@")
    parts = [part.strip() for part in place.split(".")]
    if not sign or not 2 <= len(parts) <= 3:
        raise ConfigError(f"{where}: expected {FIGURE}, such as {EXAMPLE}")
    with at(where):
        area = resolve_area(parts[0], tree.areas)
        measure = _measure(parts[-1], parts[1:], tree)
        named = parts[1:] if measure is None or len(parts) == 2 else parts[1:-1]
        if len(parts) == 3 and measure is None:
            raise ConfigError(_unknown(parts[-1]))
        group = _group(named, measure, tree)
        measure = measure or Measure.FULDTIDSPERSONER
        season = _adjustment(measure, adjustment)
        window = Window.parse(period)
    return Figure(area, group, rate_measure(measure, season), window, season)


def _measure(word: str, words: list[str], tree: Tree) -> Measure | None:
    """Find the measure that a word names; None where it names a group."""
    known = [measure.value for measure in Measure]
    if word in known:
        return Measure(word)
    if len(words) == 1:
        try:
            resolve_group(word, tree.groups)
        except ConfigError as error:
            hint = nearest(word, [*known, *tree.groups])
            raise ConfigError(
                f"unknown group or measure '{word}'{hint}; expected a key of groups.toml, such "
                f"as 'dagpenge', or one of {', '.join(known)}"
            ) from error
    return None


def _unknown(word: str) -> str:
    known = [measure.value for measure in Measure]
    return f"unknown measure '{word}'{nearest(word, known)}; expected one of {', '.join(known)}"


def _group(named: list[str], measure: Measure | None, tree: Tree) -> str:
    """Find the group; a rate has one of its own, people have none."""
    if measure in _PEOPLE:
        return ""
    if named and (measure is None or named != [measure.value]):
        return resolve_group(named[0], tree.groups)
    if measure in MEASURE_ADJUSTMENT:
        return rate_groups()[0]
    raise ConfigError(
        f"found {measure} without a group; expected one, as in "
        "'Gentofte.sygedagpenge.landsandel@2021'"
    )


def _adjustment(measure: Measure, given: str | None) -> Adjustment | None:
    """Take what was asked for, else what the measure means; persons are actual in every table."""
    if measure in _PEOPLE:
        return None
    if given is not None:
        return Adjustment(given)
    return MEASURE_ADJUSTMENT.get(measure, Adjustment.ACTUAL)


def _amount(text: str) -> tuple[float, str]:
    """Split the number, Danish or plain but never in doubt, from its unit."""
    match = _VALUE.fullmatch(text)
    if match is None:
        raise ConfigError(f"found '{text}'; expected a number and its unit, as in 4,5 pct.")
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


def parse_share(text: str, where: str) -> float:
    """Read a share with its unit, such as ``50 pct.``, as a fraction between 0 and 1."""
    with at(where):
        number, unit = _amount(text.strip())
        share = number * parse_unit(unit).factor
        if not 0 < share < 1:
            raise ConfigError(f"found {text}; expected more than 0 and less than 100 pct.")
    return share


def national_means(texts: tuple[str, ...]) -> Callable[[MonthlyPanel], tuple[Mean, ...]]:
    """Read ``--set`` texts about a panel's country, once its groups are known.

    Each has the form ``COUNTRY.GROUP@PERIOD=VALUE FTP``, or ``COUNTRY@PERIOD=...`` where the panel
    has one group.
    """

    def read(panel: MonthlyPanel) -> tuple[Mean, ...]:
        return tuple(_national(text, panel) for text in texts)

    return read


def _national(text: str, panel: MonthlyPanel) -> Mean:
    from forecast.scenarios.carry import Mean

    where = f"--set '{text}'"
    form = f"'{panel.national}.{next(iter(panel.groups))}@2026=90000 FTP'"
    place, equals, amount = text.partition("=")
    figure, sign, period = place.partition("@")
    words = [word.strip() for word in figure.split(".")]
    if not equals or not sign or len(words) > 2:
        raise ConfigError(f"{where}: expected COUNTRY.GROUP@PERIOD=VALUE FTP, such as {form}")
    if words[0].casefold() != panel.national.casefold():
        raise ConfigError(
            f"{where}: found {words[0]}, expected {panel.national}: what is stated of the country "
            "is carried down to its areas"
        )
    if len(words) == 1 and len(panel.groups) > 1:
        raise ConfigError(
            f"{where}: found no group, expected one of {', '.join(panel.groups)}, as in {form}"
        )
    group = words[1] if len(words) == 2 else next(iter(panel.groups))
    if group not in panel.groups:
        raise ConfigError(
            f"{where}: unknown group '{group}'{nearest(group, panel.groups)}; expected one of "
            f"{', '.join(panel.groups)}"
        )
    with at(where):
        number, unit = _amount(amount.strip())
        spelling = parse_unit(unit)
        if spelling.unit is not Unit.FULDTIDSPERSONER:
            raise ConfigError(f"found the unit {unit}, expected FTP, as the panel's figures are")
        return Mean((group,), Window.parse(period), number)
