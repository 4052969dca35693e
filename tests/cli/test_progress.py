"""Progress on stderr."""

import io

import pytest
from rich.console import Console

from forecast.cli.progress import Progress, Silent, Terminal


def test_terminal_names_each_stage_when_it_is_done() -> None:
    stream = io.StringIO()
    progress: Progress = Terminal(Console(file=stream, highlight=False))
    with progress.stage("model [link]"):
        pass
    assert "model [link] 0.0 s" in stream.getvalue()


def test_failed_stage_is_not_reported_as_done() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="broken"), Terminal(Console(file=stream)).stage("model"):
        raise ValueError("broken")
    assert "model" not in stream.getvalue()


def test_silent_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Silent().stage("model"):
        pass
    assert capsys.readouterr() == ("", "")
