"""`comparison.csv`: scenarios against the first of them, and what each statement adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.core.period import Window
from forecast.models.kernels import Floats
from forecast.models.structure import UNEMPLOYED
from forecast.run.quantities import OUTPUTS, Reader, summarise
from forecast.run.stages import Inputs, Projected
from forecast.run.tables import unit_of
from forecast.scenarios.compare import steps
from forecast.scenarios.plausibility import Plausibility, plausibility
from forecast.vocabulary import Measure, Role, Unit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "table",
    "scenario",
    "base",
    "statement",
    "area",
    "group",
    "measure",
    "period",
    "output_type",
    "output_type_id",
    "value",
    "unit",
)
LEVEL, EFFECT, ADDED, DISTANCE, CAME = "level", "effect", "added", "distance", "realised"
"""Kinds of rows: a scenario itself, its difference from the base, what a statement adds to it, how
far it lies from the free forecast, and where what came falls in it."""


def comparison(
    inputs: Inputs, readers: Sequence[Reader], grown: Mapping[str, Sequence[Reader]]
) -> pd.DataFrame:
    """Compare scenarios with the first.

    Parameters
    ----------
    readers : of the scenarios, the base first
    grown : scenario -> readers of it with one statement or shock more at a time
    """
    import pandas as pd

    base = readers[0]
    rows: list[dict[str, Any]] = []
    for reader in readers:
        name = reader.projected.spec.id
        for quantity in _quantities(inputs, reader):
            values = reader.one(*quantity)
            rows.extend(_rows(LEVEL, name, "", "", quantity, values))
            if reader is not base:
                away = values - base.one(*quantity)
                rows.extend(_rows(EFFECT, name, base.projected.spec.id, "", quantity, away))
        rows.extend(_added(inputs, base, reader, grown.get(name, ())))
        rows.extend(_distance(reader.projected))
        rows.extend(_came(inputs, reader))
    return pd.DataFrame(rows, columns=list(COLUMNS))


_ENDS = (0.025, 0.1, 0.5, 0.9, 0.975)

Quantity = tuple[str, str, Measure, Window]


def _quantities(inputs: Inputs, reader: Reader) -> list[Quantity]:
    """List what people compare: rates of the headline, and the municipality's groups by year."""
    config = inputs.config
    first, last = config.last_data_month // 12 + 1, config.horizon_last // 12
    years = [Window.year(y) for y in range(first, last + 1)]
    years = [y for y in years if y.last <= config.horizon_last]
    out: list[Quantity] = [
        (area, UNEMPLOYED, Measure.LEDIGHEDSPROCENT, config.headline)
        for area in inputs.structure.areas
    ]
    return out + [
        (config.area, group, Measure.FULDTIDSPERSONER, year)
        for group in reader.groups
        for year in years
    ]


def _rows(
    table: str, scenario: str, base: str, statement: str, quantity: Quantity, values: Floats
) -> list[dict[str, Any]]:
    area, group, measure, window = quantity
    unit = unit_of(measure)
    if table in (EFFECT, ADDED) and unit is Unit.ANDEL:
        unit = Unit.PROCENTPOINT
    return [
        dict(
            zip(
                COLUMNS,
                (
                    table,
                    scenario,
                    base,
                    statement,
                    area,
                    group,
                    measure.value,
                    window.code,
                    kind,
                    "" if level is None else f"{level:g}",
                    float(value),
                    unit.value,
                ),
                strict=True,
            )
        )
        for (kind, level), value in zip(OUTPUTS, summarise(values), strict=True)
    ]


def _added(
    inputs: Inputs, base: Reader, reader: Reader, grown: Sequence[Reader]
) -> list[dict[str, Any]]:
    """Add up what each statement adds to the one before it: the first to the base."""
    rows: list[dict[str, Any]] = []
    told = list(steps(reader.projected.spec))
    name, against = reader.projected.spec.id, base.projected.spec.id
    for quantity in _quantities(inputs, reader):
        before = base.one(*quantity)
        for place, after in enumerate(grown):
            values = after.one(*quantity)
            statement = f"{place + 1}: {told[place][0]}"
            rows.extend(_rows(ADDED, name, against, statement, quantity, values - before))
            before = values
    return rows


def distances(made: Sequence[Projected]) -> dict[str, Plausibility]:
    """How far each scenario that states something lies from the free forecast."""
    return {
        p.spec.id: plausibility(p.stated.free, p.stated.asked, p.stated.variance)
        for p in made
        if p.stated is not None and len(p.stated.asked)
    }


def _distance(projected: Projected) -> list[dict[str, Any]]:
    return [
        dict.fromkeys(COLUMNS, "")
        | {"table": DISTANCE, "scenario": name, "output_type": kind, "value": value}
        for name, found in distances([projected]).items()
        for kind, value in found._asdict().items()
    ]


def _came(inputs: Inputs, reader: Reader) -> list[dict[str, Any]]:
    """Say where the rates that came fall in a scenario: the part of its futures below them."""
    frame = inputs.panel.of_role(Role.CHECK).frame
    mine = frame["measure"].isin([Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK])
    came = frame[mine & frame["note"].str.contains("realised")]
    rows: list[dict[str, Any]] = []
    for row in came.to_dict("records"):
        if row["area"] not in inputs.structure.areas:
            continue
        window = Window(int(row["first"]), int(row["last"]))
        quantity = (row["area"], row["group"], Measure(row["measure"]), window)
        values = reader.one(*quantity)
        about = dict(
            zip(COLUMNS[4:8], (quantity[0], quantity[1], quantity[2].value, window.code),
                strict=True)
        )  # fmt: skip
        found = {
            "realised": float(row["value"]),
            "below": float(np.mean(values < row["value"])),
            **{f"quantile {q:g}": float(np.quantile(values, q)) for q in _ENDS},
        }
        rows.extend(
            dict.fromkeys(COLUMNS, "")
            | about
            | {
                "table": CAME,
                "scenario": reader.projected.spec.id,
                "output_type": kind,
                "value": value,
                "unit": Unit.ANDEL.value,
            }
            for kind, value in found.items()
        )
    return rows
