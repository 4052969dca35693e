"""The investment as people read it: whether it is repaid, and its three measures."""

from __future__ import annotations

from forecast.report import words
from forecast.report.budget_view import ALL, FREE, BudgetView
from forecast.report.catalogue import Lang, phrase
from forecast.report.document import Grid, Section, sentence
from forecast.vocabulary import Measure

FILE = "budget.csv"
MILLION = 1e-6


def investment(view: BudgetView, lang: Lang) -> Section | None:
    """Say what the investment comes to, where the run has its scenario."""
    name = view.plan.name
    sentences = [
        _repaid(view, scenario, period, lang)
        for scenario in view.scenarios
        for period in view.periods(Measure.INVESTERING, scenario)
    ]
    if not sentences:
        return None
    grids: list[Grid] = []
    years = [p for p in view.periods(Measure.SAGER_PR_AARSVAERK, name) if len(p) == len("2021")]
    known = sorted(view.periods(Measure.SAGER_PR_AARSVAERK, ""))
    rows = _cases(view, known, years, lang) + _costs(view, known, years, lang)
    if rows:
        head = (phrase("budget.measure", lang), *known, *years)
        where = "measure=sager_pr_aarsvaerk, omkostning_pr_fuldtidsperson"
        grids.append(Grid(phrase("budget.steering.caption", lang), head, tuple(rows), FILE, where))
    weeks = view.periods(Measure.VARIGHED, name)
    if weeks:
        grids.append(_weeks(view, weeks, lang))
    sentences += [
        phrase(
            "budget.activation",
            lang,
            years=words.period_label(period, lang=lang),
            saved=_millions(view, Measure.BESPARELSE_AKTIVERING, period, name, "0.5", lang),
            interval=words.interval(
                *(
                    _millions(view, Measure.BESPARELSE_AKTIVERING, period, name, level, lang)
                    for level in ("0.1", "0.9")
                ),
                lang=lang,
            ),
        )
        for period in view.periods(Measure.BESPARELSE_AKTIVERING, name)
    ]
    title = phrase("budget.investment.title", lang)
    return Section(title, tuple(grids), tuple(sentences), "investment")


def _millions(
    view: BudgetView, measure: Measure, period: str, scenario: str, level: str, lang: Lang
) -> str:
    value = view.value(measure, period, scenario, level=level)
    return words.number(None if value is None else MILLION * value, lang=lang, decimals=1)


def _repaid(view: BudgetView, scenario: str, period: str, lang: Lang) -> str:
    low, middle, high = (
        _millions(view, Measure.BESPARELSE, period, scenario, level, lang)
        for level in ("0.1", "0.5", "0.9")
    )
    return sentence(
        "budget.investment",
        lang,
        scenario=view.title(scenario, lang),
        years=words.period_label(period, lang=lang),
        cost=_millions(view, Measure.INVESTERING, period, scenario, "", lang),
        saved=middle,
        interval=words.interval(low, high, lang=lang),
        probability=words.percent(
            view.value(Measure.SANDSYNLIGHED_TJENT_HJEM, period, scenario), lang=lang, decimals=0
        ),
        persons=words.count(view.value(Measure.NULPUNKT, period, scenario), lang=lang),
    )


def _cases(
    view: BudgetView, known: list[str], years: list[str], lang: Lang
) -> list[tuple[str, tuple[str, ...]]]:
    """Cases for each employee, without and with the investment."""
    rows: list[tuple[str, tuple[str, ...]]] = []
    for staff in view.plan.staff_group:
        label = staff.en if lang == "en" else staff.da
        for key, scenario in (("budget.without", FREE), ("budget.with", view.plan.name)):
            cells = [
                words.number(
                    view.value(Measure.SAGER_PR_AARSVAERK, year, "", group=staff.key), lang=lang
                )
                for year in known
            ]
            cells += [
                words.number(
                    view.value(
                        Measure.SAGER_PR_AARSVAERK, year, scenario, group=staff.key, level="0.5"
                    ),
                    lang=lang,
                )
                for year in years
            ]
            name = phrase(key, lang, measure=phrase("budget.cases", lang, group=label))
            rows.append((name, tuple(cells)))
    return rows


def _costs(
    view: BudgetView, known: list[str], years: list[str], lang: Lang
) -> list[tuple[str, tuple[str, ...]]]:
    """Cost of a full-time person, without and with the investment."""
    measure = Measure.OMKOSTNING_PR_FULDTIDSPERSON
    if not view.periods(measure, view.plan.name):
        return []
    rows: list[tuple[str, tuple[str, ...]]] = []
    for key, scenario in (("budget.without", FREE), ("budget.with", view.plan.name)):
        cells = [words.count(view.value(measure, year, ""), lang=lang) for year in known]
        cells += [words.count(view.value(measure, year, scenario), lang=lang) for year in years]
        rows.append((phrase(key, lang, measure=phrase("budget.cost", lang)), tuple(cells)))
    return rows


def _weeks(view: BudgetView, years: list[str], lang: Lang) -> Grid:
    """Weeks on the benefits that the investment moves, without and with it."""
    name = view.plan.name
    moved = view.table[
        view.table["measure"].eq(Measure.VARIGHED.value) & view.table["scenario"].eq(name)
    ]
    rows: list[tuple[str, tuple[str, ...]]] = []
    for group in dict.fromkeys(moved["group"]):
        for key, scenario in (("budget.without", FREE), ("budget.with", name)):
            cells = tuple(_weeks_cell(view, str(group), year, scenario, lang) for year in years)
            rows.append((phrase(key, lang, measure=view.label(str(group), lang)), cells))
    head = (phrase("budget.benefit", lang), *years)
    where = f"measure={Measure.VARIGHED.value}, group!={ALL}"
    return Grid(phrase("budget.weeks.caption", lang), head, tuple(rows), FILE, where)


def _weeks_cell(view: BudgetView, group: str, year: str, scenario: str, lang: Lang) -> str:
    low, middle, high = (
        words.number(
            view.value(Measure.VARIGHED, year, scenario, group=group, level=level),
            lang=lang,
            decimals=1,
        )
        for level in ("0.1", "0.5", "0.9")
    )
    return f"{middle}\n{words.interval(low, high, lang=lang)}"
