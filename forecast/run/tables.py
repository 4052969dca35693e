"""Long tables of a run: projections, key figures, findings, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.core.panel import Panel
from forecast.core.period import Window, month_code
from forecast.core.threads import together
from forecast.keyfigures.overview import continue_overview, overview
from forecast.models.kernels import Floats
from forecast.models.structure import UNEMPLOYED, Structure
from forecast.run.bases import Bases
from forecast.run.quantities import OUTPUTS, Reader, summarise, windows
from forecast.run.stages import Inputs
from forecast.vocabulary import PROJECTION_COLUMNS, Basis, Measure, Role, Unit

if TYPE_CHECKING:
    import pandas as pd

_MONTHLY = (
    Measure.FULDTIDSPERSONER,
    Measure.LEDIGHEDSPROCENT,
    Measure.LEDIGHEDSPROCENT_FAKTISK,
    Measure.ARBEJDSSTYRKE,
    Measure.BEFOLKNING,
)
_YEARLY = (
    *_MONTHLY,
    Measure.LANDSANDEL,
    Measure.ANDEL_AF_BEFOLKNING,
    Measure.ANDEL_AF_ARBEJDSSTYRKE,
)
_RATES = (Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK)
_PEOPLE = (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING)
_LEVELS = np.array(["" if level is None else f"{level:g}" for _, level in OUTPUTS], dtype=object)
Block = dict[str, NDArray[Any]]
"""Columns of some rows of `projections.csv`; hundreds of them become one table."""

PINNED_SPREAD = 1e-9
"""Spread of a pinned quantity over its size, at most."""


def projections(inputs: Inputs, readers: Sequence[Reader]) -> pd.DataFrame:
    """`projections.csv`: every scenario, area, group, measure and window that people read."""
    import pandas as pd

    observed = _observed(inputs)
    told = together(lambda reader: list(_scenario_blocks(inputs, reader, set(observed))), readers)
    blocks = [block for of_one in told for block in of_one]
    blocks.extend(_observed_block(observed, r.projected.spec.id) for r in readers)
    return pd.DataFrame(
        {name: np.concatenate([b[name] for b in blocks]) for name in PROJECTION_COLUMNS}
    )


def _scenario_blocks(
    inputs: Inputs, reader: Reader, observed: set[tuple[str, str, str, str]]
) -> Iterable[Block]:
    config = inputs.config
    years = [Window.year(y) for y in range(config.first_month // 12, config.horizon_last // 12 + 1)]
    extra = [w for w in _check_windows(inputs.panel) if w not in years]
    basis = Bases(inputs)
    for window in windows(config.last_data_month, config.horizon_last, config.headline, extra):
        for measure in _MONTHLY:
            yield _block(reader, measure, window, basis, observed)
    for window in years:
        for measure in _YEARLY:
            yield _block(reader, measure, window, basis, observed)


def _check_windows(panel: Panel) -> list[Window]:
    frame = panel.of_role(Role.CHECK).frame
    return [Window(int(a), int(b)) for a, b in zip(frame["first"], frame["last"], strict=True)]


def _block(
    reader: Reader,
    measure: Measure,
    window: Window,
    basis: Bases,
    observed: set[tuple[str, str, str, str]],
) -> Block:
    """Rows of one measure over one window; figures that are published are left to themselves."""
    values = summarise(reader.of(measure, window))
    groups = _groups_of(measure, reader)
    index = [
        (area, group, k, g)
        for k, area in enumerate(reader.structure.areas)
        for g, group in enumerate(groups)
        if (area, group, measure.value, window.code) not in observed
        and not (measure is Measure.LANDSANDEL and area == reader.structure.areas[2])
        and np.isfinite(values[:, k, g]).all()
    ]
    cells = np.array([values[:, k, g] for _, _, k, g in index]).reshape(-1)
    spread = {(k, g): values[-1, k, g] - values[2, k, g] for _, _, k, g in index}
    rests = [_rests(basis.of(a, b, measure), spread[k, g], values[1, k, g]) for a, b, k, g in index]
    repeat, rows = len(OUTPUTS), len(cells)
    return {
        "scenario": _same(reader.projected.spec.id, rows),
        "area": np.repeat(_texts([a for a, _, _, _ in index]), repeat),
        "group": np.repeat(_texts([b for _, b, _, _ in index]), repeat),
        "measure": _same(measure.value, rows),
        "period": _same(window.code, rows),
        "output_type": np.tile(_texts([name for name, _ in OUTPUTS]), len(index)),
        "output_type_id": np.tile(_LEVELS, len(index)),
        "value": cells,
        "unit": _same(unit_of(measure).value, rows),
        "basis": np.repeat(_texts(rests), repeat),
    }


def _rests(basis: str, spread: float, value: float) -> str:
    return Basis.PINNED.value if value > 0 and spread <= PINNED_SPREAD * value else basis


def _groups_of(measure: Measure, reader: Reader) -> tuple[str, ...]:
    if measure in _RATES:
        return (UNEMPLOYED,)
    return ("",) if measure in _PEOPLE else reader.groups


def unit_of(measure: Measure) -> Unit:
    """Give the unit in which a measure is written."""
    if measure in _PEOPLE:
        return Unit.PERSONER
    return Unit.FULDTIDSPERSONER if measure is Measure.FULDTIDSPERSONER else Unit.ANDEL


def _observed(inputs: Inputs) -> dict[tuple[str, str, str, str], float]:
    """Collect published figures that stand in for our own estimate of the same thing."""
    found: dict[tuple[str, str, str, str], float] = {}
    structure = inputs.structure
    for figure in inputs.published.figures:
        window = figure.window()
        known = figure.role in (Role.FIT, Role.IDENTITY) and figure.measure in _YEARLY
        if not known or window is None or figure.area not in structure.areas:
            continue
        if window.last > inputs.config.last_data_month or not inputs.config.data.published:
            continue
        key = (figure.area, figure.group or "", str(figure.measure), window.code)
        found.setdefault(key, figure.fraction())
    return found


def _observed_block(observed: Mapping[tuple[str, str, str, str], float], scenario: str) -> Block:
    keys = list(observed)
    return {
        "scenario": _same(scenario, len(keys)),
        "area": _texts([k[0] for k in keys]),
        "group": _texts([k[1] for k in keys]),
        "measure": _texts([k[2] for k in keys]),
        "period": _texts([k[3] for k in keys]),
        "output_type": _same("median", len(keys)),
        "output_type_id": _same("", len(keys)),
        "value": np.array(list(observed.values())),
        "unit": _texts([unit_of(Measure(k[2])).value for k in keys]),
        "basis": _same(Basis.OBSERVED.value, len(keys)),
    }


def _texts(values: Sequence[str]) -> NDArray[np.object_]:
    return np.array(values, dtype=object)


def _same(text: str, count: int) -> NDArray[np.object_]:
    return np.full(count, text, dtype=object)


def key_figures(inputs: Inputs, readers: Sequence[Reader]) -> pd.DataFrame:
    """`keyfigures.csv`: the målgruppeoversigt, published years and then projected ones."""
    import pandas as pd

    config, basis = inputs.config, Bases(inputs)
    table = overview(inputs.published, config.tree)
    years = [y for y in config.table_years if y * 12 > config.last_data_month]
    frames = [table.assign(scenario="")]
    for reader in readers:
        more = continue_overview(
            reader.leaves(Window.year(years[0]).first),
            config.tree,
            table,
            area=config.area,
            country=config.country,
            years=years,
            basis={k: basis.of(config.area, k, Measure.FULDTIDSPERSONER) for k in config.tree.rows},
        )
        frames.append(more.assign(scenario=reader.projected.spec.id))
    whole = pd.concat(frames, ignore_index=True)
    return whole.loc[:, ["scenario", *(c for c in whole.columns if c != "scenario")]]


def findings(inputs: Inputs, readers: Sequence[Reader]) -> pd.DataFrame:
    """`findings.csv`: figures the model has not seen, and the quantile at which each falls."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    checks = inputs.panel.of_role(Role.CHECK).frame
    known = set(readers[0].groups) if readers else set()
    for check in checks.to_dict("records"):
        usable = check["group"] in known and check["area"] in inputs.structure.areas
        for reader in readers if usable else ():
            window = Window(int(check["first"]), int(check["last"]))
            values = reader.one(check["area"], check["group"], Measure(check["measure"]), window)
            low, median, high = np.quantile(values, [0.1, 0.5, 0.9])
            parts = (
                check["area"],
                check["group"],
                check["measure"],
                check["period"],
                reader.projected.spec.id,
            )
            rows.append(
                {
                    "quantity": " / ".join(parts),
                    "scenario": parts[4],
                    "area": parts[0],
                    "group": parts[1],
                    "measure": parts[2],
                    "period": parts[3],
                    "published": check["value"],
                    "quantile": float(np.mean(values < check["value"])),
                    "low": low,
                    "median": median,
                    "high": high,
                    "width": high - low,
                    "unit": check["unit"],
                    "note": check["note"],
                }
            )
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)


FINDING_COLUMNS = [
    "quantity",
    "scenario",
    "area",
    "group",
    "measure",
    "period",
    "published",
    "quantile",
    "low",
    "median",
    "high",
    "width",
    "unit",
    "note",
]


def published_beside(inputs: Inputs) -> pd.DataFrame:
    """`published.csv`: what others expected of the headline, and the levels they started from."""
    import pandas as pd

    frames = [inputs.panel.of_role(role).frame for role in (Role.CHECK, Role.SCENARIO, Role.FIT)]
    whole = pd.concat(frames, ignore_index=True)
    plan = whole["measure"].eq(Measure.LEDIGHEDSPROCENT) & whole["area"].isin(
        inputs.structure.areas
    )
    realised = whole["note"].str.contains("realised")
    kept = whole[plan & ~realised]
    # a figure's source is "document, table (file row n)": people read the document
    kept = kept.assign(reference=kept["source"], source=kept["source"].str.split(", ").str[0])
    columns = ["area", "group", "measure", "period", "value", "unit", "source", "reference", "note"]
    return kept.loc[:, columns]


def decomposition(inputs: Inputs, readers: Sequence[Reader]) -> pd.DataFrame:
    """`decomposition.csv`: why a rate is what it is, as factors that multiply to its median.

    The country's median rate; the ratio to it in the last month of data (base share); what
    elasticities make of the country's path since; what drifts make of the time; and the rest,
    shocks and their interplay. Each factor is a geometric mean over draws but the rest, which is
    what is left to the median.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for reader in readers:
        for area in inputs.structure.areas[:2]:
            for factor, value in _factors(inputs, reader, area).items():
                rows.append(
                    {
                        "scenario": reader.projected.spec.id,
                        "area": area,
                        "period": inputs.config.headline.code,
                        "factor": factor,
                        "value": value,
                    }
                )
    return pd.DataFrame(rows, columns=["scenario", "area", "period", "factor", "value"])


def _factors(inputs: Inputs, reader: Reader, area: str) -> dict[str, float]:
    config, future = inputs.config, reader.projected.future
    place = inputs.structure.areas.index(area)
    now, then = config.headline.last, config.last_data_month
    t, t0 = (int(np.flatnonzero(future.months == m)[0]) for m in (now, then))
    country = reader.one(config.country, UNEMPLOYED, Measure.LEDIGHEDSPROCENT, config.headline)
    result = reader.one(area, UNEMPLOYED, Measure.LEDIGHEDSPROCENT, config.headline)
    links, rate = future.paths.links, future.paths.rate
    base = links[:, :, t0]
    followed = base + future.response
    drifted = followed + future.drift * ((now - then) / 12.0)
    steps = [
        _log_ratio(inputs.structure, path, country_rate, place)
        for path, country_rate in (
            (base, rate[:, t0]),
            (followed, rate[:, t]),
            (drifted, rate[:, t]),
        )
    ]
    national, median = float(np.median(country)), float(np.median(result))
    out = {
        "national": national,
        "base_share": float(np.exp(np.mean(steps[0]))),
        "elasticity": float(np.exp(np.mean(steps[1] - steps[0]))),
        "drift": float(np.exp(np.mean(steps[2] - steps[1]))),
    }
    return out | {"residual": median / float(np.prod(list(out.values()))), "result": median}


def _log_ratio(structure: Structure, links: Floats, rate: Floats, place: int) -> Floats:
    """Log of an area's rate over the country's, (draws,)."""
    levels = structure.levels(links[:, :, None], rate[:, None])
    unemployed = levels.persons[:, :, : len(structure.unemployed), 0].sum(axis=2)
    rates = unemployed / levels.labour_force[:, :, 0]
    return np.log(rates[:, place] / rates[:, 2])


def base_period(inputs: Inputs) -> str:
    """Name the last month of data, the level a projection starts from."""
    return month_code(inputs.config.last_data_month)
