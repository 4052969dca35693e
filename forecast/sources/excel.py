"""Open a workbook that a person hands over."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from forecast.errors import DataError

# openpyxl's cells may be merged, and then lack what other cells have
Book = Any
Sheet = Any
Cell = Any


def open_book(path: Path, *, values: bool) -> Book:
    """Open a workbook.

    Parameters
    ----------
    values : read the values that formulas came to when it was last counted, in place of formulas

    Raises
    ------
    DataError
        If it is not there, or no workbook.
    """
    import openpyxl

    try:
        return openpyxl.load_workbook(path, data_only=values)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the path") from None
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise DataError(f"{path.name}: no readable .xlsx file ({error})") from error
