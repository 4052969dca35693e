from math import sqrt
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.core.panel import Panel
from forecast.errors import DataError, ForecastError, PeriodError, UnitsError
from forecast.vocabulary import PANEL_COLUMNS

COUNT: dict[str, object] = {
    "area": "Gentofte",
    "group": "dagpenge",
    "measure": "fuldtidspersoner",
    "period": "2019",
    "value": 861,
    "unit": "fuldtidspersoner",
    "half_width": 0.5,
    "source": "Nøgletalsbilag, Målgruppeoversigt",
    "role": "fit",
    "printed_text": "861",
}
SHARE = COUNT | {"measure": "landsandel", "unit": "andel", "value": 0.0107, "half_width": 5e-5}
RATE = SHARE | {"measure": "ledighedsprocent", "group": "ledige", "value": 0.029}


def test_a_row_is_completed() -> None:
    panel = Panel.from_rows([COUNT | {"period": "2019M01-M11"}])
    assert tuple(panel.frame.columns) == PANEL_COLUMNS
    (row,) = panel
    assert row["period"] == "2019-01..2019-11"
    assert (row["first"], row["last"]) == (2019 * 12, 2019 * 12 + 10)
    assert row["sd"] == pytest.approx(0.5 / sqrt(3.0))
    assert (row["status"], row["adjustment"], row["note"]) == ("printed", "", "")


def test_a_given_sd_is_kept() -> None:
    (row,) = Panel.from_rows([COUNT | {"sd": 4.0}])
    assert row["sd"] == 4.0


def test_empty_cells_of_optional_columns_take_the_default() -> None:
    panel = Panel.from_rows([COUNT | {"period": "2018", "status": "corrected", "sd": 1.0}, COUNT])
    assert panel.frame["status"].tolist() == ["corrected", "printed"]
    assert panel.frame["sd"].tolist() == [1.0, pytest.approx(0.5 / sqrt(3.0))]


def test_a_rate_means_one_adjustment() -> None:
    (row,) = Panel.from_rows([RATE])
    assert row["adjustment"] == "seasonally-adjusted"
    with pytest.raises(DataError, match=r"found adjustment 'actual'.*ledighedsprocent_faktisk"):
        Panel.from_rows([RATE | {"adjustment": "actual"}])


def test_a_change_stands_between_two_windows() -> None:
    change = {"measure": "aendring", "unit": "andel", "value": -0.134, "period": "2018/2019"}
    (row,) = Panel.from_rows([COUNT | change])
    assert (row["period"], row["first"], row["last"]) == ("2018/2019", 2018 * 12, 2019 * 12 + 11)
    (row,) = Panel.from_rows([COUNT | change | {"period": "2020-03-09/2020-10-04"}])
    assert (row["first"], row["last"]) == (2020 * 12 + 2, 2020 * 12 + 9)
    with pytest.raises(PeriodError, match="only with 'aendring'"):
        Panel.from_rows([COUNT | {"period": "2018/2019"}])


def test_rows_are_selected_by_cell() -> None:
    panel = Panel.from_rows([COUNT, SHARE, COUNT | {"group": "fleksjob", "role": "check"}])
    assert len(panel.select(measure="landsandel")) == 1
    assert len(panel.select(group=["dagpenge", "fleksjob"], measure="fuldtidspersoner")) == 2
    assert len(panel.of_role("check")) == 1
    assert len(panel.select(area="Herlev")) == 0
    assert panel.series == (
        ("Gentofte", "dagpenge", "fuldtidspersoner"),
        ("Gentofte", "dagpenge", "landsandel"),
        ("Gentofte", "fleksjob", "fuldtidspersoner"),
    )
    with pytest.raises(DataError, match=r"column 'mesure' does not exist \(did you mean 'measure'"):
        panel.select(mesure="landsandel")
    with pytest.raises(DataError, match=r"role 'chek' not known \(did you mean 'check'"):
        panel.of_role("chek")


def test_a_panel_neither_changes_nor_follows_its_input() -> None:
    table = pd.DataFrame([COUNT])
    panel = Panel(table)
    table.loc[0, "value"] = 0
    handed_out = panel.frame
    handed_out.loc[0, "value"] = 0.0
    assert panel.frame["value"].tolist() == [861.0]
    assert table["value"].tolist() == [0]


def test_repeats_that_agree_are_merged_into_the_finest() -> None:
    fine = COUNT | {"value": 861.3, "half_width": 0.05, "source": "another table"}
    for panel in (
        Panel.from_rows([COUNT, fine, COUNT]),
        Panel.concat([Panel.from_rows([fine]), Panel.from_rows([COUNT])]),
    ):
        (row,) = panel
        assert (row["value"], row["source"]) == (861.3, "another table")


def test_two_values_for_one_figure() -> None:
    other = COUNT | {"value": 863, "source": "another table"}
    with pytest.raises(DataError, match=r"Nøgletalsbilag.*row 1 .*says 861, another table.*863"):
        Panel.from_rows([COUNT, other])
    with pytest.raises(DataError, match="two values for one figure"):
        Panel.concat([Panel.from_rows([COUNT]), Panel.from_rows([other])])


@pytest.mark.parametrize("fields", [{"role": "check"}, {"status": "suspect"}, {"role": "context"}])
def test_figures_of_another_use_may_disagree(fields: dict[str, object]) -> None:
    assert len(Panel.from_rows([COUNT, COUNT | {"value": 900} | fields])) == 2


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"value": float("nan")}, DataError, "found value 'nan', expected a finite number"),
        ({"value": None}, DataError, "found value 'nan'"),
        ({"value": float("inf")}, DataError, "found value 'inf'"),
        ({"value": "1.036,5"}, DataError, "found value '1.036,5', expected a number"),
        ({"measure": "landsandle"}, DataError, r"did you mean 'landsandel'"),
        ({"unit": "pct"}, DataError, "found unit 'pct', expected one of fuldtidspersoner"),
        ({"unit": "andel"}, UnitsError, "found unit 'andel', expected fuldtidspersoner"),
        ({"role": "ft"}, DataError, r"found role 'ft' \(did you mean 'fit'"),
        ({"status": "print"}, DataError, r"did you mean 'printed'"),
        ({"adjustment": "raw"}, DataError, "found adjustment 'raw', expected one of actual"),
        ({"period": "2019X"}, PeriodError, r"row 2 .*period: found '2019X'"),
        ({"sd": -1.0}, DataError, "found sd '-1.0', expected a finite number of 0 or more"),
        ({"half_width": -1.0}, DataError, "found half_width '-1.0'"),
        ({"area": ""}, DataError, "found area ''"),
        ({"area": None}, DataError, "area is empty"),
        ({"colour": "red"}, DataError, "column 'colour' does not exist"),
    ],
)
def test_a_broken_row_is_named(
    fields: dict[str, object], error: type[ForecastError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        Panel.from_rows([COUNT, COUNT | {"period": "2018"} | fields])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("measure", ["landsandel", "andel_af_befolkning", "ledighedsprocent"])
def test_a_share_above_one(measure: str) -> None:
    with pytest.raises(DataError, match=r"found 8\.47, a share above 1.*unit 'pct'"):
        Panel.from_rows([SHARE | {"measure": measure, "value": 8.47}])
    with pytest.raises(DataError, match=r"found -0\.1, a share below 0"):
        Panel.from_rows([SHARE | {"measure": measure, "value": -0.1}])


def test_a_column_that_is_needed() -> None:
    with pytest.raises(DataError, match="column source, role is missing"):
        Panel.from_rows([{k: v for k, v in COUNT.items() if k not in ("source", "role")}])


def test_nothing_to_join() -> None:
    with pytest.raises(DataError, match="no panels to join"):
        Panel.concat([])


def test_an_empty_panel_joins() -> None:
    empty = Panel.from_rows([])
    assert len(empty) == 0
    assert Panel.concat([empty, Panel.from_rows([COUNT])]).series[0][1] == "dagpenge"


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]), st.integers(2000, 2003), st.integers(0, 5), st.booleans()
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_what_a_panel_holds_does_not_depend_on_the_order_of_rows(
    figures: list[tuple[str, int, int, bool]], random: Random
) -> None:
    unique = {(group, year): (value, check) for group, year, value, check in figures}
    rows = [
        COUNT | {"group": g, "period": str(y), "value": v, "role": "check" if c else "fit"}
        for (g, y), (v, c) in unique.items()
    ]
    shuffled = [*rows, *rows]
    random.shuffle(shuffled)

    def key(row: dict[str, object]) -> tuple[str, str]:
        return str(row["group"]), str(row["period"])

    assert sorted(Panel.from_rows(shuffled), key=key) == sorted(Panel.from_rows(rows), key=key)
