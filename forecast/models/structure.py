"""Which links there are, and how their paths become full-time persons.

A municipality lies in half of the country, and that in the country. For every benefit that is
alive there is one national path and two links that split it:

* the unemployed (`ledige`) of the country are ``labour force x rate``; log-ratios ``comp`` split
  them by benefit, so they are an identity and a pinned rate holds in the table as well;
* any other national benefit is ``population x logistic(national)``, driven by the national rate;
* the municipality's benefit is ``country x logistic(area)``;
* its half of the country holds ``municipality + (country - municipality) x logistic(region)``, so
  municipality <= half <= country on every draw;
* a part that the table does not split off (langtidsledige among dagpenge) is
  ``whole x logistic``, then split country -> half -> municipality;
* population and labour force: the country, its half, the municipality, each a part of the last,
  the labour force a part of the population.

Everything that people read is a sum or a ratio of these, taken draw by draw.
"""

# scipy.special brings no stubs:
# pyright: reportMissingTypeStubs=false

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from forecast.core.tree import Tree
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats

UNEMPLOYED = "ledige"
"""The derived group whose members are driven by the national rate itself."""

POPULATIONS = (
    "befolkning_land",
    "befolkning_region",
    "befolkning_kommune",
    "arbejdsstyrke_land",
    "arbejdsstyrke_region",
    "arbejdsstyrke_kommune",
)


class Levels(NamedTuple):
    """Levels that follow from link paths.

    Attributes
    ----------
    persons : (..., 3, K, T) full-time persons by area (municipality, half, country) and benefit,
        in the order of `Structure.counted`
    parts : (..., 3, P, T) full-time persons of parts outside the table
    labour_force, population : (..., 3, T) persons
    """

    persons: Floats
    parts: Floats
    labour_force: Floats
    population: Floats


@dataclass(frozen=True)
class Structure:
    """The links of one municipality, in a fixed order.

    Attributes
    ----------
    areas : municipality, its half of the country, the country
    unemployed : benefits that make up `ledige`; the first is the base of the log-ratios
    others : the other benefits that are alive
    parts : pairs (part, benefits that are its whole) outside the table
    introduced : benefits that hold nobody but those whom a scenario moves into them
    """

    areas: tuple[str, str, str]
    unemployed: tuple[str, ...]
    others: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    introduced: tuple[str, ...] = ()

    @classmethod
    def of(cls, tree: Tree, area: str, observed: Collection[str]) -> "Structure":
        """Links of a municipality in a tree.

        Parts outside the table are left out where no figure observes them: nothing is known of
        them, and no sum needs them.

        Raises
        ------
        AlignmentError
            If the area does not lie in a half of the country that lies in the country.
        """
        chain = tree.area_chain(area)
        kinds = [tree.area(name).kind for name in chain]
        if kinds[0] != "kommune" or "region-group" not in kinds or kinds[-1] != "country":
            raise AlignmentError(
                f"area {area}: found the chain {' < '.join(chain)}, expected a municipality in a "
                "half of the country in the country; correct areas.toml"
            )
        half = chain[kinds.index("region-group")]
        still = [k for k in tree.leaves if tree.group(k).discontinued is None]
        new = tuple(k for k in still if tree.group(k).introduced is not None)
        alive = [k for k in still if k not in new]
        unemployed = tree.components(UNEMPLOYED)
        wholes = {
            k: tuple(leaf for leaf in tree.components(str(tree.group(k).part_of)) if leaf in alive)
            for k in tree.parts
        }
        return cls(
            areas=(area, half, chain[-1]),
            unemployed=tuple(k for k in unemployed if k in alive),
            others=tuple(k for k in alive if k not in unemployed),
            parts=tuple((k, whole) for k, whole in wholes.items() if k in observed and whole),
            introduced=new,
        )

    @property
    def benefits(self) -> tuple[str, ...]:
        """Benefits that are alive and have links, the unemployed first."""
        return self.unemployed + self.others

    @property
    def counted(self) -> tuple[str, ...]:
        """Benefits whose persons are counted: those with links, then those introduced."""
        return self.benefits + self.introduced

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the links: ``kind:benefit``."""
        return (
            *(f"composition:{k}" for k in self.unemployed[1:]),
            *(f"national:{k}" for k in self.others),
            *(f"share_area:{k}" for k in self.benefits),
            *(f"share_region:{k}" for k in self.benefits),
            *(f"part_{where}:{k}" for k, _ in self.parts for where in ("land", "region", "area")),
            *(f"population:{k}" for k in POPULATIONS),
        )

    def levels(self, paths: Floats, rate: Floats) -> Levels:
        """Levels on every draw and month.

        Parameters
        ----------
        paths : (..., S, T)
            Link paths in the order of `names`.
        rate : (..., T)
            Log national unemployment rate.
        """
        split = _split_at(paths, self._sizes())
        population, labour_force = _population(split["population"])
        country = self._country(split, rate, population[..., 2, :], labour_force[..., 2, :])
        benefits, months = country.shape[-2:]
        rows = benefits + len(self.introduced)
        persons = np.zeros((*country.shape[:-2], 3, rows, months))
        municipality, half, whole = (persons[..., k, :benefits, :] for k in range(3))
        np.multiply(country, expit(split["share_area"]), out=municipality)
        np.multiply(country - municipality, expit(split["share_region"]), out=half)
        half += municipality
        whole[...] = country
        return Levels(persons, self._parts(split["part"], country), labour_force, population)

    def _sizes(self) -> dict[str, int]:
        benefits = len(self.benefits)
        return {
            "composition": len(self.unemployed) - 1,
            "national": len(self.others),
            "share_area": benefits,
            "share_region": benefits,
            "part": 3 * len(self.parts),
            "population": len(POPULATIONS),
        }

    def _country(
        self, split: dict[str, Floats], rate: Floats, population: Floats, labour_force: Floats
    ) -> Floats:
        ratios = np.exp(split["composition"])
        base = labour_force * np.exp(rate) / (1.0 + ratios.sum(axis=-2))
        unemployed = np.concatenate([base[..., None, :], ratios * base[..., None, :]], axis=-2)
        others = population[..., None, :] * expit(split["national"])
        return np.concatenate([unemployed, others], axis=-2)

    def _parts(self, links: Floats, country: Floats) -> Floats:
        shape = (*links.shape[:-2], 3, len(self.parts), links.shape[-1])
        out = np.empty(shape)
        for index, (_, members) in enumerate(self.parts):
            whole = [self.benefits.index(k) for k in members]
            land, region, area = (expit(links[..., 3 * index + k, :]) for k in range(3))
            national = country[..., whole, :].sum(axis=-2) * land
            out[..., 2, index, :] = national
            out[..., 1, index, :] = national * region
            out[..., 0, index, :] = national * region * area
        return out


def sums(tree: Tree, structure: Structure) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Every group people read as a sum of living benefits, (groups,) and (groups, K).

    Groups that can hold nobody (structural zeros, discontinued benefits) are sums of nothing.
    Sums of parts outside the table are not among them.
    """
    outside = set(tree.parts)
    derived = (k for k in tree.derived if not outside & set(tree.components(k)))
    keys = (*tree.rows, *derived)
    matrix = np.zeros((len(keys), len(structure.counted)))
    for row, key in enumerate(keys):
        for leaf in tree.components(key):
            if leaf in structure.counted:
                matrix[row, structure.counted.index(leaf)] += 1.0
    return keys, matrix


def _split_at(paths: Floats, sizes: dict[str, int]) -> dict[str, Floats]:
    ends = np.cumsum(list(sizes.values()))
    pieces = np.split(paths, ends[:-1], axis=-2)
    return dict(zip(sizes, pieces, strict=True))


def _population(links: Floats) -> tuple[Floats, Floats]:
    people = np.exp(links[..., 0, :])
    half = people * expit(links[..., 1, :])
    population = np.stack([half * expit(links[..., 2, :]), half, people], axis=-2)
    force = people * expit(links[..., 3, :])
    force_half = force * expit(links[..., 4, :])
    return population, np.stack([force_half * expit(links[..., 5, :]), force_half, force], axis=-2)
