"""What the compiled density needs of a problem, as fields and as two flat arrays."""

from typing import NamedTuple

import numpy as np

from forecast.models.kernels import Floats, Ints

SHOCKS, NOISE, SEASON, TERMS = 3, 3, 4, 5
"""Terms of the covariance: one for each kernel of shocks, then noise, then season."""

FAMILY_TERMS, COMMON = 4, 10
"""Normal priors that each family of links has, and that all links have in common."""

OWN, AREA, BENEFIT, NOISY, SEASONAL = 0, 1, 2, 3, 4
"""What an entry of a column is scaled by."""


class FigureData(NamedTuple):
    """What `density` needs of a problem; see `problem.Layout` and `problem.Figures`."""

    residual: Floats  # (n,) figures less their mean at elasticities of zero
    by_elasticity: Floats  # (n, S) derivative of the mean by the elasticities
    fixed: Floats  # (n, n)
    coefficients: Floats  # (n, S)
    on_root: Floats  # (n,)
    place: Ints  # (n,) window of each figure
    first_row: Ints  # (c + 1,) where the rows of each column begin
    rows: Ints  # figures that each column touches, column after column
    column_term: Ints  # (c,) kernel of each column: shocks by kernel, noise, season
    entry_at: Ints  # which of `rows` an entry adds to
    entry_link: Ints  # link of an entry
    entry_kind: Ints  # OWN, AREA, BENEFIT, NOISY or SEASONAL
    entry_weight: Floats  # coefficient of the figure on the link
    windows: Floats  # (W, T)
    lagged: Floats  # (L, W, T)
    lag_of: Ints  # (S,)
    shared: Ints  # (S, 2) whether a link shares shocks with its area and its benefit
    season_shape: Floats  # (T, T)
    relative_level: Floats  # (T,)
    root_variance: Floats  # (1,) prior variance of the mean log national rate
    switches: Ints  # latent national path, season: 1 or 0


class PriorData(NamedTuple):
    """What `standard_density` needs of series and priors; see `link.transform`."""

    family: Ints  # (S,)
    log_size: Floats  # (S,)
    scale_shift: Floats  # (S,)
    elasticity_mean: Floats  # (S,)
    elasticity_sd: Floats  # (S,)
    family_mean: Floats  # (4, F) log scale, its slope on size, log noise, its slope on size
    family_sd: Floats  # (4, F)
    spread_sd: Floats  # (F,)
    common_mean: Floats  # (10,)
    common_sd: Floats  # (10,)


def pack(data: FigureData, prior: PriorData) -> tuple[Floats, Ints]:
    """Lay data out as two flat arrays, which a C function takes; the integers begin with shapes."""
    floats = [np.ravel(getattr(data, name)) for name in _FLOATS]
    floats += [np.ravel(values) for values in prior[1:]]
    ints = [*(np.ravel(getattr(data, name)) for name in _INTS), prior.family]
    n, links = data.coefficients.shape
    columns, rows, entries = len(data.column_term), len(data.rows), len(data.entry_at)
    lengths, windows, months = data.lagged.shape
    head = [n, links, windows, months, lengths, columns, rows, entries, len(prior.spread_sd)]
    head += [len(HEAD) + sum(map(len, ints)), sum(map(len, floats))]
    return np.concatenate(floats), np.concatenate([np.array(head), *ints]).astype(np.int64)


HEAD = (
    "n",
    "links",
    "windows",
    "months",
    "lengths",
    "columns",
    "rows",
    "entries",
    "families",
    "ints",
    "floats",
)
"""What the packed integers begin with."""

_FLOATS = (
    "residual",
    "by_elasticity",
    "fixed",
    "coefficients",
    "on_root",
    "entry_weight",
    "windows",
    "lagged",
    "season_shape",
    "relative_level",
    "root_variance",
)
_INTS = (
    "place",
    "first_row",
    "rows",
    "column_term",
    "entry_at",
    "entry_link",
    "entry_kind",
    "lag_of",
    "shared",
    "switches",
)
