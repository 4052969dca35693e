"""Skill and its bootstrap over crossed clusters."""

import numpy as np
import pytest
import xarray as xr

from forecast.errors import AlignmentError, DataError
from forecast.evaluation.scores import scaled_crps
from forecast.evaluation.skill import Comparison, pooled_ratio, skill
from tests.evaluation.labelled import table, within

ORIGINS, PARTS, AREAS, HORIZONS = 25, 25, 2, 3
LANDSDEL = table(np.repeat(np.arange(PARTS), AREAS), "area")


def unrest(rng: np.random.Generator) -> np.ndarray:
    """Positive factors of mean 1 with effects of origin, part of the country and single cell."""
    origin = rng.normal(0, 0.2, (ORIGINS, 1, 1))
    part = np.repeat(rng.normal(0, 0.2, PARTS), AREAS)[:, None]
    cell = rng.normal(0, 0.3, (ORIGINS, PARTS * AREAS, HORIZONS))
    logs = origin + part + cell
    return np.exp(logs - (0.2**2 + 0.2**2 + 0.3**2) / 2)


def world(rng: np.random.Generator) -> tuple[xr.DataArray, xr.DataArray]:
    """Scores of a method and of a reference, true skill 0.1."""
    reference = unrest(rng)
    dims = ("origin", "area", "horizon")
    return table(0.9 * reference * unrest(rng), *dims), table(reference, *dims)


def origins(score: xr.DataArray) -> xr.DataArray:
    return table(np.arange(score.sizes["origin"]), "origin")


def compared(
    scores: tuple[xr.DataArray, xr.DataArray], seed: int = 1, **options: float
) -> Comparison:
    rng = np.random.default_rng(seed)
    return skill(*scores, clusters=(origins(scores[0]), LANDSDEL), rng=rng, **options)


def test_skill_by_hand() -> None:
    score = table([[1, 2], [3, 2]], "origin", "area")
    reference = table([[2, 2], [2, 4]], "origin", "area")
    clusters = table([0, 1], "origin"), table([0, 1], "area")
    rng = np.random.default_rng(1)
    found = skill(score, reference, clusters=clusters, rng=rng)
    assert found.estimate == pytest.approx(1 - 8 / 10)
    assert found.clusters == (2, 2)
    assert (found.cells, found.left_out) == (4, 0)
    # the nine resamples of crossed pairs reach from the cell (1, 0) alone to the best ones
    assert found.low == pytest.approx(1 - 3 / 2)
    assert found.high == pytest.approx(0.5)


def test_intervals_cover_a_known_skill_as_often_as_they_say(rng: np.random.Generator) -> None:
    found = [compared(world(rng), seed, resamples=400, coverage=0.8) for seed in range(300)]
    hits = np.array([one.low <= 0.1 <= one.high for one in found])
    # 25 clusters make intervals too narrow by 2 %, which costs one point of coverage
    within(hits - 0.79, bound=3.5)
    assert np.mean([one.estimate for one in found]) == pytest.approx(0.1, abs=0.02)


def test_intervals_that_know_one_clustering_only_are_too_narrow(rng: np.random.Generator) -> None:
    scores = world(rng)
    both = compared(scores)
    single = skill(
        *scores,
        clusters=(origins(scores[0]), table(np.arange(PARTS * AREAS), "area")),
        rng=np.random.default_rng(1),
    )
    assert single.high - single.low < 0.95 * (both.high - both.low)


def test_the_same_seed_gives_the_same_numbers(rng: np.random.Generator) -> None:
    scores = world(rng)
    assert compared(scores, 7) == compared(scores, 7)
    assert compared(scores, 7).low != compared(scores, 8).low


def test_more_coverage_is_a_wider_interval(rng: np.random.Generator) -> None:
    scores = world(rng)
    narrow, wide = compared(scores, coverage=0.5), compared(scores, coverage=0.95)
    assert wide.low < narrow.low < narrow.estimate < narrow.high < wide.high


def test_skill_has_no_unit_and_knows_no_order(rng: np.random.Generator) -> None:
    score, reference = world(rng)
    first = compared((score, reference))
    turned = compared((score.transpose("horizon", ...), reference.transpose("area", ...)))
    assert turned.estimate == pytest.approx(first.estimate)
    assert (turned.low, turned.high) == pytest.approx((first.low, first.high))
    grown = compared((1000 * score, 1000 * reference))
    assert (grown.low, grown.high) == pytest.approx((first.low, first.high))
    swapped = skill(
        score,
        reference,
        clusters=(LANDSDEL, origins(score)),
        rng=np.random.default_rng(1),
    )
    assert swapped.estimate == pytest.approx(first.estimate)
    assert swapped.high - swapped.low == pytest.approx(first.high - first.low, rel=0.1)


def test_a_method_against_itself_has_no_skill_for_certain(rng: np.random.Generator) -> None:
    _, reference = world(rng)
    found = compared((reference, reference))
    assert (found.estimate, found.low, found.high) == pytest.approx((0, 0, 0))


def test_the_ratio_is_that_of_pooled_scaled_crps(rng: np.random.Generator) -> None:
    score, reference = world(rng)
    observed = table(rng.gamma(3, 10, score.shape), *score.dims)
    clusters = origins(score), LANDSDEL
    found = pooled_ratio(score, reference, clusters=clusters, rng=np.random.default_rng(1))
    pooled = [scaled_crps(one, observed, over=score.dims).item() for one in (score, reference)]
    assert found.estimate == pytest.approx(pooled[0] / pooled[1])
    turned = compared((score, reference))
    assert (found.low, found.high) == pytest.approx((1 - turned.high, 1 - turned.low))


def test_only_cells_of_both_are_compared(rng: np.random.Generator) -> None:
    score, reference = world(rng)
    # two cells that one of them lacks, two that both lack
    score[1, 2, 0] = reference[3, 4, 1] = np.nan
    score[5, 6, :2] = reference[5, 6, :2] = np.nan
    found = compared((score, reference))
    assert found.cells == score.size - 4
    assert found.left_out == 2
    # what stands in them cannot matter
    score[3, 4, 1] = reference[1, 2, 0] = 1e6
    assert compared((score, reference)) == found


def test_scores_of_other_cells_are_refused(rng: np.random.Generator) -> None:
    score, reference = world(rng)
    with pytest.raises(AlignmentError, match=r"score: found dims \(origin, area\), expected"):
        compared((score.isel(horizon=0), reference))
    with pytest.raises(AlignmentError, match="score: found 2 along 'horizon', expected 3"):
        compared((score.isel(horizon=[0, 1]), reference))


@pytest.mark.parametrize(
    ("clusters", "message"),
    [
        ((LANDSDEL, LANDSDEL), "found two along 'area', expected two different dims"),
        ((LANDSDEL, table([1, 2], "year")), r"expected also \(year\)"),
        ((LANDSDEL, table([1, 2], "horizon")), "clusters: found 2 along 'horizon', expected 3"),
        ((LANDSDEL, table([[1]], "origin", "horizon")), r"labels with dims \(origin, horizon\)"),
    ],
)
def test_clusterings_that_do_not_fit(
    clusters: tuple[xr.DataArray, xr.DataArray], message: str, rng: np.random.Generator
) -> None:
    with pytest.raises(AlignmentError, match=message):
        skill(*world(rng), clusters=clusters, rng=rng)


def test_clusterings_without_use(rng: np.random.Generator) -> None:
    scores = world(rng)
    with pytest.raises(DataError, match="found one label along 'horizon', expected at least two"):
        skill(*scores, clusters=(LANDSDEL, table([1, 1, 1], "horizon")), rng=rng)
    with pytest.raises(DataError, match="found no label for a position along 'horizon'"):
        skill(*scores, clusters=(LANDSDEL, table([1, 2, np.nan], "horizon")), rng=rng)


def test_nothing_to_compare_with(rng: np.random.Generator) -> None:
    score, reference = world(rng)
    with pytest.raises(DataError, match="found no cell with a score of both"):
        compared((score * np.nan, reference))
    with pytest.raises(DataError, match="found a mean score of 0, expected a positive one"):
        compared((score, 0 * reference))
    with pytest.raises(DataError, match="coverage: found 90, expected a number between 0 and 1"):
        compared((score, reference), coverage=90)
