"""The nation's own path: the link model's root beside classical models, on national series.

    python -m tests.evidence.root

Series of the panels beside the repository: Danish unemployed on dagpenge and persons on efterløn
(not adjusted), unemployed seasonally adjusted (2016-2025), Australian employed (1978-2020). Origins
twice a year from three years of history on, 24 months ahead where the figures last. Scores are CRPS
over the mean of the actual figures; the best at each origin is known only afterwards.

The spring of 2020 is treated in two ways: as it is, and with March 2020 to June 2021 taken for
missing at origins after it.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.core.period import parse_month
from forecast.errors import ConvergenceError
from forecast.evaluation.scores import DRAW, crps
from forecast.models.kernels import Floats
from forecast.models.panel_nation import drifting_walk
from forecast.models.registry import method
from tests.evidence.panels import SHARED

HORIZON: Final = 24
DRAWS: Final = 1000
EVERY: Final = 6
SHORTEST: Final = 36
COVID: Final = (parse_month("2020-03"), parse_month("2021-06"))
CLASSICAL: Final = ("ets", "arima", "theta", "ces", "local_level", "pool")


@dataclass(frozen=True)
class National:
    """One national series as a panel of the nation alone."""

    name: str
    panel: MonthlyPanel

    @staticmethod
    def of(name: str, periods: pd.Series, values: pd.Series) -> "National":
        """Make the panel of consecutive months."""
        known = values.notna().to_numpy()
        months = np.array([parse_month(str(p)) for p in periods[known]], dtype=np.int64)
        found = values[known].to_numpy(np.float64)[None, None]
        return National(
            name,
            MonthlyPanel(
                areas=("nation",),
                groups=(name,),
                months=months,
                values=found,
                parents={"nation": None},
                national="nation",
                unit="persons",
                adjustment="actual",
                source=name,
                provisional=np.zeros(found.shape, dtype=bool),
            ),
        )


def series() -> Iterator[National]:
    """The national series at hand."""
    regions = pd.read_csv(SHARED / "dk" / "dk_region_monthly.csv")
    country = regions[regions["region"] == "Hele landet"].sort_values("periode")
    for column in ("dagpenge_fuldtid", "efterloen_fuldtid"):
        yield National.of(column, country["periode"], country[column])
    adjusted = pd.read_csv(SHARED / "dk" / "dk_bruttoledighed_sa_y25i03.csv")
    yield National.of("unemployed, adjusted", adjusted["periode"], adjusted["bruttoledige_sa"])
    wide = pd.read_csv(SHARED / "au_labour" / "data.csv")
    dates = wide.iloc[:, 0].str[:7]
    yield National.of("Australia, employed", dates, wide["['Total']"])


Draw = Callable[[MonthlyPanel, int, np.random.Generator], Floats]


def walk(history: MonthlyPanel, horizon: int, rng: np.random.Generator) -> Floats:
    """Draw by the root of the link model, from as many months as a fit takes."""
    priors = load_panel_model()
    recent = history.last(priors.fit.months)
    known = ~np.isnan(recent.values[0, 0])
    path = np.interp(recent.months, recent.months[known], np.log1p(recent.values[0, 0, known]))
    logs = drifting_walk(path, recent.months, horizon, DRAWS, priors.nation, rng)
    return np.expm1(logs)


def classical(name: str) -> Draw:
    """Draw by a method of the registry."""

    def draw(history: MonthlyPanel, horizon: int, rng: np.random.Generator) -> Floats:
        return method(name).draw(history, horizon, None, DRAWS, rng).draws[:, 0, 0]

    return draw


def both(history: MonthlyPanel, horizon: int, rng: np.random.Generator) -> Floats:
    """Half of the draws from the walk, half from the pool."""
    return np.concatenate(
        [walk(history, horizon, rng)[::2], classical("pool")(history, horizon, rng)[::2]]
    )


def _score(drawn: Floats, actual: Floats) -> float:
    """Mean CRPS over the mean of what came."""
    found = crps(xr.DataArray(drawn, dims=(DRAW, "month")), xr.DataArray(actual, dims="month"))
    return float(found.mean() / actual.mean())


def scored(one: National, ways: dict[str, Draw]) -> pd.DataFrame:
    """Scaled CRPS and coverage of 80 % intervals by origin and way."""
    months = one.panel.months
    rows: list[dict[str, object]] = []
    for at in range(SHORTEST - 1, len(months) - 6, EVERY):
        horizon = min(HORIZON, len(months) - at - 1)
        actual = one.panel.values[0, 0, at + 1 : at + 1 + horizon]
        plain = one.panel.until(int(months[at]))
        cut = (plain.months >= COVID[0]) & (plain.months <= COVID[1])
        after = months[at] > COVID[1]
        masked = replace(plain, values=np.where(cut, np.nan, plain.values)) if after else plain
        for name, draw in ways.items():
            for treatment, history in (("as it is", plain), ("masked", masked)):
                if treatment == "masked" and not after:
                    continue
                try:
                    drawn = draw(history, horizon, np.random.default_rng(1))
                except ConvergenceError:
                    continue
                low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
                rows.append(
                    {
                        "origin": int(months[at]),
                        "way": name,
                        "spring of 2020": treatment,
                        "after": bool(after),
                        "crps": _score(drawn, actual),
                        "80 %": float(np.mean((low <= actual) & (actual <= high))),
                    }
                )
    return pd.DataFrame(rows)


def main() -> None:
    """Run from the command line."""
    ways: dict[str, Draw] = {"walk": walk, **{n: classical(n) for n in CLASSICAL}, "half": both}
    for one in series():
        found = scored(one, ways)
        plain = found[found["spring of 2020"] == "as it is"]
        best = plain.pivot_table(index="origin", columns="way", values="crps").min(axis=1)
        plain = plain.assign(ratio=plain["crps"] / plain["origin"].map(best))
        table = plain.groupby("way")[["crps", "ratio", "80 %"]].mean()
        sys.stdout.write(f"{one.name}, {plain['origin'].nunique()} origins\n{table.round(4)}\n")
        late = found[found["after"]]
        if len(late):
            pivot = late.pivot_table(
                index="way", columns="spring of 2020", values=["crps", "80 %"], aggfunc="mean"
            )
            sys.stdout.write(f"after the spring of 2020\n{pivot.round(4)}\n")
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
