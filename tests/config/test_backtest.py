"""The configuration of a backtest, and one line for each thing that is wrong in one.

Each file in ``broken_backtest/`` has one fault, and its first line the words that the message must
have.
"""

import shutil
from pathlib import Path

import pytest

from forecast.config import bundled
from forecast.config.backtest import BacktestConfig, load_backtest_config
from forecast.core.monthly import LevelBreak
from forecast.errors import ConfigError

BROKEN = sorted((Path(__file__).parent / "broken_backtest").glob("*.toml"))

GOOD = """
national = "Hele landet"
horizon = 12
given = "free"
models = ["link", "seasonal_share"]
draws = 500
seed = 7

[panel]
path = "panel.csv"

[origins]
months = ["2023-01", "2023M07"]
"""


def read(folder: Path, text: str) -> BacktestConfig:
    """Load a configuration that lies beside a panel."""
    (folder / "panel.csv").touch()
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return load_backtest_config(folder / "mine.toml")


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_one_fault_gives_one_line_with_file_key_and_cure(path: Path, tmp_path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expected: ")
    (tmp_path / "panel.csv").touch()
    file = Path(shutil.copy(path, tmp_path))
    with pytest.raises(ConfigError, match=r"\.toml: ") as caught:
        load_backtest_config(file)
    message = str(caught.value)
    assert expected in message
    assert "\n" not in message
    assert message.startswith(str(file))


def test_there_are_broken_files() -> None:
    assert len(BROKEN) > 30


def test_the_good_file_of_the_broken_ones_is_good(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert (config.stem, config.national, config.horizon) == ("mine", "Hele landet", 12)
    assert config.panel.path == tmp_path / "panel.csv"
    assert config.origins == (2023 * 12, 2023 * 12 + 6)
    assert (config.window, config.given) == (None, "free")
    assert (config.groups, config.areas) == (None, None)
    assert config.models == ("link", "seasonal_share")
    assert (config.draws, config.seed) == (500, 7)


def test_origins_from_one_to_another(tmp_path: Path) -> None:
    months = 'months = ["2023-01", "2023M07"]'
    span = 'first = "2022-12"\nlast = "2023-07"\nstep = 3'
    assert read(tmp_path, GOOD.replace(months, span)).origins == (
        2022 * 12 + 11,
        2023 * 12 + 2,
        2023 * 12 + 5,
    )
    one = 'first = "2022-12"\nlast = "2022-12"'
    assert read(tmp_path, GOOD.replace(months, one)).origins == (2022 * 12 + 11,)


def test_a_sliding_window_is_a_number_of_months(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace("draws", "window = 60\ndraws")).window == 60


def test_files_are_named_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "landet.csv").touch()
    (tmp_path / "omraader.csv").touch()
    text = GOOD.replace('"free"', '"landet.csv"').replace("draws", 'areas = "omraader.csv"\ndraws')
    config = read(tmp_path, text)
    assert config.given == tmp_path / "landet.csv"
    assert config.areas == tmp_path / "omraader.csv"


def test_areas_and_groups_of_ones_own_are_found(tmp_path: Path) -> None:
    shutil.copy(bundled("configs/areas.toml"), tmp_path)
    config = read(tmp_path, GOOD)
    assert config.sources["areas.toml"] == tmp_path / "areas.toml"
    assert config.sources["groups.toml"] == bundled("configs/groups.toml")
    assert config.sources["mine.toml"] == tmp_path / "mine.toml"


def test_all_municipalities_lack_only_the_users_figures(tmp_path: Path) -> None:
    file = bundled("configs/kommuner.toml")
    with pytest.raises(ConfigError, match=r"panel\.path: .*kommuner\.csv does not exist"):
        load_backtest_config(file)
    config = load_backtest_config(file, panel=tmp_path / "mine.csv")
    assert config.panel.path == tmp_path / "mine.csv"
    assert (config.national, config.areas) == ("Hele landet", None)
    assert len(config.origins) == 8


BREAKS = """
[[breaks]]
area = "Ny"
group = "dagpenge"
period = "2023M02"
reason = "another register"

[[breaks]]
area = "Ny"
group = "dagpenge"
period = "2023-05"
reason = "a reform"
sd = 0.1
unit = "log"
"""


def test_breaks_are_read_with_month_and_reason(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).breaks == ()
    assert read(tmp_path, GOOD + BREAKS).breaks == (
        LevelBreak("Ny", "dagpenge", 2023 * 12 + 1, "another register"),
        LevelBreak("Ny", "dagpenge", 2023 * 12 + 4, "a reform", 0.1),
    )
