"""The målgruppeoversigt: as printed, judged, and continued with draws."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.core.draws import Draws
from forecast.core.period import Window
from forecast.core.tree import Group, Tree
from forecast.errors import AlignmentError, DataError
from forecast.keyfigures.overview import (
    OVERVIEW_COLUMNS,
    as_printed,
    continue_overview,
    overview,
)
from forecast.sources.published import Published
from forecast.vocabulary import PROJECTION_COLUMNS

PRINTED_NAMES = {
    "Fuldtidspersoner": "fuldtidspersoner",
    "Landsandel": "landsandel",
    "Udvikling": "aendring",
}


@pytest.fixture(scope="module")
def table(published: Published, tree: Tree) -> pd.DataFrame:
    return overview(published, tree)


def test_it_has_27_rows_of_8_figures_in_the_order_of_the_table(
    table: pd.DataFrame, tree: Tree
) -> None:
    assert tuple(table.columns) == OVERVIEW_COLUMNS
    assert OVERVIEW_COLUMNS[: len(PROJECTION_COLUMNS) - 1] == PROJECTION_COLUMNS[1:]
    assert len(table) == 27 * 8
    assert tuple(table["group"].drop_duplicates()) == tree.rows
    assert set(table["basis"]) == {"observed"}


def test_every_published_figure_is_printed_verbatim(
    table: pd.DataFrame, tree: Tree, folder: Path
) -> None:
    laid_out = as_printed(table, tree)
    assert laid_out.shape == (27, 1 + 8)
    key_of = {fact: key for key, group in tree.groups.items() for fact in group.facts}
    seen = 0
    with (folder / "maalgruppeoversigt.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["status"] == "artefact":
                continue
            column = f"{PRINTED_NAMES[row['measure']]} {row['period']}"
            assert laid_out.loc[key_of[row["group"]], column] == row["printed_text"]
            seen += 1
    assert seen == 27 * 8


def test_verdicts_stand_beside_changes_and_sums(table: pd.DataFrame) -> None:
    judged = table.set_index(["group", "measure", "period"])["verdict"]
    assert judged["kontanthjaelp", "aendring", "2017/2018"] == "exact"
    assert judged["sygedagpenge", "aendring", "2018/2019"] == "rounding"
    assert judged["i_alt", "fuldtidspersoner", "2019"] == "rounding"
    assert judged["fleksjobberettiget", "fuldtidspersoner", "2019"] == "exact"
    assert judged["dagpenge", "fuldtidspersoner", "2019"] == ""
    # 54 changes less 5 from zero, which are not judged; 6 sums and I alt in three years
    changes = judged.xs("aendring", level="measure")
    persons = judged.xs("fuldtidspersoner", level="measure")
    assert (changes != "").sum() == 49
    assert (persons != "").sum() == 7 * 3
    assert (judged == "wrong").sum() == 1


def test_the_misprint_says_why(table: pd.DataFrame) -> None:
    (row,) = table[table["verdict"] == "wrong"].to_dict("records")
    assert (row["group"], row["period"], row["printed_text"]) == (
        "foertidspension",
        "2017/2018",
        "-2,4%",
    )
    assert row["status"] == "suspect"
    assert row["note"].startswith("E1: 1.085 to 1.061 is -2,2 %")


def test_shares_are_fractions_in_the_file_and_text_in_the_table(table: pd.DataFrame) -> None:
    (row,) = table[
        (table["group"] == "dagpenge")
        & (table["measure"] == "landsandel")
        & (table["period"] == "2017")
    ].to_dict("records")
    assert (row["value"], row["unit"], row["printed_text"]) == (0.0099, "andel", "0,99%")


def test_a_group_without_published_figures_has_an_empty_row(
    published: Published, tree: Tree
) -> None:
    new = Group("ny_ydelse", "Ny ydelse", "New benefit", parent="i_alt")
    wider = Tree(tree.areas, {**tree.groups, new.key: new})
    table = overview(published, wider)
    assert len(table) == 27 * 8
    cells = as_printed(table, wider).loc["ny_ydelse"]
    assert list(cells) == ["Ny ydelse", *[""] * 8]


def test_a_group_with_some_of_its_figures_is_named(published: Published, tree: Tree) -> None:
    lost = published.select(file="maalgruppeoversigt", group="dagpenge", printed_period="2018")
    without = Published(
        figures=tuple(
            f for f in published.figures if not (f in lost and f.measure == "landsandel")
        ),
        misprints=published.misprints,
    )
    with pytest.raises(DataError, match="group 'dagpenge' has 7 figures, expected 8"):
        overview(without, tree)


# --- projected years ------------------------------------------------------------------------------

YEARS = (2020, 2021, 2022)


@pytest.fixture(scope="module")
def futures(tree: Tree) -> Draws:
    rng = np.random.default_rng(7)
    months = np.arange(Window.year(2020).first, Window.year(2022).last + 1)
    counted = tree.leaves
    nation = np.exp(rng.normal(9.0, 0.3, size=(60, 1, len(counted), len(months))))
    area = nation * rng.uniform(0.003, 0.02, size=nation.shape)
    ended = [i for i, key in enumerate(counted) if tree.groups[key].discontinued is not None]
    array = np.concatenate([area, nation], axis=1)
    array[:, :, ended, :] = 0.0
    return Draws.of(
        array,
        unit="fuldtidspersoner",
        areas=("Gentofte", "Hele landet"),
        groups=counted,
        months=months,
    )


@pytest.fixture(scope="module")
def continued(futures: Draws, tree: Tree, table: pd.DataFrame) -> pd.DataFrame:
    return continue_overview(
        futures, tree, table, area="Gentofte", country="Hele landet", years=YEARS
    )


def figure(table: pd.DataFrame, group: str, measure: str, period: str, level: str = "") -> float:
    (value,) = table[
        (table["group"] == group)
        & (table["measure"] == measure)
        & (table["period"] == period)
        & (table["output_type_id"] == level)
    ]["value"]
    return float(value)


def draws_of(futures: Draws, area: str, keys: tuple[str, ...], year: int) -> np.ndarray:
    """Year means, summed by hand."""
    first = Window.year(year).first - int(futures.months[0])
    where = [futures.groups.index(key) for key in keys]
    array = futures.values.to_numpy()[:, futures.areas.index(area)]
    return array[:, where, first : first + 12].sum(axis=1).mean(axis=1)


def test_it_continues_the_same_columns_for_every_row(continued: pd.DataFrame, tree: Tree) -> None:
    assert tuple(continued.columns) == OVERVIEW_COLUMNS
    persons = continued[continued["measure"] == "fuldtidspersoner"]
    assert len(persons) == 27 * len(YEARS) * 3
    assert tuple(persons["group"].drop_duplicates()) == tree.rows
    assert set(continued["output_type"]) == {"median", "quantile"}


@pytest.mark.parametrize("key", ["i_alt", "kontanthjaelp", "dagpenge", "forsikrede_ledige"])
@pytest.mark.parametrize(("level", "quantile"), [("", 0.5), ("0.1", 0.1), ("0.9", 0.9)])
def test_figures_are_quantiles_of_sums_of_draws(
    key: str, level: str, quantile: float, continued: pd.DataFrame, futures: Draws, tree: Tree
) -> None:
    parts = tree.components(key)
    here = [draws_of(futures, "Gentofte", parts, year) for year in YEARS]
    nation = draws_of(futures, "Hele landet", parts, 2021)
    assert figure(continued, key, "fuldtidspersoner", "2021", level) == pytest.approx(
        np.quantile(here[1], quantile), rel=1e-12
    )
    assert figure(continued, key, "landsandel", "2021", level) == pytest.approx(
        np.quantile(here[1] / nation, quantile), rel=1e-12
    )
    assert figure(continued, key, "aendring", "2020/2021", level) == pytest.approx(
        np.quantile(here[1] / here[0] - 1, quantile), rel=1e-9
    )


def test_the_first_change_is_from_the_printed_year(
    continued: pd.DataFrame, futures: Draws, tree: Tree
) -> None:
    here = draws_of(futures, "Gentofte", tree.components("i_alt"), 2020)
    assert figure(continued, "i_alt", "aendring", "2019/2020") == pytest.approx(
        np.median(here / 4007 - 1), rel=1e-9
    )


def test_what_nobody_receives_stays_zero_without_share_or_change(
    continued: pd.DataFrame,
) -> None:
    for key in ("midlertidig_kontantydelse", "integrationsydelse_uddannelsesparate"):
        rows = continued[continued["group"] == key]
        assert set(rows["measure"]) == {"fuldtidspersoner"}
        assert set(rows["value"]) == {0.0}


def test_a_change_from_a_printed_zero_is_left_out(continued: pd.DataFrame) -> None:
    rows = continued[continued["group"] == "uddannelseshjaelp_aabenlyst_uddannelsesparate"]
    changes = rows[rows["measure"] == "aendring"]
    assert set(changes["period"]) == {"2020/2021", "2021/2022"}


def test_the_basis_is_told(futures: Draws, tree: Tree, table: pd.DataFrame) -> None:
    rows = continue_overview(
        futures,
        tree,
        table,
        area="Gentofte",
        country="Hele landet",
        years=[2020],
        basis={"i_alt": "mixed"},
    )
    assert set(rows[rows["group"] == "i_alt"]["basis"]) == {"mixed"}
    assert set(rows[rows["group"] == "dagpenge"]["basis"]) == {"data"}


def test_years_and_areas_that_are_not_there_are_refused(
    futures: Draws, tree: Tree, table: pd.DataFrame
) -> None:
    places = {"area": "Gentofte", "country": "Hele landet"}
    with pytest.raises(AlignmentError, match="2023-01"):
        continue_overview(futures, tree, table, **places, years=(2022, 2023))
    with pytest.raises(AlignmentError, match="Østdanmark"):
        continue_overview(futures, tree, table, area="Gentofte", country="Østdanmark", years=YEARS)
    for years in ((), (2020, 2022)):
        with pytest.raises(DataError, match="expected consecutive years"):
            continue_overview(futures, tree, table, **places, years=years)
