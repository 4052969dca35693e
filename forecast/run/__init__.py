"""The order of the stages, and the only place that writes what they make."""

from forecast.run.commands import RunResult, run_all, run_diagnose, run_fit, run_project
from forecast.run.stages import Fit, Inputs, Projected, fit, load, project

__all__ = [
    "Fit",
    "Inputs",
    "Projected",
    "RunResult",
    "fit",
    "load",
    "project",
    "run_all",
    "run_diagnose",
    "run_fit",
    "run_project",
]
