"""Where configuration files lie, and reading them as TOML.

A name such as ``scenarios/free.toml`` is looked for beside the user's own configuration first and
among the files that come with the program second, so that a user may replace any of them.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from forecast.errors import ConfigError, nearest

_PACKAGE = Path(__file__).resolve().parents[1]
# A wheel carries the files inside the package; a checkout has them beside it.
_ROOTS = (_PACKAGE / "_bundled", _PACKAGE.parent)


def bundled(name: str) -> Path:
    """Find a file or folder that comes with the program.

    Parameters
    ----------
    name
        Relative to the root of a checkout, e.g. ``configs/areas.toml`` or ``data/published``.

    Raises
    ------
    ConfigError
        When the program came without it.
    """
    for root in _ROOTS:
        if (root / name).exists():
            return root / name
    raise ConfigError(
        f"{name}: not found among the files that come with the program; "
        "install the program again, or run it from a complete checkout"
    )


def find_config(name: str, beside: Path | None = None) -> Path:
    """Find a configuration file, the user's own before the bundled one.

    Parameters
    ----------
    name
        Relative to a configuration folder, e.g. ``groups.toml`` or ``scenarios/free.toml``.
    beside
        The folder of the user's own configuration, or None.

    Raises
    ------
    ConfigError
        When neither place has it; names both places and the nearest file that exists.
    """
    own = [] if beside is None else [beside]
    folders = list(dict.fromkeys([*own, bundled("configs")]))
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    wanted = Path(name)
    known = (file.stem for folder in folders for file in (folder / wanted.parent).glob("*.toml"))
    places = " or ".join(str(folder / name) for folder in folders)
    raise ConfigError(f"{places}: no such file{nearest(wanted.stem, known)}")


def parse_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file into plain Python values.

    Raises
    ------
    ConfigError
        When the file is missing, is not UTF-8 or is not TOML; names file and line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file{_nearest_file(path)}") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; expected a TOML file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}: line {line} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def sha256(path: Path) -> str:
    """Compute the hexadecimal SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hashes(sources: Mapping[str, Path]) -> dict[str, str]:
    """Compute the SHA-256 of every file a configuration was read from, by name."""
    return {name: sha256(path) for name, path in sources.items()}


def _nearest_file(path: Path) -> str:
    """Name the nearest file of the same folder."""
    siblings: Iterable[Path] = path.parent.glob("*.toml") if path.parent.is_dir() else ()
    return nearest(path.name, (sibling.name for sibling in siblings))
