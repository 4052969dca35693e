"""AutoETS, AutoARIMA, dynamic optimised Theta and AutoCES of statsforecast, as laws of paths.

statsforecast finds the model and its parameters; its mean is taken as it stands. Paths are drawn
from the fitted model's equations, not by the package's own simulation, which seeds numpy's global
generator. Tests hold each month's spread against the package's prediction intervals where these
follow from the model. They do not (version 2.1.1) for

- ETS with a season: all months have the seasonal variance of the last one asked for;
- Theta with a season: the season itself counts as an error;
- CES: shocks of the months ahead are left out.

Its `fallback_model` is never set: a model that fails is a series that fails.
"""

# statsforecast says little about the types of what it gives:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import warnings
from typing import Any

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.classical_law import Law, Rule, StateSpace, factor_of, moving_average
from forecast.models.classical_series import SEASON, Sample
from forecast.models.kernels import Floats


def fitted(model: Any, sample: Sample, steps: int) -> tuple[dict[str, Any], Floats]:  # noqa: ANN401
    """Fit a model: its parameters and the mean of the months ahead.

    Raises
    ------
    ConvergenceError
        If the package gives up, or the mean is not finite.
    """
    try:
        done = model.fit(sample.values)
        mean = np.asarray(done.predict(h=steps)["mean"], dtype=np.float64)
    # the package raises bare Exception; nothing of ours runs in the lines above
    except Exception as error:
        raise ConvergenceError(f"statsforecast: {' '.join(str(error).split())}") from error
    if not np.isfinite(mean).all():
        raise ConvergenceError("statsforecast: the mean of the months ahead is not finite")
    return done.model_, mean


def burnt(residuals: Floats, months: int) -> Floats:
    """Residuals without those of the first months, which the starting values fit."""
    out = np.array(residuals, dtype=np.float64)
    out[:months] = np.nan
    return out


def ets_weights(model: dict[str, Any], steps: int) -> Floats:
    """Effect of a unit shock on this and the following months, (H,).

    ``1, then alpha + beta (phi + ... + phi^j) + gamma 1[the period divides j]`` j months on.
    Hyndman, Koehler, Ord & Snyder 2008, chapter 6, doi:10.1007/978-3-540-71918-2.
    """
    level, trend, season, damping = np.nan_to_num(model["par"][:4])
    damping = damping if model["components"][3] == "D" else 1.0
    later = np.arange(1, steps)
    weights = level + trend * np.cumsum(damping**later)
    # without a season the period is 1, and gamma is zero
    return np.r_[1.0, weights + season * (later % model["m"] == 0)]


def fit_ets(sample: Sample, steps: int) -> Law:
    """Fit exponential smoothing with additive errors, the form chosen by AICc.

    On the log scale additive is multiplicative in persons, so the forms with multiplicative parts
    are left out.
    """
    from statsforecast.models import AutoETS

    model, mean = fitted(AutoETS(season_length=sample.season, model="AZZ"), sample, steps)
    factor = moving_average(ets_weights(model, steps), np.sqrt(model["sigma2"]))
    return Law(mean, factor, np.array(model["residuals"]))


def fit_arima(sample: Sample, steps: int) -> Law:
    """ARIMA with seasonal terms, orders by unit root tests and stepwise AICc.

    Hyndman & Khandakar 2008, doi:10.18637/jss.v027.i03. The path's covariance is that of the fitted
    state space, which carries what is still unknown of the state at the last month.
    """
    from statsforecast.models import AutoARIMA

    with warnings.catch_warnings():
        # said of any candidate of the search; whether the chosen one converged is asked below
        warnings.filterwarnings("ignore", message="possible convergence problem")
        model, mean = fitted(AutoARIMA(season_length=sample.season), sample, steps)
    space = model["model"]
    transition, shock_cov = space["T"], space["V"]
    start = StateSpace(
        design=space["Z"],
        transition=transition,
        shock_cov=shock_cov,
        noise_var=float(space["h"]),
        state=transition @ space["a"],
        state_cov=transition @ space["P"] @ transition.T + shock_cov,
    )
    _, _, _, _, period, changes, seasonal_changes = model["arma"]
    ended = int(model["code"] != 0)
    return Law(
        mean=mean,
        factor=np.sqrt(model["sigma2"]) * factor_of(start.path_cov(steps)),
        residuals=burnt(model["residuals"], changes + seasonal_changes * period),
        notes=(f"AutoARIMA: optimiser ended with code {model['code']}, 0 is converged",) * ended,
    )


def theta_path(shocks: Floats, model: dict[str, Any]) -> Floats:
    """Paths of a dynamic theta model under given shocks, (K, H).

    At month i (counted from 0 at the start of the sample), with level l, line A + B i fitted to
    everything so far, mean m and e the shock,

        y = l + (1 - 1/theta) (A (1 - alpha)^i + B (1 - (1 - alpha)^(i+1)) / alpha) + e

    and l, B, m, A follow from y. Fiorucci et al. 2016, doi:10.1016/j.ijforecast.2016.02.005.
    """
    alpha, theta = model["par"]["alpha"], model["par"]["theta"]
    level, _, at_zero, slope, _ = model["states"][-1]
    mean, out = model["mean_y"], np.empty_like(shocks)
    for h, shock in enumerate(shocks.T):
        i = model["n"] + h
        line = at_zero * (1 - alpha) ** i + slope * (1 - (1 - alpha) ** (i + 1)) / alpha
        y = out[:, h] = level + (1 - 1 / theta) * line + shock
        level = alpha * y + (1 - alpha) * level
        slope = ((i - 1) * slope + 6 * (y - mean) / (i + 1)) / (i + 2)
        mean = (i * mean + y) / (i + 1)
        at_zero = mean - slope * (i + 2) / 2
    return out


def theta_residuals(model: dict[str, Any]) -> Floats:
    """One-step errors; the first three months are the starting values' own.

    statsforecast adds the season to the residuals of an adjusted series, although they never held
    it, and takes the spread of its intervals from the sum; here it is taken off again.
    """
    residuals = burnt(model["residuals"], 3)
    if model.get("decompose", False):
        months = np.arange(-len(residuals), 0)
        residuals -= np.asarray(model["seas_forecast"]["mean"])[months % model["m"]]
    return residuals


def fit_theta(sample: Sample, steps: int) -> Law:
    """Fit the dynamic optimised theta model, season taken off additively where a test finds one.

    The path is linear in its shocks (`theta_path`), so the factor is what unit shocks do to it. The
    spread is that of the residuals without season: statsforecast's own intervals for seasonal
    series are too wide (`theta_residuals`).
    """
    from statsforecast.models import DynamicOptimizedTheta

    model, mean = fitted(
        DynamicOptimizedTheta(season_length=sample.season, decomposition_type="additive"),
        sample,
        steps,
    )
    residuals = theta_residuals(model)
    effects = theta_path(np.eye(steps), model) - theta_path(np.zeros((1, steps)), model)
    return Law(mean, effects.T * np.nanstd(residuals, ddof=1), residuals)


def ces_weights(form: str, par: dict[str, float], steps: int) -> Floats:
    """Effect of a unit shock on this and the following months, (H,).

    Level l and its complement c, and the same of the season, follow

        l' = l - (1 - a1) c + (a0 - a1) e,    c' = l + (1 - a0) c + (a0 + a1) e

    one month back, or twelve where the season is in them (form S). P adds a season s' = s + b0 e,
    F one with a complement and b0, b1. Svetunkov, Kourentzes & Ord 2022, doi:10.1002/nav.22074.
    """
    a0, a1, b0, b1 = (np.nan_to_num(par[k]) for k in ("alpha_0", "alpha_1", "beta_0", "beta_1"))
    lag = SEASON if form == "S" else 1
    # twelve months of zeros before the shock, so that every lag has something to look at
    level, other, season, season_other = np.zeros((4, SEASON + steps))
    out = np.empty(steps)
    for h in range(steps):
        t, shock = SEASON + h, float(h == 0)
        year = t - SEASON
        out[h] = level[t - lag] + season[year] + shock
        level[t] = level[t - lag] - (1 - a1) * other[t - lag] + (a0 - a1) * shock
        other[t] = level[t - lag] + (1 - a0) * other[t - lag] + (a0 + a1) * shock
        if form == "P":
            season[t] = season[year] + b0 * shock
        elif form == "F":
            season[t] = season[year] - (1 - b1) * season_other[year] + (b0 - b1) * shock
            season_other[t] = season[year] + (1 - b0) * season_other[year] + (b0 + b1) * shock
    return out


def fit_ces(sample: Sample, steps: int) -> Law:
    """Fit complex exponential smoothing, the form (none, simple, partial, full) by AICc.

    statsforecast's own intervals are noise on the last states and no new shocks, so that they do
    not grow as the model's do; here the shocks go through the model's equations (`ces_weights`).
    """
    from statsforecast.models import AutoCES

    model, mean = fitted(AutoCES(season_length=sample.season), sample, steps)
    weights = ces_weights(model["seasontype"], model["par"], steps)
    factor = moving_average(weights, np.sqrt(model["sigma2"]))
    return Law(mean, factor, burnt(model["residuals"], sample.season))


ETS = Rule("ets", fit_ets, least=SEASON, seasonal=True)
ARIMA = Rule("arima", fit_arima, least=SEASON, seasonal=True)
THETA = Rule("theta", fit_theta, least=SEASON, seasonal=True)
CES = Rule("ces", fit_ces, least=SEASON, seasonal=True)
