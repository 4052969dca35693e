"""The three measures of the styringsmodel: by hand, and against the printed tables."""

import csv

import numpy as np
import pytest

from forecast.budget.steering import steering
from forecast.config import bundled
from forecast.config.budget import load_prices
from forecast.config.investment import Investment, load_investment
from forecast.errors import AlignmentError

PLAN, PRICES = load_investment(), load_prices()
MONTHS = np.arange(2019 * 12, 2023 * 12)
GROUPS = ("dagpenge", "kontanthjaelp_aktivitetsparate", "sygedagpenge", "foertidspension")


def printed(table: str, measure: str, group: str, year: int) -> float:
    path = bundled("data/published") / table
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    found = [
        row
        for row in rows
        if (row["measure"], row["group"], row["period"]) == (measure, group, str(year))
    ]
    return float(found[0]["value"])


@pytest.mark.parametrize("year", [2018, 2019])
def test_follow_ups_are_those_that_were_printed(year: int) -> None:
    """Tabel 10 and Tabel 11: A 1121-1173."""
    for staff in PLAN.staff_group:
        one = next(f for f in PLAN.followup if (f.year, f.group) == (year, staff.key))
        table = "tabel_10_sagsantal.csv"
        assert one.cases == printed(table, "Antal sager", staff.da, year)
        assert one.staff == printed(table, "Antal årsværk", staff.da, year)
        ratio = printed(table, "Gns. antal sager pr. årsværk", staff.da, year)
        assert round(one.cases / one.staff) == ratio
    cost = next(c for c in PLAN.unit_cost if c.year == year)
    group = "Målgrupper ekskl. førtidspension og fleksjob"
    assert cost.value == printed(
        "tabel_11_enhedsomkostninger.csv", "Gns. omkostninger pr. FTP", group, year
    )


def test_measures_by_hand(rng: np.random.Generator) -> None:
    without = np.repeat(rng.uniform(100, 500, (6, 4, 1)), 48, axis=2)
    without[:, :, 12:] *= 1.2
    invested = without.copy()
    invested[:, 2, 12:] *= 0.9
    weeks = {group: rng.uniform(20, 40, 6) for group in GROUPS}
    found = steering(PLAN, (without, invested), GROUPS, MONTHS, PRICES, weeks)
    assert found.years == (2020, 2021, 2022)
    # dagpenge is all of its staff's cases here: 1,424 cases of 2019, a fifth more
    assert found.cases["ledighedsrelaterede"][0] == pytest.approx(1424 * 1.2 / 20.8)
    assert found.cases["ledighedsrelaterede"][1] == pytest.approx(1424 * 1.2 / 20.7)
    others = without[:, [1, 2], 0].sum(axis=1)
    moved = 1.2 * (without[:, 1, 0] + 0.9 * without[:, 2, 0])
    assert found.cases["oevrige"][1][:, 0] == pytest.approx(1777 * moved / others / 35.8)
    assert found.cases["oevrige"][0][:, 0] == pytest.approx(np.full(6, 1777 * 1.2 / 33.5))
    # unit costs follow the regulation of 1,15 pct. in 2019 and 2020, 1,25 in 2021
    assert found.costs is not None
    assert found.costs[0, :2] == pytest.approx([21292 * 1.0115**2, 21292 * 1.0115**2 * 1.0125])
    assert found.costs[1, :2] == pytest.approx([19238 * 1.0115, 19238 * 1.0115 * 1.0125])
    active = [without[:, :3, 12].sum(axis=1), invested[:, :3, 12].sum(axis=1)]
    saved = 21292 * 1.0115**2 * active[0] - 19238 * 1.0115 * active[1]
    assert found.saved is not None
    assert found.saved[:, 0] == pytest.approx(saved)
    # only sygedagpenge is moved: a tenth fewer, a tenth shorter
    assert list(found.weeks) == ["sygedagpenge"]
    own = found.weeks["sygedagpenge"]
    assert own[0] == pytest.approx(np.repeat(weeks["sygedagpenge"][:, None], 3, axis=1))
    assert own[1] == pytest.approx(0.9 * own[0])


def test_a_follow_up_before_the_run_is_refused() -> None:
    late, months = np.ones((2, 4, 24)), np.arange(2020 * 12, 2022 * 12)
    weeks = dict.fromkeys(GROUPS, np.ones(2))
    with pytest.raises(AlignmentError, match="a follow-up of 2019, which the run does not have"):
        steering(PLAN, (late, late), GROUPS, months, PRICES, weeks)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"group": "oevrig"}, "no \\[\\[staff_group\\]\\] 'oevrig'"),
        ({"year": 2018, "group": "oevrige"}, "two follow-ups of oevrige in 2018"),
    ],
)
def test_follow_ups_that_contradict_are_refused(change: dict[str, object], said: str) -> None:
    content = PLAN.model_dump()
    content["followup"] = [*content["followup"], {**content["followup"][0], **change}]
    with pytest.raises(ValueError, match=said):
        Investment.model_validate(content)
