"""Weights of the pool rest on what had come, and nothing takes the place of what is missing."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from forecast.core.monthly import MonthlyPanel, Vintage
from forecast.core.period import month_code
from forecast.errors import ConvergenceError
from forecast.evaluation.backtest import Outcome, Plan, known, observed, run, series_of
from forecast.evaluation.online import (
    STACK,
    believable,
    month_terms,
    part_of_country,
    stacked,
    weights_at,
)
from forecast.evaluation.stacking import Terms
from forecast.models.registry import method
from tests.backtest.worlds import FIRST, MONTHS, panel, plan, values

NAMES = ("seasonal_share", "naive_share")
ORIGINS = tuple(FIRST + k for k in (26, 30, 34, 38))


def four_origins(made: MonthlyPanel | None = None) -> Plan:
    return replace(plan(made, horizon=8, draws=100), origins=ORIGINS)


def outcomes(made: Plan, origin: int) -> list[Outcome]:
    return [run(made, method(name), origin) for name in NAMES]


def terms(made: Plan, origin: int, by: int | None = None) -> Mapping[str, Terms]:
    said = {one.method: one.draws for one in outcomes(made, origin) if one.draws is not None}
    came, history = observed(made, origin, by), known(made, origin)
    return month_terms(said, came, history, series_of(made).singles, 100)


def weights(made: Plan, origin: int, by: int | None = None) -> dict[str, float]:
    earlier = {before: terms(made, before, by) for before in ORIGINS if before < origin}
    return weights_at(origin, earlier, NAMES, made.horizon)


def test_weights_do_not_change_with_what_came_later() -> None:
    origin = ORIGINS[2]
    numbers = values()
    numbers[1:, :, origin - FIRST + 1 :] *= np.array([3, 0.2, 1, 5])[:, None, None]
    before, after = (four_origins(one) for one in (panel(), panel(numbers)))
    assert weights(before, origin) == weights(after, origin)
    assert weights(before, ORIGINS[3]) != weights(after, ORIGINS[3])


def test_weights_are_learnt_of_what_was_known_and_not_of_what_was_revised() -> None:
    origin, numbers = ORIGINS[2], values()
    first = np.where(np.arange(MONTHS) <= origin - FIRST, numbers, np.nan)
    early = (Vintage(ORIGINS[0], first), Vintage(origin, first))
    revised = numbers.copy()
    revised[1:, :, ORIGINS[0] - FIRST + 1 :] *= np.array([3, 0.2, 1, 5])[:, None, None]
    ways = [
        four_origins(panel(last, (*early, Vintage(FIRST + MONTHS, last))))
        for last in (numbers, revised)
    ]
    as_of = [weights(made, origin, by=origin) for made in ways]
    newest = [weights(made, origin) for made in ways]
    assert as_of[0] == as_of[1] == newest[0]
    assert newest[0] != newest[1]


def test_weights_are_equal_before_anything_has_come_and_then_move() -> None:
    made = four_origins()
    equal = dict.fromkeys(NAMES, 0.5)
    assert weights(made, ORIGINS[0]) == equal
    assert weights(made, ORIGINS[1]) == equal  # noise of one origin cannot be known
    assert weights(made, ORIGINS[3]) != equal
    assert sum(weights(made, ORIGINS[3]).values()) == pytest.approx(1)


def test_terms_are_of_months_that_had_come() -> None:
    by = ORIGINS[0] + 3
    assert list(terms(four_origins(), ORIGINS[0], by)) == [
        month_code(ORIGINS[0] + k) for k in (1, 2, 3)
    ]


def test_months_without_a_cell_of_all_methods_have_no_terms() -> None:
    made, origin = four_origins(), ORIGINS[0]
    said = {one.method: one.draws for one in outcomes(made, origin) if one.draws is not None}
    gap = said["naive_share"].copy()
    gap[:, :, :, 0] = np.nan
    came, history = observed(made, origin), known(made, origin)
    found = month_terms({**said, "naive_share": gap}, came, history, series_of(made).singles, 100)
    assert list(found) == [month_code(origin + k) for k in range(2, 9)]


def test_a_member_without_weight_may_fail(rng: np.random.Generator) -> None:
    first, second = outcomes(four_origins(), ORIGINS[0])
    broken = replace(second, draws=None, error="no mode was found")
    made = stacked([first, broken], {NAMES[0]: 1.0, NAMES[1]: 0.0}, rng)
    assert made.error == ""
    xr.testing.assert_identical(made.draws, first.draws)


def test_a_member_with_weight_takes_the_pool_with_it(rng: np.random.Generator) -> None:
    first, second = outcomes(four_origins(), ORIGINS[0])
    broken = replace(second, draws=None, error="no mode was found")
    made = stacked([first, broken], dict.fromkeys(NAMES, 0.5), rng)
    assert (made.method, made.draws, made.error) == (STACK, None, "naive_share: no mode was found")


def test_a_series_that_a_member_lacks_is_lacking(rng: np.random.Generator) -> None:
    first, second = outcomes(four_origins(), ORIGINS[0])
    assert second.draws is not None
    gap = second.draws.copy()
    gap.loc[{"area": ["Sø", "Sydvest"]}] = np.nan
    second = replace(second, draws=gap, failed={("Sø", "dagpenge"): "too short"})
    made = stacked([first, second], dict.fromkeys(NAMES, 0.5), rng)
    assert made.failed == {("Sø", "dagpenge"): "naive_share: too short"}
    assert made.draws is not None
    lacking = made.draws.isnull().any(["draw", "group", "period"])
    assert set(lacking["area"].values[lacking]) == {"Sø", "Sydvest"}


def test_a_method_whose_paths_explode_is_left_out_from_then_on() -> None:
    made = four_origins()
    first, second = outcomes(made, ORIGINS[0])
    paths = 2000
    few = replace(second, exploded={("Sø", "dagpenge"): 2})
    many = replace(second, exploded={("Sø", "dagpenge"): 2, ("Ny", "dagpenge"): 3})
    assert believable([first, few], paths) == NAMES
    assert believable([first, many], paths) == NAMES[:1]
    later = outcomes(made, ORIGINS[1])
    assert believable([first, many, *later], paths) == NAMES[:1]
    worse = replace(first, exploded={("Sø", "dagpenge"): 9})
    with pytest.raises(ConvergenceError, match=r"every method explode, at least 0.25 % of them"):
        believable([worse, many], paths)


def test_weights_of_some_methods_are_learnt_from_terms_of_all() -> None:
    made, origin = four_origins(), ORIGINS[3]
    three = (*NAMES, "constant_share")
    wide: dict[int, Mapping[str, Terms]] = {}
    for before in ORIGINS[:3]:
        said = {name: run(made, method(name), before).draws for name in three}
        drawn = {name: draws for name, draws in said.items() if draws is not None}
        came, history = observed(made, before), known(made, before)
        wide[before] = month_terms(drawn, came, history, series_of(made).singles, 100)
    found = weights_at(origin, wide, NAMES, made.horizon)
    assert found == pytest.approx(weights(made, origin))


def test_parts_of_the_country() -> None:
    assert part_of_country(panel(), ("Ny", "Gammel", "Sø")) == ["Øst", "Øst", "Sydvest"]
    alone = replace(panel(), parents=dict.fromkeys(panel().areas, "Land") | {"Land": None})
    assert part_of_country(alone, ("Ny", "Sø")) == ["Ny", "Sø"]
