"""A posterior by NUTS, in coordinates in which the mode's normal is round.

With z the parameters and m their mode, what is sampled are the coordinates x of ``z = m + axes x``
(`panel_laplace.Axes`): near a standard normal, so that steps are long and few. The mode only
chooses coordinates; the density is the exact one.

The density is a C function (`panel_pointer`), so chains run side by side without Python's
interpreter. There is no graph, and nothing to compile but the function, once.

What people read of the parameters is on their own scales.
"""

# nutpie and ArviZ bring few types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportCallIssue=false

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config.model import Verdict
from forecast.config.panel_model import NutsSettings
from forecast.models.kernels import Floats
from forecast.models.panel_density import SCALARS, PanelDensity
from forecast.models.panel_laplace import Mode

if TYPE_CHECKING:
    import arviz as az
    from nutpie.sample import CompiledModel

HYPER = (*SCALARS, "harmonics", "common", "by_size")
"""Pooled parameters, by their names in a posterior."""

_LOGS = ("level_memory", "season_memory")


def sample(
    density: PanelDensity, mode: Mode, settings: NutsSettings, rng: np.random.Generator
) -> "az.InferenceData":
    """Sample the posterior; the same generator, the same draws.

    Raises
    ------
    KeyboardInterrupt
        If it is interrupted; the sampler itself hands over the draws it has.

    Returns
    -------
    InferenceData
        posterior: ``z`` (chain, draw, parameter) in prior standard deviations, and `HYPER` on
        their own scales (memories as logs of months); sample_stats of the sampler.
    """
    import nutpie
    from threadpoolctl import threadpool_limits

    seed = int(rng.integers(2**31))
    with threadpool_limits(limits=1):
        found = nutpie.sample(
            _compiled(density, mode),
            draws=settings.draws,
            tune=settings.tune,
            chains=settings.chains,
            target_accept=settings.target_accept,
            maxdepth=settings.max_depth,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
        )
    x = found["posterior"]["x"].values
    if x.shape[:2] != (settings.chains, settings.draws) or not np.all(np.isfinite(x)):
        raise KeyboardInterrupt
    return _named(found, density, mode)


@dataclass(frozen=True)
class Standing:
    """How well a posterior was sampled.

    Attributes
    ----------
    r_hat : largest of any pooled parameter
    ess : least number of effective draws, of middle or tails
    divergent : steps
    bfmi : least of any chain
    worst : the parameter with the least effective draws
    """

    r_hat: float
    ess: float
    divergent: int
    bfmi: float
    worst: str

    def sentence(self, limits: Verdict) -> str:
        """Give the verdict and its reason in a sentence."""
        wrong = [
            text
            for bad, text in (
                (self.r_hat > limits.r_hat, f"R-hat {self.r_hat:.3f} exceeds {limits.r_hat:g}"),
                (
                    self.ess < min(limits.ess_bulk, limits.ess_tail),
                    f"{self.worst} has {self.ess:.0f} effective draws of at least "
                    f"{limits.ess_bulk:g}",
                ),
                (self.divergent > limits.divergences, f"{self.divergent} steps diverged"),
                (self.bfmi < limits.bfmi, f"BFMI {self.bfmi:.2f} is below {limits.bfmi:g}"),
            )
            if bad
        ]
        if wrong:
            return "posterior of the link model: fail, " + "; ".join(wrong)
        return (
            f"posterior of the link model: pass, R-hat {self.r_hat:.3f}, at least {self.ess:.0f} "
            f"effective draws, {self.divergent} divergent"
        )


def standing(found: "az.InferenceData") -> Standing:
    """Diagnose the pooled parameters on their own scales."""
    import arviz as az

    table: Any = az.summary(found, var_names=list(HYPER), kind="diagnostics", round_to="none")
    ess = table[["ess_bulk", "ess_tail"]].min(axis=1)
    return Standing(
        r_hat=float(table["r_hat"].max()),
        ess=float(ess.min()),
        divergent=int(np.sum(np.asarray(found["sample_stats"]["diverging"].values))),
        bfmi=float(np.min(np.asarray(az.bfmi(found)))),
        worst=str(ess.idxmin()),
    )


def points(found: "az.InferenceData") -> Floats:
    """All draws, chain after chain, (M, P)."""
    z = found["posterior"]["z"].values
    return z.reshape(-1, z.shape[-1]).astype(np.float64)


def _compiled(density: PanelDensity, mode: Mode) -> "CompiledModel":
    """Give the density as nutpie takes it."""
    # its import compiles the function, which takes seconds and only samplers need
    from forecast.models.panel_pointer import by_pointer

    def start(seed: int) -> Floats:
        return np.random.default_rng(seed).standard_normal(density.size)

    return by_pointer(density.constants, density.round_about(mode.at, mode.axes), start)


def _named(found: "az.InferenceData", density: PanelDensity, mode: Mode) -> "az.InferenceData":
    import arviz as az
    import xarray as xr

    x = found["posterior"]["x"]
    chains, draws = x.shape[:2]
    z = mode.at + mode.axes.away(x.values.reshape(chains * draws, -1))
    pooled = [density.pooled(one) for one in z]
    variables: dict[str, Any] = {
        "z": (("chain", "draw", "parameter"), z.reshape(chains, draws, -1))
    }
    for name in HYPER:
        values = np.array([getattr(p, name) for p in pooled])
        if name in _LOGS:
            values = np.log(values)
        dims = ("chain", "draw", "harmonic" if name == "harmonics" else "month")[: 1 + values.ndim]
        variables[name] = (dims, values.reshape(chains, draws, *values.shape[1:]))
    coords = {"month": np.arange(1, 13), "chain": x["chain"].values, "draw": x["draw"].values}
    posterior = xr.Dataset(variables, coords=coords, attrs=found["posterior"].attrs)
    return az.InferenceData(posterior=posterior, sample_stats=found["sample_stats"])
