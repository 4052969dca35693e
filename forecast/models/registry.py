"""Methods by name: one line each, found by being listed here.

Contract tests run over every name of this table, so that a new method is tested by being listed.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forecast.config.panel_model import load_panel_model
from forecast.errors import ConfigError, nearest
from forecast.models.classical import Classical, Pool, on_series, on_share
from forecast.models.classical_law import Rule
from forecast.models.classical_naive import DRIFT, LAST_YEAR, NAIVE, SEASONAL_NAIVE
from forecast.models.classical_statsforecast import ARIMA, CES, ETS, THETA
from forecast.models.classical_statsmodels import AIRLINE, LOCAL_LEVEL
from forecast.models.method import Method

BOTH_WAYS: tuple[Rule, ...] = (NAIVE, DRIFT, ETS, ARIMA, THETA, CES, LOCAL_LEVEL, AIRLINE)
"""Rules that stand here twice: on the series itself, and with ``_share`` on its share."""

POOLED: tuple[Rule, ...] = (ETS, ARIMA, CES, THETA)
"""Members of the pools: those of Petropoulos & Svetunkov 2020."""


def _pool() -> Pool:
    return Pool("pool", tuple(on_series(rule) for rule in POOLED))


def _pool_share() -> Pool:
    return Pool("pool_share", tuple(on_share(rule) for rule in POOLED))


def _link() -> Method:
    from forecast.models.panel_link import PanelLink

    return PanelLink(load_panel_model())


def _link_nuts() -> Method:
    from forecast.models.panel_link import PanelLink

    return PanelLink(load_panel_model(), "nuts")


def _twice(rule: Rule) -> dict[str, Callable[[], Method]]:
    both: tuple[Classical, Classical] = (on_series(rule), on_share(rule))
    return {method.name: lambda method=method: method for method in both}


METHODS: Mapping[str, Callable[[], Method]] = MappingProxyType(
    {
        "seasonal_naive": lambda: on_series(SEASONAL_NAIVE),
        # last year's share of the same month: seasonal naive on the share under its usual name
        "seasonal_share": lambda: on_share(SEASONAL_NAIVE, "seasonal_share"),
        "constant_share": lambda: on_share(LAST_YEAR, "constant_share"),
        **{name: make for rule in BOTH_WAYS for name, make in _twice(rule).items()},
        "pool": _pool,
        "pool_share": _pool_share,
        "link": _link,
        "link_nuts": _link_nuts,
    }
)
"""Every method, by the name it has in tables."""

SYNONYMS: Mapping[str, str] = MappingProxyType({"seasonal_naive_share": "seasonal_share"})
"""Names that a method of the table may also be asked for by."""


def names() -> tuple[str, ...]:
    """Names of all methods, in the order of the table."""
    return tuple(METHODS)


def method(name: str) -> Method:
    """Give the method of a name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    name = SYNONYMS.get(name, name)
    if name not in METHODS:
        known = ", ".join(METHODS)
        raise ConfigError(
            f"method {name!r}: not found{nearest(name, METHODS)}, expected one of {known}"
        )
    return METHODS[name]()
