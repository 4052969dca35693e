"""Breaks of a level as a backtest's configuration names them: which series, from when, and why."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from forecast.config.base import Frozen, at
from forecast.core.monthly import LevelBreak, MonthlyPanel
from forecast.core.period import month_code, parse_month
from forecast.errors import ConfigError, nearest


class BreakEntry(Frozen):
    """``[[breaks]]``: a month from which a series is not comparable with the months before.

    ``sd`` says how large the break may be: the standard deviation of the log of new over old
    level. Without it the model's own counts, ``level_break`` of ``models/panel.toml``.
    """

    area: str = Field(description="the area as the figures call it")
    group: str = Field(description="the group as the figures call it")
    period: str = Field(description="the first month at the new level, such as '2025-07'")
    reason: str = Field(min_length=3, description="why, in words")
    sd: float | None = Field(default=None, gt=0, le=5)
    unit: Literal["log"] | None = None


def read_breaks(entries: tuple[BreakEntry, ...], file: Path) -> tuple[LevelBreak, ...]:
    """Check entries and read their months.

    Raises
    ------
    ConfigError
        For a period that is no month, an sd without its unit or a unit without an sd, and a break
        that is there twice.
    """
    out: list[LevelBreak] = []
    for index, entry in enumerate(entries):
        where = f"{file}: breaks[{index}]"
        if (entry.sd is None) != (entry.unit is None):
            lacking, there = ("sd", "unit") if entry.sd is None else ("unit", "sd")
            cure = "unit = 'log'" if lacking == "unit" else "a number"
            raise ConfigError(f"{where}.{lacking}: missing beside {there}, expected {cure}")
        with at(f"{where}.period"):
            month = parse_month(entry.period)
        if any((b.area, b.group, b.month) == (entry.area, entry.group, month) for b in out):
            raise ConfigError(
                f"{where}: a break of {entry.area}, {entry.group} in {month_code(month)} is there "
                "twice; expected it once"
            )
        out.append(LevelBreak(entry.area, entry.group, month, entry.reason, entry.sd))
    return tuple(out)


def placed(panel: MonthlyPanel, breaks: tuple[LevelBreak, ...], file: Path) -> MonthlyPanel:
    """Give the panel with its breaks.

    Raises
    ------
    ConfigError
        For the nation, an area or group that has no series, and a month that is not within the
        panel or is its first.
    """
    groups, areas = panel.groups, [a for a in panel.areas if a != panel.national]
    for index, one in enumerate(breaks):
        where = f"{file}: breaks[{index}]"
        for key, name, known in (("area", one.area, areas), ("group", one.group, groups)):
            if name not in known:
                why = "whose path is its own" if name == panel.national else "which has no series"
                raise ConfigError(
                    f"{where}.{key}: found '{name}', {why}"
                    f"{nearest(name, known)}; expected one of {panel.source}"
                )
        if not panel.months[0] < one.month <= panel.months[-1]:
            raise ConfigError(
                f"{where}.period: found {month_code(one.month)}, expected a month within "
                f"{month_code(int(panel.months[0]) + 1)}..{month_code(int(panel.months[-1]))}, "
                f"the months of {panel.source} that have one before them"
            )
    return replace(panel, breaks=breaks)
