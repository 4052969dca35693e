"""Write what a run made: tables, draws, report and manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config import ScenarioSpec, bundled
from forecast.core.period import month_code
from forecast.run.folder import MANIFEST
from forecast.run.quantities import Reader
from forecast.run.stages import Inputs

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = (
    "forecast",
    "numpy",
    "scipy",
    "pandas",
    "statsmodels",
    "pymc",
    "pytensor",
    "nutpie",
    "numba",
    "arviz",
    "xarray",
)

_CHUNK = 2**20
# metadata of HDF5: some kB for each of a hundred variables
_OVERHEAD = 2**20


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write every table as CSV, and the projections as Parquet too."""
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    tables["projections"].astype({"output_type_id": str}).to_parquet(
        folder / "projections.parquet", index=False
    )


def check_room(path: Path, size: int) -> None:
    """Ask the disk for the room of a netCDF file before it is written.

    A disk that fills while HDF5 writes takes the interpreter down with it, so zeros are written
    and removed first.

    Parameters
    ----------
    path : the file that will be written
    size : bytes of its arrays

    Raises
    ------
    OSError
        If there is not room enough.
    """
    left = size + size // 10 + _OVERHEAD
    try:
        with path.open("wb") as file:
            for begin in range(0, left, _CHUNK):
                file.write(bytes(min(_CHUNK, left - begin)))
    finally:
        path.unlink(missing_ok=True)


def write_draws(folder: Path, readers: Sequence[Reader], count: int) -> None:
    """Write the first `count` joint draws of every scenario, months only, float32."""
    import xarray as xr

    first = readers[0]
    months = [month_code(int(m)) for m in first.projected.future.months]
    draws = min(count, len(first.persons))
    coords = {
        "scenario": [r.projected.spec.id for r in readers],
        "draw": np.arange(draws),
        "area": list(first.structure.areas),
        "group": list(first.groups),
        "period": months,
    }
    persons = np.array([r.persons[:draws] for r in readers], dtype=np.float32)
    force = [r.projected.future.actual.labour_force[:draws] for r in readers]
    people = [r.projected.future.actual.population[:draws] for r in readers]
    dims = ("scenario", "draw", "area", "period")
    made = xr.Dataset(
        {
            "fuldtidspersoner": (("scenario", "draw", "area", "group", "period"), persons),
            "arbejdsstyrke": (dims, np.array(force, dtype=np.float32)),
            "befolkning": (dims, np.array(people, dtype=np.float32)),
        },
        coords=coords,
        attrs={"unit": "fuldtidspersoner; personer", "adjustment": "actual"},
    )
    check_room(folder / "draws.nc", made.nbytes)
    made.to_netcdf(folder / "draws.nc", engine="h5netcdf")


def write_manifest(
    folder: Path,
    inputs: Inputs,
    seed: int,
    scenarios: Sequence[ScenarioSpec],
    seconds: Mapping[str, float],
    diagnostics: pd.DataFrame,
) -> None:
    """Write what the run was: version, inputs by hash, seed, packages, times, checks."""
    config, published = inputs.config, bundled("data/published")
    named = [*(file.path for file in config.data.figures), *config.beside]
    own = {path.name: _sha256(path) for path in named if path.exists()}
    content: dict[str, Any] = {
        "version": version("forecast"),
        "configuration": config.path.name,
        "area": config.area,
        "scenarios": [spec.id for spec in scenarios],
        "seed": seed,
        "config_sha256": {name: _digest(text.encode()) for name, text in inputs.texts.items()},
        # what a scenario says now, which may be other than at the fit
        "scenario_sha256": {
            spec.id: _digest(repr((spec.statements, spec.shocks, spec.mix)).encode())
            for spec in scenarios
        },
        "data_sha256": {p.name: _sha256(p) for p in sorted(published.glob("*.csv"))} | own,
        "packages": {name: version(name) for name in PACKAGES},
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "checks": diagnostics.loc[
            :, ["check", "quantity", "value", "threshold", "verdict"]
        ].to_dict("records"),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return _digest(path.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
