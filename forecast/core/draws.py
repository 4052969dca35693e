"""Joint draws: one draw number is one future, the same in every area, group and month.

Sum draws, then take quantiles; never sum quantiles. Reductions over draws therefore return plain
arrays that know no sum, while everything that keeps draws returns `Draws` again.
"""

# the mappings of coordinates have a type variable that xarray leaves open:
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from forecast.core.period import Window, month_code, parse_month
from forecast.core.units import parse_unit
from forecast.errors import AlignmentError, DataError, UnitsError, nearest
from forecast.vocabulary import AREA, DRAW, DRAW_DIMS, GROUP, PERIOD, Unit

__all__ = ["Draws"]


@dataclass(frozen=True)
class Draws:
    """Joint draws with labelled dimensions and a unit.

    Parameters
    ----------
    values : xarray.DataArray
        Dims ``(draw, area, group, period)`` or a subset with `draw` first. Coordinates: integer
        draw ids, area names, group keys, month codes ``YYYY-MM``. Kept as read-only float64; NaN
        means "undefined" (a share of nothing), infinity is refused.
    unit : str
        A `Unit`, or a spelling of it with factor 1.

    Raises
    ------
    DataError
        If dims, coordinates or values are not as above.
    UnitsError
        If the unit is not known.
    """

    values: xr.DataArray
    unit: str

    def __post_init__(self) -> None:
        spelling = parse_unit(self.unit)
        if spelling.factor != 1.0:
            raise UnitsError(
                f"draws: found unit '{self.unit}', expected '{spelling.unit}'; multiply the values "
                f"by {spelling.factor:g} first"
            )
        object.__setattr__(self, "unit", spelling.unit)
        _check_dims(self.values)
        object.__setattr__(self, "values", _locked(self.values))

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        *,
        unit: str,
        areas: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        months: Iterable[int] | None = None,
        draws: Sequence[int] | None = None,
    ) -> Draws:
        """Label a plain array.

        Parameters
        ----------
        values : array_like, shape (draw[, area][, group][, period])
            Axes in this order; those whose labels are None are absent.
        unit : str
            A `Unit`.
        areas, groups : sequence of str, optional
            Names and keys.
        months : iterable of int, optional
            ``year * 12 + month - 1``.
        draws : sequence of int, optional
            Draw ids, 0, 1, ... by default.

        Raises
        ------
        DataError
            If the shape does not fit the labels.
        """
        array = np.asarray(values, dtype=np.float64)
        labels: dict[str, list[str]] = {
            AREA: [] if areas is None else list(areas),
            GROUP: [] if groups is None else list(groups),
            PERIOD: [] if months is None else [month_code(int(month)) for month in months],
        }
        given = {AREA: areas, GROUP: groups, PERIOD: months}
        dims = [DRAW, *(name for name in labels if given[name] is not None)]
        sizes = tuple(len(labels[name]) for name in dims[1:])
        if array.ndim != len(dims) or array.shape[1:] != sizes:
            raise DataError(
                f"draws: found an array of shape {array.shape}, expected (draws, "
                f"{', '.join(map(str, sizes))}) for dims {', '.join(dims)}; check the axes"
            )
        coords: dict[Hashable, object] = {
            DRAW: np.arange(array.shape[0]) if draws is None else np.asarray(draws)
        }
        coords.update({name: labels[name] for name in dims[1:]})
        return cls(xr.DataArray(array, dims=dims, coords=coords), unit)

    # --- what is in it ----------------------------------------------------------------------------

    @property
    def draws(self) -> NDArray[np.int64]:
        """Draw ids, shape (draw,)."""
        return np.asarray(self.values[DRAW].values)

    @property
    def areas(self) -> tuple[str, ...]:
        """Area names, empty where the dim is gone."""
        return _names(self.values, AREA)

    @property
    def groups(self) -> tuple[str, ...]:
        """Group keys, empty where the dim is gone."""
        return _names(self.values, GROUP)

    @property
    def months(self) -> NDArray[np.int64]:
        """Months as ``year * 12 + month - 1``, shape (period,); empty where the dim is gone."""
        return np.array([parse_month(code) for code in _names(self.values, PERIOD)], dtype=np.int64)

    def select(
        self, *, area: str | None = None, group: str | None = None, period: str | None = None
    ) -> Draws:
        """Take one area, group or month; the dim disappears.

        Raises
        ------
        AlignmentError
            If the label is not there.
        """
        values = self.values
        for dim, label in {AREA: area, GROUP: group, PERIOD: period}.items():
            if label is not None:
                position = _positions(values, dim, [label])[0]
                values = values.isel({dim: position}, drop=True)
        return Draws(values, self.unit)

    # --- what keeps draws -------------------------------------------------------------------------

    def total(self, keys: Sequence[str], name: str) -> Draws:
        """Sum of groups, draw by draw, as one group called `name`."""
        return self.sum_groups({name: tuple(keys)})

    def sum_groups(self, sums: Mapping[str, Sequence[str]]) -> Draws:
        """Sum groups, draw by draw.

        Parameters
        ----------
        sums : mapping of new key to the keys whose sum it is
            The empty sum is zero (a structural zero).

        Returns
        -------
        Draws
            Groups are the new keys, in order.

        Raises
        ------
        AlignmentError
            If a key is not there.
        """
        if GROUP not in self.values.dims:
            raise AlignmentError(
                f"draws: found dims {self.values.dims}, expected '{GROUP}' to sum over; sum before "
                "selecting a group"
            )
        if not sums:
            raise AlignmentError("draws: found no sums, expected at least one; name a sum")
        positions = [_positions(self.values, GROUP, keys) for keys in sums.values()]
        axis = self.values.dims.index(GROUP)
        array = self.values.values
        # take and add, not a matrix product: an undefined group must not spoil sums without it
        added = [np.take(array, where, axis=axis).sum(axis=axis) for where in positions]
        coords = {dim: self.values[dim].values for dim in self.values.dims if dim != GROUP}
        coords[GROUP] = np.array(list(sums), dtype=object)
        stacked = np.stack(added, axis=axis)
        return Draws(xr.DataArray(stacked, dims=self.values.dims, coords=coords), self.unit)

    def ratio(self, other: Draws, unit: str = Unit.ANDEL) -> Draws:
        """Divide draw by draw; undefined (NaN) where the divisor is zero.

        Parameters
        ----------
        other : Draws
            Divisor, with the same draw ids; dims it lacks are repeated.
        unit : str
            Unit of the quotient.

        Raises
        ------
        AlignmentError
            If a shared dim has other labels.
        """
        _check_aligned(self.values, other.values)
        divisor = other.values.where(other.values != 0.0)
        return Draws(_ordered(self.values / divisor), unit)

    def minus(self, other: Draws) -> Draws:
        """Subtract draw by draw: the effect of a scenario, the change between windows.

        Raises
        ------
        AlignmentError
            If a shared dim has other labels.
        UnitsError
            If the units differ.
        """
        if self.unit != other.unit:
            raise UnitsError(
                f"draws: found {self.unit} minus {other.unit}, expected one unit; convert first"
            )
        _check_aligned(self.values, other.values)
        return Draws(_ordered(self.values - other.values), self.unit)

    def window_mean(self, window: Window) -> Draws:
        """Mean over the months of a window, draw by draw; the period dim disappears.

        Raises
        ------
        AlignmentError
            If months of the window are missing.
        """
        codes = [month_code(int(month)) for month in window.months]
        where = _positions(self.values, PERIOD, codes)
        return Draws(self.values.isel({PERIOD: where}).mean(PERIOD, skipna=False), self.unit)

    # --- what ends draws --------------------------------------------------------------------------

    def quantile(self, levels: float | Sequence[float]) -> xr.DataArray:
        """Quantiles over draws.

        Parameters
        ----------
        levels : float or sequence of float
            Quantile levels in [0, 1].

        Returns
        -------
        xarray.DataArray
            Dims ``(quantile, ...)`` for a sequence, without `quantile` for one level.

        Raises
        ------
        DataError
            If a level lies outside [0, 1].
        """
        array = np.asarray(levels, dtype=np.float64)
        if not bool(np.all((array >= 0.0) & (array <= 1.0))):
            raise DataError(
                f"quantile levels: found {levels}, expected fractions between 0 and 1; "
                "write 90 pct. as 0.9"
            )
        rest = self.values.dims[1:]
        coords: dict[Hashable, object] = {dim: self.values[dim].values for dim in rest}
        if array.ndim:
            coords["quantile"] = array
        dims = ("quantile", *rest) if array.ndim else rest
        return xr.DataArray(
            np.quantile(self.values.values, array, axis=0), dims=dims, coords=coords
        )

    def median(self) -> xr.DataArray:
        """Median over draws."""
        return self.quantile(0.5)

    def mean(self) -> xr.DataArray:
        """Mean over draws."""
        return self.values.mean(DRAW, skipna=False)


def _names(values: xr.DataArray, dim: str) -> tuple[str, ...]:
    return tuple(str(name) for name in values[dim].values) if dim in values.dims else ()


def _positions(values: xr.DataArray, dim: str, labels: Sequence[str]) -> list[int]:
    """Find labels on a dim."""
    names = _names(values, dim)
    where = {name: i for i, name in enumerate(names)}
    absent = [label for label in labels if label not in where]
    if absent:
        hint = nearest(absent[0], names)
        held = f"{names[0]} ... {names[-1]} ({len(names)})" if names else "none"
        raise AlignmentError(
            f"draws: {dim} {', '.join(absent[:6])} not there{hint}, found {held}; "
            "ask for what the draws hold"
        )
    return [where[label] for label in labels]


def _check_dims(values: xr.DataArray) -> None:
    expected = tuple(dim for dim in DRAW_DIMS if dim in values.dims)
    if values.dims != expected or DRAW not in values.dims:
        raise DataError(
            f"draws: found dims {values.dims}, expected {DRAW_DIMS} or a subset in this order with "
            f"'{DRAW}'; transpose the array"
        )
    for dim in values.dims:
        if dim not in values.coords:
            raise DataError(f"draws: dim '{dim}' has no labels, expected coordinates; add them")
        labels = values[dim].values
        if len(labels) == 0:
            raise DataError(f"draws: dim '{dim}' is empty, expected at least one; check the input")
        if len(set(labels.tolist())) != len(labels):
            raise DataError(f"draws: dim '{dim}' has a label twice, expected each once; drop one")
    if values[DRAW].dtype.kind not in "iu":
        raise DataError(
            f"draws: found draw ids of type {values[DRAW].dtype}, expected integers; number them"
        )
    for code in _names(values, PERIOD):
        if month_code(parse_month(code)) != code:
            raise DataError(f"draws: found period '{code}', expected a month code such as 2021-12")
    if bool(np.isinf(values.values).any()):
        raise DataError(
            "draws: found an infinite value, expected finite numbers; check for an overflow"
        )


def _locked(values: xr.DataArray) -> xr.DataArray:
    """Return the array as float64 that nobody can write to."""
    array = values.values
    if array.dtype != np.float64 or array.flags.writeable:
        array = array.astype(np.float64)
        array.flags.writeable = False
    coords = {dim: values[dim].values for dim in values.dims}
    return xr.DataArray(array, dims=values.dims, coords=coords)


def _ordered(values: xr.DataArray) -> xr.DataArray:
    return values.transpose(*(dim for dim in DRAW_DIMS if dim in values.dims))


def _check_aligned(left: xr.DataArray, right: xr.DataArray) -> None:
    for dim in left.dims:
        if dim in right.dims and not np.array_equal(left[dim].values, right[dim].values):
            raise AlignmentError(
                f"draws: the two differ in {dim} ({left.sizes[dim]} and {right.sizes[dim]} "
                "labels), expected the same labels in the same order; select before combining"
            )
