"""Draws that add up, with any set of series left as it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from forecast import coherence
from forecast.coherence import Constraints, Floats, covariance, reconcile, reconcile_areas
from forecast.errors import AlignmentError, ConvergenceError, DataError

AREAS = ("a", "b", "c", "half", "nation")
SUMS = {"half": ("a", "b"), "nation": ("half", "c")}


def world(seed: int, draws: int = 40, months: int = 3, gap: float = 0.1) -> Floats:
    """Three areas, two in a half, in a nation; modelled apart, so nothing adds up."""
    rng = np.random.default_rng(seed)
    logs = np.log([300.0, 900.0, 4000.0])[:, None] + gap * rng.standard_normal((draws, 3, months))
    parts = np.exp(logs)
    half = parts[:, :2].sum(axis=1) * np.exp(gap * rng.standard_normal((draws, months)))
    nation = (half + parts[:, 2]) * np.exp(gap * rng.standard_normal((draws, months)))
    return np.concatenate([parts, half[:, None], nation[:, None]], axis=1)


def holds(draws: Floats) -> None:
    half, nation = draws[:, 3], draws[:, 4]
    np.testing.assert_allclose(draws[:, :2].sum(axis=1), half, rtol=1e-9)
    np.testing.assert_allclose(half + draws[:, 2], nation, rtol=1e-9)


@pytest.mark.parametrize(
    "still", [("nation",), ("nation", "half"), ("nation", "a"), ("a", "b", "c"), (), ("half",)]
)
def test_sums_hold_and_what_is_immutable_stays_bit_for_bit(still: tuple[str, ...]) -> None:
    draws = world(1)
    found = reconcile(draws, Constraints.of_sums(AREAS, SUMS), still)
    holds(found)
    assert found.min() > 0.0
    for name in still:
        place = AREAS.index(name)
        assert np.array_equal(found[:, place], draws[:, place])


@pytest.mark.parametrize("still", [("nation",), ("nation", "half"), ("nation", "a")])
def test_it_is_the_nearest_point_on_which_sums_hold(still: tuple[str, ...]) -> None:
    """Against a general solver of the stated problem, draw by draw."""
    draws, constraints = world(2, draws=30, months=1), Constraints.of_sums(AREAS, SUMS)
    found = reconcile(draws, constraints, still)[:, :, 0]
    logs = np.log(draws[:, :, 0])
    free = [k for k, name in enumerate(AREAS) if name not in still]
    weights = covariance(logs, np.ones_like(logs, dtype=bool))[np.ix_(free, free)]
    precision = np.linalg.inv(weights)
    for d in range(4):

        def persons(x: Floats, d: int = d) -> Floats:
            z = logs[d].copy()
            z[free] = x
            return np.exp(z)

        made = optimize.minimize(
            lambda x, d=d: (x - logs[d, free]) @ precision @ (x - logs[d, free]),
            logs[d, free],
            constraints={
                "type": "eq",
                "fun": lambda x, p=persons: constraints.matrix @ p(x) / 1e3,
            },
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 500},
        )
        np.testing.assert_allclose(found[d], persons(made.x), rtol=2e-4)


def test_few_series_are_worked_on_one_by_one_to_the_same_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Compiled draw by draw, and all at once: one constraint, something that stays, zeros."""
    draws = world(3, draws=200)[:, [0, 1, 2, 4]]
    draws[:5, 0] = 0.0
    constraints = Constraints.of_sums(("a", "b", "c", "nation"), {"nation": ("a", "b", "c")})
    for still in (("nation",), ("nation", "b"), ()):
        monkeypatch.setattr(coherence, "FEW", 16)
        few = reconcile(draws, constraints, still)
        monkeypatch.setattr(coherence, "FEW", 0)
        np.testing.assert_allclose(few, reconcile(draws, constraints, still), rtol=1e-9)


@pytest.mark.parametrize("parts", [3, 20])
def test_sums_that_are_far_too_large_are_met(parts: int, rng: np.random.Generator) -> None:
    """Areas that are four times their nation: whole steps turn on the spot, half ones do not."""
    draws = np.exp(0.1 * rng.standard_normal((50, parts, 1))) * rng.uniform(5, 50, (1, parts, 1))
    nation = draws.sum(axis=1, keepdims=True) / 4.0
    names = [f"area {k}" for k in range(parts)]
    constraints = Constraints.of_sums([*names, "nation"], {"nation": names})
    found = reconcile(np.concatenate([draws, nation], axis=1), constraints, ["nation"])
    np.testing.assert_allclose(found[:, :-1].sum(axis=1), nation[:, 0], rtol=1e-9)


def test_small_gaps_are_the_additive_form() -> None:
    """x~ = x + W M' (M W M')^-1 (0 - M x) with W on the scale of persons, to first order."""
    draws, constraints = world(3, months=1, gap=1e-5), Constraints.of_sums(AREAS, SUMS)
    found = reconcile(draws, constraints, ("nation",))[:, :, 0]
    x, m = draws[:, :, 0], constraints.matrix
    w = covariance(np.log(x), np.ones_like(x, dtype=bool))
    w[4], w[:, 4] = 0.0, 0.0
    for d in range(len(x)):
        here = w * np.outer(x[d], x[d])
        expected = x[d] - here @ m.T @ np.linalg.solve(m @ here @ m.T, m @ x[d])
        moved = np.abs(expected - x[d]).max()
        assert np.abs(found[d] - expected).max() < 1e-3 * moved


def test_what_is_known_well_moves_little() -> None:
    rng = np.random.default_rng(4)
    sure = 1000.0 * np.exp(0.01 * rng.standard_normal((400, 1, 1)))
    unsure = 1000.0 * np.exp(0.2 * rng.standard_normal((400, 1, 1)))
    draws = np.concatenate([sure, unsure, np.full((400, 1, 1), 2200.0)], axis=1)
    found = reconcile(draws, Constraints.of_sums("abn", {"n": "ab"}), "n")
    assert (
        np.abs(np.log(found / draws)[:, 0]).mean()
        < 0.05 * np.abs(np.log(found / draws)[:, 1]).mean()
    )


def test_coherent_draws_do_not_change() -> None:
    constraints = Constraints.of_sums(AREAS, SUMS)
    once = reconcile(world(5), constraints, ("nation",))
    assert np.array_equal(reconcile(once, constraints, ("nation",)), once)


def test_zeros_stay_zeros() -> None:
    draws = world(6)
    draws[3, 0] = 0.0
    draws[4:, 1, 1] = 0.0
    found = reconcile(draws, Constraints.of_sums(AREAS, SUMS), ("nation",))
    holds(found)
    assert np.all((found == 0.0) == (draws == 0.0))


def test_a_sum_of_nobody_is_nobody() -> None:
    draws = world(6)
    draws[3, :2] = 0.0
    draws[5, 3] = 0.0
    found = reconcile(draws, Constraints.of_sums(AREAS, SUMS), ("nation",))
    holds(found)
    assert np.all(found[3, 3] == 0.0)
    assert np.all(found[5, :2] == 0.0)
    assert np.all(found[:3] > 0.0)


@settings(deadline=None, max_examples=25)
@given(order=st.permutations(range(5)), seed=st.integers(0, 100))
def test_the_order_of_series_does_not_matter(order: list[int], seed: int) -> None:
    draws = world(seed, draws=12, months=1)
    names = [AREAS[k] for k in order]
    one = reconcile(draws, Constraints.of_sums(AREAS, SUMS), ("nation",))
    other = reconcile(draws[:, order], Constraints.of_sums(names, SUMS), ("nation",))
    np.testing.assert_allclose(other, one[:, order], rtol=1e-7)


def test_from_below_a_sum_follows_its_parts() -> None:
    draws = world(7)
    found = reconcile(draws, Constraints.of_sums(AREAS, SUMS), ("a", "b", "c"))
    np.testing.assert_allclose(found[:, 3], draws[:, :2].sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(found[:, 4], draws[:, :3].sum(axis=1), rtol=1e-9)


def test_areas_of_every_group_and_series_without_a_projection() -> None:
    draws = np.stack([world(8), world(9)], axis=2)
    draws[:, 1, 1] = np.nan
    found = reconcile_areas(draws, AREAS, SUMS, ("nation",))
    holds(found[:, :, 0])
    assert np.isnan(found[:, 1, 1]).all()
    np.testing.assert_allclose(found[:, 0, 1], found[:, 3, 1], rtol=1e-9)
    draws[:, 3, 1] = np.nan
    with pytest.raises(AlignmentError, match="group 2 has no projection of half"):
        reconcile_areas(draws, AREAS, SUMS, ("nation",))


def test_shrinkage_is_that_of_schaefer_and_strimmer() -> None:
    """By loops over draws and pairs, as the paper writes it."""
    logs = np.random.default_rng(10).multivariate_normal(
        np.zeros(4), 0.3 * np.eye(4) + 0.2, size=12
    )
    n = len(logs)
    unit = (logs - logs.mean(axis=0)) / logs.std(axis=0, ddof=1)
    above = below = 0.0
    correlation = np.eye(4)
    for i in range(4):
        for j in range(4):
            if i != j:
                w = unit[:, i] * unit[:, j]
                correlation[i, j] = w.sum() / (n - 1)
                above += n / (n - 1) ** 3 * ((w - w.mean()) ** 2).sum() * (n - 1) / n
                below += correlation[i, j] ** 2
    shrink = min(1.0, above * n / (n - 1) / below)
    found = covariance(logs, np.ones_like(logs, dtype=bool))
    sd = logs.std(axis=0, ddof=1)
    found = found / np.outer(sd, sd)
    off = ~np.eye(4, dtype=bool)
    ratio = found[off] / correlation[off]
    assert np.ptp(ratio) < 1e-12
    assert 0.0 < 1.0 - ratio[0] < 1.0
    assert 1.0 - ratio[0] == pytest.approx(shrink, rel=0.1)


def test_a_contradiction_is_named() -> None:
    draws = world(11)
    constraints = Constraints.of_sums(AREAS, SUMS)
    with pytest.raises(
        ConvergenceError, match=r"2021-01: the sum of half is off by .* none of its series may move"
    ):
        reconcile(draws, constraints, ("a", "b", "half"), months=[2021 * 12 + k for k in range(3)])


def test_a_part_that_stays_and_is_larger_than_its_whole() -> None:
    draws = world(12)
    draws[:, 0] = 2.0 * draws[:, 4]
    with pytest.raises(ConvergenceError, match=r"month 1: the sum of \w+ is off by .* no room, or"):
        reconcile(draws, Constraints.of_sums(AREAS, SUMS), ("nation", "a"))


@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "found nan in b, draw 2"), (-1.0, r"found -1\.0 in b, draw 2")]
)
def test_values_that_are_no_persons(value: float, message: str) -> None:
    draws = world(13)
    draws[2, 1, 0] = value
    with pytest.raises(DataError, match=message):
        reconcile(draws, Constraints.of_sums(AREAS, SUMS), ("nation",))


def test_names_that_are_not_there() -> None:
    with pytest.raises(AlignmentError, match=r"'natoin' is not among the series.*'nation'"):
        Constraints.of_sums(AREAS, {"natoin": ("a",)})
    with pytest.raises(AlignmentError, match=r"'halv' is to stay and is not among"):
        reconcile(world(1), Constraints.of_sums(AREAS, SUMS), ("halv",))
    with pytest.raises(AlignmentError, match=r"shape \(40, 4, 3\), expected \(draws, 5, months\)"):
        reconcile(world(1)[:, :4], Constraints.of_sums(AREAS, SUMS), ())
