"""The regression against dense normals, written down another way."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from forecast.benchmark import expected, hierarchy, next_measurement, ranking
from forecast.benchmark.effects import Effects, covariances, draw_effects, residuals, spreads
from forecast.benchmark.hierarchy import Draws, Figures, Terms
from forecast.benchmark.ranking import Tier
from forecast.benchmark.windows import covariance, lag_weights
from forecast.config.benchmark import load_benchmark
from forecast.core.benchmark import Floats
from forecast.core.period import Window
from tests.benchmark.worlds import WINDOWS, world

MODEL = load_benchmark()
FOUR = (*WINDOWS, Window(WINDOWS[-1].first + 6, WINDOWS[-1].last + 6))


def drawn(count: int, columns: int, periods: int, rng: np.random.Generator) -> Draws:
    """Parameters of any kind, the same on every draw."""
    blocks = min(columns, 3)
    values = (
        [0.08],
        [-0.3],
        [70.0],
        [1.4],
        [9.0],
        rng.normal(-3.0, 0.1, periods),
        rng.uniform(0.05, 0.2, blocks),
        rng.normal(0.0, 0.1, columns),
    )
    made = [np.tile(np.asarray(v), (count, 1)) for v in values]
    return Draws(*(m[:, 0] for m in made[:5]), *made[5:])


def some_figures(rng: np.random.Generator, areas: int = 9, columns: int = 4) -> Figures:
    """Figures of a few municipalities."""
    made = world(rng, count=areas)
    design = rng.normal(size=(areas, columns))
    return hierarchy.figures(made.table, 0, MODEL, design, None)


def dense(f: Figures, d: Draws, windows: tuple[Window, ...]) -> list[Floats]:
    """Covariance of u + c over windows for each municipality, month by month."""
    first = min(w.first for w in windows)
    months = np.arange(first, max(w.last for w in windows) + 1)
    mean = np.array([[float(w.first <= m <= w.last) / 12 for m in months] for w in windows])
    lag = np.abs(months[:, None] - months[None, :])
    out: list[Floats] = []
    for i in range(len(f.value)):
        tau = d.spread[0] * np.exp(d.size_slope[0] * f.size[i])
        scale = np.append(f.chance[i], f.chance[i, -1])[: len(windows)]
        lasting = tau**2 * mean @ np.exp(-lag / d.memory[0]) @ mean.T
        passing = d.chance[0] * mean @ np.exp(-lag / d.chance_memory[0]) @ mean.T
        out.append(lasting + passing * np.outer(scale, scale))
    return out


def test_windows_covary_as_means_of_months_do(rng: np.random.Generator) -> None:
    windows = (*WINDOWS, Window.parse("2019"))
    memory = np.array([3.0, 40.0])
    found = covariance(lag_weights(windows), memory)
    for m, months in enumerate(memory):
        for i, one in enumerate(windows):
            for j, other in enumerate(windows):
                lag = np.abs(np.subtract.outer(one.months, other.months))
                assert found[m, i, j] == pytest.approx(np.exp(-lag / months).mean(), abs=1e-12)
    assert np.all(np.linalg.eigvalsh(found) > 0)
    path = rng.standard_normal(3)
    assert covariance(lag_weights(windows[:1]), np.abs(path) + 1).shape == (3, 1, 1)


@pytest.mark.parametrize("own", [True, False], ids=["own", "published"])
def test_the_density_is_that_of_dense_normals(own: bool, rng: np.random.Generator) -> None:
    """PyMC's log density, priors and all, at any point."""
    f = some_figures(rng, columns=4 if own else 0)
    scales = (MODEL.own.coefficient, MODEL.own.region, MODEL.own.kind)
    terms = Terms(MODEL.own.intercept, MODEL.own.step, (0, 0, 1, 2), scales)
    if not own:
        terms = hierarchy.published_terms(MODEL)
    point = {name: rng.normal(size=()) for name in ("spread", "size_slope", "log_memory")}
    point |= {name: rng.normal(size=()) for name in ("log_chance", "log_chance_memory", "first")}
    point["steps"] = rng.normal(size=2)
    if own:
        point |= {"spreads": rng.normal(size=3), "z": rng.normal(size=4)}
    model = hierarchy.build(f, terms, MODEL)
    found = float(model.compile_logp(mode="FAST_COMPILE")(point))
    p = MODEL.effects
    d = Draws(
        np.array([p.spread.sd * abs(point["spread"])]),
        np.array([p.size_slope.mean + p.size_slope.sd * point["size_slope"]]),
        np.array([12 * np.exp(p.memory.mean + p.memory.sd * point["log_memory"])]),
        np.array([np.exp(p.chance.mean + p.chance.sd * point["log_chance"])]),
        np.array(
            [12 * np.exp(p.chance_memory.mean + p.chance_memory.sd * point["log_chance_memory"])]
        ),
        np.zeros((1, 3)),
        np.zeros((1, 0)),
        np.zeros((1, 0)),
    )
    first = terms.intercept.mean + terms.intercept.sd * point["first"]
    middle = first + terms.step.sd * np.array([0.0, point["steps"][0], point["steps"].sum()])
    slope = np.zeros(len(f.value))
    if own:
        sizes = np.array([s.sd for s in scales]) * np.abs(point["spreads"])
        slope = f.design @ (sizes[[0, 0, 1, 2]] * point["z"])
    total = sum(float(norm.logpdf(v).sum()) for v in point.values())
    for i, cov in enumerate(dense(f, d, WINDOWS)):
        total += multivariate_normal.logpdf(
            f.value[i], middle + slope[i], cov + np.diag(f.rounding[i])
        ) + 1.5 * np.log(2 * np.pi)
    assert found == pytest.approx(total, abs=1e-6)


def test_effects_are_the_conditional_normals(rng: np.random.Generator) -> None:
    """Mean and covariance of u, and of what comes in the next window, given the figures."""
    count = 30_000
    f = some_figures(rng, areas=3)
    d = drawn(count, 4, 3, rng)
    effects = draw_effects(f, d, lag_weights(FOUR), rng)
    off = residuals(f, d)[0]
    lasting = covariances(f, d._replace(spread=d.spread[:1]), lag_weights(FOUR))[0]
    for i, cov in enumerate(dense(f, d, FOUR)):
        seen = cov[:3, :3] + np.diag(f.rounding[i])
        gain = np.linalg.solve(seen, cov[:3, 3])
        ahead = effects.lasting[:, i, 3] + effects.passing[:, i, 3]
        variance = cov[3, 3] - gain @ cov[:3, 3]
        assert ahead.mean() == pytest.approx(gain @ off[i], abs=5 * np.sqrt(variance / count))
        assert ahead.var() == pytest.approx(variance, rel=6 * np.sqrt(2 / count))
        own = lasting[0, i]
        expected_mean = own[:, :3] @ np.linalg.solve(seen, off[i])
        left = own - own[:, :3] @ np.linalg.solve(seen, own[:3])
        error = np.sqrt(np.diag(left) / count)
        assert np.all(np.abs(effects.lasting[:, i].mean(axis=0) - expected_mean) < 5 * error)
        scale = np.sqrt(np.outer(np.diag(left), np.diag(left)))
        assert np.all(np.abs(np.cov(effects.lasting[:, i].T) - left) < 6 * scale / np.sqrt(count))


def test_a_municipality_is_left_out_as_if_it_were_not_there(rng: np.random.Generator) -> None:
    """Against the normal of all other municipalities' figures, written as one."""
    count, areas, periods = 4000, 8, 3
    f = some_figures(rng, areas=areas)
    terms = Terms(
        MODEL.own.intercept,
        MODEL.own.step,
        (0, 0, 1, 2),
        (MODEL.own.coefficient, MODEL.own.region, MODEL.own.kind),
    )
    d = drawn(count, 4, periods, rng)
    found = expected.left_out(f, d, terms, rng)
    intercept = np.full((periods, periods), terms.intercept.sd**2)
    steps = np.array([[min(i, j) for j in range(periods)] for i in range(periods)])
    intercept += terms.step.sd**2 * steps
    slopes = d.spreads[0][[0, 0, 1, 2]] ** 2
    common = [
        [intercept + (f.design[i] * slopes) @ f.design[j] for j in range(areas)]
        for i in range(areas)
    ]
    blocks = dense(f, d, WINDOWS)
    for i in range(areas):
        others = [j for j in range(areas) if j != i]
        cov = np.block([[common[a][b] for b in others] for a in others])
        for k, j in enumerate(others):
            at = slice(periods * k, periods * (k + 1))
            cov[at, at] += blocks[j] + np.diag(f.rounding[j])
        cross = np.hstack([common[i][b] for b in others])
        off = f.value[others].ravel() - terms.intercept.mean
        mean = terms.intercept.mean + cross @ np.linalg.solve(cov, off)
        left = common[i][i] - cross @ np.linalg.solve(cov, cross.T)
        # of mean shares, over what is lasting: by draws of both
        odds = rng.multivariate_normal(mean, left, size=40_000)
        own = spreads(f, d)[0, i] * rng.standard_normal((40_000, 1))
        share = 1 / (1 + np.exp(-(odds + own)))
        error = 5 * np.hypot(
            share.std(axis=0) / 200, found.share[:, i].std(axis=0) / np.sqrt(count)
        )
        assert np.all(np.abs(found.share[:, i].mean(axis=0) - share.mean(axis=0)) < error)
    assert found.share.shape == (count, areas, periods)


def test_a_municipality_forgotten_says_nothing(rng: np.random.Generator) -> None:
    f = some_figures(rng)
    without = expected.forgetting(f, 2)
    d = drawn(1, 4, 3, rng)
    moved = without._replace(value=without.value + 5.0 * np.eye(9)[2][:, None])
    one, other = (
        draw_effects(x, d, f.lags, np.random.default_rng(1)).lasting[:, 2] for x in (without, moved)
    )
    assert one == pytest.approx(other, abs=1e-4)


def test_mean_shares_are_means_over_what_is_lasting(rng: np.random.Generator) -> None:
    odds, spread = np.array([-3.0, -2.0]), np.array([0.3, 0.8])
    draws = odds + spread * rng.standard_normal((200_000, 2))
    share = 1 / (1 + np.exp(-draws))
    error = 5 * share.std(axis=0) / np.sqrt(200_000)
    assert np.all(np.abs(expected.mean_share(odds, spread) - share.mean(axis=0)) < error)


def test_ranks_and_tiers(rng: np.random.Generator) -> None:
    gap = np.array([-0.02, 0.0, 0.03]) + 0.005 * rng.standard_normal((4000, 3))
    found = ranking.rank(gap, 0.95)
    assert np.all(np.sort(found.rank, axis=1) == [1, 2, 3])
    assert found.tier == (Tier.BETTER, Tier.ALIKE, Tier.WORSE)
    assert found.below[1] == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(4000))
    low, high = ranking.interval(found.rank, 0.9)
    assert (low.tolist(), high.tolist()) == ([1, 2, 3], [1, 2, 3])
    # a country that is above its expectation makes nobody special
    moved = ranking.rank(gap + 0.05, 0.95, gap)
    assert moved.tier == (Tier.ALIKE, Tier.ALIKE, Tier.WORSE)
    assert moved.below.tolist() == [0.0, 0.0, 0.0]


def test_the_funnel_holds_what_it_says(rng: np.random.Generator) -> None:
    """Simulated municipalities without anything special lie within the limits as often as said."""
    count, spread = 40_000, 0.06
    residents = np.full(count, 12_000.0)
    share = 0.085
    own = spread * rng.standard_normal(count)
    odds = np.log(share / (1 - share)) + own
    cases = rng.binomial(12_000, 1 / (1 + np.exp(-odds)))
    gap = cases / residents - share
    half = ranking.funnel(share, residents, np.full(count, spread), 1.0, (0.95, 0.998))
    for limit, level in zip(half, (0.95, 0.998), strict=True):
        assert (np.abs(gap) < limit).mean() == pytest.approx(level, abs=0.006)


def test_movement_is_split_between_lasting_and_chance(rng: np.random.Generator) -> None:
    size = (20_000, 2, 2)
    effects = Effects(0.03 * rng.standard_normal(size), 0.01 * rng.standard_normal(size))
    found = ranking.movement(effects, 0, 1)
    assert found.noise == pytest.approx([0.1, 0.1], abs=0.01)
    assert found.change.std(axis=0) == pytest.approx([0.03 * np.sqrt(2)] * 2, rel=0.05)


def test_futures_move_the_ratio_as_the_country_does_not(rng: np.random.Generator) -> None:
    own = np.array([[100.0, 106.0], [100.0, 110.0]])
    country = np.array([[1000.0, 1060.0], [1000.0, 1060.0]])
    found = next_measurement.by_futures(np.log(0.96), own, country, 0.0, rng)
    assert np.exp(found.ratio[:, 0]) == pytest.approx([0.96, 0.96 * 1.10 / 1.06])
    assert found.met.tolist() == [1.0]
    near = next_measurement.by_futures(0.0, np.ones((20_000, 2)), np.ones((20_000, 2)), 0.02, rng)
    assert near.met[0] == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(20_000))
    assert near.ratio.std() == pytest.approx(0.02, rel=0.03)


def test_tracking_is_how_expectations_leave_the_country(rng: np.random.Generator) -> None:
    made = world(rng)
    steady = next_measurement.tracking(made.table, 0, MODEL)
    assert steady < 0.001  # expectations stand still in this world, but for rounding
    moving = made.table.expected_share.copy()
    steps = 0.02 * rng.standard_normal((98, 1, 2))
    moving[:, :, 1:] *= np.exp(np.cumsum(steps, axis=2))
    table = made.table
    object.__setattr__(table, "expected_share", moving)
    assert next_measurement.tracking(table, 0, MODEL) == pytest.approx(0.02, rel=0.25)
    assert next_measurement.tracking(table.until(1), 0, MODEL) == MODEL.published.tracking.sd
