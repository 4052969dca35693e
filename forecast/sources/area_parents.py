"""Which area lies in which: a table of the user's own, or the areas that come with the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecast.config import areas as configured
from forecast.core.tree import Area
from forecast.errors import DataError, ForecastError, nearest
from forecast.sources.tables import read_csv

UNKNOWN_AREAS: Final = ("Uoplyst område", "Uoplyst kommune", "Uoplyst", "Christiansø")
"""What lies in the country and in no municipality of ``areas.toml``, and yet is counted there.

jobindsats.dk's persons without a known municipality, and the island that belongs to none. They are
areas of their own directly below the nation, so that its parts add up to it.
"""


@dataclass(frozen=True)
class OwnAreas:
    """A table of areas.

    Attributes
    ----------
    parents : the area each lies in, None for the nation
    places : file and row of each
    """

    parents: Mapping[str, str | None]
    places: Mapping[str, str]

    def name(self, text: str, where: str) -> str:
        """Find the area that a text means, in any case and with or without Danish letters.

        Raises
        ------
        DataError
            Naming the row of the panel, and the nearest area of the table.
        """
        found = {configured.fold(name): name for name in self.parents}.get(configured.fold(text))
        if found is None:
            raise DataError(
                f"{where}: unknown area '{text}'{nearest(text, self.parents)}; expected one of the "
                f"{len(self.parents)} areas of the table of areas"
            )
        return found

    def lineage(self, present: Iterable[str], national: str) -> dict[str, str | None]:
        """Give the areas of a panel and those they lie in, each with its parent."""
        return _upwards(present, national, self.parents, self.places)


@dataclass(frozen=True)
class ConfiguredAreas:
    """The areas of ``areas.toml``, with landsdel and region of each municipality."""

    areas: Mapping[str, Area]
    places: Mapping[str, tuple[str, str]]

    def name(self, text: str, where: str) -> str:
        """Find the area that a person means, by name or code; see `UNKNOWN_AREAS`.

        Raises
        ------
        DataError
            Naming the row of the panel, and the nearest area.
        """
        known = {configured.fold(name): name for name in UNKNOWN_AREAS}
        if configured.fold(text) in known:
            return known[configured.fold(text)]
        try:
            return configured.resolve_area(text, self.areas)
        except ForecastError as error:
            raise DataError(f"{where}: {error}, or give a table of areas") from error

    def lineage(self, present: Iterable[str], national: str) -> dict[str, str | None]:
        """Give the areas of a panel and those they lie in, each with its parent.

        A municipality lies in its landsdel, that in its region, that in its half of the country.
        """
        names = list(present)
        parents: dict[str, str | None] = {name: area.parent for name, area in self.areas.items()}
        for municipality, (landsdel, region) in self.places.items():
            parents |= {municipality: landsdel, landsdel: region}
        parents |= dict.fromkeys(UNKNOWN_AREAS, national)
        return _upwards(names, national, parents, {})


def read_areas(path: Path | None, beside: Path | None = None) -> OwnAreas | ConfiguredAreas:
    """Read a table of areas.

    Parameters
    ----------
    path
        CSV with columns ``area, parent``, the nation's parent empty; None for ``areas.toml``.
    beside
        The folder of the user's own configuration, whose ``areas.toml`` replaces the bundled one.

    Raises
    ------
    DataError
        Naming file and row: an area that stands twice or has no name, an unknown parent, a circle.
    """
    if path is None:
        return ConfiguredAreas(configured.load_areas(beside), configured.places(beside))
    rows = read_csv(path, ("area", "parent"))
    if not rows:
        raise DataError(f"{path.name}: a heading and no rows; expected one area a row")
    places: dict[str, str] = {}
    for row in rows:
        if not row["area"]:
            raise DataError(f"{row.where}: no area; name it")
        if row["area"] in places:
            raise DataError(f"{row.where}: area '{row['area']}' stands twice; keep one")
        places[row["area"]] = row.where
    parents = {row["area"]: row["parent"] or None for row in rows}
    for area, parent in parents.items():
        if parent is not None and parent not in parents:
            raise DataError(
                f"{places[area]}: unknown parent '{parent}' of {area}{nearest(parent, parents)}; "
                "expected an area of this table, or nothing for the nation"
            )
    _refuse_circles(parents, places)
    return OwnAreas(parents, places)


def nation_of(path: Path | None, beside: Path | None = None) -> str:
    """Name the area that all others lie in.

    Raises
    ------
    DataError
        If the table has no area without a parent, or several.
    """
    table = read_areas(path, beside)
    if isinstance(table, ConfiguredAreas):
        return next(name for name, area in table.areas.items() if area.kind == "country")
    tops = [area for area, parent in table.parents.items() if parent is None]
    if len(tops) != 1:
        raise DataError(
            f"{path.name if path else 'areas'}: {len(tops)} areas without parent"
            f"{' (' + ', '.join(tops) + ')' if tops else ''}, expected one, the nation; correct "
            "the table, or name it with --national"
        )
    return tops[0]


def _refuse_circles(parents: Mapping[str, str | None], places: Mapping[str, str]) -> None:
    for area in parents:
        chain, parent = [area], parents[area]
        while parent is not None and parent not in chain:
            chain.append(parent)
            parent = parents[parent]
        if parent == area:
            raise DataError(
                f"{places[area]}: a circle of parents, {' in '.join([*chain, area])}; "
                "expected every chain of parents to end at the nation"
            )


def _upwards(
    present: Iterable[str],
    national: str,
    parents: Mapping[str, str | None],
    places: Mapping[str, str],
) -> dict[str, str | None]:
    """Follow every area of a panel up to the nation, which has no parent of its own here."""
    found: dict[str, str | None] = {national: None}
    for name in present:
        area: str | None = name
        while area is not None and area not in found:
            found[area] = parents[area]
            area = found[area]
        if area is None:
            where = f"{places[name]}: " if name in places else ""
            raise DataError(
                f"{where}{name} does not lie in {national}; "
                "expected every area with series to lie in the nation"
            )
    return found
