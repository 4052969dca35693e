"""A small country with two halves, and files of it as people keep them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.core.monthly import Floats, MonthlyPanel, Vintage
from forecast.core.period import month_code
from forecast.evaluation.backtest import GivenPath, Plan
from forecast.models.method import Drawn

FIRST, MONTHS = 2018 * 12, 54
AREAS = ("Land", "Ny", "Gammel", "Vest", "Sø")
HALVES = {"Ny": "Øst", "Gammel": "Øst", "Sø": "Sydvest", "Vest": "Sydvest"}
PARENTS: dict[str, str | None] = {"Land": None, "Øst": "Land", "Sydvest": "Land", **HALVES}
ORIGINS = tuple(FIRST + MONTHS - 1 - k for k in (18, 12, 6))


def values(seed: int = 1, groups: int = 1) -> Floats:
    """Whole numbers of persons, (A, G, T); the country is the sum."""
    rng = np.random.default_rng(seed)
    shape = (len(AREAS) - 1, groups, MONTHS)
    walk = np.cumsum(rng.normal(0, 0.03, shape), axis=2)
    season = 0.1 * np.cos(2 * np.pi * np.arange(MONTHS) / 12)
    parts = np.round(np.array([900.0, 400.0, 1500.0, 150.0])[:, None, None] * np.exp(walk + season))
    return np.concatenate([parts.sum(axis=0, keepdims=True), parts])


def panel(numbers: Floats | None = None, vintages: tuple[Vintage, ...] = ()) -> MonthlyPanel:
    """The country as a panel."""
    numbers = values() if numbers is None else numbers
    groups = ("dagpenge", "kontanthjaelp")[: numbers.shape[1]]
    return MonthlyPanel(
        areas=AREAS,
        groups=groups,
        months=np.arange(FIRST, FIRST + MONTHS),
        values=numbers,
        parents=PARENTS,
        national="Land",
        unit="fuldtidspersoner",
        adjustment="actual",
        source="land.csv",
        provisional=np.zeros(numbers.shape, dtype=bool),
        vintages=vintages,
    )


def plan(
    made: MonthlyPanel | None = None,
    given: str | GivenPath = "national",
    horizon: int = 12,
    window: int | None = None,
    draws: int = 200,
) -> Plan:
    """Three origins, the last with half a year after it."""
    return Plan(panel() if made is None else made, ORIGINS, horizon, window, given, draws, 5)


def write(folder: Path, numbers: Floats | None = None, *, danish: bool = True) -> tuple[Path, Path]:
    """The panel and its areas as files: with a byte-order mark, semicolons, 1.234,0."""
    numbers = values() if numbers is None else numbers
    lines = ["Område;Periode;Værdi"] if danish else ["area,period,value"]
    for a, area in enumerate(AREAS):
        for t in range(MONTHS):
            number = numbers[a, 0, t]
            if np.isnan(number):
                continue
            text = f"{number:,.1f}"
            text = text.translate(str.maketrans(",.", ".,")) if danish else f"{number:.1f}"
            code = month_code(FIRST + t)
            lines.append(
                f"{area};{code.replace('-', 'M')};{text}" if danish else f"{area},{code},{text}"
            )
    own, areas = folder / "land.csv", folder / "omraader.csv"
    own.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    rows = [f"{area},{parent or ''}" for area, parent in PARENTS.items()]
    areas.write_text("area,parent\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return own, areas


@dataclass(frozen=True)
class Peeking:
    """A method that has the whole panel in its pocket and answers with what will come."""

    pocket: MonthlyPanel
    name: str = "peeking"

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Answer with the truth, and a little noise."""
        del given
        start = len(history.months)
        truth = self.pocket.values[:, :, start : start + horizon]
        return Drawn(truth * np.exp(0.001 * rng.standard_normal((count, *truth.shape))))
