"""One small fitted run that all of these tests read, and a model that is compiled once."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from forecast.cli import main
from forecast.config import bundled
from forecast.config.model import LinkPriors
from forecast.models import link
from forecast.models.link import Compiled
from forecast.models.problem import Problem
from forecast.run import Fit, Projected, project
from forecast.run.archive import read_fit

DRAWS = 400
SIZES = {
    "chains": 2,
    "tune": 200,
    "draws": 150,
    "parameter_sets": 250,
    "futures_per_draw": 2,
    "candidates_per_draw": 6,
}


@dataclass(frozen=True)
class Run:
    """A run of the small configuration."""

    config: Path
    folder: Path
    result: Result

    def table(self, name: str) -> pd.DataFrame:
        """One of its tables, numbers of `value` as numbers and all else as text."""
        frame = pd.read_csv(self.folder / f"{name}.csv", dtype=str, keep_default_na=False)
        return frame.assign(value=frame["value"].astype(float)) if "value" in frame else frame


def forecast(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, [str(a) for a in arguments])


def refused(result: Result, *words: str) -> None:
    """Check for exit code 1, one readable line on stderr after the progress, and no result."""
    lines = [line for line in result.stderr.splitlines() if not line.startswith("✓")]
    errors = [line for line in lines if line]
    assert result.exit_code == 1, result.output
    assert len(errors) == 1, errors
    assert errors[0].startswith("Error: ")
    assert result.stdout == ""
    for word in words:
        assert word in errors[0]


def small_folder(folder: Path, name: str, text: str, sizes: Mapping[str, int]) -> Path:
    """Make a configuration folder whose model samples little."""
    model = bundled("configs/models/link.toml").read_text(encoding="utf-8")
    for key, value in sizes.items():
        model = re.sub(rf"(?m)^{key} = \d+$", f"{key} = {value}", model)
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "link.toml").write_text(model, encoding="utf-8")
    config = folder / name
    config.write_text(text.replace("draws = 2000", f"draws = {DRAWS}"), encoding="utf-8")
    return config


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Compile each model once: figures are data, and put in anew."""
    compile_, made = link.compile_model, dict[int, Compiled]()

    def once(problem: Problem, priors: LinkPriors) -> Compiled:
        links = len(problem.series.names)
        if links not in made:
            made[links] = compile_(problem, priors)
        return replace(made[links], priors=priors).with_problem(problem)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "compile_model", once)
        yield


@pytest.fixture(scope="session")
def small_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of Gentofte with few draws and two scenarios."""
    text = bundled("configs/gentofte.toml").read_text(encoding="utf-8")
    text = text.replace('"free", "oer-2020-08", "oer-2020-08-band"', '"free", "oer-2020-08"')
    return small_folder(tmp_path_factory.mktemp("configs"), "lille.toml", text, SIZES)


@pytest.fixture(scope="session")
def run(small_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of it, read by tests and changed by none."""
    folder = tmp_path_factory.mktemp("outputs") / "lille"
    return Run(small_config, folder, forecast("run", small_config, "--out", folder))


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Path:
    """A copy of the run's posterior and manifest, to be spoilt."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("posterior.nc", "manifest.json"):
        shutil.copy(run.folder / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def fitted(run: Run) -> Fit:
    """The run's fit, as it is read back."""
    return read_fit(run.folder)


@pytest.fixture(scope="session")
def futures(fitted: Fit) -> list[Projected]:
    """Its futures."""
    return project(fitted)
