"""The municipality's own investment as read from ``configs/investment.toml``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, model_validator

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Certainty
from forecast.errors import nearest


class YearlyCost(Frozen):
    """What is invested in a year."""

    value: float = Field(gt=0)
    unit: Literal["mio. kr.", "kr."]

    @property
    def kroner(self) -> float:
        """The same in kroner."""
        return self.value * (1e6 if self.unit == "mio. kr." else 1.0)


class StaffGroup(Frozen):
    """Benefits whose cases one part of the staff has."""

    key: str
    da: str
    en: str
    groups: tuple[str, ...] = Field(min_length=1)


class Followup(Frozen):
    """Cases as a mean of a year, and årsværk at the end of it."""

    year: int
    group: str
    cases: float = Field(gt=0)
    staff: float = Field(gt=0)
    reference: str


class UnitCost(Frozen):
    """Running costs of activation for a full-time person in a year."""

    year: int
    value: float = Field(gt=0)
    unit: Literal["kr. per FTP"]
    reference: str


Dated = TypeVar("Dated", Followup, UnitCost)


class Investment(Frozen):
    """All of ``investment.toml``; `name` is the scenario in which the investment works."""

    name: str
    first_year: int
    last_year: int
    reference: str
    certainty: Certainty
    not_activated: tuple[str, ...] = ()
    cost: YearlyCost
    staff_group: tuple[StaffGroup, ...] = ()
    followup: tuple[Followup, ...] = ()
    unit_cost: tuple[UnitCost, ...] = ()

    @property
    def before(self) -> int:
        """Last year without the investment."""
        return self.first_year - 1

    def followed(self, group: str) -> tuple[Followup, Followup] | None:
        """Follow-ups of the year before and of the last one; None unless there are both."""
        return _ends([one for one in self.followup if one.group == group], self.before)

    @property
    def costs(self) -> tuple[UnitCost, UnitCost] | None:
        """Unit costs of the year before and of the last one; None unless there are both."""
        return _ends(self.unit_cost, self.before)

    @model_validator(mode="after")
    def _check(self) -> "Investment":
        if self.last_year < self.first_year:
            raise ValueError("last_year lies before first_year; swap them")
        known = [one.key for one in self.staff_group]
        seen: set[tuple[int, str]] = set()
        for one in self.followup:
            if one.group not in known:
                raise ValueError(
                    f"followup of {one.year}: no [[staff_group]] '{one.group}'"
                    f"{nearest(one.group, known)}; expected one of {', '.join(known)}"
                )
            if (one.year, one.group) in seen:
                raise ValueError(f"two follow-ups of {one.group} in {one.year}; keep one")
            seen.add((one.year, one.group))
        years = [one.year for one in self.unit_cost]
        if len(set(years)) < len(years):
            raise ValueError("unit_cost: two of one year; keep one")
        return self


def _ends(found: Sequence[Dated], before: int) -> tuple[Dated, Dated] | None:
    """Find the entry of one year, and the last after it."""
    first = next((one for one in found if one.year == before), None)
    later = [one for one in found if one.year > before]
    return None if first is None or not later else (first, max(later, key=lambda one: one.year))


def load_investment(beside: Path | None = None) -> Investment:
    """Read ``investment.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If a key is missing, unknown or cannot be used.
    """
    return read_toml(find_config("investment.toml", beside), Investment)
