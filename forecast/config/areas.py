"""Areas: the country, its two halves, the regions and the 98 municipalities.

They are entries of ``configs/areas.toml``, and people may write them as they like: ``Ærø``,
``Aeroe``, ``ærø kommune`` and ``492`` are all the same municipality.
"""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.core.tree import Area
from forecast.errors import ConfigError, nearest

# What keyboards without Danish letters write; å also stands in names as the older aa.
_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue"})


class AreaEntry(Frozen):
    """One area as it stands in the file."""

    code: str = Field(description="the area's official code in quotes, such as '157'")
    name: str = Field(description="the area's name as jobindsats prints it")
    kind: Literal["country", "region-group", "region", "kommune"] = Field(
        description="country, region-group, region or kommune"
    )
    parent: str | None = None
    region: str | None = None
    landsdel: str | None = None
    type: str | None = Field(default=None, description="the kind of municipality, in words")


class AreasFile(Frozen):
    """``areas.toml``."""

    area: tuple[AreaEntry, ...] = Field(min_length=1, description="the list of areas")


def load_areas(beside: Path | None = None) -> dict[str, Area]:
    """Read ``areas.toml`` into areas by name, parents before children.

    Parameters
    ----------
    beside
        The folder of the user's own configuration, whose ``areas.toml`` replaces the bundled one.

    Raises
    ------
    ConfigError
        When the file cannot be used, two areas have one name or code, or a parent does not exist.
    """
    path = find_config("areas.toml", beside)
    entries = read_toml(path, AreasFile).area
    _check(entries, path)
    return {
        entry.name: Area(name=entry.name, kind=entry.kind, parent=entry.parent, code=entry.code)
        for entry in entries
    }


def places(beside: Path | None = None) -> dict[str, tuple[str, str]]:
    """Read the landsdel and the administrative region of every municipality, by name.

    They lie beside the tree, not in it: a municipality's parent is its half of the country.
    """
    entries = read_toml(find_config("areas.toml", beside), AreasFile).area
    return {
        entry.name: (entry.landsdel, entry.region)
        for entry in entries
        if entry.region is not None and entry.landsdel is not None
    }


def kinds(beside: Path | None = None) -> dict[str, tuple[str, str]]:
    """Read the administrative region and the kind of every municipality that has both, by name."""
    entries = read_toml(find_config("areas.toml", beside), AreasFile).area
    return {
        entry.name: (entry.region, entry.type)
        for entry in entries
        if entry.region is not None and entry.type is not None
    }


def resolve_area(text: str, areas: Mapping[str, Area]) -> str:
    """Find the area that a person means.

    Parameters
    ----------
    text
        A name in any case, with or without Danish letters, hyphens or ``kommune`` behind it
        (``Hele landet``, ``hele-landet``, ``Aeroe``), or a code (``157``, ``0157``).
    areas
        The areas that exist, by name.

    Raises
    ------
    ConfigError
        When no area is meant; names the nearest.
    """
    spellings = {fold(name): name for name in areas}
    codes = {area.code: name for name, area in areas.items() if area.kind == "kommune"}
    word = fold(text)
    for candidate in (word, word.removesuffix("skommune"), word.removesuffix("kommune")):
        if candidate in spellings:
            return spellings[candidate]
    if text.strip().lstrip("0") in codes:
        return codes[text.strip().lstrip("0")]
    # Compared in folded form, so that a missing ø does not make another name the nearest.
    close = get_close_matches(word, spellings, n=1)
    hint = f" (did you mean '{spellings[close[0]]}'?)" if close else ""
    raise ConfigError(
        f"unknown area '{text}'{hint}; expected one of the {len(areas)} areas of areas.toml, "
        "such as 'Gentofte' or 'Hele landet'"
    )


def fold(text: str) -> str:
    """Drop case, blanks, hyphens and Danish letters: ``Ærø`` is ``aeroe``."""
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_ASCII)
    return "".join(letter for letter in composed if letter.isalnum())


def slug(text: str) -> str:
    """Make a name for files and ids: ``Høje-Taastrup`` is ``hoeje-taastrup``."""
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_ASCII)
    words = "".join(letter if letter.isalnum() else " " for letter in composed).split()
    return "-".join(words)


def _check(entries: tuple[AreaEntry, ...], path: Path) -> None:
    """Refuse what would make one area two, or leave one without a parent."""
    seen: dict[str, AreaEntry] = {}
    codes: dict[tuple[str, str], str] = {}
    for index, entry in enumerate(entries):
        where = f"{path}: area[{index}]"
        if fold(entry.name) in seen:
            raise ConfigError(f"{where}.name: '{entry.name}' is there twice; expected it once")
        owner = codes.setdefault((entry.kind, entry.code), entry.name)
        if owner != entry.name:
            raise ConfigError(
                f"{where}.code: '{entry.code}' is both {owner} and {entry.name}; "
                "expected a code of its own"
            )
        known = [other.name for other in seen.values()]
        for key, name in (("parent", entry.parent), ("region", entry.region)):
            if name is not None and name not in known:
                raise ConfigError(
                    f"{where}.{key}: unknown area '{name}'{nearest(name, known)}; "
                    "expected an area that stands above this one in the file"
                )
        if entry.parent is None and entry.kind != "country":
            raise ConfigError(f"{where}.parent: missing; only the country has no parent")
        seen[fold(entry.name)] = entry
