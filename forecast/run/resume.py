"""Draws that a backtest has made so far, kept beside its target until it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import forecast
from forecast.core.period import month_code
from forecast.evaluation.backtest import Outcome, Plan
from forecast.models.method import SeriesKey
from forecast.vocabulary import AREA, DRAW, GROUP, PERIOD

_PARTS = ("failed", "exploded", "notes")


def fingerprint(plan: Plan, settings: Mapping[str, object]) -> str:
    """Hash everything that draws depend on: figures, settings and the program's own code."""
    digest = hashlib.sha256()
    panel = plan.panel
    names = (panel.areas, panel.groups, sorted(panel.parents.items(), key=str), panel.national)
    digest.update(json.dumps([names, settings], sort_keys=True, default=str).encode())
    for values in (panel.values, panel.months, *(v.values for v in panel.vintages)):
        digest.update(np.ascontiguousarray(values).tobytes())
    package = Path(forecast.__file__).parent
    for file in sorted(package.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Store:
    """A folder of outcomes, one file each.

    A file appears whole or not at all, so whatever is there can be used after an interruption.
    """

    folder: Path

    @classmethod
    def beside(cls, target: Path, key: str) -> Store:
        """Give the folder of a target, and clear those of other figures or settings."""
        target = target.resolve()
        folder = target.parent / f".{target.name}-resume-{key[:16]}"
        for other in target.parent.glob(f".{target.name}-resume-*"):
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

    def load(self, method: str, origin: int) -> Outcome | None:
        """Read an outcome; None where there is none."""
        path = self.path(method, origin)
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as found:
                arrays = {name: found[name] for name in found.files}
        except (zipfile.BadZipFile, OSError, ValueError, EOFError):
            path.unlink()  # not as this program writes it: it is made again
            return None
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
