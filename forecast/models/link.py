"""The link model in PyMC: priors over scales, memories and elasticities, exact dense likelihood.

With z standard normal and everything in the configuration of the model,

    log sigma_s = m_f + shift_s + c_f size_s + tau_f z_s       (f the family of link s)
    log noise_s = m'_f + c'_f size_s
    b_s         = mean_s + sd_s z_s
    log memory_k ~ N,   shares of variance = softmax(0, area, benefit)

and the figures are one multivariate normal whose mean and covariance stand in `problem`. Paths,
levels, drifts and noise are integrated out; `states` draws them afterwards. Everything is
non-centred, since three yearly figures leave scales to their priors.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config.model import LinkPriors, Prior
from forecast.models.build import FAMILIES
from forecast.models.kernels import Floats
from forecast.models.problem import (
    KERNELS,
    Layout,
    Parameters,
    Problem,
    column_widths,
    layout,
    mean,
    terms,
)

if TYPE_CHECKING:
    import arviz as az
    import pymc as pm

SAMPLED = ("log_scale", "log_noise", "elasticity", "log_memory", "log_shared", "log_root", "swing")
"""Variables of the posterior that `parameters` reads."""


@dataclass(frozen=True)
class Sizes:
    """How long to sample.

    Attributes
    ----------
    chains, tune, draws : of NUTS
    target_accept : of its step size
    cores : processes at a time
    """

    chains: int
    tune: int
    draws: int
    target_accept: float
    cores: int = 2


def build_model(problem: Problem, priors: LinkPriors) -> "pm.Model":
    """Model of a problem; the figures are data that can be swapped for others of the same shape.

    Returns
    -------
    pymc.Model
        With the variables `SAMPLED` as deterministics, dims ``link``, ``memory_of`` and ``part``.
    """
    import pymc as pm

    coords = {"link": problem.series.names, "family": FAMILIES, "memory_of": KERNELS}
    coords |= {"part": ("area", "benefit"), "root": ("long", "short", "scale")}
    with pm.Model(coords=coords) as model:
        p = _parameters(problem, priors)
        parts, given = _as_data(problem)
        pm.Potential("figures", _density(parts, given, p))
    return model


def sample(model: "pm.Model", sizes: Sizes, seed: int, progress: bool = False) -> "az.InferenceData":
    """Sample a model with nutpie's NUTS; same seed, same draws."""
    import nutpie

    return run_sampler(nutpie.compile_pymc_model(model), sizes, seed, progress)


def run_sampler(compiled: Any, sizes: Sizes, seed: int, progress: bool = False) -> Any:
    """Sample a compiled model, so that one compilation serves many sets of figures."""
    import nutpie

    return nutpie.sample(
        compiled,
        draws=sizes.draws,
        tune=sizes.tune,
        chains=sizes.chains,
        cores=sizes.cores,
        target_accept=sizes.target_accept,
        seed=seed,
        progress_bar=progress,
        save_warmup=False,
    )


def data_of(problem: Problem) -> dict[str, Floats]:
    """Figures of a problem under the names of the model's data, to swap into a compiled model."""
    parts, figures = layout(problem), problem.figures
    data = {
        "value": figures.value,
        "coefficients": figures.coefficients,
        "on_root": figures.on_root,
        "offset": figures.offset,
        "fixed": parts.fixed,
        "seasonal": parts.seasonal,
        "log_size": problem.series.log_size,
    }
    if problem.given_path is not None:
        data |= {"given_path": problem.given_path, "relative_level": parts.relative_level}
    return data


def parameters(posterior: Any, count: int | None = None) -> list[Parameters]:
    """Parameters of each draw, chains one after the other.

    Parameters
    ----------
    posterior : xarray.Dataset
        With dims chain and draw and the variables `SAMPLED`.
    count : int, optional
        Take so many, evenly spread.
    """
    flat = {name: _flat(posterior[name]) for name in SAMPLED}
    total = len(flat["elasticity"])
    chosen = np.arange(total) if count is None else np.linspace(0, total - 1, count).astype(int)
    return [_parameters_of({name: values[i] for name, values in flat.items()}) for i in chosen]


def _flat(values: Any) -> Floats:
    array = np.asarray(values.values, dtype=float)
    return array.reshape(-1, *array.shape[2:])


def _parameters_of(row: dict[str, Floats]) -> Parameters:
    shared = np.exp(np.concatenate([[0.0], row["log_shared"]]))
    own, by_area, by_benefit = shared / shared.sum()
    long, short, scale = np.exp(row["log_root"])
    return Parameters(
        scale=np.exp(row["log_scale"]),
        noise=np.exp(row["log_noise"]),
        elasticity=row["elasticity"],
        memory=12.0 * np.exp(row["log_memory"]),
        own=own,
        by_area=by_area,
        by_benefit=by_benefit,
        root_long=long,
        root_short=short,
        root_scale=scale,
        season_memory=12.0 * float(np.exp(row["swing"][0])),
        kappa=float(row["swing"][1]),
    )


def _parameters(problem: Problem, priors: LinkPriors) -> Parameters:
    """The sampled parameters as symbols, inside a model."""
    import pymc as pm
    import pytensor.tensor as pt

    series = problem.series
    log_size = pm.Data("log_size", series.log_size)
    families = [getattr(priors.families, name) for name in FAMILIES]
    spread = pm.HalfNormal("spread", sigma=np.array([f.spread.sd for f in families]))
    place = {
        name: _normal(f"{name}_of_family", [getattr(f, name) for f in families], "family")
        for name in ("log_scale", "size_slope", "noise", "noise_slope")
    }
    family = series.family
    z = pm.Normal("scale_z", dims="link")
    log_scale = place["log_scale"][family] + place["size_slope"][family] * log_size
    log_scale = log_scale + series.scale_shift + spread[family] * z
    log_noise = place["noise"][family] + place["noise_slope"][family] * log_size
    b = pm.Normal("elasticity_z", dims="link")
    elasticity = series.elasticity_mean + series.elasticity_sd * b
    log_memory = _normal("memory", [getattr(priors.memory, k) for k in KERNELS], "memory_of")
    log_shared = _normal("shared", [priors.shared.area, priors.shared.benefit], "part")
    root = [priors.root.long_months, priors.root.short_months, priors.root.scale]
    log_root = _normal("root_form", root, "root")
    swing = _normal("swing_form", [priors.memory.season, priors.amplitude.kappa], None)
    values = (log_scale, log_noise, elasticity, log_memory, log_shared, log_root, swing)
    dims = ("link", "link", "link", "memory_of", "part", "root", None)
    for name, value, dim in zip(SAMPLED, values, dims, strict=True):
        pm.Deterministic(name, value, dims=dim)
    shared = pt.exp(pt.concatenate([pt.zeros(1), log_shared]))
    own, by_area, by_benefit = (shared[k] / pt.sum(shared) for k in range(3))
    return Parameters(
        scale=pt.exp(log_scale),
        noise=pt.exp(log_noise),
        elasticity=elasticity,
        memory=12.0 * pt.exp(log_memory),
        own=own,
        by_area=by_area,
        by_benefit=by_benefit,
        root_long=pt.exp(log_root[0]),
        root_short=pt.exp(log_root[1]),
        root_scale=pt.exp(log_root[2]),
        season_memory=12.0 * pt.exp(swing[0]),
        kappa=swing[1],
    )


def _density(parts: Layout, given: Problem, p: Parameters) -> Any:
    """Log density of the figures as a symbol."""
    import pytensor.tensor as pt

    from forecast.models.compiled import figure_density

    made = terms(parts, given, p, pt)
    widths = [int(w) for w in column_widths(parts)]
    return figure_density(
        given.figures.value - mean(parts, given, p),
        made.base,
        pt.concatenate(made.columns, axis=1),
        pt.stack(made.small),
        parts.place,
        np.concatenate([[0], np.cumsum(widths)]),
    )[0]


def _normal(name: str, priors: list[Prior], dim: str | None) -> Any:
    """Normals on their own scale from standard normals."""
    import pymc as pm

    means = np.array([p.mean for p in priors])
    sds = np.array([p.sd for p in priors])
    shape = None if dim else len(priors)
    return means + sds * pm.Normal(f"{name}_z", shape=shape, dims=dim)


def _as_data(problem: Problem) -> tuple[Layout, Problem]:
    """Layout and problem whose figures are data of the model and whose rest is constant."""
    import pymc as pm
    import pytensor.tensor as pt

    parts, data = layout(problem), data_of(problem)
    symbols = {k: pm.Data(k, v) for k, v in data.items() if k != "log_size"}
    names = ("value", "coefficients", "on_root", "offset")
    figures = replace(problem.figures, **{name: symbols[name] for name in names})
    parts = parts._replace(
        windows=pt.as_tensor(parts.windows),
        lag=pt.as_tensor(parts.lag),
        lagged=tuple(pt.as_tensor(w) for w in parts.lagged),
        fixed=symbols["fixed"],
        seasonal=symbols["seasonal"],
        relative_level=symbols.get("relative_level", parts.relative_level),
    )
    given = replace(problem, figures=figures, given_path=symbols.get("given_path"))
    return parts, given
