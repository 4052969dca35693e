"""The configuration of a backtest: which panel, from which months, by which models."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from forecast.config.base import Frozen, at, read_toml
from forecast.config.breaks import BreakEntry, read_breaks
from forecast.config.files import find_config
from forecast.core.monthly import SHORTEST_HISTORY, LevelBreak
from forecast.core.period import month_code, parse_month
from forecast.errors import ConfigError, nearest

MODELS = (
    "seasonal_share",
    "constant_share",
    "local_level_share",
    "ets_share",
    "arima_share",
    "theta_share",
    "ces_share",
    "link",
)
"""What is compared where nothing else is asked for; the first is what ratios are taken to."""


def _window(value: object) -> object:
    """Say in one line what a window may be; pydantic would say it of each alternative."""
    if value == "expanding":
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= SHORTEST_HISTORY:
        return value
    raise ValueError(
        f'found {json.dumps(value)}, expected "expanding" or a whole number of months of at least '
        f"{SHORTEST_HISTORY}, such as 60"
    )


class PanelFile(Frozen):
    """``[panel]``: the file of monthly figures and what it does not say itself.

    ``format`` says how its numbers are written, ``danish`` (1.036 is a thousand) or ``plain``
    (1.036 is one and a bit); it is needed only where the file's own numbers do not show it.
    """

    path: Path = Field(description="a CSV, Excel or Parquet file, relative to this one")
    format: Literal["danish", "plain"] | None = None
    measure: str | None = None
    group: str | None = None
    unit: str | None = None


class Origins(Frozen):
    """``[origins]``: the last months a model may see, as a list or from one to another."""

    months: tuple[str, ...] | None = Field(default=None, min_length=1)
    first: str | None = None
    last: str | None = None
    step: int = Field(default=1, ge=1, le=60)


class BacktestFile(Frozen):
    """A configuration of a backtest as it stands on disk."""

    national: str = Field(description="the area that all others lie in, such as 'Hele landet'")
    groups: tuple[str, ...] | None = Field(default=None, min_length=1)
    areas: Path | None = None
    horizon: int = Field(ge=1, le=120, description="months projected from each origin, such as 24")
    window: Annotated[int | Literal["expanding"], BeforeValidator(_window)] = "expanding"
    given: str = Field(description="'national', 'free' or the path of a published forecast")
    models: tuple[str, ...] = Field(min_length=1, description="models, such as ['link']")
    draws: int = Field(ge=100, le=100_000, description="a number of joint futures, such as 1000")
    seed: int = Field(ge=0, lt=2**32, description="a whole number; the same seed, the same result")
    panel: PanelFile = Field(description="a table [panel]")
    origins: Origins = Field(description="a table [origins]")
    breaks: tuple[BreakEntry, ...] = ()


@dataclass(frozen=True)
class BacktestConfig:
    """A checked configuration with paths resolved.

    Attributes
    ----------
    stem, path
        The file's name without ``.toml``, and the file.
    national
        The area that all others lie in; None for the one that the table of areas has at its top.
    panel
        The file of figures and how to read it.
    areas
        A table of areas with ``area, parent``; None for ``areas.toml``: all municipalities.
    groups
        The groups to take from the panel; None for all.
    horizon
        Months projected from each origin.
    origins
        Last months that a model may see, rising, as ``year * 12 + month - 1``; none where the
        length of the panel is to decide.
    window
        Months of history that a model sees (a sliding window); None for all (an expanding one).
    given
        ``national``: the realised path of the nation; ``free``: nothing; or the file of a published
        forecast of it.
    models
        Names of the models, in the order of the tables.
    draws, seed
        Number of joint futures of each origin, and where randomness starts.
    breaks
        Breaks of level, each with its month.
    sources
        Every TOML file that this rests on, by its name within a configuration folder.
    """

    stem: str
    path: Path
    national: str | None
    panel: PanelFile
    areas: Path | None
    groups: tuple[str, ...] | None
    horizon: int
    origins: tuple[int, ...]
    window: int | None
    given: Literal["national", "free"] | Path
    models: tuple[str, ...]
    draws: int
    seed: int
    sources: MappingProxyType[str, Path] = field(repr=False)
    breaks: tuple[LevelBreak, ...] = ()


def load_backtest_config(path: Path, panel: Path | None = None) -> BacktestConfig:
    """Read the configuration of a backtest.

    Parameters
    ----------
    path
        The file.
    panel
        A file of figures in place of the one it names, relative to the working directory.

    Raises
    ------
    ConfigError
        When the file is missing or cannot be used, or a file it names does not exist; names file
        and key, and for an unknown key the nearest known one.
    """
    content = read_toml(path, BacktestFile)
    _refuse_twice(content.models, f"{path}: models")
    _refuse_twice(content.groups or (), f"{path}: groups")
    own = _existing(content.panel.path, path, "panel.path") if panel is None else panel
    return BacktestConfig(
        stem=path.stem,
        path=path,
        national=content.national,
        panel=content.panel.model_copy(update={"path": own}),
        areas=None if content.areas is None else _existing(content.areas, path, "areas"),
        groups=content.groups,
        horizon=content.horizon,
        origins=_origins(content.origins, f"{path}: origins"),
        window=None if content.window == "expanding" else content.window,
        given=_given(content.given, path),
        models=content.models,
        draws=content.draws,
        seed=content.seed,
        sources=_sources(path),
        breaks=read_breaks(content.breaks, path),
    )


def backtest_config(
    path: Path | None,
    *,
    panel: Path | None = None,
    areas: Path | None = None,
    national: str | None = None,
    measure: str | None = None,
    number_format: str | None = None,
    groups: tuple[str, ...] | None = None,
    horizon: int | None = None,
    origins: tuple[str, ...] | None = None,
    window: int | None = None,
    given: str | Path | None = None,
    models: tuple[str, ...] | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> BacktestConfig:
    """Put settings together: what is given by name, else the file's, else what is usual.

    Parameters
    ----------
    path
        A configuration, or None where `panel` says which figures.
    origins
        Months; none leaves the choice to the length of the panel.

    Raises
    ------
    ConfigError
        As `load_backtest_config`; for an origin that is no month, months that do not rise, a model
        or group that is named twice, or a file that does not exist.
    """
    if path is None:
        if panel is None:
            raise ConfigError("backtest: no configuration and no panel; give one of them")
        _refuse_missing(panel, "panel")
        base = _defaults(panel)
    else:
        base = load_backtest_config(path, panel)
    for file, option in ((panel, "panel"), (areas, "areas"), (given, "given")):
        if isinstance(file, Path):
            _refuse_missing(file, option)
    _refuse_twice(models or (), "--models")
    _refuse_twice(groups or (), "--groups")
    own: dict[str, object] = {
        "areas": areas,
        "national": national,
        "groups": groups,
        "horizon": horizon,
        "origins": None if origins is None else _rising(origins, "--origins"),
        "window": window,
        "given": given,
        "models": models,
        "draws": draws,
        "seed": seed,
    }
    own = {name: value for name, value in own.items() if value is not None}
    kind = {"format": number_format, "measure": measure}
    kind = {name: value for name, value in kind.items() if value is not None}
    return replace(base, panel=base.panel.model_copy(update=kind), **own)  # pyright: ignore[reportArgumentType]


def _origins(origins: Origins, where: str) -> tuple[int, ...]:
    """Read the months, from a list or from first to last."""
    ends = [name for name in ("first", "last") if getattr(origins, name) is not None]
    if (origins.months is None) == (not ends) or len(ends) == 1:
        found = ", ".join([*ends, *(["months"] if origins.months is not None else [])])
        raise ConfigError(
            f"{where}: found {found or 'neither'}, expected months, or first and last"
        )
    if origins.months is None:
        first, last = (_month(str(getattr(origins, name)), f"{where}.{name}") for name in ends)
        if last < first:
            raise ConfigError(
                f"{where}.last: found {month_code(last)}, expected {month_code(first)} or later"
            )
        return tuple(range(first, last + 1, origins.step))
    if "step" in origins.model_fields_set:
        raise ConfigError(f"{where}.step: found beside months; expected it beside first and last")
    return _rising(origins.months, f"{where}.months")


def _rising(texts: tuple[str, ...], where: str) -> tuple[int, ...]:
    months: list[int] = []
    for index, text in enumerate(texts):
        months.append(_month(text, f"{where}[{index}]"))
        if index and months[-1] <= months[-2]:
            raise ConfigError(
                f"{where}[{index}]: found {month_code(months[-1])} after "
                f"{month_code(months[-2])}; expected rising months"
            )
    return tuple(months)


def _defaults(panel: Path) -> BacktestConfig:
    """Give the settings of a panel that comes without a configuration."""
    return BacktestConfig(
        stem=f"backtest-{panel.stem}",
        path=panel,
        national=None,
        panel=PanelFile(path=panel),
        areas=None,
        groups=None,
        horizon=24,
        origins=(),
        window=None,
        given="national",
        models=MODELS,
        draws=1000,
        seed=20200907,
        sources=MappingProxyType({}),
    )


def _month(text: str, where: str) -> int:
    with at(where):
        return parse_month(text)


def _given(text: str, file: Path) -> Literal["national", "free"] | Path:
    """Tell the two words from a path, which must exist."""
    if text == "national" or text == "free":
        return text
    path = file.parent / text
    if not path.is_file():
        raise ConfigError(
            f"{file}: given: found '{text}'{nearest(text, ('national', 'free'))}; expected "
            "'national', 'free' or a file of a published forecast, written relative to this one"
        )
    return path


def _refuse_missing(path: Path, option: str) -> None:
    if not path.is_file():
        raise ConfigError(f"--{option}: {path} does not exist; check the path")


def _existing(named: Path, file: Path, key: str) -> Path:
    path = file.parent / named
    if not path.is_file():
        raise ConfigError(
            f"{file}: {key}: {path} does not exist; expected a file, written relative to the "
            "configuration"
        )
    return path


def _refuse_twice(words: tuple[str, ...], where: str) -> None:
    for index, word in enumerate(words):
        if word in words[:index]:
            raise ConfigError(f"{where}[{index}]: '{word}' is there twice; expected it once")


def _sources(file: Path) -> MappingProxyType[str, Path]:
    names = ("areas.toml", "groups.toml")
    return MappingProxyType(
        {file.name: file, **{name: find_config(name, file.parent) for name in names}}
    )
