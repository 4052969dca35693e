"""Areas and benefit groups, and which of them sum to which.

A tree knows the table order of the groups, the leaves under every sum, and the chain of areas from
a municipality up to the country. It is built from configuration and checked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from forecast.core.nodes import AREA_RANK, Area, AreaKind, Group, GroupKind, Link, LinkKind
from forecast.errors import ConfigError, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Area", "AreaKind", "Group", "GroupKind", "Link", "LinkKind", "Tree"]


@dataclass(frozen=True)
class Tree:
    """Areas and groups with their sums, checked once.

    Parameters
    ----------
    areas : mapping of name to Area
    groups : mapping of key to Group
        The order among the children of one parent is the order of the table.

    Raises
    ------
    ConfigError
        If a parent, component or part_of does not exist, groups form a cycle, a sum has no
        children, there is not exactly one root group, or an area's chain does not end at a country.
    """

    areas: Mapping[str, Area]
    groups: Mapping[str, Group]
    _children: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "areas", MappingProxyType(dict(self.areas)))
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        children: dict[str, list[str]] = {key: [] for key in self.groups}
        for key, group in self.groups.items():
            self._check_references(key, group)
            if group.parent is not None:
                children[group.parent].append(key)
        object.__setattr__(
            self, "_children", MappingProxyType({k: tuple(v) for k, v in children.items()})
        )
        self._check_sums()
        self._check_components()
        for name in self.areas:
            self._check_area(name)

    @classmethod
    def of(cls, areas: Iterable[Area], groups: Iterable[Group]) -> Tree:
        """Build a tree from nouns, refusing two with one name."""
        by_name: dict[str, Area] = {}
        for area in areas:
            if area.name in by_name:
                raise ConfigError(f"area '{area.name}': found twice, expected once; remove one")
            by_name[area.name] = area
        by_key: dict[str, Group] = {}
        for group in groups:
            if group.key in by_key:
                raise ConfigError(f"group '{group.key}': found twice, expected once; remove one")
            by_key[group.key] = group
        return cls(by_name, by_key)

    # --- questions --------------------------------------------------------------------------------

    @cached_property
    def root(self) -> str:
        """Key of the group that all others sum to (``i_alt``)."""
        return next(k for k, g in self.groups.items() if g.kind == "sum" and g.parent is None)

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """Keys in the order of the table: every sum before its children, the root last."""
        return (*self._below(self.root), self.root)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Keys of the leaves that are counted, in table order, without structural zeros."""
        return self.components(self.root)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """Keys of the derived groups, in the order of the configuration."""
        return tuple(key for key, group in self.groups.items() if group.kind == "derived")

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Keys of the parts, in the order of the configuration."""
        return tuple(key for key, group in self.groups.items() if group.kind == "part")

    def group(self, key: str) -> Group:
        """Look up a group; an unknown key is a `ConfigError` that names the nearest."""
        if key not in self.groups:
            raise ConfigError(
                f"group '{key}': not known{nearest(key, self.groups)}, expected a key of the "
                "configured groups; correct the key or add the group"
            )
        return self.groups[key]

    def area(self, name: str) -> Area:
        """Look up an area; an unknown name is a `ConfigError` that names the nearest."""
        if name not in self.areas:
            raise ConfigError(
                f"area '{name}': not known{nearest(name, self.areas)}, expected a name of the "
                "configured areas; correct the name or add the area"
            )
        return self.areas[name]

    def children(self, key: str) -> tuple[str, ...]:
        """Keys right under a sum, in table order; empty for any other group."""
        return self._children[self.group(key).key]

    def components(self, key: str) -> tuple[str, ...]:
        """Resolve a group to the counted keys whose sum it is.

        Parameters
        ----------
        key : str
            Any group. A counted leaf and a part are their own component.

        Returns
        -------
        tuple of str
            Leaves without structural zeros, so that a structural zero is the empty sum; for a
            derived group of parts, those parts.

        Raises
        ------
        ConfigError
            If the key is not known, or one component would be counted twice.
        """
        found = self._resolve(key, ())
        twice = sorted({name for name in found if found.count(name) > 1})
        if twice:
            raise ConfigError(
                f"group '{key}': found {', '.join(twice)} more than once among its components, "
                "expected each once; remove the overlap"
            )
        return found

    def level(self, key: str) -> int:
        """Depth for indentation: 0 for the root and the main groups, 1 for their children."""
        depth, group = 0, self.group(key)
        while group.parent is not None:
            depth, group = depth + 1, self.groups[group.parent]
        return max(depth - 1, 0)

    def area_chain(self, name: str) -> tuple[str, ...]:
        """Names from an area up to the country, both included."""
        area = self.area(name)
        chain = [area.name]
        while area.parent is not None:
            area = self.areas[area.parent]
            chain.append(area.name)
        return tuple(chain)

    def membership(self) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Which leaf is counted in which group.

        Returns
        -------
        keys : tuple of str
            Groups of the table, then derived groups that are sums of leaves.
        matrix : ndarray, shape (groups, leaves)
            1 where the leaf of `leaves` counts in the group, else 0.
        """
        import numpy as np

        column = {leaf: i for i, leaf in enumerate(self.leaves)}
        keys = [*self.rows, *(k for k in self.derived if set(self.components(k)) <= set(column))]
        matrix = np.zeros((len(keys), len(column)))
        for row, key in enumerate(keys):
            for leaf in self.components(key):
                matrix[row, column[leaf]] = 1.0
        return tuple(keys), matrix

    # --- checks -----------------------------------------------------------------------------------

    def _below(self, key: str) -> tuple[str, ...]:
        return tuple(name for child in self._children[key] for name in (child, *self._below(child)))

    def _resolve(self, key: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if key in path:
            raise ConfigError(
                f"group '{key}': found a cycle {' -> '.join((*path, key))}, expected sums that end "
                "in leaves; break the cycle"
            )
        group = self.group(key)
        if group.kind == "part":
            return (key,)
        if group.kind == "leaf":
            return () if group.structural_zero else (key,)
        below = self._children[key] if group.kind == "sum" else group.components
        return tuple(name for child in below for name in self._resolve(child, (*path, key)))

    def _check_references(self, key: str, group: Group) -> None:
        if key != group.key:
            raise ConfigError(
                f"group '{key}': found the key '{group.key}' inside, expected the same; "
                "correct one of them"
            )
        named = {"parent": group.parent, "part_of": group.part_of}
        for what, other in [*named.items(), *(("components", c) for c in group.components)]:
            if other is not None and other not in self.groups:
                raise ConfigError(
                    f"group '{key}': {what} '{other}' does not exist"
                    f"{nearest(other, self.groups)}, expected a configured group; correct the key"
                )
        parent = None if group.parent is None else self.groups[group.parent]
        if parent is not None and parent.kind != "sum":
            raise ConfigError(
                f"group '{key}': parent '{parent.key}' is a {parent.kind}, expected a sum; "
                "correct the parent or its kind"
            )
        if group.kind == "leaf" and parent is None:
            raise ConfigError(
                f"group '{key}': found a leaf without a parent, expected the sum it counts in; "
                "name the parent"
            )

    def _check_sums(self) -> None:
        sums = [key for key, group in self.groups.items() if group.kind == "sum"]
        for key in sums:
            if not self._children[key]:
                raise ConfigError(
                    f"group '{key}': found a sum without children, expected at least one group "
                    "with it as parent; add children or make it a leaf"
                )
        roots = [key for key in sums if self.groups[key].parent is None]
        if len(roots) != 1:
            raise ConfigError(
                f"groups: found {len(roots)} sums without a parent ({', '.join(roots) or 'none'}), "
                "expected exactly one root; correct the parents"
            )
        for key in self.groups:
            self._check_upward(key)

    def _check_upward(self, key: str) -> None:
        seen = [key]
        above = self.groups[key].parent or self.groups[key].part_of
        while above is not None:
            if above in seen:
                raise ConfigError(
                    f"group '{key}': found a cycle {' -> '.join((*seen, above))}, expected a chain "
                    "that ends; break the cycle"
                )
            seen.append(above)
            above = self.groups[above].parent or self.groups[above].part_of

    def _check_components(self) -> None:
        for key in self.groups:
            self.components(key)

    def _check_area(self, name: str) -> None:
        area = self.areas[name]
        if area.name != name:
            raise ConfigError(
                f"area '{name}': found the name '{area.name}' inside, expected the same; "
                "correct one of them"
            )
        if area.parent is None:
            return
        if area.parent not in self.areas:
            raise ConfigError(
                f"area '{name}': parent '{area.parent}' does not exist"
                f"{nearest(area.parent, self.areas)}, expected a configured area; correct the name"
            )
        above = self.areas[area.parent]
        # ranks rise strictly, so a chain can neither loop nor end below a country
        if AREA_RANK[above.kind] <= AREA_RANK[area.kind]:
            raise ConfigError(
                f"area '{name}' ({area.kind}): parent '{above.name}' is a {above.kind}, expected "
                "a larger area; correct the parent"
            )
