"""Carry a country's future down to the areas of a monthly panel.

The country's draws are bent first, jointly over all groups and months, by the covariance that the
draws themselves have (`gaussian`, on logs), so that what is stated of windows holds on every draw.
Each area's link then takes the country's path of its draw, with its own elasticity and uncertainty;
given the path that came, areas therefore have the very draws that a backtest scores. Where areas
are all there is of the country they can be made to add up to it, the country as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.coherence import reconcile_areas
from forecast.core.monthly import MonthlyPanel
from forecast.core.period import Window, month_code
from forecast.errors import AlignmentError, DataError
from forecast.models.kernels import Floats, Ints
from forecast.models.method import Drawn, Method
from forecast.scenarios.gaussian import move


@dataclass(frozen=True)
class Mean:
    """What some groups of the country will be together, as a mean over months.

    Attributes
    ----------
    groups : of the panel
    window : months ahead
    value, sd : in the panel's unit; no sd where it holds exactly
    """

    groups: tuple[str, ...]
    window: Window
    value: float
    sd: float | None = None


def bend_paths(
    paths: Floats,
    groups: Sequence[str],
    first: int,
    stated: Sequence[Mean],
    rng: np.random.Generator,
) -> Floats:
    """Bend draws of the country so that what is stated holds.

    Parameters
    ----------
    paths : (count, G, H) more than zero; more draws than there are months and groups
    groups : G names
    first : month of the first, year * 12 + month - 1
    stated : means of groups over windows
    rng : for the errors of bands

    Returns
    -------
    ndarray
        (count, G, H); bit for bit the same where nothing is stated.

    Raises
    ------
    AlignmentError
        If a group or month is not there.
    DataError
        If a value or path is not more than zero.
    ConvergenceError
        If statements contradict each other.
    """
    if not stated:
        return paths
    if not np.all(paths > 0.0):
        raise DataError("carry: found months of nobody in the country, expected more than zero")
    count, size = len(paths), paths[0].size
    places = [_places(s, groups, first, paths.shape[2]) for s in stated]
    logs = np.log(paths).reshape(count, size)
    covariance = np.cov(logs, rowvar=False).reshape(size, size)
    variance = np.array([0.0 if s.sd is None else (s.sd / s.value) ** 2 for s in stated])
    errors = np.sqrt(variance) * rng.standard_normal((count, len(stated)))

    def read(moved: Floats, weights: Floats) -> tuple[Floats, Floats]:
        del weights
        value = np.empty((count, len(stated)))
        slope = np.zeros((count, len(stated), size))
        for j, (s, here) in enumerate(zip(stated, places, strict=True)):
            persons = np.exp(moved[:, here])
            total = persons.sum(axis=1, keepdims=True)
            value[:, j] = np.log(total[:, 0] / len(s.window))
            slope[:, j, here] = persons / total
        return value, slope

    moved = move(
        logs,
        read,
        lambda rows: rows @ covariance,
        np.log([s.value for s in stated]) - errors,
        variance,
        [f"{' + '.join(s.groups)}, {s.window.code}" for s in stated],
    )
    return np.exp(moved.futures).reshape(paths.shape)


def carry_down(
    method: Method,
    history: MonthlyPanel,
    national: Floats,
    count: int,
    rng: np.random.Generator,
    *,
    add_up: bool = False,
) -> Drawn:
    """Draw all areas of a panel given the country's future.

    Parameters
    ----------
    method : of monthly panels, such as the link model
    history : everything known
    national : (G, H), or (count, G, H) one future for each draw
    count, rng : as of `Method.draw`
    add_up : make the areas add up to the country; only where they are all of it

    Raises
    ------
    AlignmentError
        If the areas are not all of the country, and are to add up to it.
    """
    drawn = method.draw(history, national.shape[-1], national, count, rng)
    if not add_up:
        return drawn
    whole = history.national
    parts = history.leaves
    last = history.values[:, :, -1]
    places = [history.position(a) for a in parts]
    share = np.nansum(last[places], axis=0) / last[history.position(whole)]
    if not np.nanmin(share) >= ALL:
        raise AlignmentError(
            f"{history.source}: the areas are {100 * float(np.nanmin(share)):.1f} % of {whole} in "
            f"{month_code(int(history.months[-1]))}, expected {100 * ALL:.1f} % at least where "
            "they are to add up to it; bring all areas, or leave them as they are"
        )
    sums = {a: leaves for a, leaves in history.area_sums.items() if a in history.areas}
    sums[whole] = parts
    months = history.months[-1] + 1 + np.arange(national.shape[-1])
    draws = reconcile_areas(drawn.draws, history.areas, sums, (whole,), months.tolist())
    return replace(drawn, draws=draws)


ALL = 0.98
"""Part of the country that the areas must be to be all of it; some persons live nowhere known."""


def _places(s: Mean, groups: Sequence[str], first: int, horizon: int) -> Ints:
    """Places of groups and months in a row of the country's logs."""
    unknown = [g for g in s.groups if g not in groups]
    if unknown or s.window.first < first or s.window.last > first + horizon - 1:
        raise AlignmentError(
            f"carry: found {' + '.join(s.groups)} in {s.window.code}, expected groups among "
            f"{', '.join(groups)} and months within "
            f"{Window(first, first + horizon - 1).code}"
        )
    if s.value <= 0:
        raise DataError(f"carry: found {s.value:g} in {s.window.code}, expected more than zero")
    months = np.arange(s.window.first - first, s.window.last + 1 - first)
    rows = [groups.index(g) * horizon for g in s.groups]
    return np.concatenate([row + months for row in rows])
