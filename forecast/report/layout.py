"""Plain text in a fixed width: paragraphs, lists, and tables that stack where they do not fit."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

NARROWEST: Final = 40
"""Fewest columns a headline is laid out in: a number with its interval and a label beside it."""

_GAP: Final = 2
_NARROWEST_LABEL: Final = 18

TableRow = tuple[str, Sequence[Sequence[str]]]
"""A row's label, and for each column its lines of text."""


def paragraph(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Text as lines of at most `width` columns, ranges such as 3,2-3,9 kept whole."""
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def bullet(text: str, width: int) -> list[str]:
    """Return an item of a list."""
    return paragraph(text, width, first="- ", rest="  ")


def heading(text: str, width: int, mark: str = "-") -> list[str]:
    """Return a heading, underlined."""
    lines = paragraph(text, width)
    return [*lines, mark * max(map(len, lines), default=0)]


def path_lines(label: str, path: str, width: int) -> list[str]:
    """Put a path on one line where it fits, else cut it after a separator."""
    if len(label) + 1 + len(path) <= width:
        return [f"{label} {path}"]
    lines, line = [label], ""
    for part in _path_parts(path, width - _GAP):
        if len(line) + len(part) > width - _GAP:
            lines.append(" " * _GAP + line)
            line = ""
        line += part
    return [*lines, " " * _GAP + line]


def _path_parts(path: str, width: int) -> list[str]:
    pieces = [piece for piece in path.replace("/", "/\0").split("\0") if piece]
    return [piece[i : i + width] for piece in pieces for i in range(0, len(piece), width)]


def table(head: Sequence[str], rows: Sequence[TableRow], width: int) -> list[str]:
    """Lay out a table with a left column of labels and right-aligned columns of numbers.

    Labels wrap to what the columns leave. Where that is too little, each row becomes a block, so
    that no number is ever cut.

    Parameters
    ----------
    head
        Heads of all columns, the label's first.
    rows
        Label and cells of each row.
    width
        Columns of text.
    """
    widths = [
        max([len(title), *(len(line) for _, cells in rows for line in cells[column])])
        for column, title in enumerate(head[1:])
    ]
    left = width - sum(size + _GAP for size in widths)
    if left < _NARROWEST_LABEL:
        return _stacked(head, rows, width)
    lines = [_line(head[0], head[1:], left, widths)]
    for label, cells in rows:
        lines.extend(_row(label, cells, left, widths))
    return lines


def _row(label: str, cells: Sequence[Sequence[str]], left: int, widths: list[int]) -> list[str]:
    labels = paragraph(label, left, rest="  ") or [""]
    height = max(len(labels), *(len(cell) for cell in cells))
    lines = []
    for line in range(height):
        texts = [cell[line] if line < len(cell) else "" for cell in cells]
        lines.append(_line(labels[line] if line < len(labels) else "", texts, left, widths))
    return lines


def _line(label: str, texts: Sequence[str], left: int, widths: list[int]) -> str:
    columns = (" " * _GAP + text.rjust(size) for text, size in zip(texts, widths, strict=True))
    return (label[:left].ljust(left) + "".join(columns)).rstrip()


def _stacked(head: Sequence[str], rows: Sequence[TableRow], width: int) -> list[str]:
    lines = []
    for label, cells in rows:
        lines.extend(paragraph(label, width))
        for title, cell in zip(head[1:], cells, strict=True):
            text = f"{cell[0]} ({', '.join(cell[1:])})" if len(cell) > 1 else "".join(cell)
            lines.extend(paragraph(f"{title}: {text}", width, first="  ", rest="    "))
    return lines
