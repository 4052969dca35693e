"""Whatever the tree and the paths: what people read adds up on every draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.core.tree import Group, Tree
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats
from forecast.models.structure import Levels, Structure, sums
from tests.models.worlds import FIRST, published, tree_of

RandomLevels = tuple[Tree, Structure, Floats, Floats, Levels]

DRAWS, MONTHS = 3, 4


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Random sums of random leaves, some empty or discontinued, and derived groups and parts."""
    groups = [Group("i_alt", "", "", kind="sum")]
    leaves: list[tuple[str, str]] = []

    def grow(parent: str, depth: int) -> None:
        for n in range(draw(st.integers(1, 4))):
            key = f"{parent}_{n}"
            if depth < 2 and draw(st.booleans()):
                groups.append(Group(key, "", "", parent, kind="sum"))
                grow(key, depth + 1)
                continue
            kind = draw(st.sampled_from(["alive", "alive", "alive", "zero", "gone"]))
            groups.append(
                Group(key, "", "", parent, structural_zero=kind == "zero",
                      discontinued=FIRST if kind == "gone" else None)
            )  # fmt: skip
            leaves.append((key, kind))

    grow("i_alt", 0)
    groups.append(Group("altid", "", "", "i_alt"))
    leaves.append(("altid", "alive"))
    alive = [key for key, kind in leaves if kind == "alive"]
    chosen = draw(st.sets(st.sampled_from(alive), min_size=1))
    gone = [key for key, kind in leaves if kind == "gone"]
    chosen |= draw(st.sets(st.sampled_from(gone))) if gone else set()
    groups.append(Group("ledige", "", "", components=tuple(sorted(chosen)), kind="derived"))
    wholes = ["i_alt", "ledige", *alive]
    for n, whole in enumerate(draw(st.lists(st.sampled_from(wholes), max_size=2))):
        groups.append(Group(f"del_{n}", "", "", kind="part", part_of=whole))
    return tree_of(groups)


@st.composite
def levels(draw: st.DrawFn) -> RandomLevels:
    """A tree, its structure, and levels of random paths."""
    tree = draw(trees())
    structure = Structure.of(tree, "Lilleby", set(tree.parts))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.sampled_from([0.5, 2.0, 4.0]))
    paths = size * rng.normal(size=(DRAWS, len(structure.names), MONTHS))
    people = structure.names.index("population:befolkning_land")
    paths[:, people] = 15.0 + 0.1 * paths[:, people]
    rate = np.log(0.045) + 0.3 * rng.normal(size=(DRAWS, MONTHS))
    return tree, structure, paths, rate, structure.levels(paths, rate)


def close(one: Floats, other: Floats) -> None:
    assert np.allclose(one, other, rtol=1e-9, atol=0)


@given(levels())
def test_groups_sum_to_their_parents_and_to_all(world: RandomLevels) -> None:
    tree, structure, _, _, out = world
    keys, members = sums(tree, structure)
    table = dict(zip(keys, np.moveaxis(members @ out.persons, -2, 0), strict=True))
    for key in tree.rows:
        if tree.group(key).kind == "sum":
            close(table[key], sum(table[child] for child in tree.children(key)))
    for key in tree.derived:
        close(table[key], sum(table[leaf] for leaf in tree.components(key)))
    close(table["i_alt"], out.persons.sum(axis=-2))


@given(levels())
def test_groups_that_can_hold_nobody_hold_nobody(world: RandomLevels) -> None:
    tree, structure, _, _, out = world
    keys, members = sums(tree, structure)
    table = dict(zip(keys, np.moveaxis(members @ out.persons, -2, 0), strict=True))
    for key in tree.rows:
        group = tree.group(key)
        if group.structural_zero or group.discontinued is not None:
            assert not table[key].any()


@given(levels())
def test_the_unemployed_are_their_rate_times_the_labour_force(world: RandomLevels) -> None:
    tree, structure, _, rate, out = world
    keys, members = sums(tree, structure)
    unemployed = (members[keys.index("ledige")] @ out.persons)[:, 2]
    close(unemployed, np.exp(rate) * out.labour_force[:, 2])


@given(levels())
def test_a_municipality_lies_in_its_half_and_that_in_the_country(world: RandomLevels) -> None:
    *_, out = world
    for values in (out.persons, out.parts):
        assert np.all(values > 0)
        assert np.all(values[:, :-1] <= values[:, 1:] * (1 + 1e-9))
        share = values[:, 0] / values[:, 2]
        assert np.all((share > 0) & (share < 1))
    for people in (out.population, out.labour_force):
        assert np.all(people[:, :-1] < people[:, 1:])
    assert np.all(out.labour_force[:, 2] < out.population[:, 2])


@given(levels())
def test_parts_are_smaller_than_their_whole_in_the_country(world: RandomLevels) -> None:
    tree, structure, _, _, out = world
    keys, members = sums(tree, structure)
    for n, (part, whole) in enumerate(structure.parts):
        rows = [keys.index(k) for k in whole]
        total = (members[rows].sum(axis=0) @ out.persons)[:, 2]
        assert np.all(out.parts[:, 2, n] < total), part


@given(levels())
def test_names_are_the_links_in_order(world: RandomLevels) -> None:
    _, structure, paths, *_ = world
    assert len(set(structure.names)) == len(structure.names) == paths.shape[1]


def test_a_national_benefit_is_in_proportion_to_the_population() -> None:
    structure, rng = published().structure, np.random.default_rng(1)
    paths, rate = rng.normal(size=(len(structure.names), 2)), np.full(2, -3.0)
    before = structure.levels(paths, rate)
    more = paths.copy()
    more[structure.names.index("population:befolkning_land")] += np.log(2.0)
    after = structure.levels(more, rate)
    close(after.persons, 2 * before.persons)
    close(after.labour_force, 2 * before.labour_force)
    close(structure.levels(paths, rate + 1).persons[:, 3:], before.persons[:, 3:])


def test_an_area_that_is_no_municipality_is_refused() -> None:
    tree = published().tree
    message = r"area Østdanmark: found the chain Østdanmark < Hele landet, expected a municipality"
    with pytest.raises(AlignmentError, match=message):
        Structure.of(tree, "Østdanmark", ())


def test_parts_that_no_figure_observes_are_left_out() -> None:
    tree = published().tree
    assert Structure.of(tree, "Gentofte", ()).parts == ()
    assert published().structure.parts[0][0] == "langtidsledige_dagpenge"


def test_no_benefit_has_more_persons_than_there_are_people() -> None:
    """A draw with an absurd scale stays a share of the population."""
    structure = Structure(
        areas=("Gentofte", "Østdanmark", "Hele landet"),
        unemployed=("dagpenge",),
        others=("sygedagpenge",),
        parts=(),
    )
    paths = np.zeros((1, len(structure.names), 1))
    paths[0, structure.names.index("national:sygedagpenge")] = 12.0
    paths[0, structure.names.index("population:befolkning_land")] = np.log(3.8e6)
    levels = structure.levels(paths, np.full((1, 1), np.log(0.04)))
    assert (levels.persons[0, 2, 1] < levels.population[0, 2]).all()
