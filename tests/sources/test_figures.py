"""Users' files of figures: what is read, and one line for each thing that is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from forecast.core.tree import Group
from forecast.errors import DataError
from forecast.sources.danish_numbers import NumberFormat
from forecast.sources.figures import load_figures

AREAS = ("Gentofte", "Østdanmark", "Hele landet")
HEAD = "area,group,measure,period,value,unit"
GOOD = "Gentofte,dagpenge,fuldtidspersoner,2020,1100,FTP"


def read(
    path: Path,
    groups: Mapping[str, Group],
    text: str,
    number_format: NumberFormat | None = None,
) -> list[dict[str, object]]:
    path.write_text(text, encoding="utf-8")
    return list(load_figures(path, groups, AREAS, number_format=number_format))


def test_a_tidy_file_becomes_a_panel(groups: Mapping[str, Group], tmp_path: Path) -> None:
    text = (
        f"{HEAD},adjustment,source,as_of,sd,role,note\n"
        "Gentofte,dagpenge,fuldtidspersoner,2020M03,1012.4,FTP,,own,2020-05-01,2,check,early\n"
        "hele-landet,Ledige,ledighedsprocent,2020 ultimo,4.6,pct.,actual,,,,,\n"
    )
    first, second = read(tmp_path / "own.csv", groups, text, "plain")
    assert (first["value"], first["sd"], first["role"]) == (1012.4, 2.0, "check")
    assert (first["period"], first["as_of"], first["note"]) == ("2020-03", "2020-05-01", "early")
    assert first["source"] == "own (own.csv row 2)"
    assert (second["area"], second["group"]) == ("Hele landet", "ledige")
    assert second["measure"] == "ledighedsprocent_faktisk"
    assert second["value"] == pytest.approx(0.046, rel=1e-12)
    assert second["half_width"] == pytest.approx(0.0005, rel=1e-12)
    assert (second["role"], second["status"]) == ("fit", "printed")


def test_danish_files_have_semicolons_commas_and_a_mark(
    groups: Mapping[str, Group], tmp_path: Path
) -> None:
    text = (
        "\N{ZERO WIDTH NO-BREAK SPACE}area;group;measure;period;value;unit\r\n"
        "Gentofte;i_alt;fuldtidspersoner;2020;4.036;FTP\r\n"
        "Gentofte;i_alt;andel_af_befolkning;2020;8,51;pct.\r\n"
    )
    first, second = read(tmp_path / "own.csv", groups, text, "danish")
    assert first["value"] == 4036
    assert second["value"] == pytest.approx(0.0851, rel=1e-12)


@pytest.mark.parametrize(("number_format", "value"), [("danish", 1036.0), ("plain", 1.036)])
def test_the_format_decides_what_a_point_means(
    number_format: NumberFormat, value: float, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    text = f"{HEAD}\nGentofte,dagpenge,fuldtidspersoner,2020,1.036,FTP\n"
    (row,) = read(tmp_path / "own.csv", groups, text, number_format)
    assert row["value"] == value


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_typed_files_need_no_format(
    suffix: str, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    path = tmp_path / f"own{suffix}"
    table = pd.DataFrame(
        {
            "area": ["Gentofte", "Gentofte"],
            "group": ["dagpenge", "fleksjob"],
            "measure": ["fuldtidspersoner"] * 2,
            "period": [2020, 2020],
            "value": [1036.5, 391.0],
            "unit": ["FTP"] * 2,
        }
    )
    if suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_parquet(path, index=False)
    first, second = load_figures(path, groups, AREAS)
    assert (first["value"], first["period"], first["half_width"]) == (1036.5, "2020", 0.05)
    assert (second["value"], second["half_width"]) == (391, 0.5)


def test_a_figure_may_stand_twice_when_it_says_the_same(
    groups: Mapping[str, Group], tmp_path: Path
) -> None:
    finer = GOOD.replace("1100", "1100.3")
    (row,) = read(tmp_path / "own.csv", groups, f"{HEAD}\n{GOOD}\n{finer}\n", "plain")
    assert row["value"] == 1100.3


FAULTS: dict[str, tuple[str, NumberFormat | None, str]] = {
    "empty file": ("", None, r"own\.csv: the file is empty; expected columns area, group"),
    "heading only": (f"{HEAD}\n", None, r"own\.csv: a heading and no rows"),
    "missing column": (
        f"{HEAD.replace(',unit', '')}\n{GOOD.rpartition(',')[0]}\n",
        None,
        r"own\.csv: column 'unit' is missing; found area, group, measure, period, value",
    ),
    "unknown column": (
        f"{HEAD},ajustment\n{GOOD},actual\n",
        None,
        r"own\.csv: unknown column 'ajustment' \(did you mean 'adjustment'\?\)",
    ),
    "column twice": (f"{HEAD},unit\n{GOOD},FTP\n", None, r"own\.csv: column 'unit' stands twice"),
    "short row": (f"{HEAD}\n{GOOD}\nGentofte\n", None, r"own\.csv row 3: found 1 cells under 6"),
    "unknown group": (
        f"{HEAD}\n{GOOD.replace('dagpenge', 'dagpnge')}\n",
        None,
        r"own\.csv row 2: unknown group 'dagpnge' \(did you mean 'dagpenge'\?\)",
    ),
    "unknown area": (
        f"{HEAD}\n{GOOD.replace('Gentofte', 'Gentofe')}\n",
        None,
        r"own\.csv row 2: unknown area 'Gentofe' \(did you mean 'Gentofte'\?\)",
    ),
    "unknown measure": (
        f"{HEAD}\n{GOOD.replace('fuldtidspersoner', 'fuldtidsperson')}\n",
        None,
        r"row 2: unknown measure 'fuldtidsperson' \(did you mean 'fuldtidspersoner'\?\)",
    ),
    "bare number": (
        f"{HEAD}\n{GOOD.replace('FTP', '')}\n",
        None,
        r"own\.csv row 2: a bare number, 1100 without unit; write e\.g\. pct\., andel",
    ),
    "unknown unit": (
        f"{HEAD}\n{GOOD.replace('FTP', 'FPT')}\n",
        None,
        r"own\.csv row 2: unit: found 'FPT' .*expected one of pct",
    ),
    "unit of another measure": (
        f"{HEAD}\n{GOOD.replace('FTP', 'pct.')}\n",
        None,
        r"row 2: unit 'pct\.' does not fit 'fuldtidspersoner'; expected fuldtidspersoner",
    ),
    "ambiguous number": (
        f"{HEAD}\n{GOOD.replace('1100', '1.036')}\n",
        None,
        r"own\.csv row 2, column 'value': '1\.036' may be a thousand \(Danish format\)",
    ),
    "no number": (
        f"{HEAD}\n{GOOD.replace('1100', 'tre')}\n",
        None,
        r"own\.csv row 2, column 'value': 'tre' is no number",
    ),
    "no value": (f"{HEAD}\n{GOOD.replace('1100', '')}\n", None, r"own\.csv row 2: no value"),
    "not available": (f"{HEAD}\n{GOOD.replace('1100', '.')}\n", None, r"own\.csv row 2: no value"),
    "share above 1": (
        f"{HEAD}\nGentofte,i_alt,andel_af_befolkning,2020,8.51,andel\n",
        "plain",
        r"own\.csv row 2: a share above 1: 8\.51 andel is 8\.51 of the whole",
    ),
    "share below 0": (
        f"{HEAD}\nGentofte,i_alt,andel_af_befolkning,2020,-1,pct\n",
        None,
        r"own\.csv row 2: a share below 0",
    ),
    "per cent sign and another unit": (
        f"{HEAD}\nGentofte,i_alt,andel_af_befolkning,2020,8%,andel\n",
        None,
        r"own\.csv row 2: '8%' has a per cent sign and unit andel",
    ),
    "rate without adjustment": (
        f"{HEAD}\nGentofte,ledige,ledighedsprocent,2020-12,4.6,pct.\n",
        "plain",
        r"own\.csv row 2: a rate without adjustment; write actual or seasonally-adjusted",
    ),
    "adjustment of the other rate": (
        f"{HEAD},adjustment\n"
        "Gentofte,ledige,ledighedsprocent_faktisk,2020-12,4.6,pct.,seasonally-adjusted\n",
        "plain",
        r"row 2: 'ledighedsprocent_faktisk' is actual and the row says seasonally-adjusted",
    ),
    "period": (
        f"{HEAD}\n{GOOD.replace('2020', '2020M13')}\n",
        None,
        r"own\.csv row 2: period: found '2020M13'",
    ),
    "change": (
        f"{HEAD}\n{GOOD.replace('2020', '2019/2020')}\n",
        None,
        r"own\.csv row 2: period '2019/2020' is no window of months",
    ),
    "two values": (
        f"{HEAD}\n{GOOD}\n{GOOD.replace('1100', '1101')}\n",
        None,
        r"own\.csv row 3: two values for one figure, 1100 in row 2 and 1101 here",
    ),
    "role": (
        f"{HEAD},role\n{GOOD},fitt\n",
        None,
        r"own\.csv row 2: unknown role 'fitt' \(did you mean 'fit'\?\)",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_file_is_refused_in_one_line(
    fault: str, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    text, number_format, message = FAULTS[fault]
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path / "own.csv", groups, text, number_format)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["own.xlsx", "own.parquet"])
def test_a_file_of_another_kind_is_refused(
    name: str, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(DataError, match=rf"{name}: no readable") as caught:
        load_figures(tmp_path / name, groups, AREAS)
    assert "\n" not in str(caught.value)


def test_dates_in_a_sheet_are_refused(groups: Mapping[str, Group], tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    table = pd.DataFrame([GOOD.split(",")], columns=HEAD.split(","))
    table["period"] = pd.Timestamp("2020-12-01")
    table.to_excel(path, index=False)
    with pytest.raises(DataError, match=r"own\.xlsx row 2: column 'period' holds the date"):
        load_figures(path, groups, AREAS)


@pytest.mark.parametrize(
    ("name", "message"),
    [("own.ods", r"found a '\.ods' file"), ("no.csv", "cannot be read"), ("no.xlsx", "no such")],
)
def test_files_that_cannot_be_read_are_named(
    name: str, message: str, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        load_figures(tmp_path / name, groups, AREAS)
