"""One sum and its few parts made to add up on many draws: `forecast.coherence`, compiled.

Draws of a handful of series are too small for array arithmetic to be worth its while: each is
worked on by itself, and stops when its own sum holds.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false

import numba as nb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEW = 16
"""Series up to which draws are worked on one by one."""


@nb.njit(cache=True, nogil=True, error_model="numpy")
def one_sum(
    draws: Floats,
    row: Floats,
    moving: Flags,
    weights: Floats,
    size: Floats,
    exact: float,
    longest: float,
    patience: int,
    turns: int,
) -> Floats:  # pragma: no cover
    """Reconcile draws with one constraint; what could not be met is left where it got to, (D, n).

    Parameters
    ----------
    draws : (D, n)
    row : (n,) the constraint
    moving : (D, n)
    weights : (n, n) covariance of the logs
    size : (D,) persons in the constraint
    exact, longest, patience, turns : as in `forecast.coherence`
    """
    count, n = draws.shape
    out = draws.copy()
    shift, only, pull = np.empty(n), np.empty(n), np.empty(n)
    for d in range(count):
        shift[:] = 0.0
        for turn in range(turns):
            gap = 0.0
            for i in range(n):
                gap += row[i] * out[d, i]
            if abs(gap) <= exact * size[d]:
                break
            aim = -gap
            for i in range(n):
                only[i] = row[i] * out[d, i] if moving[d, i] else 0.0
                aim += only[i] * shift[i]
            total = 0.0
            for i in range(n):
                pull[i] = 0.0
                if moving[d, i]:
                    for j in range(n):
                        pull[i] += weights[i, j] * only[j]
                total += pull[i] * only[i]
            force = aim / total if total > 0.0 else 0.0
            farthest = 0.0
            for i in range(n):
                farthest = max(farthest, abs(force * pull[i] - shift[i]))
            part = longest / farthest if farthest > longest else 1.0
            if turn >= patience:
                part *= 0.5
            for i in range(n):
                if moving[d, i]:
                    shift[i] += part * (force * pull[i] - shift[i])
                    out[d, i] = draws[d, i] * np.exp(shift[i])
    return out
