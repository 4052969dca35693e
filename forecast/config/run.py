"""The configuration of a run: which municipality, which months, which scenarios, which data."""

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from forecast.config.areas import load_areas, resolve_area
from forecast.config.base import Frozen, at, read_toml
from forecast.config.beside_files import (
    BenchmarkFiles,
    BudgetFiles,
    checked_benchmark,
    checked_budget,
    own_files,
    rules_of,
)
from forecast.config.files import bundled, find_config
from forecast.config.groups import build_tree, load_groups
from forecast.config.scenario import ScenarioSpec
from forecast.config.scenario_file import load_scenario, scenario_path
from forecast.core.period import Window, month_code, parse_month
from forecast.core.tree import Tree
from forecast.errors import ConfigError

DEFAULT_CONFIG = "configs/gentofte.toml"


class FigureFile(Frozen):
    """A file of the user's own figures.

    ``format`` says how its numbers are written: ``danish`` (1.036 is a thousand) or ``plain``
    (1.036 is one and a bit). Without it, a number that could be either is refused.
    """

    path: Path = Field(description="a file, relative to this one")
    format: Literal["danish", "plain"] | None = None


class DataConfig(Frozen):
    """Which figures enter: the published ones that come with the program, and the user's own."""

    published: bool = True
    figures: tuple[FigureFile, ...] = ()


class Periods(Frozen):
    """``[periods]``: the months of the data and of the projection."""

    first_month: str = Field(description="the first month of the data, such as '2017-01'")
    last_data_month: str = Field(description="the last month of the data, such as '2019-12'")
    last_month: str = Field(description="the last month projected, such as '2022-12'")
    headline: str = Field(description="the period of the headline, such as 'ultimo 2021'")
    table_years: tuple[int, ...] = Field(min_length=1, description="years, such as [2019, 2020]")


class ModelChoice(Frozen):
    """``[model]``: the model's file and the numbers of its sampling."""

    name: str = Field(description="a file in models/ without .toml, such as 'link'")
    seed: int = Field(ge=0, lt=2**32, description="a whole number; the same seed, the same result")
    draws: int = Field(ge=100, le=100_000, description="a number of joint futures, such as 2000")


class RunFile(Frozen):
    """A configuration file as it stands on disk."""

    area: str = Field(description="a municipality, such as 'Gentofte'")
    scenarios: tuple[str, ...] = Field(min_length=1, description="scenario ids, such as ['free']")
    periods: Periods = Field(description="a table [periods]")
    model: ModelChoice = Field(description="a table [model]")
    data: DataConfig = DataConfig()
    benchmark: BenchmarkFiles | None = None
    budget: BudgetFiles | None = None


@dataclass(frozen=True)
class RunConfig:
    """A checked configuration with everything it names.

    Attributes
    ----------
    stem, path
        The file's name without ``.toml``, and the file.
    area, region, country
        The municipality, its half of the country (``Østdanmark``) and ``Hele landet``.
    first_month, last_data_month, horizon_last
        Months as ``year * 12 + month - 1``: the first and last of the data, the last projected.
    headline
        The window of the figures on the terminal.
    table_years
        The years of the målgruppeoversigt.
    scenarios
        In the order of the file.
    model
        Name of the model's file; `sources` has its path under ``models/<name>.toml``.
    seed, draws
        Of the sampling; `draws` is the number of joint futures kept.
    data
        Which figures enter, with paths resolved.
    benchmark
        The published benchmark, with paths resolved; None without one.
    budget
        Prices, budgets and own files, with paths resolved; None where nothing is priced.
    tree
        The areas and groups.
    sources
        Every TOML file that this was read from, by its name within a configuration folder.
    """

    stem: str
    path: Path
    area: str
    region: str
    country: str
    first_month: int
    last_data_month: int
    horizon_last: int
    headline: Window
    table_years: tuple[int, ...]
    scenarios: tuple[ScenarioSpec, ...]
    model: str
    seed: int
    draws: int
    data: DataConfig
    benchmark: BenchmarkFiles | None
    budget: BudgetFiles | None
    tree: Tree = field(repr=False)
    sources: MappingProxyType[str, Path] = field(repr=False)

    @property
    def beside(self) -> tuple[Path, ...]:
        """The user's own files of ``[benchmark]`` and ``[budget]``."""
        return own_files(self.benchmark, self.budget)

    def scenario(self, name: str) -> ScenarioSpec:
        """Find a scenario of this configuration, or any other beside it or bundled."""
        for spec in self.scenarios:
            if spec.id == name:
                return spec
        spec = load_scenario(name, self.path.parent, self.tree)
        with at(str(scenario_path(name, self.path.parent))):
            self.check(spec)
        return spec

    def check(self, spec: ScenarioSpec) -> None:
        """Refuse statements about months that this run does not have.

        Raises
        ------
        ConfigError
            When a statement's window lies in the data or before them, or ends after the projection.
        """
        for part, _ in spec.mix:
            self.check(part)
        for index, statement in enumerate(spec.statements):
            if statement.window.last <= self.last_data_month:
                edge, what = self.last_data_month, "the data end"
            elif statement.window.first < self.first_month:
                edge, what = self.first_month, "the run begins"
            elif statement.window.last > self.horizon_last:
                edge, what = self.horizon_last, "the run ends"
            else:
                continue
            raise ConfigError(
                f"statement[{index}].period: found {statement.window.code}, but {what} with "
                f"{month_code(edge)}; change the period, or [periods] of {self.path.name}"
            )


def load_config(path: Path | None = None) -> RunConfig:
    """Read a configuration and everything it names.

    Parameters
    ----------
    path
        The file; None for the bundled ``configs/gentofte.toml``.

    Raises
    ------
    ConfigError
        When this file or one it names is missing or cannot be used; names file and key.
    """
    file = bundled(DEFAULT_CONFIG) if path is None else path
    content = read_toml(file, RunFile)
    beside = file.parent
    tree = build_tree(load_areas(beside), load_groups(beside))
    scenarios = _scenarios(content, tree, file)
    with at(f"{file}: area"):
        area, region, country = _chain(content.area, tree)
    months = _months(content.periods, file)
    config = RunConfig(
        stem=file.stem,
        path=file,
        area=area,
        region=region,
        country=country,
        first_month=months[0],
        last_data_month=months[1],
        horizon_last=months[2],
        headline=_headline(content.periods, months, file),
        table_years=_table_years(content.periods, months, file),
        scenarios=scenarios,
        model=content.model.name,
        seed=content.model.seed,
        draws=content.model.draws,
        data=_data(content.data, file),
        benchmark=checked_benchmark(content.benchmark, file),
        budget=checked_budget(content.budget, file),
        tree=tree,
        sources=_sources(content, scenarios, file),
    )
    for index, spec in enumerate(config.scenarios):
        with at(f"{file}: scenarios[{index}]: {scenario_path(spec.id, beside)}"):
            config.check(spec)
    return config


def _chain(name: str, tree: Tree) -> tuple[str, str, str]:
    """Find a municipality, its half of the country and the country."""
    area = resolve_area(name, tree.areas)
    kind = tree.areas[area].kind
    if kind != "kommune":
        raise ConfigError(f"found '{area}', a {kind}; expected a municipality, such as 'Gentofte'")
    chain = tree.area_chain(area)
    if len(chain) != 3:
        raise ConfigError(
            f"found '{area}' below {' -> '.join(chain[1:])}; expected a half of the country "
            "and the country above a municipality in areas.toml"
        )
    return chain[0], chain[1], chain[2]


def _months(periods: Periods, file: Path) -> tuple[int, int, int]:
    """Read the first month, the last of the data and the last projected."""
    keys = ("first_month", "last_data_month", "last_month")
    found: list[int] = []
    for key in keys:
        with at(f"{file}: periods.{key}"):
            found.append(parse_month(getattr(periods, key)))
        if len(found) > 1 and found[-1] <= found[-2]:
            raise ConfigError(
                f"{file}: periods.{key}: found {month_code(found[-1])}; expected a month after "
                f"{keys[len(found) - 2]} ({month_code(found[-2])})"
            )
    return found[0], found[1], found[2]


def _headline(periods: Periods, months: tuple[int, int, int], file: Path) -> Window:
    where = f"{file}: periods.headline"
    with at(where):
        window = Window.parse(periods.headline)
    if window.first <= months[1] or window.last > months[2]:
        raise ConfigError(
            f"{where}: found {window.code}; expected a period after last_data_month "
            f"({month_code(months[1])}) and up to last_month ({month_code(months[2])})"
        )
    return window


def _table_years(periods: Periods, months: tuple[int, int, int], file: Path) -> tuple[int, ...]:
    for index, year in enumerate(periods.table_years):
        with at(f"{file}: periods.table_years[{index}]"):
            window = Window.year(year)
        if window.first < months[0] or window.last > months[2]:
            raise ConfigError(
                f"{file}: periods.table_years[{index}]: found {year}; expected a whole year "
                f"between {month_code(months[0])} and {month_code(months[2])}"
            )
        if index and year <= periods.table_years[index - 1]:
            raise ConfigError(
                f"{file}: periods.table_years[{index}]: found {year} after "
                f"{periods.table_years[index - 1]}; expected rising years"
            )
    return periods.table_years


def _scenarios(content: RunFile, tree: Tree, file: Path) -> tuple[ScenarioSpec, ...]:
    specs: dict[str, ScenarioSpec] = {}
    for index, name in enumerate(content.scenarios):
        where = f"{file}: scenarios[{index}]"
        if name.endswith(".toml"):
            raise ConfigError(
                f"{where}: found '{name}'; expected an id, the name of a file in scenarios/ "
                "without .toml"
            )
        with at(where):
            spec = load_scenario(name, file.parent, tree)
        if spec.id in specs:
            raise ConfigError(f"{where}: '{name}' is there twice; expected it once")
        specs[spec.id] = spec
    return tuple(specs.values())


def _data(data: DataConfig, file: Path) -> DataConfig:
    """Resolve paths relative to the configuration, and check that they exist."""
    figures: list[FigureFile] = []
    for index, figure in enumerate(data.figures):
        path = file.parent / figure.path
        if not path.is_file():
            raise ConfigError(
                f"{file}: data.figures[{index}].path: {path} does not exist; "
                "expected a file, written relative to the configuration"
            )
        figures.append(FigureFile(path=path, format=figure.format))
    if not data.published and not figures:
        raise ConfigError(
            f"{file}: data: no figures at all; expected published = true or [[data.figures]]"
        )
    return DataConfig(published=data.published, figures=tuple(figures))


def _sources(
    content: RunFile, scenarios: tuple[ScenarioSpec, ...], file: Path
) -> MappingProxyType[str, Path]:
    """List every TOML file that the configuration rests on."""
    beside = file.parent
    names = ["areas.toml", "groups.toml", *rules_of(content.benchmark, content.budget)]
    sources = {file.name: file, **{name: find_config(name, beside) for name in names}}
    for spec in scenarios:
        sources |= spec.files
    model = f"models/{content.model.name}.toml"
    with at(f"{file}: model.name"):
        sources[model] = find_config(model, beside)
    return MappingProxyType(sources)
