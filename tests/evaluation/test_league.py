"""The league: fair to those who have all cells, and silent where nothing can be said."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from forecast.evaluation.league import Mishaps, Standing, joined, league
from forecast.evaluation.table import Scored

LEAVES, SUMS = ("a", "b", "c"), ("all",)
PARTS = ("x", "x", "y")


def cells(crps: float, origin: int = 0, horizon: int = 4) -> Scored:
    """Scores that are the same in every cell, of areas that have ten, twenty and thirty persons."""
    shape = (4, 1, horizon)
    coords = {"area": [*LEAVES, *SUMS], "group": ["g"], "horizon": range(1, horizon + 1)}
    size = np.array([10.0, 20, 30, 60])[:, None, None] * np.ones(shape)
    numbers = {"crps": crps * size / 10, "bias": -0.1 * size, "observed": size}
    numbers |= {f"coverage_{share}": np.ones(shape) for share in (0.8, 0.95)}
    tables = {name: (("area", "group", "horizon"), one) for name, one in numbers.items()}
    return Scored("", origin, xr.Dataset(tables, coords), xr.DataArray(0.0))


def without(one: Scored, area: str) -> Scored:
    lacking = one.cells.where(one.cells["area"] != area)
    return replace(one, cells=lacking.assign(observed=one.cells["observed"]))


def hard(one: Scored, area: str) -> Scored:
    """The same, and a hundred times worse in an area."""
    factor = xr.where(one.cells["area"] == area, 100.0, 1.0)
    return replace(one, cells=one.cells.assign(crps=one.cells["crps"] * factor))


def ranked(
    methods: dict[str, list[Scored]],
    reference: str = "base",
    parts: tuple[str, ...] = PARTS,
    broken: tuple[str, ...] = (),
) -> dict[str, Standing]:
    tables = {name: joined(scored) for name, scored in methods.items()}
    mishaps = dict.fromkeys((*methods, *broken), Mishaps())
    rng = np.random.default_rng(1)
    found = league(tables, LEAVES, SUMS, parts, mishaps, reference, rng)
    return {one.model: one for one in found}


def test_best_first_with_the_ratio_to_the_reference() -> None:
    found = ranked({name: [cells(crps, o) for o in (0, 1)] for name, crps in METHODS.items()})
    assert list(found) == ["good", "base", "bad"]
    assert found["good"].scaled_crps == pytest.approx(0.05)
    assert found["good"].ratio == pytest.approx(0.5)
    # the same ratio in every cell has an interval of no width
    assert (found["good"].low, found["good"].high) == pytest.approx((0.5, 0.5))
    assert found["base"].ratio == 1
    assert found["bad"].bias == pytest.approx(-0.1)
    assert found["bad"].sums_crps == pytest.approx(0.2)


METHODS = {"base": 1.0, "bad": 2.0, "good": 0.5}


def test_the_best_rival_is_found_at_each_origin_and_is_never_the_pool() -> None:
    found = ranked(
        {
            "base": [cells(1.0, 0), cells(1.0, 1)],
            "moody": [cells(0.5, 0), cells(4.0, 1)],
            "stack": [cells(0.1, 0), cells(0.1, 1)],
        }
    )
    assert found["base"].by_origin == pytest.approx((1 / 0.5 + 1 / 4) / 2)
    assert found["moody"].by_origin == pytest.approx((0.5 / 1 + 4 / 1) / 2)
    assert found["stack"].by_origin == pytest.approx((0.1 / 0.5 + 0.1 / 1) / 2)


def test_cells_that_are_lacking_are_no_gain() -> None:
    whole = {name: [hard(cells(crps), "c")] for name, crps in (("base", 1.0), ("mean", 1.2))}
    found = ranked({**whole, "half": [without(cells(1.5), "c")]})
    assert list(found) == ["base", "mean", "half"]
    assert found["half"].scaled_crps < found["base"].scaled_crps
    assert found["half"].ratio == pytest.approx(1.5)
    assert found["half"].by_origin == pytest.approx(1.5)
    assert found["half"].bias == pytest.approx(-0.1)


def test_a_reference_may_lack_origins_and_horizons() -> None:
    found = ranked({"base": [cells(1.0, 1, 2)], "good": [cells(9.0, 0), cells(0.5, 1)]})
    assert found["good"].ratio == pytest.approx(0.5)


@pytest.mark.parametrize("parts", [PARTS, ("x", "x", "x")])
def test_one_cluster_has_no_interval(parts: tuple[str, ...]) -> None:
    origins = (0,) if parts == PARTS else (0, 1)
    found = ranked(
        {name: [cells(c, o) for o in origins] for name, c in METHODS.items()}, parts=parts
    )
    assert found["good"].ratio == pytest.approx(0.5)
    assert np.isnan([found["good"].low, found["good"].high]).all()


def test_who_has_no_scores_comes_last_and_a_reference_without_them_gives_no_ratios() -> None:
    found = ranked({"bad": [cells(2.0)], "good": [cells(0.5)]}, broken=("base",))
    assert list(found) == ["good", "bad", "base"]
    assert np.isnan([one.ratio for one in found.values()]).all()
    assert np.isnan(found["base"].scaled_crps)


def test_a_method_alone_has_no_rival() -> None:
    assert np.isnan(ranked({"base": [cells(1.0)]})["base"].by_origin)
