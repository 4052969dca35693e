"""What a method sees at an origin, and that what it says does not depend on what came."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from forecast.core.monthly import Floats, MonthlyPanel, Vintage
from forecast.core.period import month_code
from forecast.errors import ConvergenceError, DataError
from forecast.evaluation.backtest import Plan, known, observed, run, series_of
from forecast.models.method import Drawn, Method
from forecast.models.registry import method, names
from forecast.vocabulary import AREA, PERIOD
from tests.backtest.worlds import FIRST, MONTHS, ORIGINS, Peeking, panel, plan, values

CHEAP = "seasonal_share"


def poisoned(made: MonthlyPanel, origin: int) -> MonthlyPanel:
    """The same up to an origin; after it every area is another, and the nation as it was."""
    numbers = made.values.copy()
    later = made.months > origin
    numbers[1:, :, later] = 7.0
    return replace(made, values=numbers)


def draws_of(made: Method, one: Plan, origin: int) -> xr.DataArray:
    outcome = run(one, made, origin)
    assert outcome.draws is not None
    return outcome.draws


BY_NAME = [pytest.param(n, marks=pytest.mark.slow) if n == "link_nuts" else n for n in names()]


@pytest.mark.parametrize("name", BY_NAME)
def test_no_method_sees_what_came(name: str) -> None:
    origin = ORIGINS[1]
    before, after = plan(draws=20), plan(poisoned(panel(), origin), draws=20)
    assert draws_of(method(name), before, origin).equals(draws_of(method(name), after, origin))


@pytest.mark.parametrize("name", ["naive", "seasonal_naive", "seasonal_share", "theta_share"])
def test_nor_what_came_of_the_nation_where_it_is_not_told(name: str) -> None:
    origin, later = ORIGINS[1], poisoned(panel(), ORIGINS[1]).values
    later[0, :, origin - FIRST + 1 :] = 28.0
    ways = [plan(made, given="free", draws=20) for made in (panel(), panel(later))]
    one, other = (draws_of(method(name), way, origin) for way in ways)
    assert one.equals(other)


def test_a_method_that_peeks_is_caught() -> None:
    origin = ORIGINS[1]
    clean, spoilt = panel(), poisoned(panel(), origin)
    one, other = (draws_of(Peeking(p), plan(p, draws=20), origin) for p in (clean, spoilt))
    assert not one.equals(other)


class Watching:
    """A method that notes what it was handed."""

    name = "watching"

    def __init__(self) -> None:
        self.seen: list[tuple[MonthlyPanel, int, Floats | None]] = []

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        self.seen.append((history, horizon, given))
        shape = (count, len(history.areas), len(history.groups), horizon)
        return Drawn(rng.uniform(1, 2, shape))


@pytest.mark.parametrize("window", [None, 30])
def test_history_ends_at_the_origin_and_slides(window: int | None) -> None:
    watching = Watching()
    one = plan(window=window)
    for origin in ORIGINS:
        run(one, watching, origin)
    for origin, (history, _, _) in zip(ORIGINS, watching.seen, strict=True):
        assert history.months[-1] == origin
        length = origin - FIRST + 1
        assert len(history.months) == (length if window is None else window)
    # the panel ends: the last origin has half a year
    assert [h for _, h, _ in watching.seen] == [12, 12, 6]
    assert one.shortened == {ORIGINS[2]: 6}


def test_as_of_data_are_what_was_known() -> None:
    revised = values()
    first = np.where(np.arange(MONTHS) <= ORIGINS[1] - FIRST, revised + 10, np.nan)
    made = panel(revised, (Vintage(ORIGINS[1], first), Vintage(ORIGINS[2], revised)))
    one = replace(plan(made), origins=ORIGINS[1:])
    early, late = (one.history(origin).values for origin in one.origins)
    assert np.array_equal(early, revised[:, :, : early.shape[2]] + 10)
    assert np.array_equal(late, revised[:, :, : late.shape[2]])
    # what came is always the newest
    own = observed(one, ORIGINS[1]).sel({AREA: "Ny"}).values[0]
    start = ORIGINS[1] - FIRST + 1
    assert np.array_equal(own, revised[1, 0, start : start + 12])


def test_what_is_told_of_the_nation() -> None:
    watching, origin = Watching(), ORIGINS[0]
    start = origin - FIRST + 1

    def published(at: int, horizon: int) -> Floats:
        assert at == origin
        return np.full((1, horizon), 123.0)

    for given in ("national", "free", published):
        run(plan(given=given), watching, origin)
    told = [path for _, _, path in watching.seen]
    assert np.array_equal(told[0], values()[0][:, start : start + 12])
    assert told[1] is None
    assert np.array_equal(told[2], np.full((1, 12), 123.0))


def test_a_nation_with_a_gap_ahead_cannot_be_given() -> None:
    numbers = values()
    numbers[0, 0, -3] = np.nan
    with pytest.raises(DataError, match=r"Land, dagpenge, 2022-04 is missing.*--free"):
        plan(panel(numbers)).path(ORIGINS[1])


def test_an_origin_needs_two_years_before_it_and_a_month_after_it() -> None:
    for origin in (FIRST + 22, FIRST + MONTHS - 1):
        with pytest.raises(DataError, match=r"choose an origin within 2019-12\.\.2022-05"):
            replace(plan(), origins=(origin,))


def test_sums_are_sums_of_draws() -> None:
    origin = ORIGINS[0]
    draws = draws_of(method(CHEAP), plan(), origin)
    assert list(draws[AREA].values) == ["Ny", "Gammel", "Vest", "Sø", "Øst", "Sydvest"]
    east = draws.sel({AREA: ["Ny", "Gammel"]}).sum(AREA)
    assert np.allclose(draws.sel({AREA: "Øst"}), east)
    came = observed(plan(), origin)
    assert float(came.sel({AREA: "Øst"})[0, 0]) == values()[1:3, 0, origin - FIRST + 1].sum()
    assert came[PERIOD].values[0] == month_code(origin + 1)


def test_the_nation_is_scored_where_it_is_not_given() -> None:
    free = plan(given="free")
    assert series_of(free).areas[0] == "Land"
    assert "Land" not in series_of(plan()).areas
    assert "Land" not in series_of(free).leaves


def test_groups_have_a_total_of_those_that_are_part_of_no_other() -> None:
    made = panel(values(groups=2))
    names_ = series_of(plan(made))
    assert names_.groups == ("dagpenge", "kontanthjaelp", "i_alt")
    came = observed(plan(made), ORIGINS[0])
    total = came.sel(group=["dagpenge", "kontanthjaelp"]).sum("group")
    assert np.allclose(came.sel(group="i_alt"), total)
    inside = replace(made, group_parents={"kontanthjaelp": "dagpenge", "dagpenge": None})
    assert series_of(plan(inside)).groups == ("dagpenge", "kontanthjaelp")


def test_what_was_known_has_the_rows_of_results() -> None:
    table = known(plan(), ORIGINS[0])
    assert table.sizes[PERIOD] == ORIGINS[0] - FIRST + 1
    assert list(table[AREA].values) == list(series_of(plan()).areas)


class Broken:
    """A method that fails as a whole."""

    name = "broken"

    def draw(self, *given: object) -> Drawn:
        del given
        raise ConvergenceError("no mode was found")


def test_a_method_that_fails_is_an_outcome_with_its_reason() -> None:
    outcome = run(plan(), Broken(), ORIGINS[0])
    assert outcome.draws is None
    assert outcome.error == "no mode was found"
    assert outcome.seconds >= 0
