"""Progress on stderr, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.progress import TaskID


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


class Tasks:
    """Many tasks of one kind: a bar with the time left, or lines where there is no terminal.

    Parameters
    ----------
    lang
        Language of the words.
    console
        Where to write; by default stderr.
    """

    def __init__(self, lang: str, console: Console | None = None) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, TextColumn

        self._danish = lang == "da"
        self._console = RichConsole(stderr=True, highlight=False) if console is None else console
        self._bar = Progress(
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            BarColumn(bar_width=None),
            TextColumn("{task.description}"),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._told = 0

    def __enter__(self) -> Tasks:
        """Begin."""
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._console.is_terminal:
            self._bar.stop()

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        self._console.print(line, markup=False, emoji=False, soft_wrap=True)

    def tell(self, done: int, total: int, left: float | None) -> None:
        """Move the bar; without a terminal, write a line at every tenth of the tasks."""
        words = self._words(left)
        if self._console.is_terminal:
            if self._task is None:
                self._task = self._bar.add_task(words, total=total)
            self._bar.update(self._task, completed=done, description=words)
        elif done * 10 // total > self._told:
            self._told = done * 10 // total
            self.say(f"{done}/{total} {words}")

    def _words(self, left: float | None) -> str:
        if left is None:
            return "beregner tiden, der er tilbage" if self._danish else "estimating the time left"
        size = f"{left / 60:.0f} min." if left >= 90 else f"{left:.0f} s"
        return f"ca. {size} tilbage" if self._danish else f"about {size} left"
