"""How long people stay: posteriors by integration, spells of known truth, tables that are met."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, kstest
from statsmodels.duration.survfunc import SurvfuncRight

from forecast.budget.seniority import WEEKS, parts
from forecast.budget.stays import (
    Counts,
    Leaving,
    count_spells,
    draw_leaving,
    match_table,
    mean_weeks,
)
from forecast.config.budget import load_refusion
from forecast.errors import ConfigError
from forecast.models.kernels import Floats, Ints

RULES = load_refusion()
FIRSTS = np.array([1, 5, 27, 53])
MONTHS = np.arange(2019 * 12, 2023 * 12)


def step(week: int) -> int:
    return int(np.searchsorted(FIRSTS, week, side="right")) - 1


def simulated(
    rng: np.random.Generator, leave: Floats, begin: Floats, count: int, longest: int = 160
) -> tuple[Ints, Ints, np.ndarray]:
    """Spells week by week: weeks before, weeks lasted, and whether they ended."""
    before = FIRSTS[rng.choice(4, count, p=begin)] - 1
    seen = rng.integers(1, longest, count)
    weeks, running = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    for week in range(1, longest):
        here = np.searchsorted(FIRSTS, before + week, side="right") - 1
        at_risk = running & (seen >= week)
        weeks[at_risk] = week
        running &= ~(at_risk & (rng.random(count) < leave[here]))
    return before, weeks, ~running


def test_spells_are_counted_by_step() -> None:
    """By hand: one that ends in week 6, one that runs from week 25 on, one ended in its first."""
    found = count_spells([0, 24, 60], [6, 4, 1], [True, False, True], RULES)
    assert found.left.tolist() == [0, 1, 0, 1]
    assert found.at_risk.tolist() == [4, 2 + 2, 2, 1]
    assert found.began.tolist() == [1, 1, 0, 1]


def test_what_is_known_is_judgement_times_likelihood() -> None:
    """Posterior moments by integration over a grid, against the draws."""
    stay = RULES.stay_of("dagpenge")
    seen = Counts(
        np.array([14.0, 9, 4, 0]), np.array([210.0, 330, 180, 0]), np.array([9.0, 3, 0, 1])
    )
    rng = np.random.default_rng(5)
    drawn = draw_leaving(["dagpenge"], RULES, {"dagpenge": seen}, {}, 40_000, rng)["dagpenge"]
    grid = np.linspace(1e-5, 0.5, 40_001)
    for k in range(4):
        judged = stay.spells * (1 / stay.leave[k] - 1)
        logs = (stay.spells - 1) * np.log(grid) + (judged - 1) * np.log1p(-grid)
        logs += binom.logpmf(seen.left[k], seen.at_risk[k], grid)
        weight = np.exp(logs - logs.max())
        mean = (weight * grid).sum() / weight.sum()
        sd = np.sqrt((weight * (grid - mean) ** 2).sum() / weight.sum())
        assert drawn.leave[:, k].mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(40_000))
        assert drawn.leave[:, k].std() == pytest.approx(sd, rel=0.03)
    # parts of those who come: mean and variance of a Dirichlet, by their formulas
    weight = stay.spells * np.array(stay.begin) + seen.began
    mean = weight / weight.sum()
    var = mean * (1 - mean) / (weight.sum() + 1)
    assert drawn.begin.mean(axis=0) == pytest.approx(mean, abs=5 * np.sqrt(var.max() / 40_000))
    assert drawn.begin.var(axis=0) == pytest.approx(var, rel=0.05)


def test_ranks_of_the_truth_are_uniform() -> None:
    """Chances drawn from the judgement, spells from the chances, ranks among the posterior's."""
    stay, rng = RULES.stay_of("sygedagpenge"), np.random.default_rng(11)
    truths = draw_leaving(["sygedagpenge"], RULES, {}, {}, 400, rng)["sygedagpenge"]
    ranks = np.empty((400, 4))
    for k in range(400):
        spells = simulated(rng, truths.leave[k], truths.begin[k], 60)
        seen = {"sygedagpenge": count_spells(*(one.tolist() for one in spells), RULES)}
        known = draw_leaving(["sygedagpenge"], RULES, seen, {}, 200, rng)["sygedagpenge"]
        ranks[k] = (known.leave < truths.leave[k]).mean(axis=0)
    assert stay.spells == 10
    assert min(kstest(ranks[:, k] + 0.0025, "uniform").pvalue for k in range(4)) > 0.01 / 4


def test_many_spells_tell_the_chances(rng: np.random.Generator) -> None:
    """20,000 spells, some still running; and the survival function of statsmodels."""
    leave, begin = np.array([0.06, 0.04, 0.02, 0.01]), np.array([1.0, 0, 0, 0])
    before, weeks, ended = simulated(rng, leave, begin, 20_000)
    seen = count_spells(before.tolist(), weeks.tolist(), ended.tolist(), RULES)
    known = draw_leaving(["sygedagpenge"], RULES, {"sygedagpenge": seen}, {}, 2000, rng)
    drawn = known["sygedagpenge"].leave
    error = drawn.std(axis=0)
    assert np.abs(drawn.mean(axis=0) - leave).max() < 4 * error.max()
    assert (error < 0.05 * leave).all()
    theirs = SurvfuncRight(weeks, ended.astype(int))
    mine = np.prod([1 - drawn.mean(axis=0)[step(w)] for w in range(1, 53)])
    at_52 = theirs.surv_prob[np.searchsorted(theirs.surv_times, 52, side="right") - 1]
    assert mine == pytest.approx(at_52, abs=0.01)


def test_benefits_of_one_judgement_err_together() -> None:
    rng = np.random.default_rng(3)
    groups = ["kontanthjaelp_jobparate", "integrationsydelse_jobparate", "sygedagpenge"]
    found = draw_leaving(groups, RULES, {}, {}, 2000, rng)
    assert np.array_equal(found[groups[0]].leave, found[groups[1]].leave)
    apart = np.corrcoef(found[groups[0]].leave[:, 0], found[groups[2]].leave[:, 0])[0, 1]
    assert abs(apart) < 0.1


@given(
    table=st.lists(st.integers(0, 400), min_size=4, max_size=4).filter(lambda t: t[0] > 0),
    leave=st.lists(st.floats(0.002, 0.2), min_size=4, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_a_settled_stock_looks_like_the_table(table: list[int], leave: list[float]) -> None:
    """Where it can: nobody who grows too old for a step can be gone before a week of the next."""
    one = Leaving(np.array([leave]), np.full((1, 4), 0.25), np.zeros(1))
    found = match_table(one, np.array(table, dtype=float), RULES)
    assert found.begin.sum() == pytest.approx(1.0)
    assert found.begin.min() >= 0
    stay = RULES.stay_of("dagpenge").model_copy(update={"old": 0.0})
    on = parts(np.full((1, 48), 500.0), MONTHS, stay, RULES, found).steps[0]
    assert np.abs(on - on[0]).max() < 1e-8
    reached = found.leave[0] < 0.98
    if reached.all():
        assert on[0] == pytest.approx(np.array(table) / sum(table), abs=1e-8)


def test_a_table_of_nobody_is_refused() -> None:
    one = Leaving(np.full((1, 4), 0.1), np.full((1, 4), 0.25), np.zeros(1))
    with pytest.raises(ConfigError, match="expected persons on some step"):
        match_table(one, np.zeros(4), RULES)


def test_the_mean_stay_is_the_sum_of_survival(rng: np.random.Generator) -> None:
    leave, begin = rng.uniform(0.01, 0.1, (3, 4)), rng.dirichlet(np.ones(4), 3)
    found = mean_weeks(Leaving(leave, begin, np.zeros(3)), RULES)
    for d in range(3):
        total = 0.0
        for k, first in enumerate(FIRSTS):
            alive = 1.0
            for week in range(int(first), 4000):
                total += begin[d, k] * alive
                alive *= 1 - leave[d, step(week)]
        assert found[d] == pytest.approx(total, rel=1e-9)


def plainly(stock: Floats, leaving: Leaving) -> Floats:
    """Parts on each step of (D, T) persons, every age of every week on its own."""
    months = len(MONTHS)
    place = [m for m in range(months) for _ in range(WEEKS[int(MONTHS[m]) % 3])]
    counts = np.bincount(place)
    middles = np.cumsum(counts) - 0.5 * counts
    out = np.zeros((len(stock), months, 4))
    for d, row in enumerate(stock):
        weekly = np.interp(np.arange(len(place)) + 0.5, middles, row)
        gone = leaving.leave[d][[step(a) for a in range(1, 54)]]
        ages = np.zeros(53)
        for a in range(53):
            ages[a] = ages[a - 1] * (1 - gone[a - 1]) if a else 0.0
            ages[a] += sum(leaving.begin[d, k] for k in range(4) if FIRSTS[k] == a + 1)
        ages[-1] /= gone[-1]
        ages *= weekly[0] / ages.sum()
        for w, level in enumerate(weekly):
            older = np.append(0.0, (ages * (1 - gone))[:-1])
            older[-1] += ages[-1] * (1 - gone[-1])
            come = level - older.sum()
            if come >= 0:
                older[FIRSTS - 1] += come * leaving.begin[d]
            else:
                older *= level / older.sum()
            ages = older
            for a in range(53):
                out[d, place[w], step(a + 1)] += ages[a]
    return out / out.sum(axis=2, keepdims=True)


def test_steps_are_those_of_every_age_on_its_own(rng: np.random.Generator) -> None:
    """Rings of ages that are only scaled, against each age counted, in stocks that leap about."""
    stay = RULES.stay_of("dagpenge")
    stock = 400.0 * np.exp(np.cumsum(0.3 * rng.standard_normal((4, 48)), axis=1))
    known = Leaving(rng.uniform(0.005, 0.6, (4, 4)), rng.dirichlet(np.ones(4), 4), np.zeros(4))
    found = parts(stock, MONTHS, stay, RULES, known).steps
    assert np.abs(found - plainly(stock, known)).max() < 1e-10
