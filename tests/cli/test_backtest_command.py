"""``forecast backtest``: what is wrong usage, what it is told, and how it tells of its progress."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from rich.console import Console

from forecast.cli import main
from forecast.cli.progress import Tasks
from forecast.config.backtest import BacktestConfig
from forecast.run import backtest as stage
from tests.backtest.worlds import write


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give a configuration, or a panel with --panel FILE"),
        (["--panel", "land.csv", "--free", "--given-national"], "give only one of --given FILE"),
        (["--panel", "land.csv", "--free", "--given", "x.csv"], "give only one of --given FILE"),
        (["--panel", "land.csv", "--models", " , "], "'--models': nothing is named"),
        (["--panel", "land.csv", "--origins", ""], "'--origins': nothing is named"),
        (["--panel", "land.csv", "--groups", ""], "'--groups': nothing is named"),
        (["--panel", "land.csv", "--workers", "0"], "'--workers'"),
        (["--panel", "land.csv", "--horizon", "0"], "'--horizon'"),
        (["--panel", "land.csv", "--window", "23"], "'--window'"),
        (["--panel", "land.csv", "--draws", "99"], "'--draws'"),
        (["--panel", "land.csv", "--format", "dansk"], "'--format'"),
    ],
)
def test_wrong_usage_exits_with_2(words: list[str], said: str, runner: CliRunner) -> None:
    write(Path())
    result = runner.invoke(main, ["backtest", *words])
    assert result.exit_code == 2, result.output
    assert said in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--panel", "lan.csv"], "--panel: lan.csv does not exist; check the path"),
        (["--panel", "land.csv", "--areas", "x.csv"], "--areas: x.csv does not exist"),
        (["--panel", "land.csv", "--given", "x.csv"], "--given: x.csv does not exist"),
        (["--panel", "land.csv", "--models", "naive,naive"], "'naive' is there twice"),
        (["--panel", "land.csv", "--origins", "2020-13"], "--origins[0]"),
        (["--panel", "land.csv", "--origins", "2020-02,2020-01"], "expected rising months"),
        (["nowhere.toml"], "nowhere.toml: no such file"),
    ],
)
def test_what_cannot_be_used_is_one_line(words: list[str], said: str, runner: CliRunner) -> None:
    write(Path())
    result = runner.invoke(main, ["backtest", *words])
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr


def test_options_go_before_what_is_usual(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[BacktestConfig, Path | None, str, int]] = []

    def noted(
        config: BacktestConfig, out: Path | None, lang: str, workers: int, teller: Tasks
    ) -> SimpleNamespace:
        asked.append((config, out, lang, workers))
        return SimpleNamespace(exit_code=3, terminal_text="the league")

    monkeypatch.setattr(stage, "run_backtest", noted)
    write(Path())
    words = [
        "--horizon",
        "9",
        "--window",
        "36",
        "--free",
        "--models",
        "naive, drift",
        "--seed",
        "4",
    ]
    words += ["--groups", "dagpenge,kontanthjaelp", "--workers", "3", "--lang", "en", "--out", "ud"]
    result = runner.invoke(main, ["backtest", "--panel", "land.csv", *words])
    assert (result.exit_code, result.stdout) == (3, "the league\n")
    ((config, out, lang, workers),) = asked
    assert (config.horizon, config.window, config.given, config.seed) == (9, 36, "free", 4)
    assert (config.models, config.groups) == (("naive", "drift"), ("dagpenge", "kontanthjaelp"))
    assert (out, lang, workers) == (Path("ud"), "en", 3)
    for kind, words in (
        ("national", ["--given-national"]),
        (Path("land.csv"), ["--given", "land.csv"]),
    ):
        runner.invoke(main, ["backtest", "--panel", "land.csv", *words])
        assert asked[-1][0].given == kind


def test_help_reads_well_in_80_columns(runner: CliRunner) -> None:
    result = runner.invoke(main, ["backtest", "--help"], terminal_width=80)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "  forecast backtest --panel ledige.csv\n" in result.stdout


def told(lang: str, *, terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=80, highlight=False)
    with Tasks(lang, console) as teller:
        teller.say("fil [bold]:smile:.csv row 7: a gap " + "long " * 30)
        for done, left in enumerate((None, 200.0, 80.0, 0.2), start=1):
            teller.tell(done, 4, left)
    return stream.getvalue()


def test_progress_without_a_terminal_is_lines() -> None:
    assert told("da", terminal=False).splitlines()[1:] == [
        "1/4 beregner tiden, der er tilbage",
        "2/4 ca. 3 min. tilbage",
        "3/4 ca. 80 s tilbage",
        "4/4 ca. 0 s tilbage",
    ]
    assert "2/4 about 3 min. left" in told("en", terminal=False)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_line_is_written_as_it_is_on_one_line(terminal: bool) -> None:
    assert "fil [bold]:smile:.csv row 7: a gap " + "long " * 29 in told("da", terminal=terminal)


def test_many_tasks_are_told_a_tenth_at_a_time() -> None:
    stream = io.StringIO()
    with Tasks("da", Console(file=stream, highlight=False)) as teller:
        for done in range(1, 101):
            teller.tell(done, 100, 1.0)
    assert len(stream.getvalue().splitlines()) == 10
