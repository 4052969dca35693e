"""Økonomisk status as it was printed, and the account that is known from it."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.config import bundled, load_groups
from forecast.report.budget_view import StatusRow
from forecast.sources.published import load_published

TRANSFERS = "Overførselsudgifter"
STATUS = ("Oprindeligt budget", "Korrigeret budget", "Forbrug")


def printed_status(area: str) -> tuple[StatusRow, ...]:
    """Read the table as printed, kroner; no rows where the municipality's is not published."""
    published = load_published(bundled("data/published"), load_groups())
    mine = published.select(file="oekonomisk_status", table="Økonomisk status", area=area)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for figure in mine:
        if figure.printed_measure in STATUS and figure.value is not None:
            key = (figure.printed_group, figure.printed_period)
            found.setdefault(key, {})[figure.printed_measure] = float(figure.value) * 1e6
    return tuple(
        StatusRow(name, int(period), *(amounts[measure] for measure in STATUS))
        for (name, period), amounts in found.items()
        if len(amounts) == len(STATUS)
    )


def known_account(status: Sequence[StatusRow]) -> tuple[int, float] | None:
    """Year and expected account of the published transfers."""
    return next(((row.year, row.expected) for row in status if row.name == TRANSFERS), None)
