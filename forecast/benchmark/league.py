"""Units compared by one figure each: counts of cases, or measurements, with what chance gives them.

    counts        r[j] ~ Binomial(n[j], logistic(mu + x[j]'b + u[j]))
    measured      y[j] ~ N(mu + x[j]'b + u[j], sd[j]²),           sd known
    repeated      y[k] ~ N(mu + x[k]'b + u[unit of k], sigma²),   sigma to be found

    u[j] ~ N(0, tau²),   mu ~ N,   b ~ N(0, sd²),   sigma half-normal

and tau half-normal, half-Cauchy, or by a gamma prior of the precision 1 / tau². Shares of persons
without an offer or with few conversations are counts; `ranking` takes draws of what is their own.
Non-centred, since units of few cases say little of their own. (Spiegelhalter, Best, Gilks & Inskip
1996, *Hepatitis B and Surgical*; Rubin 1981, doi:10.3102/10769986006004377.)
"""

# PyMC and nutpie bring few types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportOperatorIssue=false
# pyright: reportIndexIssue=false

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from forecast.benchmark.sampling import Sampling, compiled, sampled
from forecast.core.benchmark import Floats
from forecast.errors import DataError
from forecast.models.kernels import Ints

if TYPE_CHECKING:
    import arviz as az


@dataclass(frozen=True)
class Counts:
    """Cases among trials, one row a unit: (J,) whole numbers."""

    cases: Ints
    trials: Ints


@dataclass(frozen=True)
class Measured:
    """One measurement a unit, with its known standard error: (J,)."""

    value: Floats
    sd: Floats


@dataclass(frozen=True)
class Repeated:
    """Several measurements of each unit, of one unknown sd.

    Attributes
    ----------
    value : (K,)
    unit : (K,) 0 to J - 1
    scale : of the half-normal prior of that sd
    """

    value: Floats
    unit: Ints
    scale: float


@dataclass(frozen=True)
class Between:
    """Prior of tau, how much units differ.

    Attributes
    ----------
    kind : half-normal or half-Cauchy of `scale`, or a gamma prior of the precision with shape and
        rate `scale`
    """

    kind: Literal["half-normal", "half-cauchy", "gamma-precision"]
    scale: float


@dataclass(frozen=True)
class LeaguePriors:
    """Priors of a league.

    Attributes
    ----------
    mean, sd : of mu
    between : of tau
    slope_sd : of b
    """

    mean: float
    sd: float
    between: Between
    slope_sd: float = 1.0


@dataclass(frozen=True)
class League:
    """What is compared.

    Attributes
    ----------
    figures : of the units
    priors : of all parameters
    design : (rows of the figures, k) what is taken account of
    """

    figures: Counts | Measured | Repeated
    priors: LeaguePriors
    design: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def units(self) -> int:
        """How many units there are."""
        f = self.figures
        return int(f.unit.max()) + 1 if isinstance(f, Repeated) else len(_values(f))


def sample_league(league: League, seed: int, sizes: Sampling) -> "az.InferenceData":
    """Sample the posterior: ``mu``, ``tau``, ``own`` (J,) and, where they are, ``b`` and ``sigma``.

    Raises
    ------
    DataError
        If cases exceed trials, or a sd is not more than zero.
    """
    import pymc as pm

    _check(league)
    f, p = league.figures, league.priors
    with pm.Model() as model:
        tau = pm.Deterministic("tau", _between(p.between))
        own = pm.Deterministic("own", tau * pm.Normal("z", shape=league.units))
        middle = pm.Normal("mu", p.mean, p.sd)
        if league.design.size:
            slope = pm.Normal("b", 0.0, p.slope_sd, shape=league.design.shape[1])
            middle = middle + (league.design * slope).sum(axis=1)
        if isinstance(f, Counts):
            pm.Binomial("figures", f.trials, logit_p=middle + own, observed=f.cases)
        elif isinstance(f, Measured):
            pm.Normal("figures", middle + own, f.sd, observed=f.value)
        else:
            sigma = pm.HalfNormal("sigma", f.scale)
            pm.Normal("figures", middle + own[f.unit], sigma, observed=f.value)
    return sampled(compiled(model), sizes, seed)


def _between(prior: Between) -> Any:  # noqa: ANN401
    import pymc as pm

    if prior.kind == "half-normal":
        return pm.HalfNormal("between", prior.scale)
    if prior.kind == "half-cauchy":
        return pm.HalfCauchy("between", prior.scale)
    return pm.Gamma("precision", alpha=prior.scale, beta=prior.scale) ** -0.5


def _values(f: Counts | Measured) -> Ints | Floats:
    return f.cases if isinstance(f, Counts) else f.value


def _check(league: League) -> None:
    f = league.figures
    if isinstance(f, Counts) and np.any((f.cases > f.trials) | (f.cases < 0)):
        j = int(np.flatnonzero((f.cases > f.trials) | (f.cases < 0))[0])
        raise DataError(
            f"league: unit {j + 1}: {f.cases[j]} cases of {f.trials[j]}; expected 0 to as many as "
            "there are"
        )
    if isinstance(f, Measured) and np.any(f.sd <= 0):
        raise DataError("league: found a standard error of 0 or less, expected more")
