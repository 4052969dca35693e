"""What holds on every draw."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from forecast.config import ScenarioSpec
from forecast.run import Fit, Projected, project
from forecast.run.quantities import Reader
from forecast.vocabulary import Adjustment, Measure, Role
from tests.run.conftest import Run


@pytest.fixture(scope="module")
def readers(fitted: Fit, futures: list[Projected]) -> list[Reader]:
    inputs = fitted.inputs
    return [Reader(p, inputs.config.tree, inputs.structure) for p in futures]


def test_groups_sum_to_parents_and_to_the_total(fitted: Fit, readers: list[Reader]) -> None:
    tree = fitted.inputs.config.tree
    for reader in readers:
        place = {key: g for g, key in enumerate(reader.groups)}
        leaves = [place[k] for k in tree.leaves]
        total = reader.persons[:, :, leaves].sum(axis=2)
        np.testing.assert_allclose(reader.persons[:, :, place["i_alt"]], total, rtol=1e-9)
        for key in tree.rows:
            children = [place[k] for k in tree.children(key)]
            if children:
                parts = reader.persons[:, :, children].sum(axis=2)
                np.testing.assert_allclose(reader.persons[:, :, place[key]], parts, rtol=1e-9)


def test_the_unemployed_are_their_identity(readers: list[Reader]) -> None:
    members = ("dagpenge", "kontanthjaelp_jobparate", "integrationsydelse_jobparate")
    for reader in readers:
        place = [reader.groups.index(k) for k in members]
        parts = reader.persons[:, :, place].sum(axis=2)
        found = reader.persons[:, :, reader.groups.index("ledige")]
        np.testing.assert_allclose(found, parts, rtol=1e-9)


def test_an_area_never_exceeds_the_next(readers: list[Reader]) -> None:
    for reader in readers:
        future = reader.projected.future
        for levels in (reader.persons, future.actual.labour_force, future.actual.population):
            # sums of a few benefits may round in the last place
            assert (np.diff(levels, axis=1) >= -1e-9 * levels[:, 1:]).all()
        assert (reader.persons >= 0).all()
        assert (future.actual.labour_force < future.actual.population).all()


def test_draws_on_disk_keep_the_identities(run: Run, fitted: Fit) -> None:
    tree = fitted.inputs.config.tree
    with xr.open_dataset(run.folder / "draws.nc", engine="h5netcdf") as found:
        persons = found["fuldtidspersoner"].load().astype(np.float64)
    for key in (*tree.rows, *tree.derived):
        if key not in persons["group"].values or key in tree.leaves:
            continue
        parts = persons.sel(group=[k for k in tree.components(key) if k in persons["group"]])
        np.testing.assert_allclose(
            persons.sel(group=key).values, parts.sum("group").values, rtol=1e-6, atol=1e-3
        )
    assert (persons.diff("area") >= -1e-6 * persons.isel(area=slice(1, None))).all()
    assert (persons >= 0).all()


def test_pins_hold_on_every_draw(fitted: Fit, readers: list[Reader]) -> None:
    for reader in readers:
        for statement in reader.projected.spec.statements:
            if statement.measure is Measure.LEDIGHEDSPROCENT:
                found = reader.one("Hele landet", "ledige", statement.measure, statement.window)
            else:
                assert statement.adjustment is Adjustment.SEASONALLY_ADJUSTED
                unemployed = reader.projected.future.adjusted_unemployed[:, 2]
                found = reader.over(unemployed, statement.window)
            np.testing.assert_allclose(found, statement.value, rtol=1e-9)
    assert sum(len(r.projected.spec.statements) for r in readers) == 3


def test_adjusted_and_actual_unemployed_have_the_same_year_mean(readers: list[Reader]) -> None:
    for reader in readers:
        place = reader.groups.index("ledige")
        shape = (len(reader.persons), -1, 12)
        actual = reader.persons[:, 2, place].reshape(shape).mean(axis=2)
        adjusted = reader.projected.future.adjusted_unemployed[:, 2].reshape(shape).mean(axis=2)
        np.testing.assert_allclose(actual, adjusted, rtol=1e-9)


def test_scenario_without_statements_is_the_free_forecast(
    fitted: Fit, futures: list[Projected]
) -> None:
    empty = ScenarioSpec("tom", "Tom", "Empty", ())
    made = project(fitted, [replace(futures[1].spec, id="anden"), empty])
    free, bent = futures[0].future, made[1].future
    for name in ("persons", "parts", "labour_force", "population"):
        left, right = getattr(free.actual, name), getattr(bent.actual, name)
        np.testing.assert_array_equal(left, right)
    np.testing.assert_array_equal(free.adjusted_unemployed, bent.adjusted_unemployed)
    # pins have no errors to draw, so that the scenario's name does not matter either
    np.testing.assert_array_equal(futures[1].future.actual.persons, made[0].future.actual.persons)


def test_no_check_figure_enters_the_fit(fitted: Fit) -> None:
    frame = fitted.inputs.panel.of_role(Role.CHECK).frame
    assert {0.035, 0.046, 0.021, 0.024, 0.026} <= set(frame["value"].round(6))
    assert not fitted.inputs.panel.of_role(Role.FIT).frame["source"].isin(frame["source"]).any()
    last = fitted.inputs.config.last_data_month
    assert (fitted.inputs.panel.of_role(Role.FIT).frame["last"] <= last).all()
