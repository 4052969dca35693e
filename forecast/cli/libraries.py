"""Announcements of libraries that say nothing to a planner."""

import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def quiet() -> Generator[None]:
    """Keep two announcements off stderr that are made when a library is imported.

    PyTensor misses a C compiler, which nothing here uses: the model is compiled by numba. ArviZ
    announces its next version once a day.
    """
    # loggers are the library's own switch for this; the level is put back
    compiler = logging.getLogger("pytensor.configdefaults")
    before = compiler.level
    compiler.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"\s*ArviZ is undergoing", FutureWarning)
            yield
    finally:
        compiler.setLevel(before)
