"""``forecast fit``: the posterior alone."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import config_argument, finish, lang_option, out_option, seed_option


@click.command(
    epilog="\b\nExample:\n  forecast fit configs/gentofte.toml --out outputs/gentofte",
)
@config_argument
@out_option
@seed_option
@lang_option
@one_line
def fit(config: Path | None, out: Path | None, seed: int | None, lang: str) -> None:
    """Fit the model and save the posterior, to project from it later.

    CONFIG is a configuration file; without it, the one of Gentofte that comes with the program.
    """
    from forecast.cli.progress import Terminal
    from forecast.run import run_fit

    finish(run_fit(config, out, seed, lang, Terminal()))
