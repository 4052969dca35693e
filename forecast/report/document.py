"""What is printed on both terminal and page: headings with tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from forecast.report import layout
from forecast.report.catalogue import Lang, phrase


@dataclass(frozen=True)
class Grid:
    """A table: heads, and rows of a label with cells; `file` and `filter` say where from.

    A cell may have several lines; rows of the labels in `strong` are sums of others.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    file: str
    filter: str
    strong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading with sentences and perhaps tables."""

    title: str
    grids: tuple[Grid, ...] = ()
    sentences: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Document:
    """All that is printed."""

    title: str
    lead: str
    sections: tuple[Section, ...] = field(default_factory=tuple)


def sentence(key: str, lang: Lang, /, **values: object) -> str:
    """Fill a phrase in; an abbreviation at the end of a sentence has one full stop."""
    return phrase(key, lang, **values).replace("pct..", "pct.")


def document_lines(made: Document, width: int) -> list[str]:
    """Lay everything out for the terminal."""
    lines = [*layout.heading(made.title, width, "="), *layout.paragraph(made.lead, width)]
    for section in made.sections:
        lines.append("")
        if section.title:
            lines += layout.heading(section.title, width)
        parts = [[*layout.paragraph(g.caption, width), "", *_grid(g, width)] for g in section.grids]
        if section.sentences:
            parts.append(
                [line for text in section.sentences for line in layout.bullet(text, width)]
            )
        for place, part in enumerate(parts):
            lines += ["", *part] if place else part
    return lines


def lead_lines(made: Document, width: int) -> list[str]:
    """Lay title and lead out, to stand below the headline of a run."""
    return [*layout.heading(made.title, width), *layout.paragraph(made.lead, width)]


def _grid(grid: Grid, width: int) -> Sequence[str]:
    rows: list[layout.TableRow] = [
        (label, [cell.split("\n") for cell in cells]) for label, cells in grid.rows
    ]
    return layout.table(grid.head, rows, width)
