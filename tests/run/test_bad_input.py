"""Bad input, disks that fill and Ctrl-C: one line, exit code 1, nothing half-written."""

import errno
import os
import resource
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import arviz as az
import numpy as np
import pytest

from forecast.models import link
from forecast.run import Fit, commands, writing
from tests.run.conftest import Run, forecast, refused

HEADER = "area;group;measure;period;value;unit"
ROW = "Gentofte;sygedagpenge;fuldtidspersoner;2018;640;FTP"
Figures = Callable[..., Path]


@pytest.fixture
def figures(small_config: Path, tmp_path: Path) -> Figures:
    """A configuration with a file of figures of its own."""

    def write(*rows: str, fmt: str = 'format = "danish"', header: str = HEADER) -> Path:
        folder = tmp_path / "own"
        folder.mkdir()
        text = small_config.read_text(encoding="utf-8")
        added = f'\n[[data.figures]]\npath = "tal.csv"\n{fmt}\n'
        (folder / "egen.toml").write_text(text + added, encoding="utf-8")
        (folder / "tal.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return folder / "egen.toml"

    return write


def untouched(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What lies in a folder and beside it."""
    files = sorted(p for p in folder.parent.rglob("*") if p.is_file())
    return {
        str(p.relative_to(folder.parent)): (p.stat().st_mtime_ns, p.read_bytes()) for p in files
    }


def test_configuration_that_is_not_there(tmp_path: Path) -> None:
    result = forecast("run", tmp_path / "gentofte.toml", "--out", tmp_path / "o")
    refused(result, "gentofte.toml", "no such file")
    assert list(tmp_path.iterdir()) == []


def test_unknown_key_names_the_nearest(small_config: Path, tmp_path: Path) -> None:
    text = small_config.read_text(encoding="utf-8").replace("headline =", "hedline =")
    config = tmp_path / "fejl.toml"
    config.write_text(text, encoding="utf-8")
    refused(forecast("run", config), "fejl.toml", "hedline", "headline")


def test_unknown_scenario_names_the_nearest(small_config: Path, tmp_path: Path) -> None:
    result = forecast("run", small_config, "--scenario", "oer-2020-8", "--out", tmp_path / "o")
    refused(result, "oer-2020-8", "oer-2020-08")


@pytest.mark.parametrize(
    ("rows", "fmt", "words"),
    [
        ([ROW.replace("sygedagpenge", "sygedagpeng")], "", ("sygedagpeng", "sygedagpenge")),
        ([ROW.replace("FTP", "")], "", ("unit",)),
        ([ROW.replace("640", "1.036")], "", ("1.036", "format")),
        (
            ["Gentofte;sygedagpenge;landsandel;2018;101;pct."],
            "",
            ("share", "1"),
        ),
        ([ROW, ROW.replace("640", "700")], "", ("two values", "640", "700")),
        ([ROW.replace("Gentofte", "Gentoffte")], "", ("Gentoffte", "Gentofte")),
        ([ROW.replace("2018", "2018-13")], "", ("2018-13",)),
        ([], "", ("no rows",)),
    ],
    ids=[
        "unknown-group",
        "no-unit",
        "unknown-format",
        "share-above-1",
        "two-values",
        "unknown-area",
        "no-period",
        "no-rows",
    ],
)
def test_figures_that_cannot_be_used(
    figures: Figures, tmp_path: Path, rows: list[str], fmt: str, words: tuple[str, ...]
) -> None:
    result = forecast("run", figures(*rows, fmt=fmt), "--out", tmp_path / "o")
    refused(result, "tal.csv", *words)
    assert not (tmp_path / "o").exists()


def test_what_is_set_without_unit(run: Run) -> None:
    told = "Hele landet.ledighedsprocent@ultimo 2021=4,5"
    refused(forecast("project", run.folder, "--set", told), "without a unit")


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("ultimo 2024", ("found 2024-12, but the run ends with 2022-12",)),
        ("2019", ("found 2019, but the data end with 2019-12",)),
    ],
)
def test_what_is_set_outside_the_run(
    run: Run, tmp_path: Path, period: str, words: tuple[str, ...]
) -> None:
    told = f"Hele landet.ledighedsprocent@{period}=4,5 pct."
    result = forecast("project", run.folder, "--set", told, "--out", tmp_path / "o")
    refused(result, *words)
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("command", ["run", "fit"])
def test_place_below_a_file_cannot_be_written(
    small_config: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").touch()
    refused(forecast(command, small_config, "--out", tmp_path / "file" / "o"), "cannot be written")
    refused(forecast(command, small_config, "--out", tmp_path / "file"), "is a file")
    assert (tmp_path / "file").stat().st_size == 0


def test_folder_without_permission(
    small_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the administrator may write everywhere, so the system's answer is given for it
    may = os.access

    def access(path: Path, mode: int) -> bool:
        return Path(path) != tmp_path and may(path, mode)

    monkeypatch.setattr(os, "access", access)
    refused(forecast("run", small_config, "--out", tmp_path / "o"), "no permission")


def test_folder_that_is_no_run_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    for arguments in (("run", run.config), ("fit", run.config), ("project", run.folder)):
        result = forecast(*arguments, "--out", tmp_path)
        refused(result, "manifest.json", "not the folder of a run")
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_folder_without_posterior(tmp_path: Path) -> None:
    for command in ("project", "diagnose"):
        refused(forecast(command, tmp_path), "posterior.nc", "no such file", "forecast fit")


@pytest.mark.parametrize("spoil", ["garbage", "cut", "empty"])
@pytest.mark.parametrize("command", ["project", "diagnose"])
def test_posterior_that_is_garbage(copy: Path, command: str, spoil: str) -> None:
    path = copy / "posterior.nc"
    content = path.read_bytes()
    garbage = np.random.default_rng(1).bytes(3000)
    path.write_bytes({"garbage": garbage, "cut": content[: len(content) // 2], "empty": b""}[spoil])
    refused(forecast(command, copy), "posterior.nc", "cannot be read", "forecast fit")


def test_posterior_of_another_program(copy: Path) -> None:
    (copy / "posterior.nc").unlink()
    other = az.from_dict(posterior={"mu": np.zeros((2, 4))})
    other.to_netcdf(str(copy / "posterior.nc"), engine="h5netcdf")
    refused(forecast("diagnose", copy), "posterior.nc", "found format None")


@pytest.fixture
def fast_fit(fitted: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `forecast fit` take the posterior that is there."""

    def saved(*given: object) -> Fit:
        return fitted

    monkeypatch.setattr(commands, "fit", saved)


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let no file grow beyond a number of bytes, as a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_disk_that_fills_in_fit(run: Run, copy: Path, fast_fit: None) -> None:
    before = untouched(copy)
    with room(300_000):
        result = forecast("fit", run.config, "--out", copy)
    refused(result, "nothing was written")
    assert untouched(copy) == before
    with room(300_000):
        refused(forecast("fit", run.config, "--out", copy.parent / "new"), "nothing was written")
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]


def test_disk_that_fills_in_project(copy: Path) -> None:
    before = untouched(copy)
    # the tables have room, the joint draws have not
    with room(9_500_000):
        result = forecast("project", copy, "--scenario", "free")
    refused(result, "nothing was written")
    assert untouched(copy) == before
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "the disk is full"),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), "quota"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "nothing was written"),
        (KeyboardInterrupt(), "Ctrl-C"),
    ],
    ids=["full", "quota", "broken", "interrupted"],
)
def test_writing_that_stops_half_way(
    run: Run,
    copy: Path,
    fast_fit: None,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    words: str,
) -> None:
    before = untouched(copy)

    def stop(*given: object) -> None:
        raise error

    monkeypatch.setattr(commands, "write_manifest", stop)
    refused(forecast("fit", run.config, "--out", copy), words)
    assert untouched(copy) == before
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]


def test_swap_that_fails_brings_the_old_run_back(
    run: Run, copy: Path, fast_fit: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = untouched(copy)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.startswith(f".{copy.name}-"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    refused(forecast("fit", run.config, "--out", copy), "nothing was written")
    assert untouched(copy) == before


def test_earlier_run_is_replaced_as_a_whole(run: Run, copy: Path, fast_fit: None) -> None:
    (copy / "of-an-earlier-version.csv").touch()
    assert forecast("fit", run.config, "--out", copy).exit_code == 3
    written = {p.name for p in copy.iterdir()}
    assert written == {"posterior.nc", "diagnostics.csv", "manifest.json"}
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]


def test_ctrl_c_while_the_sampler_runs(
    run: Run, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, sample = untouched(copy), link.sample

    def interrupted(compiled: object, sizes: link.Sizes, seed: int) -> az.InferenceData:
        timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        longer = link.Sizes(sizes.chains, 5000, 5000, sizes.target_accept, sizes.max_depth)
        return sample(compiled, longer, seed)

    monkeypatch.setattr(link, "sample", interrupted)
    refused(forecast("fit", run.config, "--out", copy), "Ctrl-C")
    assert untouched(copy) == before
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]


def test_posterior_that_ctrl_c_cut_short_is_not_kept(
    run: Run, tmp_path: Path, fitted: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    # chains that are shorter than others are filled up by the sampler with NaN
    cut = fitted.posterior.map(
        lambda group: group.copy(deep=True), groups=["posterior", "sample_stats"]
    )
    cut["posterior"]["common_z"][1, 100:] = np.nan

    def handed_over(*given: object) -> az.InferenceData:
        return cut

    monkeypatch.setattr(link, "sample", handed_over)
    refused(forecast("fit", run.config, "--out", tmp_path / "o"), "Ctrl-C")
    assert list(tmp_path.iterdir()) == []


def test_output_of_a_full_disk_leaves_no_trial_file(tmp_path: Path) -> None:
    with room(100_000), pytest.raises(OSError, match="too large"):
        writing.check_room(tmp_path / "draws.nc", 10_000_000)
    assert list(tmp_path.iterdir()) == []
    writing.check_room(tmp_path / "draws.nc", 10_000_000)
    assert list(tmp_path.iterdir()) == []
    shutil.rmtree(tmp_path)
