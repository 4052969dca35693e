"""``forecast data check``."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.cli import main
from forecast.config import bundled

FIGURES = "area,group,measure,period,value,unit,adjustment\n"
ROW = "Gentofte,dagpenge,fuldtidspersoner,2020-01,{value},FTP,actual\n"


def own(value: str, number_format: str = "") -> None:
    """A configuration with a file of its own figures and none of the published ones."""
    Path("mine.csv").write_text(FIGURES + ROW.format(value=value), encoding="utf-8")
    shutil.copy(bundled("configs/gentofte.toml"), "mine.toml")
    text = Path("mine.toml").read_text(encoding="utf-8")
    text = text.replace("published = true", "published = false")
    text += f'[[data.figures]]\npath = "mine.csv"\n{number_format}\n'
    Path("mine.toml").write_text(text, encoding="utf-8")


def test_published_figures_by_role_and_verdict(runner: CliRunner) -> None:
    result = runner.invoke(main, ["data", "check", "--lang", "en"])
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "331 recomputations 193 exact agree 126 rounding agree within rounding" in words
    assert "12 wrong misprints" in words


def test_own_figures_alone(runner: CliRunner) -> None:
    own("1.036", 'format = "danish"')
    result = runner.invoke(main, ["data", "check", "mine.toml", "--lang", "en"])
    assert result.exit_code == 0
    assert " ".join(result.stdout.split()).startswith("1 figures in all 1 fit enter the model")


@pytest.mark.parametrize(("value", "words"), [("1.036", "'1.036' may be"), ("mange", "'mange'")])
def test_number_in_doubt_is_one_line(runner: CliRunner, value: str, words: str) -> None:
    own(value)
    result = runner.invoke(main, ["data", "check", "mine.toml"])
    assert result.exit_code == 1
    assert "mine.csv" in result.stderr
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_missing_configuration(runner: CliRunner) -> None:
    result = runner.invoke(main, ["data", "check", "nowhere.toml"])
    assert result.exit_code == 1
    assert result.stderr == "Error: nowhere.toml: no such file\n"
