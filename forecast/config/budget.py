"""Prices of benefits and the state's reimbursement, as read from TOML."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from forecast.config.base import Frozen, read_toml
from forecast.config.files import find_config
from forecast.config.model import Certainty
from forecast.errors import ConfigError

STEPS = 4
"""Steps of the ladder."""

TwelveParts = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
"""Parts of a year's price that fall in its months, January first."""

Four = Annotated[tuple[float, ...], Field(min_length=STEPS, max_length=STEPS)]


class Price(Frozen):
    """What a full-time person on some benefits costs in a year, before reimbursement."""

    groups: tuple[str, ...] = Field(min_length=1)
    value: float = Field(gt=0)
    unit: Literal["kr. per FTP-year"]
    valid_from: date
    certainty: Certainty
    reference: str
    account: str
    profile: TwelveParts | None = None

    @model_validator(mode="after")
    def _check(self) -> "Price":
        if self.profile is not None and abs(sum(self.profile) - 1.0) > 1e-9:
            raise ValueError(
                f"price of {self.groups[0]}: profile sums to {sum(self.profile):g}, expected 1"
            )
        return self


class Uprating(Frozen):
    """The yearly regulation of rates."""

    year: int
    pct: float = Field(gt=-20, lt=50)
    certainty: Certainty
    reference: str


class Account(Frozen):
    """A function of the kontoplan."""

    number: str
    da: str
    en: str


class Residual(Frozen):
    """What an account moves by in a year that persons and the regulation do not explain."""

    sd: float = Field(ge=0, lt=0.5)
    unit: Literal["log a year"]
    certainty: Certainty
    reason: str


class Prices(Frozen):
    """A file of ``prices/``."""

    name: str
    reference: str
    price: tuple[Price, ...] = Field(min_length=1)
    uprating: tuple[Uprating, ...] = ()
    residual: Residual
    account: tuple[Account, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "Prices":
        seen: dict[tuple[str, date], Price] = {}
        accounts: dict[str, str] = {}
        known = {one.number for one in self.account}
        for one in self.price:
            if one.account not in known:
                raise ValueError(f"price of {one.groups[0]}: account {one.account} has no name")
            for group in one.groups:
                if (group, one.valid_from) in seen:
                    raise ValueError(
                        f"{group} has two prices from {one.valid_from.isoformat()}; keep one"
                    )
                seen[group, one.valid_from] = one
                if accounts.setdefault(group, one.account) != one.account:
                    raise ValueError(f"{group} is on two accounts; keep one")
        years = [one.year for one in self.uprating]
        doubled = {year for year in years if years.count(year) > 1}
        if doubled:
            raise ValueError(f"two regulations of {min(doubled)}; keep one")
        return self


class Step(Frozen):
    """A step of the ladder: from which week on, and the state's part in per cent."""

    first_week: int = Field(ge=1)
    state: float = Field(ge=0, le=100)


class Ladder(Frozen):
    """The state's part by weeks on public support."""

    valid_from: date
    certainty: Certainty
    reference: str
    steps: Annotated[tuple[Step, ...], Field(min_length=STEPS, max_length=STEPS)]


class Seniority(Frozen):
    """What counts as weeks on public support."""

    counts_from: date
    self_supported_weeks: int = Field(ge=1)
    within_weeks: int = Field(ge=1)
    certainty: Certainty
    reference: str


class ExceptionRule(Frozen):
    """Benefits off the ladder where they were granted before a day."""

    groups: tuple[str, ...] = Field(min_length=1)
    granted_before: date
    state: float = Field(ge=0, le=100)
    certainty: Certainty
    reference: str


class Stay(Frozen):
    """How long people stay on some benefits, and where those who come begin."""

    groups: tuple[str, ...] = Field(min_length=1)
    leave: Four
    begin: Four
    spells: float = Field(gt=0)
    old: float = Field(default=0.0, ge=0, lt=1)
    old_leaves: float = Field(default=0.0, ge=0, lt=1)
    certainty: Certainty
    reference: str

    @model_validator(mode="after")
    def _check(self) -> "Stay":
        if not all(0 < p < 1 for p in self.leave):
            raise ValueError("leave: expected chances a week between 0 and 1")
        if min(self.begin) < 0 or abs(sum(self.begin) - 1.0) > 1e-9:
            raise ValueError(f"begin: parts sum to {sum(self.begin):g}, expected 1")
        return self


class Refusion(Frozen):
    """All of ``refusion.toml``."""

    reference: str
    ladder: Ladder
    seniority: Seniority
    exception: tuple[ExceptionRule, ...] = ()
    stay: tuple[Stay, ...] = Field(min_length=1)

    def exception_of(self, group: str) -> ExceptionRule | None:
        """Exception that a benefit has, or None."""
        return next((one for one in self.exception if group in one.groups), None)

    def stay_of(self, group: str) -> Stay:
        """How long people stay on a benefit.

        Raises
        ------
        ConfigError
            If nothing says.
        """
        for one in self.stay:
            if group in one.groups:
                return one
        raise ConfigError(
            f"refusion.toml: no [[stay]] names '{group}'; expected one for every benefit with a "
            "price"
        )


def load_prices(name: str = "ydelser", beside: Path | None = None) -> Prices:
    """Read ``prices/<name>.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If it is missing or cannot be used.
    """
    return read_toml(find_config(f"prices/{name}.toml", beside), Prices)


def load_refusion(beside: Path | None = None) -> Refusion:
    """Read ``refusion.toml``, beside the user's configuration or as it came.

    Raises
    ------
    ConfigError
        If it is missing or cannot be used.
    """
    return read_toml(find_config("refusion.toml", beside), Refusion)
