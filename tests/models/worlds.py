"""Small worlds for the tests of models and scenarios, and an oracle written month by month."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from forecast.config import load_config
from forecast.config.files import bundled
from forecast.config.model import LinkPriors, load_model
from forecast.core.panel import Panel
from forecast.core.period import Window
from forecast.core.tree import Area, Group, Tree
from forecast.models.build import build_problem, typical
from forecast.models.kernels import Floats, Ints
from forecast.models.observations import Observation, observations
from forecast.models.problem import Figures, Parameters, Problem, Series
from forecast.models.structure import Structure
from forecast.sources.published import load_published

FIRST = 2017 * 12


@dataclass(frozen=True)
class World:
    """A structure, its priors, its figures and the problem they make."""

    tree: Tree
    structure: Structure
    priors: LinkPriors
    panel: Panel
    found: tuple[Observation, ...]
    problem: Problem
    horizon: int

    @property
    def parameters(self) -> Parameters:
        return typical(self.problem.series, self.priors)


@cache
def published() -> World:
    """Gentofte with the published figures."""
    config = load_config(None)
    panel = load_published(bundled("data/published"), config.tree.groups).panel("fit")
    structure = Structure.of(config.tree, config.area, set(panel.frame.group))
    return _world(
        config.tree,
        structure,
        panel,
        (config.first_month, config.last_data_month, config.horizon_last),
    )


def tree_of(groups: list[Group]) -> Tree:
    """A tree with a country of two halves, regions and two municipalities."""
    areas = [
        Area("Land", "country"),
        Area("Øst", "region-group", "Land"),
        Area("Vest", "region-group", "Land"),
        Area("Region Hovedstaden", "region", "Øst"),
        Area("Region Sjælland", "region", "Øst"),
        Area("Lilleby", "kommune", "Region Hovedstaden"),
        Area("Storby", "kommune", "Region Sjælland"),
    ]
    return Tree.of(areas, groups)


def leaf(key: str, parent: str, **more: object) -> Group:
    return Group(key, key, key, parent, **more)  # type: ignore[arg-type]


@cache
def small_tree() -> Tree:
    return tree_of(
        [
            Group("i_alt", "i alt", "total", None, kind="sum"),
            leaf("dagpenge", "i_alt"),
            leaf("kontanthjaelp", "i_alt", kind="sum"),
            leaf("jobparate", "kontanthjaelp"),
            leaf("aktivitetsparate", "kontanthjaelp"),
            leaf("sygedagpenge", "i_alt"),
            leaf("nedlagt", "i_alt", discontinued=FIRST),
            leaf("ingen", "i_alt", structural_zero=True),
            Group("ledige", "ledige", "unemployed", components=("dagpenge", "jobparate"),
                  kind="derived"),
        ]
    )  # fmt: skip


def row(group: str, period: str, value: float, **more: object) -> dict[str, object]:
    """A figure of the small world; counts of the municipality unless told otherwise."""
    cells: dict[str, object] = {
        "area": "Lilleby",
        "group": group,
        "measure": "fuldtidspersoner",
        "period": period,
        "value": value,
        "unit": "fuldtidspersoner",
        "adjustment": "actual",
        "half_width": 0.5,
        "source": "test",
        "role": "fit",
    }
    return cells | more


def rate(area: str, period: str, value: float, adjusted: bool = True) -> dict[str, object]:
    """A rate printed with one decimal per cent."""
    return row(
        "ledige", period, value, area=area, unit="andel", half_width=0.0005,
        measure="ledighedsprocent" if adjusted else "ledighedsprocent_faktisk",
        adjustment="seasonally-adjusted" if adjusted else "actual",
    )  # fmt: skip


def share(group: str, period: str, value: float) -> dict[str, object]:
    return row(group, period, value, measure="landsandel", unit="andel", half_width=0.00005)


def small_rows() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for year, scale in ((2017, 1.0), (2018, 0.95), (2019, 0.93)):
        rows += [
            row("dagpenge", str(year), round(800 * scale)),
            row("jobparate", str(year), round(150 * scale)),
            row("aktivitetsparate", str(year), round(300 * scale)),
            row("sygedagpenge", str(year), 700),
            share("dagpenge", str(year), 0.0093),
            share("jobparate", str(year), 0.0071),
            share("aktivitetsparate", str(year), 0.0052),
            share("sygedagpenge", str(year), 0.011),
            rate("Land", str(year), round(0.042 * scale, 3), adjusted=False),
            rate("Land", f"{year}-12", round(0.041 * scale, 3)),
            rate("Region Hovedstaden", str(year), round(0.044 * scale, 3), adjusted=False),
            rate("Region Sjælland", str(year), round(0.040 * scale, 3), adjusted=False),
        ]
    return rows


def small_world(rows: list[dict[str, object]] | None = None) -> World:
    """Lilleby, with four living benefits and three years of figures."""
    panel = Panel.from_rows(small_rows() if rows is None else rows)
    structure = Structure.of(small_tree(), "Lilleby", set(panel.frame.group))
    return _world(small_tree(), structure, panel, (FIRST, FIRST + 35, FIRST + 71))


def _world(tree: Tree, structure: Structure, panel: Panel, months: tuple[int, int, int]) -> World:
    priors = load_model("link")
    found = observations(panel, tree, structure, priors.region_weights)
    problem = build_problem(structure, tree, priors, found, months[0], months[1])
    return World(tree, structure, priors, panel, found, problem, months[2])


# --- problems that are no world at all: every array random ---------------------------------------


def random_parameters(rng: np.random.Generator, links: int) -> Parameters:
    return Parameters(
        scale=rng.uniform(0.01, 0.2, links),
        noise=rng.uniform(0.01, 0.1, links),
        elasticity=rng.normal(0.0, 0.7, links),
        memory=rng.uniform(6.0, 120.0, 3),
        by_area=float(rng.uniform(0.05, 0.4)),
        by_benefit=float(rng.uniform(0.05, 0.5)),
        root_long=float(rng.uniform(15.0, 60.0)),
        root_short=float(rng.uniform(1.0, 12.0)),
        root_scale=float(rng.uniform(0.1, 0.5)),
        season_memory=float(rng.uniform(24.0, 200.0)),
        kappa=float(rng.normal(0.5, 0.5)),
    )


def random_problem(
    rng: np.random.Generator, *, given: bool = False, season: bool = False, months: int = 26
) -> Problem:
    """Six links with every kind of factor, lag and kernel, and figures over mixed windows."""
    kernel, links = np.array([0, 0, 0, 0, 1, 2]), 6
    series = Series(
        names=tuple("abcdef"),
        family=np.array([0, 0, 1, 1, 2, 4]),
        kernel=kernel,
        log_size=rng.normal(0.0, 1.0, links),
        level_mean=rng.normal(0.0, 1.0, links),
        level_sd=rng.uniform(0.1, 1.0, links),
        drift_mean=rng.normal(0.0, 0.02, links),
        drift_sd=rng.uniform(0.001, 0.05, links),
        elasticity_mean=np.zeros(links),
        elasticity_sd=np.full(links, 0.3),
        scale_shift=np.zeros(links),
        lag=np.array([0, 0, 3, 0, 6, 0]),
        season_sd=rng.uniform(0.02, 0.1, links) if season else np.zeros(links),
        area=np.array([0, 0, 1, 1, -1, -1]),
        benefit=np.array([0, 1, 0, 1, -1, -1]),
    )
    first = FIRST - 6
    windows = _windows(rng, first, months, season)
    size = len(windows)
    figures = Figures(
        labels=tuple(f"figure {i}" for i in range(size)),
        value=rng.normal(0.0, 1.0, size),
        sd=rng.uniform(0.01, 0.1, size),
        windows=windows,
        coefficients=rng.normal(0.0, 1.0, (size, links)) * (rng.random((size, links)) < 0.6),
        on_root=rng.normal(0.0, 1.0, size) * (rng.random(size) < 0.5),
        offset=rng.normal(0.0, 0.3, size),
        seasonal=(rng.random(size) < 0.7).astype(float),
    )
    return Problem(
        series=series,
        figures=figures,
        first=first,
        last=first + months - 1,
        middle=first + months / 2,
        centre=-3.0,
        root_level_mean=-3.1,
        root_level_sd=0.25,
        given_path=-3.0 + np.cumsum(rng.normal(0.0, 0.05, months)) if given else None,
    )


def _windows(
    rng: np.random.Generator, first: int, months: int, monthly: bool
) -> tuple[Window, ...]:
    """Months alone, or months, quarters and years, some of them twice."""
    lengths = [1] * 20 if monthly else [1, 1, 1, 3, 3, 3, 12, 12, 12, 1, 9, 24]
    starts = [first + int(rng.integers(0, months - n + 1)) for n in lengths]
    found = [Window(a, a + n - 1) for a, n in zip(starts, lengths, strict=True)]
    return (*found, found[0], found[3], found[3])


# --- the oracle: one multivariate normal over rate, links and seasons of every month -------------


def joint(problem: Problem, p: Parameters, months: Ints) -> tuple[Floats, Floats]:
    """Mean and covariance of rate (T), links without season (S T) and seasons (S T), stacked."""
    s, size = problem.series, len(months)
    links = len(s.names)
    lag = np.abs(np.subtract.outer(months, months)).astype(float)
    years = (months - problem.middle) / 12.0
    path, root = _root(problem, p, lag, size)
    total = np.zeros(((1 + 2 * links) * size,) * 2)
    centre = np.concatenate([path, np.zeros(2 * links * size)])
    driven = [np.eye(size)] + [
        p.elasticity[k] * trailing(size, int(s.lag[k])) for k in range(links)
    ]
    for i in range(1 + links):
        for j in range(1 + links):
            total[_at(i, size), _at(j, size)] = driven[i] @ root @ driven[j].T
    for i in range(links):
        here = _at(1 + i, size)
        centre[here] = s.level_mean[i] + s.drift_mean[i] * years
        centre[here] += driven[1 + i] @ (path - problem.centre)
        total[here, here] += s.level_sd[i] ** 2 + s.drift_sd[i] ** 2 * np.outer(years, years)
        total[here, here] += p.noise[i] ** 2 * np.eye(size)
        season = _at(1 + links + i, size)
        total[season, season] = s.season_sd[i] ** 2 * _swing(problem, p, months, lag)
        for j in range(links):
            there = _at(1 + j, size)
            total[here, there] += _shared(s, p, i, j) * p.scale[i] * p.scale[j] * _ou(s, p, i, lag)
    return centre, total


def view(problem: Problem, months: Ints) -> Floats:
    """What each figure shows of the stacked vector of `joint`, (n, (1 + 2 S) T)."""
    figures, links, size = problem.figures, len(problem.series.names), len(months)
    out = np.zeros((len(figures.value), (1 + 2 * links) * size))
    for i, window in enumerate(figures.windows):
        mean = np.array([1.0 / len(window) if m in window else 0.0 for m in months])
        out[i, _at(0, size)] = figures.on_root[i] * mean
        for k in range(links):
            out[i, _at(1 + k, size)] = figures.coefficients[i, k] * mean
            out[i, _at(1 + links + k, size)] = (
                figures.seasonal[i] * figures.coefficients[i, k] * mean
            )
    return out


def trailing(size: int, lag: int) -> Floats:
    """Mean of a month and the months before it, as far as there are any."""
    out = np.zeros((size, size))
    for t in range(size):
        before = range(max(0, t - lag), t + 1)
        for u in before:
            out[t, u] = 1.0 / len(before)
    return out


def _at(block: int, size: int) -> slice:
    return slice(block * size, (block + 1) * size)


def _root(problem: Problem, p: Parameters, lag: Floats, size: int) -> tuple[Floats, Floats]:
    if problem.given_path is not None:
        path = np.full(size, problem.root_level_mean)
        path[: len(problem.given_path)] = problem.given_path
        return path, np.zeros((size, size))
    long, short = p.root_long, p.root_short
    shape = (long * np.exp(-lag / long) - short * np.exp(-lag / short)) / (long - short)
    root = problem.root_level_sd**2 + p.root_scale**2 * shape
    return np.full(size, problem.root_level_mean), root


def _shared(s: Series, p: Parameters, i: int, j: int) -> float:
    """Correlation of the shocks of two links."""
    if s.kernel[i] != s.kernel[j]:
        return 0.0
    same_area = s.area[i] >= 0 and s.area[i] == s.area[j]
    same_benefit = s.benefit[i] >= 0 and s.benefit[i] == s.benefit[j]
    if i == j:
        return 1.0
    return p.by_area * same_area + p.by_benefit * same_benefit


def _ou(s: Series, p: Parameters, i: int, lag: Floats) -> Floats:
    memory = p.memory[s.kernel[i]]
    return memory / 2 * np.exp(-lag / memory)


def _swing(problem: Problem, p: Parameters, months: Ints, lag: Floats) -> Floats:
    """Season of unit size, with swings that answer to the given path where there is one."""
    angle = 2 * np.pi * np.arange(12) / 12
    near = np.exp(-2 * np.sin(np.subtract.outer(angle, angle) / 2) ** 2 / 1.2**2)
    near = 0.85 * near + 0.15 * np.eye(12)
    near = near - near.mean(axis=0) - near.mean(axis=1)[:, None] + near.mean()
    near /= np.mean(np.diag(near))
    level = np.zeros(len(months))
    if problem.given_path is not None:
        path = problem.given_path
        smooth = np.array([path[max(0, t - 6) : t + 6].mean() for t in range(len(path))])
        level[: len(path)] = smooth - smooth.mean()
    swing = np.exp(-p.kappa * level)
    calendar = months % 12
    return (
        np.outer(swing, swing) * near[np.ix_(calendar, calendar)] * np.exp(-lag / p.season_memory)
    )
