"""What every forecasting method of a monthly panel is: from a history to joint draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from forecast.core.monthly import MonthlyPanel
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats

SeriesKey = tuple[str, str]
"""Area and group of a series."""


@dataclass(frozen=True)
class Drawn:
    """Joint draws of a panel, and what went wrong or was done on the way.

    Attributes
    ----------
    draws : (count, A, G, H), in the panel's unit, in the order of its areas and groups; not
        negative. NaN in all months of a series that failed.
    failed : why a series could not be projected by this method
    exploded : how many draws of a series go beyond what can be believed (the method says where
        that lies); they stand in `draws` as the method made them. Series without any are left out.
    notes : what was done to a series (months filled in, season left out, warnings of packages)
    """

    draws: Floats
    failed: Mapping[SeriesKey, str] = field(default_factory=dict[SeriesKey, str])
    exploded: Mapping[SeriesKey, int] = field(default_factory=dict[SeriesKey, int])
    notes: Mapping[SeriesKey, tuple[str, ...]] = field(
        default_factory=dict[SeriesKey, tuple[str, ...]]
    )


class Method(Protocol):
    """A method that can be run from any origin.

    A method sees `history` only. It holds no state between calls, so that origins can be worked on
    in any order and in several processes.
    """

    @property
    def name(self) -> str:
        """Name in tables, e.g. ``seasonal_share``."""
        ...

    def draw(
        self,
        history: MonthlyPanel,
        horizon: int,
        given: Floats | None,
        count: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Draw joint futures.

        Parameters
        ----------
        history : everything known at the origin
        horizon : H months after the last of the history
        given : (G, H) path of the nation that is given, or (count, G, H) one for each draw;
            None where the method must find its own
        count : number of draws; draw k is one future of all areas, groups and months
        rng : the only source of randomness

        Returns
        -------
        Drawn
            The nation's own row is the given path where one is given. A series that this method
            cannot project is NaN and stands in `failed` with the reason; no other method takes
            its place.

        Raises
        ------
        AlignmentError
            If `given` has another shape, or holds a value that is negative or not finite.
        ConvergenceError
            If every series fails; the caller reports the method as failed and never replaces it.
        """
        ...


def checked_path(
    given: Floats | None, history: MonthlyPanel, horizon: int, count: int
) -> Floats | None:
    """Give the national path of each draw, (count, G, horizon), or None where none is given.

    Raises
    ------
    AlignmentError
        If its shape is another, or a value is negative or not finite.
    """
    if given is None:
        return None
    one = (len(history.groups), horizon)
    if given.shape not in (one, (count, *one)):
        raise AlignmentError(
            f"given national path: shape {given.shape}, expected {one} or {(count, *one)}"
        )
    wrong = ~(np.isfinite(given) & (given >= 0))
    if wrong.any():
        raise AlignmentError(
            f"given national path: {given[wrong][0]:g} stands in it, expected no value that is "
            "negative or not finite"
        )
    return np.broadcast_to(given, (count, *one))
