"""Runs that begin late, or in the midst of a year: what is known of them, and what is refused."""

import numpy as np
import pytest

from forecast.config import load_groups
from forecast.core.period import Window
from forecast.errors import AlignmentError, DataError
from forecast.run.budget import assess
from forecast.run.budget_futures import Futures, leaves
from forecast.run.budget_read import BudgetRequest, read_request

GROUPS = leaves(load_groups())
INVESTED = "investering-2019-2024"


def futures(first: str, last: str, rng: np.random.Generator) -> Futures:
    months = np.arange(Window.parse(first).first, Window.parse(last).first + 1)
    shape = (2, 50, len(GROUPS), len(months))
    level = rng.uniform(20, 500, (1, 1, len(GROUPS), 1)) * np.array([1, 90])[:, None, None, None]
    persons = level * np.exp(0.05 * rng.standard_normal(shape))
    residents = np.array([45e3, 37e5])[:, None, None] * np.ones((2, 50, len(months)))
    fewer = persons * np.array([0.98, 1.0])[:, None, None, None]
    both = {"free": persons, INVESTED: fewer}
    return Futures("Gentofte", GROUPS, months, both, dict.fromkeys(both, residents))


@pytest.mark.parametrize(("first", "years"), [("2020-01", 3), ("2020-03", 2), ("2018-07", 4)])
def test_a_run_is_priced_whenever_it_begins(
    first: str, years: int, rng: np.random.Generator
) -> None:
    """The account of 2019 is known to runs that have all of 2019, and others are unreconciled."""
    made_of = futures(first, "2022-12", rng)
    read = read_request(BudgetRequest(), "Gentofte", GROUPS, made_of.months)
    known = first < "2019-02"
    assert (read.account is not None) == known
    view = assess(read, made_of, "o").view
    assert (view.factor == 1.0) != known
    assert len(view.years) == (3 if known else years)
    assert "skalering" in set(view.table["measure"]) or not known
    saved = view.table[view.table["measure"].eq("besparelse") & view.table["scenario"].eq("free")]
    assert (saved["value"] > 0).all()
    # cases and costs are followed from 2019 on, which a run that begins later does not have
    assert ("sager_pr_aarsvaerk" in set(view.table["measure"])) == known


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (BudgetRequest(account=(2019, 5e8)), AlignmentError, r"2019 is not within 2020-01"),
        (BudgetRequest(budgets={2023: 5e8}), AlignmentError, r"2023 is not within 2020-01"),
        (BudgetRequest(originals={2019: 5e8}), AlignmentError, r"2019 is not within 2020-01"),
        (BudgetRequest(prices="ydelser"), DataError, "no price of ny_ydelse"),
    ],
)
def test_what_the_run_does_not_have_is_refused_before_it_is_computed(
    request_: BudgetRequest, error: type[Exception], said: str
) -> None:
    months = np.arange(2020 * 12, 2023 * 12)
    groups = (*GROUPS, "ny_ydelse") if "ny_ydelse" in said else GROUPS
    with pytest.raises(error, match=said):
        read_request(request_, "Gentofte", groups, months)


def test_groups_of_nobody_cost_nothing(rng: np.random.Generator) -> None:
    """In the municipality, from a month on, or in all of the country; and everybody at once."""
    made_of = futures("2018-01", "2022-12", rng)
    here = {group: GROUPS.index(group) for group in ("revalidender", "fleksjob", "dagpenge")}
    for persons in made_of.persons.values():
        persons[0, :, here["revalidender"]] = 0.0
        persons[0, :, here["fleksjob"], 24:] = 0.0
        persons[:, :, here["dagpenge"]] = 0.0
    read = read_request(BudgetRequest(budgets={2021: 5e8}), "Gentofte", GROUPS, made_of.months)
    table = assess(read, made_of, "o").view.table
    assert np.isfinite(table["value"]).all()
    nobody = table["group"].isin(["revalidender", "dagpenge"])
    nobody |= table["group"].eq("fleksjob") & table["period"].isin(["2020", "2021", "2022"])
    spent = table[nobody & table["measure"].isin(["bruttoudgift", "refusion", "nettoudgift"])]
    assert (spent["value"] == 0.0).all()
    for persons in made_of.persons.values():
        persons[0] = 0.0
    with pytest.raises(DataError, match="nothing is estimated of 2019 on 50 draws"):
        assess(read, made_of, "o")
