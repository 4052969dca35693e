"""Draws that a backtest has made so far, kept beside its target until it is whole."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import forecast
from forecast.config import bundled
from forecast.core.period import month_code
from forecast.evaluation.backtest import Outcome, Plan
from forecast.models.method import SeriesKey
from forecast.run.writing import PACKAGES as OWN_PACKAGES
from forecast.vocabulary import AREA, DRAW, GROUP, PERIOD

PACKAGES = (*OWN_PACKAGES, "statsforecast")
"""What a backtest computes with."""

_PARTS = ("failed", "exploded", "notes")
_KEY = 16  # digits of a fingerprint in a name


def fingerprint(plan: Plan) -> str:
    """Hash everything that draws depend on.

    Figures and settings, what is told of the nation, the program's own code and priors, and the
    packages that it computes with.
    """
    panel = plan.panel
    words = [
        [panel.areas, panel.groups, panel.national, panel.unit],
        [sorted(links.items()) for links in (panel.parents, panel.group_parents)],
        [plan.origins, plan.horizon, plan.window, plan.draws, plan.seed],
        [vintage.known for vintage in panel.vintages],
        [(b.area, b.group, b.month, b.reason, b.sd) for b in panel.breaks],
        {name: version(name) for name in PACKAGES},
    ]
    digest = hashlib.sha256(json.dumps(words).encode())
    arrays = [panel.values, panel.months, panel.provisional, *(v.values for v in panel.vintages)]
    arrays += [path for path in map(plan.path, plan.origins) if path is not None]
    for values in arrays:
        digest.update(np.ascontiguousarray(values).tobytes())
    package = Path(forecast.__file__).parent
    for file in (*sorted(package.rglob("*.py")), *sorted(bundled("configs").rglob("*.toml"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Store:
    """A folder of outcomes, one file each.

    A file takes its name when it is whole, so what is there can be used after an interruption; only
    the fall of a machine leaves one that is not, and `has` tells.
    """

    folder: Path

    @classmethod
    def beside(cls, target: Path, key: str) -> Store:
        """Give the folder of a target, and clear those of other figures or settings."""
        target = target.resolve()
        stem = f".{target.name}-resume-"
        folder = target.parent / f"{stem}{key[:_KEY]}"
        for other in target.parent.glob(glob.escape(stem) + "[0-9a-f]" * _KEY):
            if other != folder:
                shutil.rmtree(other)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    def path(self, method: str, origin: int) -> Path:
        """Give the file of an outcome."""
        return self.folder / f"{method}-{month_code(origin)}.npz"

    def save(self, outcome: Outcome) -> None:
        """Write an outcome."""
        draws = outcome.draws
        head = {
            "method": outcome.method,
            "origin": outcome.origin,
            "seconds": outcome.seconds,
            "error": outcome.error,
            **{
                name: [[*key, value] for key, value in getattr(outcome, name).items()]
                for name in _PARTS
            },
        }
        arrays: dict[str, Any] = {"head": np.array(json.dumps(head, ensure_ascii=False))}
        if draws is not None:
            arrays["draws"] = draws.values.astype(np.float32)
            arrays |= {dim: draws[dim].values.astype(str) for dim in (AREA, GROUP, PERIOD)}
        path = self.path(outcome.method, outcome.origin)
        part = path.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        part.replace(path)

    def has(self, method: str, origin: int) -> bool:
        """Tell whether an outcome is there and whole; what is not whole is removed."""
        path = self.path(method, origin)
        if not path.is_file():
            return False
        try:
            with zipfile.ZipFile(path) as file:
                whole = file.testzip() is None
        except zipfile.BadZipFile:
            whole = False
        if not whole:
            path.unlink()
        return whole

    def load(self, method: str, origin: int) -> Outcome:
        """Read an outcome that is there."""
        with np.load(self.path(method, origin), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        head = json.loads(str(arrays["head"]))
        draws = None
        if "draws" in arrays:
            values = arrays["draws"].astype(np.float64)
            coords = {dim: arrays[dim].astype(object) for dim in (AREA, GROUP, PERIOD)}
            coords[DRAW] = np.arange(len(values))
            draws = xr.DataArray(values, dims=(DRAW, AREA, GROUP, PERIOD), coords=coords)
        parts: dict[str, dict[SeriesKey, Any]] = {
            name: {(area, group): value for area, group, value in head[name]} for name in _PARTS
        }
        return Outcome(
            head["method"],
            head["origin"],
            draws,
            head["seconds"],
            error=head["error"],
            failed=parts["failed"],
            exploded=parts["exploded"],
            notes={key: tuple(value) for key, value in parts["notes"].items()},
        )

    def clear(self) -> None:
        """Remove the folder, once the result is in its place."""
        shutil.rmtree(self.folder)
