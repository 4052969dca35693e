"""Resultatmål, fokusmål and skærpet tilsyn as read from ``configs/supervision.toml``."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Certainty
from forecast.core.period import month_code
from forecast.errors import ConfigError


class Percent(Frozen):
    """A share in per cent, as the file has it."""

    value: float = Field(ge=0, le=100)
    unit: Literal["pct"]

    @property
    def fraction(self) -> float:
        """The share as a fraction."""
        return self.value / 100.0


class Readings(Frozen):
    """How what the text leaves open is read."""

    focus: Literal["any", "both"] = "any"
    exact: Literal["fails", "passes"] = "fails"
    extension: Literal["added", "in-all"] = "added"
    reference: str = ""


OTHER_READING = {
    ("focus", "any"): "both",
    ("focus", "both"): "any",
    ("exact", "fails"): "passes",
    ("exact", "passes"): "fails",
    ("extension", "added"): "in-all",
    ("extension", "in-all"): "added",
}
"""The other way to read each open point."""


class Rules(Frozen):
    """The rules from a day on."""

    valid_from: date
    first_measurement: date
    certainty: Certainty
    reference: str
    limit_offers: Percent
    limit_conversations: Percent
    mean_months: int = Field(ge=1)
    seniority_months: int = Field(ge=0)
    offers: int = Field(ge=1)
    employment_weeks: int = Field(ge=1)
    employment_hours: float = Field(gt=0)
    conversations: int = Field(ge=1)
    review: Percent
    recovery_months: int = Field(ge=1)
    extension_months: int = Field(ge=0)


class Supervision(Frozen):
    """All of ``supervision.toml``."""

    publication_months: int = Field(ge=0)
    publication_reason: str
    readings: Readings
    rules: tuple[Rules, ...] = Field(min_length=1)

    def at(self, month: int) -> Rules:
        """Rules of a month, year * 12 + month - 1.

        Raises
        ------
        ConfigError
            If no rules were in force.
        """
        in_force = [r for r in self.rules if _month(r.valid_from) <= month]
        if not in_force:
            first = min(r.valid_from for r in self.rules)
            raise ConfigError(
                f"supervision.toml: no rules for {month_code(month)}; the first are valid from "
                f"{first.isoformat()}: add older ones, or take a later measurement"
            )
        return max(in_force, key=lambda r: r.valid_from)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def load_supervision(beside: Path | None = None) -> Supervision:
    """Read ``supervision.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If a key is missing, unknown or cannot be used.
    """
    return read_toml(find_config("supervision.toml", beside), Supervision)
