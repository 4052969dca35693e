"""Transfer expenditure as people read it: the committee's table, continued."""

from __future__ import annotations

from forecast.report import layout, words
from forecast.report.budget_investment import investment
from forecast.report.budget_view import ALL, BudgetView
from forecast.report.catalogue import Lang, phrase
from forecast.report.document import Document, Grid, Section, document_lines, lead_lines, sentence
from forecast.vocabulary import Measure

WIDTH = 80
MILLION = 1e-6
FILE, PRINTED = "budget.csv", "data/published/oekonomisk_status.csv"
QUARTERS = (1, 2, 3, 4)

Rows = tuple[tuple[str, tuple[str, ...]], ...]


def budget_text(view: BudgetView, lang: str) -> str:
    """Lay out everything, 80 columns wide."""
    chosen: Lang = "en" if lang == "en" else "da"
    lines = document_lines(document(view, chosen), WIDTH)
    for key, name in (("budget.file", FILE), ("budget.book", "budget.xlsx")):
        lines += ["", *layout.path_lines(phrase(key, chosen), f"{view.folder}/{name}", WIDTH)]
    return "\n".join(lines)


def budget_lead(view: BudgetView, lang: str) -> str:
    """Say what the years ahead cost, after the headline of a run."""
    return "\n".join(lead_lines(document(view, "en" if lang == "en" else "da"), WIDTH))


def document(view: BudgetView, lang: Lang) -> Document:
    """Say everything, in the order of the committee's table."""
    years = [
        phrase(
            "budget.lead.year",
            lang,
            year=year,
            net=_net(view, year, view.shown, "0.5", lang),
            interval=_interval(view, year, view.shown, lang),
        )
        for year in view.years
    ]
    lead = phrase(
        "budget.lead",
        lang,
        scenario=view.title(view.shown, lang),
        years=words.listing(years, lang=lang),
    )
    title = phrase("budget.title", lang, area=view.area, year=view.years[-1])
    made = (
        _status(view, lang),
        _continued(view, lang),
        _years(view, lang),
        _quarters(view, lang),
        _accounts(view, lang),
        _grants(view, lang),
        _changes(view, lang),
        investment(view, lang),
        _notes(view, lang),
    )
    return Document(title, lead, tuple(one for one in made if one is not None))


def _millions(kroner: float | None, lang: Lang) -> str:
    return words.number(None if kroner is None else MILLION * kroner, lang=lang, decimals=1)


def _net(view: BudgetView, period: str, scenario: str, level: str, lang: Lang) -> str:
    return _millions(view.value(Measure.NETTOUDGIFT, period, scenario, level=level), lang)


def _interval(view: BudgetView, period: str, scenario: str, lang: Lang) -> str:
    low, high = (_net(view, period, scenario, level, lang) for level in ("0.1", "0.9"))
    return words.interval(low, high, lang=lang)


def _heads(lang: Lang, *keys: str) -> tuple[str, ...]:
    return tuple(phrase(key, lang) for key in keys)


def _status(view: BudgetView, lang: Lang) -> Section:
    """Print the table as it was, and reconcile with it."""
    title = phrase("budget.status", lang)
    if not view.status:
        return Section(title, (), (_scale(view, lang),), "status")
    rows = tuple(
        (
            row.name,
            tuple(
                _millions(amount, lang)
                for amount in (row.original, row.revised, row.expected, row.expected - row.revised)
            ),
        )
        for row in view.status
    )
    heads = _heads(
        lang,
        "budget.status.row",
        "budget.status.original",
        "budget.status.revised",
        "budget.status.expected",
        "budget.status.deviation",
    )
    caption = phrase("budget.status.caption", lang, year=str(view.status[0].year))
    grid = Grid(caption, heads, rows, PRINTED, "")
    return Section(title, (grid,), (_scale(view, lang),), "status")


def _scale(view: BudgetView, lang: Lang) -> str:
    if view.account is None:
        return phrase("budget.unscaled", lang)
    year, known = view.account
    return phrase(
        "budget.scale",
        lang,
        bottom_up=_millions(known / view.factor, lang),
        year=str(year),
        account=_millions(known, lang),
        factor=words.number(view.factor, lang=lang, decimals=3),
        interval=words.interval(
            *(
                words.number(
                    view.value(Measure.SKALERING, str(year), "", level=level),
                    lang=lang,
                    decimals=3,
                )
                for level in ("0.1", "0.9")
            ),
            lang=lang,
        ),
    )


def _continued(view: BudgetView, lang: Lang) -> Section | None:
    """Continue the table over the years that have a budget."""
    years = sorted({*view.periods(Measure.BUDGET, ""), *view.periods(Measure.BOGFOERT, "")})
    if not years:
        return None
    rows: list[tuple[str, tuple[str, ...]]] = []
    sentences: list[str] = []
    for year in years:
        for scenario in view.scenarios:
            chance = view.value(Measure.SANDSYNLIGHED_OVERSKRIDELSE, year, scenario)
            cells = (
                _millions(view.value(Measure.OPRINDELIGT_BUDGET, year, ""), lang),
                _millions(view.value(Measure.BUDGET, year, ""), lang),
                _millions(view.value(Measure.BOGFOERT, year, ""), lang),
                _net(view, year, scenario, "0.5", lang),
                _millions(view.value(Measure.AFVIGELSE, year, scenario, level="0.5"), lang),
            )
            rows.append((f"{year} {view.title(scenario, lang)}", cells))
            if chance is not None:
                sentences.append(_risk(view, year, scenario, chance, lang))
    heads = _heads(
        lang,
        "budget.year",
        "budget.status.original",
        "budget.status.revised",
        "budget.status.booked",
        "budget.status.expected",
        "budget.status.deviation",
    )
    caption = phrase("budget.continued.caption", lang)
    grid = Grid(caption, heads, tuple(rows), FILE, f"group={ALL}, period={', '.join(years)}")
    title = phrase("budget.continued", lang)
    return Section(title, (grid,), tuple(sentences), "continued")


def _risk(view: BudgetView, year: str, scenario: str, chance: float, lang: Lang) -> str:
    return sentence(
        "budget.risk",
        lang,
        year=year,
        budget=_millions(view.value(Measure.BUDGET, year, ""), lang),
        scenario=view.title(scenario, lang),
        probability=words.percent(chance, lang=lang, decimals=0),
        expected=_millions(view.value(Measure.FORVENTET_OVERSKRIDELSE, year, scenario), lang),
        reserve=_millions(view.value(Measure.RESERVE, year, scenario), lang),
    )


def _years(view: BudgetView, lang: Lang) -> Section:
    rows = tuple(
        (
            view.title(scenario, lang),
            tuple(
                f"{_net(view, year, scenario, '0.5', lang)}\n"
                f"{_interval(view, year, scenario, lang)}"
                for year in view.years
            ),
        )
        for scenario in view.scenarios
    )
    head = (phrase("budget.scenario", lang), *view.years)
    where = f"group={ALL}, measure={Measure.NETTOUDGIFT.value}"
    grid = Grid(phrase("budget.years.caption", lang), head, rows, FILE, where)
    return Section(phrase("budget.years", lang), (grid,), (), "years")


def _quarters(view: BudgetView, lang: Lang) -> Section:
    """Continue the quarterly table: each quarter, and the year up to it."""
    rows: list[tuple[str, tuple[str, ...]]] = []
    for year in view.years:
        for quarter in QUARTERS:
            code = f"{year}-Q{quarter}"
            label = words.period_label(code, lang=lang)
            rows.append((label, _costs(view, code, _up_to(year, quarter), lang)))
        rows.append((year, _costs(view, year, year, lang)))
    heads = _heads(
        lang,
        "budget.quarter",
        "budget.gross",
        "budget.state",
        "budget.net",
        "budget.interval",
        "budget.to_date",
    )
    caption = phrase("budget.quarters.caption", lang, scenario=view.title(view.shown, lang))
    where = f"scenario={view.shown}, group={ALL}"
    grid = Grid(caption, heads, tuple(rows), FILE, where, tuple(view.years))
    return Section(phrase("budget.quarters", lang), (grid,), (), "quarters")


def _up_to(year: str, quarter: int) -> str:
    """Period from January to a quarter's end, as `budget.csv` names it."""
    last = {1: f"{year}-Q1", 4: year}
    return last.get(quarter, f"{year}-01..{year}-{3 * quarter:02d}")


def _costs(view: BudgetView, period: str, to_date: str, lang: Lang) -> tuple[str, ...]:
    measures = (Measure.BRUTTOUDGIFT, Measure.REFUSION, Measure.NETTOUDGIFT)
    medians = (
        _millions(view.value(measure, period, view.shown, level="0.5"), lang)
        for measure in measures
    )
    interval = _interval(view, period, view.shown, lang)
    return (*medians, interval, _net(view, to_date, view.shown, "0.5", lang))


def _accounts(view: BudgetView, lang: Lang) -> Section:
    year = view.years[0]
    measures = (Measure.BRUTTOUDGIFT, Measure.REFUSION, Measure.NETTOUDGIFT)
    rows: list[tuple[str, tuple[str, ...]]] = []
    for one in view.prices.account:
        values = [view.value(m, year, view.shown, account=one.number) for m in measures]
        if values[0] is not None:
            name = f"{one.number} {one.en if lang == 'en' else one.da}"
            rows.append((name, tuple(_millions(v, lang) for v in values)))
    total = tuple(_millions(view.value(m, year, view.shown), lang) for m in measures)
    rows.append((phrase("budget.total", lang), total))
    heads = _heads(lang, "budget.account", "budget.gross", "budget.state", "budget.net")
    caption = phrase(
        "budget.accounts.caption", lang, year=year, scenario=view.title(view.shown, lang)
    )
    where = f"scenario={view.shown}, period={year}, output_type=mean"
    grid = Grid(caption, heads, tuple(rows), FILE, where, (rows[-1][0],))
    return Section(phrase("budget.accounts", lang), (grid,), (), "accounts")


def _grants(view: BudgetView, lang: Lang) -> Section:
    """Tell the four prices apart: gross, the state's part, net, and net after grants."""
    measures = (
        Measure.BRUTTOUDGIFT,
        Measure.REFUSION,
        Measure.NETTOUDGIFT,
        Measure.TILSKUD,
        Measure.NETTOUDGIFT_EFTER_TILSKUD,
    )
    rows = tuple(
        (year, tuple(_millions(view.value(m, year, view.shown), lang) for m in measures))
        for year in view.years
    )
    heads = _heads(
        lang,
        "budget.year",
        "budget.gross",
        "budget.state",
        "budget.net",
        "budget.grants",
        "budget.after",
    )
    since = view.first_year if view.account is None else str(view.account[0])
    caption = phrase(
        "budget.grants.caption", lang, scenario=view.title(view.shown, lang), since=since
    )
    where = f"scenario={view.shown}, group={ALL}, output_type=mean"
    grid = Grid(caption, heads, rows, FILE, where)
    note = phrase("budget.grants.note", lang)
    return Section(phrase("budget.grants.title", lang), (grid,), (note,), "grants")


def _changes(view: BudgetView, lang: Lang) -> Section | None:
    """Lay out why net expenditure changes from year to year."""
    measures = (
        Measure.AENDRING_MAENGDE,
        Measure.AENDRING_POLITIK,
        Measure.AENDRING_PRIS,
        Measure.AENDRING_TRIN,
    )
    rows: list[tuple[str, tuple[str, ...]]] = []
    for period in view.periods(measures[0], view.shown):
        found = [view.value(measure, period, view.shown) for measure in measures]
        values = [value for value in found if value is not None]
        cells = tuple(_millions(value, lang) for value in (*values, sum(values)))
        rows.append((words.period_label(period, lang=lang), cells))
    if not rows:
        return None
    heads = _heads(
        lang,
        "budget.from_to",
        "budget.volume",
        "budget.policy",
        "budget.price",
        "budget.steps",
        "budget.total",
    )
    caption = phrase("budget.changes.caption", lang, scenario=view.title(view.shown, lang))
    where = f"scenario={view.shown}, measure=aendring_..., output_type=mean"
    grid = Grid(caption, heads, tuple(rows), FILE, where)
    return Section(phrase("budget.changes", lang), (grid,), (), "changes")


def _notes(view: BudgetView, lang: Lang) -> Section:
    out: list[str] = []
    if view.booked:
        last = max(month for _, month in view.booked)
        text = phrase(
            "budget.booked",
            lang,
            count=str(len(view.booked)),
            last=words.period_label(f"{last // 12}-{last % 12 + 1:02d}", lang=lang),
        )
        out.append(text)
    for key, known in zip(("budget.spells", "budget.tables"), view.known_stays, strict=True):
        if known:
            names = words.listing([view.label(group, lang) for group in known], lang=lang)
            out.append(phrase(key, lang, groups=names))
    out.append(phrase("budget.judged", lang))
    return Section(phrase("budget.notes", lang), (), tuple(out), "notes")
