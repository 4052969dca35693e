"""`budget.xlsx`: recalculated by a spreadsheet, it says what `budget.csv` says."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from forecast.report.workbook import Sheet, write_workbook
from tests.run.conftest import Run, forecast, refused

OERE = 0.01


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Table and workbook of the small run."""
    out = tmp_path_factory.mktemp("workbook") / "o"
    result = forecast("budget", run.folder, "--out", out)
    assert result.exit_code == 0, result.output
    return out


def recalculated(file: Path, folder: Path) -> openpyxl.Workbook:
    """Let LibreOffice count every formula anew, and read what it shows."""
    office = shutil.which("soffice")
    assert office, "this test needs LibreOffice: install libreoffice-calc"
    # saved by openpyxl, formulas have no values, so none can be shown that was not counted
    bare = folder / f"bare-{file.name}"
    openpyxl.load_workbook(file).save(bare)
    to = folder / "counted"
    command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(to), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(to / bare.name, data_only=True)


def by_account(book: openpyxl.Workbook) -> dict[tuple[str, str], float]:
    """Net of every account and year on the sheet of accounts; the account is empty for all."""
    sheet = book["Konti"]
    heads = [cell.value for cell in sheet[3]]
    found: dict[tuple[str, str], float] = {}
    for row in sheet.iter_rows(min_row=4, values_only=True):
        for head, value in zip(heads, row, strict=True):
            if isinstance(head, str) and head.endswith(" netto") and value is not None:
                found[str(row[0] or ""), head.split()[0]] = float(str(value))
    return found


def net_of(table: pd.DataFrame, scenario: str) -> dict[tuple[str, str], float]:
    """Mean net of every account and year, of the table."""
    mine = table[
        table["scenario"].eq(scenario)
        & table["measure"].eq("nettoudgift")
        & table["output_type"].eq("mean")
        & table["period"].str.fullmatch(r"\d{4}")
        & (table["group"].eq("") | table["account"].eq(""))
    ]
    keys = zip(mine["account"], mine["period"], strict=True)
    return dict(zip(keys, mine["value"], strict=True))


def table_of(folder: Path) -> pd.DataFrame:
    kept = {"period": str, "account": str, "output_type_id": str}
    return pd.read_csv(folder / "budget.csv", dtype=kept, keep_default_na=False)


@pytest.mark.slow
def test_a_spreadsheet_counts_what_the_table_says(folder: Path, tmp_path: Path) -> None:
    """To the øre, before and after a price is changed in the file."""
    expected = net_of(table_of(folder), "oer-2020-08")
    found = by_account(recalculated(folder / "budget.xlsx", tmp_path))
    assert set(found) == set(expected)
    assert all(abs(found[key] - expected[key]) <= OERE for key in expected)

    book = openpyxl.load_workbook(folder / "budget.xlsx")
    prices = book["Priser"]
    rows = [r for r in range(4, prices.max_row + 1) if prices.cell(r, 3).value == "dagpenge"]
    for column in range(4, prices.max_column + 1):
        cell = prices.cell(rows[0], column)
        cell.value = 1.1 * float(str(cell.value))
    changed = tmp_path / "dyrere.xlsx"
    book.save(changed)
    dearer = by_account(recalculated(changed, tmp_path))
    table = table_of(folder)
    dagpenge = table[
        table["scenario"].eq("oer-2020-08")
        & table["group"].eq("dagpenge")
        & table["measure"].eq("nettoudgift")
        & table["output_type"].eq("mean")
    ].set_index("period")["value"]
    for (account, year), value in expected.items():
        more = 0.1 * dagpenge[year] if account in ("", "5.57.78") else 0.0
        assert abs(dearer[account, year] - value - more) <= OERE


@pytest.mark.slow
def test_a_part_of_a_step_that_is_changed_counts_too(folder: Path, tmp_path: Path) -> None:
    """With the state paying nothing on any step and no exception, net is gross."""
    book = openpyxl.load_workbook(folder / "budget.xlsx")
    refusion = book["Refusion"]
    for row in (*range(5, 9), *range(11, refusion.max_row + 1)):
        refusion.cell(row, 2).value = 0
    changed = tmp_path / "alene.xlsx"
    book.save(changed)
    counted = recalculated(changed, tmp_path)["Konti"]
    heads = [cell.value for cell in counted[3]]
    for row in counted.iter_rows(min_row=4, values_only=True):
        cells = dict(zip(heads, row, strict=True))
        assert cells["2021 netto"] == pytest.approx(cells["2021 brutto"], abs=OERE)
        assert cells["2021 statens andel"] == pytest.approx(0.0, abs=OERE)


def test_values_stand_beside_their_formulas(folder: Path) -> None:
    """A program that does not count shows what the table says."""
    shown = by_account(openpyxl.load_workbook(folder / "budget.xlsx", data_only=True))
    expected = net_of(table_of(folder), "oer-2020-08")
    assert shown == pytest.approx(expected, abs=OERE)
    book = openpyxl.load_workbook(folder / "budget.xlsx")
    assert book.sheetnames == [
        "Overblik",
        "Konti",
        "Priser",
        "Refusion",
        "Fuldtidspersoner",
        "Trin",
        "Brutto",
        "Netto",
        "Usikkerhed",
    ]
    assert set(book.defined_names) == {"Priser", "Fuldtidspersoner", "Skalering", "Trappe"}
    assert str(book["Netto"]["D4"].value).startswith("=")
    comment = book["Priser"]["B4"].comment
    assert comment is not None
    assert "19.083" in comment.text


def test_another_scenario_can_be_chosen(run: Run, tmp_path: Path) -> None:
    result = forecast("budget", run.folder, "--scenario", "free", "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output
    shown = by_account(openpyxl.load_workbook(tmp_path / "o" / "budget.xlsx", data_only=True))
    assert shown == pytest.approx(net_of(table_of(tmp_path / "o"), "free"), abs=OERE)
    refused(
        forecast("budget", run.folder, "--scenario", "fri", "--out", tmp_path / "p"),
        "--scenario 'fri': not in the run",
    )


def test_a_text_never_becomes_a_formula(tmp_path: Path) -> None:
    """Names of benefits, accounts and sources that begin like formulas stay what they are."""
    evil = '=HYPERLINK("http://x")'
    sheet = Sheet(
        title="+1",
        groups=("=1+1",),
        labels=(evil,),
        accounts=("@a",),
        account_names={"@a": "-2+3"},
        months=np.arange(24240, 24252),
        persons=np.full((1, 12), 10.0),
        price=np.full((1, 12), 100.0),
        price_notes=("=cmd|' /C calc'!A0",),
        factor=1.0,
        factor_note="=1",
        weights=np.full((1, 12, 5), 0.2),
        state=np.array([0.8, 0.4, 0.3, 0.2, 0.0]),
        exception=np.array([0.5]),
        steps=("a", "b", "c", "d", "=e"),
        quantiles={"2020": {"0.5": 1.0}},
    )
    write_workbook(tmp_path / "b.xlsx", sheet, "en")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    cell = book["Net"]["B4"]
    assert (cell.data_type, cell.value) == ("s", evil)
    assert book["Accounts"]["A4"].data_type == "s"
    assert book["Accounts"]["B4"].data_type == "s"
    assert book["Reimbursement"]["A10"].data_type == "s"
    net = 10.0 * 100.0 * (1 - 0.2 * 1.7 - 0.2 * 0.5)
    assert sheet.net == pytest.approx(np.full((1, 12), net))
    assert replace(sheet, factor=2.0).gross == pytest.approx(np.full((1, 12), 2000.0))
