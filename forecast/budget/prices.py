"""What a full-time person costs in a month: dated prices, regulated from year to year."""

import numpy as np

from forecast.config.budget import Price, Prices
from forecast.core.period import month_code
from forecast.errors import ConfigError, nearest
from forecast.models.kernels import Floats, Ints


def price_of(prices: Prices, group: str, month: int) -> float:
    """Kroner of a full-time person and year, at the rates of a month.

    The price is the last that is valid by then, regulated from its own year to the month's; before
    the first price the regulations are taken back.

    Parameters
    ----------
    month : year * 12 + month - 1

    Raises
    ------
    ConfigError
        If a benefit has no price, or a year no regulation.
    """
    chosen = _chosen(prices, group, month)
    return chosen.value * regulated(prices, chosen.valid_from.year, month // 12)


def _chosen(prices: Prices, group: str, month: int) -> Price:
    """Find the price that is valid in a month, or the first there is."""
    mine = [one for one in prices.price if group in one.groups]
    if not mine:
        known = sorted({name for one in prices.price for name in one.groups})
        raise ConfigError(
            f"prices/{prices.name}.toml: no price of '{group}'{nearest(group, known)}; add a "
            "[[price]] that names it"
        )
    valid = [one for one in mine if _month(one) <= month]
    return max(valid, key=_month) if valid else min(mine, key=_month)


def monthly(prices: Prices, groups: tuple[str, ...], months: Ints) -> Floats:
    """Kroner of a full-time person in each month, (G, T).

    A twelfth of the year's price, or the part of it that the price's profile puts in the month:
    benefits that are booked late, or paid before holidays.
    """
    return np.array(
        [
            [
                price_of(prices, g, int(m)) * _part(_chosen(prices, g, int(m)), int(m))
                for m in months
            ]
            for g in groups
        ]
    )


def _part(price: Price, month: int) -> float:
    return 1.0 / 12.0 if price.profile is None else price.profile[month % 12]


def account_of(prices: Prices, group: str) -> str:
    """Account that a benefit is booked on.

    Raises
    ------
    ConfigError
        If it has no price.
    """
    for one in prices.price:
        if group in one.groups:
            return one.account
    raise ConfigError(f"prices/{prices.name}.toml: no price of '{group}', so no account either")


def _month(price: Price) -> int:
    return price.valid_from.year * 12 + price.valid_from.month - 1


def regulated(prices: Prices, since: int, year: int) -> float:
    """Multiply the regulations after one year up to another; taken back where it lies before.

    Raises
    ------
    ConfigError
        If a year between them has no regulation.
    """
    by_year = {one.year: 1.0 + one.pct / 100.0 for one in prices.uprating}
    low, high = sorted((since, year))
    factor = 1.0
    for between in range(low + 1, high + 1):
        if between not in by_year:
            raise ConfigError(
                f"prices/{prices.name}.toml: no regulation of {between}, which prices of "
                f"{month_code(since * 12)[:4]} need for {year}; add an [[uprating]]"
            )
        factor *= by_year[between]
    return factor if year >= since else 1.0 / factor
