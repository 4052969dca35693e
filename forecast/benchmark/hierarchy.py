"""Hierarchical regression of municipalities' shares on benefits, in PyMC.

For municipality i and half-year t, with y the log-odds of the actual share,

    y[i,t] = offset[i,t] + a[t] + x[i]'b + region + kind + u[i,t] + c[i,t] + rounding,

    a[1] ~ N(intercept),  a[t] = a[t-1] + N(0, step²),
    b, region, kind ~ N(0, spread²), a spread each, half-normal,
    u ~ path of sd tau exp(gamma size[i]) and memory m_u,   what is lasting and its own,
    c ~ path of variance phi / (N p (1 - p)) and memory m_c,     chance of who lives there,

size the centred log of residents: where fewer live, one firm or one street counts for more.

N p (1 - p) is the variance of the count of N independent persons, so phi says how much more counts
spread than theirs: the smaller a municipality, the more of its gap is chance. u and c are seen as
means over windows of twelve months (`windows`), which overlap. Both are integrated out: given the
shared parameters municipalities are independent normals of as many dimensions as there are
half-years, so that NUTS moves thirty parameters and no municipality's own. `effects` draws u and c
afterwards, exactly.

With the published expectation as offset and no conditions this is what actual shares say given
VIVE's expectation; without offset and with conditions it is the program's own expected share.
"""

# PyMC, PyTensor and nutpie bring few types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportOperatorIssue=false

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from forecast.benchmark.sampling import Sampling, compiled, sampled
from forecast.benchmark.windows import lag_weights
from forecast.config.benchmark import BenchmarkModel
from forecast.config.model import Prior, Scale
from forecast.core.benchmark import BenchmarkTable, Floats

if TYPE_CHECKING:
    import arviz as az
    import pymc as pm


class Figures(NamedTuple):
    """What one group's figures are, I municipalities in T half-years.

    Attributes
    ----------
    value : (I, T) log-odds of the actual share, less the offset
    chance : (I, T) sd that the count of independent persons would give the log-odds
    rounding : (I, T) variance of the printed digits in log-odds
    size : (I,) centred log of residents
    design : (I, C) conditions, and ones for region and kind; no columns without conditions
    lags : (T, T, L) of the windows
    """

    value: Floats
    chance: Floats
    rounding: Floats
    size: Floats
    design: Floats
    lags: Floats


class Draws(NamedTuple):
    """Draws of the shared parameters.

    Attributes
    ----------
    spread, size_slope, memory, chance, chance_memory : (D,) tau, gamma, months, phi, months
    intercept : (D, T)
    spreads : (D, B) of coefficients by block
    coefficients : (D, C)
    """

    spread: Floats
    size_slope: Floats
    memory: Floats
    chance: Floats
    chance_memory: Floats
    intercept: Floats
    spreads: Floats
    coefficients: Floats


@dataclass(frozen=True)
class Terms:
    """Which model: its priors and the columns of its design.

    Attributes
    ----------
    intercept, step : of a
    blocks : (C,) number of the spread of each column
    scales : prior of each spread
    """

    intercept: Prior
    step: Scale
    blocks: tuple[int, ...]
    scales: tuple[Scale, ...]


def log_odds(share: Floats) -> Floats:
    """``log(p / (1 - p))``."""
    return np.log(share) - np.log1p(-share)


def figures(
    table: BenchmarkTable, group: int, model: BenchmarkModel, design: Floats, offset: Floats | None
) -> Figures:
    """Lay out one group of a table.

    Parameters
    ----------
    design : (I, C)
    offset : (I, T) log-odds expected, or None
    """
    share = table.actual_share[:, group]
    step = model.printed.share_step
    slope = 1.0 / (share * (1.0 - share))
    rounding = (step * slope) ** 2 / 12.0
    value = log_odds(share)
    if offset is not None:
        value, rounding = value - offset, 2.0 * rounding
    chance = np.sqrt(slope / table.residents)
    size = np.log(table.residents).mean(axis=1)
    size = size - size.mean()
    return Figures(value, chance, rounding, size, design, lag_weights(table.windows))


def published_terms(model: BenchmarkModel) -> Terms:
    """Actual given the published expectation: no conditions."""
    return Terms(model.published.intercept, model.published.step, (), ())


def build(f: Figures, terms: Terms, model: BenchmarkModel) -> "pm.Model":
    """Model of one group; the figures are data that others of the same shape can replace."""
    import pymc as pm
    import pytensor.tensor as pt

    periods, prior = f.value.shape[1], model.effects
    with pm.Model() as built:
        value, chance = pm.Data("value", f.value), pm.Data("chance_sd", f.chance)
        rounding = pm.Data("rounding", f.rounding)
        spread = prior.spread.sd * abs(pm.Normal("spread"))
        slope_of_size = _normal("size_slope", prior.size_slope)
        memory = 12.0 * pt.exp(_normal("log_memory", prior.memory))
        phi = pt.exp(_normal("log_chance", prior.chance))
        chance_memory = 12.0 * pt.exp(_normal("log_chance_memory", prior.chance_memory))
        first = _normal("first", terms.intercept)
        intercept = first
        if periods > 1:
            steps = pm.Normal("steps", shape=periods - 1)
            moved = pt.concatenate([pt.zeros(1), terms.step.sd * pt.cumsum(steps)])
            intercept = first + moved
        expected = intercept + pt.zeros_like(value)
        if terms.blocks:
            sizes = np.array([s.sd for s in terms.scales])
            scales = sizes * abs(pm.Normal("spreads", shape=len(sizes)))
            z = pm.Normal("z", shape=len(terms.blocks))
            design = pm.Data("design", f.design)
            slope = (design * (scales[np.array(terms.blocks)] * z)).sum(axis=1)
            expected = expected + slope[:, None]
        lags = np.arange(f.lags.shape[2])
        own = spread**2 * pt.exp(2.0 * slope_of_size * pm.Data("size", f.size))
        lasting = (f.lags * pt.exp(-lags / memory)).sum(axis=2)
        passing = phi * (f.lags * pt.exp(-lags / chance_memory)).sum(axis=2)
        pm.Potential(
            "figures",
            _log_density(periods, value - expected, own, lasting, passing, chance, rounding),
        )
    return built


def _normal(name: str, prior: Prior) -> Any:  # noqa: ANN401
    """Write a normal prior as a standard normal, moved and scaled."""
    import pymc as pm

    return prior.mean + prior.sd * pm.Normal(name)


def _log_density(
    periods: int,
    residual: Any,  # noqa: ANN401
    own: Any,  # noqa: ANN401
    lasting: Any,  # noqa: ANN401
    passing: Any,  # noqa: ANN401
    chance: Any,  # noqa: ANN401
    rounding: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Sum over municipalities of normals of T dimensions, by Cholesky, all of them at once."""
    import pytensor.tensor as pt

    root: list[list[Any]] = []
    total, solved = 0.0, []
    for t in range(periods):
        row: list[Any] = []
        for s in range(t + 1):
            entry = own * lasting[t, s] + passing[t, s] * chance[:, t] * chance[:, s]
            before = row if s == t else root[s]
            entry -= sum((row[k] * before[k] for k in range(s)), pt.zeros(()))
            row.append(pt.sqrt(entry + rounding[:, t]) if s == t else entry / root[s][s])
        root.append(row)
        left = residual[:, t] - sum((row[k] * solved[k] for k in range(t)), pt.zeros(()))
        solved.append(left / row[t])
        total -= pt.sum(pt.log(row[t]) + 0.5 * solved[t] ** 2)
    return total


@dataclass(frozen=True)
class Compiled:
    """A compiled model, to be sampled for one group after the other."""

    sampler: Any
    terms: Terms
    model: BenchmarkModel

    def sample(self, f: Figures, seed: int, *, shorter: bool = False) -> "az.InferenceData":
        """Sample the posterior of a group's figures; same seed, same draws.

        Parameters
        ----------
        shorter : half as long, for a single municipality's expectation
        """
        data = {
            "value": f.value,
            "chance_sd": f.chance,
            "rounding": f.rounding,
            "size": f.size,
        }
        if self.terms.blocks:
            data["design"] = f.design
        own = self.model.sampling
        part = 2 if shorter else 1
        sizes = Sampling(own.chains, own.tune // part, own.draws // part, own.target_accept)
        return _folded(sampled(self.sampler.with_data(**data), sizes, seed))


def _folded(found: "az.InferenceData") -> "az.InferenceData":
    """Spreads as half-normals: sampled as normals, without the long tail that their log has."""
    posterior = found["posterior"]
    for name in ("spread", "spreads"):
        if name in posterior:
            posterior[name] = abs(posterior[name])
    return found


def compile_model(f: Figures, terms: Terms, model: BenchmarkModel) -> Compiled:
    """Compile the model for figures of one shape."""
    return Compiled(compiled(build(f, terms, model)), terms, model)


def parameters(found: "az.InferenceData", terms: Terms, model: BenchmarkModel) -> Draws:
    """Draws of the shared parameters on their own scales, evenly taken from all chains."""
    posterior = found["posterior"]
    raw = {
        str(name): values.values.reshape(-1, *values.shape[2:])
        for name, values in posterior.data_vars.items()
    }
    size = len(raw["spread"])
    kept = np.linspace(0, size - 1, min(size, model.sampling.kept)).round().astype(int)
    raw = {name: values[kept].astype(np.float64) for name, values in raw.items()}
    prior = model.effects

    def scaled(name: str, of: Prior) -> Floats:
        return of.mean + of.sd * raw[name]

    first = scaled("first", terms.intercept)
    steps = raw.get("steps", np.zeros((len(first), 0)))
    moved = np.cumsum(terms.step.sd * steps, axis=1)
    intercept = first[:, None] + np.concatenate([np.zeros((len(first), 1)), moved], axis=1)
    sizes = np.array([scale.sd for scale in terms.scales])
    spreads = sizes * raw["spreads"] if terms.blocks else np.zeros((len(first), 0))
    z = raw.get("z", np.zeros((len(first), 0)))
    return Draws(
        prior.spread.sd * raw["spread"],
        scaled("size_slope", prior.size_slope),
        12.0 * np.exp(scaled("log_memory", prior.memory)),
        np.exp(scaled("log_chance", prior.chance)),
        12.0 * np.exp(scaled("log_chance_memory", prior.chance_memory)),
        intercept,
        spreads,
        spreads[:, list(terms.blocks)] * z if terms.blocks else z,
    )
