"""The nouns a tree is made of: groups, areas and links between series.

Each is checked on its own here; what they say about each other is checked by `forecast.core.tree`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from forecast.errors import ConfigError

__all__ = ["AREA_RANK", "Area", "AreaKind", "Group", "GroupKind", "Link", "LinkKind"]

AreaKind = Literal["country", "region-group", "region", "kommune"]
GroupKind = Literal["leaf", "sum", "derived", "part"]
LinkKind = Literal["part_of", "relative_to"]

AREA_RANK: Final[dict[str, int]] = {"kommune": 0, "region": 1, "region-group": 2, "country": 3}
"""How far up an area stands; a parent always stands higher than its child."""


@dataclass(frozen=True)
class Group:
    """A benefit group (målgruppe).

    Attributes
    ----------
    key : str
        Key in the configuration: ``dagpenge``.
    label_da, label_en : str
        Labels for people.
    parent : str or None
        The sum it stands under in the table; None for the root, derived groups and parts.
    components : tuple of str
        For a derived group, the keys whose sum it is (leaves, sums, parts or other derived groups).
    kind : {"leaf", "sum", "derived", "part"}
        A leaf is counted, a sum adds its children, a derived group adds groups from several places
        of the tree, a part is some of another group and adds to nothing.
    structural_zero : bool
        Zero by definition in this table; never modelled.
    discontinued : int or None
        First month (year * 12 + month - 1) from which the benefit no longer exists.
    introduced : int or None
        First month from which the benefit exists; nobody is in it but those whom a scenario moves.
    facts : tuple of str
        Labels of this group in data files.
    part_of : str or None
        For a part, the group it is some of.
    """

    key: str
    label_da: str
    label_en: str
    parent: str | None = None
    components: tuple[str, ...] = ()
    kind: GroupKind = "leaf"
    structural_zero: bool = False
    discontinued: int | None = None
    introduced: int | None = None
    facts: tuple[str, ...] = ()
    part_of: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("leaf", "sum", "derived", "part"):
            raise ConfigError(
                f"group '{self.key}': found kind '{self.kind}', expected leaf, sum, derived or "
                "part; correct the kind"
            )
        if (self.kind == "derived") != bool(self.components):
            raise ConfigError(
                f"group '{self.key}': found kind '{self.kind}' with {len(self.components)} "
                "components, expected components on derived groups and on no other; "
                "correct kind or components"
            )
        if (self.kind == "part") != (self.part_of is not None):
            raise ConfigError(
                f"group '{self.key}': found kind '{self.kind}' with part_of = {self.part_of!r}, "
                "expected part_of on parts and on no other; correct kind or part_of"
            )
        if self.kind in ("derived", "part") and self.parent is not None:
            raise ConfigError(
                f"group '{self.key}': found parent '{self.parent}' on a {self.kind} group, "
                "expected none, for it would be counted twice; remove the parent"
            )
        if self.structural_zero and self.kind != "leaf":
            raise ConfigError(
                f"group '{self.key}': found structural_zero on a {self.kind} group, expected it on "
                "leaves only; mark the leaves instead"
            )


@dataclass(frozen=True)
class Area:
    """An area with figures of its own.

    Attributes
    ----------
    name : str
        Name as jobindsats prints it.
    kind : {"country", "region-group", "region", "kommune"}
        Its place in the hierarchy.
    parent : str or None
        The next area up; None for the country.
    code : str
        Official code, as text (leading zeros).
    """

    name: str
    kind: AreaKind
    parent: str | None = None
    code: str = ""

    def __post_init__(self) -> None:
        if self.kind not in AREA_RANK:
            raise ConfigError(
                f"area '{self.name}': found kind '{self.kind}', expected one of "
                f"{', '.join(AREA_RANK)}; correct the kind"
            )
        if (self.kind == "country") != (self.parent is None):
            raise ConfigError(
                f"area '{self.name}': found kind '{self.kind}' with parent {self.parent!r}, "
                "expected a parent on every area but the country; correct kind or parent"
            )


@dataclass(frozen=True)
class Link:
    """A series modelled as a share or a multiple of its parent series.

    Attributes
    ----------
    child, parent : tuple of (area, group)
        The parent is None where the reference is no benefit series (the population).
    kind : {"part_of", "relative_to"}
        A part (log-ratio, the share lies in (0, 1)) or a multiple (log).
    """

    child: tuple[str, str]
    parent: tuple[str, str] | None
    kind: LinkKind

    def __post_init__(self) -> None:
        if self.child == self.parent:
            raise ConfigError(
                f"link {self.child}: found itself as its parent, expected another series; "
                "correct the parent"
            )
        if self.kind == "part_of" and self.parent is None:
            raise ConfigError(
                f"link {self.child}: found part_of without a parent, expected the series it is a "
                "part of; name the parent or use relative_to"
            )
