"""Reading table y30r21: every form it comes in, and one fault a file with its message."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.config import load_areas
from forecast.config.areas import kinds
from forecast.config.benchmark import load_benchmark
from forecast.core.benchmark import BenchmarkTable
from forecast.errors import DataError
from forecast.sources.benchmark import read_benchmark
from forecast.sources.conditions import read_conditions
from tests.benchmark.made_up import LABELS, conditions, made_up, written

MODEL, AREAS = load_benchmark(), load_areas()
Change = Callable[[pd.DataFrame], pd.DataFrame]


def read(path: Path) -> BenchmarkTable:
    return read_benchmark(path, MODEL, AREAS)


def test_a_table_is_read_as_it_stands(tmp_path: Path) -> None:
    table, source = read(written(tmp_path / "b.csv")), made_up()
    assert (len(table.areas), len(table.groups), len(table.windows)) == (98, 4, 3)
    assert table.notes == ()
    row = source[
        source["kommune"].eq("Gentofte")
        & source["periode"].eq("2021QMAT02")
        & source["ydelsesgruppe"].eq(LABELS[2])
    ].iloc[0]
    at = (table.position("Gentofte"), 2, 2)
    assert table.windows[2].code == "2020-07..2021-06"
    assert table.expected[at] == row["forventet_antal"]
    assert table.actual_share[at] == pytest.approx(row["faktisk_andel_pct"] / 100)
    assert table.gap[at] == pytest.approx(row["forskel_andel_pp"] / 100)
    assert table.rank[at] == row["placering"]


def danish(table: pd.DataFrame) -> pd.DataFrame:
    """Headings and numbers as a download has them."""
    told = {
        "kode": "Kommunekode",
        "kommune": "Område",
        "periode": "Periode",
        "ydelsesgruppe": "Ydelsesgrupper",
        "forventet_antal": "Forventet antal fuldtidspersoner",
        "faktisk_antal": "Faktisk antal fuldtidspersoner",
        "forskel_antal": "Forskel på faktisk og forventet antal fuldtidspersoner",
        "forventet_andel_pct": "Forventet andel, pct. af befolkningen 16-66 år",
        "faktisk_andel_pct": "Faktisk andel, pct. af befolkningen 16-66 år",
        "forskel_andel_pp": "Forskel i andel (procentpoint)",
        "placering": "Placering",
    }
    out = table.copy()
    for name in ("forventet_andel_pct", "faktisk_andel_pct", "forskel_andel_pp"):
        out[name] = out[name].map(lambda v: f"{v:.2f}".replace(".", ","))
    for name in ("forventet_antal", "faktisk_antal", "forskel_antal"):
        out[name] = out[name].map(lambda v: f"{v:,}".replace(",", "."))
    return out.rename(columns={**told, "ydelsesgruppe": "Ydelsesgruppe"})


def same(one: BenchmarkTable, other: BenchmarkTable) -> bool:
    names = ("expected", "actual", "expected_share", "actual_share", "rank")
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


def test_every_form_says_the_same(tmp_path: Path) -> None:
    """As downloaded in Danish, with the country in it, Excel, and both versions of the API."""
    plain, table = read(written(tmp_path / "b.csv")), made_up()
    told = danish(table)
    country = told[told["Område"].eq("Gentofte")].assign(Område="Hele landet", Kommunekode="000")
    whole = pd.concat([country, told])
    (tmp_path / "d.csv").write_text(
        "Benchmark af kommuner\n" + whole.to_csv(index=False, sep=";"), encoding="utf-8-sig"
    )
    assert same(read(tmp_path / "d.csv"), plain)
    table.to_excel(tmp_path / "b.xlsx", index=False)
    assert same(read(tmp_path / "b.xlsx"), plain)
    rows = told.to_numpy().tolist()
    third = {"columns": list(told.columns), "rows": rows}
    (tmp_path / "v3.json").write_text(json.dumps(third), encoding="utf-8")
    assert same(read(tmp_path / "v3.json"), plain)
    variables = [{"Name": f"v{k}", "Label": name} for k, name in enumerate(told.columns)]
    (tmp_path / "v2.json").write_text(
        json.dumps([{"Variables": variables, "Data": rows}]), encoding="utf-8"
    )
    assert same(read(tmp_path / "v2.json"), plain)


def test_a_share_printed_as_nothing_has_log_odds(tmp_path: Path) -> None:
    """A benefit that hardly anybody has on an island."""

    def nearly_nobody(table: pd.DataFrame) -> pd.DataFrame:
        for column in ("forventet_antal", "faktisk_antal"):
            table = set_cell("Læsø", column, 0, LABELS[1])(table)
        for column in ("forventet_andel_pct", "faktisk_andel_pct"):
            table = set_cell("Læsø", column, 0.0, LABELS[1])(table)
        return table

    table = read(written(tmp_path / "b.csv", nearly_nobody))
    at = (table.position("Læsø"), 1, 1)
    assert (table.actual_share[at], table.expected_share[at]) == (0.000025, 0.000025)
    assert "Læsø, a_dagpenge_mv, 2020: actual share is printed as 0" in " ".join(table.notes)


def test_a_date_in_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    """What a spreadsheet makes of 2,5 when it takes it for the second of May."""
    table = set_cell("Gentofte", "faktisk_andel_pct", pd.Timestamp("2020-05-02"))(made_up())
    table.to_excel(tmp_path / "b.xlsx", index=False)
    with pytest.raises(DataError, match=r"faktisk_andel_pct: found '2020-05-02.*expected a number"):
        read(tmp_path / "b.xlsx")


def test_persons_of_no_municipality_are_left_out(tmp_path: Path) -> None:
    """The country, Christiansø and the unknown stand in some downloads."""
    table = made_up()
    others = [
        table[table["kommune"].eq("Ærø")].assign(kommune=name, kode=code)
        for name, code in (("Christiansø", "411"), ("Uoplyst kommune", "997"))
    ]
    path = tmp_path / "b.csv"
    pd.concat([table, *others]).to_csv(path, index=False)
    assert same(read(path), read(written(tmp_path / "c.csv")))


def rows_of(table: pd.DataFrame, name: str) -> "pd.Series[bool]":
    return table["kommune"].eq(name)


def swapped(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of two municipalities of unlike size change places in one group."""
    out, shares = table.copy(), ["forventet_andel_pct", "faktisk_andel_pct", "forskel_andel_pp"]
    here = table["periode"].eq("2020QMAT04") & table["ydelsesgruppe"].eq(LABELS[0])
    part = table[here]
    high = part["faktisk_andel_pct"].idxmax()
    low = part["faktisk_andel_pct"].idxmin()
    out.loc[low, shares], out.loc[high, shares] = (
        table.loc[high, shares].to_numpy(),
        table.loc[low, shares].to_numpy(),
    )
    return out


def set_cell(name: str, column: str, value: object, label: str = LABELS[0]) -> Change:
    """Change one cell of the second half-year."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        out = table.astype({column: object})
        here = rows_of(out, name) & out["periode"].eq("2020QMAT04") & out["ydelsesgruppe"].eq(label)
        out.loc[here, column] = value
        return out

    return change


def without(name: str) -> Change:
    return lambda table: table[~rows_of(table, name)]


def fractions(table: pd.DataFrame) -> pd.DataFrame:
    out = table.copy()
    out[["forventet_andel_pct", "faktisk_andel_pct"]] /= 100
    return out


REFUSED: dict[str, tuple[Change, str]] = {
    "two municipalities' shares swapped": (
        swapped,
        r"b\.csv: .+, ydelsesgrupper_i_alt, 2020: \d+ actual full-time persons and .+ per cent are "
        r"of \d+ residents, other rows of \d+; have shares been swapped between rows\?",
    ),
    "a missing municipality": (
        without("Læsø"),
        r"b\.csv: 97 municipalities, expected 98; missing Læsø: ranks and expectations need all",
    ),
    "shares in fractions": (
        fractions,
        r"b\.csv: expected_share of 'ydelsesgrupper_i_alt' has median 0\.08\d*, which are "
        r"fractions; expected per cent, such as 8,8",
    ),
    "one share in fractions": (
        set_cell("Gentofte", "faktisk_andel_pct", 0.0812),
        r"Gentofte, ydelsesgrupper_i_alt, 2020: actual share is 0\.0812, a hundredth of its other",
    ),
    "97 rows of one half-year": (
        lambda t: t[~(rows_of(t, "Ærø") & t["periode"].eq("2021QMAT02"))],
        r"b\.csv: Ærø, ydelsesgrupper_i_alt, 2020-07\.\.2021-06: no expected or actual share "
        r"\(1 of 98 municipalities\)",
    ),
    "a code of another year": (
        lambda t: t.assign(kode=t["kode"].where(~rows_of(t, "Gribskov"), "213")),
        r"b\.csv row \d+: Gribskov has code 213, which is no municipality since 2007; expected 270",
    ),
    "a code of another municipality": (
        lambda t: t.assign(kode=t["kode"].where(~rows_of(t, "Gentofte"), "159")),
        r"Gentofte has code 159, which is Gladsaxe; expected 157",
    ),
    "a municipality before the reform": (
        lambda t: t.assign(kommune=t["kommune"].replace("Gribskov", "Græsted-Gilleleje")),
        r"b\.csv row \d+: unknown area 'Græsted-Gilleleje'",
    ),
    "a row twice": (
        lambda t: pd.concat([t, t.iloc[:1]]),
        r"b\.csv row 1178: København, ydelsesgrupper_i_alt, 2019-07\.\.2020-06 stands twice, first"
        r" in row 2",
    ),
    "an unknown benefit": (
        lambda t: t.assign(ydelsesgruppe=t["ydelsesgruppe"].replace(LABELS[1], "A-dagpengs mv.")),
        r"unknown benefit group 'A-dagpengs mv\.' \(did you mean 'A-dagpenge mv\.'\?\)",
    ),
    "without the sum": (
        lambda t: t[t["ydelsesgruppe"].ne(LABELS[0])],
        r"b\.csv: no rows of 'Ydelsesgrupper i alt'; download all groups",
    ),
    "a month in place of a year's window": (
        lambda t: t.assign(periode=t["periode"].replace("2020QMAT02", "2020M06")),
        r"found '2020M06', 1 months; expected rolling twelve months such as 2020QMAT02",
    ),
    "no expected shares": (
        lambda t: t.drop(columns="forventet_andel_pct"),
        r"b\.csv: no column of expected share in per cent; found kode, forventet_antal",
    ),
    "text for a number": (
        set_cell("Gentofte", "faktisk_antal", "mange"),
        r"b\.csv row \d+, faktisk_antal: 'mange' is no number",
    ),
    "a negative number": (
        set_cell("Gentofte", "faktisk_antal", -30),
        r"Gentofte, ydelsesgrupper_i_alt, 2020: actual is -30, expected at least 0",
    ),
    "nobody on any benefit": (
        lambda t: set_cell("Gentofte", "faktisk_antal", 0)(
            set_cell("Gentofte", "faktisk_andel_pct", 0.0)(t)
        ),
        r"Gentofte, ydelsesgrupper_i_alt, 2020: nobody on any benefit, so that shares are of",
    ),
    "two columns of one measure": (
        lambda t: t.assign(faktisk_antal_ny=t["faktisk_antal"]),
        r"columns 'faktisk_antal' and 'faktisk_antal_ny' both look like the same measure",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_would_mislead_is_refused_by_name(fault: str, tmp_path: Path) -> None:
    change, said = REFUSED[fault]
    with pytest.raises(DataError, match=said):
        read(written(tmp_path / "b.csv", change))


NOTED: dict[str, tuple[Change, str]] = {
    "a difference that is none": (
        set_cell("Gentofte", "forskel_andel_pp", 0.99),
        r"Gentofte, ydelsesgrupper_i_alt, 2020: the published difference of shares is not",
    ),
    "ranks with holes": (
        lambda t: t.assign(placering=t["placering"].where(t["placering"].ne(40), 41)),
        r"ydelsesgrupper_i_alt, 2019-07\.\.2020-06: ranks are not 1 to 98: nobody has 40",
    ),
    "a rank that is another's": (
        lambda t: t.assign(placering=t["placering"].replace({1: 98, 98: 1})),
        r".+, ydelsesgrupper_i_alt, 2019-07\.\.2020-06: published rank 98, by its difference 1",
    ),
    "groups that do not sum": (
        lambda t: t.assign(
            faktisk_antal=t["faktisk_antal"].where(
                ~(rows_of(t, "Gentofte") & t["ydelsesgruppe"].eq(LABELS[3])),
                t["faktisk_antal"] + 40,
            ),
            forskel_antal=np.nan,
        ),
        r"Gentofte, ydelsesgrupper_i_alt, 2019-07\.\.2020-06: actual full-time persons of the "
        r"groups do not sum to all",
    ),
}


@pytest.mark.parametrize("doubt", NOTED)
def test_what_can_be_lived_with_is_noted_by_name(doubt: str, tmp_path: Path) -> None:
    change, said = NOTED[doubt]
    notes = read(written(tmp_path / "b.csv", change)).notes
    assert any(pd.Series([note]).str.match(said).iloc[0] for note in notes), notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no readable JSON"),
        ('{"error": "key"}', "no answer of jobindsats' API; expected columns and rows"),
        ('{"columns": ["Område", "Periode"], "rows": ["x"]}', r"row 1: found 'x', expected a list"),
    ],
)
def test_an_answer_that_is_none_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read(tmp_path / "a.json")


def test_conditions_are_read_by_municipality(tmp_path: Path) -> None:
    path = conditions(tmp_path / "c.csv")
    found = read_conditions(path, MODEL, AREAS, kinds())
    assert found.keys == ("education_pct", "disposable_income", "employment_rate")
    assert found.areas == tuple(n for n, a in AREAS.items() if a.kind == "kommune")
    source = pd.read_csv(path)
    gentofte = source[source["kommune"].eq("Gentofte")]["employment_rate"].iloc[0]
    assert found.values[found.areas.index("Gentofte"), 2] == gentofte
    place = found.areas.index("Gentofte")
    assert (found.region[place], found.kind[place]) == ("Region Hovedstaden", "Hovedstadskommuner")


FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "no municipality": (
        lambda t: t.replace("kommune,", "navn,", 1),
        "no column 'kommune'; found navn",
    ),
    "no condition": (
        lambda t: t.replace("education_pct,disposable_income,employment_rate", "a,b,c"),
        "none of the framework conditions; found kommune, a, b, c",
    ),
    "unknown": (
        lambda t: t.replace("\nGentofte,", "\nGentoft,"),
        r"row \d+: unknown area 'Gentoft'",
    ),
    "twice": (lambda t: t + t.splitlines()[5] + "\n", r"row 100: Dragør stands twice"),
    "missing": (
        lambda t: "\n".join(line for line in t.splitlines() if not line.startswith("Læsø")) + "\n",
        "97 municipalities, expected 98; missing Læsø",
    ),
    "no number": (
        lambda t: t.replace(t.splitlines()[3].split(",")[1], "høj"),
        r"row 4, education_pct: 'høj' is no number",
    ),
    "empty": (lambda t: t.splitlines()[0] + "\n", "a heading and no rows"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_conditions_that_cannot_be_used_are_refused(fault: str, tmp_path: Path) -> None:
    change, said = FAULTS[fault]
    path = conditions(tmp_path / "c.csv")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DataError, match=r"c\.csv.*" + said):
        read_conditions(path, MODEL, AREAS, kinds())


def test_a_condition_that_hardly_anybody_has_is_refused(tmp_path: Path) -> None:
    path = conditions(tmp_path / "c.csv")
    table = pd.read_csv(path)
    table.loc[:20, "employment_rate"] = np.nan
    table.to_csv(path, index=False)
    with pytest.raises(DataError, match="employment_rate is missing for 21 municipalities"):
        read_conditions(path, MODEL, AREAS, kinds())
