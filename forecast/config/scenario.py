"""Scenarios: named lists of statements about the future, checked.

A statement says what one figure will be: exactly (a *pin*), or with a standard deviation or
quantiles (a *band*). A shock moves people out of a group, into one, or from one to another. A mix
takes each future from one of several scenarios. `scenario_file` reads them from TOML.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from forecast.core.period import Window, month_code
from forecast.errors import ConfigError, UnitsError
from forecast.vocabulary import (
    MEASURE_ADJUSTMENT,
    MEASURE_UNITS,
    SHARE_MEASURES,
    Adjustment,
    Measure,
    Unit,
)

StatementKind = Literal["pin", "band"]

_RATES = frozenset(MEASURE_ADJUSTMENT)
# Counts of people that are no benefit and have no season to take out.
_POPULATIONS = frozenset({Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING})
STATED = (
    Measure.FULDTIDSPERSONER,
    Measure.LANDSANDEL,
    *MEASURE_ADJUSTMENT,
    Measure.ANDEL_AF_BEFOLKNING,
    Measure.ANDEL_AF_ARBEJDSSTYRKE,
    *sorted(_POPULATIONS),
)
"""Measures that a statement may be about."""


@dataclass(frozen=True)
class Statement:
    """What one figure will be, checked.

    Attributes
    ----------
    kind
        ``pin`` (holds on every draw) or ``band`` (a value with a standard deviation, or quantiles).
    area, group
        A name of ``areas.toml`` and a key of ``groups.toml``; the group is empty for
        ``arbejdsstyrke`` and ``befolkning``.
    measure
        A rate is ``ledighedsprocent`` when adjusted and ``ledighedsprocent_faktisk`` when actual.
    window
        The months that the value is the mean of.
    value, sd
        In `unit`; shares are fractions. `sd` is None but for a band that states one; the value of
        a band with quantiles is its middle one.
    adjustment
        None for ``arbejdsstyrke`` and ``befolkning`` only.
    reference, published, certainty, reason
        Who says so, since when (ISO date), how sure we are that they do, and why the `sd`.
    quantiles
        Pairs of a level in (0, 1) and a value, rising in both.
    updates_parents
        Whether a statement about an area tells something of the areas about it, or only what that
        area does within what they do.

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
    quantiles: tuple[tuple[float, float], ...] = ()
    updates_parents: bool = False

    def __post_init__(self) -> None:
        _check_kind(self.kind, self.sd, self.quantiles)
        _check_measure(self.measure, self.group, self.adjustment)
        for value in (self.value, *(v for _, v in self.quantiles)):
            _check_value(self.measure, value, self.unit)
        _check_quantiles(self.quantiles)

    @property
    def about(self) -> tuple[str, str, str, str]:
        """Name the figure it is about, with or without its season.

        Two statements of one scenario are about two figures; one that extends a scenario takes the
        place of an earlier one about the same.
        """
        rate = self.measure in _RATES
        measure = Measure.LEDIGHEDSPROCENT if rate else self.measure
        return self.area, self.group, measure.value, self.window.code


@dataclass(frozen=True)
class Shock:
    """People who leave a group, come into one, or move from one to another.

    Attributes
    ----------
    area : where; areas in it lose the same share, areas about it the same persons
    source, target : groups left and entered; one of them may be empty
    amount : full-time persons, or a share of the source, above zero
    relative : whether `amount` is a share
    first, last : its first month and its last, None where it lasts (year * 12 + month - 1)
    phase_in : months until it is whole; 0 for at once
    half_life : months in which it fades by half; 0 where it does not fade
    duration : mean months on the benefit, where a stock settles at a new duration; else 0
    sd : of `amount`, None where it is known
    reference, published, certainty, reason : as of a `Statement`
    policy : whether it was stated as the effect of a policy on the time people spend on a benefit
    """

    area: str
    source: str
    target: str
    amount: float
    relative: bool
    first: int
    last: int | None
    reference: str
    phase_in: int = 0
    half_life: float = 0.0
    duration: float = 0.0
    sd: float | None = None
    published: str = ""
    certainty: str = ""
    reason: str = ""
    policy: bool = False

    def __post_init__(self) -> None:
        if self.relative and not 0 < self.amount < 1:
            raise UnitsError(
                f"value: found {100 * self.amount:g} pct. of a group; expected more than 0 and "
                "less than 100 pct."
            )
        if self.source == self.target:
            raise ConfigError(f"to_group: found '{self.target}' again; expected another group")
        if self.last is not None and self.last < self.first:
            raise ConfigError(
                f"until: found {month_code(self.last)}; expected a month from "
                f"{month_code(self.first)} (from) on"
            )


@dataclass(frozen=True)
class ScenarioSpec:
    """A named scenario; one without statements and shocks is the free forecast.

    Attributes
    ----------
    id, title_da, title_en : its name, and its titles
    statements, shocks : in the order of the file, those it extends first
    mix : pairs of a scenario and the share of the futures taken from it
    files : every file it was read from, by its name within a configuration folder
    """

    id: str
    title_da: str
    title_en: str
    statements: tuple[Statement, ...]
    shocks: tuple[Shock, ...] = ()
    mix: "tuple[tuple[ScenarioSpec, float], ...]" = ()
    files: Mapping[str, Path] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )

    @property
    def is_free(self) -> bool:
        """Whether it says nothing about the future."""
        return not (self.statements or self.shocks or self.mix)


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


def check_once(statements: Collection[Statement]) -> None:
    """Refuse two statements about one figure."""
    seen: dict[tuple[str, str, str, str], int] = {}
    for place, statement in enumerate(statements):
        before = seen.setdefault(statement.about, place)
        if before != place:
            raise ConfigError(
                f"statement[{place}]: found a second statement about {statement.measure} of "
                f"{statement.group or 'people'} in {statement.area}, {statement.window.code}; "
                f"expected one, for it repeats or contradicts statement[{before}]; remove one"
            )


def rate_measure(measure: Measure, adjustment: Adjustment | None) -> Measure:
    """Name the measure of an unemployment rate of this adjustment; others stay as they are."""
    if measure is Measure.LEDIGHEDSPROCENT and adjustment is Adjustment.ACTUAL:
        return Measure.LEDIGHEDSPROCENT_FAKTISK
    return measure


def _check_kind(
    kind: StatementKind, sd: float | None, quantiles: tuple[tuple[float, float], ...]
) -> None:
    if kind == "pin" and sd is not None:
        raise ConfigError("sd: found on a pin, which holds exactly; expected kind = 'band'")
    if kind == "pin" and quantiles:
        raise ConfigError("quantiles: found on a pin, which holds exactly; expected kind = 'band'")
    if quantiles and sd is not None:
        raise ConfigError("sd: found beside quantiles; expected one of them")
    if kind == "band" and not quantiles and (sd is None or sd <= 0):
        raise ConfigError(
            "sd: missing; expected the standard deviation of the band, in the unit of value, "
            "or quantiles"
        )


def _check_quantiles(quantiles: tuple[tuple[float, float], ...]) -> None:
    for level, _ in quantiles:
        if not 0 < level < 1:
            raise ConfigError(
                f'quantiles: found level {level:g}; expected levels between 0 and 1, such as "0.1"'
            )
    ways = ([level for level, _ in quantiles], [value for _, value in quantiles])
    if any(second <= first for way in ways for first, second in pairwise(way)):
        raise ConfigError(
            f"quantiles: found {quantiles}; expected levels and values that rise together"
        )


def _check_measure(measure: Measure, group: str, adjustment: Adjustment | None) -> None:
    if measure is Measure.AENDRING:
        raise ConfigError("measure: found 'aendring'; expected the figure itself, not its change")
    if measure not in STATED:
        raise ConfigError(
            f"measure: found '{measure}', which is not projected; expected one of "
            f"{', '.join(STATED)}"
        )
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
