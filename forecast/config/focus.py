"""Shares of the fokusmål as people write them: ``18,2 pct.`` or ``142 af 778``."""

from __future__ import annotations

import re

from forecast.core.benchmark import Share
from forecast.errors import ConfigError

_OF = re.compile(r"(?P<part>\d+)\s*(?:af|of|/)\s*(?P<whole>\d+)")
_PERCENT = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)\s*(?:pct\.?|%|procent)")


def focus_share(text: str | None, where: str) -> Share | None:
    """Read a share of persons.

    Parameters
    ----------
    text : per cent with its unit, or so many of so many persons; None where it is not given
    where : option or key, for messages

    Raises
    ------
    ConfigError
        For a bare number, more persons than there are, and more than all of them.
    """
    if text is None:
        return None
    cleaned = text.strip().casefold()
    if found := _OF.fullmatch(cleaned):
        part, whole = int(found["part"]), int(found["whole"])
        if whole == 0 or part > whole:
            raise ConfigError(f"{where} '{text}': expected no more persons than there are")
        return Share(part / whole, whole)
    if found := _PERCENT.fullmatch(cleaned):
        number = float(found["number"].replace(",", "."))
        if number <= 100.0:
            return Share(number / 100.0)
        raise ConfigError(f"{where} '{text}': more than all of them; expected 0 to 100 pct.")
    raise ConfigError(
        f"{where} '{text}': expected a share with its unit, such as '18,2 pct.', or so many of so "
        "many persons, such as '142 af 778'"
    )
