"""Grants: the municipality's share of what municipalities as a whole are compensated for.

    level[d, g, t] = part · N[d, g, t] · share[d, t],
    grant[d, g, t] = level[d, g, t] - level[d, g, t of the same month in the year that is known]

N is the country's net expenditure on a benefit in the same future, at the same prices and rules and
reconciled by the same factor; the share is that of residents, or of full-time persons on the
grant's benefits in the same month two years before. A municipality is compensated for what happens
to the country, not for what happens to itself. Only the change since the known year is counted:
what is granted by then is in that year's accounts, and with equalisation its level says little.
"""

from typing import NamedTuple

import numpy as np

from forecast.config.grants import Grant, Grants
from forecast.errors import AlignmentError
from forecast.models.kernels import Floats, Ints

BACK = 24
"""Months back of the key that looks at persons of before."""


class Beside(NamedTuple):
    """The country beside the municipality, on the same draws.

    Attributes
    ----------
    net : (D, G, T) kroner the country's municipalities pay net
    persons : (2, D, G, T) full-time persons of the municipality and the country
    residents : (2, D, T) of the two
    """

    net: Floats
    persons: Floats
    residents: Floats


def granted(
    beside: Beside, groups: tuple[str, ...], months: Ints, rules: Grants, since: int
) -> Floats:
    """Change of grants by benefit and month, (D, G, T) kroner; nothing where no grant is paid.

    In the first two years of a run, the key of two years before is that of its first month.

    Parameters
    ----------
    groups : G benefits
    months : (T,) year * 12 + month - 1
    since : year that changes are counted from

    Raises
    ------
    AlignmentError
        If the run does not have all of that year.
    """
    first = since * 12 - int(months[0])
    if first < 0 or first + 12 > len(months):
        raise AlignmentError(
            f"grants: changes are counted from {since}, which the run does not have; project from "
            "an earlier month on, or name another --account"
        )
    known = first + months % 12
    out = np.zeros_like(beside.net)
    for one in rules.grant:
        mine = np.flatnonzero([group in one.groups for group in groups])
        paid = np.array([one.holds(int(month)) for month in months])
        if len(mine) and paid.any():
            share = _share(one, beside, mine)[:, None]
            level = 0.01 * one.part * beside.net[:, mine] * share
            out[:, mine] += (level - level[..., known]) * paid
    return out


def _share(one: Grant, beside: Beside, mine: Ints) -> Floats:
    """Share of the municipality, (D, T)."""
    if one.key == "befolkning":
        return beside.residents[0] / beside.residents[1]
    own, country = beside.persons[:, :, mine].sum(axis=2)
    before = np.maximum(np.arange(own.shape[1]) - BACK, 0)
    return (own / np.maximum(country, 1e-12))[:, before]
