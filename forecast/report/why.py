"""The headline rate as a product of factors, printed so that the printed numbers multiply out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from forecast.errors import DataError
from forecast.report import words
from forecast.report.catalogue import Lang, label_or_name
from forecast.report.data import HeadlineData
from forecast.report.labels import filled, plain
from forecast.report.rows import Figure, Row, records, row_name
from forecast.vocabulary import AREA, SCENARIO, UNIT, Unit

RESULT: Final = "result"
_SHARES: Final = frozenset({"national", RESULT})
_TOLERANCE: Final = 1e-9
_RESULT_DECIMALS: Final = 2
_MOST_DECIMALS: Final = 9


@dataclass(frozen=True)
class Factor:
    """One factor, or the result, with its label, printed text and row."""

    label: str
    printed: str
    figure: Figure
    is_result: bool


@dataclass(frozen=True)
class Explanation:
    """The factors in order, the result last, and the result as the heading prints it."""

    factors: tuple[Factor, ...]
    heading: str


def explanation(data: HeadlineData, lang: Lang) -> Explanation | None:
    """Explain the main scenario's rate in the report's area.

    Returns nothing where the decomposition has no rows for them.

    Raises
    ------
    DataError
        When there is not exactly one result, or the factors do not multiply to it within 1e-9.
    """
    rows = _rows(data)
    if not rows:
        return None
    factors = [row for row in rows if row["factor"] != RESULT]
    results = [row for row in rows if row["factor"] == RESULT]
    where = f"{data.files.decomposition}: scenario {data.main_scenario!r}, area {data.area!r}"
    if len(results) != 1:
        raise DataError(f"{where}: found {len(results)} rows 'result', expected one")
    product = math.prod(float(row["value"]) for row in factors)
    result = float(results[0]["value"])
    if not math.isclose(product, result, rel_tol=_TOLERANCE):
        raise DataError(
            f"{where}: the factors multiply to {product!r}, but 'result' is {result!r};"
            " write the factors of one and the same path"
        )
    decimals = _decimals(factors, results[0], lang)
    printed = [_factor(row, data, lang, decimals) for row in factors]
    heading = words.percent_digits if _is_share(results[0]) else words.count
    return Explanation(
        (*printed, _factor(results[0], data, lang, _RESULT_DECIMALS)), heading(result, lang=lang)
    )


def _rows(data: HeadlineData) -> list[Row]:
    return records(data.decomposition, **{SCENARIO: data.main_scenario, AREA: data.area})


def _unit(row: Row) -> str:
    return filled(row.get(UNIT)) or (Unit.ANDEL.value if row["factor"] in _SHARES else "")


def _is_share(row: Row) -> bool:
    return _unit(row) == Unit.ANDEL


def _decimals(factors: list[Row], result: Row, lang: Lang) -> int:
    """Fewest decimals at which the product of the printed factors prints as the printed result."""
    wanted = _printed(result, float(result["value"]), lang, _RESULT_DECIMALS)
    for decimals in range(_RESULT_DECIMALS, _MOST_DECIMALS):
        product = math.prod(_rounded(row, decimals) for row in factors)
        if _printed(result, product, lang, _RESULT_DECIMALS) == wanted:
            return decimals
    return _MOST_DECIMALS


def _rounded(row: Row, decimals: int) -> float:
    """Return a factor as a reader with the printed digits has it."""
    if _unit(row) in (Unit.FULDTIDSPERSONER, Unit.PERSONER):
        return float(round(Decimal(repr(float(row["value"])))))
    return float(round(Decimal(repr(float(row["value"]))), decimals + 2))


def _printed(row: Row, value: float, lang: Lang, decimals: int) -> str:
    if _is_share(row):
        return words.percent(value, lang=lang, decimals=decimals)
    if _unit(row) in (Unit.FULDTIDSPERSONER, Unit.PERSONER):
        return words.count(value, lang=lang)
    return words.number(value, lang=lang, decimals=decimals + 2)


def _factor(row: Row, data: HeadlineData, lang: Lang, decimals: int) -> Factor:
    name = plain(row["factor"])
    value = float(row["value"])
    keys = {SCENARIO: data.main_scenario, AREA: data.area, "factor": name}
    return Factor(
        label=label_or_name("factor", name, lang),
        printed=_printed(row, value, lang, decimals),
        figure=Figure(value, "", row_name(data.files.decomposition, keys)),
        is_result=name == RESULT,
    )
