"""The link model in PyMC: priors over scales, memories and elasticities, exact dense likelihood.

With z standard normal and every mean and sd from the configuration of the model,

    log sigma_s = m_f + shift_s + c_f size_s + tau_f z_s       (f the family of link s)
    log noise_s = m'_f + c'_f size_s
    b_s         = mean_s + sd_s z_s
    log memory_k, log root, log ratios of the shares of variance ~ N

and the figures are one multivariate normal whose mean and covariance stand in `problem`. Paths,
levels, drifts and noise are integrated out; `states` draws them afterwards. Everything is
non-centred, since three yearly figures leave scales to their priors.
"""

# What is sampled is numbers or symbols, and PyMC, PyTensor and nutpie bring few types:
# ruff: noqa: ANN401
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportArgumentType=false

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config.model import FamilyPriors, LinkPriors, Prior
from forecast.models.build import FAMILIES
from forecast.models.problem import KERNELS, Parameters, Problem, Series

if TYPE_CHECKING:
    import arviz as az
    import pymc as pm
    import xarray as xr

FAMILY_TERMS = ("log_scale", "size_slope", "noise", "noise_slope")
"""What a family of links has a normal prior of, in the order of `family_z`."""

COMMON_TERMS = (
    *(f"memory_{name}" for name in KERNELS),
    "shared_area",
    "shared_benefit",
    "root_long",
    "root_short",
    "root_scale",
    "season_memory",
    "kappa",
)
"""What all links have in common, in the order of `common_z`."""

RAW = ("family_z", "spread", "scale_z", "elasticity_z", "common_z")
"""What is sampled."""


@dataclass(frozen=True)
class Sizes:
    """How long to sample.

    Attributes
    ----------
    chains, tune, draws : of NUTS
    target_accept : of its step size
    max_depth : of its trees, 2 to this power steps
    cores : chains at a time
    """

    chains: int
    tune: int
    draws: int
    target_accept: float
    max_depth: int = 10
    cores: int = 2


def build_model(problem: Problem, priors: LinkPriors) -> "pm.Model":
    """Model of a problem; its figures are data, to be swapped for others of the same shape.

    Returns
    -------
    pymc.Model
        With the free variables `RAW`; dims ``term``, ``family``, ``link`` and ``common``.
    """
    import pymc as pm
    import pytensor.tensor as pt

    from forecast.models.operation import figure_density

    coords = {"term": FAMILY_TERMS, "family": FAMILIES, "link": problem.series.names}
    with pm.Model(coords=coords | {"common": COMMON_TERMS}) as model:
        families = [getattr(priors.families, name) for name in FAMILIES]
        raw = {
            "family_z": pm.Normal("family_z", dims=("term", "family")),
            "spread": pm.Normal(
                "spread", sigma=np.array([f.spread.sd for f in families]), dims="family"
            ),
            "scale_z": pm.Normal("scale_z", dims="link"),
            "elasticity_z": pm.Normal("elasticity_z", dims="link"),
            "common_z": pm.Normal("common_z", dims="common"),
        }
        log_size = pm.Data("log_size", problem.series.log_size)
        p = transform(raw, problem.series, priors, log_size, pt)
        packed = swap_data(problem)
        # PyMC keeps whole numbers as int32
        floats = pm.Data("floats", packed["floats"])
        ints = pt.cast(pm.Data("ints", packed["ints"]), "int64")
        scalars = [
            p.by_area,
            p.by_benefit,
            p.root_long,
            p.root_short,
            p.root_scale,
            p.season_memory,
            p.kappa,
        ]
        given = pt.concatenate([p.scale, p.noise, p.elasticity, p.memory, pt.stack(scalars)])
        pm.Potential("figures", figure_density(given, floats, ints)[0])
    return model


def transform(
    raw: dict[str, Any], series: Series, priors: LinkPriors, log_size: Any, xp: ModuleType
) -> Parameters:
    """Parameters from what is sampled: numbers with NumPy as `xp`, symbols with PyTensor."""
    families: list[FamilyPriors] = [getattr(priors.families, name) for name in FAMILIES]
    place = {
        name: _scaled([getattr(f, name) for f in families], raw["family_z"][row])[series.family]
        for row, name in enumerate(FAMILY_TERMS)
    }
    log_scale = place["log_scale"] + place["size_slope"] * log_size + series.scale_shift
    common = _scaled(_common(priors), raw["common_z"])
    area, benefit = xp.exp(common[3]), xp.exp(common[4])
    whole = 1.0 + area + benefit
    return Parameters(
        scale=xp.exp(log_scale + raw["spread"][series.family] * raw["scale_z"]),
        noise=xp.exp(place["noise"] + place["noise_slope"] * log_size),
        elasticity=series.elasticity_mean + series.elasticity_sd * raw["elasticity_z"],
        memory=12.0 * xp.exp(common[:3]),
        by_area=area / whole,
        by_benefit=benefit / whole,
        root_long=xp.exp(common[5]),
        root_short=xp.exp(common[6]),
        root_scale=xp.exp(common[7]),
        season_memory=12.0 * xp.exp(common[8]),
        kappa=common[9],
    )


def _common(priors: LinkPriors) -> list[Prior]:
    memory, root = priors.memory, priors.root
    return [
        *(getattr(memory, name) for name in KERNELS),
        priors.shared.area,
        priors.shared.benefit,
        root.long_months,
        root.short_months,
        root.scale,
        memory.season,
        priors.amplitude.kappa,
    ]


def _scaled(priors: list[Prior], z: Any) -> Any:
    """Put standard normals on their own scale."""
    return np.array([p.mean for p in priors]) + np.array([p.sd for p in priors]) * z


def compile_model(model: "pm.Model") -> Any:
    """Compile a model for `sample`; `with_data` of the result takes `swap_data`."""
    import nutpie

    return nutpie.compile_pymc_model(model)


def swap_data(problem: Problem) -> dict[str, Any]:
    """Figures of a problem under the names of the model's data."""
    from forecast.models.operation import figure_data
    from forecast.models.packed import pack

    floats, ints = pack(figure_data(problem))
    return {"floats": floats, "ints": ints, "log_size": problem.series.log_size}


def sample(compiled: Any, sizes: Sizes, seed: int) -> "az.InferenceData":
    """Sample a compiled model with nutpie's NUTS; same seed, same draws.

    Chains run side by side, so the linear algebra of each keeps to one thread.
    """
    import nutpie
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return nutpie.sample(
            compiled,
            draws=sizes.draws,
            tune=sizes.tune,
            chains=sizes.chains,
            cores=sizes.cores,
            target_accept=sizes.target_accept,
            maxdepth=sizes.max_depth,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
        )


def fold(found: "az.InferenceData", series: Series) -> "az.InferenceData":
    """Make every spread positive, in place of the sampler's result.

    A spread enters only as ``spread * z``, whose distribution does not change when both change
    sign. It is sampled as a normal, without the long tail that the log of a half-normal has, and
    folded here: |spread| is half-normal, and z keeps its product with it.
    """
    posterior = found["posterior"]
    sign = np.where(posterior["spread"].values < 0, -1.0, 1.0)
    posterior["spread"] = posterior["spread"] * sign
    posterior["scale_z"] = posterior["scale_z"] * sign[..., series.family]
    return found


def prior_raw(
    problem: Problem, priors: LinkPriors, count: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Draws of `RAW` from the prior, `count` first."""
    links, families = len(problem.series.names), len(FAMILIES)
    spread = np.array([getattr(priors.families, name).spread.sd for name in FAMILIES])
    return {
        "family_z": rng.standard_normal((count, len(FAMILY_TERMS), families)),
        "spread": spread * np.abs(rng.standard_normal((count, families))),
        "scale_z": rng.standard_normal((count, links)),
        "elasticity_z": rng.standard_normal((count, links)),
        "common_z": rng.standard_normal((count, len(COMMON_TERMS))),
    }


def posterior_raw(posterior: "xr.Dataset", count: int | None = None) -> dict[str, Any]:
    """Draws of `RAW` from a posterior, chains one after the other; `count` takes an even subset."""
    flat = {name: _flat(posterior[name].values) for name in RAW}
    total = len(flat["scale_z"])
    if count is None or count >= total:
        return flat
    chosen = np.linspace(0, total - 1, count).round().astype(int)
    return {name: values[chosen] for name, values in flat.items()}


def parameters(raw: dict[str, Any], problem: Problem, priors: LinkPriors) -> list[Parameters]:
    """Parameters of each draw of `RAW`."""
    series = problem.series
    return [
        transform({k: v[i] for k, v in raw.items()}, series, priors, series.log_size, np)
        for i in range(len(raw["scale_z"]))
    ]


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *values.shape[2:]).astype(np.float64)
