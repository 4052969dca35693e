"""Worlds of the published shape: yearly counts, landsandele and rates of three years.

A world draws the monthly paths of all links 2017-2021 at fixed parameters, prints 2017-2019 as the
documents do, and keeps December 2021 for the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import expit, logit

from forecast.config import RunConfig, load_config
from forecast.config.files import bundled
from forecast.config.model import LinkPriors, load_model
from forecast.core.panel import Panel
from forecast.models.bent import identity
from forecast.models.build import build_problem, typical
from forecast.models.drawing import simulate
from forecast.models.futures import Future, levels_of
from forecast.models.link import (
    Sizes,
    compile_model,
    parameters,
    posterior_raw,
    sample,
)
from forecast.models.observations import observations
from forecast.models.problem import Parameters, Problem
from forecast.models.structure import Structure
from forecast.sources.published import load_published
from tests.evidence import truth
from tests.evidence.truth import Floats, Link, Score

START = 2015 * 12  # two years before the first figure, for drivers that are averages
HALF_SHARE = {  # the half's part of the country without the municipality
    "dagpenge": 0.485,
    "kontanthjaelp_jobparate": 0.435,
    "kontanthjaelp_aktivitetsparate": 0.435,
}
HALF_SCALE = {  # 24-month changes of log-odds 0.12, 0.11 and 0.025 in the panels
    "dagpenge": 0.0270,
    "kontanthjaelp_jobparate": 0.0245,
    "kontanthjaelp_aktivitetsparate": 0.0056,
}
NATIONAL_SCALE = {"foertidspension": 0.004, "fleksjob": 0.008}
COMPOSITION_SCALE = 0.041
POPULATION_SCALE = 0.0025


@dataclass(frozen=True)
class World:
    """What is printed, and what is kept.

    Attributes
    ----------
    panel : figures as printed
    persons : (K,) full-time persons of the municipality in December 2021, with season
    """

    panel: Panel
    persons: Floats


class Published:
    """The shape, its compiled model, and how to run a world of it."""

    targets = ("dagpenge", "i alt")

    def __init__(self) -> None:
        config: RunConfig = load_config(None)
        self.config = config
        self.priors: LinkPriors = load_model(config.model)
        source = load_published(bundled("data/published"), config.tree.groups)
        frame = source.panel("fit").frame
        self.structure = Structure.of(config.tree, config.area, set(frame["group"]))
        self.rows: list[dict[str, Any]] = frame.to_dict("records")
        self.months = np.arange(START, config.headline.last + 1)
        self.links = self._links()

    # --- truth -----------------------------------------------------------------------------------

    def _mean(self, area: str, group: str, measure: str) -> float:
        """Mean printed value of a series over the years."""
        found = [
            r["value"]
            for r in self.rows
            if (r["area"], r["group"], r["measure"]) == (area, group, measure)
        ]
        return float(np.mean(found))

    def _links(self) -> dict[str, Link]:
        area, st = self.structure.areas[0], self.structure
        size = {k: self._mean(area, k, "fuldtidspersoner") for k in st.benefits}
        share = {k: self._mean(area, k, "landsandel") for k in st.benefits}
        country = {k: size[k] / share[k] for k in st.benefits}
        out: dict[str, Link] = {}
        for name in st.names:
            kind, key = name.split(":")
            if kind == "population":
                own = getattr(self.priors.population, key)
                out[name] = Link(
                    own.level.mean, POPULATION_SCALE, 0.0003, 0.0, 0, own.drift.mean, 0.0
                )
            elif kind == "composition":
                level = np.log(country[key] / country[st.unemployed[0]])
                elasticity = self.priors.links.composition.elasticity.mean
                out[name] = Link(level, COMPOSITION_SCALE, 0.004, elasticity, 0, 0.0, 0.0)
            elif kind == "national":
                out[name] = self._national(key, country[key])
            elif kind == "share_area":
                out[name] = Link(
                    logit(share[key]),
                    truth.share_scale(key, size[key]),
                    truth.share_noise(size[key]),
                    *(0.0, 0, 0.0, truth.SHARE_SEASON.get(key, 0.03)),
                )
            elif kind == "share_region":
                level, scale = HALF_SHARE.get(key, 0.455), HALF_SCALE.get(key, 0.0135)
                out[name] = Link(logit(level), scale, 0.002, 0.0, 0, 0.0, 0.02)
            else:
                out[name] = self._part(kind, key, country)
        return out

    def _national(self, key: str, size: float) -> Link:
        people = np.exp(self.priors.population.befolkning_land.level.mean)
        common, own = self.priors.links.national, self.priors.benefits.get(key)
        scale = NATIONAL_SCALE.get(key, 0.012 * (size / 15000.0) ** -0.2)
        if key.startswith("integrationsydelse"):
            scale = 0.030
        return Link(
            level=np.log(size / people),
            scale=scale,
            noise=0.004 * (size / 15000.0) ** -0.3,
            elasticity=(own or common).elasticity.mean,
            lag=(own or common).lag_months,
            drift=0.0,
            season=0.06 if key == "sygedagpenge" else 0.02,
        )

    def _part(self, kind: str, key: str, country: Mapping[str, float]) -> Link:
        names = dict(zip(("area", "region", "land"), self.structure.areas, strict=True))
        count = {w: self._mean(a, key, "fuldtidspersoner") for w, a in names.items()}
        whole = sum(country[k] for k in dict(self.structure.parts)[key])
        where = kind.removeprefix("part_")
        scales = {
            "land": COMPOSITION_SCALE,
            "region": 0.0135,
            "area": truth.share_scale(key, count["area"]),
        }
        odds = {
            "land": count["land"] / whole,
            "region": count["region"] / count["land"],
            "area": count["area"] / count["region"],
        }
        noise = {"land": 0.004, "region": 0.002, "area": truth.share_noise(count["area"])}
        return Link(logit(odds[where]), scales[where], noise[where], 0.0, 12, 0.0, 0.02)

    # --- a world ---------------------------------------------------------------------------------

    def world(self, rng: np.random.Generator) -> World:
        """Draw one."""
        rate = truth.root_path(len(self.months), rng)
        first, last = self.config.first_month, self.config.last_data_month
        swing = truth.swing(rate, slice(first - START, last + 1 - START))
        paths, seasonal = {}, {}
        shocks = self._shocks(rng)
        years = (self.months - (first + last) / 2) / 12
        for name, link in self.links.items():
            path = link.level + link.elasticity * (truth.lagged(rate, link.lag) - truth.ROOT_LEVEL)
            path = path + link.drift * years + link.scale * shocks[name]
            paths[name] = path + link.noise * rng.standard_normal(len(path))
            seasonal[name] = swing * truth.season(link.season, self.months, rng)
            if name.startswith("composition:"):
                root = self.priors.root
                split = np.array(root.season_jobparate) - np.array(root.season_dagpenge)
                seasonal[name] = seasonal[name] + (split - split.mean())[self.months % 12]
        adjusted = self._levels(paths, rate)
        factor = np.array(self.priors.root.season_ledige)[self.months % 12]
        moved = {name: paths[name] + seasonal[name] for name in paths}
        actual = self._levels(moved, self._same_year_means(rate, factor, adjusted))
        panel = Panel.from_rows(self._print(adjusted, actual, rng))
        return World(panel, actual["persons"][0, :, -1])

    def _shocks(self, rng: np.random.Generator) -> dict[str, Floats]:
        """Unit shocks of every link, shares correlated by area and by benefit."""
        length = len(self.months)
        area = {
            k: truth.ornstein_uhlenbeck(truth.SHARES_MEMORY, length, rng)
            for k in ("share_area", "share_region")
        }
        benefit = {
            k: truth.ornstein_uhlenbeck(truth.SHARES_MEMORY, length, rng)
            for k in self.structure.benefits
        }
        out = {}
        for name in self.links:
            kind, key = name.split(":")
            memory = truth.POPULATION_MEMORY if kind == "population" else truth.SHARES_MEMORY
            own = truth.ornstein_uhlenbeck(memory, length, rng)
            if kind in area:
                own = (
                    np.sqrt(1 - truth.BY_AREA - truth.BY_BENEFIT) * own
                    + np.sqrt(truth.BY_AREA) * area[kind]
                    + np.sqrt(truth.BY_BENEFIT) * benefit[key]
                )
            out[name] = own
        return out

    def _same_year_means(
        self, rate: Floats, factor: Floats, adjusted: Mapping[str, Floats]
    ) -> Floats:
        """Actual log rate whose unemployed have the adjusted mean in every year."""
        out = rate + factor
        force = adjusted["labour_force"][2]
        for year in np.unique(self.months // 12):
            mine = self.months // 12 == year
            wanted = (force * np.exp(rate))[mine].sum()
            out[mine] += np.log(wanted / (force * np.exp(out))[mine].sum())
        return out

    def _levels(self, paths: Mapping[str, Floats], rate: Floats) -> dict[str, Floats]:
        """Persons (3, K, T), parts (P, 3, T), labour force and population (3, T)."""
        st = self.structure
        people = {k: paths[f"population:befolkning_{k}"] for k in ("land", "region", "kommune")}
        force = {k: paths[f"population:arbejdsstyrke_{k}"] for k in ("land", "region", "kommune")}
        country = np.exp(people["land"])
        half = country * expit(people["region"])
        population = np.array([half * expit(people["kommune"]), half, country])
        workers = country * expit(force["land"])
        half = workers * expit(force["region"])
        labour_force = np.array([half * expit(force["kommune"]), half, workers])
        ratios = {k: np.exp(paths[f"composition:{k}"]) for k in st.unemployed[1:]}
        base = workers * np.exp(rate) / (1 + sum(ratios.values()))
        persons = []
        for key in st.benefits:
            if key in st.unemployed:
                whole = base * ratios.get(key, 1.0)
            else:
                whole = country * np.exp(paths[f"national:{key}"])
            mine = whole * expit(paths[f"share_area:{key}"])
            rest = (whole - mine) * expit(paths[f"share_region:{key}"])
            persons.append([mine, mine + rest, whole])
        parts = []
        for key, members in st.parts:
            whole = sum(persons[st.benefits.index(k)][2] for k in members)
            land = whole * expit(paths[f"part_land:{key}"])
            region = land * expit(paths[f"part_region:{key}"])
            parts.append([region * expit(paths[f"part_area:{key}"]), region, land])
        return {
            "persons": np.swapaxes(np.array(persons), 0, 1),
            "parts": np.array(parts),
            "labour_force": labour_force,
            "population": population,
        }

    def _print(
        self,
        adjusted: Mapping[str, Floats],
        actual: Mapping[str, Floats],
        rng: np.random.Generator,
    ) -> list[dict[str, object]]:
        """The rows of the documents with this world's values, rounded to the digits they have."""
        gap = 0.002 * rng.standard_normal(len(self.months) // 12)  # Hovedstaden less Sjælland
        weight = 0.71 + 0.01 * rng.standard_normal()
        out = []
        for row in self.rows:
            here = (self.months >= row["first"]) & (self.months <= row["last"])
            levels = adjusted if row["adjustment"] == "seasonally-adjusted" else actual
            value = self._figure(row, levels, here, gap, weight)
            step = 2 * row["half_width"]
            printed = round(float(value) / step) * step
            out.append({**row, "value": printed, "printed_text": f"{printed:.6g}"})
        return out

    def _figure(
        self,
        row: Mapping[str, Any],
        levels: Mapping[str, Floats],
        here: Floats,
        gap: Floats,
        weight: float,
    ) -> float:
        st, group = self.structure, row["group"]
        region = {"Region Hovedstaden": 1 - weight, "Region Sjælland": -weight}.get(row["area"])
        place = 1 if region is not None else st.areas.index(row["area"])
        persons = self._persons(group, levels)[:, here].mean(axis=1)
        measure = row["measure"]
        if measure == "fuldtidspersoner":
            return persons[place]
        if measure == "landsandel":
            return persons[place] / persons[2] if persons[2] > 0 else 0.0
        if measure == "andel_af_befolkning":
            return persons[place] / levels["population"][place, here].mean()
        rate = persons[place] / levels["labour_force"][place, here].mean()
        if region is None:
            return rate
        return rate + region * gap[(row["first"] - START) // 12]

    def _persons(self, group: str, levels: Mapping[str, Floats]) -> Floats:
        parts = [key for key, _ in self.structure.parts]
        if group in parts:
            return levels["parts"][parts.index(group)]
        members = [
            self.structure.benefits.index(k)
            for k in self.config.tree.components(group)
            if k in self.structure.benefits
        ]
        return levels["persons"][:, members].sum(axis=1)

    # --- fit and score ---------------------------------------------------------------------------

    def problem(self, panel: Panel) -> Problem:
        """What the fit of a panel sees, through the same functions as a run."""
        found = observations(panel, self.config.tree, self.structure, self.priors.region_weights)
        first, last = self.config.first_month, self.config.last_data_month
        return build_problem(self.structure, self.config.tree, self.priors, found, first, last)

    @cached_property
    def full(self) -> Problem:
        """The figures of a world in which no count is zero: all that there can be."""
        rows = [{**r, "value": r["value"] or 2 * r["half_width"]} for r in self.rows]
        return self.problem(Panel.from_rows(rows))

    @cached_property
    def compiled(self) -> Any:  # noqa: ANN401
        """The model, compiled once for all worlds."""
        return compile_model(self.full, self.priors)

    def fit(self, problem: Problem, sizes: Sizes, count: int, seed: int) -> list[Parameters]:
        """Draws of the parameters, by the sampler of the run."""
        made = sample(self.compiled.with_problem(problem), sizes, seed)
        return parameters(posterior_raw(made.posterior, count), problem, self.priors)

    def known(self, problem: Problem) -> tuple[Problem, Parameters]:
        """The problem and the parameters of who knows levels, drifts, scales and memories."""
        links = [self.links[name] for name in self.structure.names]
        start = typical(problem.series, self.priors)
        p = start._replace(
            scale=np.array([x.scale for x in links]),
            noise=np.array([x.noise for x in links]),
            elasticity=np.array([x.elasticity for x in links]),
            memory=np.array([truth.SHARES_MEMORY, truth.SHARES_MEMORY, truth.POPULATION_MEMORY]),
            by_area=truth.BY_AREA,
            by_benefit=truth.BY_BENEFIT,
            root_long=truth.ROOT_LONG,
            root_short=truth.ROOT_SHORT,
            root_scale=truth.ROOT_SCALE,
            season_memory=truth.SEASON_MEMORY,
            kappa=truth.KAPPA,
        )
        series = replace(
            problem.series,
            level_mean=np.array([x.level for x in links]),
            level_sd=np.full(len(links), 1e-3),
            drift_mean=np.array([x.drift for x in links]),
            drift_sd=np.full(len(links), 1e-4),
            season_sd=np.array([x.season for x in links]),
        )
        sure = {"root_level_mean": truth.ROOT_LEVEL, "root_level_sd": 1e-3}
        return replace(problem, series=series, **sure), p

    def scores(
        self,
        world: World,
        problem: Problem,
        sets: list[Parameters],
        futures: int,
        rng: np.random.Generator,
    ) -> tuple[Score, Score]:
        """December 2021 of one benefit and of all together, actual, free forecast."""
        made = simulate(
            problem, self.priors, sets, self.config.headline.last, futures, [identity], rng
        )
        months = (self.config.last_data_month, self.config.headline.last)
        future: Future = levels_of(self.structure, made, 0, self.config.first_month, months)
        draws = future.actual.persons[:, 0, :, -1]
        one = self.structure.benefits.index("dagpenge")
        return (
            Score.of(draws[:, one], float(world.persons[one])),
            Score.of(draws.sum(axis=1), float(world.persons.sum())),
        )
