"""Shares as people write them on the command line: ``18,2 pct.`` or ``142 af 778``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from forecast.errors import ConfigError, DataError
from forecast.sources.danish_numbers import parse_number

if TYPE_CHECKING:
    from forecast.benchmark.supervision import Share

_OF = re.compile(r"(?P<part>\d+)\s*(?:af|of|/)\s*(?P<whole>\d+)")
_PERCENT = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)\s*(?:pct\.?|%|procent)")


def focus_share(text: str | None, option: str) -> Share | None:
    """Read a share of persons.

    Parameters
    ----------
    text : per cent with its unit, or so many of so many persons; None where it is not given
    option : its name, for messages

    Raises
    ------
    ConfigError
        For a bare number, more persons than there are, and more than all of them.
    """
    if text is None:
        return None
    from forecast.benchmark.supervision import Share

    cleaned = text.strip().casefold()
    if found := _OF.fullmatch(cleaned):
        part, whole = int(found["part"]), int(found["whole"])
        if whole == 0 or part > whole:
            raise ConfigError(f"{option} '{text}': expected no more persons than there are")
        return Share(part / whole, whole)
    if found := _PERCENT.fullmatch(cleaned):
        try:
            number = parse_number(found["number"], "danish" if "," in cleaned else "plain")
        except DataError as error:
            raise ConfigError(f"{option} '{text}': {error}") from None
        if number is not None and number <= 100.0:
            return Share(number / 100.0)
        raise ConfigError(f"{option} '{text}': more than all of them; expected 0 to 100 pct.")
    raise ConfigError(
        f"{option} '{text}': expected a share with its unit, such as '18,2 pct.', or so many of so "
        "many persons, such as '142 af 778'"
    )
