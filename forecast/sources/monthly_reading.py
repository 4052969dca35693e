"""What was read of a monthly file: the panel, the row of every value, and whether it can be so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecast.core.monthly import Gap, Ints, MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import DataError, nearest
from forecast.vocabulary import Unit

ROUNDING_COUNT: Final = 1.0
ROUNDING_SHARE: Final = 0.005
"""How far a part may exceed its whole: by one unit or half a per cent, whichever is more.

Figures are rounded one by one, and small ones are blurred before they are published.
"""


@dataclass(frozen=True)
class MonthlyReading:
    """A panel and where each of its values stands.

    Attributes
    ----------
    file : name of the file
    panel : the series
    rows : (A, G, T) row of the file that has the newest value of a cell, 0 where none has
    """

    file: str
    panel: MonthlyPanel
    rows: Ints

    @property
    def gaps(self) -> tuple[str, ...]:
        """Say which months are missing, one line a series; they are NaN and never filled.

        A series without any value stands here too: small municipalities have them, and no method
        projects them.
        """
        return tuple(f"{self.file}: {gap} ({self._beside(gap)})" for gap in self.panel.gaps())

    def where(self, area: int, group: int, month: int) -> str:
        """Name the file, the row, and the cell that stands there, by its place in the arrays."""
        panel = self.panel
        return (
            f"{self.file} row {self.rows[area, group, month]}: {panel.areas[area]}, "
            f"{panel.groups[group]}, {month_code(int(panel.months[month]))}"
        )

    def _beside(self, gap: Gap) -> str:
        """Name the row beside the first gap of a series."""
        series = self.panel.position(gap.area), self.panel.groups.index(gap.group)
        rows, filled = self.rows[series], np.isfinite(self.panel.values[series])
        if gap.empty:
            return f"rows {rows[rows > 0].min()} to {rows.max()}" if rows.any() else "no row"
        first, window = int(self.panel.months[0]), gap.windows[0]
        if filled[: window.first - first].any():
            return f"row {rows[window.first - first - 1]} is the last before"
        return f"row {rows[window.last - first + 1]} is the first after"


def check_reading(reading: MonthlyReading) -> None:
    """Refuse a panel that cannot be so.

    Raises
    ------
    DataError
        Naming file and row: a group without any value of the nation, a share above 1, a part that
        is larger than its whole beyond rounding (`ROUNDING_COUNT`, `ROUNDING_SHARE`).
    """
    _check_nation(reading)
    if reading.panel.unit == Unit.ANDEL:
        _check_shares(reading)
    else:
        _check_parts(reading)


def _check_nation(reading: MonthlyReading) -> None:
    panel = reading.panel
    national = panel.position(panel.national)
    for g, group in enumerate(panel.groups):
        if np.isfinite(panel.values[national, g]).any():
            continue
        rows = reading.rows[:, g]
        others = [other for other in panel.groups if other != group]
        raise DataError(
            f"{reading.file} row {rows[rows > 0].min()}: {group} has no value of {panel.national} "
            f"in any month{nearest(group, others)}; expected the nation's series of every group"
        )


def _check_shares(reading: MonthlyReading) -> None:
    above = np.argwhere(reading.panel.values > 1)
    if len(above):
        a, g, t = min((tuple(map(int, cell)) for cell in above), key=lambda c: reading.rows[c])
        raise DataError(
            f"{reading.where(a, g, t)} is {reading.panel.values[a, g, t]:g} of the whole, a share "
            "above 1; give 4,5 per cent as 4,5 with unit pct."
        )


def _check_parts(reading: MonthlyReading) -> None:
    """Compare every area with the smallest one with series that it lies in."""
    panel, found = reading.panel, []
    for a, area in enumerate(panel.areas):
        above = next((name for name in panel.ancestors(area) if name in panel.areas), None)
        if above is None:
            continue
        whole = panel.values[panel.position(above)]
        allowed = whole + np.maximum(ROUNDING_COUNT, ROUNDING_SHARE * whole)
        for g, t in np.argwhere(panel.values[a] > allowed):
            found.append((int(reading.rows[a, g, t]), a, int(g), int(t), panel.position(above)))
    if found:
        _, a, g, t, whole = min(found)
        raise DataError(
            f"{reading.where(a, g, t)} is {panel.values[a, g, t]:g}, more than the "
            f"{panel.values[whole, g, t]:g} of {panel.areas[whole]} that it lies in (row "
            f"{reading.rows[whole, g, t]}); expected a part to be no larger than its whole beyond "
            f"rounding ({ROUNDING_COUNT:g} or {ROUNDING_SHARE:.1%})"
        )
