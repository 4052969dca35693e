"""The reverse question and its answer, as plain text in 80 columns.

Every number printed stands in a row of `reverse.csv`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forecast.config.scenario import ScenarioSpec, Statement
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase
from forecast.report.scenarios import WIDTH, Groups, amount, figure, table_path, title_of
from forecast.vocabulary import Unit

if TYPE_CHECKING:
    import pandas as pd


def reversed_(
    table: pd.DataFrame,
    lever: Statement,
    event: Statement,
    above: bool,
    base: ScenarioSpec,
    path: Path,
    lang: str,
    groups: Groups,
) -> str:
    """Lay out the answer to a reverse question.

    Parameters
    ----------
    table : `reverse.csv`
    lever, event, above : the figure that is set, and what may happen
    base : scenario it is asked of
    path : of the table
    groups : by key
    """
    chosen: Lang = "en" if lang == "en" else "da"
    first = table.iloc[0]
    key = "reverse.above" if above else "reverse.below"
    happens = phrase(
        key, chosen, figure=figure(event, groups, chosen),
        value=amount(event.value, event.unit, chosen),
    )  # fmt: skip
    name = figure(lever, groups, chosen)
    asked = words.percent(float(first["asked"]), lang=chosen, decimals=0)
    now = phrase(
        "reverse.now",
        chosen,
        scenario=title_of(base, chosen),
        chance=words.percent(float(first["now_probability"]), lang=chosen, decimals=0),
        lever=name,
        median=printed(float(first["now_median"]), lever.unit, chosen),
    )
    lines = [
        *layout.heading(phrase("reverse.title", chosen, event=happens), WIDTH),
        *layout.paragraph(_stopped(now), WIDTH),
        *layout.paragraph(_stopped(_answer(table, lever, name, asked, chosen)), WIDTH),
        "",
        *layout.table(
            [phrase("reverse.lever", chosen), phrase("reverse.chance", chosen)],
            [
                (
                    printed(float(row["lever"]), lever.unit, chosen),
                    [[words.percent(float(row["probability"]), lang=chosen, decimals=0)]],
                )
                for row in table.to_dict("records")
            ],
            WIDTH // 2,
        ),
        "",
        *layout.path_lines(*table_path(path, chosen), WIDTH),
    ]
    return "\n".join(lines) + "\n"


def _answer(table: pd.DataFrame, lever: Statement, name: str, asked: str, lang: Lang) -> str:
    value = float(table["crossing"].iloc[0])
    low, high = float(table["lever"].min()), float(table["lever"].max())
    if value != value:  # NaN: it never crosses
        return phrase(
            "reverse.never", lang, asked=asked, lever=name,
            low=printed(low, lever.unit, lang), high=printed(high, lever.unit, lang),
        )  # fmt: skip
    inside = table[table["lever"] > value]["probability"].iloc[0] > float(table["asked"].iloc[0])
    key = "reverse.answer.rises" if inside else "reverse.answer.falls"
    return phrase(key, lang, asked=asked, lever=name, value=printed(value, lever.unit, lang))


def _stopped(text: str) -> str:
    """End a sentence, unless an abbreviation such as pct. has ended it."""
    return text if text.endswith(".") else f"{text}."


def printed(value: float, unit: Unit, lang: Lang) -> str:
    """Print a computed value with its unit."""
    if unit is Unit.ANDEL:
        return words.percent(value, lang=lang, decimals=2)
    return amount(round(value), unit, lang)
