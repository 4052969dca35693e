"""Small made-up tables for the tests of the report: invented numbers, only their shape is real.

Tests get them through the fixtures `make_headline` and `make_report`, which are factories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import NormalDist

import pandas as pd
import pytest

from forecast.report.data import (
    COLUMNS,
    GroupLabel,
    HeadlineData,
    ReportData,
    ScenarioLabel,
    SourceNote,
)
from forecast.vocabulary import QUANTILE_LEVELS

AREAS = ("Gentofte", "Østdanmark", "Hele landet")
LEVELS = {"Gentofte": 0.029, "Østdanmark": 0.037, "Hele landet": 0.037}
SCENARIOS = (
    ScenarioLabel("free", "Fri fremskrivning", "Free forecast"),
    ScenarioLabel("oer-2020-08", "Opdigtet redegørelse", "Made-up statement"),
)
GROUPS = (
    GroupLabel("forsikrede_ledige", "Forsikrede ledige", "Insured unemployed", 0),
    GroupLabel("dagpenge", "Dagpengemodtagere", "Recipients of dagpenge", 1),
    GroupLabel("fleksjob", "Fleksjob", "Flex-jobs", 0),
    GroupLabel("i_alt", "I alt", "Total", 0),
    GroupLabel("ledige", "Ledige", "Unemployed", 0),
)
SIZES = {"forsikrede_ledige": 1861.0, "dagpenge": 1861.0, "fleksjob": 386.0, "i_alt": 2247.0}


def _fan(keys: dict[str, object], middle: float, spread: float, basis: str) -> list[dict]:
    row = {**keys, "unit": "andel" if middle < 1 else "fuldtidspersoner", "basis": basis}
    rows = [{**row, "output_type": "median", "output_type_id": "", "value": middle}]
    for level in QUANTILE_LEVELS:
        value = middle * (1 + spread * NormalDist().inv_cdf(level))
        rows.append({**row, "output_type": "quantile", "output_type_id": level, "value": value})
    return rows


def projections() -> pd.DataFrame:
    """Rates by month and year and full-time persons by year, for two scenarios."""
    rows: list[dict] = []
    for number, scenario in enumerate(SCENARIOS):
        for area in AREAS:
            keys = {"scenario": scenario.id, "area": area, "group": "ledige"}
            keys["measure"] = "ledighedsprocent"
            for year in (2017, 2018, 2019):
                rows += _fan({**keys, "period": str(year)}, LEVELS[area], 0.01, "data")
            for month in range(36):
                pinned = number == 1 and month == 23 and area == "Hele landet"
                period = f"{2020 + month // 12}-{month % 12 + 1:02d}"
                middle = 0.045 if pinned else LEVELS[area] * (1 + 0.008 * min(month, 24))
                spread = 0.0 if pinned else 0.02 * (month + 1) ** 0.5
                rows += _fan(
                    {**keys, "period": period}, middle, spread, "pinned" if pinned else "data"
                )
        for group, size in SIZES.items():
            keys = {"scenario": scenario.id, "area": "Gentofte", "group": group}
            keys["measure"] = "fuldtidspersoner"
            rows.append(
                {
                    **keys,
                    "period": "2019",
                    "output_type": "mean",
                    "output_type_id": "",
                    "value": size,
                    "unit": "fuldtidspersoner",
                    "basis": "observed",
                }
            )
            for year in (2020, 2021, 2022):
                basis = "prior-only" if group == "fleksjob" else "data"
                rows += _fan({**keys, "period": str(year)}, size * 1.1, 0.05, basis)
    return pd.DataFrame(rows, columns=list(COLUMNS["projections"]))


def overview() -> pd.DataFrame:
    """Three published years of four groups; one change is a misprint, one figure is missing."""
    rows = []
    for group, size in SIZES.items():
        texts = {
            ("fuldtidspersoner", "2017"): f"{size:,.0f}".replace(",", "."),
            ("fuldtidspersoner", "2018"): f"{size:,.0f}".replace(",", "."),
            ("fuldtidspersoner", "2019"): f"{size:,.0f}".replace(",", "."),
            ("landsandel", "2017"): "0,99%",
            ("landsandel", "2018"): "1,03%",
            ("landsandel", "2019"): "1,07%",
            ("aendring", "2017/2018"): "-2,4%" if group == "fleksjob" else "0,0%",
            ("aendring", "2018/2019"): "0,0%",
        }
        for (measure, period), text in texts.items():
            wrong = text == "-2,4%"
            missing = group == "dagpenge" and (measure, period) == ("landsandel", "2017")
            number = float(text.strip("%").replace(".", "").replace(",", "."))
            rows.append(
                {
                    "area": "Gentofte",
                    "group": group,
                    "measure": measure,
                    "period": period,
                    "output_type": "mean",
                    "output_type_id": "",
                    "basis": "observed",
                    "value": float("nan") if missing else number / (100 if "%" in text else 1),
                    "unit": "fuldtidspersoner" if measure == "fuldtidspersoner" else "andel",
                    "printed_text": "." if missing else text,
                    "verdict": "wrong" if wrong else "exact",
                    "note": "made up: is -2,2 %" if wrong else "",
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS["overview"]))


def published() -> pd.DataFrame:
    """The figures of an invented office."""
    keys = {"group": "ledige", "measure": "ledighedsprocent", "period": "2021-12", "unit": "andel"}
    values = {"Gentofte": 0.035, "Østdanmark": 0.046, "Hele landet": 0.045}
    return pd.DataFrame(
        [{**keys, "area": area, "value": size, "source": "STAR"} for area, size in values.items()]
    )


def decomposition() -> pd.DataFrame:
    """Factors that multiply to 3,5 per cent."""
    factors = {"national": 0.045, "base_share": 0.783783, "elasticity": 0.9876543, "drift": 1.0051}
    product = 1.0
    for size in factors.values():
        product *= size
    return pd.DataFrame(
        [
            {"scenario": "oer-2020-08", "area": "Gentofte", "factor": name, "value": size}
            for name, size in {**factors, "result": product}.items()
        ]
    )


def findings() -> pd.DataFrame:
    """One figure inside its interval and one outside."""
    head = "Gentofte / fleksjob / 2020-01..2020-09"
    return pd.DataFrame(
        [
            (head, 633.0, 0.31, 590.0, 655.0, 725.0, 135.0, ""),
            ("Opdigtet", 171.0, 0.97, 120.0, 140.0, 160.0, 40.0, "made-up note"),
        ],
        columns=list(COLUMNS["findings"]),
    )


def prior_shift() -> pd.DataFrame:
    """One rate before and after the data."""
    return pd.DataFrame(
        [("Gentofte / 2021-12", 0.034, 0.02, 0.059, 0.035, 0.031, 0.039, 0.31, 0.35)],
        columns=list(COLUMNS["prior_shift"]),
    )


def diagnostics() -> pd.DataFrame:
    """Three checks, one of which fails, and one that only informs."""
    return pd.DataFrame(
        [
            ("R-hat", "drift", 1.0034, 1.01, "pass", ""),
            ("ESS", "level", 1234.5, 400.0, "pass", ""),
            ("divergences", "", 2, 0, "fail", "made-up note"),
            ("seconds", "", 12.3, None, "info", ""),
        ],
        columns=list(COLUMNS["diagnostics"]),
    )


def headline_data(**changes: object) -> HeadlineData:
    """A made-up headline; keyword arguments replace its parts."""
    data = HeadlineData(
        area="Gentofte",
        areas=AREAS,
        scenarios=SCENARIOS,
        main_scenario="oer-2020-08",
        period="2021-12",
        base_period="2019",
        years=(2019, 2020, 2021, 2022),
        groups=GROUPS,
        projections=projections(),
        published=published(),
        decomposition=decomposition(),
        findings=findings(),
        prior_shift=prior_shift(),
        diagnostics=diagnostics(),
        report_path="outputs/made-up/report.html",
    )
    return replace(data, **changes)  # type: ignore[arg-type]


def report_data(**changes: object) -> ReportData:
    """A made-up report; keyword arguments replace its parts."""
    data = ReportData(
        headline=headline_data(),
        overview=overview(),
        table_rows=("forsikrede_ledige", "dagpenge", "fleksjob", "i_alt"),
        sources=(SourceNote("Opdigtet kilde", "made up for a test"),),
        run=(("version", "0.0"), ("seed", "1")),
    )
    return replace(data, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_headline() -> Callable[..., HeadlineData]:
    return headline_data


@pytest.fixture(scope="session")
def make_report() -> Callable[..., ReportData]:
    return report_data
