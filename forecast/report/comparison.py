"""Scenarios beside one another, as plain text in 80 columns.

Every number printed stands in a row of `comparison.csv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.config.run import RunConfig
from forecast.config.scenario import ScenarioSpec
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase
from forecast.report.scenarios import WIDTH, label, table_path, title_of
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 6
"""Benefits that are listed: those that move most."""

_FAR = ((0.2, "common"), (0.05, "possible"), (0.01, "rare"), (-1.0, "extreme"))
_PINNED = 1e-9


class _Table:
    """Looks rows of `comparison.csv` up."""

    lang: Lang

    def __init__(self, table: pd.DataFrame, lang: Lang) -> None:
        self._rows = {
            tuple(row[key] for key in _KEYS): float(row["value"])
            for row in table.to_dict("records")
        }
        self.frame, self.lang = table, lang

    def value(self, **given: str) -> float:
        return self._rows[tuple(given.get(key, "") for key in _KEYS)]

    def number(self, kind: str, level: str, sign: bool, **given: str) -> str:
        value = self.value(output_type=kind, output_type_id=level, **given)
        rate = given["measure"] == Measure.LEDIGHEDSPROCENT
        if not (rate or sign):
            return words.persons(value, lang=self.lang)
        text = words.number(value, lang=self.lang, decimals=int(rate), scale=100 if rate else 1)
        return f"+{text}" if sign and value > 0 and text.strip("0,.") else text

    def cell(self, sign: bool, **given: str) -> list[str]:
        low = self.number("quantile", "0.1", sign, **given)
        high = self.number("quantile", "0.9", sign, **given)
        middle = self.number("median", "", sign, **given)
        return [middle, f"{low} - {high}"] if sign else [middle]


_KEYS = (
    "table",
    "scenario",
    "base",
    "statement",
    "area",
    "group",
    "measure",
    "period",
    "output_type",
    "output_type_id",
)


def compared(
    table: pd.DataFrame, specs: Sequence[ScenarioSpec], config: RunConfig, path: Path, lang: str
) -> str:
    """Lay out a comparison.

    Parameters
    ----------
    table : `comparison.csv`
    specs : the scenarios, the base first
    config : of the run
    path : of the table
    """
    chosen: Lang = "en" if lang == "en" else "da"
    found = _Table(table, chosen)
    base, others = specs[0], list(specs[1:])
    title = phrase("compare.title", found.lang, scenario=title_of(base, found.lang))
    by_group = [_groups(found, base, spec, config) for spec in others]
    parts = [
        layout.heading(title, WIDTH, "="),
        _rates(found, base, others, config),
        _totals(found, base, others, config),
        *by_group,
        words.explained([line for part in by_group for line in part], lang=found.lang)[1:],
        *(_added(found, base, spec, config) for spec in others),
        _far(found, specs),
        _came(found, specs, config),
        layout.path_lines(*table_path(path, found.lang), WIDTH),
    ]
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _table(
    found: _Table,
    base: ScenarioSpec,
    others: Sequence[ScenarioSpec],
    head: Sequence[str],
    columns: Sequence[dict[str, str]],
) -> list[str]:
    rows: list[layout.TableRow] = []
    for spec in (base, *others):
        cells = [found.cell(False, table="level", scenario=spec.id, **column) for column in columns]
        if spec is not base:
            away = [
                found.cell(True, table="effect", scenario=spec.id, base=base.id, **column)
                for column in columns
            ]
            cells = [[*one, *two] for one, two in zip(cells, away, strict=True)]
        rows.append((title_of(spec, found.lang), cells))
    return layout.table([phrase("scenario", found.lang), *head], rows, WIDTH)


def _rates(
    found: _Table, base: ScenarioSpec, others: Sequence[ScenarioSpec], config: RunConfig
) -> list[str]:
    lang, areas = found.lang, (config.area, config.region, config.country)
    period = words.period_label(config.headline.code, lang=lang, ultimo=True)
    columns = [
        {
            "area": area,
            "group": _rate_group(found),
            "measure": Measure.LEDIGHEDSPROCENT.value,
            "period": config.headline.code,
        }
        for area in areas
    ]
    return [
        *layout.heading(phrase("rate.title", lang, period=period), WIDTH),
        *layout.paragraph(phrase("compare.caption", lang), WIDTH),
        *_table(found, base, others, areas, columns),
    ]


def _rate_group(found: _Table) -> str:
    rows = found.frame
    return str(rows.loc[rows["measure"] == Measure.LEDIGHEDSPROCENT, "group"].iloc[0])


def _years(found: _Table) -> list[str]:
    rows = found.frame
    mine = (rows["table"] == "level") & (rows["measure"] == Measure.FULDTIDSPERSONER)
    return sorted(set(rows.loc[mine, "period"]))


def _total(config: RunConfig, year: str, group: str | None = None) -> dict[str, str]:
    return {
        "area": config.area,
        "group": config.tree.root if group is None else group,
        "measure": Measure.FULDTIDSPERSONER.value,
        "period": year,
    }


def _totals(
    found: _Table, base: ScenarioSpec, others: Sequence[ScenarioSpec], config: RunConfig
) -> list[str]:
    years = _years(found)
    root = label(config.tree.root, config.tree.groups, found.lang)
    title = phrase("total.title", found.lang, group=root, area=config.area)
    return [
        *layout.heading(title, WIDTH),
        *_table(found, base, others, years, [_total(config, year) for year in years]),
    ]


def _groups(found: _Table, base: ScenarioSpec, spec: ScenarioSpec, config: RunConfig) -> list[str]:
    """List the benefits whose median difference is largest in the headline's year."""
    year = str(config.headline.last // 12)
    sizes: list[tuple[float, str]] = []
    for leaf in config.tree.leaves:
        given = _total(config, year, leaf) | {"scenario": spec.id, "base": base.id}
        value = found.value(table="effect", output_type="median", **given)
        sizes.append((abs(value), leaf))
    biggest = [leaf for size, leaf in sorted(sizes, reverse=True)[:SHOWN] if size >= 0.5]
    if not biggest:
        return []
    name = title_of(spec, found.lang)
    title = phrase("compare.groups", found.lang, year=year, area=config.area, scenario=name)
    rows: list[layout.TableRow] = []
    for leaf in biggest:
        column = _total(config, year, leaf)
        away = found.cell(True, table="effect", scenario=spec.id, base=base.id, **column)
        before = found.cell(False, table="level", scenario=base.id, **column)
        after = found.cell(False, table="level", scenario=spec.id, **column)
        cells = [before, after, [away[0]], [away[1]]]
        rows.append((label(leaf, config.tree.groups, found.lang), cells))
    head = ["", base.id, spec.id, "+/-", "80 %"]
    return [*layout.heading(title, WIDTH), *layout.table(head, rows, WIDTH)]


def _added(found: _Table, base: ScenarioSpec, spec: ScenarioSpec, config: RunConfig) -> list[str]:
    rows = found.frame
    mine = (rows["table"] == "added") & (rows["scenario"] == spec.id)
    statements = list(dict.fromkeys(rows.loc[mine, "statement"]))
    if not statements:
        return []
    lang, year = found.lang, str(config.headline.last // 12)
    columns = [
        {
            "area": config.area,
            "group": _rate_group(found),
            "measure": Measure.LEDIGHEDSPROCENT.value,
            "period": config.headline.code,
        },
        _total(config, year),
    ]

    def cells(table: str, statement: str) -> list[list[str]]:
        about = {"table": table, "scenario": spec.id, "base": base.id, "statement": statement}
        return [[_mean(found, **about, **column)] for column in columns]

    lines: list[layout.TableRow] = [(text, cells("added", text)) for text in statements]
    lines.append((phrase("compare.sum", lang), cells("effect", "")))
    head = [
        "",
        phrase("compare.rate", lang, area=config.area),
        phrase("compare.persons", lang, area=config.area, year=year),
    ]
    title = phrase("compare.added", lang, scenario=title_of(spec, lang))
    return [
        *layout.heading(title, WIDTH),
        *layout.paragraph(phrase("compare.added.caption", lang), WIDTH),
        *layout.table(head, lines, WIDTH),
    ]


def _mean(found: _Table, **given: str) -> str:
    value = found.value(output_type="mean", **given)
    rate = given["measure"] == Measure.LEDIGHEDSPROCENT
    text = words.number(value, lang=found.lang, decimals=2 if rate else 0, scale=100 if rate else 1)
    return f"+{text}" if value > 0 and text.strip("0,.") else text


def _far(found: _Table, specs: Sequence[ScenarioSpec]) -> list[str]:
    rows = found.frame[found.frame["table"] == "distance"]
    lines: list[str] = []
    for spec in specs:
        mine = rows[rows["scenario"] == spec.id].set_index("output_type")["value"]
        if mine.empty:
            continue
        lines.extend(layout.bullet(_distance(spec, mine.to_dict(), found.lang), WIDTH))
    if not lines:
        return []
    return [*layout.heading(phrase("compare.far", found.lang), WIDTH), *lines]


def _distance(spec: ScenarioSpec, found: dict[Any, Any], lang: Lang) -> str:
    chance = float(found["by_futures"])
    kind = next(name for least, name in _FAR if chance > least)
    times = phrase("compare.fewer", lang, number=words.number(1000, lang=lang))
    if round(1000 * chance) >= 1:
        times = phrase("compare.times", lang, number=words.number(1000 * chance, lang=lang))
    text = phrase(f"compare.far.{kind}", lang, scenario=title_of(spec, lang), times=times)
    normal = phrase(
        "compare.far.normal",
        lang,
        distance=words.number(float(found["distance"]), lang=lang, decimals=1),
        degrees=words.number(float(found["degrees"]), lang=lang),
        chance=words.percent(float(found["by_normal"]), lang=lang, decimals=1),
    )
    return f"{text} {normal}"


def _came(found: _Table, specs: Sequence[ScenarioSpec], config: RunConfig) -> list[str]:
    """Say where what came falls in each scenario."""
    rows = found.frame[found.frame["table"] == "realised"]
    rows = rows[(rows["area"] == config.country) & (rows["measure"] == Measure.LEDIGHEDSPROCENT)]
    lines: list[str] = []
    for spec in specs:
        mine = rows[rows["scenario"] == spec.id]
        for period in dict.fromkeys(mine["period"]):
            values = mine[mine["period"] == period].set_index("output_type")["value"].to_dict()
            lines.extend(layout.bullet(_verdict(spec, values, config, period, found.lang), WIDTH))
    if not lines:
        return []
    return [*layout.heading(phrase("compare.came", found.lang), WIDTH), *lines]


def _verdict(
    spec: ScenarioSpec, values: dict[Any, Any], config: RunConfig, period: str, lang: Lang
) -> str:
    came = float(values["realised"])
    q = {level: float(values[f"quantile {level}"]) for level in ("0.025", "0.1", "0.9", "0.975")}
    name = phrase(
        "scenarios.figure.people",
        lang,
        area=config.country,
        measure=phrase(f"measure.{Measure.LEDIGHEDSPROCENT.value}", lang),
        period=words.period_label(period, lang=lang, ultimo=True),
    )
    common = {
        "scenario": title_of(spec, lang),
        "figure": name,
        "value": words.percent(came, lang=lang),
    }
    if q["0.975"] - q["0.025"] < _PINNED:
        stated = words.percent(q["0.1"], lang=lang)
        return phrase("compare.came.pinned", lang, **common, stated=stated)
    kind, low, high = "outside", "0.025", "0.975"
    if q["0.1"] <= came <= q["0.9"]:
        kind, low, high = "inside", "0.1", "0.9"
    elif q["0.025"] <= came <= q["0.975"]:
        kind = "edge"
    near = words.percent_digits(came, lang=lang)
    ends = [words.percent_digits(q[level], lang=lang) for level in (low, high)]
    if near in ends:  # to one decimal it would lie on the edge
        ends = [words.percent_digits(q[level], lang=lang, decimals=2) for level in (low, high)]
    return phrase(f"compare.came.{kind}", lang, **common,
                  interval=words.interval(*ends, lang=lang))  # fmt: skip


def holds(checks: pd.DataFrame, lang: str) -> str:
    """Say that a scenario can hold, and how far it lies from the free forecast."""
    chosen: Lang = "en" if lang == "en" else "da"
    lines = layout.paragraph(phrase("check.holds", chosen), WIDTH)
    rows = checks.to_dict("records")
    far = {row["quantity"]: row["value"] for row in rows if row["check"] == "plausibility"}
    for row in rows:
        if row["check"] == "mahalanobis":
            lines.extend(layout.bullet(_held(row, far[row["quantity"]], chosen), WIDTH))
        if row["check"] == "tilt_effective":
            share = words.percent(float(row["value"]), lang=chosen, decimals=0)
            text = phrase("check.tilt", chosen, statement=row["quantity"], share=share)
            lines.extend(layout.bullet(text, WIDTH))
    return "\n".join(lines)


def _held(row: dict[Any, Any], chance: float, lang: Lang) -> str:
    kind = next(name for least, name in _FAR if chance > least)
    times = phrase("compare.fewer", lang, number=words.number(1000, lang=lang))
    if round(1000 * chance) >= 1:
        times = phrase("compare.times", lang, number=words.number(1000 * chance, lang=lang))
    return phrase(f"compare.far.{kind}", lang, scenario=row["quantity"], times=times)
