"""The files of a backtest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from forecast.core.period import month_code
from forecast.evaluation import table
from forecast.evaluation.backtest import Outcome, Plan, Series, known
from forecast.evaluation.league import Standing
from forecast.evaluation.table import Scored
from forecast.run.folder import MANIFEST
from forecast.run.quantities import OUTPUTS
from forecast.run.writing import PACKAGES
from forecast.vocabulary import AREA, GROUP, PERIOD

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from forecast.config import BacktestConfig


class DoneLike(Protocol):
    """One method at one origin."""

    @property
    def outcome(self) -> Outcome:
        """What it said, without draws."""
        ...

    @property
    def scored(self) -> Scored | None:
        """Its scores."""
        ...

    @property
    def quantiles(self) -> xr.DataArray | None:
        """Its quantiles."""
        ...


def league_table(standings: Sequence[Standing]) -> pd.DataFrame:
    """`league.csv`: one row a method, best first."""
    import pandas as pd

    return pd.DataFrame([asdict(one) for one in standings])


def write_backtest(
    folder: Path,
    config: BacktestConfig,
    plan: Plan,
    names: Series,
    done: Mapping[tuple[str, int], DoneLike],
    ranking: pd.DataFrame,
    weights: Mapping[int, Mapping[str, float]],
    seconds: float,
) -> None:
    """Write scores, quantiles, league, weights, mishaps and manifest."""
    import pandas as pd

    sizes = table.size_classes(known(plan, plan.origins[0]), names.leaves)
    found = [
        table.rows(one.scored, names.leaves, tuple(names.sums), sizes)
        for one in done.values()
        if one.scored is not None
    ]
    rows = pd.concat(found, ignore_index=True)
    rows["origin"] = rows["origin"].map(month_code)
    rows.to_csv(folder / "backtest.csv", index=False)
    _write_quantiles(folder / "backtest_quantiles.csv", done)
    ranking.to_csv(folder / "league.csv", index=False)
    learnt = [
        {"origin": month_code(origin), "model": model, "weight": weight}
        for origin, mine in weights.items()
        for model, weight in mine.items()
    ]
    pd.DataFrame(learnt, columns=["origin", "model", "weight"]).to_csv(
        folder / "weights.csv", index=False
    )
    columns = ["model", "origin", "area", "group", "kind", "detail"]
    pd.DataFrame(list(_mishaps(done)), columns=columns).to_csv(folder / "notes.csv", index=False)
    _write_manifest(folder, config, plan, seconds, ranking)


def _write_quantiles(path: Path, done: Mapping[tuple[str, int], DoneLike]) -> None:
    """`backtest_quantiles.csv`: a million rows and more, so one method and origin at a time."""
    from pyarrow import csv

    blocks = (
        _quantile_block(model, origin, one.quantiles)
        for (model, origin), one in done.items()
        if one.quantiles is not None
    )
    first = next(blocks)
    with csv.CSVWriter(path, first.schema) as writer:
        writer.write_table(first)
        for block in blocks:
            writer.write_table(block)


def _quantile_block(model: str, origin: int, values: xr.DataArray) -> Any:  # noqa: ANN401
    """Rows of one method at one origin, as a table of pyarrow, which brings no types."""
    import pyarrow as pa

    ordered = values.transpose(AREA, GROUP, PERIOD, "output")
    shape = ordered.shape
    flat = ordered.values.ravel()
    kept = np.isfinite(flat)
    count = int(kept.sum())

    def labels(texts: Sequence[str], axis: int) -> Any:  # noqa: ANN401
        codes = np.broadcast_to(
            np.arange(shape[axis]).reshape([-1 if k == axis else 1 for k in range(4)]), shape
        ).ravel()[kept]
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), list(texts)).cast(
            pa.string()
        )

    types = [name for name, _ in OUTPUTS]
    levels = ["" if level is None else f"{level:g}" for _, level in OUTPUTS]
    return pa.table(
        {
            "model": pa.array([model] * count),
            "origin": pa.array([month_code(origin)] * count),
            "area": labels([str(a) for a in ordered[AREA].values], 0),
            "group": labels([str(g) for g in ordered[GROUP].values], 1),
            "period": labels([str(m) for m in ordered[PERIOD].values], 2),
            "output_type": labels(types, 3),
            "output_type_id": labels(levels, 3),
            "value": pa.array(flat[kept]),
        }
    )


def _mishaps(done: Mapping[tuple[str, int], DoneLike]) -> Iterator[dict[str, object]]:
    """Everything that went wrong or was done on the way, one a row."""
    for (model, origin), one in done.items():
        outcome = one.outcome
        head = {"model": model, "origin": month_code(origin)}
        if outcome.error:
            yield {**head, "area": "", "group": "", "kind": "failed", "detail": outcome.error}
        for (area, group), reason in outcome.failed.items():
            yield {**head, "area": area, "group": group, "kind": "failed", "detail": reason}
        for (area, group), count in outcome.exploded.items():
            yield {**head, "area": area, "group": group, "kind": "exploded", "detail": str(count)}
        for (area, group), said in outcome.notes.items():
            for note in said:
                yield {**head, "area": area, "group": group, "kind": "note", "detail": note}


def _write_manifest(
    folder: Path, config: BacktestConfig, plan: Plan, seconds: float, ranking: pd.DataFrame
) -> None:
    panel = config.panel.path
    content = {
        "version": version("forecast"),
        "configuration": config.path.name,
        "data_sha256": {panel.name: hashlib.sha256(panel.read_bytes()).hexdigest()},
        "origins": [month_code(origin) for origin in plan.origins],
        "horizon": plan.horizon,
        "window": plan.window,
        "given": config.given if isinstance(config.given, str) else config.given.name,
        "models": list(config.models),
        "draws": plan.draws,
        "seed": plan.seed,
        "packages": {name: version(name) for name in (*PACKAGES, "statsforecast")},
        "seconds": round(seconds, 2),
        "seconds_by_model": {
            row["model"]: round(row["seconds"], 2) for row in ranking.to_dict("records")
        },
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
