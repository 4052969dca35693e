"""Grants outside the state's part, as read from TOML."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Certainty


class Grant(Frozen):
    """What municipalities as a whole are compensated for, and how it is shared among them."""

    name: str
    groups: tuple[str, ...] = Field(min_length=1)
    part: float = Field(gt=0, le=100)
    unit: Literal["pct."]
    key: Literal["befolkning", "to-aar-foer"]
    valid_from: date
    valid_until: date | None = None
    certainty: Certainty
    reference: str

    def holds(self, month: int) -> bool:
        """Whether it is paid in a month, year * 12 + month - 1."""
        until = self.valid_until
        first = self.valid_from.year * 12 + self.valid_from.month - 1
        return first <= month and (until is None or month <= until.year * 12 + until.month - 1)


class Grants(Frozen):
    """All of ``grants.toml``."""

    reference: str
    grant: tuple[Grant, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> "Grants":
        for place, one in enumerate(self.grant):
            for other in self.grant[:place]:
                common = set(one.groups) & set(other.groups)
                if common and _overlap(one, other):
                    raise ValueError(
                        f"'{other.name}' and '{one.name}' both pay for {min(common)} at one time; "
                        "let one end before the other begins"
                    )
        return self


def _overlap(one: Grant, other: Grant) -> bool:
    ends = [grant.valid_until or date.max for grant in (one, other)]
    return max(one.valid_from, other.valid_from) <= min(ends)


def load_grants(beside: Path | None = None) -> Grants:
    """Read ``grants.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If it is missing or cannot be used.
    """
    return read_toml(find_config("grants.toml", beside), Grants)
