"""Scenarios in words: what each says, and who says so, as plain text in 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from forecast.config.scenario import ScenarioSpec, Shock, Statement
from forecast.core.period import month_code
from forecast.core.tree import Group
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase
from forecast.vocabulary import Measure, Unit

WIDTH = 80
_PEOPLE = (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING)
_RATES = (Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK)
_UNITS = {
    Unit.FULDTIDSPERSONER: "scenarios.persons",
    Unit.PERSONER: "scenarios.people",
}

Groups = Mapping[str, Group]


def title_of(spec: ScenarioSpec, lang: Lang) -> str:
    """Give a scenario's title."""
    return spec.title_en if lang == "en" else spec.title_da


def listed(specs: Sequence[ScenarioSpec], lang: str) -> str:
    """List scenarios: id and title, and how many statements each has."""
    chosen: Lang = "en" if lang == "en" else "da"
    size = max(len(spec.id) for spec in specs)
    lines = layout.heading(phrase("scenarios.title", chosen), WIDTH)
    for spec in specs:
        first = f"{spec.id.ljust(size)}  "
        lines.extend(layout.paragraph(title_of(spec, chosen), WIDTH, first=first,
                                      rest=" " * len(first)))  # fmt: skip
    return "\n".join(lines) + "\n"


def shown(spec: ScenarioSpec, groups: Groups, lang: str) -> str:
    """Show all that a scenario says, each with its source."""
    chosen: Lang = "en" if lang == "en" else "da"
    lines = layout.heading(f"{title_of(spec, chosen)} ({spec.id})", WIDTH)
    if spec.is_free:
        lines.extend(layout.paragraph(phrase("scenarios.free", chosen), WIDTH))
    for statement in spec.statements:
        lines.extend(layout.bullet(said(statement, groups, chosen), WIDTH))
        lines.extend(_source(statement, chosen))
    for shock in spec.shocks:
        lines.extend(layout.bullet(moved(shock, groups, chosen), WIDTH))
        lines.extend(_source(shock, chosen))
    for part, weight in spec.mix:
        share = words.percent(weight, lang=chosen, decimals=0)
        text = phrase("scenarios.mixed", chosen, weight=share, scenario=title_of(part, chosen))
        lines.extend(layout.bullet(text, WIDTH))
    return "\n".join(lines) + "\n"


def figure(s: Statement, groups: Groups, lang: Lang) -> str:
    """Name the figure a statement is about."""
    common = {
        "area": s.area,
        "measure": phrase(f"measure.{s.measure.value}", lang),
        "period": words.period_label(s.window.code, lang=lang, ultimo=True),
    }
    if s.measure in _PEOPLE or s.measure in _RATES:
        return phrase("scenarios.figure.people", lang, **common)
    return phrase("scenarios.figure", lang, group=label(s.group, groups, lang), **common)


def said(s: Statement, groups: Groups, lang: Lang) -> str:
    """Put a statement into a sentence."""
    name = figure(s, groups, lang)
    if s.quantiles:
        parts = [
            phrase(
                "scenarios.quantile",
                lang,
                level=words.percent(level, lang=lang, decimals=0),
                value=amount(value, s.unit, lang),
            )
            for level, value in s.quantiles
        ]
        text = phrase("scenarios.quantiles", lang, figure=name, quantiles="; ".join(parts))
    elif s.sd is not None:
        text = phrase(
            "scenarios.band", lang, figure=name, value=amount(s.value, s.unit, lang),
            sd=_spread(s.sd, s.unit, lang),
        )  # fmt: skip
    else:
        text = phrase("scenarios.pin", lang, figure=name, value=amount(s.value, s.unit, lang))
    return text + (phrase("scenarios.up", lang) if s.updates_parents else "")


def moved(shock: Shock, groups: Groups, lang: Lang) -> str:
    """Put a shock into a sentence."""
    decimals = _decimals(100 * shock.amount if shock.relative else shock.amount)
    size = (
        words.percent(shock.amount, lang=lang, decimals=decimals)
        if shock.policy
        else _of(shock.amount, shock.relative, lang)
    )
    key = "leave" if shock.source else "come"
    key = "move" if shock.source and shock.target else key
    text = phrase(
        "scenarios.shorter" if shock.policy else f"scenarios.{key}",
        lang,
        area=shock.area,
        amount=size,
        source=label(shock.source, groups, lang),
        target=label(shock.target, groups, lang),
        month=words.period_label(month_code(shock.first), lang=lang),
        duration=words.number(shock.duration, lang=lang, decimals=_decimals(shock.duration)),
    )
    if shock.sd is not None:
        sd = amount(shock.sd, Unit.ANDEL, lang) if shock.policy else None
        text += phrase("scenarios.unsure", lang, sd=sd or _of(shock.sd, shock.relative, lang))
    if shock.phase_in:
        text += phrase("scenarios.phased", lang, months=shock.phase_in)
    if shock.half_life:
        months = words.number(shock.half_life, lang=lang, decimals=_decimals(shock.half_life))
        text += phrase("scenarios.fading", lang, months=months)
    if shock.last is not None:
        until = words.period_label(month_code(shock.last), lang=lang)
        text += phrase("scenarios.until", lang, month=until)
    return text


def label(group: str, groups: Groups, lang: Lang) -> str:
    """Give a group's label, or its key where it has none."""
    if group not in groups:
        return group
    return groups[group].label_en if lang == "en" else groups[group].label_da


def amount(value: float, unit: Unit, lang: Lang) -> str:
    """Print a value with its unit, as exactly as it is stated."""
    if unit is Unit.ANDEL:
        return words.percent(value, lang=lang, decimals=max(1, _decimals(100 * value)))
    number = words.number(value, lang=lang, decimals=_decimals(value))
    return phrase(_UNITS[unit], lang, number=number)


def table_path(path: Path, lang: Lang) -> tuple[str, str]:
    """Give the label and the path of the table that a text was printed from."""
    return phrase("compare.table", lang), str(path)


def _of(value: float, relative: bool, lang: Lang) -> str:
    if relative:
        share = words.percent(value, lang=lang, decimals=_decimals(100 * value))
        return phrase("scenarios.ofgroup", lang, number=share)
    return amount(value, Unit.FULDTIDSPERSONER, lang)


def _spread(sd: float, unit: Unit, lang: Lang) -> str:
    if unit is Unit.ANDEL:
        return words.points(sd, lang=lang, decimals=max(1, _decimals(100 * sd)))
    return words.number(sd, lang=lang, decimals=_decimals(sd))


def _decimals(value: float) -> int:
    """Digits behind the comma that a stated number has, three at most."""
    return next((d for d in range(3) if abs(round(value, d) - value) < 1e-9), 3)


def _source(entry: Statement | Shock, lang: Lang) -> list[str]:
    if not entry.published:
        return []
    day = words.date_text(date.fromisoformat(entry.published), lang=lang)
    text = phrase(
        "scenarios.source",
        lang,
        reference=entry.reference,
        published=day,
        certainty=entry.certainty,
    )
    lines = layout.paragraph(text, WIDTH, first="  ", rest="  ")
    if entry.reason:
        reason = phrase("scenarios.reason", lang, reason=entry.reason)
        lines.extend(layout.paragraph(reason, WIDTH, first="  ", rest="  "))
    return lines
