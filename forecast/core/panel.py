"""Observed figures: a long table of series over windows, checked once.

One row is one figure: the mean of a measure over a window of months, with its unit, the seasonal
adjustment it stands in, how exactly it is known, where it comes from and what it may be used for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

from forecast.core.panel_table import checked, completed, merged
from forecast.errors import DataError, nearest
from forecast.vocabulary import AREA, GROUP, MEASURE, PANEL_COLUMNS, Role

__all__ = ["Panel"]


@dataclass(frozen=True, eq=False)
class Panel:
    """A long table of figures.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a figure. Required columns: ``area``, ``group`` (may be empty for a figure that
        concerns no group), ``measure``, ``period`` (any spelling; a change or dates only with
        measure ``aendring``), ``value`` (fraction for shares), ``unit``, ``source``, ``role``.
        Optional: ``adjustment`` (implied by the two unemployment rates), ``half_width`` (half of
        the last printed digit, 0 by default), ``sd`` (measurement sd; by default
        half_width / sqrt(3), the sd of a uniform error), ``as_of``, ``status`` (``printed``),
        ``printed_text``, ``note``. Columns ``first`` and ``last`` are computed.

    Raises
    ------
    DataError
        If a column or cell is missing or not of the vocabulary, a value is not finite, a share lies
        outside [0, 1], or two rows give different values for one figure.
    UnitsError
        If a unit does not fit the measure.
    PeriodError
        If a period cannot be read.

    Notes
    -----
    Rows are one figure if area, group, measure, period, adjustment and role agree. They agree in
    value if their intervals value +/- half_width touch; then the finest printed one is kept.
    Rows with status ``suspect`` and role ``context`` are neither compared nor merged: sources do
    contradict each other, and such rows say so.
    """

    table: InitVar[pd.DataFrame]
    _table: pd.DataFrame = field(init=False, repr=False)

    def __post_init__(self, table: pd.DataFrame) -> None:
        object.__setattr__(self, "_table", merged(checked(completed(table))))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, object]]) -> Panel:
        """Build a panel from mappings of column to cell, one a figure."""
        return cls(pd.DataFrame([dict(row) for row in rows]))

    @classmethod
    def concat(cls, panels: Iterable[Panel]) -> Panel:
        """Join panels; what two of them say about one figure must agree."""
        tables = [panel._table for panel in panels]
        if not tables:
            raise DataError("panel: found no panels to join, expected at least one; add one")
        return cls(pd.concat(tables, ignore_index=True))

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the table, columns in the order of `PANEL_COLUMNS`, with a RangeIndex."""
        return self._table.copy()

    @cached_property
    def series(self) -> tuple[tuple[str, str, str], ...]:
        """The series it holds, unique (area, group, measure) in order of appearance."""
        unique = self._table[[AREA, GROUP, MEASURE]].drop_duplicates()
        return tuple((str(a), str(g), str(m)) for a, g, m in unique.itertuples(index=False))

    def select(self, **columns: object) -> Panel:
        """Keep rows by cell.

        Parameters
        ----------
        **columns
            Column name to a value, or to a list, tuple or set of values.

        Returns
        -------
        Panel
            May be empty.

        Raises
        ------
        DataError
            If a column does not exist.
        """
        keep = np.ones(len(self._table), dtype=bool)
        for column, wanted in columns.items():
            if column not in PANEL_COLUMNS:
                raise DataError(
                    f"panel: column '{column}' does not exist{nearest(column, PANEL_COLUMNS)}, "
                    f"expected one of {', '.join(PANEL_COLUMNS)}; correct the name"
                )
            keep &= self._table[column].isin(_as_list(wanted)).to_numpy()
        return Panel(self._table[keep])

    def of_role(self, role: str) -> Panel:
        """Keep the rows of one role.

        Raises
        ------
        DataError
            If the role is not known.
        """
        known = [str(r) for r in Role]
        if role not in known:
            raise DataError(
                f"panel: role '{role}' not known{nearest(role, known)}, expected one of "
                f"{', '.join(known)}; correct the role"
            )
        return self.select(role=str(role))

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[dict[str, object]]:
        """Rows as mappings of column to cell."""
        for row in self._table.to_dict("records"):
            yield {str(column): cell for column, cell in row.items()}


def _as_list(wanted: object) -> list[object]:
    if isinstance(wanted, (list, tuple, set, frozenset)):
        return list(cast("Iterable[object]", wanted))
    return [wanted]
