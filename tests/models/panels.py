"""Small worlds of monthly links for tests: arrays for the filter, and panels with known truth."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast.config.panel_model import PanelPriors, load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.core.period import month_code
from forecast.models.kernels import Floats
from forecast.models.panel_arrays import LinkArrays

START = 2014 * 12


def random_arrays(
    rng: np.random.Generator,
    series: int = 4,
    months: int = 40,
    rank: int = 2,
    missing: float = 0.2,
) -> LinkArrays:
    """Links with arbitrary values, means, loadings and scales, some months missing."""
    value = 0.3 * rng.normal(size=(series, months))
    value[rng.random((series, months)) < missing] = np.nan
    trend = (np.arange(months) - 0.5 * months) / 12
    return LinkArrays(
        value=value,
        mean=0.1 * rng.normal(size=(series, months)),
        variance=0.02 * np.exp(rng.normal(size=(series, months))),
        sigma=0.05 * np.exp(0.3 * rng.normal(size=series)),
        scale=np.exp(0.3 * rng.normal(size=series)),
        load=0.05 * rng.normal(size=(months, rank)),
        regressors=np.stack([np.ones(months), rng.normal(size=months), trend], axis=1),
        constant_variance=np.array([1.5, 0.2, 0.05]) ** 2,
        steps=0.3 * (np.arange(months)[:, None] >= rng.integers(0, months, (series, 1, 2))),
        level_memory=float(np.exp(rng.normal(3.5, 0.5))),
        season_memory=float(np.exp(rng.normal(4.5, 0.5))),
    )


def quick_priors(points: int = 100, sets: int = 50) -> PanelPriors:
    """The priors that come with the program, with fewer points."""
    priors = load_panel_model()
    fit = priors.fit.model_copy(update={"points": points, "sets": sets})
    return priors.model_copy(update={"fit": fit})


def world(
    rng: np.random.Generator,
    areas: int = 12,
    months: int = 60,
    correlation: float = 0.0,
    sigma: float = 0.03,
    noise: float = 0.01,
) -> MonthlyPanel:
    """Shares that walk from a level of each area, in two regions, with a season in common.

    The nation is 20,000 persons, moves over the years and is more than the sum of the areas.
    """
    t = np.arange(months)
    nation = 20_000 * np.exp(0.2 * np.sin(t / 14) + 0.1 * np.cos(2 * np.pi * t / 12))
    region = np.arange(areas) % 2
    shock = np.sqrt(correlation) * rng.normal(size=(2, months))[region]
    shock += np.sqrt(1 - correlation) * rng.normal(size=(areas, months))
    odds = -np.log(1.2 * areas) + 0.7 * rng.normal(size=(areas, 1))
    odds = odds + sigma * np.cumsum(shock, axis=1) + noise * rng.normal(size=(areas, months))
    odds += 0.05 * np.sin(2 * np.pi * t / 12)
    values = np.concatenate([nation[None], nation / (1 + np.exp(-odds))])
    names = tuple(f"area {k}" for k in range(areas))
    parents: dict[str, str | None] = {n: f"region {r}" for n, r in zip(names, region, strict=True)}
    parents |= {"country": None, "region 0": "country", "region 1": "country"}
    return MonthlyPanel(
        areas=("country", *names),
        groups=("benefit",),
        months=START + t,
        values=values[:, None],
        parents=parents,
        national="country",
        unit="full-time persons",
        adjustment="actual",
        source="simulated",
        provisional=np.zeros((areas + 1, 1, months), dtype=bool),
    )


def with_values(panel: MonthlyPanel, area: str, values: Floats) -> MonthlyPanel:
    """The same panel with other values of one area's first group."""
    changed = panel.values.copy()
    changed[panel.position(area), 0] = values
    return replace(panel, values=changed)


def counted(panel: MonthlyPanel, rng: np.random.Generator) -> MonthlyPanel:
    """The same panel with whole numbers: areas are counts of independent persons."""
    values = rng.poisson(panel.values).astype(np.float64)
    nation = panel.position(panel.national)
    values[nation] = np.rint(panel.values[nation])
    return replace(panel, values=values)


def split(panel: MonthlyPanel, horizon: int) -> tuple[MonthlyPanel, Floats, Floats]:
    """History, the nation's path ahead (G, H), and what came (A, G, H)."""
    history = panel.until(int(panel.months[-horizon - 1]))
    ahead = panel.values[:, :, -horizon:]
    return history, ahead[panel.position(panel.national)], ahead


def municipalities(folder: Path, table: str, column: str) -> MonthlyPanel:
    """The municipalities and the country, a table of jobindsats.dk such as ``ledighed_y25i01``."""
    with (folder / "dk" / f"{table}.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["kommune_kode"] != "-1"]
    areas = tuple(dict.fromkeys(r["omraade"] for r in rows))
    codes = {month_code(m): m for m in range(2021 * 12, 2026 * 12)}
    of = [codes[r["periode"].replace("M", "-")] for r in rows]
    months = np.arange(min(of), max(of) + 1)
    values = np.full((len(areas), 1, len(months)), np.nan)
    for row, month in zip(rows, of, strict=True):
        if row[column]:
            values[areas.index(row["omraade"]), 0, month - months[0]] = float(row[column])
    return MonthlyPanel(
        areas=areas,
        groups=("benefit",),
        months=months,
        values=values,
        parents={area: None if area == "Hele landet" else "Hele landet" for area in areas},
        national="Hele landet",
        unit="fuldtidspersoner",
        adjustment="actual",
        source=table,
        provisional=np.zeros(values.shape, dtype=bool),
    )
