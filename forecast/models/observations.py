"""From figures to the likelihood: what each figure observes, how exactly, and to first order.

A figure such as 861 full-time persons or 3,7 pct. is a function of several link paths (a sum of
benefits, a share of a country). Its log is linearised about the posterior mean of the window means
(iterated to convergence), which is exact to first order; the test of this module bounds what is
left. The log of a mean over a window is taken for the mean of the logs; for paths that move by 10
pct. within a year the two differ by half their variance, 0.3 pct., below the rounding of a rate
with one decimal (0.8 pct.).

A printed number is known to half its last digit: it is uniform there, and enters with the mean and
sd of the log of such a uniform variable (half-width/sqrt(3) relative to the value, when that is
large).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.config.model import RegionWeights
from forecast.core.panel import Panel
from forecast.core.period import Window
from forecast.core.tree import Tree
from forecast.errors import DataError, nearest
from forecast.models.kernels import Floats
from forecast.models.structure import UNEMPLOYED, Levels, Structure, sums
from forecast.vocabulary import Adjustment, Measure

_RATES = (Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK)
_OF_FORCE = (*_RATES, Measure.ANDEL_AF_ARBEJDSSTYRKE)


@dataclass(frozen=True)
class Observation:
    """One figure that enters the likelihood.

    Attributes
    ----------
    label : area, group, measure and period in words
    value, sd : mean and sd of its log
    window : months it is the mean of
    seasonal : False where the season has been taken out
    numerator : (3, K + P) weights of persons by area and benefit (and parts)
    denominator : (9, ) weights of country's persons of the group, labour force, population by area
    """

    label: str
    area: str
    group: str
    measure: Measure
    value: float
    sd: float
    window: Window
    seasonal: bool


def observations(
    panel: Panel, tree: Tree, structure: Structure, regions: RegionWeights
) -> tuple[Observation, ...]:
    """Figures of a panel that the links of a structure can explain.

    Figures of other areas and of groups that can hold nobody are left out: they say nothing about
    these links. A count of zero takes its own share along: both round the same nothing.

    Raises
    ------
    DataError
        If no figure remains, or none of the municipality itself, or a zero is exact.
    """
    frame = panel.frame
    rows = [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False)]
    known = set(sums(tree, structure)[0]) | set(structure.benefits)
    known |= {part for part, _ in structure.parts} | {""}
    empty = {k for k in known if k in tree.groups and not _members(k, tree, structure)}
    zero = {
        (r["area"], r["group"], r["period"])
        for r in rows
        if r["measure"] == Measure.FULDTIDSPERSONER and r["value"] <= r["half_width"]
    }
    found = [
        _observation(r)
        for r in rows
        if r["area"] in structure.areas
        and r["group"] in known - empty
        and not (
            r["measure"] == Measure.LANDSANDEL and (r["area"], r["group"], r["period"]) in zero
        )
    ]
    found.extend(_half_rates(rows, tree, structure, regions))
    if not any(o.area == structure.areas[0] for o in found):
        areas = sorted({str(r["area"]) for r in rows})
        raise DataError(
            f"figures: found none of {structure.areas[0]} with role 'fit'"
            f"{nearest(structure.areas[0], areas)} (areas with figures: "
            f"{', '.join(areas) or 'none'}); add a file of its figures as [[data.figures]] in the "
            "configuration, with columns area, group, measure, period, value, unit"
        )
    return tuple(found)


def _members(key: str, tree: Tree, structure: Structure) -> bool:
    parts = {part for part, _ in structure.parts}
    return key in parts or any(leaf in structure.benefits for leaf in tree.components(key))


def _observation(row: Mapping[str, object]) -> Observation:
    value, half, sd = (float(str(row[c])) for c in ("value", "half_width", "sd"))
    # an sd beyond that of the rounding is the user's own
    half = max(half, float(np.sqrt(3.0)) * sd)
    if value <= 0 and half == 0:
        raise DataError(
            f"{row['area']}, {row['group']}, {row['measure']}, {row['period']}: found {value:g} "
            "with neither half_width nor sd, expected to know how exactly a figure of nothing is "
            "known; give the row an sd"
        )
    mean_log, sd_log = _log_moments(value, half)
    return Observation(
        label=f"{row['area']}, {row['group']}, {row['measure']}, {row['period']}",
        area=str(row["area"]),
        group=str(row["group"]),
        measure=Measure(str(row["measure"])),
        value=float(mean_log),
        sd=float(sd_log),
        window=Window(int(str(row["first"])), int(str(row["last"]))),
        seasonal=row["adjustment"] != Adjustment.SEASONALLY_ADJUSTED,
    )


def _half_rates(
    rows: Sequence[Mapping[str, object]], tree: Tree, structure: Structure, regions: RegionWeights
) -> list[Observation]:
    """Rates of the half of the country as weighted means of its regions' rates.

    sd² = sum (w h)²/3 + (sd_w · range of the rates)², h the half-widths and w the weights.
    """
    half = structure.areas[1]
    if any(r["area"] == half and r["measure"] in _RATES for r in rows):
        return []
    inside = [n for n, a in tree.areas.items() if a.kind == "region" and n in regions.weights]
    inside = [n for n in inside if half in tree.area_chain(n)]
    rates: dict[tuple[str, str], dict[str, Mapping[str, object]]] = {}
    for row in rows:
        if row["area"] in inside and row["measure"] in _RATES and row["group"] == UNEMPLOYED:
            rates.setdefault((str(row["measure"]), str(row["period"])), {})[str(row["area"])] = row
    out: list[Observation] = []
    for by_area in rates.values():
        if set(by_area) != set(inside):
            continue
        weight = np.array([regions.weights[n] for n in inside])
        value = np.array([float(str(by_area[n]["value"])) for n in inside])
        spread = np.array([float(str(by_area[n]["sd"])) for n in inside])
        mean = float(weight @ value / weight.sum())
        sd = float(np.hypot(np.linalg.norm(weight * spread), regions.sd * np.ptp(value)))
        row = {**by_area[inside[0]], "area": half, "value": mean, "sd": sd, "half_width": 0.0}
        out.append(_observation(row))
    return out


def _log_moments(value: float, half: float) -> tuple[float, float]:
    """Mean and sd of the log of a variable that is uniform on value ± half, cut at zero."""
    if half < 0.02 * value:
        return float(np.log(value)), float(half / np.sqrt(3) / value)
    low, high = max(value - half, 0.0), value + half
    # integrals of log x and log² x; both vanish at zero
    first = [x * np.log(x) - x if x > 0 else 0.0 for x in (low, high)]
    second = [x * np.log(x) ** 2 - 2 * x * np.log(x) + 2 * x if x > 0 else 0.0 for x in (low, high)]
    mean = (first[1] - first[0]) / (high - low)
    square = (second[1] - second[0]) / (high - low)
    return float(mean), float(np.sqrt(square - mean**2))


def log_quantity(found: Observation, levels: Levels, tree: Tree, structure: Structure) -> Floats:
    """Log of what a figure measures, (...,) for levels of one month, (..., 1)."""
    place = structure.areas.index(found.area)
    if found.measure is Measure.ARBEJDSSTYRKE:
        return np.log(levels.labour_force[..., place, 0])
    if found.measure is Measure.BEFOLKNING:
        return np.log(levels.population[..., place, 0])
    persons = _persons(found.group, levels, tree, structure)
    numerator = persons[..., place]
    if found.measure is Measure.FULDTIDSPERSONER:
        return np.log(numerator)
    if found.measure is Measure.LANDSANDEL:
        return np.log(numerator) - np.log(persons[..., 2])
    if found.measure in _OF_FORCE:
        return np.log(numerator) - np.log(levels.labour_force[..., place, 0])
    if found.measure is Measure.ANDEL_AF_BEFOLKNING:
        return np.log(numerator) - np.log(levels.population[..., place, 0])
    raise DataError(
        f"{found.label}: a figure of measure {found.measure} cannot be fitted; expected one of "
        f"{', '.join((Measure.FULDTIDSPERSONER, Measure.LANDSANDEL, *_OF_FORCE))} or "
        f"{Measure.ANDEL_AF_BEFOLKNING}; give the row another role"
    )


def _persons(group: str, levels: Levels, tree: Tree, structure: Structure) -> Floats:
    """Persons of a group by area, (..., 3)."""
    parts = [part for part, _ in structure.parts]
    if group in parts:
        return levels.parts[..., parts.index(group), 0]
    members = [
        structure.benefits.index(k) for k in tree.components(group) if k in structure.benefits
    ]
    return levels.persons[..., members, 0].sum(axis=-1)


def linearise(
    found: Sequence[Observation],
    paths: Floats,
    rates: Floats,
    tree: Tree,
    structure: Structure,
) -> tuple[Floats, Floats, Floats]:
    """First order of every figure about link values.

    Parameters
    ----------
    paths : (n, S)
        Link values at each figure's window.
    rates : (n,)
        Log national rate there.

    Returns
    -------
    coefficients, on_root, offset : (n, S), (n,), (n,)
        ``log figure ~ offset + coefficients @ links + on_root * rate``.
    """
    size, step = len(structure.names), 1e-5
    steps = np.vstack([np.eye(size + 1), -np.eye(size + 1), np.zeros((1, size + 1))]) * step
    coefficients, on_root, offset = (
        np.empty((len(found), size)),
        np.empty(len(found)),
        np.empty(len(found)),
    )
    for index, figure in enumerate(found):
        point = np.concatenate([paths[index], rates[index : index + 1]])
        moved = point + steps
        levels = structure.levels(moved[:, :size, None], moved[:, size:])
        value = log_quantity(figure, levels, tree, structure)
        slope = (value[: size + 1] - value[size + 1 : -1]) / (2 * step)
        coefficients[index], on_root[index] = slope[:size], slope[size]
        offset[index] = value[-1] - slope @ point
    return coefficients, on_root, offset
