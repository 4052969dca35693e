"""The share expected of a municipality by its framework conditions, itself left out.

Given the spreads, memories and phi everything is normal, so what all other municipalities say of
the coefficients is the posterior with one municipality's information taken out again:

    P = S^-1 + sum X' C^-1 X,   P_-i = P - X_i' C_i^-1 X_i,   m_-i = P_-i^-1 (sum X' C^-1 y)_-i,

S the coefficients' prior covariance, C_i that of u + c + rounding. The draws of the shared
parameters, which did see the municipality, are weighed by ``1 / p(y_i | y_-i)``, smoothed as Pareto
(PSIS, Vehtari et al. 2024, JMLR 25:72); k says whether that can be trusted.

Expected is the mean share of municipalities with such conditions: over u, by Gauss-Hermite.
"""

# ArviZ brings few types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from typing import NamedTuple

import numpy as np

from forecast.benchmark.effects import covariances, spreads
from forecast.benchmark.hierarchy import Draws, Figures, Terms
from forecast.config.benchmark import BenchmarkModel
from forecast.core.benchmark import Conditions, Floats
from forecast.models.kernels import Ints
from forecast.models.panel_laplace import resampled

TRUSTED_K = 0.7
"""Pareto k from which weights are not used to leave one out, and the model is fitted again."""

FORGOTTEN = 1e6
"""Variance of a figure that is to say nothing."""

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


class Expected(NamedTuple):
    """Expected shares.

    Attributes
    ----------
    share : (D, I, T) draws with equal weights, fractions
    pareto_k : (I,) of the weights of leaving each out
    """

    share: Floats
    pareto_k: Floats


def own_terms(conditions: Conditions, model: BenchmarkModel) -> tuple[Floats, Terms]:
    """Design of the own model, (I, C), and its terms.

    Conditions are put on a common scale by median and interquartile range, cut at the farthest
    that is believed, with the median where one is missing.
    """
    columns: list[Floats] = []
    for key, values in zip(conditions.keys, conditions.values.T, strict=True):
        x = np.log(np.maximum(values, 1e-3)) if key in model.own.logs else values
        low, middle, high = np.nanquantile(x, [0.25, 0.5, 0.75])
        scaled = (np.where(np.isnan(x), middle, x) - middle) / ((high - low) / 1.349)
        columns.append(np.clip(scaled, -model.own.cut, model.own.cut))
    blocks = [0] * len(columns)
    for number, labels in ((1, conditions.region), (2, conditions.kind)):
        for label in sorted(set(labels)):
            columns.append(np.array([float(one == label) for one in labels]))
            blocks.append(number)
    own = model.own
    scales = (own.coefficient, own.region, own.kind)
    return np.stack(columns, axis=1), Terms(own.intercept, own.step, tuple(blocks), scales)


def left_out(f: Figures, draws: Draws, terms: Terms, rng: np.random.Generator) -> Expected:
    """Give the expected share of every municipality by all others."""
    import arviz as az

    count, (areas, periods) = len(draws.spread), f.value.shape
    design = _design(f)
    means = np.empty((count, areas, periods))
    covs = np.empty((count, areas, periods, periods))
    fits = np.empty((count, areas))
    lasting, passing = covariances(f, draws, f.lags)
    own_spread = spreads(f, draws)
    index = np.arange(periods)
    for d in range(count):
        own = lasting[d] + passing[d]
        own[:, index, index] += f.rounding
        means[d], covs[d], fits[d] = _without_each(
            f.value, design, own, *_prior(terms, draws, d, periods)
        )
    logs, k = az.psislw(-fits.T)
    kept = [_rows(np.exp(one), count, rng) for one in logs]
    share = np.empty((count, areas, periods))
    for i, rows in enumerate(kept):
        root = np.linalg.cholesky(covs[rows, i] + 1e-12 * np.eye(periods))
        odds = means[rows, i] + (root @ rng.standard_normal((count, periods, 1)))[..., 0]
        share[:, i] = mean_share(odds, own_spread[rows, i, None])
    return Expected(share, np.asarray(k, dtype=np.float64).reshape(-1))


def forgetting(f: Figures, area: int) -> Figures:
    """Figures of which one municipality's say nothing; their shape, and the model, stay."""
    rounding = f.rounding.copy()
    rounding[area] = FORGOTTEN
    return f._replace(rounding=rounding)


def of_one(f: Figures, draws: Draws, area: int) -> Floats:
    """Give the expected share of a municipality by draws that have not seen it, (D, T)."""
    odds = draws.intercept + (draws.coefficients @ f.design[area])[:, None]
    return mean_share(odds, spreads(f, draws)[:, area, None])


def mean_share(odds: Floats, spread: Floats) -> Floats:
    """Mean share of municipalities whose log-odds are normal about `odds`, the same shape."""
    about = odds[..., None] + spread[..., None] * NODES
    return (1.0 / (1.0 + np.exp(-about))) @ (WEIGHTS / WEIGHTS.sum())


def _rows(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Draws by their weights, as many as there are."""
    shared_out = resampled(weights / weights.sum(), count, rng)
    return np.repeat(np.arange(count), [len(one) for one in shared_out])


def _design(f: Figures) -> Floats:
    """Rows of all coefficients, an intercept for each half-year first, (I, T, T + C)."""
    areas, periods = f.value.shape
    own = np.broadcast_to(f.design[:, None], (areas, periods, f.design.shape[1]))
    intercept = np.broadcast_to(np.eye(periods), (areas, periods, periods))
    return np.concatenate([intercept, own], axis=2)


def _prior(terms: Terms, draws: Draws, d: int, periods: int) -> tuple[Floats, Floats]:
    """Prior mean and precision of all coefficients given their spreads."""
    columns = len(terms.blocks)
    step = np.tri(periods, k=0)[:, 1:]
    cov = terms.intercept.sd**2 + terms.step.sd**2 * step @ step.T
    precision = np.zeros((periods + columns, periods + columns))
    precision[:periods, :periods] = np.linalg.inv(cov)
    own = np.maximum(draws.spreads[d][list(terms.blocks)], 1e-6) if columns else np.zeros(0)
    index = periods + np.arange(columns)
    precision[index, index] = 1.0 / own**2
    mean = np.concatenate([np.full(periods, terms.intercept.mean), np.zeros(columns)])
    return mean, precision


def _without_each(
    value: Floats, design: Floats, own: Floats, mean: Floats, precision: Floats
) -> tuple[Floats, Floats, Floats]:
    """Mean and covariance of each municipality's expectation by the others, and its log density.

    Parameters
    ----------
    value : (I, T)
    design : (I, T, C)
    own : (I, T, T) covariance of what is not explained
    """
    weighed = np.linalg.solve(own, design)  # (I, T, C)
    information = design.swapaxes(1, 2) @ weighed
    pull = np.einsum("itc,it->ic", weighed, value)
    total = precision + information.sum(axis=0)
    right = precision @ mean + pull.sum(axis=0)
    without = np.linalg.inv(total - information)
    centre = np.einsum("icd,id->ic", without, right - pull)
    expected = np.einsum("itc,ic->it", design, centre)
    spread = design @ without @ design.swapaxes(1, 2)
    whole = spread + own
    off = value - expected
    distance = np.einsum("it,it->i", off, np.linalg.solve(whole, off[..., None])[..., 0])
    density = -0.5 * (distance + np.linalg.slogdet(whole)[1] + value.shape[1] * np.log(2 * np.pi))
    return expected, spread, density
