"""``forecast scenario``: look at scenarios, write one, check it, and ask questions of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.errors import one_line
from forecast.cli.options import (
    adjustment_option,
    finish,
    lang_option,
    run_argument,
    seed_option,
    set_option,
)

if TYPE_CHECKING:
    from forecast.core.tree import Tree
    from forecast.run import Reverse

FOLDER = Path("configs/scenarios")


@click.group(epilog="\b\nExample:\n  forecast scenario list")
def scenario() -> None:
    """List, show, write, check and compare scenarios, and ask what must be true.

    A scenario is a file in configs/scenarios/, in plain TOML.
    """


def _beside(config: Path | None) -> Path | None:
    """Find the folder whose scenarios come first: the configuration's, or ./configs."""
    if config is not None:
        return config.parent
    return FOLDER.parent if FOLDER.is_dir() else None


def config_option(command: Callable[..., None]) -> Callable[..., None]:
    """``--config FILE``."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration beside which scenarios lie; by default configs/ here.",
    )(command)


def out_folder_option(command: Callable[..., None]) -> Callable[..., None]:
    """``--out DIR``."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder for the table; by default the run's.",
    )(command)


@scenario.command("list", epilog="\b\nExample:\n  forecast scenario list")
@config_option
@lang_option
@one_line
def list_(config: Path | None, lang: str) -> None:
    """List the scenarios there are: id, title, and what they say."""
    from forecast.config import load_scenario, scenario_names
    from forecast.report.scenarios import listed

    beside = _beside(config)
    click.echo(listed([load_scenario(n, beside) for n in scenario_names(beside)], lang), nl=False)


@scenario.command(epilog="\b\nExample:\n  forecast scenario show oer-2020-08")
@click.argument("name", metavar="ID")
@config_option
@lang_option
@one_line
def show(name: str, config: Path | None, lang: str) -> None:
    """Show what a scenario says, with what it extends, and who says so.

    ID is a scenario's id, or its file.
    """
    from forecast.config import load_groups, load_scenario
    from forecast.report.scenarios import shown

    beside = _beside(config)
    click.echo(shown(load_scenario(name, beside), load_groups(beside), lang), nl=False)


@scenario.command(
    epilog="\b\nExamples:\n"
    "  forecast scenario new lavere-ledighed\n"
    "  forecast scenario new min-variant --extends oer-2020-08",
)
@click.argument("name", metavar="ID")
@click.option("--extends", metavar="ID", help="A scenario to build on.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the file; by default configs/scenarios here, or here if there is no configs.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@one_line
def new(name: str, extends: str | None, out: Path | None, force: bool) -> None:
    """Write a commented template of a scenario, to be changed and checked."""
    from forecast.cli.init import write_whole
    from forecast.config import scenario_template

    text = scenario_template(name, extends or "", _beside(None))
    folder = out
    if folder is None:
        folder = FOLDER if FOLDER.parent.is_dir() else Path()
        if folder == FOLDER:
            folder.mkdir(exist_ok=True)
    file = folder / f"{name}.toml"
    write_whole(file, text, force)
    click.echo(f"{file}\nforecast scenario check {file}")


@scenario.command(
    epilog="\b\nExamples:\n"
    "  forecast scenario check configs/scenarios/min-variant.toml\n"
    "  forecast scenario check min-variant --run outputs/gentofte",
)
@click.argument("name", metavar="ID")
@click.option(
    "--run",
    "run_folder",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A run on whose futures to try it: whether it can hold, and how far it lies from the "
    "free forecast.",
)
@config_option
@lang_option
@one_line
def check(name: str, run_folder: Path | None, config: Path | None, lang: str) -> None:
    """Check a scenario: its file, and with --run whether it can hold."""
    from forecast.config import load_groups, load_scenario
    from forecast.report.scenarios import shown

    beside = _beside(config)
    spec = load_scenario(name, beside)
    click.echo(shown(spec, load_groups(beside), lang), nl=False)
    if run_folder is not None:
        from forecast.cli.progress import Terminal
        from forecast.run import run_check

        finish(run_check(run_folder, name, lang, Terminal()))


@scenario.command(
    epilog="\b\nExamples:\n"
    "  forecast scenario compare outputs/gentofte free oer-2020-08\n"
    "  forecast scenario compare outputs/gentofte oer-2020-08 \\\n"
    "    --set 'Hele landet.ledighedsprocent@2021-12=6,0 pct.'",
)
@run_argument
@click.argument("scenarios", metavar="[ID]...", nargs=-1)
@set_option
@adjustment_option
@out_folder_option
@lang_option
@one_line
def compare(
    run_folder: Path,
    scenarios: tuple[str, ...],
    sets: tuple[str, ...],
    adjustment: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Compare scenarios with the first of them, future by future.

    RUN is the output folder of an earlier run, ID a scenario; without any: those of the run's
    configuration. Writes comparison.csv.
    """
    from forecast.cli.figures import settings
    from forecast.cli.progress import Terminal
    from forecast.run import run_compare

    told = settings(sets, adjustment) if sets else None
    finish(run_compare(run_folder, scenarios, told, out, lang, Terminal()))


@scenario.command(
    epilog="\b\nExample:\n"
    "  forecast scenario reverse outputs/gentofte --event 'Gentofte.i_alt@2021>4500 FTP' \\\n"
    "    --lever 'Hele landet.ledighedsprocent@2021-12'",
)
@run_argument
@click.option(
    "--event",
    required=True,
    metavar="'AREA.GROUP.MEASURE@PERIOD>VALUE UNIT'",
    help="What may happen: a figure above (>) or below (<) a value.",
)
@click.option(
    "--lever",
    required=True,
    metavar="'AREA.GROUP.MEASURE@PERIOD'",
    help="The figure that is set at one value after the other.",
)
@click.option(
    "--probability",
    default="50 pct.",
    show_default=True,
    metavar="'N pct.'",
    help="How likely the event is to become.",
)
@click.option(
    "--scenario", "base", metavar="ID", help="The scenario to start from.  [default: free]"
)
@out_folder_option
@lang_option
@one_line
def reverse(
    run_folder: Path,
    event: str,
    lever: str,
    probability: str,
    base: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Ask what must be true: at which value of one figure an event becomes as likely as asked.

    RUN is the output folder of an earlier run. Writes reverse.csv.
    """
    from forecast.cli.figures import parse_event, parse_figure, parse_share
    from forecast.cli.progress import Terminal
    from forecast.run import Reverse, run_reverse

    def question(tree: Tree) -> Reverse:
        happens, above = parse_event(event, tree)
        figure = parse_figure(lever, tree, None, f"--lever '{lever}'")
        level = parse_share(probability, f"--probability '{probability}'")
        return Reverse(happens, above, figure.asked(), level)

    finish(run_reverse(run_folder, base, question, out, lang, Terminal()))


@scenario.command(
    epilog="\b\nExamples:\n"
    "  forecast scenario carry ledige.csv --horizon 24 --area Gentofte\n"
    "  forecast scenario carry ledige.csv --set 'Hele landet@2026=90000 FTP'",
)
@click.argument("panel", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="'COUNTRY.GROUP@PERIOD=VALUE FTP'",
    help="What the country will be, on every draw; may be given several times.",
)
@click.option(
    "--area",
    "shown",
    multiple=True,
    metavar="NAME",
    help="Areas to print; all are written.  [default: the country and Gentofte, else the largest]",
)
@click.option(
    "--horizon",
    type=click.IntRange(1, 120),
    default=24,
    show_default=True,
    metavar="N",
    help="Months ahead.",
)
@click.option(
    "--add-up", is_flag=True, help="Make the areas add up to the country, the country as it is."
)
@click.option(
    "--areas",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Table of areas with columns area, parent; without it Denmark's municipalities.",
)
@click.option("--national", metavar="NAME", help="The area that all others lie in.")
@click.option("--measure", metavar="NAME", help="Which measure, where the file has several.")
@click.option(
    "--format",
    "number_format",
    type=click.Choice(["danish", "plain"]),
    help="How 1.036 is to be read.",
)
@click.option("--draws", type=click.IntRange(100, 100_000), metavar="N", help="Futures.")
@seed_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the results; by default outputs/ and the panel's name.",
)
@lang_option
@one_line
def carry(
    panel: Path,
    sets: tuple[str, ...],
    shown: tuple[str, ...],
    horizon: int,
    add_up: bool,
    areas: Path | None,
    national: str | None,
    measure: str | None,
    number_format: str | None,
    draws: int | None,
    seed: int | None,
    out: Path | None,
    lang: str,
) -> None:
    """Project all areas of a monthly panel, as they are and as the country is stated to be.

    PANEL is a file of monthly full-time persons, as for forecast backtest: the country and the
    areas in it. Writes projections.csv.
    """
    from forecast.cli.figures import national_means
    from forecast.config.backtest import backtest_config
    from forecast.run.carry import run_carry

    settings = backtest_config(
        None,
        panel=panel,
        areas=areas,
        national=national,
        measure=measure,
        number_format=number_format,
        horizon=horizon,
        draws=draws,
        seed=seed,
    )
    finish(
        run_carry(
            settings,
            national_means(sets),
            shown,
            add_up,
            out,
            lang,
            lambda line: click.echo(line, err=True),
        )
    )
