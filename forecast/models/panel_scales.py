"""Quadrature over what is each area's own: how unsteady it is.

An area's log sd of shocks is ``v = v0 + tau w`` with w ~ N(0, 1), and its likelihood is the
integral of p(y | w) over w. Long series say much about their own v, so that nodes which are placed
for the prior would step over the likelihood: with tau = 0.5 and six years, seven of them are wrong
by a quarter of a unit of log likelihood for every area. So each area has an anchor, what its data
say about v alone, as a normal N(anchor, width²), and nodes lie where prior and anchor meet,

    w_q = mu + kappa t_q,       mu = tau (anchor - v0) / D,     kappa = width / sqrt(D),
    D = tau² + width²,         log weight_q = log h_q + log kappa + (t_q² - w_q²) / 2,

t_q and h_q those of Gauss and Hermite. Any anchor gives the same integral but for the error of
the quadrature; one of infinite width gives the prior's nodes. Anchors are placed once, from a first
search, and nodes follow the parameters smoothly (Naylor and Smith 1982, doi:10.2307/2347995).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.models.kernels import Floats

WIDER = 1.2
"""Nodes are laid out for a likelihood so much wider, since other parameters move it."""


@dataclass(frozen=True)
class Anchors:
    """What each area's data say about its log sd of shocks alone.

    Attributes
    ----------
    at : (S,)
    width : (S,) infinite where nothing is known
    """

    at: Floats
    width: Floats

    @staticmethod
    def unknown(series: int) -> "Anchors":
        """Give anchors that put the nodes where the prior has them."""
        return Anchors(np.zeros(series), np.full(series, np.inf))

    @staticmethod
    def found(grid: Floats, logs: Floats) -> "Anchors":
        """Mean and widened sd of normalised likelihoods.

        Parameters
        ----------
        grid : (S, K) of log sds
        logs : (S, K) log likelihoods there
        """
        part = np.exp(logs - logs.max(axis=1, keepdims=True))
        part /= part.sum(axis=1, keepdims=True)
        at = np.sum(part * grid, axis=1)
        spread = np.sqrt(np.sum(part * (grid - at[:, None]) ** 2, axis=1))
        return Anchors(at, WIDER * np.maximum(spread, grid[:, 1] - grid[:, 0]))


class OwnScales(NamedTuple):
    """Nodes of each area's w with their weights, and how they move with the parameters.

    Attributes
    ----------
    node, log_weight : (S, Q)
    node_by_centre, node_by_spread : (S, Q) derivatives by v0 and tau
    kappa_by_spread : (S, 1) derivative of log kappa by tau
    """

    node: Floats
    log_weight: Floats
    node_by_centre: Floats
    node_by_spread: Floats
    kappa_by_spread: Floats


def own_scales(count: int, anchors: Anchors, centre: Floats, spread: float) -> OwnScales:
    """Place the nodes.

    Parameters
    ----------
    count : Q
    centre : (S,) expected log sds, v0
    spread : tau
    """
    t, h = np.polynomial.hermite_e.hermegauss(count)
    precision = anchors.width[:, None] ** -2.0  # zero where the width is infinite
    total = 1.0 + spread**2 * precision
    away = (anchors.at - centre)[:, None]
    kappa = total**-0.5
    node = spread * precision * away / total + kappa * t
    shrink = -spread * precision / total
    return OwnScales(
        node=node,
        log_weight=np.log(h / h.sum()) + np.log(kappa) + 0.5 * (t**2 - node**2),
        node_by_centre=np.broadcast_to(shrink, node.shape),
        node_by_spread=away * precision * (1.0 - spread**2 * precision) / total**2
        + shrink * kappa * t,
        kappa_by_spread=shrink,
    )
