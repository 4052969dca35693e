"""Covariances of the parts of a link over months.

Symbols: ``h`` lag in months; ``T`` memory in months. `compiled` holds the same formulas for the
sampler, with their derivatives; tests hold the two together.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def lags(months: NDArray[np.int64]) -> Floats:
    """Absolute lags between months, (T, T)."""
    return np.abs(months[:, None] - months[None, :]).astype(np.float64)


def ornstein_uhlenbeck(lag: Floats, memory: float) -> Floats:
    """Level whose monthly shocks have unit variance: ``T/2 exp(-h/T)``.

    With theta = 1/T this is the stationary variance 1/(2 theta) of
    dx = -theta x dt + dW; as T grows it becomes a random walk about an unknown constant.

    Parameters
    ----------
    lag : (T, T) months
    memory : months, scalar
    """
    return 0.5 * memory * np.exp(-lag / memory)


def intrinsic_ornstein_uhlenbeck(lag: Floats, memory: float) -> Floats:
    """Give the same level up to a constant: ``T/2 (exp(-h/T) - 1)``, and ``-h/2`` for T infinite.

    Only contrasts (weights that sum to zero) have a variance under it; there it equals
    `ornstein_uhlenbeck`, and in the limit the random walk with unit shocks.
    """
    if np.isinf(memory):
        return -0.5 * lag
    return 0.5 * memory * np.expm1(-lag / memory)


def two_memories(lag: Floats, long: float, short: float) -> Floats:
    """Smooth stationary path of unit variance with two memories.

    ``(T1 exp(-h/T1) - T2 exp(-h/T2)) / (T1 - T2)``, the covariance of an autoregression of
    second order in continuous time with roots 1/T1 and 1/T2 (Jones 1981); for T1 = T2 the
    Matérn covariance with smoothness 3/2. Written so that T1 = T2 is harmless.
    """
    gap = 1.0 / short - 1.0 / long
    gap = 1e-6 if abs(gap) < 1e-6 else gap
    return np.exp(-lag / long) * (1.0 + (1.0 - np.exp(-lag * gap)) / (gap * long))


def season_shape(length: float = 1.2, rough: float = 0.15) -> Floats:
    """Covariance of a yearly pattern of twelve months: sums to zero, mean variance one, (12, 12).

    Neighbouring months are alike (periodic squared exponential with `length` radians) but for a
    part `rough` that is each month's own.
    """
    angle = 2 * np.pi * np.arange(12) / 12
    distance = np.sin((angle[:, None] - angle[None, :]) / 2)
    shape = (1 - rough) * np.exp(-2 * distance**2 / length**2) + rough * np.eye(12)
    centre = np.eye(12) - 1 / 12
    shape = centre @ shape @ centre
    return shape / np.mean(np.diag(shape))


def season(months: NDArray[np.int64], lag: Floats, memory: float, amplitude: Floats) -> Floats:
    """Evolving season of unit size: ``A[t] A[t'] C[month, month'] exp(-h/T)``, (T, T)."""
    calendar = months % 12
    pattern = season_shape()[np.ix_(calendar, calendar)]
    return amplitude[:, None] * amplitude[None, :] * pattern * np.exp(-lag / memory)
