"""Transfer expenditure for the terminal: the committee's table, continued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from forecast.config.budget import Prices
from forecast.core.period import Window
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase
from forecast.vocabulary import Measure

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 80
MILLION = 1e-6
ALL, FREE = "i_alt", "free"


@dataclass(frozen=True)
class StatusRow:
    """A row of Økonomisk status as printed, kroner."""

    name: str
    year: int
    original: float
    revised: float
    expected: float


@dataclass(frozen=True)
class BudgetView:
    """What there is to print.

    Attributes
    ----------
    area : municipality
    table : `budget.csv`
    status : as printed; none where it is not published
    prices : with the names of accounts
    account : year and kroner of the known account, None without one
    factor : that everything is multiplied by
    booked : accounts and months that are facts
    folder : of the table
    """

    area: str
    table: pd.DataFrame
    status: Sequence[StatusRow]
    prices: Prices
    account: tuple[int, float] | None
    factor: float
    booked: Sequence[tuple[str, int]]
    folder: str

    @cached_property
    def _found(self) -> dict[tuple[str, ...], float]:
        kept = self.table[self.table["output_type"].ne("median")]
        columns = ["account", "scenario", "group", "measure", "period", "output_type_id"]
        keys = map(tuple, kept[columns].astype(str).to_numpy())
        return dict(zip(keys, kept["value"], strict=True))

    def value(
        self, measure: Measure, period: str, scenario: str, *, account: str = "", level: str = ""
    ) -> float | None:
        """Look a row of `budget.csv` up: of all, or of an account; None where there is none."""
        group = "" if account else ALL
        return self._found.get((account, scenario, group, measure.value, period, level))

    @property
    def scenarios(self) -> list[str]:
        """Ids, in the order of the table."""
        return [str(s) for s in dict.fromkeys(self.table["scenario"]) if s]

    @property
    def years(self) -> list[str]:
        """Years after the known account; all where none is after it, or none is known."""
        found = sorted({str(p) for p in self.table["period"] if len(str(p)) == len("2021")})
        since = "" if self.account is None else str(self.account[0])
        return [year for year in found if year > since] or found


def budget_text(view: BudgetView, lang: str) -> str:
    """Lay out everything, 80 columns wide."""
    chosen: Lang = "en" if lang == "en" else "da"
    title = phrase("budget.title", chosen, area=view.area, year=view.years[-1])
    lines = [*layout.heading(title, WIDTH, "="), *_status(view, chosen), *_scale(view, chosen)]
    lines += [*_years(view, chosen), *_accounts(view, chosen), *_changes(view, chosen)]
    lines += _sentences(view, chosen)
    for key, name in (("budget.file", "budget.csv"), ("budget.book", "budget.xlsx")):
        lines += ["", *layout.path_lines(phrase(key, chosen), f"{view.folder}/{name}", WIDTH)]
    return "\n".join(lines)


def _millions(kroner: float | None, lang: Lang) -> str:
    return words.number(None if kroner is None else MILLION * kroner, lang=lang, decimals=1)


def _status(view: BudgetView, lang: Lang) -> list[str]:
    if not view.status:
        return []
    rows = [
        (
            row.name,
            [
                [_millions(amount, lang)]
                for amount in (
                    row.original,
                    row.revised,
                    row.expected,
                    row.expected - row.revised,
                )
            ],
        )
        for row in view.status
    ]
    names = (
        "budget.status.row",
        "budget.status.original",
        "budget.status.revised",
        "budget.status.expected",
        "budget.status.deviation",
    )
    head = [phrase(name, lang) for name in names]
    title = phrase("budget.status", lang, year=str(view.status[0].year))
    caption = phrase("budget.status.caption", lang)
    return [
        "",
        *layout.heading(title, WIDTH),
        *layout.paragraph(caption, WIDTH),
        *layout.table(head, rows, WIDTH),
    ]


def _scale(view: BudgetView, lang: Lang) -> list[str]:
    if view.account is None:
        return ["", *layout.paragraph(phrase("budget.unscaled", lang), WIDTH)]
    year, known = view.account
    text = phrase(
        "budget.scale",
        lang,
        bottom_up=_millions(known / view.factor, lang),
        year=str(year),
        account=_millions(known, lang),
        factor=words.number(view.factor, lang=lang, decimals=3),
    )
    return ["", *layout.paragraph(text, WIDTH)]


def _years(view: BudgetView, lang: Lang) -> list[str]:
    rows: list[layout.TableRow] = []
    for scenario in view.scenarios:
        cells: list[list[str]] = []
        for year in view.years:
            low, middle, high = (
                _millions(view.value(Measure.NETTOUDGIFT, year, scenario, level=level), lang)
                for level in ("0.1", "0.5", "0.9")
            )
            cells.append([middle, words.interval(low, high, lang=lang)])
        rows.append((scenario, cells))
    head = [phrase("budget.scenario", lang), *view.years]
    return [
        "",
        *layout.heading(phrase("budget.years", lang), WIDTH),
        *layout.table(head, rows, WIDTH),
    ]


def _accounts(view: BudgetView, lang: Lang) -> list[str]:
    scenario, year = view.scenarios[-1], view.years[0]
    measures = (Measure.BRUTTOUDGIFT, Measure.REFUSION, Measure.NETTOUDGIFT)
    rows: list[layout.TableRow] = []
    for one in view.prices.account:
        values = [view.value(m, year, scenario, account=one.number) for m in measures]
        if values[0] is not None:
            name = f"{one.number} {one.en if lang == 'en' else one.da}"
            rows.append((name, [[_millions(v, lang)] for v in values]))
    total = [[_millions(view.value(m, year, scenario), lang)] for m in measures]
    rows.append((phrase("budget.total", lang), total))
    heads = ("budget.account", "budget.gross", "budget.state", "budget.net")
    title = phrase("budget.accounts", lang, year=year, scenario=scenario)
    return [
        "",
        *layout.heading(title, WIDTH),
        *layout.table([phrase(key, lang) for key in heads], rows, WIDTH),
    ]


def _changes(view: BudgetView, lang: Lang) -> list[str]:
    """Lay out why net expenditure of the last scenario changes from year to year."""
    scenario = view.scenarios[-1]
    measures = (
        Measure.AENDRING_MAENGDE,
        Measure.AENDRING_POLITIK,
        Measure.AENDRING_PRIS,
        Measure.AENDRING_TRIN,
    )
    rows: list[layout.TableRow] = []
    for period in dict.fromkeys(view.table["period"]):
        values = [view.value(measure, str(period), scenario) for measure in measures]
        if None not in values:
            total = sum(value for value in values if value is not None)
            cells = [[_millions(value, lang)] for value in (*values, total)]
            rows.append((words.period_label(str(period), lang=lang), cells))
    if not rows:
        return []
    heads = ("budget.from_to", "budget.volume", "budget.policy", "budget.price", "budget.steps")
    title = phrase("budget.changes", lang, scenario=scenario)
    return [
        "",
        *layout.heading(title, WIDTH),
        *layout.table(
            [*(phrase(k, lang) for k in heads), phrase("budget.total", lang)], rows, WIDTH
        ),
    ]


def _sentences(view: BudgetView, lang: Lang) -> list[str]:
    out = [""]
    risks = view.table[view.table["measure"].eq(Measure.SANDSYNLIGHED_OVERSKRIDELSE.value)]
    for scenario, year, chance in risks[["scenario", "period", "value"]].itertuples(index=False):
        text = phrase(
            "budget.risk",
            lang,
            year=year,
            budget=_millions(view.value(Measure.BUDGET, year, ""), lang),
            scenario=scenario,
            probability=words.percent(chance, lang=lang, decimals=0),
            expected=_millions(view.value(Measure.FORVENTET_OVERSKRIDELSE, year, scenario), lang),
            reserve=_millions(view.value(Measure.RESERVE, year, scenario), lang),
        )
        out += layout.bullet(text, WIDTH)
    out += _investment(view, lang)
    if view.booked:
        last = max(month for _, month in view.booked)
        text = phrase(
            "budget.booked",
            lang,
            count=str(len(view.booked)),
            last=words.period_label(Window(last, last).code, lang=lang),
        )
        out += layout.bullet(text, WIDTH)
    return [*out, *layout.bullet(phrase("budget.judged", lang), WIDTH)]


def _investment(view: BudgetView, lang: Lang) -> list[str]:
    """Say what the investment comes to, where the run has its scenario."""
    rows = view.table[view.table["measure"].eq(Measure.INVESTERING.value)]
    out: list[str] = []
    for scenario, period in rows[["scenario", "period"]].itertuples(index=False):
        low, middle, high = (
            _millions(view.value(Measure.BESPARELSE, period, scenario, level=level), lang)
            for level in ("0.1", "0.5", "0.9")
        )
        chance = view.value(Measure.SANDSYNLIGHED_TJENT_HJEM, period, scenario)
        text = phrase(
            "budget.investment",
            lang,
            scenario=scenario,
            base=FREE,
            years=words.period_label(period, lang=lang),
            cost=_millions(view.value(Measure.INVESTERING, period, scenario), lang),
            saved=middle,
            interval=words.interval(low, high, lang=lang),
            probability=words.percent(chance, lang=lang, decimals=0),
            persons=words.count(view.value(Measure.NULPUNKT, period, scenario), lang=lang),
        )
        out += layout.bullet(text, WIDTH)
    return out
