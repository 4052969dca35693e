"""Worlds of 60 monthly observations: three benefits of a municipality, national path given."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import expit, logit

from forecast.config.model import LinkPriors, load_model
from forecast.core.period import Window
from forecast.models.build import typical
from forecast.models.link import (
    Sizes,
    compile_model,
    parameters,
    posterior_raw,
    sample,
)
from forecast.models.problem import Figures, Parameters, Problem, Series, layout
from forecast.models.states import condition, deviations, make_grid, mean_paths
from tests.evidence import truth
from tests.evidence.truth import Floats, Score

FIRST = 2017 * 12
FITTED, AHEAD = 60, 24
SIZES = {  # full-time persons of the municipality and of the country
    "dagpenge": (830.0, 80000.0),
    "kontanthjaelp_jobparate": (136.0, 20500.0),
    "kontanthjaelp_aktivitetsparate": (335.0, 53500.0),
}


@dataclass(frozen=True)
class World:
    """What is printed, and what is kept.

    Attributes
    ----------
    counts : (3, 60) full-time persons, rounded
    country : (3, 84) full-time persons of the country, known
    rate : (84,) log national rate, known
    persons : (3,) full-time persons of the municipality in the last month
    """

    counts: Floats
    country: Floats
    rate: Floats
    persons: Floats


class Monthly:
    """The shape, its compiled model, and how to run a world of it."""

    targets = ("dagpenge", "sum of 3")

    def __init__(self) -> None:
        self.priors: LinkPriors = load_model("link")
        self.months = np.arange(FIRST, FIRST + FITTED + AHEAD)

    def world(self, rng: np.random.Generator) -> World:
        """Draw one."""
        length = len(self.months)
        rate = truth.root_path(length, rng)
        swing = truth.swing(rate, slice(0, FITTED))
        common = truth.ornstein_uhlenbeck(truth.SHARES_MEMORY, length, rng)
        persons, country = [], []
        for key, (size, whole) in SIZES.items():
            own = truth.ornstein_uhlenbeck(truth.SHARES_MEMORY, length, rng)
            shock = np.sqrt(1 - truth.BY_AREA) * own + np.sqrt(truth.BY_AREA) * common
            path = logit(size / whole) + truth.share_scale(key, size) * shock
            path += truth.share_noise(size) * rng.standard_normal(length)
            path += swing * truth.season(truth.SHARE_SEASON.get(key, 0.03), self.months, rng)
            national = whole * np.exp(0.8 * (rate - truth.ROOT_LEVEL))
            country.append(national)
            persons.append(national * expit(path))
        mine = np.array(persons)
        return World(np.rint(mine[:, :FITTED]), np.array(country), rate, mine[:, -1])

    def problem(self, world: World) -> Problem:
        """What the fit of a world sees."""
        kind, family = self.priors.links.share_area, self.priors.families.share_area
        size, links = world.counts.mean(axis=1), len(SIZES)
        series = Series(
            names=tuple(f"share_area:{k}" for k in SIZES),
            family=np.zeros(links, int),
            kernel=np.zeros(links, int),
            log_size=np.log(size / family.reference_size),
            level_mean=np.full(links, kind.level.mean),
            level_sd=np.full(links, kind.level.sd),
            drift_mean=np.full(links, kind.drift.mean),
            drift_sd=np.full(links, kind.drift.sd),
            elasticity_mean=np.full(links, kind.elasticity.mean),
            elasticity_sd=np.full(links, kind.elasticity.sd),
            scale_shift=np.zeros(links),
            lag=np.full(links, kind.lag_months),
            season_sd=np.full(links, family.season_sd),
            area=np.zeros(links, int),
            benefit=np.full(links, -1),
        )
        path = world.rate[:FITTED]
        return Problem(
            series=series,
            figures=self._figures(world),
            first=FIRST,
            last=FIRST + FITTED - 1,
            middle=FIRST + (FITTED - 1) / 2,
            centre=float(path.mean()),
            root_level_mean=float(path.mean()),
            root_level_sd=self.priors.root.level.sd,
            given_path=path,
        )

    def _figures(self, world: World) -> Figures:
        """Log-odds of every month, month by month: each shows one link and nothing else."""
        count, whole = np.maximum(world.counts, 1.0), world.country[:, :FITTED]
        links, n = len(SIZES), FITTED * len(SIZES)
        value = np.log(count) - np.log(whole - count)
        return Figures(
            labels=tuple(f"{k}, month {t}" for t in range(FITTED) for k in SIZES),
            value=value.T.ravel(),
            sd=(0.5 / np.sqrt(3) / count).T.ravel(),
            windows=tuple(
                Window(int(m), int(m)) for m in self.months[:FITTED] for _ in range(links)
            ),
            coefficients=np.tile(np.eye(links), (FITTED, 1)),
            on_root=np.zeros(n),
            offset=np.zeros(n),
            seasonal=np.ones(n),
        )

    @cached_property
    def compiled(self) -> Any:  # noqa: ANN401
        """The model, compiled once for all worlds."""
        problem = self.problem(self.world(np.random.default_rng(0)))
        return compile_model(problem, self.priors)

    def fit(self, problem: Problem, sizes: Sizes, count: int, seed: int) -> list[Parameters]:
        """Draws of the parameters, by the sampler of the run."""
        made = sample(self.compiled.with_problem(problem), sizes, seed)
        return parameters(posterior_raw(made.posterior, count), problem, self.priors)

    def known(self, problem: Problem) -> tuple[Problem, Parameters]:
        """The problem and the parameters of who knows levels, drifts, scales and memories."""
        start = typical(problem.series, self.priors)
        size = {k: area for k, (area, _) in SIZES.items()}
        p = start._replace(
            scale=np.array([truth.share_scale(k, n) for k, n in size.items()]),
            noise=np.array([truth.share_noise(n) for n in size.values()]),
            elasticity=np.zeros(len(SIZES)),
            memory=np.full(3, truth.SHARES_MEMORY),
            by_area=truth.BY_AREA,
            by_benefit=truth.BY_BENEFIT,
            season_memory=truth.SEASON_MEMORY,
            kappa=truth.KAPPA,
        )
        series = replace(
            problem.series,
            level_mean=np.array([logit(area / whole) for area, whole in SIZES.values()]),
            level_sd=np.full(len(SIZES), 1e-3),
            drift_sd=np.full(len(SIZES), 1e-4),
            season_sd=np.array([truth.SHARE_SEASON.get(k, 0.03) for k in SIZES]),
        )
        return replace(problem, series=series), p

    def scores(
        self,
        world: World,
        problem: Problem,
        sets: list[Parameters],
        futures: int,
        rng: np.random.Generator,
    ) -> tuple[Score, Score]:
        """The last month of one benefit and of all three, given the realised national path."""
        parts = layout(problem)
        grid = make_grid(problem, parts, int(self.months[-1]))
        draws = []
        for p in sets:
            c = condition(problem, parts, grid, p)
            middle = mean_paths(c, world.rate).links[:, -1]
            away = deviations(c, futures // 2, rng).links[:, :, -1]
            draws.append(middle + np.concatenate([away, -away]))
        persons = world.country[:, -1] * expit(np.concatenate(draws))
        return (
            Score.of(persons[:, 0], float(world.persons[0])),
            Score.of(persons.sum(axis=1), float(world.persons.sum())),
        )
