"""Workbooks that budget staff hand back: prices they changed, and what they have booked."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from tests.run.conftest import Run, forecast, refused

Change = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def book(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the small run."""
    out = tmp_path_factory.mktemp("back") / "o"
    result = forecast("budget", run.folder, "--out", out)
    assert result.exit_code == 0, result.output
    return out / "budget.xlsx"


def table_of(folder: Path) -> pd.DataFrame:
    kept = {"period": str, "account": str, "output_type_id": str}
    return pd.read_csv(folder / "budget.csv", dtype=kept, keep_default_na=False)


def net(folder: Path, account: str) -> float:
    table = table_of(folder)
    mine = table[
        table["scenario"].eq("oer-2020-08")
        & table["account"].eq(account)
        & table["group"].eq("")
        & table["measure"].eq("nettoudgift")
        & table["output_type"].eq("mean")
        & table["period"].eq("2021")
    ]
    return float(mine["value"].item())


def changed(book: Path, to: Path, change: Change) -> Path:
    made = openpyxl.load_workbook(book)
    change(made)
    made.save(to)
    return to


def row_of(book: Workbook, group: str) -> int:
    sheet = book["Priser"]
    return next(r for r in range(4, sheet.max_row + 1) if sheet.cell(r, 3).value == group)


def dearer(book: Workbook) -> None:
    """Dagpenge at a tenth more in 2021 alone."""
    sheet, row = book["Priser"], row_of(book, "dagpenge")
    for column in range(4, sheet.max_column + 1):
        if str(sheet.cell(3, column).value).startswith("2021"):
            sheet.cell(row, column).value = 1.1 * float(str(sheet.cell(row, column).value))


def test_a_workbook_handed_back_unchanged_says_the_same(
    run: Run, book: Path, tmp_path: Path
) -> None:
    result = forecast("budget", run.folder, "--prices", book, "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output
    before, after = table_of(book.parent), table_of(tmp_path / "o")
    assert after["value"].to_numpy() == pytest.approx(before["value"].to_numpy(), rel=1e-9)


def test_prices_that_were_changed_are_used(run: Run, book: Path, tmp_path: Path) -> None:
    file = changed(book, tmp_path / "dyrere.xlsx", dearer)
    result = forecast("budget", run.folder, "--prices", file, "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output
    old = net(book.parent, "5.57.78")
    # of midlertidig kontantydelse, on the same account, there is nobody in 2021
    assert net(tmp_path / "o", "5.57.78") == pytest.approx(1.1 * old)
    assert net(tmp_path / "o", "5.57.71") == pytest.approx(net(book.parent, "5.57.71"))


def test_heads_that_a_spreadsheet_made_dates_of_are_months(
    run: Run, book: Path, tmp_path: Path
) -> None:
    file = changed(book, tmp_path / "b.xlsx", cell("D3", datetime(2017, 1, 1)))
    result = forecast("budget", run.folder, "--prices", file, "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output


def cell(at: str, value: object, sheet: str = "Priser") -> Change:
    def change(book: Workbook) -> None:
        book[sheet][at].value = value

    return change


FAULTS: dict[str, tuple[Change, str]] = {
    "a missing price": (cell("F5", None), "sheet Priser, cell F5: no price; fill it in"),
    "a text in a number cell": (
        cell("F5", "mange"),
        "sheet Priser, cell F5: 'mange' is no number in danish format",
    ),
    "a price of nothing": (cell("F5", 0), "sheet Priser, cell F5: a price of 0 kroner"),
    "a negative price": (cell("F5", -100), "sheet Priser, cell F5: a price of -100 kroner"),
    "a formula in a name": (
        cell("B4", '=HYPERLINK("http://x")'),
        "sheet Priser, cell B4: a formula in a name",
    ),
    "two prices for one date": (
        cell("F3", "2017-02"),
        "sheet Priser, cell F3: a second column of 2017-02; keep one",
    ),
    "a year that is not projected": (
        cell("F3", "2031-03"),
        "sheet Priser, cell F3: 2031-03 is not in the projection",
    ),
    "an unknown benefit": (
        cell("C4", "dagpengs"),
        "sheet Priser, cell C4: unknown benefit 'dagpengs' (did you mean 'dagpenge'?)",
    ),
    "a benefit twice": (
        lambda b: cell("C5", b["Priser"]["C4"].value)(b),
        "sheet Priser, cell C5: a second row of",
    ),
    "a negative number of persons": (
        cell("F6", -3.0, "Fuldtidspersoner"),
        "sheet Fuldtidspersoner, cell F6: -3 full-time persons; expected at least 0",
    ),
    "a benefit that is gone": (
        lambda b: b["Priser"].delete_rows(4),
        "sheet Priser: no row of 'dagpenge'; add its prices",
    ),
    "a month that is gone": (
        lambda b: b["Priser"].delete_cols(4),
        "sheet Priser: no column of 2017-01, which the run projects",
    ),
    "no heads": (lambda b: b["Priser"].delete_rows(3), "sheet Priser: no heads; expected a row"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_a_workbook_name_sheet_and_cell(
    fault: str, run: Run, book: Path, tmp_path: Path
) -> None:
    change, said = FAULTS[fault]
    file = changed(book, tmp_path / "b.xlsx", change)
    refused(forecast("budget", run.folder, "--prices", file, "--out", tmp_path / "o"), said)
    assert not (tmp_path / "o").exists()


def test_what_is_no_workbook_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_text("nej", encoding="utf-8")
    for option in ("--prices", "--booked"):
        refused(forecast("budget", run.folder, option, tmp_path / "b.xlsx"), "no readable .xlsx")
        refused(forecast("budget", run.folder, option, tmp_path / "c.xlsx"), "c.xlsx: no such file")


def booked(path: Path, rows: list[list[object]]) -> Path:
    """A sheet as it is kept: a title, heads, an account merged over its months, Danish texts."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Bogført"
    sheet.append(["Bogført 2020"])
    sheet.append(["Konto", "Måned", "Netto", "Bemærkning"])
    for row in rows:
        sheet.append(row)
    if len(rows) > 1 and rows[1][0] is None:
        sheet.merge_cells("A3:A4")
    made.save(path)
    return path


def test_booked_months_are_read_from_excel(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["5.57.78", datetime(2020, 1, 1), "9.500.000,00", ""],
        [None, "2020-02", 9_400_000.5, "efterpostering"],
    ]
    file, out = booked(tmp_path / "b.xlsx", rows), tmp_path / "o"
    result = forecast("budget", run.folder, "--booked", file, "--out", out)
    assert result.exit_code == 0, result.output
    table = table_of(out)
    here = table[
        table["account"].eq("5.57.78")
        & table["group"].eq("")
        & table["measure"].eq("nettoudgift")
        & table["output_type"].eq("median")
    ].set_index(["scenario", "period"])["value"]
    assert here["free", "2020-01"] == pytest.approx(9.5e6)
    assert here["oer-2020-08", "2020-02"] == pytest.approx(9_400_000.5)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["5.57.78", "2020", 1]], "sheet Bogført, cell B3: "),
        ([["5.57.78", "2020-01", "meget"]], "sheet Bogført, cell C3: 'meget' is no number"),
        ([["5.57.78", "2020-01", None]], "sheet Bogført, cell C3: no amount"),
        ([[None, "2020-01", 1]], "sheet Bogført, cell A3: no account"),
        ([["a", "2020-01", 1], ["a", "2020-01", 2]], "cell C4: a in 2020-01 stands twice"),
        ([], "sheet Bogført: heads and no rows"),
    ],
)
def test_faults_of_what_was_booked_name_sheet_and_cell(
    rows: list[list[object]], said: str, run: Run, tmp_path: Path
) -> None:
    file = booked(tmp_path / "b.xlsx", rows)
    refused(forecast("budget", run.folder, "--booked", file, "--out", tmp_path / "o"), said)
