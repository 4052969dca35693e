"""The link model in PyMC: priors over scales, memories and elasticities, exact dense likelihood.

With z standard normal and every mean and sd from the configuration of the model,

    log sigma_s = m_f + shift_s + c_f size_s + tau_f z_s       (f the family of link s)
    log noise_s = m'_f + c'_f size_s
    b_s         = mean_s + sd_s z_s
    log memory_k, log root, log ratios of the shares of variance ~ N

and the figures are one multivariate normal whose mean and covariance stand in `problem`. Paths,
levels, drifts and noise are integrated out; `states` draws them afterwards. Everything is
non-centred, since three yearly figures leave scales to their priors: PyMC sees one vector of
standard normals and one operation, which makes parameters of them and evaluates the figures.
"""

# What is sampled is numbers or symbols, and PyMC, PyTensor and nutpie bring few types:
# ruff: noqa: ANN401
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportArgumentType=false

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config.model import FamilyPriors, LinkPriors, Prior
from forecast.models.build import FAMILIES
from forecast.models.kernels import Floats
from forecast.models.packed import PriorData, pack
from forecast.models.problem import KERNELS, Parameters, Problem, Series
from forecast.models.thinning import representative

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
"""What is sampled, in the order of the vector of standard normals."""

_STANDARD = "standard"


@dataclass(frozen=True)
class Sizes:
    """How long to sample.

    Attributes
    ----------
    chains, tune, draws : of NUTS
    target_accept : of its step size
    max_depth : of its trees, 2 to this power steps
    cores : chains at a time
    sets : draws that futures are drawn from
    """

    chains: int
    tune: int
    draws: int
    target_accept: float
    max_depth: int = 10
    cores: int = 2
    sets: int = 800


@dataclass(frozen=True)
class Compiled:
    """The model of a problem, compiled; the figures are data that others can replace."""

    sampler: Any
    problem: Problem
    priors: LinkPriors

    def with_problem(self, problem: Problem) -> "Compiled":
        """Put in other figures of the same links, as many as there are."""
        data = _packed(problem, self.priors)
        return replace(self, sampler=self.sampler.with_data(**data), problem=problem)


def build_model(problem: Problem, priors: LinkPriors) -> "pm.Model":
    """Model of a problem: standard normals and the density of the figures, which are data."""
    import pymc as pm
    import pytensor.tensor as pt

    from forecast.models.operation import figure_density

    size = sum(int(np.prod(shape)) for _, shape in _shapes(problem.series).values())
    with pm.Model() as model:
        standard = pm.Normal(_STANDARD, shape=size)
        data = _packed(problem, priors)
        # PyMC keeps whole numbers as int32
        floats, ints = pm.Data("floats", data["floats"]), pm.Data("ints", data["ints"])
        pm.Potential("figures", figure_density(standard, floats, pt.cast(ints, "int64"))[0])
    return model


def _shapes(series: Series) -> dict[str, tuple[tuple[str, ...], tuple[int, ...]]]:
    """Dims and shape of each of `RAW`."""
    links, families = len(series.names), len(FAMILIES)
    return {
        "family_z": (("term", "family"), (len(FAMILY_TERMS), families)),
        "spread": (("family",), (families,)),
        "scale_z": (("link",), (links,)),
        "elasticity_z": (("link",), (links,)),
        "common_z": (("common",), (len(COMMON_TERMS),)),
    }


def split(standard: Floats, series: Series, priors: LinkPriors) -> dict[str, Any]:
    """`RAW` from standard normals, (..., P): each by its name, spreads on their own scale.

    A spread enters only as ``spread * z``, whose distribution does not change when both change
    sign. It is sampled as a normal, without the long tail that the log of a half-normal has, and
    folded here: |spread| is half-normal, and z keeps its product with it.
    """
    lead = standard.shape[:-1]
    shapes = {name: shape for name, (_, shape) in _shapes(series).items()}
    cuts = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])[:-1]
    pieces = np.split(standard, cuts, axis=-1)
    raw = {
        name: piece.reshape(*lead, *shape)
        for (name, shape), piece in zip(shapes.items(), pieces, strict=True)
    }
    sign = np.where(raw["spread"] < 0, -1.0, 1.0)
    raw["spread"] = _spread_sd(priors) * np.abs(raw["spread"])
    raw["scale_z"] = raw["scale_z"] * sign[..., series.family]
    return raw


def transform(raw: dict[str, Any], series: Series, priors: LinkPriors) -> Parameters:
    """Parameters from one draw of `RAW`."""
    families: list[FamilyPriors] = [getattr(priors.families, name) for name in FAMILIES]
    place = {
        name: _scaled([getattr(f, name) for f in families], raw["family_z"][row])[series.family]
        for row, name in enumerate(FAMILY_TERMS)
    }
    log_scale = place["log_scale"] + place["size_slope"] * series.log_size + series.scale_shift
    common = _scaled(_common(priors), raw["common_z"])
    area, benefit = np.exp(common[3]), np.exp(common[4])
    whole = 1.0 + area + benefit
    return Parameters(
        scale=np.exp(log_scale + raw["spread"][series.family] * raw["scale_z"]),
        noise=np.exp(place["noise"] + place["noise_slope"] * series.log_size),
        elasticity=series.elasticity_mean + series.elasticity_sd * raw["elasticity_z"],
        memory=12.0 * np.exp(common[:3]),
        by_area=area / whole,
        by_benefit=benefit / whole,
        root_long=np.exp(common[5]),
        root_short=np.exp(common[6]),
        root_scale=np.exp(common[7]),
        season_memory=12.0 * np.exp(common[8]),
        kappa=common[9],
    )


def prior_data(series: Series, priors: LinkPriors) -> PriorData:
    """Lay out what `compiled.standard_density` needs to make parameters of standard normals."""
    families = [getattr(priors.families, name) for name in FAMILIES]
    terms = [[getattr(f, name) for f in families] for name in FAMILY_TERMS]
    return PriorData(
        family=series.family,
        log_size=series.log_size,
        scale_shift=series.scale_shift,
        elasticity_mean=series.elasticity_mean,
        elasticity_sd=series.elasticity_sd,
        family_mean=np.array([[p.mean for p in row] for row in terms]),
        family_sd=np.array([[p.sd for p in row] for row in terms]),
        spread_sd=_spread_sd(priors),
        common_mean=np.array([p.mean for p in _common(priors)]),
        common_sd=np.array([p.sd for p in _common(priors)]),
    )


def _spread_sd(priors: LinkPriors) -> Floats:
    return np.array([getattr(priors.families, name).spread.sd for name in FAMILIES])


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


def compile_model(problem: Problem, priors: LinkPriors) -> Compiled:
    """Compile the model of a problem for `sample`."""
    import nutpie

    return Compiled(nutpie.compile_pymc_model(build_model(problem, priors)), problem, priors)


def _packed(problem: Problem, priors: LinkPriors) -> dict[str, Any]:
    """Figures and priors under the names of the model's data."""
    from forecast.models.operation import figure_data

    floats, ints = pack(figure_data(problem), prior_data(problem.series, priors))
    return {"floats": floats, "ints": ints}


def sample(compiled: Compiled, sizes: Sizes, seed: int) -> "az.InferenceData":
    """Sample a compiled model with nutpie's NUTS; same seed, same draws.

    Chains run side by side, so the linear algebra of each keeps to one thread.

    Returns
    -------
    InferenceData
        Posterior of `RAW` and the sampler's statistics; of these ``projected`` says which draws
        futures are drawn from (`thinning`).
    """
    import arviz as az
    import nutpie
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        found = nutpie.sample(
            compiled.sampler,
            draws=sizes.draws,
            tune=sizes.tune,
            chains=sizes.chains,
            cores=sizes.cores,
            target_accept=sizes.target_accept,
            maxdepth=sizes.max_depth,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
            store_gradient=True,
        )
    stats = found["sample_stats"]
    standard, score = found["posterior"][_STANDARD].values, stats["gradient"].values
    kept = representative(_flat(standard), _flat(score), sizes.sets, np.random.default_rng(seed))
    stats = stats.drop_vars("gradient")
    stats["projected"] = (("chain", "draw"), kept.reshape(standard.shape[:2]))
    posterior = _named(found["posterior"], compiled.problem.series, compiled.priors)
    return az.InferenceData(posterior=posterior, sample_stats=stats)


def _named(posterior: "xr.Dataset", series: Series, priors: LinkPriors) -> "xr.Dataset":
    """Give every part of the sampled vector its name and dims."""
    import xarray as xr

    standard = posterior[_STANDARD]
    raw = split(standard.values.astype(np.float64), series, priors)
    dims = {name: ("chain", "draw", *own) for name, (own, _) in _shapes(series).items()}
    coords: dict[str, Any] = {name: standard[name].values for name in ("chain", "draw")}
    coords |= {"term": list(FAMILY_TERMS), "family": list(FAMILIES)}
    coords |= {"link": list(series.names), "common": list(COMMON_TERMS)}
    variables = {name: (dims[name], values) for name, values in raw.items()}
    return xr.Dataset(variables, coords=coords, attrs=posterior.attrs)


def prior_raw(
    problem: Problem, priors: LinkPriors, count: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Draws of `RAW` from the prior, `count` first."""
    sizes = (int(np.prod(shape)) for _, shape in _shapes(problem.series).values())
    return split(rng.standard_normal((count, sum(sizes))), problem.series, priors)


def posterior_raw(posterior: "xr.Dataset", count: int | None = None) -> dict[str, Any]:
    """Draws of `RAW` from a posterior, chains one after the other; `count` takes an even subset."""
    flat = {name: _flat(posterior[name].values) for name in RAW}
    total = len(flat["scale_z"])
    if count is None or count >= total:
        return flat
    chosen = np.linspace(0, total - 1, count).round().astype(int)
    return {name: values[chosen] for name, values in flat.items()}


def projected_raw(found: "az.InferenceData") -> dict[str, Any]:
    """Draws of `RAW` that futures are drawn from."""
    kept = found["sample_stats"]["projected"].values.ravel()
    return {name: values[kept] for name, values in posterior_raw(found["posterior"]).items()}


def parameters(raw: dict[str, Any], problem: Problem, priors: LinkPriors) -> list[Parameters]:
    """Parameters of each draw of `RAW`."""
    series = problem.series
    return [
        transform({k: v[i] for k, v in raw.items()}, series, priors)
        for i in range(len(raw["scale_z"]))
    ]


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *values.shape[2:]).astype(np.float64)
