"""The output folder: written beside its place and swapped in when whole, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from forecast.errors import OutputError

MANIFEST = "manifest.json"
_ADVICE = {
    errno.ENOSPC: "the disk is full; make room, or choose another folder with --out",
    errno.EDQUOT: "the disk quota is used up; make room, or choose another folder with --out",
}


def check_target(target: Path) -> None:
    """Refuse a target that is no place for a run, before any work is done.

    Raises
    ------
    OutputError
        If the target is a file, a folder that no run has written, or cannot be written.
    """
    if target.is_file():
        raise OutputError(f"{target}: is a file, expected a folder; choose another with --out")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise OutputError(
            f"{target}: holds files but no {MANIFEST}, so it is not the folder of a run and is "
            "left alone; choose an empty or new folder with --out"
        )
    parent = _existing(target.parent.resolve())
    if not os.access(parent, os.W_OK | os.X_OK) or not parent.is_dir():
        raise OutputError(
            f"{target}: cannot be written, no permission in {parent}; choose a folder of your own "
            "with --out"
        )


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


@contextmanager
def staged(target: Path) -> Generator[Path]:
    """Make a folder beside the target, to take its place when the block ends well.

    Raises
    ------
    OutputError
        If it cannot be written. The target is as it was, and nothing half-written is left.
    """
    check_target(target)
    target = target.resolve()
    stage: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        yield stage
        _swap(stage, target)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        said = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise OutputError(f"{target}: nothing was written: {said}") from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


def _swap(stage: Path, target: Path) -> None:
    """Put the stage in the target's place; the old run goes only when the new one is there."""
    stage.chmod(0o755)
    if not target.exists():
        stage.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    aside = old / target.name
    target.rename(aside)
    try:
        stage.rename(target)
    except OSError:
        aside.rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
