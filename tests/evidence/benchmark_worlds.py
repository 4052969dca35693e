"""Whether ranks, probabilities and flags mean what they say, on simulated municipalities.

    python -m tests.evidence.benchmark_worlds --worlds 100

Each world has 98 municipalities and three half-years; a third of them with spreads and memories as
the published table has them, others with their own, drawn from the model's priors, and some with no
differences at all. Counted are: lasting ranks within their 90 %
intervals, probabilities of no more than expected against what is true, the same of the next
measurement, and municipalities called better or worse where none is.
"""

import argparse
import sys
from dataclasses import dataclass, field

import numpy as np

from forecast.benchmark import hierarchy, next_measurement, ranking
from forecast.benchmark.assess import next_window
from forecast.benchmark.effects import draw_effects
from forecast.benchmark.hierarchy import Compiled
from forecast.benchmark.ranking import Tier
from forecast.benchmark.windows import lag_weights
from forecast.config.benchmark import BenchmarkModel, load_benchmark
from forecast.core.benchmark import Floats
from tests.benchmark.worlds import WINDOWS, World, world


@dataclass
class Count:
    """What is counted over worlds.

    Attributes
    ----------
    inside : part of each world's ranks within their intervals
    said, true : probabilities of no more than expected, and whether so
    ahead, met : the same of the next measurement
    flagged : part of each world called better or worse
    """

    inside: list[float] = field(default_factory=list)
    said: list[Floats] = field(default_factory=list)
    true: list[Floats] = field(default_factory=list)
    ahead: list[Floats] = field(default_factory=list)
    met: list[Floats] = field(default_factory=list)
    flagged: list[float] = field(default_factory=list)


def judge(compiled: Compiled, made: World, model: BenchmarkModel, seed: int, count: Count) -> None:
    """Fit one world and count."""
    table, rng = made.table, np.random.default_rng(seed)
    offset = hierarchy.log_odds(table.expected_share[:, 0])
    f = hierarchy.figures(table, 0, model, np.zeros((len(table.areas), 0)), offset)
    found = compiled.sample(f, seed)
    draws = hierarchy.parameters(found, compiled.terms, model)
    lags = lag_weights([*table.windows, next_window(table.windows)])
    effects = draw_effects(f, draws, lags, rng)
    last = len(table.windows) - 1
    own = effects.lasting[..., last]
    gap = ranking.gap_in_shares(offset[:, last], own + draws.intercept[:, None, last])
    ranked = ranking.rank(gap, model.ranking.sure, own)
    true = made.own[:, last] + made.common[last]
    truth = ranking.gap_in_shares(offset[:, last], true[None])[0]
    place = truth.argsort().argsort() + 1
    low, high = ranking.interval(ranked.rank, model.ranking.interval)
    count.inside.append(float(((place >= low) & (place <= high)).mean()))
    count.said.append(ranked.below)
    count.true.append((truth <= 0.0).astype(float))
    country = next_measurement.country_ahead(draws, compiled.terms, 1, rng)[:, 0]
    coming = effects.lasting[..., -1] + effects.passing[..., -1]
    count.ahead.append(next_measurement.by_gaps(coming, country).met)
    count.met.append((made.coming <= 0.0).astype(float))
    count.flagged.append(float(np.mean([t is not Tier.ALIKE for t in ranked.tier])))


def reliability(said: Floats, true: Floats, bins: int = 10) -> float:
    """Mean over bins of probabilities of how far they are from what is true, weighed by size."""
    which = np.minimum((said * bins).astype(int), bins - 1)
    off = [
        abs(said[which == b].mean() - true[which == b].mean()) * (which == b).mean()
        for b in range(bins)
        if (which == b).any()
    ]
    return float(sum(off))


def ready(model: BenchmarkModel) -> Compiled:
    """Compile the model once for all worlds."""
    made = world(np.random.default_rng(0))
    offset = hierarchy.log_odds(made.table.expected_share[:, 0])
    f = hierarchy.figures(made.table, 0, model, np.zeros((98, 0)), offset)
    return hierarchy.compile_model(f, hierarchy.published_terms(model), model)


def from_priors(model: BenchmarkModel, rng: np.random.Generator) -> World:
    """Draw a world whose parameters come from the priors, so that calibration is to be exact."""
    p, published = model.effects, model.published

    def log(prior: object) -> float:
        return float(rng.normal(prior.mean, prior.sd))  # type: ignore[attr-defined]

    steps = np.concatenate([[0.0], published.step.sd * rng.standard_normal(len(WINDOWS))])
    return world(
        rng,
        windows=WINDOWS,
        spread=float(abs(rng.normal(0.0, p.spread.sd))),
        size_slope=log(p.size_slope),
        chance=float(np.exp(log(p.chance))),
        memory=12.0 * float(np.exp(log(p.memory))),
        chance_memory=12.0 * float(np.exp(log(p.chance_memory))),
        common=log(published.intercept) + np.cumsum(steps),
    )


def run(worlds: int, seed: int = 1) -> dict[str, Count]:
    """Count over worlds of three kinds, half as many without differences."""
    model = load_benchmark()
    compiled, rng = ready(model), np.random.default_rng(seed)
    out = {kind: Count() for kind in ("like the published table", "from the priors", NONE)}
    like, priors, none = out.values()
    for k in range(worlds):
        judge(compiled, world(rng), model, 3000 + k, like)
        judge(compiled, from_priors(model, rng), model, 1000 + k, priors)
    for k in range(worlds // 2):
        judge(compiled, world(rng, spread=0.0), model, 2000 + k, none)
    return out


NONE = "without differences"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=100)
    for kind, count in run(parser.parse_args().worlds).items():
        sys.stdout.write(f"{len(count.inside)} worlds {kind}: {told(count)}\n")


def told(some: Count) -> str:
    """Say what was counted."""
    inside = np.array(some.inside)
    error = inside.std(ddof=1) / np.sqrt(len(inside))
    said, true = np.concatenate(some.said), np.concatenate(some.true)
    ahead, met = np.concatenate(some.ahead), np.concatenate(some.met)
    return (
        f"90 % rank intervals hold {100 * inside.mean():.1f} ± {100 * error:.1f}; reliability "
        f"error of P(actual <= expected) {100 * reliability(said, true):.1f} points, of the next "
        f"measurement {100 * reliability(ahead, met):.1f}; called better or worse "
        f"{100 * np.mean(some.flagged):.2f} %"
    )


if __name__ == "__main__":
    main()
