"""Futures chosen to stand for many: counts, medians, and draws that stay what they were."""

import numpy as np
import pytest

from forecast.models.bent import identity
from forecast.models.chosen import LEVELS, Chooser, Thresholds
from forecast.models.drawing import Choice, Simulated, simulate
from forecast.models.kernels import Floats
from forecast.models.states import Paths
from tests.models.worlds import World, small_world

SETS, PAIRS, KEEP = 300, 12, 2


def candidates(seed: int) -> Floats:
    """Two headlines of every set's candidates in mirrored pairs, (SETS, 2 PAIRS, 2)."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=(SETS, 1, 2))
    away = rng.normal(size=(SETS, PAIRS, 1)) * [1.0, 0.5] + 0.5 * rng.normal(size=(SETS, PAIRS, 2))
    return np.concatenate([middle + away, middle - away], axis=1)


def kept(values: Floats) -> tuple[Floats, Chooser]:
    """Values of the futures kept, (N, 2)."""
    chooser = Chooser(Thresholds.of(values.reshape(-1, values.shape[2])))
    out: list[Floats] = []
    for each in values:
        pairs = chooser.choose(each, KEEP)
        assert len(set(pairs.tolist())) == KEEP
        out.append(np.concatenate([each[pairs], each[PAIRS + pairs]]))
    return np.concatenate(out), chooser


def test_counts_of_the_kept_are_those_of_the_candidates() -> None:
    values = candidates(1)
    few, chooser = kept(values)
    limits = Thresholds.of(values.reshape(-1, 2)).value
    many = (values.reshape(-1, 2)[:, :, None] < limits).mean(axis=0)
    share = (few[:, :, None] < limits).mean(axis=0)
    # by chance the counts would be off by about the root of 1.200 futures, 35
    assert np.abs(share - many).max() * len(few) < 6
    assert (share - many).ravel() * len(few) == pytest.approx(chooser.surplus, abs=1e-6)


def test_medians_have_the_error_of_all_candidates() -> None:
    apart, by_chance = [], []
    for seed in range(40):
        values = candidates(seed)
        middle = np.median(values.reshape(-1, 2), axis=0)
        apart.append(np.median(kept(values)[0], axis=0) - middle)
        first = values[:, [0, 1, PAIRS, PAIRS + 1]].reshape(-1, 2)
        by_chance.append(np.median(first, axis=0) - middle)
    assert np.std(apart) < 0.4 * np.std(by_chance)
    assert abs(np.mean(apart)) < 4 * np.std(by_chance) / np.sqrt(80)


def test_what_is_not_looked_at_keeps_its_spread() -> None:
    """Widths of 80 and 95 % intervals of the headlines, of a quantity of its own, and a mixture."""
    ratios = []
    for seed in range(40):
        rng = np.random.default_rng([3, seed])
        values = candidates(seed)
        alone = rng.normal(size=(SETS, PAIRS, 1))
        alone = np.concatenate([alone, -alone], axis=1) + rng.normal(size=(SETS, 1, 1))
        mixed = values[..., :1] + 0.7 * alone
        whole = np.concatenate([values, alone, mixed], axis=2)
        chooser = Chooser(Thresholds.of(values.reshape(-1, 2)))
        few = []
        for each, readings in zip(whole, values, strict=True):
            pairs = chooser.choose(readings, KEEP)
            few.append(np.concatenate([each[pairs], each[PAIRS + pairs]]))
        ends = [0.025, 0.1, 0.9, 0.975]
        low, ten, ninety, high = np.quantile(np.concatenate(few), ends, axis=0)
        all_low, all_ten, all_ninety, all_high = np.quantile(whole.reshape(-1, 4), ends, axis=0)
        ratios.append(
            [(ninety - ten) / (all_ninety - all_ten), (high - low) / (all_high - all_low)]
        )
    found = np.array(ratios).reshape(40, -1)
    error = found.std(axis=0, ddof=1) / np.sqrt(40)
    # half a per cent is what the few futures beyond the outermost levels cost
    assert np.all(np.abs(found.mean(axis=0) - 1) < 0.006 + 3 * error)
    assert error.max() < 0.004


def test_what_is_pinned_is_not_counted() -> None:
    rng = np.random.default_rng(2)
    sample = np.stack([rng.normal(size=500), 4.5 + 1e-12 * rng.normal(size=500)], axis=1)
    thresholds = Thresholds.of(sample)
    assert thresholds.used.tolist() == [0]
    assert thresholds.value.shape == (1, len(LEVELS))


def read(paths: Paths) -> Floats:
    """The national rate and one link, last month."""
    return np.stack([paths.rate[:, -1], paths.links[:, 0, -1]], axis=1)


def made(drawn: int, futures: int = 4) -> tuple[World, Simulated]:
    world = small_world()
    sets = [world.parameters._replace(root_scale=0.2 + 0.01 * k) for k in range(12)]
    bends, rng = [identity, identity], np.random.default_rng(5)
    choice = Choice(drawn, lambda _, paths: read(paths), read, slice(None))
    return world, simulate(
        world.problem, world.priors, sets, world.horizon, futures, bends, rng, choice
    )


def test_kept_futures_are_the_candidates_themselves_with_their_mirror_images() -> None:
    _, few = made(20)
    _, all_of_them = made(20, futures=20)
    assert few.kept.shape == (12, 4)
    assert np.all(few.kept[:, 2:] == few.kept[:, :2] + 10)
    assert not np.array_equal(few.kept[:, :2], np.tile([0, 1], (12, 1)))
    links = all_of_them.paths[0].links.reshape(20, 12, *few.paths[0].links.shape[1:])
    season = all_of_them.season[1].reshape(20, 12, 12)
    for i, numbers in enumerate(few.kept):
        for k, number in enumerate(numbers):
            assert np.array_equal(few.paths[1].links[k * 12 + i], links[number, i])
            assert np.array_equal(few.season[1][k * 12 + i], season[number, i])


def test_no_scenario_changes_another() -> None:
    world, both = made(20)
    sets = list(both.sets)
    rng, choice = (
        np.random.default_rng(5),
        Choice(20, lambda _, paths: read(paths), read, slice(None)),
    )
    alone = simulate(world.problem, world.priors, sets, world.horizon, 4, [identity], rng, choice)
    assert np.array_equal(alone.paths[0].links, both.paths[0].links)


def test_all_candidates_are_kept_where_no_more_are_drawn() -> None:
    _, whole = made(4)
    assert np.array_equal(whole.kept, np.tile(np.arange(4), (12, 1)))
