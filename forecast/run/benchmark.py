"""The benchmark from files to tables: published expectation, our own, ranks, and supervision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast import diagnostics
from forecast.benchmark import next_measurement
from forecast.benchmark.agreement import Agreement, agreement
from forecast.benchmark.assess import STEP, Assessed, by_conditions, by_published, next_window
from forecast.benchmark.ranking import funnel
from forecast.benchmark.supervision import (
    Measurement,
    Position,
    Share,
    State,
    history,
    other_readings,
    probabilities,
)
from forecast.config import load_areas, resolve_area
from forecast.config.areas import kinds
from forecast.config.benchmark import BenchmarkModel, load_benchmark
from forecast.config.supervision import Supervision, load_supervision
from forecast.core.benchmark import BenchmarkTable, Conditions, Floats
from forecast.core.period import Window
from forecast.errors import ConfigError, DataError
from forecast.report.benchmark import BenchmarkView, benchmark_text
from forecast.report.benchmark_charts import Limits
from forecast.report.benchmark_page import benchmark_page
from forecast.run import benchmark_tables as tables
from forecast.run.commands import Clock, Progress, RunResult
from forecast.run.folder import MANIFEST, check_target, staged
from forecast.run.writing import PACKAGES
from forecast.sources.benchmark import read_benchmark
from forecast.sources.conditions import read_conditions
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

SEED = 20200907
"""Of the sampling, where none is given."""

PEERS = 5
"""Municipalities beside one's own, where none are named: those of the nearest expectation."""


@dataclass(frozen=True)
class BenchmarkRequest:
    """What is asked.

    Attributes
    ----------
    table : file of the published benchmark
    conditions : file of framework conditions, for our own expectation
    run_folder : earlier run whose futures say how the municipality will move
    area, peers : municipality, and those beside it
    offers, conversations : shares of the fokusmål, as far as they are known
    seed : of the sampling
    """

    table: Path
    conditions: Path | None = None
    run_folder: Path | None = None
    area: str = "Gentofte"
    peers: tuple[str, ...] = ()
    offers: Share | None = None
    conversations: Share | None = None
    seed: int = SEED


@dataclass(frozen=True)
class Read:
    """What was read for a request."""

    model: BenchmarkModel
    rules: Supervision
    table: BenchmarkTable
    conditions: Conditions | None
    area: str
    peers: tuple[str, ...]
    parents: Mapping[str, str]


def run_benchmark(
    request: BenchmarkRequest, out: Path | None, lang: str, progress: Progress
) -> RunResult:
    """Assess a benchmark and write `benchmark.csv`, `supervision.csv` and the page.

    Raises
    ------
    ForecastError
        In one line, where a file cannot be used.
    """
    target = Path("outputs", request.table.stem) if out is None else out
    check_target(target)
    clock = Clock(progress, lang)
    with clock.stage("read"):
        read = _read(request)
        futures = _futures(request.run_folder, read)
    with clock.stage("fit"):
        found = list(by_published(read.table, read.model, request.seed))
        if read.conditions is not None:
            found += by_conditions(read.table, read.conditions, read.model, request.seed)
    agreements = _agreements(read, found)
    checks = _checks(found, read.model, agreements)
    rows = tables.Rows(read.table.areas)
    tables.published_rows(rows, read.table, _wholes(read))
    for one in found:
        tables.assessed_rows(rows, read.table, one)
    ahead = _ahead(read, futures, request.seed)
    for scenario, coming in ahead.items():
        code = next_window(read.table.windows).code
        rows.of(read.area, scenario, read.model.total, code, coming)
    benchmark = rows.table()
    position, others, states = _supervision(request, read, found[0], ahead)
    codes = (read.table.windows[-1].code, next_window(read.table.windows).code)
    shares = {
        Measure.FOKUSMAAL_TILBUD: request.offers,
        Measure.FOKUSMAAL_SAMTALER: request.conversations,
    }
    supervision = tables.supervision_table(
        read.area, read.model.total, codes, (position, others), states, shares
    )
    view = BenchmarkView(
        read.model,
        read.rules,
        read.table,
        benchmark,
        supervision,
        read.area,
        read.peers,
        read.parents,
        position.reasons,
        agreements,
        _limits(read, found[0]),
        checks,
        str(target),
    )
    with staged(target) as folder:
        benchmark.to_csv(folder / "benchmark.csv", index=False)
        supervision.to_csv(folder / "supervision.csv", index=False)
        checks.to_csv(folder / "diagnostics.csv", index=False)
        (folder / "report.html").write_text(benchmark_page(view, lang), encoding="utf-8")
        _manifest(folder, request, checks)
    failed = checks["verdict"].eq(diagnostics.FAIL).any()
    return RunResult(3 if failed else 0, benchmark_text(view, lang), target)


def _read(request: BenchmarkRequest) -> Read:
    areas, model = load_areas(), load_benchmark()
    table = read_benchmark(request.table, model, areas)
    conditions = None
    if request.conditions is not None:
        conditions = read_conditions(request.conditions, model, areas, kinds())
    area = resolve_area(request.area, areas)
    if areas[area].kind != "kommune":
        raise ConfigError(f"--area '{request.area}': expected a municipality, such as Gentofte")
    peers = tuple(dict.fromkeys(resolve_area(name, areas) for name in request.peers))
    for name in peers:
        table.position(name)
    parents = {name: areas[name].parent or "" for name in (*table.areas, *areas)}
    return Read(
        model, load_supervision(), table, conditions, area, peers or _alike(table, area), parents
    )


def _alike(table: BenchmarkTable, area: str) -> tuple[str, ...]:
    """Municipalities whose expectations are nearest, over all groups but the sum."""
    logs = np.log(table.expected_share[:, 1:, -1])
    distance = ((logs - logs[table.position(area)]) ** 2).sum(axis=1)
    return tuple(table.areas[int(k)] for k in np.argsort(distance)[1 : 1 + PEERS])


def _checks(
    found: Sequence[Assessed], model: BenchmarkModel, agreements: Sequence[Agreement]
) -> pd.DataFrame:
    """Judge every fit, and tell how near our own expectation is, by model and group."""
    import pandas as pd

    parts = []
    for one in found:
        names = [str(name) for name in one.found["posterior"].data_vars]
        part = diagnostics.posterior_checks(one.found, model.verdict, names)
        part["quantity"] = f"{one.model}, {one.group}: " + part["quantity"].astype(str)
        parts.append(part)
    parts += [diagnostics.agreement_rows(a.group, a.correlation, a.rmse) for a in agreements]
    return pd.concat(parts, ignore_index=True)


def _wholes(read: Read) -> dict[str, list[int]]:
    """Larger areas of the municipality, with the places of the municipalities in each."""
    out: dict[str, list[int]] = {}
    name = read.parents[read.area]
    while name:
        out[name] = [k for k, area in enumerate(read.table.areas) if _lies_in(read, area, name)]
        name = read.parents[name]
    return out


def _lies_in(read: Read, area: str, whole: str) -> bool:
    while area and area != whole:
        area = read.parents[area]
    return area == whole


@dataclass(frozen=True)
class _Moves:
    """Full-time persons of a municipality and the country in the last window and the next."""

    own: Floats
    country: Floats


def _futures(folder: Path | None, read: Read) -> Mapping[str, _Moves]:
    """Read how a run's futures move the benefits that the benchmark is about, by scenario."""
    if folder is None:
        return {}
    import xarray as xr

    path = folder / "draws.nc"
    if not path.is_file():
        raise DataError(
            f"{folder}: no draws.nc; name the folder of a run, such as outputs/gentofte"
        )
    windows = (read.table.windows[-1], next_window(read.table.windows))
    with xr.open_dataset(path) as draws:
        for name in (read.area, COUNTRY):
            if name not in draws["area"].values:
                raise DataError(f"{path}: no draws of {name}; found {list(draws['area'].values)}")
        months = [Window.parse(str(code)).first for code in draws["period"].values]
        short = [w for w in windows if w.first < months[0] or w.last > months[-1]]
        if short:
            raise DataError(
                f"{path}: its months do not hold {short[0].code}, which the benchmark is of; "
                "run the program with a later horizon"
            )
        members = list(read.model.group[0].members)
        persons = draws["fuldtidspersoner"].sel(group=members).sum("group")
        found: dict[str, _Moves] = {}
        for scenario in draws["scenario"].values:
            values = persons.sel(scenario=scenario)
            own, country = (
                np.stack(
                    [
                        values.sel(area=area)
                        .isel(period=slice(w.first - months[0], w.last - months[0] + 1))
                        .mean("period")
                        .values
                        for w in windows
                    ],
                    axis=1,
                ).astype(np.float64)
                for area in (read.area, COUNTRY)
            )
            found[str(scenario)] = _Moves(own, country)
    return found


COUNTRY = "Hele landet"


def _ahead(
    read: Read, futures: Mapping[str, _Moves], seed: int
) -> dict[str, next_measurement.Next]:
    """Next measurement under every scenario of a run."""
    place = read.table.position(read.area)
    spread = next_measurement.tracking(read.table, 0, read.model)
    last = float(
        np.log(read.table.actual_share[place, 0, -1] / read.table.expected_share[place, 0, -1])
    )
    out: dict[str, next_measurement.Next] = {}
    for scenario, moves in futures.items():
        # the same errors of the expectation in every scenario
        rng = np.random.default_rng([seed, 9])
        out[scenario] = next_measurement.by_futures(last, moves.own, moves.country, spread, rng)
    return out


def _supervision(
    request: BenchmarkRequest,
    read: Read,
    total: Assessed,
    ahead: Mapping[str, next_measurement.Next],
) -> tuple[Position, dict[tuple[str, str], Position], dict[str, Mapping[State, float]]]:
    """Where the municipality stands by the last measurement, and may stand after the next."""
    place = read.table.position(read.area)
    month = read.table.windows[-1].last + read.rules.publication_months
    now = Measurement(
        month,
        float(read.table.actual_share[place, 0, -1]),
        float(read.table.expected_share[place, 0, -1]),
        None if request.offers is None else request.offers.value,
        None if request.conversations is None else request.conversations.value,
    )
    position = history([now], read.rules)[-1]
    expected = float(read.table.expected_share[place, 0, -1])
    if total.ahead is None:
        return position, other_readings([now], read.rules), {}
    ratios = {"": tables.ratio_of(read.table, total.group, total.ahead)[:, place]}
    ratios |= {scenario: np.exp(coming.ratio[:, 0]) for scenario, coming in ahead.items()}
    states: dict[str, Mapping[State, float]] = {}
    for scenario, ratio in ratios.items():
        rng = np.random.default_rng([request.seed, 8])
        shares = np.full(len(ratio), expected)
        actual = np.minimum(ratio * expected, 1.0)
        states[scenario or "gaps"] = probabilities(
            position,
            month + STEP,
            actual,
            shares,
            request.offers,
            request.conversations,
            read.rules,
            rng,
        )
    return position, other_readings([now], read.rules), states


def _limits(read: Read, total: Assessed) -> tuple[Limits, ...]:
    """Limits of the funnel at the middle expected share, by residents."""
    residents = read.table.residents[:, -1]
    share = float(np.median(read.table.expected_share[:, 0, -1]))
    order = np.argsort(residents)
    levels = read.model.ranking.funnel
    half = funnel(share, residents[order], total.spread[order], total.chance, levels)
    return tuple(Limits(residents[order].tolist(), (100.0 * one).tolist()) for one in half)


def _agreements(read: Read, found: Sequence[Assessed]) -> tuple[Agreement, ...]:
    """How near our own expectation comes to the published one, by group."""
    if read.conditions is None:
        return ()
    own = [one for one in found if one.model == "egen"]
    return tuple(agreement(read.table, read.conditions, read.model, one) for one in own)


def _manifest(folder: Path, request: BenchmarkRequest, checks: pd.DataFrame) -> None:
    files = [request.table] + ([] if request.conditions is None else [request.conditions])
    content = {
        "version": version("forecast"),
        "area": request.area,
        "seed": request.seed,
        "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "packages": {name: version(name) for name in PACKAGES},
        "checks": checks.loc[
            checks["verdict"].ne(diagnostics.INFO),
            ["check", "quantity", "value", "threshold", "verdict"],
        ].to_dict("records"),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
