"""Amounts of a year as people write them: ``2021=512,4 mio. kr.``."""

import re

from forecast.core.units import parse_unit
from forecast.errors import ConfigError, UnitsError
from forecast.vocabulary import Unit

_AMOUNT = re.compile(
    r"(?P<year>\d{4})\s*=\s*(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)\s*(?P<unit>[^\d\s.,].*)"
)


def year_amount(text: str, where: str) -> tuple[int, float]:
    """Read a year and an amount, in kroner.

    Parameters
    ----------
    text : year, number in Danish format, and unit
    where : option, for messages

    Raises
    ------
    ConfigError
        For anything else, a bare number among them.
    """
    found = _AMOUNT.fullmatch(text.strip())
    expected = "expected a year and an amount in Danish format with its unit: '2021=512,4 mio. kr.'"
    if found is None:
        raise ConfigError(f"{where} '{text}': {expected}")
    try:
        unit = parse_unit(found["unit"])
    except UnitsError as error:
        raise ConfigError(f"{where} '{text}': {error}") from None
    if unit.unit is not Unit.KR:
        raise ConfigError(f"{where} '{text}': found {unit.unit.value}; {expected}")
    amount = float(found["number"].replace(".", "").replace(",", ".")) * unit.factor
    if amount == 0:
        raise ConfigError(f"{where} '{text}': found nothing; {expected}")
    return int(found["year"]), amount
