"""The files of a backtest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config.files import hashes, sha256
from forecast.core.period import month_code
from forecast.evaluation import table
from forecast.evaluation.backtest import Plan, Series, known
from forecast.evaluation.league import Standing
from forecast.run.backtest_work import Done
from forecast.run.folder import MANIFEST
from forecast.run.quantities import OUTPUTS
from forecast.run.resume import PACKAGES
from forecast.vocabulary import AREA, GROUP, PERIOD

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from forecast.config import BacktestConfig


def league_table(standings: Sequence[Standing]) -> pd.DataFrame:
    """`league.csv`: one row a method, best first."""
    import pandas as pd

    return pd.DataFrame([asdict(one) for one in standings])


def write_backtest(
    folder: Path,
    config: BacktestConfig,
    plan: Plan,
    names: Series,
    done: Mapping[tuple[str, int], Done],
    ranking: pd.DataFrame,
    weights: Mapping[int, Mapping[str, float]],
    seconds: float,
) -> None:
    """Write scores, quantiles, league, weights, mishaps and manifest."""
    _write_scores(folder / "backtest.csv", plan, names, done)
    _write_quantiles(folder / "backtest_quantiles.csv", done)
    ranking.to_csv(folder / "league.csv", index=False)
    learnt = (
        {"origin": month_code(origin), "model": model, "weight": weight}
        for origin, mine in weights.items()
        for model, weight in mine.items()
    )
    _write_rows(folder / "weights.csv", ("origin", "model", "weight"), learnt)
    columns = ("model", "origin", "area", "group", "kind", "detail")
    _write_rows(folder / "notes.csv", columns, _mishaps(done))
    _write_manifest(folder, config, plan, seconds, ranking)


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    import pandas as pd

    pd.DataFrame(list(rows), columns=list(columns)).to_csv(path, index=False)


def _write_scores(
    path: Path, plan: Plan, names: Series, done: Mapping[tuple[str, int], Done]
) -> None:
    """`backtest.csv`, one method and origin at a time."""
    sizes = table.size_classes(known(plan, plan.origins[0]), names.leaves)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(table.COLUMNS) + "\n")
        for one in done.values():
            if one.scored is not None:
                rows = table.rows(one.scored, names.leaves, tuple(names.sums), sizes)
                rows.to_csv(file, index=False, header=False, lineterminator="\n")


def _write_quantiles(path: Path, done: Mapping[tuple[str, int], Done]) -> None:
    """`backtest_quantiles.csv`: a million rows and more, so one method and origin at a time."""
    import pyarrow as pa
    from pyarrow import csv

    texts = ("model", "origin", "area", "group", "period", "output_type", "output_type_id")
    schema = pa.schema([*((name, pa.string()) for name in texts), ("value", pa.float64())])
    with csv.CSVWriter(path, schema) as writer:
        for (model, origin), one in done.items():
            if one.quantiles is not None:
                writer.write_table(_quantile_block(model, origin, one.quantiles))


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


def _mishaps(done: Mapping[tuple[str, int], Done]) -> Iterator[dict[str, object]]:
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
    read = [config.panel.path, config.areas, config.given]
    content = {
        "version": version("forecast"),
        # without a configuration its path is the panel's
        "configuration": config.path.name if config.sources else None,
        "config_sha256": hashes(config.sources),
        "data_sha256": {file.name: sha256(file) for file in read if isinstance(file, Path)},
        "origins": [month_code(origin) for origin in plan.origins],
        "horizon": plan.horizon,
        "window": plan.window,
        "given": config.given if isinstance(config.given, str) else config.given.name,
        "models": list(config.models),
        "draws": plan.draws,
        "seed": plan.seed,
        "packages": {name: version(name) for name in PACKAGES},
        "seconds": round(seconds, 2),
        "seconds_by_model": {
            row["model"]: round(row["seconds"], 2) for row in ranking.to_dict("records")
        },
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
