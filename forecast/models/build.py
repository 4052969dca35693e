"""Put a structure, its priors and the figures together into a problem to fit."""

from collections.abc import Mapping, Sequence

import numpy as np

from forecast.config.model import BenefitPriors, LinkPriors, Prior
from forecast.core.tree import Tree
from forecast.errors import ConvergenceError
from forecast.models.kernels import Floats
from forecast.models.observations import Observation, linearise
from forecast.models.problem import KERNELS, Figures, Parameters, Problem, Series
from forecast.models.states import posterior_mean
from forecast.models.structure import Structure
from forecast.vocabulary import Measure

FAMILIES = ("share_area", "share_region", "national", "composition", "population")
"""Kinds of links, in the order of `Series.family`."""

_KERNEL = {"share_area": 0, "share_region": 0, "national": 1, "composition": 1, "population": 2}
# Which family a part's three links move like: the country's share of a benefit moves like the
# split of unemployment, the others like any benefit of their area.
_PART_FAMILY = {"land": "composition", "region": "share_region", "area": "share_area"}


def series_of(structure: Structure, priors: LinkPriors, found: Sequence[Observation]) -> Series:
    """Priors and places of every link of a structure."""
    sizes = _sizes(structure, found)
    rows = [_link(name, structure, priors, sizes) for name in structure.names]
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return Series(names=structure.names, **columns)


def _link(
    name: str, structure: Structure, priors: LinkPriors, sizes: Mapping[str, float]
) -> dict[str, float]:
    kind, key = name.split(":")
    if kind == "population":
        own = getattr(priors.population, key)
        return _row("population", own.level, own.drift, None, priors)
    if kind.startswith("part_"):
        where = kind.removeprefix("part_")
        common = priors.links.part
        same = {
            "land": common,
            "region": priors.links.share_region,
            "area": priors.links.share_area,
        }[where]
        row = _row(_PART_FAMILY[where], same.level, common.drift, common.elasticity, priors)
        # The municipality's part is a part of its half of the country, not of the country.
        half = float(priors.population.befolkning_region.level.mean)
        row["level_mean"] += np.log1p(np.exp(-half)) if where == "area" else 0.0
        row["lag"] = common.lag_months
    else:
        common = getattr(priors.links, kind)
        own = priors.benefits.get(key) if kind == "national" else None
        elasticity = common.elasticity if own is None else own.elasticity
        row = _row(kind, common.level, common.drift, elasticity, priors)
        row["lag"] = common.lag_months if own is None else own.lag_months
        row |= _own(own)
        if key in structure.unemployed:
            row["scale_shift"] += common.unemployed_shift
    reference = getattr(priors.families, FAMILIES[int(row["family"])]).reference_size
    row["log_size"] = float(np.log(sizes[name] / reference)) if name in sizes else 0.0
    if kind.startswith("share_"):
        row["area"] = 0 if kind == "share_area" else 1
        row["benefit"] = structure.benefits.index(key)
    return row


def _row(
    family: str, level: Prior, drift: Prior, elasticity: Prior | None, priors: LinkPriors
) -> dict[str, float]:
    return {
        "family": FAMILIES.index(family),
        "kernel": _KERNEL[family],
        "log_size": 0.0,
        "level_mean": level.mean,
        "level_sd": level.sd,
        "drift_mean": drift.mean,
        "drift_sd": drift.sd,
        "elasticity_mean": 0.0 if elasticity is None else elasticity.mean,
        "elasticity_sd": 0.0 if elasticity is None else elasticity.sd,
        "scale_shift": 0.0,
        "lag": 0,
        "season_sd": getattr(priors.families, family).season_sd,
        "area": -1,
        "benefit": -1,
    }


def _own(own: BenefitPriors | None) -> dict[str, float]:
    if own is None:
        return {}
    season = {} if own.season_sd is None else {"season_sd": own.season_sd}
    return {"scale_shift": own.log_scale_shift, **season}


def _sizes(structure: Structure, found: Sequence[Observation]) -> dict[str, float]:
    """Mean size of links in persons, as far as the figures tell: it decides how much they move."""
    counts: dict[tuple[str, str], list[float]] = {}
    shares: dict[str, list[float]] = {}
    for figure in found:
        if figure.measure is Measure.FULDTIDSPERSONER:
            counts.setdefault((figure.area, figure.group), []).append(np.exp(figure.value))
        elif figure.measure is Measure.LANDSANDEL and figure.area == structure.areas[0]:
            shares.setdefault(figure.group, []).append(np.exp(figure.value))
    area, half, country = structure.areas
    out: dict[str, float] = {}
    for key in structure.benefits:
        if (area, key) in counts:
            out[f"share_area:{key}"] = float(np.mean(counts[area, key]))
            if key in shares:
                national = float(np.mean(counts[area, key]) / np.mean(shares[key]))
                out[f"national:{key}"] = out[f"composition:{key}"] = national
    for key, _ in structure.parts:
        places = {"land": country, "region": half, "area": area}
        for where, name in places.items():
            if (name, key) in counts:
                out[f"part_{where}:{key}"] = float(np.mean(counts[name, key]))
    return out


def typical(series: Series, priors: LinkPriors) -> Parameters:
    """Parameters at the means of their priors."""
    families = [getattr(priors.families, name) for name in FAMILIES]
    scale = np.array([f.log_scale.mean for f in families])[series.family]
    slope = np.array([f.size_slope.mean for f in families])[series.family]
    noise = np.array([f.noise.mean for f in families])[series.family]
    noise_slope = np.array([f.noise_slope.mean for f in families])[series.family]
    memory = [getattr(priors.memory, name).mean for name in KERNELS]
    shared = np.exp([0.0, priors.shared.area.mean, priors.shared.benefit.mean])
    _, by_area, by_benefit = shared / shared.sum()
    return Parameters(
        scale=np.exp(scale + slope * series.log_size + series.scale_shift),
        noise=np.exp(noise + noise_slope * series.log_size),
        elasticity=series.elasticity_mean,
        memory=12.0 * np.exp(np.array(memory)),
        by_area=by_area,
        by_benefit=by_benefit,
        root_long=np.exp(priors.root.long_months.mean),
        root_short=np.exp(priors.root.short_months.mean),
        root_scale=np.exp(priors.root.scale.mean),
        season_memory=120.0,
        kappa=priors.amplitude.kappa.mean,
    )


def build_problem(
    structure: Structure,
    tree: Tree,
    priors: LinkPriors,
    found: Sequence[Observation],
    first_month: int,
    last_month: int,
) -> Problem:
    """Links and figures as arrays, each figure linearised about its posterior mean.

    Raises
    ------
    ConvergenceError
        If the linearisation does not settle, which means that figures contradict each other.
    """
    series = series_of(structure, priors, found)
    rate = priors.root.level.mean
    move = np.inf
    paths, rates = np.tile(series.level_mean, (len(found), 1)), np.full(len(found), rate)
    for _ in range(60):
        coefficients, on_root, offset = linearise(found, paths, rates, tree, structure)
        offset = offset + _root_season(found, priors) * on_root
        problem = Problem(
            series=series,
            figures=_figures(found, coefficients, on_root, offset),
            first=first_month - int(series.lag.max()),
            last=last_month,
            middle=(first_month + last_month) / 2,
            centre=rate,
            root_level_mean=rate,
            root_level_sd=priors.root.level.sd,
        )
        new_paths, new_rates = posterior_mean(problem, typical(series, priors))
        move = max(np.abs(new_paths - paths).max(), np.abs(new_rates - rates).max())
        paths, rates = new_paths, new_rates
        if move < 1e-6:
            return problem
    raise ConvergenceError(
        f"figures: their linearisation moves by {move:.2g} after 60 rounds, expected less than "
        "1e-6; look for figures that contradict each other, or add the population and the "
        "labour force 16-66 (befolkning, arbejdsstyrke), whose priors are those of Gentofte"
    )


def _figures(
    found: Sequence[Observation], coefficients: Floats, on_root: Floats, offset: Floats
) -> Figures:
    return Figures(
        labels=tuple(o.label for o in found),
        value=np.array([o.value for o in found]),
        sd=np.array([o.sd for o in found]),
        windows=tuple(o.window for o in found),
        coefficients=coefficients,
        on_root=on_root,
        offset=offset,
        seasonal=np.array([float(o.seasonal) for o in found]),
    )


def _root_season(found: Sequence[Observation], priors: LinkPriors) -> Floats:
    """Mean national season of each figure's window, in logs; zero over whole years."""
    pattern = np.array(priors.root.season_ledige)
    pattern = pattern - np.log(np.mean(np.exp(pattern)))
    out = np.zeros(len(found))
    for index, figure in enumerate(found):
        if figure.seasonal:
            actual = np.exp(pattern[figure.window.months % 12])
            out[index] = float(np.log(actual.mean()))
    return out
