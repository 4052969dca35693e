"""People who leave a group, come into one, or move from one to another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import ConfigError, UnitsError
from forecast.models.kernels import Floats
from forecast.scenarios.shocks import Move, shape, shifted
from tests.models.worlds import FIRST, World, small_world
from tests.scenarios.scenes import COUNT, RATE, futures, read, shock, spec_of, stated

MONTHS = FIRST + np.arange(72)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


def persons_of(seed: int = 1) -> Floats:
    """Six draws of a municipality in its half in the country, four benefits, five months."""
    rng = np.random.default_rng(seed)
    country = rng.uniform(1000.0, 2000.0, (6, 4, 5))
    half = country * rng.uniform(0.4, 0.6, country.shape)
    return np.stack([half * rng.uniform(0.05, 0.2, half.shape), half, country], axis=1)


def move(area: int, source: set[int], target: set[int], size: float, relative: bool) -> Move:
    amount = np.full((1, 5), size)
    return Move(area, frozenset(source), frozenset(target), amount, relative, "a shock")


def test_persons_leave_the_area_and_those_about_it() -> None:
    before = persons_of()
    after = shifted(before, [move(0, {1}, set(), 10.0, False)])
    assert np.allclose(before[:, :, 1] - after[:, :, 1], 10.0)
    assert np.array_equal(before[:, :, [0, 2, 3]], after[:, :, [0, 2, 3]])


def test_areas_in_an_area_lose_the_same_share() -> None:
    before = persons_of()
    after = shifted(before, [move(2, {1}, set(), 300.0, False)])
    left = after[:, :, 1] / before[:, :, 1]
    assert np.allclose(left, left[:, 2:])
    assert np.allclose(before[:, 2, 1] - after[:, 2, 1], 300.0)


def test_a_share_of_a_municipality_is_the_same_persons_in_the_country() -> None:
    before = persons_of()
    after = shifted(before, [move(0, {0, 2}, {3}, 0.25, True)])
    moved = 0.25 * before[:, 0, [0, 2]]
    for area in range(3):
        assert np.allclose(before[:, area, [0, 2]].sum(axis=1) - after[:, area, [0, 2]].sum(axis=1),
                           moved.sum(axis=1))  # fmt: skip
        assert np.allclose(after[:, area, 3] - before[:, area, 3], moved.sum(axis=1))
    assert np.allclose(before[:, 0, [0, 2]] - after[:, 0, [0, 2]], moved)


@given(
    area=st.integers(0, 2),
    size=st.one_of(st.floats(0.01, 0.9), st.floats(1.5, 20.0)),
    seed=st.integers(0, 1000),
)
def test_people_move_and_do_not_vanish(area: int, size: float, seed: int) -> None:
    before = persons_of(seed)
    after = shifted(before, [move(area, {0}, {2}, size, size < 1)])
    assert np.allclose(after.sum(axis=2), before.sum(axis=2), rtol=1e-12)
    assert np.all(after >= 0.0)
    assert np.all(after[:, 0] <= after[:, 1] + 1e-9)
    assert np.all(after[:, 1] <= after[:, 2] + 1e-9)
    assert np.all(after[:, :, 0] < before[:, :, 0])


def test_the_second_shock_sees_what_the_first_has_left() -> None:
    before = persons_of()
    half = move(0, {0}, set(), 0.5, True)
    after = shifted(before, [half, half])
    assert np.allclose(after[:, 0, 0], 0.25 * before[:, 0, 0])


def test_a_shock_that_takes_out_more_than_there_are_is_refused() -> None:
    before = persons_of()
    fewest = before[:, 0, 0].min()
    with pytest.raises(
        ConfigError,
        match=rf"a shock: takes {fewest + 5:.0f} full-time persons out of a group that holds .* "
        r"on one of the futures .*state fewer, or a share of the group in pct\.",
    ):
        shifted(before, [move(0, {0}, set(), fewest + 5, False)])
    shifted(before, [move(0, {0}, set(), fewest + 5, False)], checked=False)


SHAPES = {
    "at once": (shock("a", "b", 10.0), [0, 0, 1, 1, 1, 1, 1]),
    "for three months": (shock("a", "b", 10.0, last=2021 * 12 + 2), [0, 0, 1, 1, 1, 0, 0]),
    "phased in": (shock("a", "b", 10.0, phase_in=4), [0, 0, 0.25, 0.5, 0.75, 1, 1]),
    "fading": (shock("a", "b", 10.0, half_life=2.0), [0, 0, 1, 0.5**0.5, 0.5, 0.5**1.5, 0.25]),
    "phased in, then fading": (
        shock("a", "b", 10.0, phase_in=2, half_life=1.0), [0, 0, 0.5, 1, 0.5, 0.25, 0.125],
    ),
    "settling": (
        shock("a", "b", 0.1, duration=2.0),
        [0, 0, *(1 - np.exp(-np.arange(1, 6) / 2.0))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_sizes_over_time(name: str) -> None:
    one, expected = SHAPES[name]
    months = 2020 * 12 + 10 + np.arange(7)
    assert shape(one, months) == pytest.approx(np.array(expected, dtype=float))


def test_a_stock_settles_where_its_duration_says() -> None:
    """Inflow times mean duration: a duration shorter by a tenth leaves nine tenths, in its time."""
    inflow, before, after = 50.0, 12.0, 12.0 * 0.9
    stock, months = inflow * before, np.arange(36)
    seen = []
    for _ in months:
        # exits at the new rate, in small steps
        for _ in range(1000):
            stock += (inflow - stock / after) / 1000
        seen.append(stock)
    size = shape(shock("a", "b", 0.1, duration=after), 2021 * 12 + months)
    assert inflow * before * (1 - 0.1 * size) == pytest.approx(seen, rel=1e-4)


def test_a_pin_holds_with_what_shocks_do(world: World) -> None:
    """What is stated is what people read, after all shocks."""
    shocks = (
        shock("aktivitetsparate", "dagpenge", 40.0),
        shock("dagpenge", "", 0.2, area="Land", phase_in=6),
        shock("", "sygedagpenge", 25.0, sd=5.0),
    )
    pins = (
        stated(RATE, "2021-12", 0.045),
        stated(RATE, "2021-12", 0.03, area="Lilleby"),
        stated(COUNT, "2021", 700.0, group="sygedagpenge", area="Lilleby"),
    )
    future = futures(world, spec_of(*pins, shocks=shocks))[1]
    for s in pins:
        if s.group == "ledige":
            assert np.abs(read(future, world, s) / s.value - 1.0).max() < 1e-9


def test_a_shock_alone_moves_what_it_says_and_nothing_else(world: World) -> None:
    free, after = futures(world, spec_of(shocks=[shock("aktivitetsparate", "sygedagpenge", 40.0)]))
    names = world.structure.benefits
    away = after.actual.persons - free.actual.persons
    from_, to = names.index("aktivitetsparate"), names.index("sygedagpenge")
    later = free.months >= 2021 * 12
    assert np.allclose(away[:, :, from_, later], -40.0)
    assert np.allclose(away[:, :, to, later], 40.0)
    away[:, :, [from_, to]] = 0.0
    assert np.abs(away).max() == 0.0
    assert np.array_equal(after.actual.persons[..., ~later], free.actual.persons[..., ~later])


def test_an_uncertain_shock_is_the_same_in_every_scenario(world: World) -> None:
    one = shock("aktivitetsparate", "sygedagpenge", 40.0, sd=8.0)
    rate = stated(RATE, "2021-12", 0.045)
    free, alone, with_pin, pinned = futures(
        world, spec_of(shocks=[one]), spec_of(rate, shocks=[one], name="b"), spec_of(rate, name="c")
    )
    place = world.structure.benefits.index("sygedagpenge")
    here = np.flatnonzero(free.months == 2021 * 12 + 6)[0]

    def moved(after: Floats, before: Floats) -> Floats:
        return (after - before)[:, 0, place, here]

    first = moved(alone.actual.persons, free.actual.persons)
    second = moved(with_pin.actual.persons, pinned.actual.persons)
    assert np.allclose(first, second)
    assert first.mean() == pytest.approx(40.0)  # mirrored in pairs
    assert 3.0 < first.std() < 16.0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"source": "dagpenge", "target": "dagpenge"}, "to_group: found 'dagpenge' again"),
        ({"last": 2020 * 12}, "until: found 2020-01; expected a month from 2021-01"),
    ],
)
def test_a_shock_that_makes_no_sense_is_refused(more: dict[str, object], message: str) -> None:
    given_ = {"source": "dagpenge", "target": "sygedagpenge", "amount": 40.0} | more
    with pytest.raises(ConfigError, match=message):
        shock(**given_)  # type: ignore[arg-type]


def test_a_share_above_the_whole_is_refused() -> None:
    with pytest.raises(UnitsError, match=r"value: found 120 pct\. of a group"):
        type(shock("a", "b", 0.5))(
            area="Lilleby", source="a", target="b", amount=1.2, relative=True, first=2021 * 12,
            last=None, reference="test",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (shock("ingen", "dagpenge", 4.0), r"shock \(Lilleby, ingen\), number 1: group: found inge"),
        (shock("i_alt", "dagpenge", 4.0), r"to_group: found dagpenge, which overlaps i_alt"),
        (shock("dagpenge", "", 4.0, first=FIRST), r"from: found 2017-01, a month of the data"),
        (shock("dagpenge", "", 4.0, area="Storby"), r"area: found Storby, which this run does no"),
    ],
)
def test_a_shock_about_what_is_not_projected_is_refused(
    world: World, one: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        futures(world, spec_of(shocks=[one]))  # type: ignore[list-item]
