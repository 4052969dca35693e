"""`benchmark.csv` and `supervision.csv`: every figure of the benchmark as a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from forecast.benchmark.assess import Assessed, next_window
from forecast.benchmark.next_measurement import Next
from forecast.benchmark.ranking import gap_in_shares, movement
from forecast.benchmark.supervision import Position, Share, State
from forecast.core.benchmark import BenchmarkTable, Floats
from forecast.run.quantities import OUTPUTS, summarise
from forecast.vocabulary import PROJECTION_COLUMNS, Basis, Measure, OutputType, Unit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("model", *PROJECTION_COLUMNS)
"""Of `benchmark.csv`: by whose expectation, then as in `projections.csv`."""

SUPERVISION_COLUMNS = (*PROJECTION_COLUMNS, "reading")
"""Of `supervision.csv`: as in `projections.csv`, then how an open point is read."""

FREE, PUBLISHED, FUTURES = "free", "offentliggjort", "fremtider"


class Rows:
    """Rows of a table of municipalities, in the order in which they are added."""

    def __init__(self, areas: Sequence[str]) -> None:
        self._areas = areas
        self._rows: list[tuple[object, ...]] = []

    def figures(
        self,
        key: tuple[str, str, Measure, str, Unit],
        values: Floats,
        areas: Sequence[str] | None = None,
    ) -> None:
        """Add published figures, one a municipality; none where there is none.

        Parameters
        ----------
        key : model, group, measure, period, unit
        areas : of the values, where they are not the municipalities
        """
        model, group, measure, period, unit = key
        for area, value in zip(areas or self._areas, values, strict=True):
            if np.isfinite(value):
                row = (model, FREE, area, group, measure.value, period, OutputType.MEAN.value, "")
                self._rows.append((*row, float(value), unit.value, Basis.OBSERVED.value))

    def probabilities(self, key: tuple[str, str, Measure, str, Unit], values: Floats) -> None:
        """Add probabilities and other numbers that are means of draws."""
        model, group, measure, period, unit = key
        for area, value in zip(self._areas, values, strict=True):
            row = (model, FREE, area, group, measure.value, period, OutputType.MEAN.value, "")
            self._rows.append((*row, float(value), unit.value, Basis.DATA.value))

    def draws(self, key: tuple[str, str, Measure, str, Unit], values: Floats) -> None:
        """Add mean, median and quantiles of draws, (D, I)."""
        model, group, measure, period, unit = key
        found = summarise(values)
        for a, area in enumerate(self._areas):
            for (kind, level), value in zip(OUTPUTS, found[:, a], strict=True):
                named = "" if level is None else f"{level:g}"
                row = (model, FREE, area, group, measure.value, period, kind, named)
                self._rows.append((*row, float(value), unit.value, Basis.DATA.value))

    def of(self, area: str, scenario: str, group: str, period: str, ahead: Next) -> None:
        """Add one municipality's next measurement under a scenario of a run."""
        row = (FUTURES, scenario, area, group)
        for (kind, level), value in zip(OUTPUTS, summarise(np.exp(ahead.ratio))[:, 0], strict=True):
            named = "" if level is None else f"{level:g}"
            tail = (period, kind, named, float(value), Unit.ANDEL.value, Basis.DATA.value)
            self._rows.append((*row, Measure.FORHOLD.value, *tail))
        tail = (period, OutputType.MEAN.value, "", float(ahead.met[0]), Unit.ANDEL.value)
        self._rows.append((*row, Measure.SANDSYNLIGHED_RESULTATMAAL.value, *tail, Basis.DATA.value))

    def table(self) -> pd.DataFrame:
        """Give all rows as a table."""
        import pandas as pd

        return pd.DataFrame(self._rows, columns=list(COLUMNS))


def published_rows(rows: Rows, table: BenchmarkTable, wholes: Mapping[str, Sequence[int]]) -> None:
    """Add the table as it was published, and areas that municipalities make up.

    Parameters
    ----------
    wholes : larger area -> places of its municipalities
    """
    persons, share = Unit.FULDTIDSPERSONER, Unit.ANDEL
    for g, group in enumerate(table.groups):
        for p, window in enumerate(table.windows):
            for measure, values, unit in (
                (Measure.FULDTIDSPERSONER, table.actual, persons),
                (Measure.FAKTISK_ANDEL, table.actual_share, share),
                (Measure.FORVENTET_ANDEL, table.expected_share, share),
                (Measure.FORSKEL, table.gap, Unit.PROCENTPOINT),
                (Measure.PLACERING, table.rank, Unit.NUMMER),
            ):
                rows.figures((PUBLISHED, group, measure, window.code, unit), values[:, g, p])
            for area, inside in wholes.items():
                here = list(inside)
                residents = table.residents[here, p].sum()
                actual = table.actual[here, g, p].sum()
                expected = table.expected[here, g, p].sum()
                for measure, value, unit in (
                    (Measure.FULDTIDSPERSONER, actual, persons),
                    (Measure.FAKTISK_ANDEL, actual / residents, share),
                    (Measure.FORVENTET_ANDEL, expected / residents, share),
                    (Measure.FORSKEL, (actual - expected) / residents, Unit.PROCENTPOINT),
                ):
                    key = (PUBLISHED, group, measure, window.code, unit)
                    rows.figures(key, np.array([value]), (area,))


def assessed_rows(rows: Rows, table: BenchmarkTable, one: Assessed) -> None:
    """Add what a model says of one group, in every half-year and the next."""
    for p, window in enumerate(table.windows):

        def key(
            measure: Measure, unit: Unit, code: str = window.code
        ) -> tuple[str, str, Measure, str, Unit]:
            return (one.model, one.group, measure, code, unit)

        ranked = one.ranked[p]
        if one.model != PUBLISHED:
            rows.draws(key(Measure.FORVENTET_ANDEL, Unit.ANDEL), one.expected[..., p])
        rows.draws(key(Measure.UNDERLIGGENDE_FORSKEL, Unit.PROCENTPOINT), ranked.gap)
        rows.draws(
            key(Measure.UNDERLIGGENDE_FULDTIDSPERSONER, Unit.FULDTIDSPERSONER),
            ranked.gap * table.residents[:, p],
        )
        rows.draws(
            key(Measure.UNDERLIGGENDE_PLACERING, Unit.NUMMER), ranked.rank.astype(np.float64)
        )
        rows.probabilities(key(Measure.SANDSYNLIGHED_HOEJST_FORVENTET, Unit.ANDEL), ranked.below)
        rows.probabilities(key(Measure.SANDSYNLIGHED_HOEJST_LANDET, Unit.ANDEL), ranked.under)
        if p > 0:
            noise = movement(one.effects, p - 1, p).noise
            rows.probabilities(key(Measure.STOEJANDEL, Unit.ANDEL), noise)
    if one.ahead is not None:
        code = next_window(table.windows).code
        rows.draws(
            (one.model, one.group, Measure.FORHOLD, code, Unit.ANDEL),
            ratio_of(table, one.group, one.ahead),
        )
        rows.probabilities(
            (one.model, one.group, Measure.SANDSYNLIGHED_RESULTATMAAL, code, Unit.ANDEL),
            one.ahead.met,
        )


def ratio_of(table: BenchmarkTable, group: str, ahead: Next) -> Floats:
    """Actual over expected share of a gap in log-odds, (D, I)."""
    share = table.expected_share[:, table.groups.index(group), -1]
    odds = np.log(share) - np.log1p(-share)
    return 1.0 + gap_in_shares(odds, ahead.ratio) / share


def supervision_table(
    area: str,
    group: str,
    codes: tuple[str, str],
    now: tuple[Position, Mapping[tuple[str, str], Position]],
    ahead: Mapping[str, Mapping[State, float]],
    shares: Mapping[Measure, Share | None],
) -> pd.DataFrame:
    """`supervision.csv`: where a municipality stands, in every reading, and may stand next.

    Parameters
    ----------
    group : that the resultatmål is about
    codes : period of the last measurement and of the next
    now : position in the usual reading, and in others that differ
    ahead : scenario -> probability of each state at the next measurement
    shares : of the fokusmål, as they were given
    """
    import pandas as pd

    last, coming = codes
    mean, unit = (OutputType.MEAN.value, ""), Unit.ANDEL.value
    rows: list[tuple[object, ...]] = []
    for measure, share in shares.items():
        if share is not None:
            row = (FREE, area, group, measure.value, last, *mean, share.value, unit)
            rows.append((*row, Basis.OBSERVED.value, ""))
    usual, others = now
    readings = {"": usual} | {f"{name}={value}": p for (name, value), p in others.items()}
    measure = Measure.SANDSYNLIGHED_TILSTAND.value
    for reading, position in readings.items():
        row = (FREE, area, position.state.value, measure, last, *mean, 1.0, unit)
        rows.append((*row, Basis.OBSERVED.value, reading))
    for scenario, states in ahead.items():
        for state, probability in states.items():
            row = (scenario, area, state.value, measure, coming, *mean, probability, unit)
            rows.append((*row, Basis.DATA.value, ""))
    return pd.DataFrame(rows, columns=list(SUPERVISION_COLUMNS))
