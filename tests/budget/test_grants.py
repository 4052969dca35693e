"""Grants: a share of what happens to the country, multiplied out by hand."""

import numpy as np
import pytest

from forecast.budget.grants import Beside, granted
from forecast.config.grants import Grants, load_grants
from forecast.errors import AlignmentError

GROUPS = ("dagpenge", "kontanthjaelp_jobparate", "sygedagpenge")
MONTHS = np.arange(2018 * 12, 2022 * 12)


def beside(rng: np.random.Generator) -> Beside:
    shape = (5, 3, 48)
    persons = np.stack([rng.uniform(50, 100, shape), rng.uniform(5e3, 1e4, shape)])
    residents = np.stack([rng.uniform(4e4, 5e4, (5, 48)), rng.uniform(3e6, 4e6, (5, 48))])
    return Beside(rng.uniform(1e8, 2e8, shape), persons, residents)


def at(year: int, month: int) -> int:
    return year * 12 + month - 1 - int(MONTHS[0])


def test_they_are_multiplied_out(rng: np.random.Generator) -> None:
    country = beside(rng)
    found = granted(country, GROUPS, MONTHS, load_grants(), 2019)
    people = country.residents[0] / country.residents[1]
    t, known = at(2021, 3), at(2019, 3)
    level = country.net * people[:, None]
    # kontanthjælp by residents, and dagpenge from 2021 on
    assert found[:, 1, t] == pytest.approx(level[:, 1, t] - level[:, 1, known])
    assert found[:, 0, t] == pytest.approx(level[:, 0, t] - level[:, 0, known])
    # before, dagpenge by persons two years earlier
    t, known = at(2020, 7), at(2019, 7)
    share = country.persons[0, :, 0] / country.persons[1, :, 0]
    before = country.net[:, 0, t] * share[:, at(2018, 7)]
    then = country.net[:, 0, known] * share[:, 0]
    assert found[:, 0, t] == pytest.approx(before - then)
    # sygedagpenge has none, and the known year no change
    assert np.abs(found[:, 2]).max() == 0.0
    assert np.abs(found[:, :, at(2019, 1) : at(2020, 1)]).max() == 0.0


def test_where_nothing_changes_nothing_is_granted() -> None:
    steady = Beside(np.full((2, 3, 48), 1e8), np.ones((2, 2, 3, 48)), np.ones((2, 2, 48)))
    assert np.abs(granted(steady, GROUPS, MONTHS, load_grants(), 2019)).max() == 0.0


def test_a_year_outside_the_run_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(AlignmentError, match="changes are counted from 2017"):
        granted(beside(rng), GROUPS, MONTHS, load_grants(), 2017)


def test_two_grants_for_one_benefit_at_one_time_are_refused() -> None:
    one = load_grants().grant[1].model_dump()
    twice = {"reference": "x", "grant": [one, {**one, "name": "again", "valid_from": "2020-06-01"}]}
    with pytest.raises(ValueError, match="'beskaeftigelsestilskud' and 'again' both pay for dag"):
        Grants.model_validate(twice)
