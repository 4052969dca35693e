from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast.core.draws import Draws
from forecast.core.period import Window
from forecast.errors import AlignmentError, DataError, UnitsError

AREAS = ("Gentofte", "Hele landet")
GROUPS = ("a", "b", "c")
MONTHS = Window.parse("2019-11..2021-02").months
FTP = "fuldtidspersoner"


def make(array: NDArray[np.float64], groups: tuple[str, ...] = GROUPS) -> Draws:
    return Draws.of(array, unit=FTP, areas=AREAS, groups=groups, months=MONTHS)


def numbers(seed: int, draws: int = 7) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.lognormal(4.0, 1.0, (draws, len(AREAS), len(GROUPS), len(MONTHS)))


seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.lists(st.sampled_from(GROUPS), unique=True), st.permutations(GROUPS))
def test_sums_are_plain_sums_whatever_the_order(
    seed: int, keys: list[str], order: list[str]
) -> None:
    array = numbers(seed)
    wanted = array[:, :, [GROUPS.index(key) for key in keys]].sum(axis=2)
    found = make(array).total(keys, "some")
    assert found.groups == ("some",)
    np.testing.assert_allclose(found.values.values[:, :, 0], wanted, rtol=1e-12)
    shuffled = make(array[:, :, [GROUPS.index(key) for key in order]], tuple(order))
    np.testing.assert_allclose(shuffled.total(keys, "some").values, found.values, rtol=1e-12)


@given(seeds, st.integers(0, 12), st.integers(1, 4))
def test_window_mean_is_the_mean_of_its_months(seed: int, start: int, length: int) -> None:
    array = numbers(seed)
    window = Window(int(MONTHS[start]), int(MONTHS[start]) + length - 1)
    found = make(array).window_mean(window)
    wanted = array[..., start : start + length].mean(axis=-1)
    np.testing.assert_allclose(found.values.values, wanted, rtol=1e-12)
    assert found.months.size == 0


@given(seeds, seeds)
def test_ratio_and_difference_pair_the_same_draws(one: int, other: int) -> None:
    left, right = numbers(one), numbers(other)
    np.testing.assert_allclose(make(left).ratio(make(right)).values, left / right, rtol=1e-12)
    np.testing.assert_allclose(make(left).minus(make(right)).values, left - right, rtol=1e-12)
    assert make(left).ratio(make(right)).unit == "andel"
    assert make(left).minus(make(left)).values.values.any() == np.False_


@given(seeds)
def test_sum_then_window_is_window_then_sum(seed: int) -> None:
    draws, window = make(numbers(seed)), Window.year(2020)
    sums = {"ab": ("a", "b"), "all": GROUPS}
    np.testing.assert_allclose(
        draws.sum_groups(sums).window_mean(window).values,
        draws.window_mean(window).sum_groups(sums).values,
        rtol=1e-9,
    )


@given(seeds)
def test_summaries_are_those_of_numpy(seed: int) -> None:
    array = numbers(seed)
    draws = make(array)
    np.testing.assert_allclose(draws.mean(), array.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(draws.median(), np.median(array, axis=0), rtol=1e-12)
    quantiles = draws.quantile([0.1, 0.9])
    assert quantiles.dims == ("quantile", "area", "group", "period")
    np.testing.assert_allclose(quantiles, np.quantile(array, [0.1, 0.9], axis=0), rtol=1e-12)
    assert draws.quantile(0.5).dims == ("area", "group", "period")


def test_a_divisor_without_groups_is_repeated(rng: np.random.Generator) -> None:
    array = numbers(1)
    population = rng.uniform(1e4, 2e4, (7, len(AREAS), len(MONTHS)))
    persons = Draws.of(population, unit="personer", areas=AREAS, months=MONTHS)
    share = make(array).ratio(persons)
    assert share.values.dims == ("draw", "area", "group", "period")
    np.testing.assert_allclose(share.values, array / population[:, :, None, :], rtol=1e-12)
    country = make(array).select(area="Hele landet")
    landsandel = make(array).select(area="Gentofte").ratio(country)
    np.testing.assert_allclose(landsandel.values, array[:, 0] / array[:, 1], rtol=1e-12)


def test_the_empty_sum_is_a_structural_zero() -> None:
    zero = make(numbers(1)).sum_groups({"none": ()})
    assert not zero.values.values.any()


def test_a_share_of_nothing_is_undefined_and_spoils_no_other() -> None:
    array = numbers(1)
    empty = array.copy()
    empty[:, :, 0] = 0.0
    share = make(array).ratio(make(empty))
    assert np.isnan(share.values.values[:, :, 0]).all()
    assert not np.isnan(share.sum_groups({"bc": ("b", "c")}).values.values).any()
    assert np.isnan(share.quantile(0.5).values[:, 0]).all()


def test_draws_neither_change_nor_follow_their_input() -> None:
    array = numbers(1)
    draws = make(array)
    before = float(draws.values[0, 0, 0, 0])
    array[:] = 0.0
    assert float(draws.values[0, 0, 0, 0]) == before
    with pytest.raises(ValueError, match="read-only"):
        draws.values[0, 0, 0, 0] = 1.0


def test_labels_are_given_back() -> None:
    draws = make(numbers(1))
    assert (draws.areas, draws.groups) == (AREAS, GROUPS)
    assert draws.months.tolist() == MONTHS.tolist()
    assert draws.draws.tolist() == list(range(7))
    one = draws.select(area="Gentofte", group="b", period="2021-02")
    assert one.values.dims == ("draw",)
    assert one.areas == one.groups == ()


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda d: d.total(["a", "bb"], "x"), "group bb not there.*found a ... c"),
        (lambda d: d.select(area="Gentoft"), r"did you mean 'Gentofte'"),
        (lambda d: d.window_mean(Window.year(2021)), "period 2021-03, 2021-04.* not there"),
        (lambda d: d.select(group="a").total(["a"], "x"), "expected 'group' to sum over"),
        (lambda d: d.sum_groups({}), "found no sums"),
        (lambda d: d.ratio(make(numbers(1, draws=6))), r"differ in draw \(7 and 6 labels\)"),
        (lambda d: d.minus(make(numbers(1), ("a", "c", "b"))), "differ in group"),
    ],
)
def test_what_does_not_line_up(broken: Callable[[Draws], object], message: str) -> None:
    with pytest.raises(AlignmentError, match=message):
        broken(make(numbers(1)))


def test_draw_ids_line_up_by_number_and_not_by_place() -> None:
    one = Draws.of(np.ones(3), unit=FTP, draws=[0, 1, 2])
    other = Draws.of(np.ones(3), unit=FTP, draws=[2, 1, 0])
    with pytest.raises(AlignmentError, match="differ in draw"):
        one.minus(other)


def test_units_are_carried() -> None:
    draws = make(numbers(1))
    assert Draws.of(np.ones(3), unit="FTP").unit == draws.unit == FTP
    with pytest.raises(UnitsError, match="fuldtidspersoner minus andel"):
        draws.minus(draws.ratio(draws))
    with pytest.raises(UnitsError, match=r"found unit 'pct', expected 'andel'; multiply.*0\.01"):
        Draws.of(np.ones(3), unit="pct")
    with pytest.raises(UnitsError, match=r"did you mean 'personer'"):
        Draws.of(np.ones(3), unit="person")


def test_quantile_levels_are_fractions() -> None:
    with pytest.raises(DataError, match="found 90, expected fractions"):
        make(numbers(1)).quantile(90)


def labelled(dims: tuple[str, ...], **coords: object) -> xr.DataArray:
    return xr.DataArray(np.ones([2] * len(dims)), dims=dims, coords=coords)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (labelled(("area", "draw"), area=["x", "y"], draw=[0, 1]), "found dims .*transpose"),
        (labelled(("area",), area=["x", "y"]), "found dims"),
        (labelled(("draw", "city"), draw=[0, 1], city=["x", "y"]), "found dims"),
        (labelled(("draw", "area"), draw=[0, 1]), "dim 'area' has no labels"),
        (labelled(("draw", "area"), draw=[0, 1], area=["x", "x"]), "has a label twice"),
        (labelled(("draw",), draw=["0", "1"]), "expected integers"),
        (labelled(("draw", "period"), draw=[0, 1], period=["2021M01", "2021M02"]), "month code"),
        (labelled(("draw",), draw=[0, 1]) / 0.0, "infinite value"),
        (labelled(("draw",), draw=[0, 1])[:0], "is empty"),
    ],
)
def test_broken_arrays(values: xr.DataArray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Draws(values, FTP)


def test_a_shape_that_does_not_fit_its_labels() -> None:
    with pytest.raises(DataError, match=r"shape \(7, 2\), expected \(draws, 3\)"):
        Draws.of(np.ones((7, 2)), unit=FTP, groups=GROUPS)
