"""Errors as one readable line on stderr, without a traceback, and exit code 1."""

import errno
import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from forecast.cli.libraries import quiet
from forecast.errors import ForecastError

P = ParamSpec("P")
R = TypeVar("R")

_ADVICE = {
    errno.ENOSPC: "the disk is full; make room, or choose another folder with --out",
    errno.EDQUOT: "the disk quota is used up; make room, or choose another folder with --out",
    errno.EACCES: "no permission; choose a folder of your own with --out",
    errno.EPERM: "no permission; choose a folder of your own with --out",
    errno.EROFS: "the disk is read-only; choose another folder with --out",
}
_INTERRUPTED = "Afbrudt (Ctrl-C): intet nyt resultat er gemt / interrupted: no new result was saved"


class Failure(click.ClickException):
    """One line on stderr and exit code 1."""

    exit_code = 1

    def format_message(self) -> str:
        """Fold line breaks away."""
        return " ".join(self.message.split())


def one_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors that people can do something about into one line.

    Our own errors, Ctrl-C and errors of the operating system such as a full disk are caught;
    anything else is a fault of the program, and keeps its traceback.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with quiet():
                return command(*args, **kwargs)
        except ForecastError as error:
            raise Failure(str(error)) from error
        except KeyboardInterrupt:
            raise Failure(_INTERRUPTED) from None
        except OSError as error:
            # A closed pipe (`forecast run | head`) is no error of ours: click ends quietly.
            if error.errno == errno.EPIPE:
                raise
            raise Failure(system_message(error)) from error

    return wrapped


def system_message(error: OSError) -> str:
    """Say which file, what happened and what to do about an error of the operating system."""
    place = f"{error.filename}: " if error.filename is not None else ""
    code = error.errno
    said = _ADVICE[code] if code in _ADVICE else (error.strerror or str(error))
    return f"{place}{said}"
