"""``forecast project``: scenarios on a saved fit."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import (
    adjustment_option,
    finish,
    lang_option,
    out_option,
    run_argument,
    scenario_option,
    set_option,
)


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast project outputs/gentofte --scenario free --scenario oer-2020-08\n"
    "  forecast project outputs/gentofte --out outputs/hvad-hvis \\\n"
    "    --set 'Hele landet.ledighedsprocent@2021-12=6,0 pct.'",
)
@run_argument
@scenario_option
@set_option
@adjustment_option
@out_option
@lang_option
@one_line
def project(
    run_folder: Path,
    scenarios: tuple[str, ...],
    sets: tuple[str, ...],
    adjustment: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Project scenarios from a saved fit, without fitting again.

    RUN is the output folder of an earlier run or fit. What is --set makes one more scenario, on the
    last that is named, or on the free forecast.
    """
    from forecast.cli.figures import settings
    from forecast.cli.progress import Terminal
    from forecast.run import run_project

    told = settings(sets, adjustment) if sets else None
    finish(run_project(run_folder, scenarios, told, out, lang, Terminal()))
