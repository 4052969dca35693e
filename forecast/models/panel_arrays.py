"""What the filter of monthly links takes and gives, as arrays that numba passes on."""

from typing import NamedTuple

from forecast.models.kernels import Floats


class LinkArrays(NamedTuple):
    """S links over T months, with R seasonal factors.

    Attributes
    ----------
    value : (S, T) log-odds, NaN where missing
    mean : (S, T) expectation of the constants and the common season
    variance : (S, T) of a month's noise, positive
    sigma : (S,) sd of a month's level shock
    scale : (S,) size of the own season
    load : (T, R) seasonal factors at scale one
    regressors : (T, K) of the constants
    constant_variance : (K,) variances of the constants over links, about zero
    steps : (S, T, B) regressors of constants of each link's own, of prior variance one: breaks
    level_memory, season_memory : months; a level of infinite memory is a random walk from zero
    """

    value: Floats
    mean: Floats
    variance: Floats
    sigma: Floats
    scale: Floats
    load: Floats
    regressors: Floats
    constant_variance: Floats
    steps: Floats
    level_memory: float
    season_memory: float


class LinkGradient(NamedTuple):
    """Derivatives of the sum of log likelihoods, shapes as in `LinkArrays`.

    Attributes
    ----------
    mean, variance : (S, T)
    log_sigma, log_scale : (S,)
    load : (T, R)
    log_constant_sd : (K,)
    log_level_memory, log_season_memory : numbers
    """

    mean: Floats
    variance: Floats
    log_sigma: Floats
    log_scale: Floats
    load: Floats
    log_constant_sd: Floats
    log_level_memory: float
    log_season_memory: float


class LastState(NamedTuple):
    """What is known of each link's state in the month after the last, and what it owes to whom.

    Attributes
    ----------
    mean : (S, n)
    cov : (S, n, n)
    keep, shock : (S, n) what a month keeps of each state, and the variance it adds
    response : (S, n, T + 1) of the prediction's error to unit shocks of the level: the first is
        the level at the start, the others those that enter in months 1 to T
    """

    mean: Floats
    cov: Floats
    keep: Floats
    shock: Floats
    response: Floats
