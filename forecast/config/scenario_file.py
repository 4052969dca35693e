"""Scenario files: TOML that a caseworker can read, one file a scenario.

``configs/scenarios/<id>.toml`` holds ``[[statement]]``, ``[[path]]`` (one figure in several
periods), ``[[shock]]`` and ``[[policy]]`` tables, or ``[[mix]]`` tables that weigh other scenarios.
``extends`` names a scenario whose statements and shocks come first; a statement about the same
figure takes the place of the earlier one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from forecast.config.areas import load_areas, resolve_area, slug
from forecast.config.base import at, read_toml
from forecast.config.files import bundled, find_config
from forecast.config.groups import build_tree, load_groups, rate_groups, resolve_group
from forecast.config.scenario import (
    ScenarioSpec,
    Shock,
    Statement,
    check_once,
    check_rate,
    rate_measure,
)
from forecast.config.scenario_entries import (
    PolicyEntry,
    ScenarioFile,
    ShockEntry,
    StatementEntry,
)
from forecast.core.period import Window, parse_month
from forecast.core.tree import Tree
from forecast.core.units import UnitSpelling, parse_unit
from forecast.errors import ConfigError, UnitsError
from forecast.vocabulary import Unit

FREE = "free"
"""The scenario that says nothing."""

_WEIGHTS = 1e-6


@dataclass(frozen=True)
class _Known:
    """What entries may name."""

    tree: Tree
    rates: tuple[str, ...]
    beside: Path | None


def scenario_path(name: str, beside: Path | None = None) -> Path:
    """Find the file of a scenario, given by id or by a path that ends in ``.toml``."""
    if name.endswith(".toml"):
        return Path(name)
    return find_config(f"scenarios/{name}.toml", beside)


def scenario_names(beside: Path | None = None) -> tuple[str, ...]:
    """List the ids of all scenarios: a user's own, and those that come with the program."""
    folders = [bundled("configs"), *([] if beside is None else [beside])]
    found = {file.stem for folder in folders for file in (folder / "scenarios").glob("*.toml")}
    return tuple(sorted(found, key=lambda name: (name != FREE, name)))


def load_scenario(name: str, beside: Path | None = None, tree: Tree | None = None) -> ScenarioSpec:
    """Read one scenario, with what it extends or mixes.

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
    known = build_tree(load_areas(beside), load_groups(beside)) if tree is None else tree
    return _load(name, _Known(known, rate_groups(beside), beside), ())


def extended(spec: ScenarioSpec, more: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Put further statements after those of a scenario, in the place of any about the same."""
    told = {s.about: s for s in more}
    kept = [told.pop(s.about, s) for s in spec.statements]
    return (*kept, *told.values())


def _load(name: str, known: _Known, above: tuple[str, ...]) -> ScenarioSpec:
    path = scenario_path(name, known.beside)
    content = read_toml(path, ScenarioFile)
    if path.stem != slug(path.stem):
        raise ConfigError(
            f"{path}: the file's name is the scenario's id; found '{path.stem}', "
            f"expected small letters, digits and hyphens, such as '{slug(path.stem)}'"
        )
    chain = (*above, path.stem)
    own = ScenarioSpec(
        path.stem,
        content.title_da,
        content.title_en,
        _statements(content, path, known),
        _shocks(content, path, known),
        files=MappingProxyType({f"scenarios/{path.name}": path}),
    )
    with at(str(path)):
        check_once(own.statements)
    if content.mix:
        return _mixed(own, content, path, known, chain)
    if content.extends:
        return _on(_next(content.extends, f"{path}: extends", known, chain), own)
    return own


def _next(name: str, where: str, known: _Known, chain: tuple[str, ...]) -> ScenarioSpec:
    """Read a scenario that another one names."""
    if name in chain:
        raise ConfigError(
            f"{where}: {' -> '.join([*chain, name])} goes in a circle; expected a chain that ends"
        )
    with at(where):
        scenario_path(name, known.beside)
    return _load(name, known, chain)


def _on(base: ScenarioSpec, own: ScenarioSpec) -> ScenarioSpec:
    if base.mix:
        raise ConfigError(
            f"scenario {own.id}: extends: found '{base.id}', which mixes scenarios; expected one "
            "of those it mixes"
        )
    return replace(
        own,
        statements=extended(base, own.statements),
        shocks=(*base.shocks, *own.shocks),
        files=MappingProxyType({**base.files, **own.files}),
    )


def _mixed(
    own: ScenarioSpec, content: ScenarioFile, path: Path, known: _Known, chain: tuple[str, ...]
) -> ScenarioSpec:
    if own.statements or own.shocks or content.extends:
        raise ConfigError(
            f"{path}: mix: found beside statements, shocks or extends; expected [[mix]] tables "
            "alone: put the statements into a scenario of their own and mix that"
        )
    found: list[tuple[ScenarioSpec, float]] = []
    for index, entry in enumerate(content.mix):
        where = f"{path}: mix[{index}]"
        with at(f"{where}.unit"):
            spelling = _spelled(entry.unit, Unit.ANDEL)
        spec = _next(entry.scenario, f"{where}.scenario", known, chain)
        if spec.mix:
            raise ConfigError(f"{where}.scenario: found '{spec.id}', which is a mix itself")
        if spec.id in {other.id for other, _ in found}:
            raise ConfigError(f"{where}.scenario: '{spec.id}' is there twice; expected it once")
        found.append((spec, entry.weight * spelling.factor))
    total = sum(weight for _, weight in found)
    if abs(total - 1.0) > _WEIGHTS:
        raise ConfigError(
            f"{path}: mix: found weights that sum to {100 * total:g} pct.; expected 100 pct."
        )
    files: dict[str, Path] = {}
    for spec, _ in found:
        files |= spec.files
    return replace(own, mix=tuple(found), files=MappingProxyType(files | dict(own.files)))


def _statements(content: ScenarioFile, path: Path, known: _Known) -> tuple[Statement, ...]:
    out: list[Statement] = []
    for index, entry in enumerate(content.statement):
        where = f"{path}: statement[{index}]"
        out.append(_statement(entry, where, known))
    for index, entry in enumerate(content.path):
        for period, value in entry.values.items():
            where = f"{path}: path[{index}].values.{period}"
            common = entry.model_dump(exclude={"values"})
            single = StatementEntry.model_validate(
                {**common, "kind": "pin", "period": period, "value": value}
            )
            out.append(_statement(single, where, known))
    return tuple(out)


def _statement(entry: StatementEntry, where: str, known: _Known) -> Statement:
    """Make the noun of an entry: names resolved, numbers in the program's units."""
    tree = known.tree
    with at(f"{where}.area"):
        area = resolve_area(entry.area, tree.areas)
    with at(f"{where}.group"):
        group = resolve_group(entry.group, tree.groups) if entry.group else ""
    with at(f"{where}.period"):
        window = Window.parse(entry.period)
    with at(f"{where}.unit"):
        spelling = parse_unit(entry.unit)
    with at(f"{where}.quantiles"):
        quantiles = _quantiles(entry.quantiles, spelling.factor)
    if entry.kind == "band" and not entry.reason:
        raise ConfigError(f"{where}.reason: missing; expected why the band is as wide as this")
    if entry.updates_parents and tree.areas[area].parent is None:
        raise ConfigError(f"{where}.updates_parents: found on {area}, which lies in no other area")
    value = entry.value
    if value is None and not quantiles:
        raise ConfigError(f"{where}.value: missing; expected a number, in the unit below")
    if value is not None and quantiles:
        raise ConfigError(f"{where}.value: found beside quantiles; expected one of them")
    with at(where):
        statement = Statement(
            kind=entry.kind,
            area=area,
            group=group,
            measure=rate_measure(entry.measure, entry.adjustment),
            window=window,
            value=quantiles[len(quantiles) // 2][1] if value is None else value * spelling.factor,
            unit=spelling.unit,
            adjustment=entry.adjustment,
            reference=entry.reference,
            published=entry.published.isoformat(),
            certainty=entry.certainty,
            sd=None if entry.sd is None else entry.sd * spelling.factor,
            reason=entry.reason,
            quantiles=quantiles,
            updates_parents=entry.updates_parents,
        )
        check_rate(statement, known.rates)
    return statement


def _quantiles(found: Mapping[str, float], factor: float) -> tuple[tuple[float, float], ...]:
    pairs: list[tuple[float, float]] = []
    for text, value in found.items():
        try:
            level = float(text)
        except ValueError:
            raise ConfigError(
                f'found level "{text}"; expected levels between 0 and 1, such as "0.1" = 3.5'
            ) from None
        pairs.append((level, value))
    pairs.sort()
    for (one, low), (other, high) in pairwise(pairs):
        if high <= low:
            raise ConfigError(
                f"found {low:g} at {one:g} and {high:g} at {other:g}; expected values that rise "
                "with their levels"
            )
    return tuple((level, value * factor) for level, value in pairs)


def _shocks(content: ScenarioFile, path: Path, known: _Known) -> tuple[Shock, ...]:
    shocks = [
        _shock(entry, f"{path}: shock[{index}]", known) for index, entry in enumerate(content.shock)
    ]
    policies = [
        _policy(entry, f"{path}: policy[{index}]", known)
        for index, entry in enumerate(content.policy)
    ]
    return (*shocks, *policies)


def _shock(entry: ShockEntry, where: str, known: _Known) -> Shock:
    with at(f"{where}.unit"):
        spelling = _spelled(entry.unit, Unit.FULDTIDSPERSONER, Unit.ANDEL)
    relative = spelling.unit is Unit.ANDEL
    if entry.value == 0 or (entry.to_group and entry.value < 0):
        raise ConfigError(
            f"{where}.value: found {entry.value:g}; expected a number above 0, people who move "
            "from group to to_group, or without to_group below 0, people who leave"
        )
    if entry.value > 0 and relative and not entry.to_group:
        raise ConfigError(
            f"{where}.value: found more by a share of the group itself; expected a number below 0, "
            "or the group they come from as group and this one as to_group"
        )
    source, target = _groups(entry.group, entry.to_group, where, known)
    if entry.value > 0 and not target:
        source, target = "", source
    _check_reason(entry, where)
    with at(where):
        return Shock(
            area=_area(entry.area, where, known),
            source=source,
            target=target,
            amount=abs(entry.value) * spelling.factor,
            relative=relative,
            first=_month(entry.first, f"{where}.from"),
            last=None if entry.until is None else _month(entry.until, f"{where}.until"),
            phase_in=entry.phase_in,
            half_life=entry.half_life,
            sd=None if entry.sd is None else entry.sd * spelling.factor,
            reference=entry.reference,
            published=entry.published.isoformat(),
            certainty=entry.certainty,
            reason=entry.reason,
        )


def _policy(entry: PolicyEntry, where: str, known: _Known) -> Shock:
    with at(f"{where}.unit"):
        spelling = _spelled(entry.unit, Unit.ANDEL)
    source, target = _groups(entry.group, entry.to_group, where, known)
    _check_reason(entry, where)
    with at(where):
        return Shock(
            area=_area(entry.area, where, known),
            source=source,
            target=target,
            amount=entry.shorter * spelling.factor,
            relative=True,
            first=_month(entry.first, f"{where}.from"),
            last=None if entry.until is None else _month(entry.until, f"{where}.until"),
            duration=entry.mean_duration,
            policy=True,
            sd=None if entry.sd is None else entry.sd * spelling.factor,
            reference=entry.reference,
            published=entry.published.isoformat(),
            certainty=entry.certainty,
            reason=entry.reason,
        )


def _check_reason(entry: ShockEntry | PolicyEntry, where: str) -> None:
    if entry.sd is not None and not entry.reason:
        raise ConfigError(f"{where}.reason: missing; expected why the sd is as large as this")


def _spelled(text: str, *allowed: Unit) -> UnitSpelling:
    spelling = parse_unit(text)
    if spelling.unit not in allowed:
        expected = " or ".join("pct." if u is Unit.ANDEL else "FTP" for u in allowed)
        raise UnitsError(f"found '{text}'; expected {expected}")
    return spelling


def _area(text: str, where: str, known: _Known) -> str:
    with at(f"{where}.area"):
        return resolve_area(text, known.tree.areas)


def _groups(group: str, to_group: str, where: str, known: _Known) -> tuple[str, str]:
    found: list[str] = []
    for key, text in (("group", group), ("to_group", to_group)):
        with at(f"{where}.{key}"):
            name = resolve_group(text, known.tree.groups) if text else ""
            kind = known.tree.groups[name].kind if name else "leaf"
            if kind in ("part", "derived"):
                raise ConfigError(
                    f"found '{name}', which stands beside the table; expected a row of the table"
                )
            found.append(name)
    return found[0], found[1]


def _month(text: str, where: str) -> int:
    with at(where):
        return parse_month(text)
