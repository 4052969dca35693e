"""Choose futures so that the few kept stand for what people read better than as many at random.

Many candidate futures are drawn, in pairs that mirror each other, and few are kept. Which ones is
settled one set of parameters after the other: with s[h, l] the number of kept futures below level l
of reading h so far, less the number among the candidates at the same rate, the pair kept next is
the one that makes

    sum over h, l of s[h, l]² / (l (1 - l))

smallest. The counts of the kept futures then differ from those of all candidates by a few futures,
where chance alone would make it the root of their number, and medians and intervals of what is read
have the Monte Carlo error of the candidates. (Online discrepancy minimisation; Spencer 1977,
doi:10.1016/0097-3165(77)90029-9, for the choice by least squared sum.) Every future is an exact
draw of its set, and all have equal weight. Levels need no precision: what is near the median is
balanced by thresholds around it.
"""

from dataclasses import dataclass

import numpy as np

from forecast.models.kernels import Floats, Ints

LEVELS = np.array([0.01, 0.025, 0.05, 0.1, 0.25, 0.45, 0.5, 0.55, 0.75, 0.9, 0.95, 0.975, 0.99])
"""Probabilities at which futures are counted. Beyond the outermost the kept spread less than the
candidates: with nothing beyond 0.1 and 0.9 their 95 % intervals were 3.6 % too narrow."""

SPREAD = 1e-9
"""A headline whose middle 98 % are narrower than this part of it is pinned, and not counted."""


@dataclass(frozen=True)
class Thresholds:
    """Levels of each headline at `LEVELS`.

    Attributes
    ----------
    used : (H,) places of the headlines that are not pinned
    value : (H, L)
    """

    used: Ints
    value: Floats

    @classmethod
    def of(cls, sample: Floats) -> "Thresholds":
        """Thresholds from a sample of futures, (N, H)."""
        value = np.quantile(sample, LEVELS, axis=0).T
        used = np.flatnonzero(
            value[:, -1] - value[:, 0] > SPREAD * np.abs(value[:, len(LEVELS) // 2])
        )
        return cls(used, value[used])


class Chooser:
    """Keeps pairs of futures, one set of parameters after the other."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._surplus = np.zeros(thresholds.value.size)
        self._weight = np.tile(1.0 / (LEVELS * (1.0 - LEVELS)), len(thresholds.value))

    @property
    def surplus(self) -> Floats:
        """Kept futures below each threshold, beyond what the candidates have, (H * L,)."""
        return self._surplus

    def choose(self, values: Floats, keep: int) -> Ints:
        """Pairs to keep, (keep,).

        Parameters
        ----------
        values : (2 P, H) what is read of the candidates; future k mirrors future P + k
        """
        half = len(values) // 2
        below = values[:, self._thresholds.used, None] < self._thresholds.value
        pairs = (below[:half].astype(float) + below[half:]).reshape(half, -1)
        pairs -= pairs.mean(axis=0)
        kept: list[int] = []
        for _ in range(keep):
            loss = (self._surplus + pairs) ** 2 @ self._weight
            loss[kept] = np.inf
            kept.append(int(loss.argmin()))
            self._surplus = self._surplus + pairs[kept[-1]]
        return np.array(kept)
