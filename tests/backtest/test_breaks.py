"""Breaks of a level from the configuration to the tables of a backtest."""

from pathlib import Path

import numpy as np
import pytest

from forecast.config.backtest import backtest_config
from forecast.config.breaks import placed
from forecast.core.monthly import LevelBreak
from forecast.core.period import month_code
from forecast.errors import ConfigError
from forecast.run.backtest import run_backtest
from tests.backtest.runs import Listener, table
from tests.backtest.worlds import FIRST, MONTHS, ORIGINS, panel, values, write

FILE = Path("mine.toml")


def one(area: str = "Ny", group: str = "dagpenge", month: int = FIRST + 30) -> LevelBreak:
    return LevelBreak(area, group, month, "a reform")


def test_a_panel_takes_the_breaks_of_its_series() -> None:
    assert placed(panel(), (one(), one("Vest")), FILE).breaks == (one(), one("Vest"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (one(area="Nyt"), r"breaks\[1\]\.area: found 'Nyt', which has no series \(did .* 'Ny'\?\)"),
        (one(area="Land"), r"breaks\[1\]\.area: found 'Land', whose path is its own"),
        (one(group="dagpeng"), r"breaks\[1\]\.group: found 'dagpeng'.*expected one of land\.csv"),
        (one(month=FIRST), r"breaks\[1\]\.period: found 2018-01, expected .* 2018-02\.\.2022-06"),
        (one(month=FIRST + MONTHS), r"breaks\[1\]\.period: found 2022-07"),
    ],
)
def test_a_break_of_something_else_is_one_line(wrong: LevelBreak, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        placed(panel(), (one(), wrong), FILE)
    assert str(caught.value).startswith("mine.toml: ")
    assert "\n" not in str(caught.value)


def test_a_backtest_uses_a_break_from_its_month_on(tmp_path: Path) -> None:
    """Of three origins the second is the break's own month: the first knows nothing of it."""
    numbers, at = values(), ORIGINS[1] - FIRST
    numbers[1, 0, at:] = np.round(1.5 * numbers[1, 0, at:])
    numbers[0] = numbers[1:].sum(axis=0)
    own, areas = write(tmp_path, numbers)
    file = tmp_path / "mine.toml"
    file.write_text(
        f"""
        national = "Land"
        areas = "{areas.name}"
        horizon = 6
        given = "national"
        models = ["link"]
        draws = 100
        seed = 1
        [panel]
        path = "{own.name}"
        group = "dagpenge"
        [origins]
        months = {[month_code(origin) for origin in ORIGINS]}
        [[breaks]]
        area = "Ny"
        group = "dagpenge"
        period = "{month_code(ORIGINS[1])}"
        reason = "a reform"
        """,
        encoding="utf-8",
    )
    result = run_backtest(backtest_config(file), tmp_path / "out", "da", 1, Listener())
    notes = table(result, "notes.csv")
    told = notes[notes["detail"].str.contains("a reform")]
    assert list(told["origin"]) == [month_code(origin) for origin in ORIGINS[1:]]
    assert set(told["area"]) == {"Ny"}
    assert result.exit_code == 0
