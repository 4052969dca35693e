"""Every command: its help, what it hands to the stages, and how it ends."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner

from forecast.cli import COMMANDS, main
from forecast.config import build_tree
from forecast.errors import ConfigError, OutputError


@dataclass(frozen=True)
class Answer:
    """What a stage returns."""

    exit_code: int = 0
    terminal_text: str = "Ledigheden ultimo 2021"
    folder: Path | None = None


Stages = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    """Stages that note what they were given and answer at once."""
    calls: Stages = {}
    fake = ModuleType("forecast.run")

    def stage(name: str) -> Callable[..., Answer]:
        def answer(*given: object) -> Answer:
            calls.setdefault(name, []).append(given)
            return Answer()

        return answer

    for name in ("run_all", "run_fit", "run_project", "run_diagnose"):
        setattr(fake, name, stage(name))
    monkeypatch.setitem(sys.modules, "forecast.run", fake)
    return calls


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make ``forecast run`` fail."""
    fake = ModuleType("forecast.run")

    def run_all(*given: object) -> Answer:
        raise error

    fake.run_all = run_all  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "forecast.run", fake)


def all_commands() -> list[tuple[str, ...]]:
    """Every command and subcommand."""
    context = click.Context(main)
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.commands]
    return found


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    _, _, example = result.stdout.partition("Example")
    assert f"forecast {' '.join(command)}" in example


def test_help_lists_the_commands_in_order() -> None:
    result = CliRunner().invoke(main, ["--help"])
    places = [result.stdout.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_version() -> None:
    from forecast import __version__

    assert __version__ in CliRunner().invoke(main, ["--version"]).stdout


def test_run_hands_over_what_was_asked(runner: CliRunner, stages: Stages) -> None:
    result = runner.invoke(main, ["run"])
    assert (result.exit_code, result.stdout) == (0, "Ledigheden ultimo 2021\n")
    assert stages["run_all"][0][:5] == (None, None, (), None, "da")
    given = ["my.toml", "--out", "o", "--scenario", "free", "--scenario", "b", "--seed", "7"]
    assert runner.invoke(main, ["run", *given, "--lang", "en"]).exit_code == 0
    assert stages["run_all"][1][:5] == (Path("my.toml"), Path("o"), ("free", "b"), 7, "en")


def test_fit_and_diagnose_hand_over_what_was_asked(runner: CliRunner, stages: Stages) -> None:
    assert runner.invoke(main, ["fit", "my.toml", "--out", "o"]).exit_code == 0
    assert stages["run_fit"][0][:4] == (Path("my.toml"), Path("o"), None, "da")
    assert runner.invoke(main, ["diagnose", "o"]).exit_code == 0
    assert stages["run_diagnose"] == [(Path("o"), "da")]


def test_project_hands_over_scenarios_and_what_is_set(runner: CliRunner, stages: Stages) -> None:
    told = "hele-landet.ledighedsprocent@ultimo 2021=4,5 pct."
    result = runner.invoke(main, ["project", "o", "--scenario", "free", "--set", told])
    assert result.exit_code == 0
    folder, scenarios, settings, out, lang, _ = stages["run_project"][0]
    assert (folder, scenarios, out, lang) == (Path("o"), ("free",), None, "da")
    pins = settings(build_tree())
    assert [(p.area, p.window.code, p.value) for p in pins] == [("Hele landet", "2021-12", 0.045)]
    assert runner.invoke(main, ["project", "o"]).exit_code == 0
    assert stages["run_project"][1][2] is None


def test_failed_check_is_exit_code_3(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("forecast.run")
    fake.run_diagnose = lambda *_: Answer(exit_code=3)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "forecast.run", fake)
    result = runner.invoke(main, ["diagnose", "o"])
    assert (result.exit_code, result.stdout) == (3, "Ledigheden ultimo 2021\n")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConfigError("my.toml: area: unknown\narea"), "my.toml: area: unknown area"),
        (OutputError("out: not a run"), "out: not a run"),
        (KeyboardInterrupt(), "Afbrudt (Ctrl-C)"),
        (OSError(28, "No space left on device", "draws.nc"), "draws.nc: the disk is full"),
        (PermissionError(13, "Permission denied", "outputs"), "outputs: no permission"),
        (OSError(5, "Input/output error", "a.csv"), "a.csv: Input/output error"),
        (OSError("the library says no more"), "the library says no more"),
    ],
)
def test_error_is_one_line_on_stderr_and_exit_code_1(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    failing(monkeypatch, error)
    result = runner.invoke(main, ["run"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_fault_of_the_program_keeps_its_traceback(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, ZeroDivisionError("a fault"))
    assert isinstance(runner.invoke(main, ["run"]).exception, ZeroDivisionError)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["run", "--lang", "sv"],
        ["run", "--seed", "-1"],
        ["project"],
        ["init"],
    ],
)
def test_wrong_usage_is_exit_code_2(runner: CliRunner, arguments: list[str]) -> None:
    result = runner.invoke(main, arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
