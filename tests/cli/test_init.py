"""``forecast init``."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.cli import main
from forecast.config import load_config


@pytest.mark.parametrize(
    ("name", "file", "area"),
    [
        ("Aarhus", "aarhus.toml", "Aarhus"),
        ("ærø", "aeroe.toml", "Ærø"),
        ("Aeroe", "aeroe.toml", "Ærø"),
        ("lyngby-taarbæk", "lyngby-taarbaek.toml", "Lyngby-Taarbæk"),
    ],
)
def test_init_writes_a_configuration_that_loads(
    runner: CliRunner, name: str, file: str, area: str
) -> None:
    result = runner.invoke(main, ["init", "--kommune", name])
    assert result.exit_code == 0
    assert f"forecast run {file}" in result.stdout
    assert load_config(Path(file)).area == area


def test_init_writes_where_it_is_asked_to(runner: CliRunner) -> None:
    assert runner.invoke(main, ["init", "--kommune", "Odense", "--out", "my.toml"]).exit_code == 0
    assert load_config(Path("my.toml")).area == "Odense"


def test_init_never_writes_over_a_file_unasked(runner: CliRunner) -> None:
    Path("odense.toml").write_text("mine", encoding="utf-8")
    result = runner.invoke(main, ["init", "--kommune", "Odense"])
    assert result.exit_code == 1
    assert "odense.toml: is there already" in result.stderr
    assert Path("odense.toml").read_text(encoding="utf-8") == "mine"
    assert runner.invoke(main, ["init", "--kommune", "Odense", "--force"]).exit_code == 0
    assert load_config(Path("odense.toml")).area == "Odense"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kommune", "Odence"], "did you mean 'Odense'"),
        (["--kommune", "Hele landet"], "is a country; expected one of the 98 municipalities"),
        (["--kommune", "Odense", "--out", "nowhere/a.toml"], "expected a file in a folder that"),
        (["--kommune", "Odense", "--out", ".", "--force"], "expected a file in a folder that"),
    ],
)
def test_init_that_cannot(runner: CliRunner, arguments: list[str], words: str) -> None:
    result = runner.invoke(main, ["init", *arguments])
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_full_disk_leaves_what_was_there(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("odense.toml").write_text("mine", encoding="utf-8")

    def write_text(self: Path, *given: object, **named: object) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", write_text)
        result = runner.invoke(main, ["init", "--kommune", "Odense", "--force"])
    assert result.exit_code == 1
    assert "the disk is full; make room" in result.stderr
    assert [path.name for path in Path().iterdir()] == ["odense.toml"]
    assert Path("odense.toml").read_text(encoding="utf-8") == "mine"
