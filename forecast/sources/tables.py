"""Tables of text with known columns, read so that every fault names its file and row."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import DataError, nearest


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: where it stands and its cells, all text and stripped.

    Attributes
    ----------
    where
        File name and line for messages: ``figures.csv row 7`` (the heading is row 1).
    number
        The line, the heading being 1.
    cells
        Column → text, empty where the file has nothing.
    typed
        Columns whose cell was a number in the file (Excel, Parquet) and needs no number format.
    """

    where: str
    number: int
    cells: Mapping[str, str]
    typed: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_csv(path: Path, required: Collection[str]) -> list[Row]:
    """Read a UTF-8 file with a heading, separated by commas, semicolons or tabs.

    Parameters
    ----------
    path
        The file; a byte-order mark is allowed.
    required
        Columns that must be there.

    Raises
    ------
    DataError
        For a file that is missing, empty or not UTF-8, a heading without a required column or
        with one twice, and a row with another number of cells than the heading.
    """
    text = _text(path)
    first_line = text.splitlines()[0] if text.strip() else ""
    separator = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    heading = [name.strip() for name in next(reader, [])]
    check_columns(path, heading, required)
    rows: list[Row] = []
    for cells in reader:
        number = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heading):
            raise DataError(
                f"{path.name} row {number}: found {len(cells)} cells under {len(heading)} columns; "
                "quote cells that hold the separator"
            )
        rows.append(_row(path, number, zip(heading, cells, strict=True)))
    return rows


def check_columns(path: Path, heading: Collection[str], required: Collection[str]) -> None:
    """Refuse a heading that lacks a required column, or carries one twice.

    Raises
    ------
    DataError
        Naming the file and the column.
    """
    if not any(heading):
        raise DataError(f"{path.name}: the file is empty; expected columns {', '.join(required)}")
    for name in required:
        if name not in heading:
            raise DataError(
                f"{path.name}: column '{name}' is missing; found {', '.join(heading)}, "
                f"expected {', '.join(required)}"
            )
    doubled = {name for name in heading if list(heading).count(name) > 1}
    if doubled:
        raise DataError(f"{path.name}: column '{min(doubled)}' stands twice; keep one")


def check_word(word: str, known: Collection[str], *, where: str, what: str) -> str:
    """Return the word when it is known.

    Raises
    ------
    DataError
        Naming file and row, the word, the nearest known one and all of them.
    """
    if word not in known:
        raise DataError(
            f"{where}: unknown {what} '{word}'{nearest(word, known)}; "
            f"expected one of {', '.join(known)}"
        )
    return word


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: byte {error.start} is not UTF-8; save the file as 'CSV UTF-8'"
        ) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _row(path: Path, number: int, cells: Iterable[tuple[str, str]]) -> Row:
    return Row(
        where=f"{path.name} row {number}",
        number=number,
        cells={name: cell.strip() for name, cell in cells},
    )
