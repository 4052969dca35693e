"""The stages in their order: figures, fit, futures under each scenario."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.config import RunConfig, ScenarioSpec, bundled, load_config, load_model
from forecast.config.model import LinkPriors
from forecast.core.panel import Panel
from forecast.core.threads import together
from forecast.models.build import build_problem
from forecast.models.drawing import Simulated, simulate
from forecast.models.futures import Future, chosen, levels_of
from forecast.models.kernels import Floats
from forecast.models.link import Sizes, parameters, projected_raw
from forecast.models.observations import Observation, observations
from forecast.models.problem import Parameters, Problem
from forecast.models.structure import Structure
from forecast.run.choice import headline_choice
from forecast.scenarios.bends import ScenarioBend
from forecast.scenarios.setting import Setting
from forecast.scenarios.shocks import shifted
from forecast.scenarios.tilt import Transport
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
class Stated:
    """What a scenario's statements are about, in the free forecast.

    Attributes
    ----------
    free : (draws, j) logs
    asked : (j,) logs of what the statements say
    variance : (j,) of the logs, zero for pins
    effective : by statement with quantiles, the part of the futures the tilted forecast is worth
    """

    free: Floats
    asked: Floats
    variance: Floats
    effective: Mapping[str, float]


@dataclass(frozen=True)
class Projected:
    """Futures of one scenario.

    Attributes
    ----------
    spec : the scenario
    future : levels on every draw
    stated : what its statements are about, in the free forecast; None for a mix
    """

    spec: ScenarioSpec
    future: Future
    stated: Stated | None


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
    checked: bool = True,
) -> list[Projected]:
    """Futures of given parameters under scenarios.

    Parameters
    ----------
    problem : the fit's, or one without figures
    sets : parameters
    candidates : futures drawn for each set, by default as many as the model says
    checked : whether to refuse a shock that takes out more persons than there are

    Raises
    ------
    ConfigError, ConvergenceError
        If a statement or a shock cannot be imposed.
    """
    from threadpoolctl import threadpool_limits

    # small matrices: a second thread of linear algebra only gets in the way
    with threadpool_limits(limits=1):
        return _Projecting(inputs, problem, sets, seed, candidates, checked).of(specs)


class _Projecting:
    """One set of random numbers, and the scenarios that are imposed on it."""

    def __init__(
        self,
        inputs: Inputs,
        problem: Problem,
        sets: Sequence[Parameters],
        seed: int,
        candidates: int | None,
        checked: bool,
    ) -> None:
        config, sampling = inputs.config, inputs.priors.sampling
        self._inputs, self._problem, self._sets = inputs, problem, sets
        self._seed, self._checked = seed, checked
        self._kept = sampling.futures_per_draw
        self._drawn = max(candidates or sampling.candidates_per_draw, self._kept)
        months = (config.first_month, config.last_data_month, config.horizon_last)
        self._setting = Setting(inputs.structure, config.tree, problem, months)

    def of(self, specs: Sequence[ScenarioSpec]) -> list[Projected]:
        """Project scenarios, and those that they mix."""
        singles = {s.id: s for spec in specs for s in ([m for m, _ in spec.mix] or [spec])}
        bends = {name: self._bend(spec, {}) for name, spec in singles.items()}
        transports: dict[str, dict[int, Transport]] = {name: {} for name in bends}
        if any(bend.tilted for bend in bends.values()):
            looked = self._simulate([self._bend(bend.spec, None) for bend in bends.values()])
            for bend, stated in zip(bends.values(), looked.stated, strict=True):
                transports[bend.spec.id] = {
                    j: Transport.of(stated[:, j], bend.wanted[j].quantiles, bend.wanted[j].name)
                    for j in bend.tilted
                }
            bends = {name: self._bend(b.spec, transports[name]) for name, b in bends.items()}
        made = self._simulate(list(bends.values()))

        def levels(numbered: tuple[int, ScenarioBend]) -> Projected:
            which, bend = numbered
            return self._projected(bend, made, which, transports[bend.spec.id])

        found = {one.spec.id: one for one in together(levels, list(enumerate(bends.values())))}
        return [mixed(spec, found) if spec.mix else found[spec.id] for spec in specs]

    def _bend(self, spec: ScenarioSpec, transports: Mapping[int, Transport] | None) -> ScenarioBend:
        sizes = (len(self._sets), self._kept, self._drawn // self._kept)
        return ScenarioBend(spec, self._setting, sizes, self._seed, transports)

    def _simulate(self, bends: Sequence[ScenarioBend]) -> Simulated:
        inputs = self._inputs
        sampling = inputs.priors.sampling
        return simulate(
            self._problem,
            inputs.priors,
            self._sets,
            inputs.config.horizon_last,
            self._kept,
            bends,
            np.random.default_rng([self._seed, 0]),
            headline_choice(inputs.config, inputs.structure, self._problem, sampling, self._drawn),
        )

    def _projected(
        self,
        bend: ScenarioBend,
        made: Simulated,
        which: int,
        transports: Mapping[int, Transport],
    ) -> Projected:
        config, begin = self._inputs.config, self._setting.begin
        moves = [m.months(slice(begin, None)) for m in bend.moves]

        def shift(persons: Floats) -> Floats:
            return shifted(persons, moves, self._checked)

        reported = (config.last_data_month, config.headline.last)
        future = levels_of(
            self._inputs.structure,
            made,
            which,
            config.first_month,
            reported,
            shift if moves else None,
        )
        effective = {bend.wanted[j].name: t.effective for j, t in transports.items()}
        asked = np.array([w.target for w in bend.wanted])
        spread = np.array([w.variance for w in bend.wanted])
        return Projected(bend.spec, future, Stated(made.stated[which], asked, spread, effective))


def mixed(spec: ScenarioSpec, found: Mapping[str, Projected]) -> Projected:
    """Take each draw from one of the scenarios of a mix, as many from each as its weight says.

    Draw d takes the scenario in whose part of (0, 1) lies the fractional part of d times the golden
    ratio, which spreads every scenario evenly over any run of draws.
    """
    parts = [found[one.id].future for one, _ in spec.mix]
    edges = np.cumsum([weight for _, weight in spec.mix])[:-1]
    golden = 0.5 * (np.sqrt(5.0) - 1.0)
    place = (np.arange(len(parts[0].drift)) + 0.5) * golden % 1.0
    return Projected(spec, chosen(parts, np.searchsorted(edges, place, side="right")), None)


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
