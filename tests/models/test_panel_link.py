"""The link model as a method: contract, edge cases, recovery of simulated worlds, real panels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.errors import AlignmentError, ConvergenceError
from forecast.models.kernels import Floats
from forecast.models.method import Drawn
from forecast.models.panel_link import PanelLink
from tests.models.panels import municipalities, quick_priors, split, with_values, world

MODEL = PanelLink(quick_priors())


def draw(panel: MonthlyPanel, horizon: int = 6, count: int = 100, seed: int = 1) -> Drawn:
    history, path, _ = split(panel, horizon)
    return MODEL.draw(history, horizon, path, count, np.random.default_rng(seed))


def test_draws_keep_the_contract(rng: np.random.Generator) -> None:
    panel = world(rng)
    drawn = draw(panel)
    assert drawn.draws.shape == (100, 13, 1, 6)
    assert np.all(np.isfinite(drawn.draws))
    assert np.all(drawn.draws >= 0)
    assert np.all(drawn.draws[:, 0, 0] == panel.values[0, 0, -6:])
    assert drawn.failed == {}
    assert "Pareto k" in drawn.notes["country", "benefit"][0]
    assert np.array_equal(drawn.draws, draw(panel).draws)
    assert not np.array_equal(drawn.draws, draw(panel, seed=2).draws)
    assert MODEL.name == "link"


def test_history_alone_is_seen(rng: np.random.Generator) -> None:
    panel = world(rng)
    later = panel.values.copy()
    later[1:, :, -6:] *= 3
    assert np.array_equal(draw(panel).draws, draw(replace(panel, values=later)).draws)


def test_each_draw_follows_its_own_nation(rng: np.random.Generator) -> None:
    history, path, _ = split(world(rng), 6)
    paths = path * np.linspace(0.5, 1.5, 100)[:, None, None]
    drawn = MODEL.draw(history, 6, paths, 100, rng).draws
    assert np.array_equal(drawn[:, 0], paths)
    total = drawn[:, 1:, 0].sum(axis=1)
    assert np.corrcoef(total[:, 3], paths[:, 0, 3])[0, 1] > 0.9


def test_without_a_given_nation_it_finds_its_own(rng: np.random.Generator) -> None:
    history, _, _ = split(world(rng), 6)
    drawn = MODEL.draw(history, 6, None, 100, rng).draws
    assert np.all(drawn > 0)
    assert np.all(drawn[:, 0].std(axis=0) > 0)


def test_areas_with_few_values_or_none_are_projected_by_what_is_pooled(
    rng: np.random.Generator,
) -> None:
    panel = world(rng)
    once = np.full(60, np.nan)
    once[20] = panel.values[3, 0, 20]
    panel = with_values(with_values(panel, "area 1", np.full(60, np.nan)), "area 2", once)
    drawn = draw(panel, count=200)
    nothing, one, many = (np.log(drawn.draws[:, k, 0, -1]) for k in (2, 3, 4))
    assert "projected by its prior" in drawn.notes["area 1", "benefit"][0]
    assert nothing.std() > 3 * one.std() > 3 * many.std()
    assert np.exp(one.mean()) == pytest.approx(panel.values[3, 0, 20], rel=0.5)


def test_empty_and_tiny_cells_break_nothing(rng: np.random.Generator) -> None:
    panel = with_values(world(rng), "area 0", np.zeros(60))
    panel = with_values(panel, "area 1", rng.poisson(4, size=60).astype(np.float64))
    drawn = draw(panel, count=400).draws
    assert drawn[:, 1, 0].mean() < 1
    assert drawn[:, 2, 0].mean() == pytest.approx(4, abs=1.5)
    assert np.quantile(drawn[:, 2, 0, 0], 0.9) > 5


def test_an_area_beyond_the_nation_fails_alone(rng: np.random.Generator) -> None:
    panel = with_values(world(rng), "area 4", np.full(60, 1e6))
    drawn = draw(panel)
    assert list(drawn.failed) == [("area 4", "benefit")]
    assert "expected a part of it" in drawn.failed["area 4", "benefit"]
    assert np.all(np.isnan(drawn.draws[:, 5]))
    assert np.all(np.isfinite(np.delete(drawn.draws, 5, axis=1)))


def test_a_group_without_a_nation_fails_and_the_others_go_on(rng: np.random.Generator) -> None:
    panel = world(rng, areas=5)
    values = np.concatenate([panel.values, panel.values], axis=1)
    values[0, 1] = np.nan
    panel = replace(
        panel,
        groups=("benefit", "other"),
        values=values,
        provisional=np.zeros(values.shape, dtype=bool),
    )
    history, path, _ = split(panel, 6)
    path[1] = path[0]
    drawn = MODEL.draw(history, 6, path, 50, rng)
    assert {group for _, group in drawn.failed} == {"other"}
    assert len(drawn.failed) == 6
    assert np.all(np.isfinite(drawn.draws[:, :, 0]))


def test_a_method_that_fails_everywhere_says_so(rng: np.random.Generator) -> None:
    history, path, _ = split(world(rng, areas=3), 6)
    history.values[0] = np.nan
    with pytest.raises(ConvergenceError, match="country has no values in 2014-01"):
        MODEL.draw(history, 6, path, 10, rng)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (np.ones((1, 5)), r"shape \(1, 5\), expected \(1, 6\) or \(10, 1, 6\)"),
        (np.full((1, 6), np.nan), "nan stands in it"),
        (np.full((10, 1, 6), -1.0), "-1 stands in it"),
    ],
)
def test_a_path_that_does_not_fit_is_refused(
    path: Floats, message: str, rng: np.random.Generator
) -> None:
    history, _, _ = split(world(rng, areas=3), 6)
    with pytest.raises(AlignmentError, match=message):
        MODEL.draw(history, 6, path, 10, rng)


def test_an_area_in_between_is_the_sum_of_its_own(rng: np.random.Generator) -> None:
    panel = world(rng, areas=6)
    region = 1.02 * panel.values[[1, 3, 5]].sum(axis=0, keepdims=True)
    panel = replace(
        panel,
        areas=(*panel.areas, "region 0"),
        values=np.concatenate([panel.values, region]),
        provisional=np.zeros((8, 1, 60), dtype=bool),
    )
    drawn = draw(panel).draws
    assert drawn[:, 7] == pytest.approx(1.02 * drawn[:, [1, 3, 5]].sum(axis=1))


def test_an_area_of_which_the_panel_has_little_is_projected_by_its_own_series(
    rng: np.random.Generator,
) -> None:
    """A municipality that loses half in a year says nothing of the half of the country about it."""
    panel = world(rng, areas=6)
    half = panel.values[1:5].sum(axis=0, keepdims=True)
    few = panel.values[[0, 1]].copy()
    few[1, 0, 36:48] *= np.linspace(1.0, 0.5, 12)
    few[1, 0, 48:] *= 0.5
    panel = replace(
        panel,
        areas=("country", "area 0", "half"),
        values=np.concatenate([few, half]),
        parents={"country": None, "area 0": "half", "half": "country"},
        provisional=np.zeros((3, 1, 60), dtype=bool),
    )
    history, path, came = split(panel, 12)
    drawn = MODEL.draw(history, 12, path, 400, rng).draws[:, 2, 0]
    ratio = drawn / came[2, 0]
    assert np.median(ratio, axis=0) == pytest.approx(np.ones(12), abs=0.15)
    # a sum would be as unsure as the municipality
    assert np.log(drawn[:, -1]).std() < 0.2


def test_siblings_move_together_only_where_they_do(rng: np.random.Generator) -> None:
    together = world(rng, areas=40, correlation=0.6)
    history, path, _ = split(together, 12)
    ends = [
        PanelLink(quick_priors(), shared=shared).draw(history, 12, path, 500, rng).draws
        for shared in (True, False)
    ]
    spread = [np.log(d[:, 1:, 0, -1][:, ::2].sum(axis=1)).std() for d in ends]
    assert spread[0] > 1.8 * spread[1]
    own = [np.log(d[:, 1:, 0, -1]).std(axis=0).mean() for d in ends]
    assert own[0] == pytest.approx(own[1], rel=0.1)


@pytest.mark.recovery
def test_intervals_hold_truths_of_worlds_like_the_model(rng: np.random.Generator) -> None:
    """Coverage over areas, months and 8 worlds; worlds and areas are the independent units."""
    by_area: list[Floats] = []
    for _ in range(8):
        history, path, came = split(world(rng, areas=20, correlation=0.2, months=66), 12)
        drawn = MODEL.draw(history, 12, path, 300, rng).draws[:, 1:, 0]
        low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
        by_area.append(np.mean((low <= came[1:, 0]) & (came[1:, 0] <= high), axis=1))
    cover = np.concatenate(by_area)
    error = np.std([world.mean() for world in by_area], ddof=1) / np.sqrt(8)
    assert cover.mean() == pytest.approx(0.8, abs=4 * max(error, cover.std() / np.sqrt(160)))


@pytest.mark.slow
def test_a_real_panel_is_projected_better_than_by_its_last_shares(shared_panels: Path) -> None:
    """Given the nation, one year ahead: closer than last year's shares, and calibrated."""
    panel = municipalities(shared_panels, "ledighed_y25i01", "ledige_fuldtid")
    history, path, came = split(panel, 12)
    model = PanelLink(load_panel_model())
    drawn = model.draw(history, 12, path, 300, np.random.default_rng(1)).draws[:, 1:, 0]
    truth = came[1:, 0]
    last = history.values[1:, 0, -12:] / history.values[0, 0, -12:] * path
    ours = np.abs(np.median(drawn, axis=0) - truth).sum()
    assert ours < 0.9 * np.abs(last - truth).sum()
    low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
    assert 0.7 < np.mean((low <= truth) & (truth <= high)) < 0.95


def test_a_break_in_the_last_month_is_level_or_noise_and_widens_the_interval(
    rng: np.random.Generator,
) -> None:
    """One month cannot tell a new level from an outlier: the projection lies between both."""
    panel = world(rng)
    broken = panel.values[4, 0].copy()
    broken[-7:] *= 1.5
    before, after = draw(panel, count=400), draw(with_values(panel, "area 3", broken), count=400)
    middle = np.median(after.draws[:, 4, 0, 0])
    assert np.median(before.draws[:, 4, 0, 0]) < middle < 1.05 * broken[-6]
    spread = [np.log(d.draws[:, 4, 0, 0]).std() for d in (before, after)]
    assert spread[1] > 1.3 * spread[0]


def test_a_year_of_a_series_is_enough_to_project_it(rng: np.random.Generator) -> None:
    panel = world(rng)
    short = panel.values[4, 0].copy()
    short[:-18] = np.nan
    whole, part = draw(panel, count=400), draw(with_values(panel, "area 3", short), count=400)
    ratio = np.median(part.draws[:, 4, 0], axis=0) / np.median(whole.draws[:, 4, 0], axis=0)
    assert ratio == pytest.approx(np.ones(6), abs=0.05)
    spread = np.log(part.draws[:, 4, 0]).std(axis=0) / np.log(whole.draws[:, 4, 0]).std(axis=0)
    assert np.all(spread > 0.8)
