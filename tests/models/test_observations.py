"""From figures to the likelihood: what is linearised, rounded or averaged, and how well."""

import numpy as np
import pytest
from scipy.integrate import quad

from forecast.core.panel import Panel
from forecast.errors import DataError
from forecast.models.kernels import Floats
from forecast.models.observations import Observation, log_quantity, observations
from forecast.models.problem import layout
from forecast.models.states import (
    Paths,
    condition,
    deviations,
    make_grid,
    mean_paths,
    posterior_mean,
)
from forecast.models.structure import Levels, Structure
from tests.models.worlds import (
    World,
    published,
    rate,
    row,
    share,
    small_rows,
    small_tree,
    small_world,
)

WORLDS = {"published": published, "small": small_world}


def exact(world: World, figure: Observation, links: Floats, log_rate: Floats) -> Floats:
    """Log of a figure at link values of one moment, (..., S) and (...)."""
    levels = world.structure.levels(links[..., None], log_rate[..., None])
    return log_quantity(figure, levels, world.tree, world.structure)


def linear(world: World, index: int, links: Floats, log_rate: Floats) -> Floats:
    figures = world.problem.figures
    # a figure with season of part of a year carries the national season in its offset
    assert not figures.seasonal[index] or len(figures.windows[index]) % 12 == 0
    return (
        figures.offset[index]
        + links @ figures.coefficients[index]
        + figures.on_root[index] * log_rate
    )


@pytest.mark.parametrize("name", WORLDS)
def test_every_figure_is_reproduced_at_the_linearisation_point(name: str) -> None:
    world = WORLDS[name]()
    links, log_rate = posterior_mean(world.problem, world.parameters)
    assert len(world.found) == len(world.problem.figures.value) > 30
    for i, figure in enumerate(world.found):
        value = exact(world, figure, links[i], log_rate[i])
        assert linear(world, i, links[i], log_rate[i]) == pytest.approx(value, abs=1e-9)
        # and the posterior mean shows what was printed
        assert abs(value - figure.value) < 3 * max(figure.sd, 0.002), figure.label


def drawn(world: World, count: int) -> Paths:
    problem, parts = world.problem, layout(world.problem)
    grid = make_grid(problem, parts, problem.last)
    c = condition(problem, parts, grid, world.parameters)
    middle, away = mean_paths(c), deviations(c, count, np.random.default_rng(1))
    return Paths(middle.links + away.links, middle.rate + away.rate)


@pytest.mark.parametrize("name", WORLDS)
def test_the_linearisation_holds_wherever_the_posterior_is(name: str) -> None:
    """Within half the rounding of a rate with one decimal (0.8 pct.) on 40 draws."""
    world = WORLDS[name]()
    paths = drawn(world, 40)
    for i, figure in enumerate(world.found):
        months = slice(
            figure.window.first - world.problem.first, figure.window.last + 1 - world.problem.first
        )
        links, log_rate = paths.links[..., months].mean(axis=-1), paths.rate[:, months].mean(-1)
        gap = exact(world, figure, links, log_rate) - linear(world, i, links, log_rate)
        # parts of a benefit know little of each other where only their sum is printed
        assert np.median(np.abs(gap)) < 0.002, figure.label
        assert np.abs(gap).max() < 0.006, figure.label


@pytest.mark.parametrize("where", ["rate", "share_area", "national"])
def test_the_log_of_a_mean_is_the_mean_of_logs_within_three_per_mille(where: str) -> None:
    """Figures that swing by 10 pct. within the year: half the variance of the log is 0.25 pct."""
    world = published()
    links, log_rate = posterior_mean(world.problem, world.parameters)
    swing = 0.1 * np.sin(2 * np.pi * np.arange(12) / 12)
    moving = np.array([n.startswith(where) for n in world.structure.names])
    years = [i for i, figure in enumerate(world.found) if len(figure.window) == 12]
    worst = 0.0
    for i in years:
        paths = links[i][:, None] + moving[:, None] * swing
        rates = log_rate[i] + (swing if where == "rate" else np.zeros(12))
        monthly = world.structure.levels(paths, rates)
        mean = Levels(*(values.mean(axis=-1, keepdims=True) for values in monthly))
        figure = world.found[i]
        truth = log_quantity(figure, mean, world.tree, world.structure)
        worst = max(worst, abs(float(truth - exact(world, figure, links[i], log_rate[i]))))
    assert 0.001 < worst < 0.003


def observed(*rows: dict[str, object]) -> tuple[Observation, ...]:
    """Figures beside one count of the municipality, which every panel must have."""
    panel = Panel.from_rows([row("sygedagpenge", "2018", 700), *rows])
    structure = Structure.of(small_tree(), "Lilleby", set(panel.frame.group))
    weights = published().priors.region_weights
    found = observations(panel, small_tree(), structure, weights)
    return tuple(o for o in found if o.group != "sygedagpenge")


@pytest.mark.parametrize("value", [0, 1, 3, 17, 40, 861])
def test_a_rounded_count_has_the_log_moments_of_a_uniform(value: int) -> None:
    (found,) = observed(row("dagpenge", "2018", value))
    low, high = max(value - 0.5, 0.0), value + 0.5
    mean = quad(lambda x: np.log(x), low, high)[0] / (high - low)
    square = quad(lambda x: np.log(x) ** 2, low, high)[0] / (high - low)
    assert found.value == pytest.approx(mean, abs=1e-4)
    assert found.sd == pytest.approx(np.sqrt(square - mean**2), rel=1e-3)


def test_a_count_of_zero_takes_its_share_along() -> None:
    rows = (row("dagpenge", "2018", 0), share("dagpenge", "2018", 0.0))
    (found,) = observed(*rows, share("jobparate", "2018", 0.01))[:1]
    assert found.measure == "fuldtidspersoner"
    assert found.value == pytest.approx(np.log(0.5) - 1)
    assert len(observed(*rows)) == 1


def test_the_sd_of_a_user_counts_where_it_is_more_than_rounding() -> None:
    (found,) = observed(row("dagpenge", "2018", 861, sd=4.0))
    assert found.sd == pytest.approx(4 / 861)
    (finer,) = observed(row("dagpenge", "2018", 861, sd=0.001))
    assert finer.sd == pytest.approx(0.5 / np.sqrt(3) / 861)


def test_an_exact_zero_is_refused() -> None:
    with pytest.raises(DataError, match=r"Lilleby, dagpenge, fuldtidspersoner, 2018: found 0 with"):
        observed(row("dagpenge", "2018", 0, half_width=0.0))


def test_the_rate_of_a_half_is_the_weighted_mean_of_its_regions() -> None:
    first = rate("Region Hovedstaden", "2018-12", 0.044)
    second = rate("Region Sjælland", "2018-12", 0.038)
    (found,) = observed(first, second)
    assert found.area == "Øst"
    mean = 0.71 * 0.044 + 0.29 * 0.038
    assert found.value == pytest.approx(np.log(mean), abs=1e-6)
    rounding = np.hypot(0.71, 0.29) * 0.0005 / np.sqrt(3)
    assert found.sd == pytest.approx(np.hypot(rounding, 0.01 * 0.006) / mean, rel=1e-3)
    assert not found.seasonal


def test_one_region_is_no_half_of_the_country() -> None:
    assert observed(rate("Region Hovedstaden", "2018-12", 0.044)) == ()


def test_a_printed_rate_of_the_half_stands_alone() -> None:
    regions = (rate("Region Hovedstaden", "2018", 0.044), rate("Region Sjælland", "2018", 0.038))
    (found,) = observed(*regions, rate("Øst", "2018", 0.041))
    assert found.value == pytest.approx(np.log(0.041))


def test_figures_of_others_and_of_nobody_are_left_out() -> None:
    assert observed(
        row("dagpenge", "2018", 900, area="Storby"),
        row("dagpenge", "2018", 9000, area="Vest"),
        row("ingen", "2018", 0),
        row("nedlagt", "2018", 0),
    ) == ()  # fmt: skip


def test_no_figure_of_the_municipality_is_refused() -> None:
    others = [r | {"area": "Lillebyen"} for r in small_rows() if r["area"] == "Lilleby"]
    rates = [r for r in small_rows() if r["area"] != "Lilleby"]
    message = (
        r"figures: found none of Lilleby with role 'fit' \(did you mean 'Lillebyen'\?\) "
        r"\(areas with figures: Land, Lillebyen, .*add a file of its figures"
    )
    with pytest.raises(DataError, match=message):
        small_world(others + rates)


def test_no_figure_at_all_is_refused() -> None:
    structure = Structure.of(small_tree(), "Lilleby", ())
    with pytest.raises(DataError, match=r"none of Lilleby .*\(areas with figures: none\)"):
        observations(
            Panel.from_rows(small_rows()).select(area="Atlantis"),
            small_tree(),
            structure,
            published().priors.region_weights,
        )


def test_a_measure_that_links_cannot_explain_is_refused() -> None:
    change = row("dagpenge", "2017/2018", -0.05, measure="aendring", unit="andel", half_width=0.001)
    with pytest.raises(DataError, match=r"measure aendring cannot be fitted; expected one of"):
        small_world([*small_rows(), change])


def test_a_monthly_rate_with_season_carries_the_national_season() -> None:
    """The same rate in December, adjusted and actual, differs in the offset by the season."""
    rows = [*small_rows(), rate("Land", "2018-12", 0.035, adjusted=False)]
    world = small_world(rows)
    labels = list(world.problem.figures.labels)
    actual = labels.index("Land, ledige, ledighedsprocent_faktisk, 2018-12")
    adjusted = labels.index("Land, ledige, ledighedsprocent, 2018-12")
    pattern = np.array(world.priors.root.season_ledige)
    season = pattern[11] - np.log(np.mean(np.exp(pattern)))
    gap = world.problem.figures.offset[actual] - world.problem.figures.offset[adjusted]
    assert gap == pytest.approx(season, abs=1e-9)
