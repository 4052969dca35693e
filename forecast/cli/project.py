"""``forecast project``: scenarios on a saved fit."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import finish, lang_option, out_option, run_argument, scenario_option


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast project outputs/gentofte --scenario oer-2020-08\n"
    "  forecast project outputs/gentofte \\\n"
    "    --pin 'Hele landet:ledige:ledighedsprocent:ultimo 2021=4,5 pct.'",
)
@run_argument
@scenario_option
@click.option(
    "--pin",
    "pins",
    multiple=True,
    metavar="'AREA:GROUP:MEASURE:PERIOD=VALUE UNIT'",
    help="A figure that holds on every draw, with its unit; may be given several times.",
)
@click.option(
    "--adjustment",
    type=click.Choice(["seasonally-adjusted", "actual"]),
    help="Whether the season is out of the pinned figures.  [default: seasonally-adjusted, "
    "as the ministries' figures are; actual for ledighedsprocent_faktisk]",
)
@out_option
@lang_option
@one_line
def project(
    run_folder: Path,
    scenarios: tuple[str, ...],
    pins: tuple[str, ...],
    adjustment: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Project scenarios from a saved fit, in seconds.

    RUN is the output folder of an earlier run or fit. Pins make a scenario of their own.
    """
    from forecast.cli.pins import parse_pins
    from forecast.cli.progress import Terminal
    from forecast.run import run_project

    statements = parse_pins(pins, adjustment)
    finish(run_project(run_folder, scenarios, statements, out, lang, Terminal()))
