"""Benefit groups and the tree that they make with the areas.

A group is an entry of ``configs/groups.toml``; the order of the entries is the order of the table.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from forecast.config.areas import load_areas
from forecast.config.base import Frozen, at, read_toml
from forecast.config.files import find_config
from forecast.core.period import parse_month
from forecast.core.tree import Area, Group, Tree
from forecast.errors import ConfigError, nearest


class GroupEntry(Frozen):
    """One group as it stands in the file.

    A group with ``parent`` is a row of the målgruppeoversigt; one with ``components`` is a sum
    beside it, less what ``excluding`` names; one with ``part_of`` is a part of another group that
    the tree itself does not split off. ``rate`` marks whose share of the labour force the
    unemployment rate is.
    """

    label_da: str = Field(description="the official Danish label")
    label_en: str = Field(description="an English label")
    parent: str | None = None
    components: tuple[str, ...] = ()
    excluding: tuple[str, ...] = ()
    part_of: str | None = None
    structural_zero: bool = False
    discontinued: str | None = None
    introduced: str | None = None
    rate: bool = False
    facts: tuple[str, ...] = ()


class GroupsFile(Frozen):
    """``groups.toml``."""

    groups: dict[str, GroupEntry] = Field(min_length=1, description="tables [groups.<key>]")


def load_groups(beside: Path | None = None) -> dict[str, Group]:
    """Read ``groups.toml`` into groups by key, in the order of the table.

    Parameters
    ----------
    beside
        The folder of the user's own configuration, whose ``groups.toml`` replaces the bundled one.

    Raises
    ------
    ConfigError
        When the file cannot be used, a key that another entry names does not exist, or a label of
        the data belongs to two groups.
    """
    path = find_config("groups.toml", beside)
    entries = read_toml(path, GroupsFile).groups
    for key, entry in entries.items():
        _check_entry(key, entry, entries, path)
    _check_labels(entries, path)
    return {key: _group(key, entry, entries, path) for key, entry in entries.items()}


def rate_groups(beside: Path | None = None) -> tuple[str, ...]:
    """List the groups whose share of the labour force is the unemployment rate."""
    entries = read_toml(find_config("groups.toml", beside), GroupsFile).groups
    return tuple(key for key, entry in entries.items() if entry.rate)


def build_tree(
    areas: Mapping[str, Area] | None = None, groups: Mapping[str, Group] | None = None
) -> Tree:
    """Build the tree of areas and groups; what is not given is read from the bundled files.

    Raises
    ------
    ConfigError
        When the areas or groups make no tree, e.g. a group would be counted twice in a sum.
    """
    return Tree(
        areas=load_areas() if areas is None else areas,
        groups=load_groups() if groups is None else groups,
    )


def resolve_group(text: str, groups: Mapping[str, Group]) -> str:
    """Find the group that a person means: a key in any case, or a Danish or English label.

    Raises
    ------
    ConfigError
        When no group is meant, or a label several groups carry; names the nearest key.
    """
    word = text.strip().casefold()
    if word in groups:
        return word
    labelled = [
        key
        for key, group in groups.items()
        if word in (group.label_da.casefold(), group.label_en.casefold())
    ]
    if len(labelled) == 1:
        return labelled[0]
    if labelled:
        raise ConfigError(f"group '{text}' may be {' or '.join(labelled)}; write one of these keys")
    raise ConfigError(
        f"unknown group '{text}'{nearest(word, groups)}; expected a key of groups.toml, "
        "such as 'i_alt' or 'dagpenge'"
    )


def _check_entry(
    key: str, entry: GroupEntry, entries: Mapping[str, GroupEntry], path: Path
) -> None:
    """Refuse an entry that names what is not there, or that is two kinds at once."""
    where = f"{path}: groups.{key}"
    named = [
        ("parent", [entry.parent] if entry.parent else []),
        ("part_of", [entry.part_of] if entry.part_of else []),
        ("components", entry.components),
        ("excluding", entry.excluding),
    ]
    for field, keys in named:
        for other in keys:
            if other not in entries:
                raise ConfigError(
                    f"{where}.{field}: unknown group '{other}'{nearest(other, entries)}; "
                    "expected a key of this file"
                )
    kinds = [field for field, keys in named[:3] if keys]
    if len(kinds) > 1:
        raise ConfigError(
            f"{where}: found {' and '.join(kinds)}; expected one of parent, components, part_of"
        )
    if entry.excluding and not entry.components:
        raise ConfigError(f"{where}.excluding: found without components; expected both or neither")
    flags = {
        "structural_zero": entry.structural_zero,
        "discontinued": entry.discontinued,
        "introduced": entry.introduced,
    }
    given = [flag for flag, value in flags.items() if value]
    if len(given) > 1:
        raise ConfigError(f"{where}: found {' and '.join(given)}; expected one of them")
    _check_circle(where, key, entries)


def _check_circle(where: str, key: str, entries: Mapping[str, GroupEntry]) -> None:
    """Refuse a group that is its own parent, directly or in several steps."""
    seen, above = [key], entries[key].parent
    while above is not None:
        if above in seen:
            raise ConfigError(
                f"{where}.parent: {' -> '.join([*seen, above])} goes in a circle; "
                "expected a chain of parents that ends"
            )
        seen.append(above)
        # An unknown key further up is another entry's fault, and reported as that entry's.
        above = entries[above].parent if above in entries else None


def _check_labels(entries: Mapping[str, GroupEntry], path: Path) -> None:
    """Refuse a label of the data that leads to two groups."""
    owners: dict[str, str] = {}
    for key, entry in entries.items():
        for label in entry.facts:
            owner = owners.setdefault(label, key)
            if owner != key:
                raise ConfigError(
                    f"{path}: groups.{key}.facts: '{label}' belongs to {owner} already; "
                    "expected a label in one group"
                )


def _group(key: str, entry: GroupEntry, entries: Mapping[str, GroupEntry], path: Path) -> Group:
    """Make the noun of an entry."""
    return Group(
        key=key,
        label_da=entry.label_da,
        label_en=entry.label_en,
        parent=entry.parent,
        components=_components(key, entry, entries, path),
        kind=_kind(key, entry, entries),
        structural_zero=entry.structural_zero,
        discontinued=_month(entry.discontinued, f"{path}: groups.{key}.discontinued"),
        introduced=_month(entry.introduced, f"{path}: groups.{key}.introduced"),
        facts=entry.facts,
        part_of=entry.part_of,
    )


def _components(
    key: str, entry: GroupEntry, entries: Mapping[str, GroupEntry], path: Path
) -> tuple[str, ...]:
    """List the groups whose sum this is; where some are taken out, the leaves that remain."""
    if not entry.excluding:
        return entry.components
    excluded = {leaf for other in entry.excluding for leaf in _leaves(other, entries)}
    added = [leaf for other in entry.components for leaf in _leaves(other, entries)]
    if not excluded <= set(added):
        raise ConfigError(
            f"{path}: groups.{key}.excluding: {', '.join(sorted(excluded - set(added)))} is not in "
            "the components; expected groups that are part of them"
        )
    return tuple(leaf for leaf in added if leaf not in excluded)


def _kind(
    key: str, entry: GroupEntry, entries: Mapping[str, GroupEntry]
) -> Literal["leaf", "sum", "derived", "part"]:
    if entry.components:
        return "derived"
    if entry.part_of:
        return "part"
    return "sum" if any(other.parent == key for other in entries.values()) else "leaf"


def _leaves(key: str, entries: Mapping[str, GroupEntry]) -> list[str]:
    """List the leaves at or below a group; structural zeros add nothing."""
    children = [other for other, entry in entries.items() if entry.parent == key]
    if children:
        return [leaf for child in children for leaf in _leaves(child, entries)]
    return [] if entries[key].structural_zero else [key]


def _month(text: str | None, where: str) -> int | None:
    """Read the month of a change, if there is one."""
    if text is None:
        return None
    with at(where):
        return parse_month(text)
