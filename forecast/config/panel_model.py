"""The priors of the link model for monthly panels, as read from ``configs/models/panel.toml``."""

from datetime import date
from pathlib import Path

from pydantic import Field

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Prior, Scale, Verdict


class LevelPriors(Frozen):
    """How the level of a share wanders."""

    memory: Prior
    scale: Prior
    size_slope: Prior
    spread: float = Field(gt=0)
    spread_reason: str


class SeasonPriors(Frozen):
    """The season of a share: common to all, by size, and each area's own."""

    harmonics: int = Field(ge=1, le=5)
    harmonics_reason: str
    common_sd: float = Field(gt=0)
    common_reason: str
    size_sd: float = Field(gt=0)
    size_reason: str
    own: Prior
    memory: Prior
    size_slope: Prior
    spread: float = Field(gt=0)
    spread_reason: str


class AmplitudePriors(Frozen):
    """How seasonal swings answer to the national level."""

    kappa: Prior


class NoisePriors(Frozen):
    """One month's own noise."""

    scale: Prior
    size_slope: Prior
    kappa: Prior
    spread: float = Field(gt=0)
    spread_reason: str
    degrees: float = Field(gt=2)
    degrees_reason: str
    small_cell: float = Field(gt=0)
    small_cell_reason: str


class StaticPriors(Frozen):
    """Constants of a link: its level, the spreads of drifts and elasticities, breaks."""

    level_sd: float = Field(gt=0)
    level_reason: str
    drift_spread: Prior
    elasticity_spread: Prior
    level_break: Scale  # sd of a normal about no change


class RevisionPriors(Frozen):
    """How far provisional months are from their final values."""

    size: Prior
    weight: float = Field(gt=0)
    weight_reason: str


class SharedPriors(Frozen):
    """What areas in one larger area share."""

    correlation: Prior


class NationPriors(Frozen):
    """The nation's own path, where none is given."""

    drift: Prior
    momentum: Prior


class FitSettings(Frozen):
    """Length, size and tolerance of the fit."""

    months: int = Field(ge=24)
    months_reason: str
    points: int = Field(ge=100)
    points_reason: str
    sets: int = Field(ge=10)
    sets_reason: str
    iterations: int = Field(ge=20)
    iterations_reason: str
    tolerance: float = Field(gt=0)
    tolerance_reason: str


class NutsSettings(Frozen):
    """Size of the sampling by NUTS."""

    chains: int = Field(ge=2)
    tune: int = Field(ge=100)
    draws: int = Field(ge=100)
    target_accept: float = Field(gt=0.5, lt=1)
    max_depth: int = Field(ge=2, le=12)
    reason: str


class PanelPriors(Frozen):
    """All priors of the link model for monthly panels, and how it is fitted."""

    name: str
    valid_from: date
    reference: str
    level: LevelPriors
    season: SeasonPriors
    amplitude: AmplitudePriors
    noise: NoisePriors
    link: StaticPriors
    revision: RevisionPriors
    shared: SharedPriors
    nation: NationPriors
    fit: FitSettings
    nuts: NutsSettings
    verdict: Verdict


def load_panel_model(name: str = "panel", beside: Path | None = None) -> PanelPriors:
    """Read ``models/<name>.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If the file is missing or a key, type or number in it is wrong.
    """
    return read_toml(find_config(f"models/{name}.toml", beside), PanelPriors)
