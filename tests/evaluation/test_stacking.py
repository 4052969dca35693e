"""Weights of a linear pool: terms against all pairs, weights against known mixtures."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import AlignmentError, ConvergenceError, DataError
from forecast.evaluation.scores import crps
from forecast.evaluation.stacking import Terms, pool, pool_terms, ridge, weights
from tests.evaluation.labelled import table

ONE = table(1.0)
TRUE = np.array([0.6, 0.4, 0.0])
CENTRES, SPREADS = np.array([0.0, 3.0, -4.0]), np.array([1.0, 0.5, 2.0])


def methods(rng: np.random.Generator, cells: int, draws: int = 40) -> dict[str, xr.DataArray]:
    """Draws of three methods, the first two of which make up the truth."""
    values = {
        name: rng.normal(centre, spread, (draws, cells))
        for name, centre, spread in zip("abc", CENTRES, SPREADS, strict=True)
    }
    return {name: table(value, "draw", "cell") for name, value in values.items()}


def truth(rng: np.random.Generator, cells: int) -> xr.DataArray:
    """Observations from the mixture."""
    chosen = rng.choice(3, size=cells, p=TRUE)
    return table(rng.normal(CENTRES[chosen], SPREADS[chosen]), "cell")


@pytest.fixture
def origins(rng: np.random.Generator) -> list[Terms]:
    """Terms of twenty origins with 200 independent cells each."""
    return [pool_terms(methods(rng, 200), truth(rng, 200), ONE) for _ in range(20)]


def found(terms: Sequence[Terms], shrinkage: float = 0.0) -> np.ndarray:
    return np.array(list(weights(terms, shrinkage=shrinkage).values()))


# --- terms ----------------------------------------------------------------------------------------


def test_terms_are_means_over_all_pairs(rng: np.random.Generator) -> None:
    first, second = rng.integers(0, 9, (5, 4)), rng.integers(0, 9, (7, 4))  # with ties
    observed, scale = rng.normal(4, 2, 4), np.array([1.0, 2.0, 3.0, 4.0])
    terms = pool_terms(
        {"a": table(first, "draw", "cell"), "b": table(second, "draw", "cell")},
        table(observed, "cell"),
        table(scale, "cell"),
    )

    def distance(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.abs(x[:, None] - z).sum(axis=(0, 1))

    assert terms.methods == ("a", "b")
    assert (terms.cells, terms.left_out) == (4, 0)
    linear = [np.mean(np.abs(x - observed).mean(axis=0) / scale) for x in (first, second)]
    np.testing.assert_allclose(terms.linear, linear)
    across = np.mean(distance(first, second) / scale) / 35
    within = [np.mean(distance(x, x) / scale) / (len(x) * (len(x) - 1)) for x in (first, second)]
    np.testing.assert_allclose(terms.quadratic, [[within[0], across], [across, within[1]]])


def test_the_pool_of_one_method_has_its_fair_crps(rng: np.random.Generator) -> None:
    draws, observed = methods(rng, 50), truth(rng, 50)
    scale = table(rng.uniform(1, 3, 50), "cell")
    terms = pool_terms(draws, observed, scale)
    for position, name in enumerate("abc"):
        expected = (crps(draws[name], observed) / scale).mean().item()
        assert terms.crps(np.eye(3)[position]) == pytest.approx(expected)


def test_terms_say_what_a_pool_will_score(rng: np.random.Generator) -> None:
    draws, observed = methods(rng, 400, draws=600), truth(rng, 400)
    terms = pool_terms(draws, observed, ONE)
    shares = {"a": 0.5, "b": 0.25, "c": 0.25}
    expected = terms.crps(np.array(list(shares.values())))
    pools = [pool(draws, shares, count=400, rng=rng) for _ in range(20)]
    scores = np.array([crps(one, observed).mean().item() for one in pools])
    # draws of the pool are drawn from those of the methods, stratified: no bias beyond 1/count
    assert scores.mean() == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("gap", ["observed", "draw", "scale"])
def test_cells_with_a_gap_count_for_no_method(gap: str, rng: np.random.Generator) -> None:
    draws, observed, scale = methods(rng, 6), truth(rng, 6), table(np.ones(6), "cell")
    clean = pool_terms({name: draw[:, :5] for name, draw in draws.items()}, observed[:5], scale[:5])
    draws["c"][:, 5] = 1e9
    if gap == "draw":
        draws["b"][3, 5] = np.nan
    elif gap == "observed":
        observed[5] = np.nan
    else:
        scale[5] = np.nan
    terms = pool_terms(draws, observed, scale)
    assert (terms.cells, terms.left_out) == (5, 1)
    np.testing.assert_array_equal(terms.linear, clean.linear)
    np.testing.assert_array_equal(terms.quadratic, clean.quadratic)


def test_terms_that_cannot_be_found(rng: np.random.Generator) -> None:
    draws, observed = methods(rng, 6), truth(rng, 6)
    with pytest.raises(DataError, match="found no method"):
        pool_terms({}, observed, ONE)
    with pytest.raises(DataError, match="found no cell with observation, scale and draws"):
        pool_terms(draws, observed * np.nan, ONE)
    with pytest.raises(DataError, match="scale: found a value of zero or less"):
        pool_terms(draws, observed, 0 * ONE)
    with pytest.raises(AlignmentError, match="draws: found 4 along 'cell', expected 6"):
        pool_terms({**draws, "c": draws["c"][:, :4]}, observed, ONE)


# --- weights --------------------------------------------------------------------------------------


def test_weights_find_the_mixture(origins: list[Terms]) -> None:
    estimate = found(origins)
    without = np.array([found(origins[:j] + origins[j + 1 :]) for j in range(len(origins))])
    factor = (len(origins) - 1) / len(origins)
    error = np.sqrt(factor * np.sum((without - without.mean(axis=0)) ** 2, axis=0))  # jackknife
    assert np.all(error < 0.03)
    assert np.all(np.abs(estimate - TRUE) <= 4 * error + 0.005)
    assert estimate.sum() == pytest.approx(1, abs=1e-12)
    assert estimate.min() >= 0


@given(st.integers(0, 2**32), st.sampled_from([0.0, 1e-4, 1e-2, 1.0, 100.0]))
def test_weights_are_a_minimum(seed: int, shrinkage: float) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(5, 3))
    quadratic = np.linalg.norm(points[:, None] - points, axis=-1)  # of negative type
    terms = Terms(tuple("abcde"), 1 + rng.uniform(0, 0.3, 5), quadratic, 10, 0)
    w = found([terms], shrinkage)
    assert np.all((w == 0) | (w > 1e-10))  # no dust
    slope = terms.linear - quadratic @ w + 2 * shrinkage * (w - 1 / 5)
    # equally steep where there is weight, not less steep where there is none
    limit = 1e-4 * (np.ptp(slope) + shrinkage + 1)
    assert np.ptp(slope[w > 1e-5]) < limit
    assert slope.min() > slope[w > 1e-5].min() - limit


def test_infinite_shrinkage_gives_equal_weights(origins: list[Terms]) -> None:
    assert found(origins, math.inf).tolist() == [1 / 3] * 3
    np.testing.assert_allclose(found(origins, 1e6), 1 / 3, atol=1e-5)


def test_more_shrinkage_is_nearer_to_equal_weights(origins: list[Terms]) -> None:
    ridges = [0.0, 0.01, 0.1, 1.0, 10.0, math.inf]
    away = [np.linalg.norm(found(origins, ridge) - 1 / 3) for ridge in ridges]
    assert away == sorted(away, reverse=True)
    assert away[0] > 0.4


def test_weights_know_only_what_is_handed_in(origins: list[Terms]) -> None:
    earlier = origins[:3]
    first = weights(earlier, shrinkage=0.01)
    later = replace(origins[3], linear=np.array([9.0, 9.0, 0.0]), cells=10**6)
    assert weights([*earlier, later], shrinkage=0.01) != first
    assert weights(earlier, shrinkage=0.01) == first


def test_months_that_are_not_observed_yet_do_not_matter(rng: np.random.Generator) -> None:
    draws, observed = methods(rng, 60), truth(rng, 60)
    observed[40:] = np.nan
    first = pool_terms(draws, observed, ONE)
    for draw in draws.values():
        draw[:, 40:] = rng.normal(50, 1, (40, 20))
    again = pool_terms(draws, observed, ONE)
    assert weights([again], shrinkage=0.01) == weights([first], shrinkage=0.01)


def test_origins_count_by_their_cells(origins: list[Terms]) -> None:
    one, other = origins[0], replace(origins[1], cells=2 * origins[1].cells)
    np.testing.assert_allclose(found([one, other]), found([one, origins[1], origins[1]]))


def test_weights_that_cannot_be_found(origins: list[Terms]) -> None:
    with pytest.raises(DataError, match="found no terms, expected those of at least one"):
        weights([], shrinkage=1)
    with pytest.raises(DataError, match="found a shrinkage of -1, expected zero or more"):
        weights(origins, shrinkage=-1)
    other = replace(origins[0], methods=("a", "b", "d"))
    with pytest.raises(AlignmentError, match=r"found methods \(a, b, d\) .* expected \(a, b, c\)"):
        weights([origins[0], other], shrinkage=1)
    broken = replace(origins[0], linear=np.full(3, np.nan))
    with pytest.raises(ConvergenceError, match="stacking: found no weights"):
        weights([broken], shrinkage=1)


# --- shrinkage ------------------------------------------------------------------------------------


def noisy(
    rng: np.random.Generator, count: int, noise: float
) -> tuple[list[Terms], np.ndarray, np.ndarray]:
    """Origins with noisy linear terms, true weights uniform on the simplex, and B."""
    points = 0.7 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    quadratic = 1 + np.linalg.norm(points[:, None] - points, axis=-1)
    best = rng.dirichlet(np.ones(4))
    linear = 1 + quadratic @ best
    terms = [
        Terms(tuple("abcd"), linear + rng.normal(0, noise, 4), quadratic, 100, 0)
        for _ in range(count)
    ]
    return terms, best, quadratic


@pytest.mark.parametrize(("count", "noise"), [(2, 0.3), (12, 0.6), (12, 1.0)])
def test_the_ridge_loses_less_than_equal_and_than_free_weights(
    count: int, noise: float, rng: np.random.Generator
) -> None:
    lost = np.zeros((100, 3))  # CRPS above that of the best weights
    for world in lost:
        terms, best, quadratic = noisy(rng, count, noise)
        for k, shrinkage in enumerate((ridge(terms), math.inf, 0.0)):
            off = found(terms, shrinkage) - best
            world[k] = -off @ quadratic @ off / 2
    for other in (1, 2):
        gain = lost[:, other] - lost[:, 0]
        assert gain.mean() > -2 * gain.std(ddof=1) / 10
    assert lost[:, 0].mean() < 0.95 * min(lost[:, 1].mean(), lost[:, 2].mean())


def test_the_ridge_by_hand() -> None:
    quadratic = np.array([[1.0, 2.0], [2.0, 1.0]])
    terms = [Terms(("a", "b"), np.array([x, 0.0]), quadratic, 1, 0) for x in (1.0, 3.0)]
    # slopes along (1/2, -1/2): variance 2 · (1/2)²  twice; curvature 1; tau² = 1/12
    assert ridge(terms) == pytest.approx(1.0 / (2 * 2 * 1 * (1 / 12)))
    assert ridge(terms, independent_origins=0.5) == pytest.approx(4 * ridge(terms))


def test_the_ridge_falls_with_the_number_of_origins(rng: np.random.Generator) -> None:
    terms, *_ = noisy(rng, 400, 0.2)
    assert ridge(terms) < ridge(terms[:100]) / 3 < ridge(terms[:20]) / 10


def test_the_ridge_where_nothing_can_be_learnt(origins: list[Terms]) -> None:
    assert ridge(origins[:1]) == math.inf
    alike = [replace(one, quadratic=np.ones((3, 3))) for one in origins]
    assert ridge(alike) == math.inf
    alone = [Terms(("a",), np.ones(1), np.ones((1, 1)), 5, 0)] * 2
    assert weights(alone, shrinkage=ridge(alone)) == {"a": 1.0}
    with pytest.raises(DataError, match="found 0 independent origins"):
        ridge(origins, independent_origins=0)


# --- pool -----------------------------------------------------------------------------------------


def numbered(*names: str, draws: int = 100) -> dict[str, xr.DataArray]:
    """Draws that carry their number and method in every cell."""
    return {
        name: table(
            np.broadcast_to(1000 * m + np.arange(draws)[:, None, None], (draws, 2, 3)),
            *("draw", "area", "month"),
            area=["x", "y"],
        )
        for m, name in enumerate(names)
    }


def test_a_pooled_draw_is_one_whole_future(rng: np.random.Generator) -> None:
    pooled = pool(numbered("a", "b"), {"b": 0.25, "a": 0.75}, count=80, rng=rng)
    assert pooled.dims == ("draw", "area", "month")
    assert pooled["area"].values.tolist() == ["x", "y"]
    futures = pooled.values.reshape(80, -1)
    assert np.ptp(futures, axis=1).max() == 0
    assert (futures[:, 0] % 1000).tolist() == list(range(80))
    assert np.sum(futures[:, 0] >= 1000) == 20


def test_methods_get_their_share_to_one_draw(rng: np.random.Generator) -> None:
    shares = {"a": 0.305, "b": 0.0, "c": 0.695}
    counts = []
    for _ in range(400):
        pooled = pool(numbered("a", "b", "c"), shares, count=100, rng=rng)
        counts.append(np.bincount((pooled.values[:, 0, 0] // 1000).astype(int), minlength=3))
    counts = np.array(counts)
    assert set(counts[:, 0]) == {30, 31}
    assert set(counts[:, 1]) == {0}
    # half of the pools have one more; four standard errors of a fair coin
    assert abs(counts[:, 0].mean() - 30.5) < 4 * 0.5 / 20


def test_the_method_of_a_draw_does_not_depend_on_its_number(rng: np.random.Generator) -> None:
    first = [
        pool(numbered("a", "b"), {"a": 0.5, "b": 0.5}, count=100, rng=rng).values[:50, 0, 0] >= 1000
        for _ in range(50)
    ]
    assert abs(np.mean(first) - 0.5) < 4 * 0.5 / np.sqrt(2500)


def test_the_same_seed_gives_the_same_pool() -> None:
    first, again, other = (
        pool(numbered("a", "b"), {"a": 0.5, "b": 0.5}, count=50, rng=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    xr.testing.assert_identical(first, again)
    assert not first.equals(other)


def test_the_order_of_dims_is_irrelevant_to_a_pool() -> None:
    draws = numbered("a", "b")
    turned = {"a": draws["a"], "b": draws["b"].transpose("month", "draw", "area")}
    shares = {"a": 0.5, "b": 0.5}
    first, other = (
        pool(each, shares, count=50, rng=np.random.default_rng(1)) for each in (draws, turned)
    )
    xr.testing.assert_identical(first, other)


def test_pools_that_cannot_be_drawn(rng: np.random.Generator) -> None:
    draws, shares = numbered("a", "b"), {"a": 0.5, "b": 0.5}
    with pytest.raises(DataError, match="a: found 100 along 'draw', expected at least 101"):
        pool(draws, shares, count=101, rng=rng)
    with pytest.raises(AlignmentError, match=r"found weights of \(a\), expected those of \(a, b\)"):
        pool(draws, {"a": 1.0}, count=5, rng=rng)
    with pytest.raises(DataError, match=r"found weights 0.5, 0.6, expected none below zero"):
        pool(draws, {"a": 0.5, "b": 0.6}, count=5, rng=rng)
    with pytest.raises(DataError, match=r"found weights -0.5, 1.5, expected none below zero"):
        pool(draws, {"a": -0.5, "b": 1.5}, count=5, rng=rng)
    with pytest.raises(AlignmentError, match="b: found 1 along 'area', expected 2"):
        pool({**draws, "b": draws["b"][:, :1]}, shares, count=5, rng=rng)
    with pytest.raises(AlignmentError, match=r"draws: .* expected also \(future\)"):
        pool(draws, shares, count=5, rng=rng, draw_dim="future")
