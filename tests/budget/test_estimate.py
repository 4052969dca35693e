"""Prices, steps and sums: against formulas, stationary stocks, and budgets of known truth."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.budget.estimate import estimate, overrun, split
from forecast.budget.investment import repayment
from forecast.budget.prices import monthly, price_of
from forecast.budget.seniority import parts, state_part
from forecast.config.budget import Price, Prices, load_prices, load_refusion
from forecast.core.period import Window
from forecast.errors import AlignmentError, ConfigError, DataError
from forecast.models.kernels import Floats

PRICES, RULES = load_prices(), load_refusion()
GROUPS = tuple(sorted({g for one in PRICES.price for g in one.groups}))
MONTHS = np.arange(2019 * 12, 2023 * 12)


def at(year: int, month: int = 1) -> int:
    return year * 12 + month - 1


def persons(rng: np.random.Generator, draws: int = 50) -> Floats:
    level = rng.uniform(20, 900, (1, len(GROUPS), 1))
    return level * np.exp(0.05 * rng.standard_normal((draws, len(GROUPS), len(MONTHS))))


@pytest.mark.parametrize(
    ("year", "factor"),
    [(2020, 1.0), (2021, 1.0125), (2022, 1.0125**2), (2019, 1 / 1.0115), (2018, 1 / 1.0115**2)],
)
def test_prices_follow_the_regulation(year: int, factor: float) -> None:
    assert price_of(PRICES, "dagpenge", at(year)) == pytest.approx(228_996 * factor)


def test_a_later_price_takes_over_in_its_month() -> None:
    own = Price(
        groups=("dagpenge",),
        value=200_000.0,
        unit="kr. per FTP-year",
        valid_from=date(2021, 7, 1),
        certainty="H",
        reference="own account",
        account="5.57.78",
    )
    prices = PRICES.model_copy(update={"price": (*PRICES.price, own)})
    assert price_of(prices, "dagpenge", at(2021, 6)) == pytest.approx(228_996 * 1.0125)
    assert price_of(prices, "dagpenge", at(2021, 7)) == 200_000
    assert price_of(prices, "dagpenge", at(2022)) == pytest.approx(200_000 * 1.0125)


def test_a_profile_says_in_which_months_a_price_falls() -> None:
    late = (0.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.1)
    own = PRICES.price[0].model_copy(update={"profile": late})
    prices = PRICES.model_copy(update={"price": (own, *PRICES.price[1:])})
    found = monthly(prices, ("dagpenge", "sygedagpenge"), np.arange(at(2020), at(2021)))
    assert found[0] == pytest.approx(228_996 * np.array(late))
    assert found[1] == pytest.approx(np.full(12, 229_060 / 12))
    with pytest.raises(ValueError, match=r"profile sums to 0\.9, expected 1"):
        Price.model_validate({**own.model_dump(), "profile": (*late[:-1], 0.0)})


def test_what_has_no_price_or_regulation_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no price of 'dagpeng' \(did you mean 'dagpenge'\?\)"):
        price_of(PRICES, "dagpeng", at(2020))
    with pytest.raises(ConfigError, match="no regulation of 2023"):
        price_of(PRICES, "dagpenge", at(2023))


def changed(**update: object) -> dict[str, object]:
    content = PRICES.model_dump()
    content.update(update)
    return content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            changed(price=[p.model_dump() for p in (*PRICES.price, PRICES.price[0])]),
            "dagpenge has two prices from 2020-01-01",
        ),
        (
            changed(uprating=[u.model_dump() for u in (*PRICES.uprating, PRICES.uprating[0])]),
            "two regulations of 2018",
        ),
        (changed(account=[PRICES.account[0].model_dump()]), "account 5.57.78 has no name"),
    ],
)
def test_prices_that_contradict_each_other_are_refused(
    content: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Prices.model_validate(content)


@pytest.mark.parametrize("group", GROUPS)
def test_a_steady_stock_stays_on_its_steps(group: str) -> None:
    """Stationary parts by the survival function of those who come."""
    stay = RULES.stay_of(group).model_copy(update={"old": 0.0})
    found = parts(np.full((1, 48), 400.0), np.arange(at(2015), at(2019)), stay, RULES)
    on = found.steps[0] / found.steps[0].sum(axis=1, keepdims=True)
    assert np.abs(on - on[0]).max() < 1e-9
    firsts = (1, 5, 27, 53)
    weight = np.zeros(4)
    for part, begin in zip(stay.begin, firsts, strict=True):
        alive = 1.0
        for week in range(begin, 30_000):
            step = sum(week >= f for f in firsts) - 1
            weight[step] += part * alive
            alive *= 1 - stay.leave[step]
    assert on[0] == pytest.approx(weight / weight.sum(), abs=2e-3)
    assert found.steps.sum(axis=2) + found.old == pytest.approx(np.ones((1, 48)))


def test_when_many_come_at_once_the_early_steps_fill_first() -> None:
    stay = RULES.stay_of("dagpenge")
    stock = np.full((1, 48), 800.0)
    stock[0, 15:] = 1200.0  # April 2020
    found = parts(stock, MONTHS, stay, RULES).steps[0]
    rise = found[:, 0] - found[13, 0]
    assert rise[15:17].max() > 0.05
    assert found[20, 1] > found[13, 1]
    assert found[15:20, 3].min() < found[13, 3]
    # long after, the parts are those of before
    assert found[-1] == pytest.approx(found[0], abs=0.03)
    part = state_part(parts(stock, MONTHS, stay, RULES), "dagpenge", RULES)[0]
    assert part[16] > part[13] + 0.01


def test_a_stock_that_falls_and_one_that_is_empty() -> None:
    stay = RULES.stay_of("sygedagpenge")
    stock = np.linspace(900, 0, 48)[None]
    found = parts(stock, MONTHS, stay, RULES)
    assert found.steps.min() >= 0
    assert (found.steps.sum(axis=2) + found.old) == pytest.approx(np.ones((1, 48)))


def test_those_granted_before_the_reform_become_fewer() -> None:
    stay = RULES.stay_of("foertidspension")
    found = parts(np.full((1, 48), 1000.0), MONTHS, stay, RULES)
    assert found.old[0, 0] == pytest.approx(stay.old)
    assert found.old[0, 36] == pytest.approx(stay.old * (1 - stay.old_leaves) ** 3)


def test_sums_are_sums_of_draws(rng: np.random.Generator) -> None:
    made = estimate(persons(rng), GROUPS, MONTHS, PRICES, RULES)
    assert made.gross == pytest.approx(made.state + made.net)
    names, by_account = made.by_account(made.net)
    assert by_account.sum(axis=1) == pytest.approx(made.net.sum(axis=1))
    assert len(names) == len(set(made.accounts))
    year = made.over(by_account, Window.year(2020))
    quarters = [made.over(by_account, Window.parse(f"2020-Q{q}")) for q in (1, 2, 3, 4)]
    assert year == pytest.approx(sum(quarters))
    with pytest.raises(AlignmentError, match=r"2023 is not within 2019-01\.\.2022-12"):
        made.over(by_account, Window.year(2023))
    factor = rng.uniform(0.8, 1.1, 50)
    scaled = made.scaled(factor)
    assert scaled.net == pytest.approx(factor[:, None, None] * made.net)
    assert scaled.price == pytest.approx(np.median(factor) * made.price)


def test_what_is_booked_is_a_fact(rng: np.random.Generator) -> None:
    made = estimate(persons(rng), GROUPS, MONTHS, PRICES, RULES)
    known = made.booked({("5.57.78", at(2020, 1)): 9_500_000.0})
    names, net = known.by_account(known.net)
    month = at(2020, 1) - int(MONTHS[0])
    assert net[:, names.index("5.57.78"), month] == pytest.approx(np.full(50, 9.5e6))
    others = [k for k, name in enumerate(names) if name != "5.57.78"]
    assert net[:, others] == pytest.approx(made.by_account(made.net)[1][:, others])
    with pytest.raises(DataError, match=r"account 9\.99 in 2020-01 is not estimated"):
        made.booked({("9.99", at(2020, 1)): 1.0})
    with pytest.raises(DataError, match="in 2024-01 is not estimated"):
        made.booked({("5.57.78", at(2024, 1)): 1.0})


def test_what_is_not_explained_adds_up_after_the_known_year(rng: np.random.Generator) -> None:
    """A walk whose mean moves nothing; the same for all benefits of a draw."""
    same = np.repeat(persons(rng, 1), 20_000, axis=0)[:, :3]
    made = estimate(same, GROUPS[:3], MONTHS, PRICES, RULES)
    moved = made.with_residual(0.02, 2019, rng)
    ratio = moved.net / made.net
    assert np.abs(ratio[:, :, :12] - 1.0).max() < 1e-12
    for year in (1, 2, 3):
        logs = np.log(ratio[:, 0, 12 * year])
        assert logs.std() == pytest.approx(0.02 * np.sqrt(year), rel=0.03)
        assert ratio[:, 0, 12 * year].mean() == pytest.approx(1.0, abs=5 * 0.04 / np.sqrt(20_000))
    assert np.abs(ratio - ratio[:, :1]).max() < 1e-12
    assert moved.gross == pytest.approx(moved.state + moved.net)


def test_a_negative_number_of_persons_is_refused(rng: np.random.Generator) -> None:
    bad = persons(rng)
    bad[3, GROUPS.index("dagpenge"), 2] = -1.0
    with pytest.raises(DataError, match="-1 full-time persons on dagpenge in 2019-03"):
        estimate(bad, GROUPS, MONTHS, PRICES, RULES)


def test_a_deviation_splits_without_rest(rng: np.random.Generator) -> None:
    """Volume, policy, price and the state's part sum to the difference on every draw."""
    first, last = persons(rng), persons(rng) * 1.1
    untouched = last * rng.uniform(0.9, 1.1, last.shape)
    dearer = PRICES.model_copy(
        update={
            "price": tuple(p.model_copy(update={"value": p.value * 1.02}) for p in PRICES.price)
        }
    )
    before = estimate(first, GROUPS, MONTHS, PRICES, RULES)
    after = estimate(last, GROUPS, MONTHS, dearer, RULES)
    found = split(before, after, (first, last), untouched)
    assert sum(found) == pytest.approx(after.net - before.net, abs=1e-6)
    assert found.price == pytest.approx(0.02 * last * before.price * (1 - before.part))


def test_an_investment_is_repaid_by_what_its_draws_save(rng: np.random.Generator) -> None:
    """Fewer persons by a known part: saving, probability and break-even, multiplied out."""
    before = persons(rng, 400)
    part = rng.uniform(0.0, 0.02, (400, 1, 1))
    without = estimate(before, GROUPS, MONTHS, PRICES, RULES)
    # the state's part is kept, so that the saving is the part itself
    invested = replace(without, gross=without.gross * (1 - part), state=without.state * (1 - part))
    found = repayment(without, invested, before, (2020, 2021), 4e6)
    spent = sum(without.over(without.net.sum(axis=1), Window.year(y)) for y in (2020, 2021))
    assert found.saved == pytest.approx(part[:, 0, 0] * spent)
    assert found.cost == 8e6
    assert found.repaid == np.mean(part[:, 0, 0] * spent >= 8e6)
    price = spent.mean() / sum(
        without.over(before.sum(axis=1), Window.year(y)).mean() / 12 for y in (2020, 2021)
    )
    assert found.break_even == pytest.approx(4e6 / price)
    with pytest.raises(AlignmentError, match="400 and 400 draws over 0 years"):
        repayment(without, invested, before, (), 4e6)


def test_overrun_of_a_normal(rng: np.random.Generator) -> None:
    """Probability, mean beyond and reserve against closed forms."""
    from scipy.stats import norm

    spent = 500e6 + 10e6 * rng.standard_normal(400_000)
    found = overrun(spent, 505e6)
    assert found.probability == pytest.approx(norm.sf(0.5), abs=0.003)
    assert found.expected == pytest.approx(10e6 * (norm.pdf(0.5) - 0.5 * norm.sf(0.5)), rel=0.01)
    assert found.reserve == pytest.approx(10e6 * (norm.ppf(0.9) - 0.5), rel=0.01)
    assert overrun(spent, 600e6).reserve == 0.0


@pytest.mark.slow
def test_probabilities_and_reserves_hold_over_years_of_known_truth(
    rng: np.random.Generator,
) -> None:
    """6,000 simulated years of correlated benefits: what is known of them, and what comes."""
    groups = ("dagpenge", "sygedagpenge", "kontanthjaelp_jobparate", "foertidspension")
    months, draws, at_once = np.arange(at(2020), at(2021)), 201, 200
    said: list[float] = []
    came: list[bool] = []
    held: list[bool] = []
    for _ in range(30):
        # forecasts with a mean, a common and an own error, of which the truth is one more draw
        mean = rng.uniform(200, 1000, (at_once, 1, 4, 1))
        common = 0.08 * rng.standard_normal((at_once, draws, 1, 1))
        own = 0.05 * rng.standard_normal((at_once, draws, 4, 1))
        noise = 0.01 * rng.standard_normal((at_once, draws, 4, 12))
        paths = (mean * np.exp(common + own + noise)).reshape(-1, 4, 12)
        net = estimate(paths, groups, months, PRICES, RULES).net.sum(axis=(1, 2))
        for one in net.reshape(at_once, draws):
            budget = one[:-1].mean() * (1 + 0.06 * rng.standard_normal())
            found = overrun(one[:-1], budget)
            said.append(found.probability)
            came.append(bool(one[-1] > budget))
            # a reserve is never below zero: of budgets that are surely enough it says nothing
            if found.reserve > 0:
                held.append(bool(one[-1] <= budget + found.reserve))
    chance, true = np.array(said), np.array(came, dtype=float)
    bins = np.minimum((chance * 10).astype(int), 9)
    error = sum(
        abs(chance[bins == b].mean() - true[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    assert len(chance) >= 2000
    assert error <= 0.03
    assert 0.88 <= np.mean(held) <= 0.92
