"""Options that several commands share, and how a result is handed over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

FuncT = TypeVar("FuncT", bound=Callable[..., Any])
Decorator = Callable[[FuncT], FuncT]


class Result(Protocol):
    """What every stage returns."""

    @property
    def exit_code(self) -> int:
        """0 done, 3 finished but a check failed."""
        ...

    @property
    def terminal_text(self) -> str:
        """The result, for stdout."""
        ...


def config_argument(command: FuncT) -> FuncT:
    """``[CONFIG]``; the bundled configuration of Gentofte without it."""
    kind = click.Path(path_type=Path)
    return click.argument("config", required=False, default=None, type=kind)(command)


def run_argument(command: FuncT) -> FuncT:
    """``RUN``, the output folder of an earlier run."""
    return click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))(command)


def out_option(command: FuncT) -> FuncT:
    """``--out DIR``."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder for the results; by default outputs/ and the configuration's name, "
        "for project the folder of the run itself.",
    )(command)


def scenario_option(command: FuncT) -> FuncT:
    """``--scenario ID``, repeatable."""
    return click.option(
        "--scenario",
        "scenarios",
        multiple=True,
        metavar="ID",
        help="Only this scenario, by its id, e.g. oer-2020-08, or its file; may be given several "
        "times.",
    )(command)


def set_option(command: FuncT) -> FuncT:
    """``--set FIGURE=VALUE UNIT``, repeatable."""
    return click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="'AREA.GROUP.MEASURE@PERIOD=VALUE UNIT'",
        help="A figure that holds on every draw, e.g. 'Hele landet.ledighedsprocent@2021-12=6,0 "
        "pct.' or 'Gentofte.dagpenge@2021=400 FTP'; may be given several times.",
    )(command)


def adjustment_option(command: FuncT) -> FuncT:
    """Take ``--adjustment``, for figures that are set."""
    return click.option(
        "--adjustment",
        type=click.Choice(["seasonally-adjusted", "actual"]),
        help="Whether the season is out of the figures that are set.  [default: as the measure "
        "means; actual for full-time persons]",
    )(command)


def seed_option(command: FuncT) -> FuncT:
    """``--seed N``."""
    return click.option(
        "--seed",
        type=click.IntRange(0, 2**32 - 1),
        metavar="N",
        help="Seed of the sampling, in place of the configuration's.",
    )(command)


def lang_option(command: FuncT) -> FuncT:
    """``--lang da|en``."""
    return click.option(
        "--lang",
        type=click.Choice(["da", "en"]),
        default="da",
        show_default=True,
        help="Language of the results.",
    )(command)


def finish(result: Result) -> None:
    """Print a result to stdout and end with its exit code."""
    click.echo(result.terminal_text)
    click.get_current_context().exit(result.exit_code)
