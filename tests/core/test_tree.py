from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.core.tree import Area, Group, Link, Tree
from forecast.errors import ConfigError

AREAS = (
    Area("Hele landet", "country"),
    Area("Østdanmark", "region-group", "Hele landet"),
    Area("Gentofte", "kommune", "Østdanmark", "157"),
)


def group(key: str, parent: str | None = "all", **fields: object) -> Group:
    return Group(key, key.capitalize(), key.capitalize(), parent=parent, **fields)


GROUPS = (
    group("all", None, kind="sum"),
    group("a", kind="sum"),
    group("a1", "a"),
    group("a2", "a", discontinued=2018 * 12),
    group("b"),
    group("c", kind="sum"),
    group("c1", "c", structural_zero=True),
    group("c2", "c"),
    group("a1_and_c", None, kind="derived", components=("a1", "c")),
    group("long_b", None, kind="part", part_of="b"),
    group("long_a1", None, kind="part", part_of="a1"),
    group("long", None, kind="derived", components=("long_b", "long_a1")),
)


@pytest.fixture
def tree() -> Tree:
    return Tree.of(AREAS, GROUPS)


def test_rows_are_the_table_with_the_total_last(tree: Tree) -> None:
    assert tree.rows == ("a", "a1", "a2", "b", "c", "c1", "c2", "all")
    assert [tree.level(key) for key in tree.rows] == [0, 1, 1, 0, 0, 1, 1, 0]
    assert tree.root == "all"
    assert tree.derived == ("a1_and_c", "long")
    assert tree.parts == ("long_b", "long_a1")


def test_rows_do_not_depend_on_where_sums_are_declared() -> None:
    tree = Tree.of(AREAS, sorted(GROUPS, key=lambda g: len(g.key)))
    assert tree.rows == ("a", "a1", "a2", "b", "c", "c1", "c2", "all")


def test_components_are_counted_leaves(tree: Tree) -> None:
    assert tree.leaves == ("a1", "a2", "b", "c2")
    assert tree.components("all") == tree.leaves
    assert tree.components("a1_and_c") == ("a1", "c2")
    assert tree.components("b") == ("b",)
    assert tree.components("c1") == ()
    assert tree.components("long") == ("long_b", "long_a1")
    assert tree.children("a") == ("a1", "a2")
    assert tree.children("b") == ()


def test_membership_counts_each_leaf_where_it_belongs(tree: Tree) -> None:
    keys, matrix = tree.membership()
    assert keys == (*tree.rows, "a1_and_c")
    assert dict(zip(keys, matrix.tolist(), strict=True)) == {
        "a": [1, 1, 0, 0],
        "a1": [1, 0, 0, 0],
        "a2": [0, 1, 0, 0],
        "b": [0, 0, 1, 0],
        "c": [0, 0, 0, 1],
        "c1": [0, 0, 0, 0],
        "c2": [0, 0, 0, 1],
        "all": [1, 1, 1, 1],
        "a1_and_c": [1, 0, 0, 1],
    }


def test_area_chain(tree: Tree) -> None:
    assert tree.area_chain("Gentofte") == ("Gentofte", "Østdanmark", "Hele landet")
    assert tree.area_chain("Hele landet") == ("Hele landet",)


def test_a_tree_cannot_be_changed(tree: Tree) -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        tree.groups = {}
    with pytest.raises(TypeError, match="does not support item assignment"):
        tree.groups["x"] = GROUPS[0]


def test_unknown_names_get_the_nearest(tree: Tree) -> None:
    with pytest.raises(ConfigError, match=r"group 'a1_and_d': not known \(did you mean 'a1_and_c'"):
        tree.group("a1_and_d")
    with pytest.raises(ConfigError, match=r"area 'gentoft': not known \(did you mean 'Gentofte'"):
        tree.area_chain("gentoft")


def changed(key: str, **fields: object) -> list[Group]:
    return [replace(g, **fields) if g.key == key else g for g in GROUPS]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (changed("b", parent="al"), r"group 'b': parent 'al' does not exist \(did you mean 'all'"),
        (changed("b", parent="a1"), "parent 'a1' is a leaf, expected a sum"),
        (changed("b", parent=None), "group 'b': found a leaf without a parent"),
        (changed("a1_and_c", components=("a1", "d")), "components 'd' does not exist"),
        (changed("a1_and_c", components=("a1", "a")), "found a1 more than once"),
        (changed("a1_and_c", components=("a1_and_c",)), "found a cycle a1_and_c -> a1_and_c"),
        (changed("long_b", part_of="d"), "part_of 'd' does not exist"),
        (changed("all", parent="a"), "found 0 sums without a parent"),
        (changed("a", parent=None), r"found 2 sums without a parent \(all, a\)"),
        ([*GROUPS, group("e", kind="sum")], "group 'e': found a sum without children"),
        (
            [*GROUPS, group("e", "f", kind="sum"), group("f", "e", kind="sum")],
            "found a cycle e -> f -> e",
        ),
        ([*GROUPS, GROUPS[2]], "group 'a1': found twice"),
    ],
)
def test_broken_groups(groups: list[Group], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Tree.of(AREAS, groups)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "leave"}, "found kind 'leave', expected leaf, sum, derived or part"),
        ({"components": ("b",)}, "expected components on derived groups"),
        ({"kind": "derived", "parent": None}, "with 0 components"),
        ({"kind": "part", "parent": None}, "with part_of = None"),
        ({"part_of": "b"}, "expected part_of on parts"),
        ({"kind": "derived", "components": ("b",)}, "it would be counted twice"),
        ({"kind": "sum", "structural_zero": True}, "expected it on leaves only"),
    ],
)
def test_broken_group(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        group(**{"key": "x", "parent": "all", **fields})


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ([*AREAS, AREAS[0]], "area 'Hele landet': found twice"),
        ([*AREAS, Area("Herlev", "kommune", "Gentofte")], "parent 'Gentofte' is a kommune"),
        ([*AREAS, Area("Herlev", "kommune", "Østdanmrk")], "did you mean 'Østdanmark'"),
    ],
)
def test_broken_areas(areas: list[Area], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Tree.of(areas, GROUPS)


def test_names_agree_with_keys() -> None:
    with pytest.raises(ConfigError, match="found the key 'a' inside"):
        Tree({}, {"x": GROUPS[1]})
    with pytest.raises(ConfigError, match="found the name 'Gentofte' inside"):
        Tree({"Herlev": AREAS[2]}, {g.key: g for g in GROUPS})


def test_an_area_below_the_country_has_a_parent() -> None:
    with pytest.raises(ConfigError, match="expected a parent on every area but the country"):
        Area("Gentofte", "kommune")
    with pytest.raises(ConfigError, match="found kind 'city', expected one of kommune"):
        Area("Gentofte", "city", "Hele landet")


def test_links() -> None:
    series = ("Gentofte", "b")
    assert Link(series, None, "relative_to").parent is None
    with pytest.raises(ConfigError, match="itself as its parent"):
        Link(series, series, "part_of")
    with pytest.raises(ConfigError, match="part_of without a parent"):
        Link(series, None, "part_of")


@st.composite
def random_trees(draw: st.DrawFn) -> Tree:
    """Trees of up to four levels with a structural zero here and there."""
    groups = [group("all", None, kind="sum")]
    open_sums = ["all"]
    for depth in range(draw(st.integers(1, 3))):
        below: list[str] = []
        for parent in open_sums:
            for i in range(draw(st.integers(1, 4))):
                key = f"{parent}_{i}"
                is_sum = depth < 2 and draw(st.booleans())
                zero = not is_sum and draw(st.integers(0, 9)) == 0
                kind = "sum" if is_sum else "leaf"
                groups.append(group(key, parent, kind=kind, structural_zero=zero))
                below += [key] if is_sum else []
        open_sums = below
    groups += [group(f"{key}_end", key) for key in open_sums]
    return Tree.of(AREAS, groups)


@given(random_trees(), st.integers(0, 2**32 - 1))
def test_sums_of_children_are_sums_of_leaves(tree: Tree, seed: int) -> None:
    keys, matrix = tree.membership()
    assert sorted(keys) == sorted(tree.groups)
    leaves = np.random.default_rng(seed).lognormal(4.0, 2.0, len(tree.leaves))
    totals = dict(zip(keys, matrix @ leaves, strict=True))
    for key in tree.rows:
        if tree.children(key):
            children = sum(totals[child] for child in tree.children(key))
            assert totals[key] == pytest.approx(children, rel=1e-9, abs=1e-9)
    assert totals[tree.root] == pytest.approx(leaves.sum(), rel=1e-9, abs=1e-9)
    for leaf, value in zip(tree.leaves, leaves, strict=True):
        assert totals[leaf] == pytest.approx(value, rel=1e-9)
