"""Keep a fit in ``posterior.nc`` with everything needed to project from it, and read it back."""

from __future__ import annotations

import json
import os
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config import load_config
from forecast.core.panel import Panel
from forecast.errors import DataError, NotFittedError, OutputError
from forecast.models.dense import leave_one_out
from forecast.models.link import parameters, posterior_raw, prior_raw
from forecast.models.problem import covariance, layout, mean
from forecast.run.beside import Beside, read_beside
from forecast.run.stages import Fit, Inputs, load
from forecast.run.writing import check_room

if TYPE_CHECKING:
    import arviz as az

POSTERIOR = "posterior.nc"
FORMAT = 2
"""Version of what `posterior.nc` carries in its attributes."""

_PRIOR_DRAWS = 500
_CHECKED_DRAWS = 100


def save_posterior(fitted: Fit, path: Path) -> None:
    """Write a fit as InferenceData; its attributes carry configuration and figures as text."""
    whole = complete(fitted)
    check_room(path, sum(whole[name].nbytes for name in whole.groups()))
    whole.to_netcdf(str(path), engine="h5netcdf")


def complete(fitted: Fit) -> az.InferenceData:
    """Posterior and sampler's statistics with prior, predictive, data and log likelihood.

    ``log_likelihood`` holds log p(y_i | y_-i) of every figure: the figures are one joint normal,
    so a figure's own contribution is what it adds to all the others.
    """
    import arviz as az

    problem, priors = fitted.inputs.problem, fitted.inputs.priors
    rng = np.random.default_rng([fitted.seed, 1])
    posterior = fitted.posterior["posterior"]
    labels = list(problem.figures.labels)
    sets = parameters(posterior_raw(posterior, _CHECKED_DRAWS), problem, priors)
    parts = layout(problem)
    predicted, density = [], []
    for p in sets:
        middle, spread = mean(parts, problem, p), covariance(parts, problem, p)
        predicted.append(rng.multivariate_normal(middle, spread, method="cholesky"))
        density.append(leave_one_out(problem.figures.value - middle, spread)[2])
    prior = {k: v[None] for k, v in prior_raw(problem, priors, _PRIOR_DRAWS, rng).items()}
    dims = {k: list(posterior[k].dims[2:]) for k in prior}
    coords = {d: posterior[d].values for k in prior for d in dims[k]}
    made = az.from_dict(
        prior=prior,
        posterior_predictive={"log_figure": np.array(predicted)[None]},
        log_likelihood={"log_figure": np.array(density)[None]},
        observed_data={"log_figure": problem.figures.value},
        dims=dims | {"log_figure": ["figure"]},
        coords=coords | {"figure": labels},
    )
    groups: dict[str, Any] = {
        "posterior": posterior,
        "sample_stats": fitted.posterior["sample_stats"],
        **{name: made[name] for name in made.groups()},
    }
    whole = az.InferenceData(**groups)
    whole.attrs["forecast"] = json.dumps(_contents(fitted), ensure_ascii=False)
    return whole


def _contents(fitted: Fit) -> dict[str, Any]:
    config = fitted.inputs.config
    return {
        "format": FORMAT,
        "seed": fitted.seed,
        "config": config.path.name,
        "files": dict(fitted.inputs.texts),
        "own_files": [_relative(f.path, config.path.parent) for f in config.data.figures],
        "beside": {
            _relative(path, config.path.parent): b64encode(path.read_bytes()).decode("ascii")
            for path in config.beside
        },
        "figures": fitted.inputs.panel.frame.to_dict("records"),
    }


def _open(folder: Path) -> az.InferenceData:
    """Open the posterior of a run."""
    import arviz as az

    path = folder / POSTERIOR
    if not path.is_file():
        raise NotFittedError(
            f"{path}: no such file; expected the output folder of an earlier run, such as "
            "outputs/gentofte; run `forecast fit` first"
        )
    try:
        found = az.from_netcdf(str(path), engine="h5netcdf")
    except OSError as error:
        raise NotFittedError(
            f"{path}: cannot be read as a posterior ({error}); run `forecast fit` again"
        ) from error
    return found


def read_fit(folder: Path) -> Fit:
    """Read the fit of a run.

    Raises
    ------
    NotFittedError
        If the folder holds no fit of this program.
    """
    with _opened(folder) as fitted:
        return fitted


def read_run(folder: Path) -> tuple[Fit, Beside]:
    """Read the fit of a run, and what stood beside it, as it was then.

    Raises
    ------
    NotFittedError
        If the folder holds no fit of this program.
    """
    with _opened(folder) as fitted:
        return fitted, read_beside(fitted.inputs.config, fitted.seed)


@contextmanager
def _opened(folder: Path) -> Generator[Fit]:
    """Open a run, while the files of its configuration are where they were."""
    found, path = _open(folder), folder / POSTERIOR
    contents = _read_contents(found, path)
    with _restored(contents, path) as inputs:
        yield Fit(inputs, found, int(contents["seed"]))


def _read_contents(found: az.InferenceData, path: Path) -> dict[str, Any]:
    text = found.attrs.get("forecast")
    contents: dict[str, Any] = {} if text is None else json.loads(text)
    if contents.get("format") != FORMAT:
        raise NotFittedError(
            f"{path}: found format {contents.get('format')}, expected {FORMAT} of a posterior "
            "written by this version of forecast; run `forecast fit` again"
        )
    return contents


@contextmanager
def _restored(contents: dict[str, Any], path: Path) -> Generator[Inputs]:
    """Read configuration and figures as they were at the fit, whatever became of their files."""
    # figures come from the archive, but a configuration asks for the files it names
    files = dict.fromkeys(contents.get("own_files", ()), "") | contents["files"]
    files = {name: text.encode() for name, text in files.items()}
    files |= {name: b64decode(text) for name, text in contents["beside"].items()}
    above = max((PurePosixPath(name).parts.count("..") for name in files), default=0)
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base, *["configs"] * above)
        for name, content in files.items():
            file = Path(os.path.normpath(folder / name))
            if not file.is_relative_to(base):
                raise DataError(f"{path}: holds a file named {name}, expected a relative name")
            _write(file, content)
        folder.mkdir(parents=True, exist_ok=True)
        config = load_config(folder / contents["config"])
        yield load(config, Panel.from_rows(contents["figures"]))


def _relative(file: Path, folder: Path) -> str:
    return Path(os.path.relpath(file, folder)).as_posix()


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{file}: cannot be written ({error.strerror})") from error
