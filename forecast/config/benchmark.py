"""The expected share as read from ``configs/benchmark.toml``: groups, conditions and priors."""

from datetime import date
from pathlib import Path

from pydantic import Field

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Prior, Scale, Verdict


class BenchmarkGroup(Frozen):
    """One benefit group of the published table."""

    key: str
    label: str
    en: str
    also: tuple[str, ...] = ()
    members: tuple[str, ...] = Field(min_length=1)


class Condition(Frozen):
    """One framework condition: a column of the user's file."""

    key: str
    da: str
    en: str
    unit: str


class Printed(Frozen):
    """How figures are rounded, and what a share can be."""

    count_step: float = Field(gt=0)
    count_reason: str
    share_step: float = Field(gt=0)
    share_reason: str
    largest_share: float = Field(gt=0, lt=1)
    largest_reason: str
    smallest_share: float = Field(gt=0, lt=1)
    smallest_reason: str


class EffectPriors(Frozen):
    """What is a municipality's own: lasting, and by chance of who lives there."""

    spread: Scale
    size_slope: Prior
    memory: Prior
    chance: Prior
    chance_memory: Prior


class OwnPriors(Frozen):
    """The regression on framework conditions."""

    intercept: Prior
    step: Scale
    coefficient: Scale
    region: Scale
    kind: Scale
    cut: float = Field(gt=1)
    cut_reason: str
    logs: tuple[str, ...]
    logs_reason: str


class PublishedPriors(Frozen):
    """Actual given the published expectation."""

    intercept: Prior
    step: Scale
    tracking: Scale


class BenchmarkSampling(Frozen):
    """Size of the sampling, and how many draws are kept for all that follows."""

    chains: int = Field(ge=2)
    tune: int = Field(ge=100)
    draws: int = Field(ge=100)
    target_accept: float = Field(gt=0.5, lt=1)
    kept: int = Field(ge=100)
    reason: str


class RankingSettings(Frozen):
    """Intervals of ranks, what it takes to be called better or worse, and the funnel."""

    interval: float = Field(gt=0, lt=1)
    sure: float = Field(gt=0.5, lt=1)
    reason: str
    funnel: tuple[float, ...] = Field(min_length=1)
    funnel_reason: str


class BenchmarkModel(Frozen):
    """All of ``benchmark.toml``."""

    reference: str
    valid_from: date
    municipalities: int = Field(ge=10)
    group: tuple[BenchmarkGroup, ...] = Field(min_length=1)
    printed: Printed
    effects: EffectPriors
    own: OwnPriors
    published: PublishedPriors
    sampling: BenchmarkSampling
    ranking: RankingSettings
    verdict: Verdict
    condition: tuple[Condition, ...] = Field(min_length=1)

    @property
    def total(self) -> str:
        """Key of the group that is the sum of the others: the first."""
        return self.group[0].key


def load_benchmark(beside: Path | None = None) -> BenchmarkModel:
    """Read ``benchmark.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If a key is missing, unknown or cannot be used.
    """
    return read_toml(find_config("benchmark.toml", beside), BenchmarkModel)
