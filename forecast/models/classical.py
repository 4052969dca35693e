"""Classical methods on whole panels: each series by itself, or its share of the nation.

    z[t] = log(y[t] + c)  or  log((y[t] + c) / N[t]),    z ahead = mean + F e + slope log N ahead

Every series gets its own law (`classical_law`); the shocks e of all series are drawn together
(`classical_coupling`), so that draw k is one future of the whole panel. A share meets the national
path that is given, or the draws of the nation by the same method. Months after a series' last known
one are forecast like those ahead and dropped. A series of zeros stays zero.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.core.monthly import MonthlyPanel
from forecast.errors import AlignmentError, ConvergenceError
from forecast.models.classical_coupling import joint_shocks, shrunk_correlation
from forecast.models.classical_law import Law, Rule
from forecast.models.classical_series import (
    Sample,
    logs_of,
    only_zeros,
    persons,
    sample_of,
    shift_of,
)
from forecast.models.kernels import Floats
from forecast.models.method import Drawn, Method, SeriesKey, checked_path

EXPLODING = 20.0
"""A draw that goes beyond so many times the largest value seen counts as exploded."""


@dataclass(frozen=True)
class Fit:
    """A series that has a law.

    Attributes
    ----------
    area, group : places in the panel
    shared : whether the law is that of its share of the nation
    """

    area: int
    group: int
    sample: Sample
    law: Law
    shared: bool


@dataclass
class Findings:
    """What is found out on the way to the draws."""

    draws: Floats
    failed: dict[SeriesKey, str] = field(default_factory=dict[SeriesKey, str])
    exploded: dict[SeriesKey, int] = field(default_factory=dict[SeriesKey, int])
    notes: dict[SeriesKey, tuple[str, ...]] = field(
        default_factory=dict[SeriesKey, tuple[str, ...]]
    )

    @property
    def drawn(self) -> Drawn:
        """The same, closed."""
        return Drawn(self.draws, self.failed, self.exploded, self.notes)


@dataclass(frozen=True)
class Classical:
    """One rule applied to all series of a panel.

    Attributes
    ----------
    name : in tables
    rule : how the law of a series is found
    on_share : whether areas are projected as shares of the nation
    """

    name: str
    rule: Rule
    on_share: bool = False

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Draw joint futures: see `forecast.models.method.Method.draw`."""
        path = checked_path(given, history, horizon, count)
        shape = (count, len(history.areas), len(history.groups), horizon)
        found = Findings(np.full(shape, np.nan))
        nation = history.position(history.national)
        if path is not None:
            found.draws[:, nation] = path
        fits = list(self._fits(history, horizon, path is not None, found))
        self._fill(found, history, fits, _coupled(fits, horizon, count, rng))
        _expect_some(self.name, history, found, path is not None)
        return found.drawn

    def _fits(
        self, history: MonthlyPanel, horizon: int, is_given: bool, found: Findings
    ) -> Iterator[Fit]:
        """Find the law of every series that has one, the nation's first."""
        nation = history.position(history.national)
        others = [a for a in range(len(history.areas)) if a != nation]
        for area in others if is_given else [nation, *others]:
            shared = self.on_share and area != nation
            for group in range(len(history.groups)):
                key = (history.areas[area], history.groups[group])
                values, whole = history.values[area, group], history.values[nation, group]
                if only_zeros(values):
                    found.draws[:, area, group] = 0.0
                    found.notes[key] = ("only zeros so far: stays zero",)
                    continue
                x = logs_of(whole) if is_given and self.rule.regressed else None
                try:
                    sample = sample_of(values, whole if shared else None, x)
                    law = self.rule.law(sample, sample.lead + horizon)
                except ConvergenceError as error:
                    found.failed[key] = str(error)
                    continue
                if law.notes:
                    found.notes[key] = law.notes
                yield Fit(area, group, sample, law, shared)

    def _fill(
        self, found: Findings, history: MonthlyPanel, fits: Sequence[Fit], paths: Sequence[Floats]
    ) -> None:
        """Turn paths on the log scale into persons, the nation's first, and look at them."""
        nation, count = history.position(history.national), len(found.draws)
        for fit, path in zip(fits, paths, strict=True):
            key = (history.areas[fit.area], history.groups[fit.group])
            whole = found.draws[:, nation, fit.group]
            if fit.shared and np.isnan(whole).any():
                found.failed[key] = f"{history.national} failed, of which it is a share"
                continue
            if fit.law.slope:
                shift = shift_of(history.values[nation, fit.group])
                with np.errstate(divide="ignore"):
                    path = path + fit.law.slope * np.log(whole + shift)
            made = persons(path, fit.sample.shift, whole if fit.shared else None)
            limit = EXPLODING * np.nanmax(history.values[fit.area, fit.group])
            if beyond := int((~(made <= limit)).any(axis=1).sum()):
                found.exploded[key] = beyond
            if endless := int((~np.isfinite(made)).any(axis=1).sum()):
                found.failed[key] = f"{endless} of {count} paths are not finite"
                continue
            found.draws[:, fit.area, fit.group] = made


def _coupled(
    fits: Sequence[Fit], horizon: int, count: int, rng: np.random.Generator
) -> list[Floats]:
    """Draw the paths of all laws together, on the log scale, (count, horizon) each."""
    if not fits:
        return []
    first = min(fit.sample.start for fit in fits)
    stop = max(fit.sample.start + len(fit.law.residuals) for fit in fits)
    residuals = np.full((stop - first, len(fits)), np.nan)
    for s, fit in enumerate(fits):
        begin = fit.sample.start - first
        residuals[begin : begin + len(fit.law.residuals), s] = fit.law.residuals
    # shocks meet in the calendar month: a series that is not yet published starts earlier
    months = horizon + max(fit.sample.lead for fit in fits)
    shocks = joint_shocks(shrunk_correlation(residuals), months, count, rng)
    paths = (
        fit.law.mean + shocks[:, s, -len(fit.law.mean) :] @ fit.law.factor.T
        for s, fit in enumerate(fits)
    )
    return [path[:, -horizon:] for path in paths]


def _expect_some(name: str, history: MonthlyPanel, found: Findings, is_given: bool) -> None:
    """Raise unless a series of an area that had to be drawn was."""
    areas = [a for a in history.areas if not (is_given and a == history.national)]
    if areas and len(found.failed) == len(areas) * len(history.groups):
        (area, group), reason = next(iter(found.failed.items()))
        raise ConvergenceError(
            f"{name}: all {len(found.failed)} series failed, {area}, {group}: {reason}"
        )


@dataclass(frozen=True)
class Pool:
    """Equal-weight mixture: each draw is one whole future of one member.

    Petropoulos & Svetunkov 2020, doi:10.1016/j.ijforecast.2019.01.006, for the members that
    `registry` gives it. Which draw is whose is shuffled, and members have as many draws each, give
    or take one. Where a member fails on a series, the pool fails on it.

    Attributes
    ----------
    name : in tables
    members : methods, no more of them than draws
    """

    name: str
    members: tuple[Method, ...]

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Draw joint futures: see `forecast.models.method.Method.draw`."""
        path = checked_path(given, history, horizon, count)
        if count < len(self.members):
            raise AlignmentError(
                f"{self.name}: {count} draws, expected one for each of its "
                f"{len(self.members)} members at least"
            )
        shape = (count, len(history.areas), len(history.groups), horizon)
        found = Findings(np.full(shape, np.nan))
        turns = rng.permutation(np.arange(count) % len(self.members))
        for turn, member in enumerate(self.members):
            mine = turns == turn
            part = None if path is None else path[mine]
            drawn = member.draw(history, horizon, part, int(mine.sum()), rng)
            found.draws[mine] = drawn.draws
            _add(found, member.name, drawn)
        for area, group in found.failed:
            found.draws[:, history.position(area), history.groups.index(group)] = np.nan
        return found.drawn


def _add(found: Findings, name: str, drawn: Drawn) -> None:
    """Add what a member of a pool reports, under its name."""
    for key, reason in drawn.failed.items():
        earlier = f"{found.failed[key]}; " if key in found.failed else ""
        found.failed[key] = f"{earlier}{name}: {reason}"
    for key, times in drawn.exploded.items():
        found.exploded[key] = found.exploded.get(key, 0) + times
    for key, notes in drawn.notes.items():
        named = tuple(f"{name}: {note}" for note in notes)
        found.notes[key] = (*found.notes.get(key, ()), *named)


def on_series(rule: Rule) -> Classical:
    """Apply a rule to the series themselves."""
    return Classical(rule.name, rule)


def on_share(rule: Rule, name: str | None = None) -> Classical:
    """Apply a rule to shares of the nation, named with ``_share`` behind unless told otherwise."""
    return Classical(name or f"{rule.name}_share", rule, on_share=True)
