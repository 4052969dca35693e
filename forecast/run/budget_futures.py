"""A run's futures as the budget needs them: municipality and country, benefits counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forecast.config import load_groups
from forecast.core.nodes import Group
from forecast.core.period import Window
from forecast.core.threads import together
from forecast.errors import DataError
from forecast.models.kernels import Floats, Ints
from forecast.run.quantities import Reader

COUNTRY = "Hele landet"


@dataclass(frozen=True)
class Futures:
    """What a run says about a municipality and the country beside it.

    Attributes
    ----------
    area : municipality
    groups : G benefits, each counted once
    months : (T,) year * 12 + month - 1
    persons : scenario -> (2, D, G, T) full-time persons of the municipality and the country
    residents : scenario -> (2, D, T)
    titles : scenario -> title in Danish and English, where they are known
    """

    area: str
    groups: tuple[str, ...]
    months: Ints
    persons: Mapping[str, Floats]
    residents: Mapping[str, Floats]
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def leaves(groups: Mapping[str, Group]) -> tuple[str, ...]:
    """Benefits that are counted once: rows of the table that no other row is part of."""
    return tuple(key for key, group in groups.items() if group.kind == "leaf")


def futures_of(readers: Sequence[Reader], draws: int) -> Futures:
    """Take futures as they are written to `draws.nc`, so that both are priced the same.

    Parameters
    ----------
    draws : number of them that is written
    """
    first = readers[0]
    keys = leaves(first.tree.groups)
    index = [first.groups.index(key) for key in keys]
    ends = [0, len(first.structure.areas) - 1]

    def of(reader: Reader) -> tuple[Floats, Floats]:
        people = reader.projected.future.actual.population
        kept = reader.persons[:draws][:, ends][:, :, index].astype(np.float32)
        some = people[:draws][:, ends].astype(np.float32)
        both = (one.swapaxes(0, 1).astype(np.float64) for one in (kept, some))
        return next(both), next(both)

    names = [reader.projected.spec.id for reader in readers]
    found = dict(zip(names, together(of, readers), strict=True))
    persons = {name: one[0] for name, one in found.items()}
    residents = {name: one[1] for name, one in found.items()}
    months = first.projected.future.months
    specs = [reader.projected.spec for reader in readers]
    titles = {spec.id: (spec.title_da, spec.title_en) for spec in specs}
    return Futures(first.structure.areas[0], keys, months, persons, residents, titles)


def futures_in(folder: Path, own: Path | None) -> Futures:
    """Read the futures of a run off its `draws.nc`.

    Parameters
    ----------
    own : folder of the user's own configuration

    Raises
    ------
    DataError
        If the folder is not that of a run.
    """
    import xarray as xr

    path = folder / "draws.nc"
    if not path.is_file():
        raise DataError(f"{folder}: no draws.nc; name the folder of a run: outputs/gentofte")
    with xr.open_dataset(path) as draws:
        areas, keys, names = (
            [str(name) for name in draws[dim].values] for dim in ("area", "group", "scenario")
        )
        groups = tuple(key for key in leaves(load_groups(own)) if key in keys)
        ends, index = [0, areas.index(COUNTRY)], [keys.index(key) for key in groups]
        months = np.array([Window.parse(str(code)).first for code in draws["period"].values])
        # all of it at once: turning or picking what lies on disk takes twenty times as long
        persons = draws["fuldtidspersoner"].load().transpose(*_ORDER).values
        people = draws["befolkning"].load().transpose(*(d for d in _ORDER if d != "group")).values
    return Futures(
        areas[0],
        groups,
        months,
        {name: persons[k][ends][:, :, index].astype(np.float64) for k, name in enumerate(names)},
        {name: people[k][ends].astype(np.float64) for k, name in enumerate(names)},
    )


_ORDER = ("scenario", "area", "draw", "group", "period")
