"""How far a twelve-month estimate of volumes is off, on real panels at fixed prices.

    python -m tests.evidence.budget_volumes

Danish unemployment and kontanthjælp of the 98 municipalities: at every third month the next twelve
are estimated from what was known, nothing told of the country, and the sum of the twelve is held
against what came. At a fixed price the error in kroner is the error in persons. Beside it the same
of "as in the last twelve months", and the 2.3 per cent that the Congressional Budget Office has for
its budget year, which is of a whole state.
"""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forecast.config.backtest import backtest_config
from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from forecast.run.backtest import read_panel
from tests.evidence.panels import CHOSEN_ON, DANISH, tidy

CBO = 0.023
EVERY, HORIZON, DRAWS = 3, 12, 500
SHORTEST = 24


class Errors(NamedTuple):
    """Absolute errors of twelve-month sums, as parts of what came.

    Attributes
    ----------
    areas : names
    ours, before : (origins, areas) of our estimate, and of the last twelve months
    inside : (origins, areas) whether the 80 % interval held it
    """

    areas: tuple[str, ...]
    ours: Floats
    before: Floats
    inside: Floats


def panel_of(name: str) -> MonthlyPanel:
    """Read one of the Danish panels."""
    with tempfile.TemporaryDirectory() as folder:
        file = tidy(name, Path(folder))
        return read_panel(backtest_config(None, panel=file)).panel


def errors(panel: MonthlyPanel) -> Errors:
    """Estimate at every origin that leaves two years before it and one after."""
    link = PanelLink(load_panel_model())
    months = panel.months
    origins = range(SHORTEST - 1, len(months) - HORIZON, EVERY)
    ours, before, inside = [], [], []
    for origin in origins:
        known = panel.until(int(months[origin]))
        rng = np.random.default_rng(origin)
        drawn = link.draw(known, HORIZON, None, DRAWS, rng).draws[:, :, 0].sum(axis=2)
        came = panel.values[:, 0, origin + 1 : origin + 1 + HORIZON].sum(axis=1)
        last = panel.values[:, 0, origin + 1 - HORIZON : origin + 1].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            ours.append(np.abs(drawn.mean(axis=0) / came - 1.0))
            before.append(np.abs(last / came - 1.0))
        low, high = np.nanquantile(drawn, [0.1, 0.9], axis=0)
        inside.append(np.where(np.isnan(came), np.nan, (came >= low) & (came <= high)))
    return Errors(panel.areas, np.array(ours), np.array(before), np.array(inside))


def main() -> None:
    """Print the figures."""
    for name in [panel for panel in CHOSEN_ON if panel in DANISH]:
        found = errors(panel_of(name))
        gentofte = found.areas.index("Gentofte")
        parts = [k for k, area in enumerate(found.areas) if area not in ("Hele landet",)]
        for label, values in (("ours", found.ours), ("as last year", found.before)):
            by_area = np.nanmean(values, axis=0)
            sys.stdout.write(
                f"{name}, {len(values)} origins, {label}: Gentofte "
                f"{100 * by_area[gentofte]:.1f} %, median municipality "
                f"{100 * np.nanmedian(by_area[parts]):.1f} %, the country "
                f"{100 * by_area[found.areas.index('Hele landet')]:.1f} %\n"
            )
        sys.stdout.write(
            f"{name}: 80 % intervals of sums hold {100 * np.nanmean(found.inside[:, parts]):.0f} "
            f"%, Gentofte's {100 * np.nanmean(found.inside[:, gentofte]):.0f} %\n"
        )
    sys.stdout.write(f"Congressional Budget Office, its budget year: {100 * CBO:.1f} %\n")


if __name__ == "__main__":
    main()
