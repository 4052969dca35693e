"""Scores of an outcome in every cell, its quantiles and its rows."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from forecast.core.monthly import MonthlyPanel
from forecast.evaluation import scores
from forecast.evaluation.backtest import Outcome, known, observed, run, series_of
from forecast.evaluation.table import COLUMNS, Scored, quantiles, rows, score, size_classes
from forecast.models.registry import method
from tests.backtest.worlds import ORIGINS, panel, plan, values

ORIGIN = ORIGINS[0]
LEAVES = ("Ny", "Gammel", "Vest", "Sø")


def said(made: MonthlyPanel | None = None) -> Outcome:
    return run(plan(made), method("naive_share"), ORIGIN)


def scored(outcome: Outcome, made: MonthlyPanel | None = None) -> Scored:
    one = plan(made)
    came, history = observed(one, ORIGIN), known(one, ORIGIN)
    rng = np.random.default_rng(0)
    return score(outcome, came, history, series_of(one).singles, rng)


def lacking(outcome: Outcome, area: str) -> Outcome:
    """Half of the draws of an area lack it, as those of a pool do."""
    assert outcome.draws is not None
    draws = outcome.draws.copy()
    draws.loc[{"area": area, "draw": slice(0, 99)}] = np.nan
    return replace(outcome, draws=draws)


def test_cells_are_scored_by_distance_from_the_origin() -> None:
    cells = scored(said()).cells
    assert dict(cells.sizes) == {"area": 6, "group": 1, "horizon": 12}
    assert list(cells["horizon"].values) == list(range(1, 13))
    assert bool(cells.notnull().all().to_array().all())
    scale = scores.mase_scale(known(plan(), ORIGIN))
    xr.testing.assert_allclose(cells["mase"] * scale, cells["absolute_error"])


def test_a_series_with_gaps_in_its_draws_has_no_score_and_no_quantile() -> None:
    whole, part = said(), lacking(said(), "Sø")
    cells = scored(part).cells.drop_vars("observed")
    assert bool(cells.sel(area="Sø").isnull().all().to_array().all())
    rest = {"area": [a for a in cells["area"].values if a != "Sø"]}
    xr.testing.assert_identical(
        cells.sel(rest), scored(whole).cells.drop_vars("observed").sel(rest)
    )
    marks = quantiles(part)
    assert bool(marks.sel(area="Sø").isnull().all())
    xr.testing.assert_identical(marks.sel(rest), quantiles(whole).sel(rest))


def test_quantiles_are_mean_median_and_levels() -> None:
    outcome = said()
    assert outcome.draws is not None
    found = quantiles(outcome).sel(area="Ny").values[:, 0, 0]
    draws = outcome.draws.sel(area="Ny").values[:, 0, 0]
    levels = [0.5, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]
    assert found[0] == pytest.approx(draws.mean())
    assert np.allclose(found[1:], np.quantile(draws, levels))


def test_the_joint_score_is_that_of_the_leaves_in_units_of_their_scale() -> None:
    outcome = said()
    assert outcome.draws is not None
    inside = {"area": list(LEAVES)}
    scale = scores.mase_scale(known(plan(), ORIGIN)).sel(inside)
    draws, came = outcome.draws.sel(inside) / scale, observed(plan(), ORIGIN).sel(inside) / scale
    expected = scores.energy_score(draws, came, over="area")
    assert np.allclose(scored(outcome).joint, expected)


def test_an_area_without_a_scale_in_one_group_counts_in_the_others() -> None:
    numbers = values(groups=2)
    numbers[4, 1] = 0  # Sø never has any of the second
    made = panel(numbers)
    both = scored(said(made), made).joint
    alone = panel(numbers[:, :1])
    assert both.notnull().all()
    assert both.sel(group="dagpenge").values == pytest.approx(
        scored(replace(said(made), draws=only(said(made), "dagpenge")), alone).joint[0].values
    )


def only(outcome: Outcome, group: str) -> xr.DataArray:
    assert outcome.draws is not None
    return outcome.draws.sel(group=[group])


def test_what_failed_as_a_whole_has_no_scores() -> None:
    broken = replace(said(), draws=None, error="no mode")
    with pytest.raises(ValueError, match="naive_share: failed at this origin and has no scores"):
        scored(broken)
    with pytest.raises(ValueError, match="naive_share: failed at this origin and has no quantiles"):
        quantiles(broken)


def test_size_classes_are_thirds_of_those_with_figures() -> None:
    history = known(plan(), ORIGIN)
    assert size_classes(history, LEAVES) == {
        "small": ["Sø", "Gammel"],
        "middle": ["Ny"],
        "large": ["Vest"],
    }
    history.loc[{"area": "Vest"}] = np.nan
    assert size_classes(history, LEAVES) == {
        "small": ["Sø"],
        "middle": ["Gammel"],
        "large": ["Ny"],
    }


def test_rows_count_the_cells_behind_each_score() -> None:
    numbers = values()
    numbers[4, 0, -18] = 0  # a month in which no percentage can be taken
    made = panel(numbers)
    one = scored(lacking(said(made), "Ny"), made)
    found = rows(one, LEAVES, ("Øst", "Sydvest"), {"small": ["Sø"]})
    assert tuple(found) == COLUMNS
    mine = found[(found["area"] == "leaves") & (found["horizon"] == "")].set_index("score")
    assert mine.loc["crps", "n"] == 3 * 12
    assert mine.loc["percentage_error", "n"] == 3 * 12 - 1
    assert "scaled_crps" not in mine.index  # it would gain by the cells it lacks
    assert "Ny" not in set(found["area"])
    assert set(found["origin"]) == {"2020-12"}


def test_the_root_of_squared_errors_is_taken_last() -> None:
    one = scored(said())
    found = rows(one, LEAVES, ("Øst", "Sydvest"), {})
    row = found[
        (found["area"] == "leaves") & (found["horizon"] == "") & (found["score"] == "rmsse")
    ]
    expected = np.sqrt(one.cells["squared_scaled_error"].sel(area=list(LEAVES)).mean())
    assert row["value"].item() == pytest.approx(float(expected))
