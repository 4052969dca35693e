"""The command line: one module a command, imported when the command is used."""

from importlib import import_module

import click

from forecast import __version__

# Name of the command -> its module in this package; the command has the module's name.
COMMANDS = (
    "run",
    "fit",
    "project",
    "scenario",
    "benchmark",
    "budget",
    "diagnose",
    "backtest",
    "init",
    "data",
)


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List names in the order in which people need them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of a name, or give None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  forecast run",
)
@click.version_option(__version__, prog_name="forecast")
def main() -> None:
    """Project unemployment and public benefits in a Danish municipality.

    Results go to stdout, progress and warnings to stderr. Exit code 0: done; 1: an error, in one
    line; 2: wrong usage; 3: finished, but a check failed.
    """
