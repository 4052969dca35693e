"""Progress on stderr, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console


class Progress(Protocol):
    """Whatever wants to know which stage is under way."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Enter when a stage begins, leave when it ends."""
        ...


class Silent:
    """Says nothing; for use from Python and in tests."""

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Say nothing."""
        del name
        yield


class Terminal:
    """A spinner while a stage runs, and its name and seconds when it is done.

    Parameters
    ----------
    console
        Where to write; by default stderr. Without a terminal there, only finished stages show.
    """

    def __init__(self, console: Console | None = None) -> None:
        # rich takes a tenth of a second to import, which --help should not pay
        from rich.console import Console as RichConsole

        self._console = RichConsole(stderr=True, highlight=False) if console is None else console

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Show a spinner with the name, then a line with the seconds it took."""
        from rich.markup import escape

        begin = time.perf_counter()
        with self._console.status(escape(name)):
            yield
        seconds = time.perf_counter() - begin
        self._console.print(f"[green]✓[/green] {escape(name)} [dim]{seconds:.1f} s[/dim]")
