"""Units as users spell them."""

from dataclasses import dataclass
from typing import Final

from forecast.errors import UnitsError, nearest
from forecast.vocabulary import Unit


@dataclass(frozen=True)
class UnitSpelling:
    """What a unit in the user's spelling means.

    Attributes
    ----------
    unit : Unit
        Unit inside the program.
    factor : float
        Number in `unit` that one of the user's unit makes; 0.01 for per cent.
    """

    unit: Unit
    factor: float


_SPELLINGS: Final[dict[str, UnitSpelling]] = {
    "pct": UnitSpelling(Unit.ANDEL, 0.01),
    "pct.": UnitSpelling(Unit.ANDEL, 0.01),
    "%": UnitSpelling(Unit.ANDEL, 0.01),
    "procent": UnitSpelling(Unit.ANDEL, 0.01),
    "andel": UnitSpelling(Unit.ANDEL, 1.0),
    "procentpoint": UnitSpelling(Unit.PROCENTPOINT, 0.01),
    "pct.point": UnitSpelling(Unit.PROCENTPOINT, 0.01),
    "ftp": UnitSpelling(Unit.FULDTIDSPERSONER, 1.0),
    "fuldtidspersoner": UnitSpelling(Unit.FULDTIDSPERSONER, 1.0),
    "personer": UnitSpelling(Unit.PERSONER, 1.0),
    "kr": UnitSpelling(Unit.KR, 1.0),
    "kr.": UnitSpelling(Unit.KR, 1.0),
    "mio. kr.": UnitSpelling(Unit.KR, 1e6),
    "mio. kr": UnitSpelling(Unit.KR, 1e6),
    "mio kr": UnitSpelling(Unit.KR, 1e6),
    "nummer": UnitSpelling(Unit.NUMMER, 1.0),
    "sager": UnitSpelling(Unit.SAGER, 1.0),
    "uger": UnitSpelling(Unit.UGER, 1.0),
}


def parse_unit(text: str) -> UnitSpelling:
    """Read a unit as users spell it.

    Parameters
    ----------
    text : str
        ``pct``, ``pct.``, ``%``, ``andel``, ``procentpoint``, ``FTP``, ``fuldtidspersoner``,
        ``personer``, ``kr``, ``mio. kr.``; case and surrounding blanks do not matter.

    Returns
    -------
    UnitSpelling
        The unit inside the program and the factor to it.

    Raises
    ------
    UnitsError
        If the text is empty or no known unit.

    Examples
    --------
    >>> parse_unit("pct.")
    UnitSpelling(unit=<Unit.ANDEL: 'andel'>, factor=0.01)
    """
    word = " ".join(text.casefold().split())
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    expected = ", ".join(_SPELLINGS)
    if not word:
        raise UnitsError(
            f"unit: found none, expected one of {expected}; write the unit beside the number"
        )
    raise UnitsError(
        f"unit: found '{text}'{nearest(word, _SPELLINGS)}, expected one of {expected}; "
        "correct the spelling"
    )
