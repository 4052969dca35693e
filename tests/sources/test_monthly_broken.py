"""Every fault of a monthly file is one line that names file and row."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.sources.monthly import load_monthly

NATION = "Hele landet"
HEAD = "area,group,period,value"
NATIONAL = "Hele landet,dagpenge,2021-07,100\nHele landet,dagpenge,2021-08,90"
GOOD = f"{HEAD}\n{NATIONAL}\nGentofte,dagpenge,2021-07,10\nGentofte,dagpenge,2021-08,9\n"


def with_column(name: str, *cells: str) -> str:
    """The good file with one more column."""
    head, *rows = GOOD.splitlines()
    filled = [f"{row},{cell}" for row, cell in zip(rows, cells, strict=True)]
    return "\n".join([f"{head},{name}", *filled])


def with_value(text: str) -> str:
    return GOOD.replace("2021-07,10\n", f'2021-07,"{text}"\n')


WIDE = "Periode;Område;Antal personer;Antal forløb\n2021M07;Hele landet;10;12\n"

# name: the file, what the caller says, the words of the message
FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "empty file": ("", {}, r"own\.csv: the file is empty; expected columns area, period, value"),
    "blank file": ("\n \n", {}, r"own\.csv: the file is empty"),
    "heading only": (f"{HEAD}\n", {}, r"own\.csv: a heading and no rows; expected one figure"),
    "wide heading only": (
        "Periode;Område;Antal\nKilde: jobindsats.dk\n", {}, r"own\.csv: a heading and no rows",
    ),
    "no heading": (
        GOOD.replace("area", "land").replace("period", "tid"), {},
        r"own\.csv row 1: no heading with an area and a period; found land, group, tid, value",
    ),
    "unknown column": (
        with_column("provisionel", *["1"] * 4), {},
        r"own\.csv: unknown column 'provisionel' \(did you mean 'provisional'\?\)",
    ),
    "column twice": (with_column("Periode", *["x"] * 4), {}, "column 'period' stands twice"),
    "column without heading": (
        with_column("", "", "", "7", ""), {}, r"own\.csv row 4: a cell in a column without a head",
    ),
    "short row": (f"{GOOD}Gentofte\n", {}, r"own\.csv row 6: found 1 cells under 4 columns"),
    "decimal comma in commas": (
        GOOD.replace("07,10\n", "07,10,5\n"), {}, r"own\.csv row 4: found 5 cells under 4 columns",
    ),
    "two measures": (
        WIDE, {}, r"own\.csv: found 2 measures, 'Antal personer', 'Antal forløb'; say which with",
    ),
    "unknown measure": (
        WIDE, {"measure": "antal forloeb"},
        r"no measure 'antal forloeb' \(did you mean 'Antal forløb'\?\); found 'Antal personer'",
    ),
    "no measure": (
        "Periode;Område;Køn\n2021M07;Hele landet;Mænd\n", {}, r"own\.csv: no column of numbers",
    ),
    "men and women": (
        "Periode;Område;Køn;Antal\n2021M07;Hele landet;Mænd;1\n2021M07;Gentofte;Kvinder;1\n", {},
        r"own\.csv: column 'Køn' holds 2 different words \(Mænd, Kvinder\); keep the rows of one",
    ),
    "measure of a file without": (
        GOOD, {"measure": "personer"}, r"own\.csv: no column 'measure' to look for 'personer' in",
    ),
    "measure that is not there": (
        with_column("measure", *["fuldtidspersoner"] * 4), {"measure": "fuldtidsperson"},
        r"no measure 'fuldtidsperson' \(did you mean 'fuldtidspersoner'\?\)",
    ),
    "measures mixed": (
        with_column("measure", "personer", "personer", "forløb", "personer"), {},
        r"own\.csv row 4: measure 'forløb', but 'personer' in row 2; expected one measure",
    ),
    "month twice": (
        f"{GOOD}Gentofte,dagpenge,2021M07,11\n", {},
        r"own\.csv row 6: Gentofte, dagpenge, 2021-07 stands twice, first in row 4; keep one",
    ),
    "month twice in a release": (
        with_column("as_of", *["2021-09-10"] * 4) + "\nGentofte,dagpenge,2021-08,8,2021-09-10\n",
        {}, r"own\.csv row 6: Gentofte, dagpenge, 2021-08 stands twice, first in row 5",
    ),
    "area in two spellings": (
        f"{GOOD}157,dagpenge,2021-07,11\n", {}, r"row 6: Gentofte, dagpenge, 2021-07 stands twice",
    ),
    "a year": (
        GOOD.replace("Gentofte,dagpenge,2021-07", "Gentofte,dagpenge,2021"), {},
        r"own\.csv row 4: period '2021' is no month; expected one such as 2021-07, 2021M07",
    ),
    "a day": (
        GOOD.replace("Gentofte,dagpenge,2021-07", "Gentofte,dagpenge,2021-07-15"), {},
        r"own\.csv row 4: period '2021-07-15' is no month",
    ),
    "a thirteenth month": (
        GOOD.replace("Gentofte,dagpenge,2021-07", "Gentofte,dagpenge,2021-13"), {},
        r"own\.csv row 4: period: found '2021-13'",
    ),
    "a year of another century": (
        GOOD.replace("Gentofte,dagpenge,2021-07", "Gentofte,dagpenge,2221-07"), {},
        r"own\.csv row 4: 2221-07 lies more than 100 years from other months; correct the year",
    ),
    "no number": (with_value("ti"), {}, r"own\.csv row 4, column 'value': 'ti' is no number"),
    "per cent sign": (with_value("2.5%"), {}, r"own\.csv row 4, .* has a per cent sign; write"),
    "negative": (with_value("-3"), {}, r"own\.csv row 4, .*'-3' is negative, expected 0 or more"),
    "ambiguous": (
        with_value("1.036"), {},
        r"own\.csv row 4: '1\.036' may be a thousand \(Danish format\) or a decimal \(plain format"
        r'\) and no other number says which; give format = "danish" or format = "plain"',
    ),
    "ambiguous with a comma": (
        with_value("1,036"), {}, r"own\.csv row 4: '1,036' may be a thousand",
    ),
    "ambiguous with semicolons": (
        "area;period;value\nHele landet;2021-07;1.036\nGentofte;2021-07;950\n", {},
        r"own\.csv row 2: '1\.036' may be a thousand",
    ),
    "two formats": (
        with_value("10.5").replace("8,90", '8,"90,5"'), {},
        r"own\.csv row 3: '90,5' is a number in Danish format only, but '10\.5' \(own\.csv row 4\)",
    ),
    "plain in a danish file": (
        with_value("10.5"), {"number_format": "danish"},
        r"own\.csv row 4, column 'value': '10\.5' is no number in danish format",
    ),
    "english thousands": (with_value("1,234.5"), {}, r"row 4, .*'1,234\.5' is no number"),
    "unknown area": (
        GOOD.replace("Gentofte", "Gentofe"), {},
        r"own\.csv row 4: unknown area 'Gentofe' \(did you mean 'Gentofte'\?\)",
    ),
    "nation mistyped": (
        GOOD, {"national": "Hele landt"},
        r"own\.csv: no series of the nation 'Hele landt' \(did you mean 'Hele landet'\?\)",
    ),
    "area outside the nation": (
        GOOD, {"national": "Gentofte"}, "Hele landet does not lie in Gentofte; expected every area",
    ),
    "group without nation": (
        GOOD.replace("Gentofte,dagpenge,2021-08", "Gentofte,dagpnge,2021-08"), {},
        r"own\.csv row 5: dagpnge has no value of Hele landet in any month \(did you mean "
        r"'dagpenge'\?\)",
    ),
    "nation without values": (
        GOOD.replace(",100", ",-").replace(",90", ",.."), {},
        r"own\.csv row 2: dagpenge has no value of Hele landet in any month",
    ),
    "group that is not there": (
        GOOD, {"groups": ["dagpnge"]},
        r"own\.csv: no group 'dagpnge' \(did you mean 'dagpenge'\?\); found dagpenge",
    ),
    "no group": (GOOD.replace("Gentofte,dagpenge", "Gentofte,"), {}, r"own\.csv row 4: no group"),
    "two units": (
        with_column("unit", "FTP", "fuldtidspersoner", "personer", "FTP"), {},
        r"own\.csv row 4: unit personer in a panel of fuldtidspersoner; expected one unit",
    ),
    "unit of another file": (
        with_column("unit", *["FTP"] * 4), {"unit": "personer"},
        r"own\.csv row 2: unit fuldtidspersoner in a panel of personer",
    ),
    "unknown unit": (
        with_column("unit", "FTP", "FTP", "FPT", "FTP"), {}, r"own\.csv row 4: unit: found 'FPT'",
    ),
    "two adjustments": (
        with_column("adjustment", "actual", "actual", "seasonally-adjusted", "actual"), {},
        r"own\.csv row 4: adjustment 'seasonally-adjusted', but 'actual' in row 2",
    ),
    "unknown adjustment": (
        with_column("adjustment", *["actuel"] * 4), {},
        r"own\.csv row 2: found 'actuel' \(did you mean 'actual'\?\), expected actual or season",
    ),
    "share above 1": (
        GOOD, {"unit": "andel"},
        r"own\.csv row 2: Hele landet, dagpenge, 2021-07 is 100 of the whole, a share above 1",
    ),
    "part larger than its whole": (
        GOOD.replace("2021-08,9\n", "2021-08,91.5\n"), {},
        r"own\.csv row 5: Gentofte, dagpenge, 2021-08 is 91\.5, more than the 90 of Hele landet "
        r"that it lies in \(row 3\); expected a part to be no larger than its whole",
    ),
    "part larger than its half of the country": (
        f"{GOOD}Østdanmark,dagpenge,2021-07,8\n", {},
        r"own\.csv row 4: Gentofte, .* is 10, more than the 8 of Østdanmark .* \(row 6\)",
    ),
    "as_of that is none": (
        with_column("as_of", "2021-09", "2021-09", "2021", "2021-09"), {},
        r"own\.csv row 4: as_of '2021' is no day and no month; expected e\.g\. 2021-08-15",
    ),
    "as_of missing": (
        with_column("as_of", "2021-09", "2021-09", "", "2021-09"), {},
        r"own\.csv row 4: no as_of; give every row its day of release",
    ),
    "provisional": (
        with_column("provisional", "ja", "nej", "måske", "1"), {},
        r"own\.csv row 4: provisional 'måske', expected true or false, ja or nej, 1 or 0",
    ),
    "sd that is no number": (
        with_column("sd", "1", "1", "lidt", "1"), {}, r"own\.csv row 4, column 'sd': 'lidt' is no",
    ),
}  # fmt: skip


def refused(path: Path, message: str, **options: Any) -> None:  # noqa: ANN401
    with pytest.raises(DataError, match=message) as caught:
        load_monthly(path, **{"national": NATION} | options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_gives_one_line_with_file_and_row(fault: str, tmp_path: Path) -> None:
    text, options, message = FAULTS[fault]
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    refused(tmp_path / "own.csv", message, **options)


def test_without_a_fault_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(GOOD, encoding="utf-8")
    assert load_monthly(tmp_path / "own.csv", national=NATION).values.shape == (2, 1, 2)


AREA_FAULTS = {
    "empty": ("", r"areas\.csv: the file is empty; expected columns area, parent"),
    "heading only": ("area,parent\n", r"areas\.csv: a heading and no rows"),
    "area twice": (
        "area,parent\nHele landet,\nGentofte,Hele landet\nGentofte,Hele landet\n",
        r"areas\.csv row 4: area 'Gentofte' stands twice",
    ),
    "no name": ("area,parent\nHele landet,\n,Hele landet\n", r"areas\.csv row 3: no area"),
    "unknown parent": (
        "area,parent\nHele landet,\nGentofte,Hele landt\n",
        r"areas\.csv row 3: unknown parent 'Hele landt' of Gentofte \(did you mean 'Hele landet'",
    ),
    "circle": (
        "area,parent\nHele landet,\nGentofte,By\nBy,Øst\nØst,By\n",
        r"areas\.csv row 4: a circle of parents, By in Øst in By; expected every chain",
    ),
    "own parent": (
        "area,parent\nHele landet,\nGentofte,Gentofte\n",
        r"areas\.csv row 3: a circle of parents, Gentofte in Gentofte",
    ),
    "area that is not in the table": (
        "area,parent\nHele landet,\nGladsaxe,Hele landet\n",
        r"own\.csv row 4: unknown area 'Gentofte'; expected one of the 2 areas of the table",
    ),
    "area outside the nation": (
        "area,parent\nHele landet,\nGentofte,\n",
        r"areas\.csv row 3: Gentofte does not lie in Hele landet",
    ),
}


@pytest.mark.parametrize("fault", AREA_FAULTS)
def test_a_broken_table_of_areas_is_refused_in_one_line(fault: str, tmp_path: Path) -> None:
    text, message = AREA_FAULTS[fault]
    (tmp_path / "own.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "areas.csv").write_text(text, encoding="utf-8")
    refused(tmp_path / "own.csv", message, areas=tmp_path / "areas.csv")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("own.ods", r"own\.ods: found a '\.ods' file, expected one of \.csv, \.xlsx, \.parquet"),
        ("gone.csv", r"gone\.csv: no such file; check the path"),
        ("own.xlsx", r"own\.xlsx: no readable \.xlsx file"),
        ("own.parquet", r"own\.parquet: no readable \.parquet file"),
    ],
)
def test_a_file_of_another_kind_is_refused(name: str, message: str, tmp_path: Path) -> None:
    if not name.startswith("gone"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    refused(tmp_path / name, message)


def test_a_file_that_is_not_utf_8_names_the_row(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_bytes(GOOD.replace("Gentofte", "Ærø").encode("latin-1"))
    refused(tmp_path / "own.csv", r"own\.csv row 4 is not UTF-8; save the file as 'CSV UTF-8'")


def test_typed_cells_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    cells = {"area": [NATION, "Gentofte"], "period": ["2021-07"] * 2, "value": [10.0, math.inf]}
    pd.DataFrame(cells).to_parquet(tmp_path / "own.parquet")
    refused(tmp_path / "own.parquet", r"own\.parquet row 3, .*'inf' is no finite number")
    cells["value"] = [10, True]
    pd.DataFrame(cells, dtype=object).to_excel(tmp_path / "own.xlsx", index=False)
    refused(tmp_path / "own.xlsx", r"own\.xlsx row 3, .*'True' is no number")
