"""One family of errors with one base, each also a builtin a caller may know already.

Every message is one readable line that says where (file, row or key), what was found, what was
expected and what to do about it.
"""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AlignmentError",
    "ConfigError",
    "ConvergenceError",
    "DataError",
    "ForecastError",
    "NotFittedError",
    "OutputError",
    "PeriodError",
    "UnitsError",
    "nearest",
]


class ForecastError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    message : str
        One line: where, what was found, what was expected, what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


class ConfigError(ForecastError, ValueError):
    """A configuration file says something that cannot be used."""


class DataError(ForecastError, ValueError):
    """A table holds a row that cannot be used."""


class AlignmentError(ForecastError, ValueError):
    """Two tables or sets of draws do not cover the same draws, series or months."""


class UnitsError(ForecastError, ValueError):
    """A number has no unit, an unknown unit, or a unit that does not fit."""


class PeriodError(DataError):
    """A text is no period, or a period of another kind than asked for."""


class NotFittedError(ForecastError, RuntimeError):
    """Something that needs a fitted model was asked of one that is not fitted."""


class ConvergenceError(ForecastError, RuntimeError):
    """A numerical procedure ended without an answer that can be trusted."""


class OutputError(ForecastError, OSError):
    """A result cannot be written where it was asked to go."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant.

    Parameters
    ----------
    word : str
        The word that was not found.
    known : iterable of str
        The words that exist.

    Returns
    -------
    str
        ``" (did you mean 'x'?)"``, or an empty text where nothing is close.

    Examples
    --------
    >>> nearest("dagpnge", ["dagpenge", "fleksjob"])
    " (did you mean 'dagpenge'?)"
    >>> nearest("qqq", ["dagpenge"])
    ''
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean '{by_folded[found[0]]}'?)" if found else ""
