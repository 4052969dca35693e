"""One scenario laid out for the workbook, so that its formulas give the means of `budget.csv`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.budget.estimate import Estimate
from forecast.budget.stays import Leaving
from forecast.budget.weights import step_weights
from forecast.config.budget import Prices, Refusion
from forecast.core.nodes import Group
from forecast.core.period import Window
from forecast.models.kernels import Floats
from forecast.report.catalogue import Lang, phrase
from forecast.report.workbook import Sheet
from forecast.run.quantities import OUTPUTS, summarise


def lay_out(
    scenario: str,
    made: Estimate,
    persons: Floats,
    leaving: Mapping[str, Leaving],
    assumed: tuple[Prices, Refusion],
    known: tuple[float, tuple[int, float] | None],
    groups: Mapping[str, Group],
    lang: str,
) -> Sheet:
    """Lay a scenario out.

    Parameters
    ----------
    made : as it is printed
    persons : (D, G, T) that it was made of
    leaving : benefit -> how long people stay, as it was made with
    assumed : prices and rules
    known : factor of all amounts, and the account that it reconciles with
    groups : benefits, with their names
    """
    (prices, rules), (factor, account) = assumed, known
    english = lang == "en"
    words: Lang = "en" if english else "da"
    firsts = [step.first_week for step in rules.ladder.steps]
    steps = [phrase("book.step", words, first=str(first)) for first in firsts]
    exceptions = [rules.exception_of(group) for group in made.groups]
    return Sheet(
        scenario,
        made.groups,
        tuple(groups[g].label_en if english else groups[g].label_da for g in made.groups),
        made.accounts,
        {one.number: one.en if english else one.da for one in prices.account},
        made.months,
        made.gross.mean(axis=0) / made.price,
        made.price / factor,
        tuple(_note(prices, group) for group in made.groups),
        factor,
        "" if account is None else f"{account[0]}: {account[1]:.0f} kr.",
        step_weights(made, persons, rules, leaving),
        np.array([step.state / 100.0 for step in rules.ladder.steps] + [0.0]),
        np.array([0.0 if one is None else one.state / 100.0 for one in exceptions]),
        (*steps, phrase("book.exception", words)),
        _quantiles(made),
    )


def _note(prices: Prices, group: str) -> str:
    """Say where a benefit's prices come from."""
    mine = [one for one in prices.price if group in one.groups]
    return "; ".join(
        f"{one.valid_from.isoformat()}: {one.value:.0f} kr., {one.reference} ({one.certainty})"
        for one in mine
    )


def _quantiles(made: Estimate) -> dict[str, dict[str, float]]:
    """Quantiles of net of all, by whole year."""
    total = made.net.sum(axis=1)
    out: dict[str, dict[str, float]] = {}
    for first in range(int(made.months[0]), int(made.months[-1]) - 10):
        if first % 12 == 0:
            values = summarise(made.over(total, Window(first, first + 11)))
            out[str(first // 12)] = {
                f"{level:g}": float(value)
                for (_, level), value in zip(OUTPUTS, values, strict=True)
                if level is not None
            }
    return out
