"""``forecast run``: everything, from the figures to the report."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import (
    config_argument,
    finish,
    lang_option,
    out_option,
    scenario_option,
    seed_option,
)


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast run\n"
    "  forecast run configs/gentofte.toml --scenario oer-2020-08 --lang en",
)
@config_argument
@out_option
@scenario_option
@seed_option
@lang_option
@one_line
def run(
    config: Path | None, out: Path | None, scenarios: tuple[str, ...], seed: int | None, lang: str
) -> None:
    """Do everything: fit, project all scenarios, write the report.

    CONFIG is a configuration file; without it, the one of Gentofte that comes with the program.
    """
    from forecast.cli.progress import Terminal
    from forecast.run import run_all

    finish(run_all(config, out, scenarios, seed, lang, Terminal()))
