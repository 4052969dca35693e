"""`budget.xlsx`: expenditure as live formulas, a sheet a purpose.

Persons, prices and the parts that stand on each step are numbers; all that follows of them is a
formula, so that a price or a part that is changed changes every sheet. Each formula carries its
value, for programs that show a file without counting it. Texts are always written as texts: one
that begins with an equals sign stays one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.core.period import Window
from forecast.report import words
from forecast.report.catalogue import Lang, phrase

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

KRONER, PERSONS, PART, FACTOR = (
    "[$-406]#,##0.00",
    "[$-406]#,##0.00",
    "[$-406]0.00%",
    "[$-406]0.000000",
)
"""Danish number formats, in the spelling of the file format."""

FIRST_ROW, FIRST_COLUMN = 3, 3
"""Where numbers begin on sheets of benefits by months: below title and heads, right of names."""


@dataclass(frozen=True)
class Sheet:
    """What the workbook is made of, one scenario.

    Attributes
    ----------
    title : of the scenario
    groups, labels, accounts : (G,) keys, names, and account of each benefit
    account_names : account -> name
    months : (T,) year * 12 + month - 1
    persons : (G, T) that are paid for
    price : (G, T) kroner of a full-time person in a month, before the factor
    price_notes : (G,) source of each price
    factor, factor_note : that everything is multiplied by, and why
    weights : (G, T, 5) on each step, and under the exception
    state : (5,) the state's part on each step, as fractions; the last is not used
    exception : (G,) the state's part under the exception
    steps : names of the five columns
    quantiles : year -> level -> net kroner of all
    """

    title: str
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    accounts: tuple[str, ...]
    account_names: Mapping[str, str]
    months: Ints
    persons: Floats
    price: Floats
    price_notes: tuple[str, ...]
    factor: float
    factor_note: str
    weights: Floats
    state: Floats
    exception: Floats
    steps: tuple[str, ...]
    quantiles: Mapping[str, Mapping[str, float]]

    @property
    def gross(self) -> Floats:
        """Kroner, (G, T)."""
        return self.persons * self.price * self.factor

    @property
    def net(self) -> Floats:
        """Kroner, (G, T)."""
        part = self.weights[..., :-1] @ self.state[:-1]
        return self.gross * (1.0 - part - self.weights[..., -1] * self.exception[:, None])


def write_workbook(path: Path, sheet: Sheet, lang: Lang) -> None:
    """Write the workbook of one scenario."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    writer = _Writer(book, sheet, lang)
    writer.overview()
    writer.accounts()
    writer.inputs()
    writer.computed()
    writer.uncertainty()
    book.close()


class _Writer:
    """Writes the sheets, in the order in which they are read."""

    def __init__(self, book: Workbook, sheet: Sheet, lang: Lang) -> None:
        self._book, self._sheet = book, sheet
        self._lang: Lang = lang
        self._formats = {
            "bold": book.add_format({"bold": True}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "kroner": book.add_format({"num_format": KRONER}),
            "persons": book.add_format({"num_format": PERSONS}),
            "part": book.add_format({"num_format": PART}),
            "factor": book.add_format({"num_format": FACTOR}),
            "input": book.add_format({"num_format": KRONER, "bg_color": "#FFF7D6"}),
            "input_part": book.add_format({"num_format": PART, "bg_color": "#FFF7D6"}),
            "total": book.add_format({"num_format": KRONER, "bold": True, "top": 1}),
        }
        # sheets in the order of their tabs; formulas name them
        keys = ("overview", "accounts", "prices", "refusion", "persons", "steps")
        keys += ("gross", "net", "uncertainty")
        self._names = {key: self._say(f"book.{key}") for key in keys}
        # XlsxWriter declares values of formulas as whole numbers, which they need not be
        self._sheets: dict[str, Any] = {
            key: book.add_worksheet(name) for key, name in self._names.items()
        }
        # the page opens on the overview, and names stay in sight
        for key in ("prices", "persons", "gross", "net"):
            self._sheets[key].freeze_panes(FIRST_ROW, FIRST_COLUMN)
            self._sheets[key].set_column(0, 0, 9)
            self._sheets[key].set_column(1, 1, 34)
            self._sheets[key].set_column(FIRST_COLUMN, FIRST_COLUMN + len(sheet.months), 15)

    def _say(self, key: str, **values: object) -> str:
        return phrase(key, self._lang, **values)

    def _cell(self, key: str, row: int, column: int) -> str:
        """Name a cell of a sheet in a formula."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        return f"'{self._names[key]}'!{xl_rowcol_to_cell(row, column)}"

    def _range(self, key: str, first: tuple[int, int], last: tuple[int, int]) -> str:
        from xlsxwriter.utility import xl_range_abs

        return f"'{self._names[key]}'!{xl_range_abs(*first, *last)}"

    def _heads(self, key: str, title: str) -> Any:  # noqa: ANN401
        """Title, names of benefits, and months as heads."""
        ws, s = self._sheets[key], self._sheet
        ws.write_string(0, 0, title, self._formats["title"])
        for column, head in enumerate(("book.account", "book.benefit", "book.key")):
            ws.write_string(FIRST_ROW - 1, column, self._say(head), self._formats["bold"])
        for t, month in enumerate(s.months):
            code = Window(int(month), int(month)).code
            ws.write_string(FIRST_ROW - 1, FIRST_COLUMN + t, code, self._formats["bold"])
        for g, (account, label, group) in enumerate(
            zip(s.accounts, s.labels, s.groups, strict=True)
        ):
            for column, text in enumerate((account, label, group)):
                ws.write_string(FIRST_ROW + g, column, text)
        return ws

    def inputs(self) -> None:
        """Write persons, prices, and the parts on each step: what may be changed is yellow."""
        s, f = self._sheet, self._formats
        prices = self._heads("prices", self._say("book.prices.title"))
        persons = self._heads("persons", self._say("book.persons.title", scenario=s.title))
        for g in range(len(s.groups)):
            prices.write_comment(FIRST_ROW + g, 1, s.price_notes[g])
            for t in range(len(s.months)):
                at = (FIRST_ROW + g, FIRST_COLUMN + t)
                prices.write_number(*at, float(s.price[g, t]), f["input"])
                persons.write_number(*at, float(s.persons[g, t]), f["persons"])
        self._refusion()
        self._steps()
        last = (FIRST_ROW + len(s.groups) - 1, FIRST_COLUMN + len(s.months) - 1)
        first = (FIRST_ROW, FIRST_COLUMN)
        for name, key in (("Priser", "prices"), ("Fuldtidspersoner", "persons")):
            self._book.define_name(name, f"={self._range(key, first, last)}")

    def _refusion(self) -> None:
        """Write the factor, the state's part on each step, and that under the exception."""
        ws, s, f = self._sheets["refusion"], self._sheet, self._formats
        ws.set_column(0, 0, 48)
        ws.set_column(1, 1, 14)
        ws.write_string(0, 0, self._say("book.refusion.title"), f["title"])
        ws.write_string(2, 0, self._say("book.factor"))
        ws.write_number(2, 1, s.factor, self._formats["factor"])
        ws.write_comment(2, 1, s.factor_note)
        self._book.define_name("Skalering", f"={self._range('refusion', (2, 1), (2, 1))}")
        for k, name in enumerate(s.steps[:-1]):
            ws.write_string(4 + k, 0, name)
            ws.write_number(4 + k, 1, float(s.state[k]), f["input_part"])
        end = (4 + len(s.steps) - 2, 1)
        self._book.define_name("Trappe", f"={self._range('refusion', (4, 1), end)}")
        ws.write_string(9, 0, s.steps[-1], f["bold"])
        for g, label in enumerate(s.labels):
            ws.write_string(10 + g, 0, label)
            ws.write_number(10 + g, 1, float(s.exception[g]), f["input_part"])

    def _steps(self) -> None:
        """Write the parts of each benefit on each step, a benefit's five rows together."""
        ws, s, f = self._sheets["steps"], self._sheet, self._formats
        ws.freeze_panes(FIRST_ROW, FIRST_COLUMN)
        ws.set_column(1, 1, 34)
        ws.set_column(2, 2, 22)
        ws.write_string(0, 0, self._say("book.steps.title"), f["title"])
        for t, month in enumerate(s.months):
            code = Window(int(month), int(month)).code
            ws.write_string(FIRST_ROW - 1, FIRST_COLUMN + t, code, f["bold"])
        for g, label in enumerate(s.labels):
            for k, name in enumerate(s.steps):
                row = FIRST_ROW + len(s.steps) * g + k
                ws.write_string(row, 0, s.accounts[g])
                ws.write_string(row, 1, label)
                ws.write_string(row, 2, name)
                for t in range(len(s.months)):
                    weight = float(s.weights[g, t, k])
                    ws.write_number(row, FIRST_COLUMN + t, weight, f["input_part"])

    def computed(self) -> None:
        """Write gross and net as formulas of the inputs."""
        s, f = self._sheet, self._formats
        gross = self._heads("gross", self._say("book.gross.title", scenario=s.title))
        net = self._heads("net", self._say("book.net.title", scenario=s.title))
        ladder = self._range("refusion", (4, 1), (4 + len(s.steps) - 2, 1))
        counted_gross, counted_net = s.gross, s.net
        for g in range(len(s.groups)):
            first = FIRST_ROW + len(s.steps) * g
            for t in range(len(s.months)):
                row, column = FIRST_ROW + g, FIRST_COLUMN + t
                gross.write_formula(
                    row,
                    column,
                    f"={self._cell('persons', row, column)}*{self._cell('prices', row, column)}"
                    "*Skalering",
                    f["kroner"],
                    float(counted_gross[g, t]),
                )
                on = self._range("steps", (first, column), (first + len(s.steps) - 2, column))
                old = self._cell("steps", first + len(s.steps) - 1, column)
                part = f"SUMPRODUCT({on},{ladder})+{old}*{self._cell('refusion', 10 + g, 1)}"
                net.write_formula(
                    row,
                    column,
                    f"={self._cell('gross', row, column)}*(1-({part}))",
                    f["kroner"],
                    float(counted_net[g, t]),
                )

    def _years(self) -> list[tuple[str, int, int]]:
        """Whole years, with the first and last column of their months."""
        months = self._sheet.months
        first = int(months[0])
        out: list[tuple[str, int, int]] = []
        for month in range(first, int(months[-1]) - 10):
            if month % 12 == 0:
                start = FIRST_COLUMN + month - first
                out.append((str(month // 12), start, start + 11))
        return out

    def _account_sum(self, key: str, account_cell: str, start: int, end: int) -> str:
        """Sum a sheet's rows of one account over some months."""
        last = FIRST_ROW + len(self._sheet.groups) - 1
        names = self._range(key, (FIRST_ROW, 0), (last, 0))
        values = self._range(key, (FIRST_ROW, start), (last, end))
        return f"SUMPRODUCT(({names}={account_cell})*{values})"

    def _counted(self, account: str, start: int, end: int) -> tuple[float, float, float]:
        """Gross, the state's part and net of an account over some columns; of all without one."""
        s = self._sheet
        here = [account in ("", one) for one in s.accounts]
        months = slice(start - FIRST_COLUMN, end - FIRST_COLUMN + 1)
        gross, net = (float(v[here, months].sum()) for v in (s.gross, s.net))
        return gross, gross - net, net

    def accounts(self) -> None:
        """Write gross, the state's part and net by account and year."""
        ws, s, f = self._sheets["accounts"], self._sheet, self._formats
        ws.write_string(0, 0, self._say("book.accounts.title", scenario=s.title), f["title"])
        ws.set_column(1, 1, 44)
        ws.set_column(2, 2 + 3 * len(self._years()), 17)
        heads = ("book.account", "book.name")
        for column, head in enumerate(heads):
            ws.write_string(2, column, self._say(head), f["bold"])
        accounts = list(dict.fromkeys(sorted(s.accounts)))
        for a, account in enumerate(accounts):
            ws.write_string(3 + a, 0, account)
            ws.write_string(3 + a, 1, s.account_names[account])
        end = 3 + len(accounts)
        ws.write_string(end, 1, self._say("budget.total"), f["bold"])
        for y, (year, start, last) in enumerate(self._years()):
            for k, key in enumerate(("budget.gross", "budget.state", "budget.net")):
                column = 2 + 3 * y + k
                ws.write_string(2, column, f"{year} {self._say(key)}", f["bold"])
                for a in range(len(accounts)):
                    name = f"$A${4 + a}"
                    sums = [
                        self._account_sum(sheet, name, start, last) for sheet in ("gross", "net")
                    ]
                    formula = (sums[0], f"{sums[0]}-{sums[1]}", sums[1])[k]
                    value = self._counted(accounts[a], start, last)[k]
                    ws.write_formula(3 + a, column, f"={formula}", f["kroner"], value)
                formula, value = (
                    self._column_sum(3, end - 1, column),
                    self._counted("", start, last)[k],
                )
                ws.write_formula(end, column, formula, f["total"], value)

    def _column_sum(self, first: int, last: int, column: int) -> str:
        from xlsxwriter.utility import xl_range

        return f"=SUM({xl_range(first, column, last, column)})"

    def overview(self) -> None:
        """Write net of every year with a picture, from the accounts' sums."""
        ws, s, f = self._sheets["overview"], self._sheet, self._formats
        ws.set_column(0, 0, 30)
        ws.set_column(1, 4, 18)
        ws.write_string(0, 0, self._say("book.overview.title", scenario=s.title), f["title"])
        ws.write_string(1, 0, self._say("book.overview.note"))
        heads = ("book.year", "budget.gross", "budget.state", "budget.net")
        for column, head in enumerate(heads):
            ws.write_string(3, column, self._say(head), f["bold"])
        total = 3 + len(set(s.accounts))
        years = self._years()
        for y, (year, start, end) in enumerate(years):
            ws.write_string(4 + y, 0, year)
            for k in range(3):
                cell = self._cell("accounts", total, 2 + 3 * y + k)
                value = self._counted("", start, end)[k]
                ws.write_formula(4 + y, 1 + k, f"={cell}", f["kroner"], value)
        chart: Any = self._book.add_chart({"type": "column"})
        name, last = self._names["overview"], 3 + len(years)
        chart.add_series(
            {
                "name": self._say("budget.net"),
                "categories": [name, 4, 0, last, 0],
                "values": [name, 4, 3, last, 3],
                "fill": {"color": "#00334f"},
            }
        )
        chart.set_title({"name": self._say("book.chart")})
        chart.set_legend({"none": True})
        ws.insert_chart(6 + len(years), 0, chart)

    def uncertainty(self) -> None:
        """Write quantiles of net of every year: counted from draws, and no formulas."""
        ws, s, f = self._sheets["uncertainty"], self._sheet, self._formats
        ws.set_column(0, 0, 12)
        ws.set_column(1, 12, 17)
        ws.write_string(0, 0, self._say("book.uncertainty.title", scenario=s.title), f["title"])
        ws.write_string(1, 0, self._say("book.uncertainty.note"))
        levels: Sequence[str] = list(next(iter(s.quantiles.values()), {}))
        ws.write_string(3, 0, self._say("book.year"), f["bold"])
        for k, level in enumerate(levels):
            head = words.percent(float(level), lang=self._lang, decimals=1)
            ws.write_string(3, 1 + k, head, f["bold"])
        for y, (year, values) in enumerate(s.quantiles.items()):
            ws.write_string(4 + y, 0, year)
            for k, level in enumerate(levels):
                ws.write_number(4 + y, 1 + k, values[level], f["kroner"])
