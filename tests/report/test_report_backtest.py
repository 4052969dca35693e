"""The league table on the terminal."""

import re

import pandas as pd
import pytest

from forecast.report.backtest import LeagueData, league_text
from forecast.report.catalogue import Lang

NAN = float("nan")
ROW = {
    "model": "link",
    "scaled_crps": 0.0302,
    "ratio": 0.743,
    "low": 0.678,
    "high": 0.795,
    "coverage_80": 0.89,
    "coverage_95": 0.98,
    "sums_crps": 0.015,
    "sums_80": 0.81,
    "failed_series": 0,
    "exploded": 0,
}
REFERENCE = ROW | {"model": "seasonal_share", "ratio": 1.0, "low": 1.0, "high": 1.0}
BROKEN = dict.fromkeys(ROW, NAN) | {
    "model": "local_level_share",
    "failed_series": 1234,
    "exploded": 98765,
}


def text(lang: Lang = "da", **more: object) -> str:
    usual: dict[str, object] = {
        "file": "ledige.csv",
        "groups": ("ledige",),
        "origins": (2020 * 12, 2021 * 12 + 11),
        "horizon": 24,
        "given": "national",
        "leaves": 98,
        "sums": 18,
        "reference": "seasonal_share",
        "folder": "outputs/backtest-ledige",
        "ranking": pd.DataFrame([ROW, REFERENCE, BROKEN]),
        "errors": {},
    }
    return league_text(LeagueData(**(usual | more)), lang)  # type: ignore[arg-type]


def one_line(said: str) -> str:
    return " ".join(said.split())


def test_it_is_danish_by_default() -> None:
    said = one_line(text())
    assert said.startswith("Prøve på fortiden: ledige.csv =")
    assert "98 områder, ledige; 2 udgangspunkter, januar 2020 til december 2021;" in said
    assert "link 3,02 0,743 89 98 1,5 0 / 0 0,678-0,795 81" in said
    assert "seasonal_share 3,02 1,000 89 98 1,5 0 / 0 81" in said


def test_it_speaks_english() -> None:
    said = one_line(text("en"))
    assert said.startswith("Test on the past: ledige.csv =")
    assert "98 areas, ledige; 2 origins, January 2020 to December 2021;" in said
    assert "link 3.02 0.743 89 98 1.5 0 / 0 0.678-0.795 81" in said


def test_a_method_without_scores_has_dashes_and_its_mishaps() -> None:
    line = next(one for one in text().splitlines() if one.startswith("local_level_share"))
    assert line.split()[1:] == ["-", "-", "-", "-", "-", "1.234", "/", "98.765"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("national", "givet landets tal, som de blev"),
        ("free", "uden at kende landets tal"),
        ("officiel.csv", "givet fremskrivningen i officiel.csv"),
    ],
)
def test_it_says_what_was_known_of_the_nation(given: str, said: str) -> None:
    assert said in one_line(text(given=given))


def test_why_a_method_failed_is_said_once() -> None:
    errors = {("ets", 2020 * 12): "short", ("ets", 2021 * 12): "short", ("arima", 2020 * 12): "no"}
    said = one_line(text(errors=errors))
    assert "- ets kunne ikke regnes fra 2020-01 og 2021-01: short" in said
    assert said.count("ets kunne ikke") == 1
    assert "- arima kunne ikke regnes fra 2020-01: no" in said


@pytest.mark.parametrize("lang", ["da", "en"])
def test_nothing_is_wider_than_80_columns(lang: Lang) -> None:
    name = "fuldtidspersoner_i_beskæftigelsesindsatsen_fordelt_på_kommuner_og_ydelser" * 2 + ".csv"
    said = text(
        lang,
        file=name,
        given=f"landets_{name}",
        folder=f"/srv/beskæftigelsesudvalget/{name}",
        groups=tuple(f"uddannelseshjaelp_aktivitetsparate_{k}" for k in range(9)),
        errors={("ets_share", 2020 * 12): f"{name}: " + "fejl " * 30},
    )
    assert max(map(len, said.splitlines())) <= 80
    assert name in re.sub(r"\s", "", said)
    assert not re.search(r" $", said, re.MULTILINE)
