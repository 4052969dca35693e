"""Forecasts of unemployment and public benefits in a Danish municipality.

The public names are imported when they are first used, so that ``import forecast`` and
``forecast --help`` stay light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.config import ScenarioSpec as Scenario
    from forecast.run import fit, load, project
    from forecast.run.notebook import assess_benchmark, estimate_budget

__all__ = [
    "Scenario",
    "__version__",
    "assess_benchmark",
    "estimate_budget",
    "fit",
    "load",
    "project",
]

__version__ = "0.1.0"

_PUBLIC = {
    "load": ("forecast.run", "load"),
    "fit": ("forecast.run", "fit"),
    "project": ("forecast.run", "project"),
    "Scenario": ("forecast.config", "ScenarioSpec"),
    "assess_benchmark": ("forecast.run.notebook", "assess_benchmark"),
    "estimate_budget": ("forecast.run.notebook", "estimate_budget"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type depends on the name
    """Import a public name from its module."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'forecast' has no attribute '{name}'")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
