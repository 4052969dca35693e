"""The benchmark from files to tables: published expectation, our own, ranks, and supervision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from forecast.report.benchmark_charts import Limits
from forecast.report.benchmark_view import BenchmarkView
from forecast.run import benchmark_tables as tables
from forecast.run.quantities import Reader
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
    beside : folder of the user's own configuration, whose files come first
    """

    table: Path
    conditions: Path | None = None
    run_folder: Path | None = None
    area: str = "Gentofte"
    peers: tuple[str, ...] = ()
    offers: Share | None = None
    conversations: Share | None = None
    seed: int = SEED
    beside: Path | None = None


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


@dataclass(frozen=True)
class Made:
    """What a benchmark came to.

    Attributes
    ----------
    view : for people
    checks : of every fit
    """

    view: BenchmarkView
    checks: pd.DataFrame

    def write(self, folder: Path) -> None:
        """Write `benchmark.csv` and `supervision.csv`."""
        self.view.benchmark.to_csv(folder / "benchmark.csv", index=False)
        self.view.supervision.to_csv(folder / "supervision.csv", index=False)


def assess(request: BenchmarkRequest, read: Read, futures: Mapping[str, Moves], to: str) -> Made:
    """Fit every group, rank, look ahead, and tell where the municipality stands.

    Parameters
    ----------
    futures : scenario -> how a run moves the municipality and the country
    to : folder that the tables will be in
    """
    found = list(by_published(read.table, read.model, request.seed))
    if read.conditions is not None:
        found += by_conditions(read.table, read.conditions, read.model, request.seed)
    agreements = _agreements(read, found)
    rows = tables.Rows(read.table.areas)
    tables.published_rows(rows, read.table, _wholes(read))
    for one in found:
        tables.assessed_rows(rows, read.table, one)
    ahead = _ahead(read, futures, request.seed)
    codes = (read.table.windows[-1].code, next_window(read.table.windows).code)
    for scenario, coming in ahead.items():
        rows.of(read.area, scenario, read.model.total, codes[1], coming)
    position, others, states = _supervision(request, read, found[0], ahead)
    shares = {
        Measure.FOKUSMAAL_TILBUD: request.offers,
        Measure.FOKUSMAAL_SAMTALER: request.conversations,
    }
    supervision = tables.supervision_table(
        read.area, read.model.total, codes, (position, others), states, shares
    )
    checks = _checks(found, read.model, agreements)
    view = BenchmarkView(
        read.model,
        read.rules,
        read.table,
        rows.table(),
        supervision,
        read.area,
        read.peers,
        read.parents,
        position.reasons,
        agreements,
        _limits(read, found[0]),
        checks,
        to,
    )
    return Made(view, checks)


def read_request(request: BenchmarkRequest) -> Read:
    """Read and check the files of a request."""
    own = request.beside
    areas, model = load_areas(own), load_benchmark(own)
    table = read_benchmark(request.table, model, areas)
    conditions = None
    if request.conditions is not None:
        conditions = read_conditions(request.conditions, model, areas, kinds(own))
    area = resolve_area(request.area, areas)
    if areas[area].kind != "kommune":
        raise ConfigError(f"--area '{request.area}': expected a municipality, such as Gentofte")
    peers = tuple(dict.fromkeys(resolve_area(name, areas) for name in request.peers))
    for name in peers:
        table.position(name)
    parents = {name: areas[name].parent or "" for name in (*table.areas, *areas)}
    return Read(
        model, load_supervision(own), table, conditions, area, peers or _alike(table, area), parents
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
class Moves:
    """How a run's futures move, in the last window and the next.

    Attributes
    ----------
    own, country : (D, 2) full-time persons of the benefits that the benchmark is about
    """

    own: Floats
    country: Floats


def windows_of(read: Read) -> tuple[Window, Window]:
    """Window of the last measurement, and of the next."""
    return read.table.windows[-1], next_window(read.table.windows)


def moves_in(folder: Path, read: Read) -> dict[str, Moves]:
    """Read how a run's futures move, by scenario, off its `draws.nc`."""
    import xarray as xr

    path = folder / "draws.nc"
    if not path.is_file():
        raise DataError(f"{folder}: no draws.nc; name the folder of a run: outputs/gentofte")
    with xr.open_dataset(path) as draws:
        for name in (read.area, COUNTRY):
            if name not in draws["area"].values:
                raise DataError(f"{path}: no draws of {name}; found {list(draws['area'].values)}")
        months = [Window.parse(str(code)).first for code in draws["period"].values]
        check_months(windows_of(read), months[0], months[-1], str(path))
        check_members(read, [str(g) for g in draws["group"].values], str(path))
        persons = draws["fuldtidspersoner"].sel(group=list(read.model.group[0].members))
        total = persons.sum("group")
        found: dict[str, Moves] = {}
        for scenario in draws["scenario"].values:
            of = {
                area: np.stack(
                    [
                        total.sel(scenario=scenario, area=area)
                        .isel(period=slice(w.first - months[0], w.last - months[0] + 1))
                        .mean("period")
                        .values
                        for w in windows_of(read)
                    ],
                    axis=1,
                ).astype(np.float64)
                for area in (read.area, COUNTRY)
            }
            found[str(scenario)] = Moves(of[read.area], of[COUNTRY])
    return found


def moves_of(readers: Sequence[Reader], read: Read) -> dict[str, Moves]:
    """Take how a run's futures move off the futures themselves."""
    found: dict[str, Moves] = {}
    for reader in readers:
        months = reader.projected.future.months
        check_months(windows_of(read), int(months[0]), int(months[-1]), "[benchmark]")
        check_members(read, reader.groups, "[benchmark]")
        own, country = (
            np.stack(
                [
                    sum(
                        reader.one(area, group, Measure.FULDTIDSPERSONER, window)
                        for group in read.model.group[0].members
                    )
                    for window in windows_of(read)
                ],
                axis=1,
            )
            for area in (read.area, COUNTRY)
        )
        found[reader.projected.spec.id] = Moves(own, country)
    return found


def check_months(windows: Sequence[Window], first: int, last: int, where: str) -> None:
    """Refuse a run that does not reach the benchmark's windows."""
    for window in windows:
        if window.first < first or window.last > last:
            raise DataError(
                f"{where}: the run has {Window(first, last).code}, which does not hold "
                f"{window.code} of the benchmark; project further, or take another table"
            )


def check_members(read: Read, groups: Sequence[str], where: str) -> None:
    """Refuse a run that lacks the benefits that the benchmark is about."""
    lacking = [g for g in read.model.group[0].members if g not in groups]
    if lacking:
        raise DataError(
            f"{where}: the run has no '{lacking[0]}', which benchmark.toml names as a member of "
            f"'{read.model.total}'; name benefits of groups.toml there"
        )


COUNTRY = "Hele landet"


def _ahead(read: Read, futures: Mapping[str, Moves], seed: int) -> dict[str, next_measurement.Next]:
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
