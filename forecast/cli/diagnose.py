"""``forecast diagnose``: whether a fit can be believed."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import finish, lang_option, run_argument


@click.command(
    epilog="\b\nExample:\n  forecast diagnose outputs/gentofte",
)
@run_argument
@lang_option
@one_line
def diagnose(run_folder: Path, lang: str) -> None:
    """Check whether the posterior of an earlier run can be believed.

    RUN is the output folder of an earlier run or fit. Exit code 3 when a check fails.
    """
    from forecast.run import run_diagnose

    finish(run_diagnose(run_folder, lang))
