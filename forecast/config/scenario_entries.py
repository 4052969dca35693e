"""What stands in a scenario file: the tables and their keys, before names are resolved."""

from datetime import date

from pydantic import Field

from forecast.config.base import Frozen
from forecast.config.model import Certainty
from forecast.config.scenario import StatementKind
from forecast.vocabulary import Adjustment, Measure


class Sourced(Frozen):
    """What every table of a scenario file says of where it comes from."""

    reference: str = Field(min_length=1, description="who says so, and where")
    published: date = Field(description="the date of the reference, such as 2020-09-07")
    certainty: Certainty = Field(description="'H', 'M' or 'L'")
    reason: str = ""


class StatementEntry(Sourced):
    """One ``[[statement]]`` of a scenario file."""

    kind: StatementKind = Field(description="'pin' or 'band'")
    area: str = Field(description="an area, such as 'Hele landet'")
    group: str = ""
    measure: Measure = Field(description="a measure, such as 'fuldtidspersoner'")
    period: str = Field(description="a period, such as 'ultimo 2021'")
    value: float | None = None
    unit: str = Field(description="the unit of value, such as 'pct.' or 'FTP'")
    sd: float | None = Field(default=None, gt=0)
    quantiles: dict[str, float] = Field(default_factory=dict)
    adjustment: Adjustment | None = None
    updates_parents: bool = False


class PathEntry(Sourced):
    """One ``[[path]]``: a figure that is known in several periods, such as a population."""

    area: str = Field(description="an area, such as 'Hele landet'")
    group: str = ""
    measure: Measure = Field(description="a measure, such as 'befolkning'")
    unit: str = Field(description="the unit of the values, such as 'personer'")
    values: dict[str, float] = Field(min_length=1, description='periods, such as "2021" = 3814000')
    adjustment: Adjustment | None = None
    updates_parents: bool = False


class ShockEntry(Sourced):
    """One ``[[shock]]``: people who leave a group, come into one, or move between two."""

    area: str = Field(description="an area, such as 'Gentofte'")
    group: str = Field(description="a group, such as 'kontanthjaelp'")
    to_group: str = ""
    value: float = Field(description="a number; below zero where people leave to no benefit")
    unit: str = Field(description="'FTP', or 'pct.' of the group")
    sd: float | None = Field(default=None, gt=0)
    first: str = Field(alias="from", description="its first month, such as '2021-07'")
    until: str | None = None
    phase_in: int = Field(default=0, ge=0, le=120)
    half_life: float = Field(default=0.0, ge=0)


class PolicyEntry(Sourced):
    """One ``[[policy]]``: a measure that shortens the time people spend on a benefit."""

    area: str = Field(description="an area, such as 'Gentofte'")
    group: str = Field(description="a group, such as 'sygedagpenge'")
    to_group: str = ""
    shorter: float = Field(gt=0, description="how much shorter, in the unit below")
    unit: str = Field(description="'pct.'")
    sd: float | None = Field(default=None, gt=0)
    mean_duration: float = Field(gt=0, description="mean months on the benefit, such as 9.0")
    first: str = Field(alias="from", description="its first month, such as '2021-01'")
    until: str | None = None


class MixEntry(Frozen):
    """One ``[[mix]]``: a scenario and its weight."""

    scenario: str = Field(description="a scenario's id, such as 'oer-2020-08'")
    weight: float = Field(gt=0, description="a number, in the unit below")
    unit: str = Field(description="'pct.'")


class ScenarioFile(Frozen):
    """A scenario file; its id is its name without ``.toml``."""

    title_da: str = Field(description="a Danish title")
    title_en: str = Field(description="an English title")
    extends: str = ""
    statement: tuple[StatementEntry, ...] = ()
    path: tuple[PathEntry, ...] = ()
    shock: tuple[ShockEntry, ...] = ()
    policy: tuple[PolicyEntry, ...] = ()
    mix: tuple[MixEntry, ...] = ()
