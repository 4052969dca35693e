"""Tables of figures as they lie on disk: CSV, Excel, Parquet or JSON, tidy or as downloaded.

A file as downloaded from jobindsats.dk has semicolons, a byte-order mark, lines of title above the
heading, notes below the figures and its measures side by side. A tidy file has one figure a row
and nothing else. Both become a `Sheet`: cells by column, and the row of the file each stands in.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from forecast.errors import DataError, nearest

if TYPE_CHECKING:
    import pandas as pd

HEADINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("area", "område", "omraade", "kommune"), "area"),
    **dict.fromkeys(("group", "gruppe", "ydelse", "ydelsesgruppe", "målgruppe"), "group"),
    **dict.fromkeys(("period", "periode", "måned", "maaned", "month"), "period"),
    **dict.fromkeys(("value", "værdi", "vaerdi"), "value"),
    **dict.fromkeys(("measure", "måling", "maaling"), "measure"),
    **dict.fromkeys(("unit", "enhed"), "unit"),
    **dict.fromkeys(("adjustment", "sæsonkorrigering", "saesonkorrigering"), "adjustment"),
    **dict.fromkeys(("source", "kilde"), "source"),
    **dict.fromkeys(("as_of", "opgjort"), "as_of"),
    **dict.fromkeys(("sd", "standardafvigelse"), "sd"),
    **dict.fromkeys(("provisional", "foreløbig", "foreloebig"), "provisional"),
    **dict.fromkeys(("note", "bemærkning", "bemaerkning"), "note"),
}
"""Headings in either language, in small letters, and the column each names."""

MISSING: Final = frozenset({"", "-", "..", "."})
"""What stands where there is no figure: never a nought."""

SUFFIXES: Final = (".csv", ".xlsx", ".parquet", ".json")

_SEARCHED = 30  # lines in which the heading is looked for
_FORM = "columns area, period, value and where they apply group, unit, as_of, provisional"

Read = TypeVar("Read")


@dataclass(frozen=True)
class Sheet:
    """The table of one file.

    Attributes
    ----------
    file : name of the file, for messages
    cells : the cells, stripped text or what the file holds typed; known columns by their names in
        `HEADINGS`, others by their headings
    rows : row of the file of each row of `cells`, the first line of the file being 1
    tidy : whether there is a column ``value``
    """

    file: str
    cells: pd.DataFrame
    rows: Sequence[int]
    tidy: bool

    @property
    def others(self) -> list[str]:
        """Columns that are none of `HEADINGS`: the measures of a file as downloaded, and more."""
        return [str(name) for name in self.cells if name not in HEADINGS.values()]

    def where(self, position: int) -> str:
        """Name the file and the row of it."""
        return f"{self.file} row {self.rows[position]}"

    def has(self, column: str) -> bool:
        """Tell whether the file has a column with anything in it."""
        return column in self.cells and bool((self.cells[column] != "").any())

    def each(self, column: str, read: Callable[[object, str], Read]) -> list[Read]:
        """Read every cell of a column, each different one once.

        Parameters
        ----------
        column : which
        read : from a cell, and the file and row where it stands first, to what it means

        Returns
        -------
        list
            What each row means.
        """
        import pandas as pd

        codes, found = pd.factorize(self.cells[column].to_numpy(dtype=object))
        first = pd.Series(codes).drop_duplicates().index
        meaning = [
            read(cell, f"{self.file} row {self.rows[at]}")
            for cell, at in zip(found, first, strict=True)
        ]
        return [meaning[code] for code in codes]

    def keep(self, positions: Sequence[int]) -> Sheet:
        """Keep some rows."""
        rows = [self.rows[position] for position in positions]
        cells = self.cells.iloc[list(positions)].reset_index(drop=True)
        return Sheet(self.file, cells, rows, self.tidy)


def read_sheet(path: Path) -> Sheet:
    """Read the table of a file.

    Parameters
    ----------
    path
        ``.csv`` (UTF-8, a byte-order mark allowed; separated by semicolons, tabs or commas),
        ``.xlsx`` (first sheet), ``.parquet``, or ``.json`` as jobindsats' API answers.

    Returns
    -------
    Sheet
        Without empty rows, title lines and notes.

    Raises
    ------
    DataError
        One line naming the file and where possible the row: a file that cannot be read, is empty or
        has a heading only; no heading with an area and a period; a column that stands twice, has no
        heading or, in a tidy file, is unknown; a row with another number of cells than the heading.

    Notes
    -----
    The heading is the first of the first 30 rows that names an area and a period. Rows at the end
    in which only the first cell is filled are notes, in a file that is not tidy; a tidy file has no
    notes, so that a row cut off is not taken for one.
    """
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise DataError(
            f"{path.name}: found a '{path.suffix}' file, expected one of {', '.join(SUFFIXES)}"
        )
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path")
    readers = {".csv": _csv_lines, ".json": _json_lines}
    lines = readers[suffix](path) if suffix in readers else _typed_lines(path, suffix)
    if not lines:
        raise DataError(f"{path.name}: the file is empty; expected {_FORM}")
    top = next((k for k, (_, cells) in enumerate(lines[:_SEARCHED]) if _is_heading(cells)), None)
    if top is None:
        raise DataError(
            f"{path.name} row {lines[0][0]}: no heading with an area and a period; found "
            f"{', '.join(str(cell) for cell in lines[0][1] if cell != '')}; expected {_FORM}"
        )
    return _sheet(path.name, [_canonical(cell) for cell in lines[top][1]], lines[top + 1 :])


# a line of a file: its row, and its cells
Line = tuple[int, Sequence[object]]


def _csv_lines(path: Path) -> list[Line]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path.name} row {line} is not UTF-8; save the file as 'CSV UTF-8'"
        ) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    lines = list(io.StringIO(text, newline=""))
    top, separator = _heading_line(lines)
    # title lines are not parsed: a quotation mark in one would swallow the table
    reader = csv.reader(lines[top:], delimiter=separator)
    found: list[Line] = []
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            found.append((top + reader.line_num, stripped))
    return found


def _heading_line(lines: Sequence[str]) -> tuple[int, str]:
    """Find the heading and its separator; the first filled line where there is no heading."""
    for k, line in enumerate(lines[:_SEARCHED]):
        for separator in ";\t,":
            if _is_heading(next(csv.reader([line], delimiter=separator), [])):
                return k, separator
    filled = next((k for k, line in enumerate(lines) if line.strip()), 0)
    return filled, max(";\t,", key=lines[filled].count) if lines else ","


def _json_lines(path: Path) -> list[Line]:
    """Rows of an answer of jobindsats' API, version 3 (columns, rows) or 2 (Variables, Data)."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path.name}: no readable JSON ({error}); ask the API again") from error
    answer = content[0] if isinstance(content, list) and content else content
    heading, rows = _answer(answer) if isinstance(answer, dict) else (None, None)
    if not isinstance(heading, list) or not isinstance(rows, list):
        raise DataError(
            f"{path.name}: no answer of jobindsats' API; expected columns and rows (version 3) or "
            "Variables and Data (version 2)"
        )
    lines: list[Line] = [(0, heading)]
    for row, cells in enumerate(rows, 1):
        if not isinstance(cells, list):
            raise DataError(f"{path.name} row {row}: found {cells!r}, expected a list of cells")
        lines.append((row, [_json_cell(cell) for cell in cells]))
    return lines


def _answer(content: Mapping[str, object]) -> tuple[object, object]:
    """Headings and rows of an answer, whichever version gave it."""
    heading, rows = content.get("columns"), content.get("rows")
    if isinstance(variables := content.get("Variables"), list):
        heading, rows = variables, content.get("Data")
    if isinstance(heading, list):
        heading = [_label(one) for one in heading]
    return heading, rows


def _label(column: object) -> object:
    """Heading of a column, which may be described by more than its name."""
    if not isinstance(column, Mapping):
        return column
    return next((column[key] for key in ("Label", "Name", "label", "name") if key in column), "")


def _json_cell(cell: object) -> object:
    if cell is None:
        return ""
    return cell.strip() if isinstance(cell, str) else cell


def _typed_lines(path: Path, suffix: str) -> list[Line]:
    import pandas as pd

    try:
        if suffix == ".parquet":
            table = pd.read_parquet(path)
            heading = [list(map(str, table.columns))]
        else:
            table, heading = pd.read_excel(path, header=None, dtype=object), []
    except (ValueError, KeyError, OSError) as error:
        # what openpyxl, zipfile and pyarrow raise on a file of another kind
        raise DataError(f"{path.name}: no readable {suffix} file ({error})") from error
    table = table.astype(object).where(table.notna(), "")
    lines: list[Line] = []
    for row, cells in enumerate([*heading, *table.to_numpy(dtype=object).tolist()], 1):
        stripped = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
        if any(cell != "" for cell in stripped):
            lines.append((row, stripped))
    return lines


def _canonical(heading: object) -> str:
    text = " ".join(str(heading).split())
    return HEADINGS.get(text.casefold(), text)


def _is_heading(cells: Iterable[object]) -> bool:
    return {"area", "period"} <= {_canonical(cell) for cell in cells}


def _sheet(file: str, heading: list[str], lines: list[Line]) -> Sheet:
    import pandas as pd

    tidy = "value" in heading
    _check_heading(file, heading, tidy)
    body = lines if tidy else _without_notes(lines)
    if not body:
        raise DataError(f"{file}: a heading and no rows; expected one figure a row")
    for row, cells in body:
        if len(cells) != len(heading):
            raise DataError(
                f"{file} row {row}: found {len(cells)} cells under {len(heading)} columns; "
                "quote cells that hold the separator"
            )
    table = pd.DataFrame([cells for _, cells in body], columns=heading, dtype=object)
    if "" in heading:
        filled = [any(cell != "" for cell in cells) for cells in table[[""]].to_numpy().tolist()]
        if any(filled):
            row = body[filled.index(True)][0]
            raise DataError(f"{file} row {row}: a cell in a column without a heading; name it")
        table = table.drop(columns="")
    return Sheet(file, table, [row for row, _ in body], tidy)


def _check_heading(file: str, heading: Sequence[str], tidy: bool) -> None:
    names = [name for name in heading if name]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{file}: column '{name}' stands twice; keep one")
        if tidy and name not in HEADINGS.values():
            known = list(dict.fromkeys(HEADINGS.values()))
            raise DataError(
                f"{file}: unknown column '{name}'{nearest(name, known)}; "
                f"expected {', '.join(known)}"
            )


def _without_notes(lines: list[Line]) -> list[Line]:
    """Leave out the rows at the end in which only the first cell is filled."""
    end = len(lines)
    while end and all(cell == "" for cell in lines[end - 1][1][1:]):
        end -= 1
    return lines[:end]
