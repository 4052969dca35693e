"""Compile and sample a PyMC model by nutpie's NUTS, on numba alone; same seed, same draws."""

# PyMC, PyTensor and nutpie bring few types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportCallIssue=false

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import arviz as az
    import pymc as pm


@dataclass(frozen=True)
class Sampling:
    """How long to sample.

    Attributes
    ----------
    chains, tune, draws : of NUTS
    target_accept : of its step size
    """

    chains: int = 4
    tune: int = 1000
    draws: int = 1000
    target_accept: float = 0.95


def compiled(model: "pm.Model") -> Any:  # noqa: ANN401
    """Compile a model; its data can be replaced by `with_data`."""
    import nutpie

    with warnings.catch_warnings():
        # a rewriting asks which BLAS C code would be linked to; nothing here is C
        warnings.filterwarnings("ignore", "PyTensor could not link to a BLAS", UserWarning)
        return nutpie.compile_pymc_model(model)


def sampled(sampler: Any, sizes: Sampling, seed: int) -> "az.InferenceData":  # noqa: ANN401
    """Sample a compiled model; chains run side by side, the algebra of each on one thread."""
    import nutpie
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return nutpie.sample(
            sampler,
            draws=sizes.draws,
            tune=sizes.tune,
            chains=sizes.chains,
            cores=2,
            target_accept=sizes.target_accept,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
        )
