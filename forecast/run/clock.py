"""Stages with their seconds, and what a command leaves behind."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Progress(Protocol):
    """Whatever wants to know which stage is under way."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Enter when a stage begins, leave when it ends."""
        ...


@dataclass(frozen=True)
class RunResult:
    """What a command leaves behind.

    Attributes
    ----------
    exit_code : 0 done, 3 finished but a check failed
    terminal_text : for stdout
    folder : the output folder
    """

    exit_code: int
    terminal_text: str
    folder: Path


@dataclass
class Clock:
    """Stages with their seconds, in the words of the language."""

    progress: Progress
    lang: str
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, key: str) -> Generator[None]:
        """Time a stage."""
        begin = time.perf_counter()
        with self.progress.stage(_STAGES[key][0 if self.lang == "da" else 1]):
            yield
        self.seconds[key] = time.perf_counter() - begin


_STAGES = {
    "read": ("Læser tal og forudsætninger", "Reading figures and assumptions"),
    "fit": ("Tilpasser modellen", "Fitting the model"),
    "project": ("Fremskriver scenarierne", "Projecting the scenarios"),
    "benchmark": ("Sammenholder med det forventede", "Comparing with what was expected"),
    "budget": ("Regner i kroner", "Counting in kroner"),
    "report": ("Skriver tabeller og rapport", "Writing tables and report"),
}
