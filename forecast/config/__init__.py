"""TOML into checked, frozen configuration; the only package that reads TOML."""

from forecast.config.areas import load_areas, places, resolve_area, slug
from forecast.config.backtest import BacktestConfig, PanelFile, load_backtest_config
from forecast.config.base import Frozen, read_toml
from forecast.config.files import bundled, find_config, hashes, sha256
from forecast.config.groups import build_tree, load_groups, rate_groups, resolve_group
from forecast.config.init import render
from forecast.config.model import LinkPriors, load_model
from forecast.config.run import DataConfig, FigureFile, RunConfig, load_config
from forecast.config.scenario import ScenarioSpec, Shock, Statement, check_rate, rate_measure
from forecast.config.scenario_file import extended, load_scenario, scenario_names, scenario_path
from forecast.config.scenario_template import scenario_template

__all__ = [
    "BacktestConfig",
    "DataConfig",
    "FigureFile",
    "Frozen",
    "LinkPriors",
    "PanelFile",
    "RunConfig",
    "ScenarioSpec",
    "Shock",
    "Statement",
    "build_tree",
    "bundled",
    "check_rate",
    "extended",
    "find_config",
    "hashes",
    "load_areas",
    "load_backtest_config",
    "load_config",
    "load_groups",
    "load_model",
    "load_scenario",
    "places",
    "rate_groups",
    "rate_measure",
    "read_toml",
    "render",
    "resolve_area",
    "resolve_group",
    "scenario_names",
    "scenario_path",
    "scenario_template",
    "sha256",
    "slug",
]
