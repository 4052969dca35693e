"""The stages in their order: figures, fit, futures under each scenario."""

from __future__ import annotations

import threading
import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.config import RunConfig, ScenarioSpec, bundled, load_config, load_model
from forecast.config.model import LinkPriors
from forecast.core.panel import Panel
from forecast.models.build import build_problem
from forecast.models.drawing import Bend, Bent, identity, simulate
from forecast.models.futures import Future, levels_of
from forecast.models.kernels import Floats
from forecast.models.link import Sizes, parameters, projected_raw
from forecast.models.observations import Observation, observations
from forecast.models.problem import Parameters, Problem
from forecast.models.states import Conditioner, Paths
from forecast.models.structure import Structure
from forecast.run.choice import headline_choice
from forecast.scenarios.condition import NationalPosterior, bend, conditions, national_posterior
from forecast.sources.figures import load_figures
from forecast.sources.published import Published, load_published
from forecast.vocabulary import Role

if TYPE_CHECKING:
    import arviz as az


@dataclass(frozen=True)
class Inputs:
    """A configuration with its figures, and the problem they make.

    Attributes
    ----------
    panel : every figure of the configuration, whatever its role
    observed : the figures that enter the fit
    texts : every file of the configuration, by its name
    """

    config: RunConfig
    priors: LinkPriors
    published: Published
    panel: Panel
    structure: Structure
    observed: tuple[Observation, ...]
    problem: Problem
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Fit:
    """A posterior with what it was fitted to."""

    inputs: Inputs
    posterior: az.InferenceData
    seed: int


@dataclass(frozen=True)
class Projected:
    """Futures of one scenario.

    Attributes
    ----------
    spec : the scenario
    future : levels on every draw
    distance : (draws,) squared distance of its statements from the free future, in spreads
    """

    spec: ScenarioSpec
    future: Future
    distance: Floats


def load(config: Path | RunConfig | None = None, panel: Panel | None = None) -> Inputs:
    """Read a configuration and its figures, and build the problem.

    Parameters
    ----------
    config : a file, a configuration that was read, or None for the bundled one of Gentofte
    panel : figures to use instead of those the configuration names

    Raises
    ------
    ForecastError
        In one line, where a file, key or figure cannot be used.
    """
    settings = config if isinstance(config, RunConfig) else load_config(config)
    priors = load_model(settings.model, settings.path.parent)
    published = load_published(bundled("data/published"), settings.tree.groups)
    if panel is None:
        panel = _figures(settings, published)
    fitted = panel.of_role(Role.FIT)
    structure = Structure.of(settings.tree, settings.area, set(fitted.frame["group"]))
    observed = observations(fitted, settings.tree, structure, priors.region_weights)
    problem = build_problem(
        structure, settings.tree, priors, observed, settings.first_month, settings.last_data_month
    )
    texts = {name: path.read_text(encoding="utf-8") for name, path in settings.sources.items()}
    return Inputs(settings, priors, published, panel, structure, observed, problem, texts)


def fit(inputs: Inputs, seed: int | None = None, sizes: Sizes | None = None) -> Fit:
    """Sample the posterior of the link model; same seed, same numbers."""
    from forecast.models.link import compile_model, sample

    chosen = inputs.config.seed if seed is None else seed
    s = inputs.priors.sampling
    if sizes is None:
        sizes = Sizes(
            s.chains, s.tune, s.draws, s.target_accept, s.max_depth, sets=s.parameter_sets
        )
    compiled = compile_model(inputs.problem, inputs.priors)
    with warnings.catch_warnings():
        # on Ctrl-C there may be no draws at all, which `_is_whole` tells better
        warnings.filterwarnings("ignore", "More chains", UserWarning)
        posterior = sample(compiled, sizes, chosen)
    if not _is_whole(posterior, sizes):
        raise KeyboardInterrupt
    return Fit(inputs, posterior, chosen)


def _is_whole(posterior: az.InferenceData, sizes: Sizes) -> bool:
    """Whether every chain has all of its draws.

    On Ctrl-C the sampler hands over what it has, with NaN where a chain is shorter than another.
    """
    drawn = posterior["posterior"]["common_z"]
    whole = drawn.sizes["chain"] == sizes.chains and drawn.sizes["draw"] == sizes.draws
    return whole and bool(np.isfinite(drawn.values).all())


def project(fitted: Fit, scenarios: Sequence[ScenarioSpec] = ()) -> list[Projected]:
    """Futures under scenarios, from the same draws: future 7 is the same future in each.

    Parameters
    ----------
    scenarios : by default those of the configuration

    Raises
    ------
    ConfigError, ConvergenceError
        If a statement cannot be imposed.
    """
    specs = tuple(scenarios) or fitted.inputs.config.scenarios
    raw = projected_raw(fitted.posterior)
    sets = parameters(raw, fitted.inputs.problem, fitted.inputs.priors)
    return futures(fitted.inputs, fitted.inputs.problem, sets, specs, fitted.seed)


def futures(
    inputs: Inputs,
    problem: Problem,
    sets: Sequence[Parameters],
    specs: Sequence[ScenarioSpec],
    seed: int,
    candidates: int | None = None,
) -> list[Projected]:
    """Futures of given parameters under scenarios.

    Candidates are as many as the model says, unless their number is given.
    """
    from threadpoolctl import threadpool_limits

    config, sampling = inputs.config, inputs.priors.sampling
    kept = sampling.futures_per_draw
    drawn = max(candidates or sampling.candidates_per_draw, kept)
    cache = _Cache()
    bends: list[Bend] = [
        _Bend(inputs, problem, spec, (len(sets), kept, drawn), seed, cache)
        if spec.statements
        else identity
        for spec in specs
    ]
    # small matrices: a second thread of linear algebra only gets in the way
    with threadpool_limits(limits=1):
        made = simulate(
            problem,
            inputs.priors,
            sets,
            config.horizon_last,
            kept,
            bends,
            np.random.default_rng([seed, 0]),
            headline_choice(config, inputs.structure, problem, sampling, drawn),
        )
    reported = (config.last_data_month, config.headline.last)
    return [
        Projected(
            spec,
            levels_of(inputs.structure, made, k, config.first_month, reported),
            made.distance[k],
        )
        for k, spec in enumerate(specs)
    ]


class _Cache(threading.local):
    """The national posterior of the set that a thread works on, shared by all scenarios."""

    def __init__(self) -> None:
        self._number, self._held = -1, None

    def of(self, c: Conditioner, number: int) -> NationalPosterior:
        if self._number != number or self._held is None:
            self._number, self._held = number, national_posterior(c)
        return self._held


class _Bend:
    """One scenario's conditions, with several draws of the errors of its bands."""

    def __init__(
        self,
        inputs: Inputs,
        problem: Problem,
        spec: ScenarioSpec,
        sizes: tuple[int, int, int],
        seed: int,
        cache: _Cache,
    ) -> None:
        sets, kept, drawn = sizes
        months = np.arange(problem.first, inputs.config.horizon_last + 1)
        self._wanted = conditions(spec, inputs.config.country, months)
        self._cache = cache
        rng = np.random.default_rng([seed, zlib.crc32(spec.id.encode())])
        banded = any(w.variance > 0 for w in self._wanted)
        times = drawn // kept if banded else 1
        errors = rng.standard_normal((sets, times, kept // 2, len(self._wanted)))
        self._errors = np.concatenate([errors, -errors], axis=2)

    def __call__(self, c: Conditioner, free: Paths, season: Floats, number: int) -> Bent:
        errors = self._errors[number]
        many = Paths(np.tile(free.links, (len(errors), 1, 1)), np.tile(free.rate, (len(errors), 1)))
        return Bent(
            *bend(
                c,
                self._cache.of(c, number),
                many,
                self._wanted,
                np.tile(season, (len(errors), 1)),
                errors.reshape(len(many.rate), -1),
            )
        )


def _figures(config: RunConfig, published: Published) -> Panel:
    """Read published figures of every role and the user's own, as one panel."""
    panels: list[Panel] = []
    if config.data.published:
        panels.extend(published.panel(role) for role in (Role.FIT, Role.CHECK, Role.SCENARIO))
    areas = set(config.tree.areas)
    panels.extend(
        load_figures(file.path, config.tree.groups, areas, number_format=file.format)
        for file in config.data.figures
    )
    return Panel.concat(panels)
