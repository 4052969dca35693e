"""Worlds in which the link model is the truth: their scores are those of the backtest."""

import numpy as np
import pytest
import xarray as xr

from forecast.evaluation import scores
from forecast.evaluation.backtest import Plan, observed, run, series_of
from forecast.models.registry import method
from forecast.vocabulary import AREA, DRAW
from tests.evidence import attainable
from tests.models.panels import world

RIVALS = ("seasonal_share", "constant_share")


def test_scores_of_many_values_are_those_of_each(rng: np.random.Generator) -> None:
    draws, values = rng.gamma(2.0, 50.0, size=(201, 7)), rng.gamma(2.0, 50.0, size=(5, 7))
    values[:, 3] = np.nan
    found = attainable.crps(draws, values)
    for one, came in zip(found, values, strict=True):
        wanted = scores.crps(
            xr.DataArray(draws, dims=(DRAW, "cell")), xr.DataArray(came, dims="cell")
        )
        np.testing.assert_allclose(one, wanted.values, rtol=1e-10)


def test_what_came_is_scored_as_the_backtest_does_and_the_truth_is_best(
    rng: np.random.Generator,
) -> None:
    panel = world(rng, areas=6, months=72)
    plan = Plan(panel, (int(panel.months[-13]),), 12, None, "national", 400, 1)
    found = attainable.at_origin(plan, RIVALS, plan.origins[0])
    assert found.ratio.shape == (1 + attainable.WORLDS, 2)
    leaves, came = list(series_of(plan).leaves), observed(plan, plan.origins[0])
    score = {}
    for name in (attainable.TRUTH, *RIVALS):
        draws = run(plan, method(name), plan.origins[0]).draws
        assert draws is not None
        score[name] = float(scores.crps(draws, came).sel({AREA: leaves}).sum())
    for name in RIVALS:
        wanted = score[attainable.TRUTH] / score[name]
        # the truth is drawn anew, so that the ratio carries the noise of its draws
        assert found.ratio[name].iloc[0] == pytest.approx(wanted, rel=0.05)
    worlds = found.ratio.iloc[1:]
    # each rival's ratio is below one by what it does not know; standard error by worlds
    for name in RIVALS:
        error = worlds[name].std() / np.sqrt(len(worlds))
        assert worlds[name].mean() < 1 + 3 * error
    inside = found.coverage["leaves 80%"].iloc[1:]
    # worlds share the draws their intervals are taken from: 400 draws place an end to 0.02
    error = np.hypot(inside.std() / np.sqrt(len(inside)), 0.02)
    assert inside.mean() == pytest.approx(0.8, abs=3 * error)
