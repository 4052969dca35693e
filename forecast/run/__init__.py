"""The order of the stages, and the only place that writes what they make."""

from forecast.run.clock import RunResult
from forecast.run.commands import run_all, run_diagnose, run_fit, run_project
from forecast.run.questions import Reverse, run_check, run_compare, run_reverse
from forecast.run.stages import Fit, Inputs, Projected, fit, load, project

__all__ = [
    "Fit",
    "Inputs",
    "Projected",
    "Reverse",
    "RunResult",
    "fit",
    "load",
    "project",
    "run_all",
    "run_check",
    "run_compare",
    "run_diagnose",
    "run_fit",
    "run_project",
    "run_reverse",
]
