"""The country's future carried down to the areas of a monthly panel."""

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.core.period import Window
from forecast.errors import AlignmentError, ConvergenceError, DataError
from forecast.evaluation import backtest
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from forecast.models.registry import method
from forecast.scenarios.carry import Mean, bend_paths, carry_down
from tests.backtest import worlds
from tests.models.panels import municipalities, quick_priors

SHARED = Path(__file__).resolve().parents[3] / "shared" / "panels"
FIRST = 2022 * 12


def paths(seed: int = 1, count: int = 400, groups: int = 2, months: int = 18) -> Floats:
    rng = np.random.default_rng(seed)
    walk = np.cumsum(0.03 * rng.standard_normal((count, 1, months)), axis=2)
    own = np.cumsum(0.01 * rng.standard_normal((count, groups, months)), axis=2)
    return np.array([90_000.0, 40_000.0, 9_000.0])[:groups, None] * np.exp(walk + own)


STATED = (
    Mean(("a",), Window.month(2022, 12), 80_000.0),
    Mean(("a", "b"), Window.year(2022), 140_000.0),
    Mean(("b",), Window(FIRST + 12, FIRST + 17), 36_000.0),
)


def mean(moved: Floats, s: Mean) -> Floats:
    places = ["ab".index(g) for g in s.groups]
    months = slice(s.window.first - FIRST, s.window.last + 1 - FIRST)
    return moved[:, places, months].sum(axis=1).mean(axis=1)


def test_what_is_stated_holds_on_every_draw() -> None:
    moved = bend_paths(paths(), "ab", FIRST, STATED, np.random.default_rng(1))
    for s in STATED:
        assert np.abs(mean(moved, s) / s.value - 1.0).max() < 1e-9
    assert moved.min() > 0.0


def test_nothing_stated_is_bit_for_bit_the_same() -> None:
    free = paths()
    assert np.array_equal(bend_paths(free, "ab", FIRST, (), np.random.default_rng(1)), free)


def test_order_does_not_matter() -> None:
    one, other = (
        bend_paths(paths(), "ab", FIRST, order, np.random.default_rng(1))
        for order in (STATED, STATED[::-1])
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)


def test_months_are_moved_as_a_regression_of_the_draws_says() -> None:
    """A pin on one month moves every other by its slope on that month, over the draws."""
    free = paths()
    pin = Mean(("a",), Window.month(2022, 12), 80_000.0)
    moved = np.log(bend_paths(free, "ab", FIRST, (pin,), np.random.default_rng(1)))
    logs = np.log(free)
    here = logs[:, 0, 11]
    for group, month in ((0, 3), (1, 11), (1, 17)):
        there = logs[:, group, month]
        slope = np.cov(there, here)[0, 1] / here.var(ddof=1)
        expected = there + slope * (np.log(80_000.0) - here)
        np.testing.assert_allclose(moved[:, group, month], expected, atol=1e-8)


def test_a_band_is_weighed_against_the_draws() -> None:
    """Precisions add: the mean and spread of a month after a band on it."""
    free = paths(count=4000)
    logs = np.log(free[:, 0, 11])
    sd = 6_000.0
    band = Mean(("a",), Window.month(2022, 12), 80_000.0, sd)
    moved = np.log(bend_paths(free, "ab", FIRST, (band,), np.random.default_rng(2))[:, 0, 11])
    ours, theirs = 1 / logs.var(ddof=1), (80_000.0 / sd) ** 2
    expected = (ours * logs.mean() + theirs * np.log(80_000.0)) / (ours + theirs)
    spread = 1 / np.sqrt(ours + theirs)
    assert abs(moved.mean() - expected) < 5 * spread / np.sqrt(4000)
    assert moved.std() == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize(
    ("stated", "error", "message"),
    [
        (Mean(("c",), Window.year(2022), 1.0), AlignmentError, "found c in 2022, expected groups"),
        (Mean(("a",), Window.year(2024), 1.0), AlignmentError, r"within 2022-01\.\.2023-06"),
        (Mean(("a",), Window.year(2022), 0.0), DataError, "found 0 in 2022, expected more than"),
    ],
)
def test_what_cannot_be_stated(stated: Mean, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        bend_paths(paths(), "ab", FIRST, (stated,), np.random.default_rng(1))


def test_statements_that_contradict_are_named() -> None:
    twice = (STATED[0], replace(STATED[0], value=70_000.0))
    with pytest.raises(ConvergenceError, match=r"a, 2022-12 and a, 2022-12: .*contradict"):
        bend_paths(paths(), "ab", FIRST, twice, np.random.default_rng(1))


def test_nobody_in_the_country_is_refused() -> None:
    with pytest.raises(DataError, match="months of nobody in the country"):
        bend_paths(0.0 * paths(), "ab", FIRST, STATED, np.random.default_rng(1))


def as_in_a_backtest(panel: MonthlyPanel, origin: int, name: str) -> tuple[Floats, Floats]:
    """Draws of areas given what came, carried down and in a backtest."""
    plan = backtest.Plan(panel, (origin,), 12, None, "national", 100, 5)
    outcome = backtest.run(plan, method(name), origin)
    rng = np.random.default_rng([plan.seed, zlib.crc32(name.encode()), origin])
    path = plan.path(origin)
    assert path is not None
    drawn = carry_down(method(name), plan.history(origin), path, plan.draws, rng)
    assert outcome.draws is not None
    areas = list(backtest.series_of(plan).own)
    own = outcome.draws.sel(area=areas, group=list(panel.groups)).to_numpy()
    return drawn.draws[:, [panel.position(a) for a in areas]], own


@pytest.mark.parametrize("name", ["link", "seasonal_share"])
def test_given_what_came_areas_have_the_draws_that_a_backtest_scores(name: str) -> None:
    ours, theirs = as_in_a_backtest(worlds.panel(), worlds.ORIGINS[0], name)
    assert np.array_equal(ours, theirs)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the Danish panels are not at hand")
def test_given_what_came_municipalities_have_the_draws_that_a_backtest_scores() -> None:
    panel = municipalities(SHARED, "ledighed_y25i01", "ledige_fuldtid")
    ours, theirs = as_in_a_backtest(panel, int(panel.months[-13]), "link")
    assert ours.shape[1] >= 98
    assert np.array_equal(ours, theirs)


def test_areas_follow_the_country_and_add_up_where_they_are_all_of_it() -> None:
    panel = worlds.panel()
    link = PanelLink(quick_priors())
    country = 3000.0 * np.exp(0.05 * np.random.default_rng(3).standard_normal((60, 1, 6)))
    high, low = (
        carry_down(link, panel, factor * country, 60, np.random.default_rng(4), add_up=True).draws
        for factor in (1.0, 0.8)
    )
    parts = [panel.position(a) for a in ("Ny", "Gammel", "Vest", "Sø")]
    np.testing.assert_allclose(high[:, parts].sum(axis=1), country, rtol=1e-9)
    assert np.array_equal(high[:, panel.position("Land")], country)
    assert high.min() > 0.0
    ratio = low[:, parts] / high[:, parts]
    # each with its own elasticity, and in the mean as the country
    assert 0.6 < ratio.min() < ratio.max() < 1.0
    assert low[:, parts].sum() / high[:, parts].sum() == pytest.approx(0.8)


def test_areas_that_are_a_part_of_the_country_cannot_be_all_of_it() -> None:
    panel = worlds.panel()
    values = panel.values.copy()
    values[panel.position("Land")] *= 3.0
    whole = replace(panel, values=values)
    with pytest.raises(AlignmentError, match=r"the areas are 33\.3 % of Land in 2022-06, exp"):
        carry_down(
            PanelLink(load_panel_model()), whole, np.full((1, 6), 9000.0), 20,
            np.random.default_rng(1), add_up=True,
        )  # fmt: skip
