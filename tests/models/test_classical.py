"""The contract of every registered method, and what methods on shares and pools promise."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from forecast.core.monthly import MonthlyPanel
from forecast.errors import AlignmentError, ConfigError, ConvergenceError
from forecast.models.classical import Classical, Pool, on_series, on_share
from forecast.models.classical_law import Law, Rule
from forecast.models.classical_naive import LAST_YEAR, NAIVE, SEASONAL_NAIVE
from forecast.models.classical_series import Sample
from forecast.models.kernels import Floats
from forecast.models.method import Drawn
from forecast.models.registry import method, names
from tests.models.classical_worlds import hard_panel, logs, monthly_panel, simple_panel

COUNT, HORIZON = 24, 14
SEASONAL = {"seasonal_naive", "seasonal_share", "constant_share"}

# sampling takes a while: its contract is tested with the slow tests
SAMPLED = {"link_nuts"}
BY_NAME = [pytest.param(n, marks=pytest.mark.slow) if n in SAMPLED else n for n in names()]

every_method = pytest.mark.parametrize("name", BY_NAME)
every_classical = pytest.mark.parametrize("name", [n for n in names() if not n.startswith("link")])


def path_given() -> Floats:
    return 11000.0 * np.exp(0.01 * np.arange(HORIZON))[None, :]


def poisoned(panel: MonthlyPanel) -> MonthlyPanel:
    """The same until its last but sixth month, nonsense after it."""
    values = panel.values.copy()
    values[:, :, -6:] = 1e6
    return replace(panel, values=values)


@cache
def simple(name: str, seed: int, given: bool) -> Drawn:
    panel = simple_panel()
    history = panel.until(int(panel.months[-7]))
    path = path_given() if given else None
    return method(name).draw(history, HORIZON, path, COUNT, np.random.default_rng(seed))


@cache
def hard(name: str) -> Drawn:
    path = 20000.0 * np.ones((COUNT, 1, HORIZON))
    return method(name).draw(hard_panel(), HORIZON, path, COUNT, np.random.default_rng(3))


@every_method
def test_draws_have_the_shape_of_the_panel_and_are_not_negative(name: str) -> None:
    made = simple(name, 1, given=False)
    assert method(name).name == name
    assert made.draws.shape == (COUNT, 3, 1, HORIZON)
    assert np.isfinite(made.draws).all()
    assert (made.draws >= 0).all()
    assert made.failed == {}
    spread = made.draws.std(axis=0)
    assert (spread > 0).all()


@every_method
def test_a_seed_gives_the_same_numbers_and_later_months_are_not_seen(name: str) -> None:
    panel = poisoned(simple_panel())
    history = panel.until(int(panel.months[-7]))
    again = method(name).draw(history, HORIZON, None, COUNT, np.random.default_rng(1))
    assert np.array_equal(again.draws, simple(name, 1, given=False).draws)


@every_method
def test_another_seed_gives_other_numbers_and_numpys_own_seed_stays(name: str) -> None:
    before = np.random.get_state()[1]  # noqa: NPY002 - held not to be touched
    other = simple(name, 2, given=False)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert not np.any(other.draws == simple(name, 1, given=False).draws)


@every_method
def test_the_nation_is_the_given_path(name: str) -> None:
    made = simple(name, 1, given=True)
    assert np.array_equal(made.draws[:, 0], np.broadcast_to(path_given(), (COUNT, 1, HORIZON)))
    assert (made.draws[:, 1:].std(axis=0) > 0).all()


@every_classical
def test_hard_series_are_drawn_or_reported(name: str) -> None:
    panel, made = hard_panel(), hard(name)
    short = {"tiny", "young"} if name in SEASONAL else {"tiny"}
    assert {area for area, _ in made.failed} == short
    assert "4 known months" in made.failed["tiny", "ledige"]
    for k, area in enumerate(panel.areas):
        rows = made.draws[:, k]
        assert np.isnan(rows).all() if area in short else np.isfinite(rows).all()
        assert not (rows < 0).any()
    assert not made.draws[:, panel.position("zeros")].any()
    assert "only zeros" in made.notes["zeros", "ledige"][0]


def test_what_is_pooled_stands_for_what_a_short_series_does_not_say() -> None:
    panel, made = hard_panel(), hard("link")
    assert made.failed == {}
    assert (made.draws >= 0).all()
    zeros, young = (made.draws[:, panel.position(area)] for area in ("zeros", "young"))
    assert np.median(zeros) < 5 < np.median(young)


@every_classical
def test_a_constant_series_stays_or_its_share_moves(name: str) -> None:
    panel, made = hard_panel(), hard(name)
    row = made.draws[:, panel.position("constant")]
    if name.endswith("_share"):
        assert row.std() > 0
    else:
        assert row == pytest.approx(120.0)
        assert "constant so far" in made.notes["constant", "ledige"][0]


@pytest.mark.parametrize("name", ["ets", "arima", "theta", "ces"])
def test_gaps_are_filled_and_said_so_where_the_package_needs_it(name: str) -> None:
    notes = hard(name).notes
    assert "3 missing months filled in by straight lines" in notes["gap", "ledige"]
    assert "15 known months: without season, which needs 24" in notes["young", "ledige"]


@pytest.mark.parametrize("name", ["local_level", "sarimax"])
def test_gaps_stay_gaps_where_the_package_takes_them(name: str) -> None:
    notes = hard(name).notes
    assert not any("filled" in note for note in notes.get(("gap", "ledige"), ()))
    assert "15 known months: without season, which needs 24" in notes["young", "ledige"]


@pytest.mark.parametrize("months", [23, 24])
def test_filled_months_do_not_give_a_season(months: int) -> None:
    values = np.exp(np.stack([logs(np.random.default_rng(k), 28) for k in range(2)]))
    values[1, 5 : 5 + 28 - months] = np.nan
    made = method("theta").draw(
        monthly_panel(values, ("N", "A")), 3, None, 4, np.random.default_rng(0)
    )
    assert any("without season" in note for note in made.notes["A", "ledige"]) == (months < 24)


def test_too_many_gaps_are_a_failure() -> None:
    values = np.exp(np.stack([logs(np.random.default_rng(k), 40) for k in range(2)]))
    values[1, 5:20] = np.nan
    made = method("naive").draw(
        monthly_panel(values, ("N", "A")), 3, None, 4, np.random.default_rng(0)
    )
    assert made.failed["A", "ledige"].startswith("15 of the 40 months")


def test_a_series_not_yet_published_is_forecast_from_its_last_month() -> None:
    rng = np.random.default_rng(0)
    walk = np.exp(np.cumsum(rng.normal(0, 0.05, (2, 60)), axis=1))
    walk[1, -4:] = np.nan
    made = method("naive").draw(monthly_panel(walk, ("N", "A")), 2, None, 20000, rng)
    spread = np.log(made.draws).std(axis=0)[:, 0]
    monthly = np.sqrt(np.nanmean(np.diff(np.log(walk), axis=1) ** 2, axis=1))
    # six Monte Carlo standard errors of a standard deviation
    near = 6 / np.sqrt(2 * 20000)
    assert spread[0] / monthly[0] == pytest.approx(np.sqrt([1, 2]), rel=near)
    assert spread[1] / monthly[1] == pytest.approx(np.sqrt([5, 6]), rel=near)


# the shift of zeros is common to all; quick methods show it
@pytest.mark.parametrize(
    "name", sorted(SEASONAL | {"naive", "drift", "naive_share", "theta_share"})
)
def test_a_change_of_unit_changes_the_unit_only(name: str) -> None:
    panel = hard_panel()
    thousands = replace(panel, values=panel.values / 1000)
    path = np.full((COUNT, 1, HORIZON), 20.0)
    made = method(name).draw(thousands, HORIZON, path, COUNT, np.random.default_rng(3))
    assert made.draws * 1000 == pytest.approx(hard(name).draws, nan_ok=True)


def test_shares_are_shares_of_each_draw_of_the_nation(rng: np.random.Generator) -> None:
    panel, share = simple_panel(), method("naive_share")
    one = np.full((1, HORIZON), 12000.0)
    many = one * rng.uniform(0.5, 2.0, (COUNT, 1, HORIZON))
    by_one = share.draw(panel, HORIZON, one, COUNT, np.random.default_rng(5))
    by_many = share.draw(panel, HORIZON, many, COUNT, np.random.default_rng(5))
    assert by_many.draws / many[:, None] == pytest.approx(by_one.draws / 12000.0)
    free = share.draw(panel, HORIZON, None, COUNT, np.random.default_rng(5))
    nation = method("naive").draw(panel, HORIZON, None, 20000, rng).draws[:, 0]
    # the nation is drawn by the same rule on its own series
    assert np.log(free.draws[:, 0]).mean(axis=0) == pytest.approx(
        np.log(nation).mean(axis=0), abs=6 * np.log(nation).std() / np.sqrt(COUNT)
    )


def test_a_constant_share_is_carried_on_exactly() -> None:
    panel = simple_panel()
    values = panel.values.copy()
    values[1] = 0.08 * values[0]
    made = method("constant_share").draw(
        replace(panel, values=values), HORIZON, path_given(), COUNT, np.random.default_rng(0)
    )
    assert made.draws[:, 1] == pytest.approx(np.broadcast_to(0.08 * path_given(), (24, 1, 14)))


def test_constant_share_is_the_mean_share_of_the_last_year() -> None:
    panel = simple_panel()
    made = method("constant_share").draw(panel, 3, np.ones((1, 3)), 40000, np.random.default_rng(0))
    share = (panel.values[1:, 0] / panel.values[0, 0])[:, -12:].mean(axis=1)
    log_share = np.log(made.draws[:, 1:, 0])
    near = 6 * log_share.std(axis=0).max() / np.sqrt(40000)
    assert log_share.mean(axis=0) == pytest.approx(
        np.repeat(np.log(share)[:, None], 3, axis=1), abs=near
    )


def test_seasonal_share_is_last_years_share_of_the_month() -> None:
    panel = simple_panel()
    assert method("seasonal_naive_share") == method("seasonal_share")
    made = method("seasonal_share").draw(
        panel, 24, np.ones((1, 24)), 20000, np.random.default_rng(0)
    )
    share = np.log(panel.values[1:, 0] / panel.values[0, 0])[:, -12:]
    log_share = np.log(made.draws[:, 1:, 0])
    spread = log_share.std(axis=0)
    near = 6 * spread.max() / np.sqrt(20000)
    assert log_share.mean(axis=0) == pytest.approx(np.tile(share, 2), abs=near)
    # a second season ahead doubles the variance
    assert spread[:, 12:] / spread[:, :12] == pytest.approx(np.sqrt(2), rel=6 / np.sqrt(20000))


def test_sarimax_follows_the_given_nation() -> None:
    rng = np.random.default_rng(8)
    nation = np.cumsum(rng.normal(0, 0.03, 60))
    area = 0.7 * nation + np.cumsum(rng.normal(0, 0.002, 60))
    panel = monthly_panel(np.exp(np.stack([nation, area]) + 7), ("N", "A"))
    level = np.exp(nation[-1] + 7)
    draws = [
        method("sarimax").draw(panel, 3, np.full((1, 3), size), 50, np.random.default_rng(0)).draws
        for size in (level, 1.2 * level)
    ]
    # the national path moves the area by its elasticity, draw by draw
    slope = np.log(draws[1][:, 1] / draws[0][:, 1]) / np.log(1.2)
    assert slope == pytest.approx(slope[0, 0, 0])
    assert slope[0, 0, 0] == pytest.approx(0.7, abs=0.1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.ones((2, HORIZON)), r"shape \(2, 14\), expected \(1, 14\)"),
        (np.ones((3, 1, HORIZON)), r"shape \(3, 1, 14\), expected"),
        (np.full((1, HORIZON), -1.0), "negative or not finite"),
        (np.full((1, HORIZON), np.nan), "negative or not finite"),
    ],
)
@pytest.mark.parametrize("name", ["naive", "pool"])
def test_a_given_path_that_does_not_fit_is_refused(name: str, given: Floats, words: str) -> None:
    with pytest.raises(AlignmentError, match=words):
        method(name).draw(simple_panel(), HORIZON, given, COUNT, np.random.default_rng(0))


def test_an_unknown_method_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"'seasonal_nave': not found \(did you mean 'season"):
        method("seasonal_nave")


def refuse(sample: Sample, steps: int) -> Law:
    raise ConvergenceError(f"{len(sample.values)} months cannot be fitted")


def refuse_large(sample: Sample, steps: int) -> Law:
    return refuse(sample, steps) if sample.values[0] > np.log(5000) else NAIVE.fit(sample, steps)


def explode(sample: Sample, steps: int) -> Law:
    return replace(NAIVE.fit(sample, steps), factor=2.0 * np.eye(steps))


def overflow(sample: Sample, steps: int) -> Law:
    law = NAIVE.fit(sample, steps)
    return replace(law, mean=np.full(steps, 1000.0)) if sample.values[0] < 6 else law


def drawn_by(fit: object, share: bool = False, horizon: int = 2) -> Drawn:
    rule = Rule("made up", fit, least=2)  # type: ignore[arg-type]
    made = Classical("made up", rule, on_share=share)
    return made.draw(simple_panel(), horizon, None, 4000, np.random.default_rng(0))


def test_a_method_that_always_fails_raises() -> None:
    with pytest.raises(
        ConvergenceError, match=r"made up: all 3 series failed, Hele landet, ledige"
    ):
        drawn_by(refuse)


def test_a_series_that_fails_is_reported_and_stays_empty() -> None:
    made = drawn_by(refuse_large)
    assert made.failed == {("Hele landet", "ledige"): "40 months cannot be fitted"}
    assert np.isnan(made.draws[:, 0]).all()
    assert np.isfinite(made.draws[:, 1:]).all()


def test_shares_of_a_nation_that_fails_fail_with_it() -> None:
    with pytest.raises(ConvergenceError, match="all 3 series failed"):
        drawn_by(refuse_large, share=True)


def test_exploding_paths_are_counted_and_left_as_they_are() -> None:
    made, panel = drawn_by(explode), simple_panel()
    assert set(made.exploded) == {(area, "ledige") for area in panel.areas}
    for k, area in enumerate(panel.areas):
        beyond = (made.draws[:, k, 0] > 20 * panel.values[k].max()).any(axis=1).sum()
        assert made.exploded[area, "ledige"] == beyond > 0


def test_paths_without_end_are_a_failure() -> None:
    made = drawn_by(overflow)
    assert made.failed == {("Læsø", "ledige"): "4000 of 4000 paths are not finite"}
    assert made.exploded == {("Læsø", "ledige"): 4000}
    assert np.isnan(made.draws[:, 2]).all()


def test_warnings_of_a_package_become_notes() -> None:
    import warnings

    def warn(sample: Sample, steps: int) -> Law:
        for _ in range(2):
            warnings.warn("hardly\n converged", RuntimeWarning, stacklevel=1)
        return NAIVE.fit(sample, steps)

    assert drawn_by(warn).notes["Læsø", "ledige"] == ("RuntimeWarning: hardly converged",)


@dataclass(frozen=True)
class Fixed:
    """A method whose draw k is the number of the draw after a base."""

    name: str
    base: float
    failed: tuple[str, ...] = ()

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        del given, rng
        shape = (count, len(history.areas), len(history.groups), horizon)
        numbers = self.base + np.arange(count)[:, None, None, None] * np.ones(shape)
        for area in self.failed:
            numbers[:, history.position(area)] = np.nan
        key = ("Læsø", "ledige")
        return Drawn(
            numbers, {(a, "ledige"): "no luck" for a in self.failed}, {key: 1}, {key: ("ok",)}
        )


def test_a_pooled_draw_is_one_whole_future_of_one_member() -> None:
    pool = Pool("pool", (Fixed("one", 1000.0), Fixed("two", 2000.0), Fixed("three", 3000.0)))
    made = pool.draw(simple_panel(), 3, None, 31, np.random.default_rng(0))
    flat = made.draws.reshape(31, -1)
    assert (flat == flat[:, :1]).all()
    assert sorted(flat[:, 0]) == [
        *(1000.0 + np.arange(11)),
        *(2000.0 + np.arange(10)),
        *(3000.0 + np.arange(10)),
    ]
    assert made.exploded == {("Læsø", "ledige"): 3}
    assert made.notes["Læsø", "ledige"] == ("one: ok", "two: ok", "three: ok")


def test_a_pool_fails_where_a_member_fails() -> None:
    pool = Pool("pool", (Fixed("one", 1.0), Fixed("two", 1.0, failed=("Læsø",))))
    made = pool.draw(simple_panel(), 3, None, 10, np.random.default_rng(0))
    assert made.failed == {("Læsø", "ledige"): "two: no luck"}
    assert np.isnan(made.draws[:, 2]).all()
    assert np.isfinite(made.draws[:, :2]).all()


def test_a_pool_needs_a_draw_for_each_member() -> None:
    pool = Pool("pool", (on_series(NAIVE), on_share(LAST_YEAR), on_series(SEASONAL_NAIVE)))
    with pytest.raises(AlignmentError, match="pool: 2 draws, expected one for each of its 3"):
        pool.draw(simple_panel(), 3, None, 2, np.random.default_rng(0))


def test_a_panel_of_the_nation_alone_is_its_given_path() -> None:
    panel = monthly_panel(simple_panel().values[:1], ("Hele landet",))
    made = method("ets").draw(panel, HORIZON, path_given(), COUNT, np.random.default_rng(0))
    assert np.array_equal(made.draws[:, 0, 0], np.tile(path_given(), (COUNT, 1)))
