"""What each projection rests on."""

from __future__ import annotations

from forecast.models.structure import UNEMPLOYED
from forecast.run.stages import Inputs
from forecast.vocabulary import Basis, Measure


class Bases:
    """What projections rest on: `data`, `prior-only` or `mixed`."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        area = inputs.structure.areas[0]
        self._seen = {(o.area, o.group) for o in inputs.observed}
        # a share of the country beside a count observes the country's benefit too
        country = inputs.structure.areas[2]
        self._seen |= {
            (country, o.group)
            for o in inputs.observed
            if o.area == area and o.measure is Measure.LANDSANDEL
        }
        self._seen |= {(a, "") for a in inputs.structure.areas}

    def of(self, area: str, group: str, measure: Measure) -> str:
        """Basis of a group in an area; shares of the country rest on both."""
        found = self._of(area, group)
        if measure is Measure.LANDSANDEL:
            other = self._of(self._inputs.structure.areas[2], group)
            return found if found == other else Basis.MIXED.value
        return found

    def _of(self, area: str, group: str) -> str:
        if (area, group) in self._seen:
            return Basis.DATA.value
        tree, structure = self._inputs.config.tree, self._inputs.structure
        if group not in tree.groups:
            return Basis.DATA.value
        leaves = [k for k in tree.components(group) if k in structure.benefits]
        direct = [(area, k) in self._seen for k in leaves]
        # a member of a sum that is observed is known together with its fellows
        shared = (area, UNEMPLOYED) in self._seen and any(k in structure.unemployed for k in leaves)
        if all(direct):
            return Basis.DATA.value
        return Basis.MIXED.value if any(direct) or shared else Basis.PRIOR_ONLY.value
