"""The published figures: complete, faithful, and honest about what may be fitted."""

import csv
import math
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from forecast.core.panel import Panel
from forecast.core.period import Window
from forecast.core.tree import Group
from forecast.errors import DataError
from forecast.sources.published import Published, load_published
from forecast.vocabulary import MEASURE_ADJUSTMENT, Measure, Role, Status


def rows_of(panel: Panel, **columns: object) -> list[dict[str, object]]:
    return list(panel.select(**columns))


def test_every_figure_of_the_two_documents_is_there(published: Published) -> None:
    seeds = [figure for figure in published.figures if figure.seed_line is not None]
    assert len(seeds) == 859
    assert Counter(str(figure.status) for figure in seeds) == {
        "printed": 843,
        "corrected": 4,
        "suspect": 4,
        "missing": 2,
        "artefact": 6,
    }
    assert len(published.figures) == 859 + 17


def test_every_printed_text_means_its_value(published: Published) -> None:
    """A misread digit would show: text and value were carried apart."""
    differ = [
        figure
        for figure in published.figures
        if figure.status == Status.PRINTED
        and figure.printed_half_width is not None
        and figure.printed != figure.value
    ]
    words = [figure.printed_text for figure in differ]
    assert words == []


def test_nothing_uncertain_has_role_fit(published: Published) -> None:
    fitted = [figure for figure in published.figures if figure.role == Role.FIT]
    assert {figure.status for figure in fitted} == {Status.PRINTED}
    assert len(fitted) == len(published.panel("fit")) == 143


def test_checks_are_the_figures_that_no_fit_may_see(published: Published) -> None:
    found = {
        (row["area"], row["group"], row["measure"], row["period"], round(row["value"], 4))
        for row in published.panel("check")
    }
    assert found == {
        ("Gentofte", "ledige", "ledighedsprocent", "2021-12", 0.035),
        ("Østdanmark", "ledige", "ledighedsprocent", "2021-12", 0.046),
        ("Gentofte", "udfordringer_ud_over_ledighed", "fuldtidspersoner", "2020-01..2020-09", 633),
        ("Gentofte", "uddannelseshjaelp_samlet", "fuldtidspersoner", "2020-01..2020-09", 171),
        ("Hele landet", "ledige", "ledighedsprocent_faktisk", "2021-12", 0.024),
        ("Gentofte", "ledige", "ledighedsprocent_faktisk", "2021-12", 0.021),
        ("Hele landet", "ledige", "ledighedsprocent", "2021-12", 0.026),
    }


def test_scenario_figures_are_the_ministrys_forecast(published: Published) -> None:
    found = {(r["measure"], r["period"]): r for r in published.panel("scenario")}
    assert found["ledighedsprocent", "2021-12"]["value"] == pytest.approx(0.045, abs=1e-12)
    assert found["fuldtidspersoner", "2020"]["value"] == 147_000
    assert found["fuldtidspersoner", "2021"]["value"] == 138_000
    assert found["fuldtidspersoner", "2020"]["half_width"] == 500  # given in whole thousands
    assert {row["adjustment"] for row in found.values()} == {"seasonally-adjusted"}


def test_a_fit_sees_leaves_and_neither_sums_nor_the_future(
    published: Published, groups: Mapping[str, Group]
) -> None:
    panel = published.panel("fit")
    table = [row for row in panel if "maalgruppeoversigt" in str(row["source"])]
    assert {groups[str(row["group"])].kind for row in table} == {"leaf"}
    assert len(table) == 20 * 2 * 3 - 2  # two copied landsandele are suspect
    assert panel.frame["last"].max() == Window.month(2019, 12).last


def test_rates_carry_their_adjustment(published: Published) -> None:
    for role in Role:
        for row in published.panel(role):
            measure = Measure(str(row["measure"]))
            if measure in MEASURE_ADJUSTMENT:
                assert row["adjustment"] == MEASURE_ADJUSTMENT[measure]
    (known,) = rows_of(published.panel("fit"), area="Gentofte", group="ledige")
    assert (known["period"], known["adjustment"]) == ("2019-12", "seasonally-adjusted")
    assert "certainty M" in str(known["note"])


@pytest.mark.parametrize(
    ("group", "measure", "period", "value", "half"),
    [
        ("dagpenge", "landsandel", "2017", 0.0099, 0.00005),
        ("dagpenge", "fuldtidspersoner", "2017", 806, 0.5),
        ("foertidspension", "fuldtidspersoner", "2017", 1085, 0.5),
        ("i_alt", "andel_af_befolkning", "2018", 0.0849, 0.00005),
    ],
)
def test_measurement_sd_comes_from_the_last_digit(
    published: Published, group: str, measure: str, period: str, value: float, half: float
) -> None:
    (row,) = rows_of(
        published.panel("fit"), area="Gentofte", group=group, measure=measure, period=period
    )
    assert row["value"] == pytest.approx(value, rel=1e-12)
    assert row["half_width"] == pytest.approx(half, rel=1e-12)
    assert row["sd"] == pytest.approx(half / math.sqrt(3), rel=1e-12)


def test_counts_with_thousands_are_known_to_half_a_person(published: Published) -> None:
    (row,) = rows_of(
        published.panel("fit"),
        area="Hele landet",
        group="langtidsledige_dagpenge",
        period="2017",
    )
    assert (row["value"], row["half_width"], row["printed_text"]) == (12891, 0.5, "12.891")


def test_corrected_figures_use_the_right_value_and_say_so(published: Published) -> None:
    corrected = published.select(status=Status.CORRECTED)
    assert {figure.printed_text: str(figure.value) for figure in corrected} == {
        "900": "90",
        "2.200419,6262626": "2200",
        "1,25%": "1.39",
        "-25%": "-24",
    }
    assert all(figure.note for figure in corrected)
    (share,) = rows_of(
        published.panel("context"),
        group="langtidsledige_dagpenge",
        measure="landsandel",
        period="2019",
    )
    assert share["value"] == pytest.approx(0.0139, rel=1e-12)
    assert share["half_width"] == pytest.approx(0.00005, rel=1e-12)
    assert "2018 copied" in str(share["note"])


def test_artefacts_reach_no_panel(published: Published) -> None:
    texts = {str(row["printed_text"]) for role in Role for row in published.panel(role)}
    assert not texts & {"900", "2019,373737", "71720", "717205", "4 6", "."}


def test_an_unknown_role_is_named(published: Published) -> None:
    with pytest.raises(DataError, match=r"unknown role 'fitt' \(did you mean 'fit'\?\)"):
        published.panel("fitt")


def test_files_stay_as_carried(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf"), path.name
        assert b"\r" not in raw, path.name
        with path.open(encoding="utf-8", newline="") as lines:
            widths = {len(row) for row in csv.reader(lines)}
        assert len(widths) == 1, path.name


# --- one fault at a time --------------------------------------------------------------------------

TABLE = "maalgruppeoversigt.csv"
FIRST = "Fuldtidspersoner,Forsikrede ledige og midlertidige ordninger,Gentofte,2017,809,FTP,809"


def replaced(old: str, new: str, file: str = TABLE) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def removed(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


FAULTS = {
    "status": (
        replaced(",printed,1191,identity", ",prined,1191,identity"),
        r"maalgruppeoversigt\.csv row 2: unknown status 'prined' \(did you mean 'printed'\?\)",
    ),
    "role": (
        replaced(",printed,1191,identity", ",printed,1191,fitt"),
        r"maalgruppeoversigt\.csv row 2: unknown role 'fitt' \(did you mean 'fit'\?\)",
    ),
    "suspect in a fit": (
        replaced(",suspect,1202,context", ",suspect,1202,fit"),
        r"row \d+: role 'fit' on a figure of status 'suspect'; give it role 'context'",
    ),
    "artefact in a fit": (
        replaced(",artefact,1226,context", ",artefact,1226,fit"),
        "role 'fit' on a figure of status 'artefact'",
    ),
    "missing in a fit": (
        replaced(",missing,658,context", ",missing,658,fit", "tabel_04_ordinaere_loentimer.csv"),
        r"tabel_04_ordinaere_loentimer\.csv row 7: role 'fit' on a figure of status 'missing'",
    ),
    "a fit of what is not modelled": (
        replaced(",printed,972,context", ",printed,972,fit", "tabel_08_passivandel.csv"),
        "role 'fit' on 'Personer med ydelsesforløb over 12 mdr.' without entry in measure_labels",
    ),
    "group": (
        replaced(FIRST, FIRST.replace("Forsikrede", "Forsikerde")),
        r"row 2: unknown group 'Forsikerde.*did you mean 'Forsikrede ledige og midlertidige",
    ),
    "value": (
        replaced(FIRST, FIRST.replace(",809,FTP", ",8o9,FTP")),
        r"maalgruppeoversigt\.csv row 2: '8o9' is no number in plain format",
    ),
    "period": (
        replaced(FIRST, FIRST.replace("2017", "2017M13")),
        r"maalgruppeoversigt\.csv row 2: period: found '2017M13'",
    ),
    "column": (
        replaced("status,seed_line,role", "status,seed_line,rolle"),
        r"maalgruppeoversigt\.csv: column 'role' is missing; found document,",
    ),
    "cells": (
        replaced(FIRST, f"{FIRST},1"),
        r"maalgruppeoversigt\.csv row 2: found 14 cells under 13 columns",
    ),
    "empty": (
        lambda folder: (folder / TABLE).write_text("", encoding="utf-8"),
        r"maalgruppeoversigt\.csv: the file is empty",
    ),
    "encoding": (
        lambda folder: (folder / TABLE).write_bytes("Førtidspension".encode("latin-1")),
        r"maalgruppeoversigt\.csv: byte 1 is not UTF-8; save the file as 'CSV UTF-8'",
    ),
    "labels": (removed("measure_labels.csv"), r"measure_labels\.csv: cannot be read"),
    "measure of a label": (
        replaced(",landsandel,", ",landsanel,", "measure_labels.csv"),
        r"measure_labels\.csv row 3: unknown measure 'landsanel' \(did you mean 'landsandel'\?\)",
    ),
    "rate without adjustment": (
        replaced(",seasonally-adjusted,", ",,", "officielle_ledighedstal.csv"),
        r"officielle_ledighedstal\.csv row 11: a rate without adjustment",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_folder_is_refused_in_one_line(
    fault: str, folder: Path, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    broken = tmp_path / "published"
    shutil.copytree(folder, broken)
    change, message = FAULTS[fault]
    change(broken)
    with pytest.raises(DataError, match=message) as caught:
        load_published(broken, groups)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_named(groups: Mapping[str, Group], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder of published figures"):
        load_published(tmp_path / "nowhere", groups)
    with pytest.raises(DataError, match="cannot be read"):
        load_published(tmp_path, groups)


def test_two_values_for_one_fitted_figure_are_refused(
    folder: Path, groups: Mapping[str, Group], tmp_path: Path
) -> None:
    broken = tmp_path / "published"
    shutil.copytree(folder, broken)
    path = broken / "tabel_03_andel_offentlig_forsoergelse.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Gentofte,2018,8.49", "Gentofte,2017,8.49"), encoding="utf-8")
    with pytest.raises(DataError, match=r"two values for one figure: .*row 2.*row 3"):
        load_published(broken, groups).panel("fit")
