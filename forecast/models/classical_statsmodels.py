"""Local level with a season, and SARIMA with the nation as regressor: state spaces of statsmodels.

Both take missing months as they are. The law of the path is the fitted state space's own
(`StateSpace`), diffuse start exact. Parameters are held at their estimates, as everywhere here.
"""

# statsmodels brings no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import warnings
from typing import Any

import numpy as np

from forecast.errors import ConvergenceError
from forecast.models.classical_law import Law, Rule, StateSpace, factor_of
from forecast.models.classical_series import SEASON, Sample

MOST_ITERATIONS = 200
"""Of the optimiser."""


def estimated(model: Any) -> Any:  # noqa: ANN401
    """Fit by maximum likelihood.

    Raises
    ------
    ConvergenceError
        If the package gives up.
    """
    with warnings.catch_warnings():
        # about the guesses that the optimiser starts from
        for start in ("Non-invertible starting", "Non-stationary starting", "Too few observations"):
            warnings.filterwarnings("ignore", message=start, category=UserWarning)
        try:
            return model.fit(disp=False, maxiter=MOST_ITERATIONS)
        except (ValueError, IndexError, np.linalg.LinAlgError) as error:
            raise ConvergenceError(f"statsmodels: {' '.join(str(error).split())}") from error


def state_space(results: Any) -> StateSpace:  # noqa: ANN401
    """Take the state space at the first month ahead from a fit.

    Raises
    ------
    ConvergenceError
        If the sample is too short to settle the diffuse start, or the fit is not finite.
    """
    filtered = results.filter_results
    if filtered.nobs_diffuse >= results.nobs:
        raise ConvergenceError("statsmodels: too few known months to start from")
    selection = filtered.selection[:, :, -1]
    out = StateSpace(
        design=filtered.design[0, :, -1],
        transition=filtered.transition[:, :, -1],
        shock_cov=selection @ filtered.state_cov[:, :, -1] @ selection.T,
        noise_var=float(filtered.obs_cov[0, 0, -1]),
        state=filtered.predicted_state[:, -1],
        state_cov=filtered.predicted_state_cov[:, :, -1],
    )
    if not (np.isfinite(out.state).all() and np.isfinite(out.state_cov).all()):
        raise ConvergenceError("statsmodels: the state at the last month is not finite")
    return out


def law_of(results: Any, steps: int, slope: float = 0.0) -> Law:  # noqa: ANN401
    """Law of the months ahead, the regressor's part left to `slope`."""
    space = state_space(results)
    residuals = np.array(results.filter_results.standardized_forecasts_error[0])
    residuals[: results.filter_results.nobs_diffuse] = np.nan
    return Law(
        mean=space.path_mean(steps),
        factor=factor_of(space.path_cov(steps)),
        residuals=residuals,
        slope=slope,
    )


def fit_local_level(sample: Sample, steps: int) -> Law:
    """Random walk, season of twelve that evolves, noise.

    Harvey 1989, doi:10.1017/CBO9781107049994.
    """
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    season = sample.season if sample.season > 1 else None
    model = UnobservedComponents(
        sample.values,
        level="local level",  # pyright: ignore[reportArgumentType] - its default is False
        seasonal=season,
        use_exact_diffuse=True,
    )
    return law_of(estimated(model), steps)


def fit_sarimax(sample: Sample, steps: int) -> Law:
    """Airline model, (0,1,1)(0,1,1) with season, and the log of the national value as regressor.

        z_t = b x_t + n_t,    (1 - L)(1 - L^12) n_t = (1 + p L)(1 + q L^12) e_t

    The regressor is there where the national path ahead is given. A month without it counts as
    missing. Box & Jenkins 1970; Box et al. 2015, ISBN 978-1-118-67502-1, chapter 9.
    """
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    values, x = sample.values.copy(), sample.regressor
    if x is not None:
        seen = np.isfinite(x)
        values[~seen] = np.nan
        if np.isfinite(values).sum() < SEASON:
            raise ConvergenceError(
                f"{int(np.isfinite(values).sum())} months with the national value, "
                f"sarimax needs {SEASON} or more"
            )
        # what stands in a missing month is multiplied by nothing, but must be a number
        x = np.where(seen, x, 0.0)
    seasonal = (0, 1, 1, SEASON) if sample.season > 1 else (0, 0, 0, 0)
    model = SARIMAX(
        values, exog=x, order=(0, 1, 1), seasonal_order=seasonal, use_exact_diffuse=True
    )
    results = estimated(model)
    return law_of(results, steps, slope=float(results.params[0]) if x is not None else 0.0)


LOCAL_LEVEL = Rule("local_level", fit_local_level, least=SEASON, seasonal=True, takes_gaps=True)
AIRLINE = Rule("sarimax", fit_sarimax, least=SEASON, seasonal=True, takes_gaps=True, regressed=True)
