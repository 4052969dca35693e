"""The league table of a backtest, as plain text in 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.core.period import month_code
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 80

_GIVEN = {"national": "league.given.national", "free": "league.given.free"}
_HEADS = (
    "league.model",
    "league.crps",
    "league.ratio",
    "league.inside80",
    "league.inside95",
    "league.sums",
    "league.mishaps",
)


@dataclass(frozen=True)
class LeagueData:
    """What the league table says besides its numbers.

    Attributes
    ----------
    file : of the panel
    groups : of the panel
    origins : last months that the methods saw
    horizon : months projected
    given : ``national``, ``free``, or the name of a file
    leaves, sums : number of areas and of sums of areas
    reference : method that ratios are taken to
    folder : of the results
    ranking : ``league.csv``
    errors : why a method failed as a whole, by method and origin
    """

    file: str
    groups: Sequence[str]
    origins: Sequence[int]
    horizon: int
    given: str
    leaves: int
    sums: int
    reference: str
    folder: str
    ranking: pd.DataFrame
    errors: Mapping[tuple[str, int], str]


def league_text(data: LeagueData, lang: Lang = "da", width: int = WIDTH) -> str:
    """Lay out the league table.

    Parameters
    ----------
    data
        The league and what it is about.
    lang
        ``"da"`` or ``"en"``.
    width
        No line is longer.
    """
    title = phrase("league.title", lang, file=data.file)
    months = [words.period_label(month_code(o), lang=lang) for o in data.origins]
    first, last = months[0], months[-1]
    key = _GIVEN.get(data.given, "league.given.file")
    about = phrase(
        "league.about",
        lang,
        areas=words.count(data.leaves, lang=lang),
        groups=words.listing(list(data.groups), lang=lang),
        origins=words.count(len(data.origins), lang=lang),
        first=first,
        last=last,
        horizon=words.count(data.horizon, lang=lang),
        given=phrase(key, lang, file=data.given),
    )
    lines = [*layout.heading(title, width, "="), *layout.paragraph(about, width), ""]
    rows = [_row(row, data.reference, lang) for row in data.ranking.to_dict("records")]
    lines += layout.table(_heads(lang), rows, width)
    lines += ["", *layout.paragraph(phrase("league.read", lang, reference=data.reference), width)]
    for said in _failures(data.errors, lang):
        lines += layout.bullet(said, width)
    lines += ["", *layout.path_lines(phrase("league.files", lang), data.folder, width)]
    return "\n".join(lines)


def _failures(errors: Mapping[tuple[str, int], str], lang: Lang) -> list[str]:
    """Say once of each method why it failed, and at which origins."""
    months: dict[tuple[str, str], list[str]] = {}
    for (model, origin), error in errors.items():
        months.setdefault((model, error), []).append(month_code(origin))
    return [
        phrase(
            "league.failed",
            lang,
            model=model,
            origin=words.listing(found, lang=lang),
            error=error,
        )
        for (model, error), found in months.items()
    ]


def _heads(lang: Lang) -> list[str]:
    return [phrase(key, lang) for key in _HEADS]


def _row(row: Mapping[Any, Any], reference: str, lang: Lang) -> layout.TableRow:
    ratio = [_decimal(row["ratio"], lang)]
    if row["model"] != reference and np.isfinite(row["low"]):
        low, high = (_decimal(row[name], lang) for name in ("low", "high"))
        ratio.append(words.interval(low, high, lang=lang))
    sums = [_percent(row["sums_crps"], lang, 1), _percent(row["sums_80"], lang, 0)]
    mishaps = [words.count(row[name], lang=lang) for name in ("failed_series", "exploded")]
    cells = [
        [_percent(row["scaled_crps"], lang, 2)],
        ratio,
        [_percent(row["coverage_80"], lang, 0)],
        [_percent(row["coverage_95"], lang, 0)],
        sums if np.isfinite(row["sums_crps"]) else ["-"],
        [" / ".join(mishaps)],
    ]
    return str(row["model"]), cells


def _decimal(value: float, lang: Lang) -> str:
    return words.number(value, lang=lang, decimals=3) if np.isfinite(value) else "-"


def _percent(value: float, lang: Lang, decimals: int) -> str:
    if not np.isfinite(value):
        return "-"
    return words.percent_digits(float(value), lang=lang, decimals=decimals)
