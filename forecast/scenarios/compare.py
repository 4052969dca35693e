"""Scenarios beside one another: differences on every draw, by which statement, and how sure.

Draw d is the same future in every scenario, so the effect of a scenario is a difference of draws.
Where a scenario says several things, what each adds is the difference it makes when it joins those
before it, in the order of the file; these differences sum to the whole on every draw.
"""

from collections.abc import Iterator
from dataclasses import replace

from forecast.config.scenario import ScenarioSpec


def steps(spec: ScenarioSpec) -> Iterator[tuple[str, ScenarioSpec]]:
    """Grow a scenario by one statement or shock at a time, each with what it adds in words."""
    grown = replace(spec, statements=(), shocks=())
    for s in spec.statements:
        grown = replace(grown, statements=(*grown.statements, s))
        yield f"{s.area}, {s.group or s.measure}, {s.window.code}", _named(grown, spec)
    for shock in spec.shocks:
        grown = replace(grown, shocks=(*grown.shocks, shock))
        groups = " > ".join(g for g in (shock.source, shock.target) if g)
        yield f"{shock.area}, {groups}", _named(grown, spec)


def _named(grown: ScenarioSpec, whole: ScenarioSpec) -> ScenarioSpec:
    parts = len(grown.statements) + len(grown.shocks)
    return replace(grown, id=f"{whole.id}[{parts}]")
