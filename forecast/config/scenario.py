"""Scenarios: named lists of statements about the future.

A scenario is a file ``configs/scenarios/<id>.toml``. A statement says what one figure will be,
exactly (a *pin*) or with a standard deviation (a *band*), with its unit, its season and its source.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from forecast.config.areas import load_areas, resolve_area, slug
from forecast.config.base import Frozen, at, read_toml
from forecast.config.files import find_config
from forecast.config.groups import build_tree, load_groups, rate_groups, resolve_group
from forecast.config.model import Certainty
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.errors import ConfigError, UnitsError
from forecast.vocabulary import (
    MEASURE_ADJUSTMENT,
    MEASURE_UNITS,
    SHARE_MEASURES,
    Adjustment,
    Measure,
    Unit,
    parse_unit,
)

StatementKind = Literal["pin", "band"]

_RATES = frozenset(MEASURE_ADJUSTMENT)
# Counts of people that are no benefit and have no season to take out.
_POPULATIONS = frozenset({Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING})


@dataclass(frozen=True)
class Statement:
    """What one figure will be, checked.

    Attributes
    ----------
    kind
        ``pin`` (holds on every draw) or ``band`` (a value with a standard deviation).
    area, group
        A name of ``areas.toml`` and a key of ``groups.toml``; the group is empty for
        ``arbejdsstyrke`` and ``befolkning``.
    measure
        A rate is ``ledighedsprocent`` when adjusted and ``ledighedsprocent_faktisk`` when actual.
    window
        The months that the value is the mean of.
    value, sd
        In `unit`; shares are fractions. `sd` is None for a pin.
    adjustment
        None for ``arbejdsstyrke`` and ``befolkning`` only.
    reference, published, certainty, reason
        Who says so, since when (ISO date), how sure we are that they do, and why the `sd`.

    Raises
    ------
    ConfigError
        When kind and sd, or measure and group, or measure and adjustment do not fit. Whether a rate
        is one of the unemployed is for `check_rate`, which knows the groups.
    UnitsError
        When the unit does not fit the measure or the value is impossible in it.
    """

    kind: StatementKind
    area: str
    group: str
    measure: Measure
    window: Window
    value: float
    unit: Unit
    adjustment: Adjustment | None
    reference: str
    published: str = ""
    certainty: str = ""
    sd: float | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        _check_kind(self.kind, self.sd)
        _check_measure(self.measure, self.group, self.adjustment)
        _check_value(self.measure, self.value, self.unit)


@dataclass(frozen=True)
class ScenarioSpec:
    """A named scenario; one without statements is the free forecast."""

    id: str
    title_da: str
    title_en: str
    statements: tuple[Statement, ...]


class StatementEntry(Frozen):
    """One ``[[statement]]`` of a scenario file."""

    kind: StatementKind = Field(description="'pin' or 'band'")
    area: str = Field(description="an area, such as 'Hele landet'")
    group: str = ""
    measure: Measure = Field(description="a measure, such as 'fuldtidspersoner'")
    period: str = Field(description="a period, such as 'ultimo 2021'")
    value: float = Field(description="a number, in the unit below")
    unit: str = Field(description="the unit of value, such as 'pct.' or 'FTP'")
    sd: float | None = Field(default=None, gt=0)
    adjustment: Adjustment | None = None
    reference: str = Field(min_length=1, description="who says so, and where")
    published: date = Field(description="the date of the reference, such as 2020-09-07")
    certainty: Certainty = Field(description="'H', 'M' or 'L'")
    reason: str = ""


class ScenarioFile(Frozen):
    """A scenario file; its id is its name without ``.toml``."""

    title_da: str = Field(description="a Danish title")
    title_en: str = Field(description="an English title")
    statement: tuple[StatementEntry, ...] = ()


def scenario_path(name: str, beside: Path | None = None) -> Path:
    """Find the file of a scenario, given by id or by a path that ends in ``.toml``."""
    if name.endswith(".toml"):
        return Path(name)
    return find_config(f"scenarios/{name}.toml", beside)


def load_scenario(name: str, beside: Path | None = None, tree: Tree | None = None) -> ScenarioSpec:
    """Read one scenario.

    Parameters
    ----------
    name
        Its id, such as ``oer-2020-08``, or a path that ends in ``.toml``.
    beside
        The folder of the user's own configuration, whose ``scenarios/`` comes first.
    tree
        The areas and groups that statements may name; by default those beside the configuration,
        or the bundled ones.

    Raises
    ------
    ConfigError
        When there is no such scenario, or a statement cannot be used; names file and key.
    """
    path = scenario_path(name, beside)
    known = build_tree(load_areas(beside), load_groups(beside)) if tree is None else tree
    content = read_toml(path, ScenarioFile)
    if path.stem != slug(path.stem):
        raise ConfigError(
            f"{path}: the file's name is the scenario's id; found '{path.stem}', "
            f"expected small letters, digits and hyphens, such as '{slug(path.stem)}'"
        )
    rates = rate_groups(beside)
    statements: list[Statement] = []
    for index, entry in enumerate(content.statement):
        where = f"{path}: statement[{index}]"
        statements.append(_statement(entry, where, known))
        with at(where):
            check_rate(statements[-1], rates)
    return ScenarioSpec(path.stem, content.title_da, content.title_en, tuple(statements))


def check_rate(statement: Statement, rates: Collection[str]) -> None:
    """Refuse an unemployment rate of a group that is not the unemployed.

    Parameters
    ----------
    statement
        Any statement; one that is no rate passes.
    rates
        The groups whose rate it may be, from `forecast.config.groups.rate_groups`.
    """
    if statement.measure in _RATES and statement.group not in rates:
        raise ConfigError(
            f"group: found '{statement.group}' with {statement.measure}; expected "
            f"{' or '.join(map(repr, rates)) or 'a group with rate = true in groups.toml'}"
        )


def rate_measure(measure: Measure, adjustment: Adjustment | None) -> Measure:
    """Name the measure of an unemployment rate of this adjustment; others stay as they are."""
    if measure is Measure.LEDIGHEDSPROCENT and adjustment is Adjustment.ACTUAL:
        return Measure.LEDIGHEDSPROCENT_FAKTISK
    return measure


def _statement(entry: StatementEntry, where: str, tree: Tree) -> Statement:
    """Make the noun of an entry: names resolved, numbers in the program's units."""
    with at(f"{where}.area"):
        area = resolve_area(entry.area, tree.areas)
    with at(f"{where}.group"):
        group = resolve_group(entry.group, tree.groups) if entry.group else ""
    with at(f"{where}.period"):
        window = Window.parse(entry.period)
    with at(f"{where}.unit"):
        spelling = parse_unit(entry.unit)
    if entry.kind == "band" and not entry.reason:
        raise ConfigError(f"{where}.reason: missing; expected why the band has this sd")
    with at(where):
        return Statement(
            kind=entry.kind,
            area=area,
            group=group,
            measure=rate_measure(entry.measure, entry.adjustment),
            window=window,
            value=entry.value * spelling.factor,
            unit=spelling.unit,
            adjustment=entry.adjustment,
            reference=entry.reference,
            published=entry.published.isoformat(),
            certainty=entry.certainty,
            sd=None if entry.sd is None else entry.sd * spelling.factor,
            reason=entry.reason,
        )


def _check_kind(kind: StatementKind, sd: float | None) -> None:
    if kind == "pin" and sd is not None:
        raise ConfigError("sd: found on a pin, which holds exactly; expected kind = 'band'")
    if kind == "band" and (sd is None or sd <= 0):
        raise ConfigError(
            "sd: missing; expected the standard deviation of the band, in the unit of value"
        )


def _check_measure(measure: Measure, group: str, adjustment: Adjustment | None) -> None:
    if measure is Measure.AENDRING:
        raise ConfigError("measure: found 'aendring'; expected the figure itself, not its change")
    if (measure in _POPULATIONS) == bool(group):
        expected = "no group" if group else "a group, such as 'ledige'"
        raise ConfigError(f"group: found '{group}' with {measure}; expected {expected}")
    if adjustment is None and measure not in _POPULATIONS:
        raise ConfigError(
            "adjustment: missing; expected 'seasonally-adjusted' (as figures of the ministries "
            "are unless their source says otherwise) or 'actual'"
        )
    meant = MEASURE_ADJUSTMENT.get(measure, adjustment)
    if adjustment is not meant:
        raise ConfigError(f"adjustment: found '{adjustment}' with {measure}; expected '{meant}'")


def _check_value(measure: Measure, value: float, unit: Unit) -> None:
    allowed = MEASURE_UNITS[measure]
    if unit not in allowed:
        expected = " or ".join(sorted(allowed))
        raise UnitsError(f"unit: found {unit} with {measure}; expected {expected}")
    if value < 0:
        raise UnitsError(f"value: found {value:g} {unit}; expected a number of at least 0")
    if measure in SHARE_MEASURES and value > 1:
        raise UnitsError(
            f"value: found a share above 1 ({value:g}); expected at most 100 pct., check the unit"
        )
