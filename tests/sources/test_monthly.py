"""Monthly panels: tidy files and files as downloaded, and what is made of them."""

import math
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.config import load_areas
from forecast.errors import DataError
from forecast.sources.monthly import load_monthly, read_monthly
from forecast.sources.number_format import infer_format, shown

NATION = "Hele landet"
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
TIDY = (
    "area,group,period,value\n"
    "Hele landet,dagpenge,2021-07,100\n"
    "Hele landet,dagpenge,2021-08,90\n"
    "Gentofte,dagpenge,2021-07,10\n"
    "Gentofte,dagpenge,2021-08,0\n"
)
MONTHS = [2021 * 12 + 6, 2021 * 12 + 7]
PANELS = Path(__file__).resolve().parents[3] / "shared" / "panels" / "dk"


def file(folder: Path, text: str, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_tidy_file_becomes_a_panel(tmp_path: Path) -> None:
    panel = load_monthly(file(tmp_path, TIDY), national=NATION)
    assert (panel.areas, panel.groups) == (("Hele landet", "Gentofte"), ("dagpenge",))
    assert panel.months.tolist() == MONTHS
    assert panel.values[:, 0].tolist() == [[100, 90], [10, 0]]
    assert (panel.national, panel.unit, panel.adjustment) == (NATION, "fuldtidspersoner", "actual")
    assert panel.source == "own.csv"
    above = ["Gentofte", "Landsdel Københavns omegn", "Region Hovedstaden", "Østdanmark", NATION]
    assert panel.parents == {**dict(pairwise(above)), NATION: None}
    assert panel.area_sums == dict.fromkeys(above[1:4], ("Gentofte",))
    assert not panel.provisional.any()
    assert panel.vintages == ()


def test_a_danish_file_needs_no_options(tmp_path: Path) -> None:
    text = (
        f"{MARK}Område;Gruppe;Periode;Værdi;Foreløbig;Kilde\r\n"
        "Hele landet;Dagpengemodtagere;2021M07;81.234,5;nej;jobindsats.dk\r\n"
        "gentofte kommune;dagpenge;2021M07;1.036;JA;jobindsats.dk\r\n"
    )
    panel = load_monthly(file(tmp_path, text), national="hele-landet")
    assert panel.values.ravel().tolist() == [81234.5, 1036]
    assert panel.groups == ("dagpenge",)
    assert panel.provisional.ravel().tolist() == [False, True]
    assert panel.source == "jobindsats.dk; own.csv"


@pytest.mark.parametrize(
    "months",
    [
        ("2021-07", "2021-08"),
        ("2021M07", "2021m8"),
        ("2021-07-01", "2021-08-01"),
        ("2021 M07", "2021-07..2021-07"),
    ],
)
def test_months_are_read_in_every_spelling(months: tuple[str, str], tmp_path: Path) -> None:
    text = TIDY.replace("2021-07", "#").replace("2021-08", months[1]).replace("#", months[0])
    if months[1].startswith("2021-07"):
        text = "".join(text.splitlines(keepends=True)[::2])
    panel = load_monthly(file(tmp_path, text), national=NATION)
    assert panel.months[0] == MONTHS[0]


def test_missing_is_kept_apart_from_nought(tmp_path: Path) -> None:
    rows = "".join(
        f"{area},2021-0{month},{cell}\n"
        for area in (NATION, "Læsø")
        for month, cell in enumerate(("10", "", "-", "..", ".", "0", "10"), 1)
    )
    panel = load_monthly(file(tmp_path, f"area,period,value\n{rows}"), national=NATION)
    expected = [10, math.nan, math.nan, math.nan, math.nan, 0, 10]
    np.testing.assert_array_equal(panel.values[:, 0], [expected, expected])
    assert panel.groups == ("i_alt",)


def table(folder: Path, name: str) -> Path:
    """The tidy panel as a typed file, with months as dates and flags as booleans."""
    cells = pd.DataFrame(
        {
            "area": [NATION, NATION, "Gentofte", "Gentofte"],
            "period": pd.to_datetime(["2021-07-01", "2021-08-01"] * 2),
            "value": [100.5, 90.0, 10.0, math.nan],
            "unit": ["FTP", "fuldtidspersoner", "FTP", "FTP"],
            "provisional": [False, True, False, True],
        }
    )
    path = folder / name
    if path.suffix == ".xlsx":
        cells.to_excel(path, index=False)
    else:
        cells.to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("name", ["own.xlsx", "own.parquet"])
def test_typed_files_say_the_same_as_text(name: str, tmp_path: Path) -> None:
    reading = read_monthly(table(tmp_path, name), national=NATION)
    np.testing.assert_array_equal(reading.panel.values[:, 0], [[100.5, 90.0], [10.0, math.nan]])
    assert reading.panel.provisional[:, 0].tolist() == [[False, True], [False, True]]
    assert reading.rows[:, 0].tolist() == [[2, 3], [4, 5]]


def test_a_sheet_may_have_titles_and_texts_for_numbers(tmp_path: Path) -> None:
    lines = [
        ["Fuldtidspersoner", None, None],
        [None, None, None],
        ["Område", "Periode", "Værdi"],
        [NATION, "2021M07", "81.234,5"],
        ["Gentofte", "2021M07", 1036],
    ]
    pd.DataFrame(lines).to_excel(tmp_path / "own.xlsx", index=False, header=False)
    reading = read_monthly(tmp_path / "own.xlsx", national=NATION)
    assert reading.panel.values.ravel().tolist() == [81234.5, 1036]
    assert reading.rows.ravel().tolist() == [4, 5]


DOWNLOADED = (
    f'{MARK}"Kontanthjælp";;;\n'
    'Antal "fuldtidspersoner\nMåned for måned\n\n'
    "Periode;Område;Antal fuldtidspersoner;Fuldtidspersoner i pct. af arbejdsstyrken\n"
    "2021M07;Hele landet;84.524;2,8\n"
    "2021M07;Gentofte;1.036;1,5\n"
    "2021M08;Hele landet;82.643;2,7\n"
    "2021M08;Gentofte;-;-\n"
    "\n"
    "Kilde: jobindsats.dk\n"
    "Anm.: tal er afrundet;;;\n"
)


def test_a_file_as_downloaded_is_read_by_its_measure(tmp_path: Path) -> None:
    path = file(tmp_path, DOWNLOADED)
    reading = read_monthly(
        path, national=NATION, measure="antal fuldtidspersoner", group="Kontanthjælp"
    )
    panel = reading.panel
    np.testing.assert_array_equal(panel.values[:, 0], [[84524, 82643], [1036, math.nan]])
    assert (panel.groups, panel.unit) == (("kontanthjaelp",), "fuldtidspersoner")
    assert reading.rows[:, 0].tolist() == [[6, 8], [7, 9]]
    assert reading.gaps == (
        "own.csv: Gentofte, kontanthjaelp: 2021-08 missing (row 7 is the last before)",
    )


def test_shares_of_a_file_as_downloaded_become_fractions(tmp_path: Path) -> None:
    measure = "Fuldtidspersoner i pct. af arbejdsstyrken"
    panel = load_monthly(file(tmp_path, DOWNLOADED), national=NATION, measure=measure)
    np.testing.assert_allclose(panel.values[:, 0], [[0.028, 0.027], [0.015, math.nan]], rtol=1e-12)
    assert (panel.groups, panel.unit) == ((measure,), "andel")


def test_the_one_measure_of_a_file_needs_no_name(tmp_path: Path) -> None:
    text = "Periode;Område;Køn;Antal personer\n2021M07;Hele landet;I alt;12,5\n"
    panel = load_monthly(file(tmp_path, text), national=NATION)
    assert (panel.values.item(), panel.unit) == (12.5, "personer")


def test_a_part_may_have_a_larger_share_than_its_whole(tmp_path: Path) -> None:
    text = TIDY.replace("value\n", "value,unit\n").replace("0\n", "0,pct.\n")
    text = text.replace("Gentofte,dagpenge,2021-07,10,", "Gentofte,dagpenge,2021-07,100.0,")
    text = text.replace("2021-07,100,", "2021-07,5,")
    panel = load_monthly(file(tmp_path, text), national=NATION)
    assert panel.values[:, 0, 0].tolist() == [0.05, 1.0]


def test_measures_and_groups_are_picked_by_name(tmp_path: Path) -> None:
    rows = "".join(
        f"{NATION},{group},{measure},2021-07,{value}\n"
        for group, measure, value in (
            ("i_alt", "fuldtidspersoner", 9),
            ("dagpenge", "fuldtidspersoner", 3),
            ("Fleksjob", "fuldtidspersoner", 2),
            ("dagpenge", "personer", 4),
        )
    )
    path = file(tmp_path, f"area,group,measure,period,value\n{rows}")
    panel = load_monthly(
        path, national=NATION, measure="Fuldtidspersoner", groups=["fleksjob", "i_alt"]
    )
    assert panel.groups == ("fleksjob", "i_alt")
    assert panel.values.ravel().tolist() == [2, 9]
    assert panel.group_parents == {"fleksjob": "i_alt", "i_alt": None}
    named = load_monthly(
        file(tmp_path, f"area,measure,period,value\n{NATION},ledige,2021-07,1\n"), national=NATION
    )
    assert named.groups == ("ledige",)


def test_areas_come_from_a_table(tmp_path: Path) -> None:
    areas = file(tmp_path, "area;parent\nLand;\nØst;Land\nBy;Øst\nMark;Land\n", "areas.csv")
    text = "area,period,value\nLand,2021-07,10\nby,2021-07,4\nMARK,2021-07,6\n"
    panel = load_monthly(file(tmp_path, text), national="land", areas=areas)
    assert (panel.national, panel.areas) == ("Land", ("Land", "By", "Mark"))
    assert panel.parents == {"Land": None, "By": "Øst", "Øst": "Land", "Mark": "Land"}


def test_unknown_areas_are_parts_of_the_nation(tmp_path: Path) -> None:
    text = TIDY.replace("Gentofte", "Uoplyst område")
    panel = load_monthly(file(tmp_path, text), national=NATION)
    assert panel.parents["Uoplyst område"] == NATION
    assert panel.leaves == ("Uoplyst område",)


def test_municipalities_lie_in_landsdel_region_and_half_of_the_country(tmp_path: Path) -> None:
    text = TIDY + "Region Hovedstaden,dagpenge,2021-07,20\nAarhus,dagpenge,2021-07,9\n"
    panel = load_monthly(file(tmp_path, text), national=NATION)
    east = ("Landsdel Københavns omegn", "Region Hovedstaden", "Østdanmark", NATION)
    west = ("Landsdel Østjylland", "Region Midtjylland", "Vestdanmark", NATION)
    assert panel.ancestors("Gentofte") == east
    assert panel.ancestors("Aarhus") == west
    assert panel.leaves == ("Gentofte", "Aarhus")


def test_vintages_are_what_was_known_when(tmp_path: Path) -> None:
    text = (
        "area,period,value,as_of,provisional\n"
        "Hele landet,2021-07,10,2021-08-12,1\n"
        "Hele landet,2021-07,12,2021-09-10,0\n"
        "Hele landet,2021-08,21,2021-09,1\n"
        "Hele landet,2021-08,20,2021-09-10,1\n"
        "Hele landet,2021-09,30,2021-11-02,\n"
    )
    panel = load_monthly(file(tmp_path, text), national=NATION)
    assert panel.values.ravel().tolist() == [12, 21, 30]
    assert panel.provisional.ravel().tolist() == [False, True, False]
    assert [vintage.known for vintage in panel.vintages] == [
        2021 * 12 + 7,
        2021 * 12 + 8,
        2021 * 12 + 10,
    ]
    known = [vintage.values.ravel() for vintage in panel.vintages]
    np.testing.assert_array_equal(
        known, [[10, math.nan, math.nan], [12, 21, math.nan], [12, 21, 30]]
    )
    assert panel.until(2021 * 12 + 7).values.ravel()[0] == 10


def test_rows_in_another_order_are_the_same_panel(tmp_path: Path) -> None:
    head, *rows = TIDY.splitlines(keepends=True)
    first = load_monthly(file(tmp_path, TIDY), national=NATION)
    second = load_monthly(file(tmp_path, head + "".join(reversed(rows))), national=NATION)
    order = [second.position(area) for area in first.areas]
    np.testing.assert_array_equal(first.values, second.values[order])


def test_one_release_is_no_vintage(tmp_path: Path) -> None:
    text = TIDY.replace("value\n", "value,as_of\n").replace("0\n", "0,2026-08-22\n")
    text = text.replace("10,2026-08-22", "10,2026-08-18")
    assert load_monthly(file(tmp_path, text), national=NATION).vintages == ()


def test_gaps_are_kept_and_reported_with_their_rows(tmp_path: Path) -> None:
    rows = [f"{NATION},2021-0{month},50" for month in range(1, 8)]
    rows += [f"Læsø,2021-0{month},5" for month in (1, 2, 6, 7)]
    rows += [f"Fanø,2021-0{month},5" for month in range(3, 8)]
    rows += [f"Samsø,2021-0{month},-" for month in (1, 2)]
    path = file(tmp_path, "\n".join(["area,period,value", *rows]))
    reading = read_monthly(path, national=NATION)
    assert np.isnan(reading.panel.values[1, 0]).tolist() == [
        False,
        False,
        *[True] * 3,
        *[False] * 2,
    ]
    assert reading.gaps == (
        "own.csv: Læsø, i_alt: 2021-03..2021-05 missing (row 10 is the last before)",
        "own.csv: Fanø, i_alt: 2021-01..2021-02 missing (row 13 is the first after)",
        "own.csv: Samsø, i_alt: no value in any month (rows 18 to 19)",
    )


def test_a_part_may_exceed_its_whole_by_rounding(tmp_path: Path) -> None:
    text = TIDY.replace("2021-07,10\n", "2021-07,101\n")
    assert load_monthly(file(tmp_path, text), national=NATION).values[1, 0, 0] == 101
    larger = TIDY.replace("2021-07,100\n", "2021-07,1000\n").replace("07,10\n", "07,1005\n")
    assert load_monthly(file(tmp_path, larger), national=NATION).values[1, 0, 0] == 1005


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["950", "1036"], None),
        (["950", "12,5"], "danish"),
        (["1.036", "12,5"], "danish"),
        (["1.036", "0,125"], "danish"),
        (["1.234,567"], "danish"),
        (["950", "1.036", "1.234.567"], "danish"),
        (["1.036", "12.5"], "plain"),
        (["1.036", "0.125"], "plain"),
        (["1.036", "1036.125"], "plain"),
    ],
)
def test_a_column_shows_its_format(cells: list[str], expected: str | None) -> None:
    assert infer_format(shown((cell, "row 2") for cell in cells)) == expected


def danish(number: int, decimals: int) -> str:
    whole, part = divmod(number, 10**decimals)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{grouped},{part:0{decimals}d}" if decimals else grouped


def plain(number: int, decimals: int) -> str:
    return f"{number / 10**decimals:.{decimals}f}"


NUMBERS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 4)), min_size=1, max_size=8)


@given(NUMBERS, st.booleans())
def test_a_format_is_never_taken_for_the_other(
    numbers: list[tuple[int, int]], is_danish: bool
) -> None:
    write, right = (danish, "danish") if is_danish else (plain, "plain")
    cells = [(write(*number), f"row {row}") for row, number in enumerate(numbers, 2)]
    try:
        assert infer_format(shown(cells)) in (right, None)
    except DataError as error:
        assert "may be a thousand" in str(error)  # noqa: PT017


def test_a_panel_of_all_municipalities_is_read_in_a_moment(tmp_path: Path) -> None:
    names = [name for name, area in load_areas().items() if area.kind == "kommune"]
    values = np.random.default_rng(3).uniform(5, 5000, (98, 5, 120)).round(1)
    lines = ["område;gruppe;periode;værdi"]
    for name, of_area in zip([NATION, *names], [values.sum(axis=0), *values], strict=True):
        lines += [
            f"{name};g{g};{2014 + t // 12}M{t % 12 + 1:02d};{of_area[g, t]:.1f}".replace(".", ",")
            for g in range(5)
            for t in range(120)
        ]
    path = file(tmp_path, "\n".join(lines))
    start = time.process_time()
    panel = load_monthly(path, national=NATION)
    seconds = time.process_time() - start
    np.testing.assert_array_equal(panel.values[1:], values)
    assert seconds < 5  # half a second where it was written; a slow machine has ten times that


def tidy(name: str, columns: dict[str, str], folder: Path) -> Path:
    """A panel of jobindsats' figures, one row a figure."""
    if not PANELS.is_dir():
        pytest.skip("needs ../shared/panels/dk, which is not part of the project")
    wide = pd.read_csv(PANELS / name, dtype=str, keep_default_na=False)
    parts = [
        pd.DataFrame(
            {
                "area": wide["omraade"],
                "group": key,
                "period": wide["periode"],
                "value": wide[column],
            }
        )
        for column, key in columns.items()
    ]
    pd.concat(parts).to_csv(folder / "own.csv", index=False)
    return folder / "own.csv"


def test_the_countrys_unemployed_are_the_municipalities_and_the_unknown(tmp_path: Path) -> None:
    columns = {"ledige_fuldtid": "ledige", "ledige_fuldtid_kontanthjaelp": "kontanthjaelp"}
    reading = read_monthly(tidy("ledighed_y25i01.csv", columns, tmp_path), national=NATION)
    panel = reading.panel
    assert len(panel.leaves) == 99
    sizes = {area: len(parts) for area, parts in panel.area_sums.items()}
    assert (len(sizes), sizes["Østdanmark"], sizes["Vestdanmark"]) == (11 + 5 + 2, 46, 52)
    parts = panel.values[[panel.position(area) for area in panel.leaves], 0].sum(axis=0)
    apart = panel.values[panel.position(NATION), 0] - parts
    assert (apart.min(), apart.max()) == (-8, 6)
    assert len(panel.months) == 49
    # 32 cells of small islands are empty
    assert np.isnan(panel.values).sum() == 32
    assert [line.split(": ")[1].split(", ")[0] for line in reading.gaps] == [
        "Ærø",
        "Fanø",
        "Samsø",
        "Læsø",
    ]


def test_series_without_any_value_are_reported(tmp_path: Path) -> None:
    path = tidy(
        "langtidsledige_y25i09.csv", {"langtidsledige_kontanthjaelp": "langtidsledige"}, tmp_path
    )
    gaps = read_monthly(path, national=NATION).gaps
    empty = [line for line in gaps if "no value in any month (rows" in line]
    assert [line.split(": ")[1].split(",")[0] for line in empty] == ["Fanø", "Samsø", "Læsø"]
