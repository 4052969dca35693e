"""What cannot be backtested is refused in one line, before any work."""

from pathlib import Path

import numpy as np
import pytest

from forecast.core.period import month_code, parse_month
from forecast.errors import ConfigError, DataError, OutputError
from forecast.run import backtest_work as work
from forecast.run.backtest import default_origins, make_plan
from tests.backtest.runs import (
    CODES,
    Listener,
    backtest,
    backtest_file,
    rows_of,
    settings,
    standings,
    table,
)
from tests.backtest.worlds import FIRST, ORIGINS, values, write


@pytest.fixture
def idle(here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where work begins."""

    def never(*given: object) -> None:
        raise AssertionError(f"work began: {given}")

    monkeypatch.setattr(work, "run", never)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (("naive", "nayve"), r"method 'nayve': not found \(did you mean 'naive'\?\)"),
        (("naive", "stack"), r"found 'stack', which is made of the others; leave it out"),
        (("seasonal_share", "seasonal_naive_share"), r"models\[1\].*twice, as seasonal_share"),
    ],
)
def test_names_of_methods(models: tuple[str, ...], said: str, idle: None, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        backtest(tmp_path, models=models)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_synonym_is_the_method_it_stands_for(here: None, tmp_path: Path) -> None:
    result = backtest(tmp_path, models=("seasonal_naive_share", "naive_share"))
    assert set(standings(result).index) == {"seasonal_share", "naive_share", "stack"}


def test_a_published_path_without_every_month(idle: None, tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    rows = [f"{CODES[0]},{month_code(ORIGINS[0] + k)},3000" for k in range(1, 13)]
    path.write_text("published,period,value\n" + "\n".join(rows), encoding="utf-8")
    missing = month_code(ORIGINS[0] + 13)
    with pytest.raises(DataError, match=rf"published\.csv: .* no value of i_alt in {missing}"):
        backtest(tmp_path, given=path)


def test_a_nation_with_a_gap_ahead(idle: None, tmp_path: Path) -> None:
    numbers = values()
    numbers[0, 0, -3] = float("nan")
    with pytest.raises(DataError, match=r"land\.csv: Land, i_alt, 2022-04 is missing.*--free"):
        make_plan(settings(*write(tmp_path, numbers)))


def first_months(folder: Path, months: int) -> tuple[Path, Path]:
    """Files of the small country that end early."""
    own, areas = write(folder)
    end = month_code(FIRST + months).replace("-", "M")
    head, *rest = rows_of(own)
    kept = [row for row in rest if row.split(";")[1] < end]
    own.write_text("\n".join([head, *kept]), encoding="utf-8")
    return own, areas


def test_a_panel_without_any_origin_is_refused_with_its_row(idle: None, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"land\.csv row 25: the figures end in 2019-12 after 24 months, expected"
    ):
        backtest_file(*first_months(tmp_path, 24), origins=None)


def test_a_panel_too_short_for_the_horizon_is_told_with_its_row(here: None, tmp_path: Path) -> None:
    listener = Listener()
    files = first_months(tmp_path, 30)
    result = backtest_file(*files, listener, origins=None, models=("naive",), horizon=24)
    assert listener.lines == [
        "land.csv row 31: the figures end in 2020-06, so that of 24 months not all are scored: "
        "origin 2019-12 on 6"
    ]
    assert result.exit_code == 0
    assert [(done, total) for done, total, _ in listener.told] == [(1, 1)]


def test_a_folder_that_is_no_run(idle: None, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(OutputError, match=r"out: holds files but no manifest\.json"):
        backtest(tmp_path)


def test_default_origins_begin_where_something_was_known() -> None:
    months = np.arange(FIRST, FIRST + 54)
    assert min(default_origins(months)) == FIRST + 23
    assert min(default_origins(months, FIRST + 31)) == FIRST + 32
    assert default_origins(months[:26], FIRST + 25) == (FIRST + 24,)


def test_a_panel_with_releases_is_backtested_from_the_first_on(here: None, tmp_path: Path) -> None:
    own, areas = write(tmp_path, danish=False)
    head, *rest = rows_of(own)
    rows = [f"{head},as_of"]
    for row in rest:  # a month late, and the first half of the panel in one release
        known = max(parse_month(row.split(",")[1]) + 1, FIRST + 27)
        rows.append(f"{row},{month_code(known)}-15")
    own.write_text("\n".join(rows), encoding="utf-8")
    result = backtest_file(own, areas, origins=None, models=("naive_share",))
    assert min(table(result, "backtest.csv")["origin"]) >= "2020-04"
