"""Checks that every score begins with: same dims, same labels, finite numbers or gaps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from forecast.errors import AlignmentError, DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """Draws and observations of the same cells.

    Attributes
    ----------
    draws : (..., n) draws of each cell, contiguous along the last axis
    observed : (...) what was observed
    like : dims and labels of the cells
    """

    draws: Floats
    observed: Floats
    like: xr.DataArray

    def labelled(self, values: Floats, name: str) -> xr.DataArray:
        """Give values of the cells their labels back."""
        return self.like.copy(data=values).rename(name)

    @property
    def gaps(self) -> Floats:
        """Draws minus observations, (..., n)."""
        return self.draws - self.observed[..., None]


def paired(draws: xr.DataArray, observed: xr.DataArray, *, draw_dim: str) -> Paired:
    """Pair draws with what was observed.

    Parameters
    ----------
    draws : dims of `observed` and `draw_dim`, in any order
    observed : one value a cell
    draw_dim : dim of the draws

    Raises
    ------
    AlignmentError
        If a dim is missing or too many, or the labels of a dim differ.
    DataError
        If there are fewer than two draws, or a value is infinite.
    """
    require_dims(draws, [draw_dim], what="draws")
    if draws.sizes[draw_dim] < 2:
        raise DataError(
            f"draws: found {draws.sizes[draw_dim]} along '{draw_dim}', expected at least 2; "
            "a distribution needs several draws"
        )
    matched(draws.isel({draw_dim: 0}, drop=True), observed, what="draws")
    values = floats(draws.transpose(*observed.dims, draw_dim), what="draws")
    return Paired(values, floats(observed, what="observed"), observed)


def matched(table: xr.DataArray, like: xr.DataArray, *, what: str) -> xr.DataArray:
    """Put a table's dims in the order of another's, after checking that both cover the same cells.

    Raises
    ------
    AlignmentError
        If dims, sizes or labels differ.
    """
    if set(table.dims) != set(like.dims):
        raise AlignmentError(
            f"{what}: found dims ({_listed(table.dims)}), expected ({_listed(like.dims)}); "
            "name the same dims on both sides"
        )
    for dim in like.dims:
        _same_labels(table, like, str(dim), what)
    return table.transpose(*like.dims)


def fitted(table: xr.DataArray, like: xr.DataArray, *, what: str) -> xr.DataArray:
    """Repeat a table along the dims it lacks.

    Raises
    ------
    AlignmentError
        If it has a dim that `like` lacks, or other labels.
    """
    require_dims(like, [str(dim) for dim in table.dims], what=f"cells of {what}")
    for dim in table.dims:
        _same_labels(table, like, str(dim), what)
    return table.broadcast_like(like).transpose(*like.dims)


def require_dims(table: xr.DataArray, dims: Iterable[str], *, what: str) -> None:
    """Check that dims are there.

    Raises
    ------
    AlignmentError
        Naming the dims that are missing.
    """
    missing = [dim for dim in dims if dim not in table.dims]
    if missing:
        raise AlignmentError(
            f"{what}: found dims ({_listed(table.dims)}), expected also ({_listed(missing)})"
        )


def dim_names(dims: str | Iterable[str]) -> list[str]:
    """One name or several, as a list."""
    return [dims] if isinstance(dims, str) else list(dims)


def require_share(value: float, *, what: str) -> None:
    """Check that a coverage or quantile level lies strictly between 0 and 1.

    Raises
    ------
    DataError
        If it does not.
    """
    if not 0 < value < 1:
        raise DataError(f"{what}: found {value:g}, expected a number between 0 and 1")


def floats(table: xr.DataArray, *, what: str) -> Floats:
    """Values as contiguous float64; NaN marks a gap.

    Raises
    ------
    DataError
        If a value is infinite.
    """
    values = np.asarray(table.values, dtype=np.float64, order="C")
    if np.isinf(values).any():
        raise DataError(f"{what}: found an infinite value, expected a finite number or NaN")
    return values


def _same_labels(table: xr.DataArray, like: xr.DataArray, dim: str, what: str) -> None:
    if table.sizes[dim] != like.sizes[dim]:
        raise AlignmentError(
            f"{what}: found {table.sizes[dim]} along '{dim}', expected {like.sizes[dim]}"
        )
    if dim in table.coords and dim in like.coords:
        found, expected = table.indexes[dim], like.indexes[dim]
        if not found.equals(expected):
            first = int(np.argmax(np.asarray(found != expected)))
            raise AlignmentError(
                f"{what}: found label {found[first]} along '{dim}', expected {expected[first]}; "
                "put both in the same order"
            )


def _listed(dims: Iterable[object]) -> str:
    return ", ".join(map(str, dims))
