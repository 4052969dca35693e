"""The målgruppeoversigt: 27 rows of full-time persons, share of the country and change.

`overview` gives the years that were published, text for text and with the verdict of the
recomputation; `continue_overview` adds projected years from draws; `as_printed` lays the published
years out as the document does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from forecast.core.period import Change, Window
from forecast.errors import DataError
from forecast.keyfigures.published import Figure, Published
from forecast.keyfigures.recompute import recompute
from forecast.vocabulary import Basis, Measure, OutputType, Unit

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from forecast.core.draws import Draws
    from forecast.core.tree import Tree

OVERVIEW_COLUMNS = (
    "area",
    "group",
    "measure",
    "period",
    "output_type",
    "output_type_id",
    "value",
    "unit",
    "basis",
    "printed_text",
    "status",
    "verdict",
    "note",
)
"""Columns of the overview: those of a projection, then what only a printed figure has."""

LEVELS = (0.1, 0.9)
"""Quantile levels beside the median: an 80 % interval."""

_FILE = "maalgruppeoversigt"
_CHECK_OF = {Measure.AENDRING: "MG-ud", Measure.FULDTIDSPERSONER: "MG-sum"}


def overview(published: Published, tree: Tree) -> pd.DataFrame:
    """Collect the published years of the målgruppeoversigt.

    Parameters
    ----------
    published
        All figures.
    tree
        Its `rows` give the order of the table.

    Returns
    -------
    DataFrame
        `OVERVIEW_COLUMNS`, one row a figure: groups in table order, then periods, then FTP,
        landsandel and change. ``value`` is in fractions for shares and changes, ``printed_text``
        is the document's, ``verdict`` that of the change, or of the sum where the group has
        parts; empty where nothing was recomputed. ``note`` says why a figure is wrong. A group
        without published figures (a new benefit) has no rows.

    Raises
    ------
    DataError
        When a group has some of the figures that the first group of the table has, and not all.
    """
    import pandas as pd

    verdicts = _verdicts(published)
    figures = _by_group(published)
    rows = [
        _printed_row(figure, verdicts)
        for key in tree.rows
        for figure in _ordered(figures, key, next(iter(figures.values()), ()))
    ]
    return pd.DataFrame(rows, columns=list(OVERVIEW_COLUMNS))


def as_printed(table: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """Lay the published years out as the document does, in the document's own text.

    Parameters
    ----------
    table
        From `overview`.
    tree
        Gives row order and Danish labels.

    Returns
    -------
    DataFrame
        Index the group keys in table order; column ``label_da``, then for each year
        ``fuldtidspersoner 2017``, ``landsandel 2017`` and, from the second year on,
        ``aendring 2017/2018``. Cells are text, empty for a group without published figures.
    """
    import pandas as pd

    cells = {key: {"label_da": tree.groups[key].label_da} for key in tree.rows}
    columns = (table[name] for name in ("group", "measure", "period", "printed_text"))
    for group, measure, period, text in zip(*columns, strict=True):
        cells[str(group)][f"{measure} {period}"] = str(text)
    return pd.DataFrame.from_dict(cells, orient="index").fillna("")


def continue_overview(
    draws: Draws,
    tree: Tree,
    published: pd.DataFrame,
    *,
    area: str,
    country: str,
    years: Iterable[int],
    basis: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Continue the table with projected years.

    Parameters
    ----------
    draws
        Monthly full-time persons of one scenario, dims (draw, area, group, period), holding the
        counted leaves of the tree in `area` and `country`. Sums are formed here, draw by draw.
    tree
        Gives the rows and which leaves they are the sums of.
    published
        From `overview`: the year before the first projected one, for its change.
    area, country
        The table's area and the one it is a share of.
    years
        Consecutive years; the draws must hold all their months.
    basis
        Group key → what its projection rests on; ``data`` where it is not named.

    Returns
    -------
    DataFrame
        `OVERVIEW_COLUMNS`, for each group and year the median and the `LEVELS` quantiles of FTP
        (full-time persons), landsandel (fraction: ratio of the two areas' year means) and change
        from the year before (fraction). Change and landsandel are left out where the
        denominator is zero on some draw or in print.

    Raises
    ------
    AlignmentError
        When the draws lack an area, a leaf or a month.
    DataError
        When the years are none or not consecutive.
    """
    import pandas as pd

    wanted = _consecutive(years)
    sums = {key: tree.components(key) for key in tree.rows}
    # means before sums: a year of leaves is small, and the result is the same
    means = {year: draws.window_mean(Window.year(year)) for year in wanted}
    here, nation = (
        {year: _by_key(mean.select(area=where), sums) for year, mean in means.items()}
        for where in (area, country)
    )
    before = _printed_persons(published, wanted[0] - 1)
    rows: list[dict[str, object]] = []
    for key in tree.rows:
        head = {"area": area, "group": key, "basis": (basis or {}).get(key, str(Basis.DATA))}
        previous: NDArray[np.float64] | float | None = before.get(key)
        for year in wanted:
            window = Window.year(year)
            persons = here[year][key]
            shares = _quotient(persons, nation[year][key])
            change = _quotient(persons, previous)
            rows += _summaries(head, Measure.FULDTIDSPERSONER, window.code, persons)
            rows += _summaries(head, Measure.LANDSANDEL, window.code, shares)
            if change is not None:
                period = Change(Window.year(year - 1), window).code
                rows += _summaries(head, Measure.AENDRING, period, change - 1.0)
            previous = persons
    return pd.DataFrame(rows, columns=list(OVERVIEW_COLUMNS))


def _verdicts(published: Published) -> dict[tuple[str, str], tuple[str, str]]:
    """(check, the figure in words) → verdict and reason."""
    table = recompute(published)
    columns = (table[name] for name in ("check", "what", "verdict", "reason"))
    return {
        (str(check), str(what)): (str(verdict), str(reason))
        for check, what, verdict, reason in zip(*columns, strict=True)
    }


def _by_group(published: Published) -> dict[str, tuple[Figure, ...]]:
    found: dict[str, list[Figure]] = {}
    for figure in published.figures:
        if figure.file == _FILE and figure.group is not None:
            found.setdefault(figure.group, []).append(figure)
    return {key: tuple(figures) for key, figures in found.items()}


def _ordered(
    figures: Mapping[str, tuple[Figure, ...]], key: str, pattern: tuple[Figure, ...]
) -> tuple[Figure, ...]:
    """Take the figures of a group, which must be those that every group has."""
    expected = [(figure.measure, figure.printed_period) for figure in pattern]
    found = figures.get(key, ())
    if found and [(figure.measure, figure.printed_period) for figure in found] != expected:
        raise DataError(
            f"{_FILE}.csv: group '{key}' has {len(found)} figures, expected {len(expected)} as the "
            "first group of the table; complete the file"
        )
    return found


def _printed_row(
    figure: Figure, verdicts: Mapping[tuple[str, str], tuple[str, str]]
) -> dict[str, object]:
    verdict, reason = _verdict(figure, verdicts)
    return {
        "area": figure.area,
        "group": figure.group,
        "measure": str(figure.measure),
        "period": figure.period.code if figure.period else "",
        "output_type": str(OutputType.MEAN),
        "output_type_id": "",
        "value": figure.fraction(),
        "unit": str(_unit(figure.measure)),
        "basis": str(Basis.OBSERVED),
        "printed_text": figure.printed_text,
        "status": str(figure.status),
        "verdict": verdict,
        "note": reason or figure.note,
    }


def _verdict(
    figure: Figure, verdicts: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[str, str]:
    """Find the verdict that names this figure, and its reason."""
    if figure.measure is None or figure.measure not in _CHECK_OF:
        return "", ""
    check = _CHECK_OF[figure.measure]
    what = f"{figure.printed_group} {figure.printed_period.replace('/', '-')}"
    for words in (what, f"{what} = sum of parts", f"{what} = sum of groups"):
        if (check, words) in verdicts:
            return verdicts[check, words]
    return "", ""


def _unit(measure: Measure | None) -> Unit:
    return Unit.FULDTIDSPERSONER if measure == Measure.FULDTIDSPERSONER else Unit.ANDEL


def _consecutive(years: Iterable[int]) -> list[int]:
    wanted = sorted(set(years))
    if not wanted or wanted != list(range(wanted[0], wanted[-1] + 1)):
        raise DataError(f"overview: years {wanted}; expected consecutive years, at least one")
    return wanted


def _printed_persons(published: pd.DataFrame, year: int) -> dict[str, float]:
    chosen = published[
        (published["measure"] == str(Measure.FULDTIDSPERSONER))
        & (published["period"] == Window.year(year).code)
    ]
    return {str(k): float(v) for k, v in zip(chosen["group"], chosen["value"], strict=True)}


def _by_key(draws: Draws, sums: Mapping[str, tuple[str, ...]]) -> dict[str, NDArray[np.float64]]:
    """Sum leaves (draw, group) into the rows of the table, each (draw,)."""
    values = draws.sum_groups(sums).values.to_numpy()
    return {key: values[:, place] for place, key in enumerate(sums)}


def _quotient(
    above: NDArray[np.float64], below: NDArray[np.float64] | float | None
) -> NDArray[np.float64] | None:
    """Quotient draw by draw, None where it has no meaning."""
    import numpy as np

    if below is None or not np.all(np.asarray(below) > 0):
        return None
    return above / below


def _summaries(
    head: Mapping[str, object],
    measure: Measure,
    period: str,
    values: NDArray[np.float64] | None,
) -> Iterator[dict[str, object]]:
    """Median and quantiles over the draws as rows, none without values."""
    import numpy as np

    if values is None:
        return
    summaries = [(OutputType.MEDIAN, "", 0.5)]
    summaries += [(OutputType.QUANTILE, str(level), level) for level in LEVELS]
    for output_type, level_id, level in summaries:
        yield {
            **head,
            "measure": str(measure),
            "period": period,
            "output_type": str(output_type),
            "output_type_id": level_id,
            "value": float(np.quantile(values, level)),
            "unit": str(_unit(measure)),
            "printed_text": "",
            "status": "",
            "verdict": "",
            "note": "",
        }
