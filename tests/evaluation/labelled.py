"""Short ways to labelled arrays."""

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike


def table(values: ArrayLike, *dims: str, **labels: list[str]) -> xr.DataArray:
    """Values with named dims, and labels where they are given."""
    return xr.DataArray(np.asarray(values, dtype=np.float64), dims=dims, coords=labels)


def one_cell(draws: ArrayLike, observed: float) -> tuple[xr.DataArray, xr.DataArray]:
    """Draws and observation of one cell."""
    return table(draws, "draw"), table(observed)


def within(errors: np.ndarray, *, bound: float = 4.0) -> None:
    """Mean of independent errors is zero within so many of its standard errors."""
    mean, error = errors.mean(), errors.std(ddof=1) / np.sqrt(errors.size)
    assert abs(mean) < bound * error, f"{mean:.4g} is {abs(mean) / error:.1f} standard errors off"
