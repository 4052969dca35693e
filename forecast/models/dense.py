"""Dense evaluation of a Gaussian likelihood of figures over windows.

A figure is a mean over a window of months: ``y = A x + e`` with x Gaussian with covariance K over
months and e independent with covariance R, so y has covariance ``V = A K A' + R``. This is exact
for any windows; the cost grows with the cube of the number of figures.
"""

# scipy.linalg brings no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from forecast.core.period import Window
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats

LOG_2PI = float(np.log(2 * np.pi))


def window_matrix(windows: Sequence[Window], months: NDArray[np.int64]) -> Floats:
    """Matrix A that averages months over windows, (windows, months).

    Raises
    ------
    AlignmentError
        If a window reaches outside the months.
    """
    design = np.zeros((len(windows), len(months)))
    first = int(months[0])
    for row, window in enumerate(windows):
        if window.first < first or window.last > int(months[-1]):
            raise AlignmentError(
                f"window {window.code}: expected months within "
                f"{Window(first, int(months[-1])).code}; extend the months"
            )
        design[row, window.first - first : window.last - first + 1] = 1.0 / len(window)
    return design


def moving_average(size: int, lag: int) -> Floats:
    """Mean of a month and the `lag` months before it, (size, size).

    The first `lag` rows average what there is; callers let their months begin early enough.
    """
    design = np.zeros((size, size))
    for row in range(size):
        start = max(0, row - lag)
        design[row, start : row + 1] = 1.0 / (row + 1 - start)
    return design


def log_density(residual: Floats, covariance: Floats) -> float:
    """Log density of a centred multivariate normal, by Cholesky.

    ``-1/2 (n log 2 pi + log det V + r' V^-1 r)``.

    Raises
    ------
    scipy.linalg.LinAlgError
        If the covariance is not positive definite.
    """
    factor = linalg.cholesky(covariance, lower=True)
    white = linalg.solve_triangular(factor, residual, lower=True)
    log_det = 2.0 * float(np.sum(np.log(np.diag(factor))))
    return -0.5 * (len(residual) * LOG_2PI + log_det + float(white @ white))


def restricted_log_density(residual: Floats, covariance: Floats, design: Floats) -> float:
    """Log density of the contrasts that are free of `design`: its coefficients are diffuse.

    The contrasts are ``Q' y`` with Q an orthonormal basis of the complement of the columns of
    `design` (n, p). The covariance need only be positive definite on them, so an intrinsic kernel
    may be used. Exact diffuse filters differ by constants alone: for one constant column they
    print ``restricted - 1/2 log n - 1/2 log 2 pi``.

    References
    ----------
    Harville 1974, Biometrika 61(2), doi:10.1093/biomet/61.2.383.
    """
    full = cast("Floats", linalg.qr(design)[0])
    basis = full[:, design.shape[1] :]
    return log_density(basis.T @ residual, basis.T @ covariance @ basis)


def leave_one_out(residual: Floats, covariance: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean error, sd and log density of each figure given all the others.

    From the precision matrix P: sd² = 1/P_ii and error = (P r)_i / P_ii
    (Sundararajan and Keerthi 2001, doi:10.1162/08997660151134343).

    Returns
    -------
    error, sd, log_density : (n,) each
        The figure less its prediction, the sd of that, and log p(y_i | y_-i).
    """
    precision = linalg.inv(covariance)
    diagonal = np.diag(precision)
    error = (precision @ residual) / diagonal
    sd = 1.0 / np.sqrt(diagonal)
    return error, sd, -0.5 * (LOG_2PI + 2 * np.log(sd) + (error / sd) ** 2)
