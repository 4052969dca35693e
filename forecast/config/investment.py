"""The municipality's own investment as read from ``configs/investment.toml``."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Certainty


class YearlyCost(Frozen):
    """What is invested in a year."""

    value: float = Field(gt=0)
    unit: Literal["mio. kr.", "kr."]

    @property
    def kroner(self) -> float:
        """The same in kroner."""
        return self.value * (1e6 if self.unit == "mio. kr." else 1.0)


class Investment(Frozen):
    """All of ``investment.toml``; `name` is the scenario in which the investment works."""

    name: str
    first_year: int
    last_year: int
    reference: str
    certainty: Certainty
    cost: YearlyCost

    @model_validator(mode="after")
    def _check(self) -> "Investment":
        if self.last_year < self.first_year:
            raise ValueError("last_year lies before first_year; swap them")
        return self


def load_investment(beside: Path | None = None) -> Investment:
    """Read ``investment.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If a key is missing, unknown or cannot be used.
    """
    return read_toml(find_config("investment.toml", beside), Investment)
