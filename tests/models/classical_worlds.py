"""Small panels for the tests of classical methods."""

import numpy as np

from forecast.core.monthly import MonthlyPanel
from forecast.models.kernels import Floats

FIRST = 2016 * 12
PATTERN = 0.08 * np.sin(2 * np.pi * np.arange(12) / 12)


def monthly_panel(
    values: Floats, areas: tuple[str, ...], groups: tuple[str, ...] = ("ledige",)
) -> MonthlyPanel:
    """A panel whose first area is the nation; values are (A, G, T) or (A, T)."""
    values = values[:, None, :] if values.ndim == 2 else values
    return MonthlyPanel(
        areas=areas,
        groups=groups,
        months=np.arange(FIRST, FIRST + values.shape[2]),
        values=values,
        parents={area: None if k == 0 else areas[0] for k, area in enumerate(areas)},
        national=areas[0],
        unit="fuldtidspersoner",
        adjustment="actual",
        source="simulated",
        provisional=np.zeros(values.shape, dtype=bool),
    )


def logs(rng: np.random.Generator, months: int, noise: float = 0.02) -> Floats:
    """A random walk with a season and noise, (months,)."""
    walk = np.cumsum(rng.normal(0.0, 0.02, months))
    return walk + PATTERN[np.arange(months) % 12] + rng.normal(0.0, noise, months)


def simple_panel(months: int = 40) -> MonthlyPanel:
    """The nation and two of its areas, months with nothing special."""
    rng = np.random.default_rng(11)
    parts = np.exp(logs(rng, months) + np.log([[900.0], [300.0]]))
    rest = np.exp(logs(rng, months) + np.log(9000.0))
    values = np.vstack([parts.sum(axis=0) + rest, parts])
    return monthly_panel(values, ("Hele landet", "Gentofte", "Læsø"))


def hard_panel(months: int = 40) -> MonthlyPanel:
    """The nation and areas that each make one thing hard."""
    rng = np.random.default_rng(12)
    names = ("Hele landet", "gap", "late", "young", "tiny", "zeros", "some zeros", "constant")
    values = np.exp(np.stack([logs(rng, months) for _ in names]) + np.log(400.0))
    values[0] *= 50
    values[1, [10, 11, 25]] = np.nan
    values[2, -2:] = np.nan
    values[3, :-15] = np.nan
    values[4, :-4] = np.nan
    values[5] = 0.0
    values[6] = np.round(values[6] / 200)
    values[6, 7] = 0.0
    values[7] = 120.0
    return monthly_panel(values, names)
