"""The documents' figures looked up by their printed labels, and what a check compares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from forecast.errors import DataError
from forecast.keyfigures.intervals import Interval
from forecast.keyfigures.published import Figure

GROUP_SEPARATOR = " / "
"""Between a group and its sub-group in a printed label."""

TOTAL = "I alt"
"""Label of the last row of a table."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What the document prints: the text and the interval that its last digit leaves."""

    text: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Check:
    """A derived figure of the documents beside what follows from its parts.

    Attributes
    ----------
    check, page_table, what
        Family of checks, table, and the figure in words.
    printed, recomputed
        What the document prints and what follows from the printed parts, in the printed unit.
    equal
        Whether the two must be the same number, rounding apart from it (one figure printed twice).
    overlap
        Whether agreement of intervals is all that can be asked (an implied number).
    """

    check: str
    page_table: str
    what: str
    printed: Printed
    recomputed: Interval
    equal: bool = False
    overlap: bool = False


@dataclass(frozen=True)
class Sheet:
    """One printed table.

    Attributes
    ----------
    name
        File and, where a file holds several, table, for messages.
    figures
        Its figures, artefacts left out.
    exact_counts
        Whether whole numbers are counts at a moment, without rounding (persons, firms, kroner)
        and not averages over a year.
    """

    name: str
    figures: tuple[Figure, ...]
    exact_counts: bool = False

    @cached_property
    def _index(self) -> dict[tuple[str, str, str, str, str], list[Figure]]:
        index: dict[tuple[str, str, str, str, str], list[Figure]] = {}
        for figure in self.figures:
            for unit in ("", figure.unit):
                for area in ("", figure.area):
                    key = (
                        figure.printed_measure,
                        figure.printed_group,
                        figure.printed_period,
                        unit,
                        area,
                    )
                    index.setdefault(key, []).append(figure)
        return index

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Printed groups in the order of the table."""
        return tuple(dict.fromkeys(figure.printed_group for figure in self.figures))

    @cached_property
    def main_groups(self) -> tuple[str, ...]:
        """Groups that the last row adds up."""
        return tuple(g for g in self.groups if GROUP_SEPARATOR not in g and g != TOTAL)

    def parts(self, group: str) -> tuple[str, ...]:
        """Sub-groups printed under a group."""
        return tuple(g for g in self.groups if g.startswith(group + GROUP_SEPARATOR))

    def measures(self) -> tuple[str, ...]:
        """List printed measures in the order of the table."""
        return tuple(dict.fromkeys(figure.printed_measure for figure in self.figures))

    def figure(
        self, measure: str, group: str, period: str, *, unit: str = "", area: str = ""
    ) -> Figure:
        """Find the one figure with these printed labels.

        Raises
        ------
        DataError
            When there is none, or more than one.
        """
        found = self._index.get((measure, group, period, unit, area), [])
        if len(found) != 1:
            raise DataError(
                f"{self.name}: found {len(found)} figures '{measure}', '{group}', '{period}'; "
                "expected one"
            )
        return found[0]

    def about(
        self, measure: str, group: str, period: str, *, unit: str = "", area: str = ""
    ) -> Interval:
        """Take the right figure with the interval that rounding leaves it.

        Raises
        ------
        DataError
            When the figure is not there or has no value.
        """
        figure = self.figure(measure, group, period, unit=unit, area=area)
        if figure.value is None or figure.half_width is None:
            raise DataError(f"{figure.where}: no value for '{measure}', '{group}', '{period}'")
        if self.exact_counts and figure.value == figure.value.to_integral_value():
            return Interval.exact(figure.value)
        return Interval.rounded(figure.value, figure.half_width)

    def printed(
        self, measure: str, group: str, period: str, *, unit: str = "", area: str = ""
    ) -> Printed:
        """Take what the document prints, misprints and all.

        Raises
        ------
        DataError
            When the figure is not there or prints no number.
        """
        figure = self.figure(measure, group, period, unit=unit, area=area)
        if figure.printed is None or figure.printed_half_width is None:
            raise DataError(f"{figure.where}: '{figure.printed_text}' is no number")
        half = Interval.exact(figure.printed_half_width)
        number = Interval.exact(figure.printed)
        around = Interval(number.value, (number - half).low, (number + half).high)
        return Printed(figure.printed_text, around)


@dataclass(frozen=True)
class Book:
    """All figures, sheet by sheet."""

    figures: Sequence[Figure]

    def sheet(self, file: str, table: str = "", *, exact_counts: bool = False) -> Sheet:
        """Collect the figures of one file, or of one table of it.

        Parameters
        ----------
        file
            Stem of the file of `data/published/`.
        table
            The printed table where the file holds several.
        exact_counts
            See `Sheet`.

        Raises
        ------
        DataError
            When there are none.
        """
        found = tuple(self._of(file, table))
        if not found:
            raise DataError(f"{file}.csv: no figures of table '{table}'; is the file complete?")
        return Sheet(f"{file}.csv", found, exact_counts)

    def _of(self, file: str, table: str) -> Iterable[Figure]:
        for figure in self.figures:
            if figure.file == file and table in ("", figure.table) and figure.status != "artefact":
                yield figure
