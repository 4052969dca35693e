"""The priors of the link model as read from ``configs/models/*.toml``.

Every prior is normal on the scale its ``unit`` names; ``reason`` and ``certainty`` say where it
comes from. Nothing here knows what the numbers are used for: `forecast.models` does.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config

Certainty = Literal["H", "M", "L"]
TwelveMonths = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]


class Prior(Frozen):
    """A normal prior."""

    mean: float
    sd: float = Field(gt=0)
    unit: str
    certainty: Certainty
    reason: str


class Scale(Frozen):
    """A half-normal prior of a spread."""

    sd: float = Field(gt=0)
    unit: str
    certainty: Certainty
    reason: str


class RootPriors(Frozen):
    """The national rate: two time scales, stationary sd, level, and its season in logs."""

    long_months: Prior
    short_months: Prior
    scale: Prior
    level: Prior
    season_reason: str
    season_certainty: Certainty
    season_sd: float = Field(ge=0)
    season_ledige: TwelveMonths
    season_dagpenge: TwelveMonths
    season_jobparate: TwelveMonths


class FamilyPriors(Frozen):
    """How links of one kind move from month to month."""

    reference_size: float = Field(gt=0)
    log_scale: Prior
    size_slope: Prior
    spread: Scale
    noise: Prior
    noise_slope: Prior
    season_sd: float = Field(ge=0)
    season_reason: str


class MemoryPriors(Frozen):
    """Years after which a level forgets, for each kernel."""

    shares: Prior
    national: Prior
    population: Prior
    season: Prior


class SharedPriors(Frozen):
    """Parts of a link's shock variance it shares with its area and with its benefit."""

    area: Prior
    benefit: Prior


class AmplitudePriors(Frozen):
    """How seasonal swings answer to the national level."""

    kappa: Prior


class LinkKindPriors(Frozen):
    """Level, drift and elasticity of links of one kind."""

    level: Prior
    drift: Prior
    elasticity: Prior
    lag_months: int = Field(default=0, ge=0, le=24)
    unemployed_shift: float = 0.0
    unemployed_reason: str = ""


class BenefitPriors(Frozen):
    """What is a benefit's own."""

    elasticity: Prior
    lag_months: int = Field(default=0, ge=0, le=24)
    log_scale_shift: float = 0.0
    scale_reason: str = ""
    season_sd: float | None = Field(default=None, ge=0)


class PopulationPriors(Frozen):
    """Level and base projection of one population series."""

    level: Prior
    drift: Prior


class RegionWeights(Frozen):
    """Regions' parts of the labour force of their half of the country."""

    sd: float = Field(gt=0)
    certainty: Certainty
    reason: str
    weights: dict[str, float]


class Verdict(Frozen):
    """Thresholds a fit must meet before its numbers are believed."""

    r_hat: float
    ess_bulk: float
    ess_tail: float
    divergences: int
    bfmi: float
    reference: str


class Sampling(Frozen):
    """Size of the sampling."""

    chains: int = Field(ge=2)
    tune: int = Field(ge=100)
    draws: int = Field(ge=100)
    parameter_sets: int = Field(ge=50)
    futures_per_draw: int = Field(ge=2, multiple_of=2)
    candidates_per_draw: int = Field(ge=2, multiple_of=2)
    official_errors: tuple[PositiveFloat, PositiveFloat, PositiveFloat]
    max_depth: int = Field(ge=2, le=12)
    target_accept: float = Field(gt=0.5, lt=1)


class Families(Frozen):
    """One entry a kind of link."""

    share_area: FamilyPriors
    share_region: FamilyPriors
    national: FamilyPriors
    composition: FamilyPriors
    population: FamilyPriors


class LinkKinds(Frozen):
    """One entry a kind of link."""

    share_area: LinkKindPriors
    share_region: LinkKindPriors
    national: LinkKindPriors
    composition: LinkKindPriors
    part: LinkKindPriors


class Populations(Frozen):
    """Population 16-66 and labour force: the country, then parts of it."""

    befolkning_land: PopulationPriors
    befolkning_region: PopulationPriors
    befolkning_kommune: PopulationPriors
    arbejdsstyrke_land: PopulationPriors
    arbejdsstyrke_region: PopulationPriors
    arbejdsstyrke_kommune: PopulationPriors


class LinkPriors(Frozen):
    """All priors of the link model, thresholds of its verdict, and the size of the sampling."""

    name: str
    valid_from: date
    reference: str
    root: RootPriors
    families: Families
    memory: MemoryPriors
    shared: SharedPriors
    amplitude: AmplitudePriors
    links: LinkKinds
    benefits: dict[str, BenefitPriors]
    population: Populations
    region_weights: RegionWeights
    verdict: Verdict
    sampling: Sampling


def load_model(name: str, beside: Path | None = None) -> LinkPriors:
    """Read ``models/<name>.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If the file is missing or a key, type or number in it is wrong.
    """
    return read_toml(find_config(f"models/{name}.toml", beside), LinkPriors)
