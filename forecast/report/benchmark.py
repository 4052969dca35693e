"""The expected share as people read it: tables and sentences, for the terminal and the page."""

from __future__ import annotations

import numpy as np

from forecast.report import layout, words
from forecast.report.benchmark_view import (
    INTERVAL,
    OWN,
    PUBLISHED,
    Agrees,
    BenchmarkView,
)
from forecast.report.catalogue import Lang
from forecast.report.document import Document, Grid, Section, document_lines, lead_lines, sentence
from forecast.vocabulary import Measure

WIDTH = 80


def benchmark_text(view: BenchmarkView, lang: str) -> str:
    """Lay out everything for the terminal, 80 columns wide."""
    chosen: Lang = "en" if lang == "en" else "da"
    lines = document_lines(document(view, chosen), WIDTH)
    lines += ["", *layout.path_lines(sentence("bench.files", chosen), view.folder, WIDTH)]
    return "\n".join(lines)


def benchmark_lead(view: BenchmarkView, lang: str) -> str:
    """Say in a sentence how the municipality does, after the headline of a run."""
    return "\n".join(lead_lines(document(view, "en" if lang == "en" else "da"), WIDTH))


def document(view: BenchmarkView, lang: Lang) -> Document:
    """Say everything, in the order of the committee's questions."""
    sections = [_groups(view, lang), _peers(view, lang), _next(view, lang), _tilsyn(view, lang)]
    if view.agreements:
        sections.append(_own(view, lang))
    sections.append(_notes(view, lang))
    total = view.model.total
    below = _need(view.value(Measure.SANDSYNLIGHED_HOEJST_FORVENTET, view.area, total, view.last))
    verdict = sentence(
        f"bench.verdict.{_tier(view, view.area)}",
        lang,
        area=view.area,
        probability=_chance(below, lang),
    )
    lead = sentence(
        "bench.lead",
        lang,
        actual=_percent(view, Measure.FAKTISK_ANDEL, view.area, total, lang),
        expected=_percent(view, Measure.FORVENTET_ANDEL, view.area, total, lang),
        period=words.period_label(view.last, lang=lang),
        verdict=verdict,
    )
    return Document(sentence("bench.title", lang, area=view.area), lead, tuple(sections))


def _tier(view: BenchmarkView, area: str) -> str:
    """Name what is sure of a municipality in all, as `forecast.benchmark.ranking.tier` does."""
    both = [
        _need(view.value(measure, area, view.model.total, view.last))
        for measure in (
            Measure.SANDSYNLIGHED_HOEJST_FORVENTET,
            Measure.SANDSYNLIGHED_HOEJST_LANDET,
        )
    ]
    if min(both) >= view.model.ranking.sure:
        return "bedre"
    return "daarligere" if max(both) <= 1.0 - view.model.ranking.sure else "som_forventet"


def _need(value: float | None) -> float:
    return np.nan if value is None else value


def _percent(view: BenchmarkView, measure: Measure, area: str, group: str, lang: Lang) -> str:
    return words.percent(view.value(measure, area, group, view.last), lang=lang, decimals=2)


def _digits(value: float | None, lang: Lang) -> str:
    return words.percent_digits(value, lang=lang, decimals=2)


def _chance(value: float, lang: Lang) -> str:
    """Write a probability, never as certain where it is counted from draws."""
    if 0.995 <= value < 1.0 or value == 1.0:
        return sentence("bench.above", lang, number=words.percent(0.99, lang=lang, decimals=0))
    if value < 0.005:
        return sentence("bench.under", lang, number=words.percent(0.01, lang=lang, decimals=0))
    return words.percent(value, lang=lang, decimals=0)


def _ends(
    view: BenchmarkView, measure: Measure, area: str, group: str, model: str = PUBLISHED
) -> tuple[float | None, float | None]:
    low, high = (
        view.value(measure, area, group, view.last, model=model, level=level) for level in INTERVAL
    )
    return low, high


def _row(view: BenchmarkView, area: str, group: str, lang: Lang) -> tuple[str, ...]:
    """Print expected, actual, difference, rank with interval, probability."""
    shares = [
        _digits(view.value(measure, area, group, view.last), lang)
        for measure in (Measure.FORVENTET_ANDEL, Measure.FAKTISK_ANDEL, Measure.FORSKEL)
    ]
    below = view.value(Measure.SANDSYNLIGHED_HOEJST_FORVENTET, area, group, view.last)
    if below is None:  # a larger area has no rank
        return (*shares, words.MISSING, words.MISSING)
    rank = words.count(view.value(Measure.PLACERING, area, group, view.last), lang=lang)
    low, high = _ends(view, Measure.UNDERLIGGENDE_PLACERING, area, group)
    ends = words.interval(words.count(low, lang=lang), words.count(high, lang=lang), lang=lang)
    return (*shares, f"{rank} ({ends})", _chance(below, lang))


def _heads(first: str, lang: Lang) -> tuple[str, ...]:
    names = ("bench.expected", "bench.actual", "bench.gap", "bench.rank", "bench.below")
    return (sentence(first, lang), *(sentence(name, lang) for name in names))


def _groups(view: BenchmarkView, lang: Lang) -> Section:
    caption = sentence(
        "bench.groups.caption",
        lang,
        period=words.period_label(view.last, lang=lang),
        count=str(len(view.table.areas)),
    )
    rows = tuple(
        (view.label(group, lang), _row(view, view.area, group, lang)) for group in view.table.groups
    )
    where = f"model={PUBLISHED}, area={view.area}, period={view.last}"
    grid = Grid(caption, _heads("bench.group", lang), rows, "benchmark.csv", where)
    return Section("", (grid,), tuple(_gaps(view, lang)), "groups")


def _gaps(view: BenchmarkView, lang: Lang) -> list[str]:
    """Say what is lasting of the difference in all, and how it has moved."""
    total, area = view.model.total, view.area
    gap, persons = Measure.UNDERLIGGENDE_FORSKEL, Measure.UNDERLIGGENDE_FULDTIDSPERSONER
    share, people = _ends(view, gap, area, total), _ends(view, persons, area, total)
    out = [
        sentence(
            "bench.lasting",
            lang,
            gap=_digits(view.value(gap, area, total, view.last, level="0.5"), lang),
            interval=words.interval(*(_digits(v, lang) for v in share), lang=lang),
            persons=words.count(
                view.value(persons, area, total, view.last, level="0.5"), lang=lang
            ),
            persons_interval=words.interval(
                *(words.count(v, lang=lang) for v in people), lang=lang
            ),
        )
    ]
    if len(view.table.windows) > 1:
        before = view.table.windows[-2].code
        noise = view.value(Measure.STOEJANDEL, area, total, view.last)
        out.append(
            sentence(
                "bench.movement",
                lang,
                before=words.period_label(before, lang=lang),
                first=_digits(view.value(Measure.FORSKEL, area, total, before), lang),
                last=_digits(view.value(Measure.FORSKEL, area, total, view.last), lang),
                noise=words.percent(noise, lang=lang, decimals=0),
            )
        )
    return out


def _peers(view: BenchmarkView, lang: Lang) -> Section:
    total = view.model.total
    rows = [(name, _row(view, name, total, lang)) for name in (view.area, *view.peers)]
    rows += [(name, _row(view, name, total, lang)) for name in _larger(view)]
    caption = sentence("bench.peers.caption", lang, period=words.period_label(view.last, lang=lang))
    where = f"model={PUBLISHED}, group={total}, period={view.last}"
    grid = Grid(caption, _heads("bench.area", lang), tuple(rows), "benchmark.csv", where)
    found = [_tier(view, area) for area in view.table.areas]
    tiers = sentence(
        "bench.tiers",
        lang,
        count=str(len(found)),
        better=str(found.count("bedre")),
        worse=str(found.count("daarligere")),
        alike=str(found.count("som_forventet")),
    )
    return Section(sentence("bench.peers", lang), (grid,), (tiers,), "peers")


def _larger(view: BenchmarkView) -> list[str]:
    """Areas that the municipality lies in, the nearest first."""
    out: list[str] = []
    name = view.parents.get(view.area, "")
    while name:
        out.append(name)
        name = view.parents.get(name, "")
    return out


def _next(view: BenchmarkView, lang: Lang) -> Section:
    total, area = view.model.total, view.area
    rows = view.benchmark[
        view.benchmark["measure"].eq(Measure.SANDSYNLIGHED_RESULTATMAAL.value)
        & view.benchmark["area"].eq(area)
        & view.benchmark["group"].eq(total)
    ]
    out: list[str] = []
    for place, (scenario, period, met) in enumerate(
        rows[["scenario", "period", "value"]].itertuples(index=False)
    ):
        first = place == 0
        low, middle, high = (
            words.number(_ratio(view, area, period, level, scenario, first), lang=lang, decimals=2)
            for level in ("0.1", "0.5", "0.9")
        )
        out.append(
            sentence(
                "bench.next.gaps" if first else "bench.next.run",
                lang,
                period=words.period_label(period, lang=lang),
                scenario=scenario,
                probability=_chance(float(met), lang),
                ratio=middle,
                interval=words.interval(low, high, lang=lang),
            )
        )
    return Section(sentence("bench.next", lang), (), tuple(out), "next")


def _ratio(
    view: BenchmarkView, area: str, period: str, level: str, scenario: str, first: bool
) -> float | None:
    """Quantile of actual over expected; a run's free forecast has a model of its own."""
    model = PUBLISHED if first else RUN
    return view.value(
        Measure.FORHOLD, area, view.model.total, period, model=model, level=level, scenario=scenario
    )


RUN = "fremtider"
"""Model of the rows that rest on a run's futures."""


def _tilsyn(view: BenchmarkView, lang: Lang) -> Section:
    rules = view.rules.at(view.table.windows[-1].last + view.rules.publication_months)
    limits = {
        "limit_offers": words.percent(rules.limit_offers.fraction, lang=lang, decimals=0),
        "limit_conversations": words.percent(
            rules.limit_conversations.fraction, lang=lang, decimals=0
        ),
    }
    states = view.supervision[view.supervision["measure"].eq(Measure.SANDSYNLIGHED_TILSTAND.value)]
    now = states[states["period"].eq(view.last)]
    usual = now[now["reading"].eq("")]["group"].iloc[0]
    reasons = " ".join(sentence(f"bench.reason.{r}", lang, **limits) for r in view.reasons)
    out = [
        sentence("bench.state", lang, state=sentence(f"bench.state.{usual}", lang), reasons=reasons)
    ]
    for _, row in now[now["reading"].ne("")].iterrows():
        setting, value = str(row["reading"]).split("=")
        out.append(
            sentence(
                "bench.reading",
                lang,
                reading=sentence(f"bench.reading.{setting}.{value}", lang),
                state=sentence(f"bench.state.{row['group']}", lang),
            )
        )
    ahead = states[states["period"].ne(view.last)]
    for scenario, rows in ahead.groupby("scenario", sort=False):
        basis = "gaps" if scenario == "gaps" else "run"
        named = [
            sentence(
                "bench.state.one",
                lang,
                state=sentence(f"bench.state.{state}", lang),
                probability=_chance(float(value), lang),
            )
            for state, value in zip(rows["group"], rows["value"], strict=True)
        ]
        out.append(
            sentence(
                "bench.state.ahead",
                lang,
                basis=sentence(f"bench.basis.{basis}", lang, scenario=str(scenario)),
                states="; ".join(named),
            )
        )
    return Section(sentence("bench.supervision", lang), (), tuple(out), "supervision")


def _own(view: BenchmarkView, lang: Lang) -> Section:
    caption = sentence(
        "bench.own.caption",
        lang,
        period=words.period_label(view.last, lang=lang),
        count=str(len(view.table.areas)),
    )
    rows = []
    for one in view.agreements:
        measure = Measure.FORVENTET_ANDEL
        ours = view.value(measure, view.area, one.group, view.last, model=OWN, level="0.5")
        ends = _ends(view, measure, view.area, one.group, OWN)
        interval = words.interval(*(_digits(v, lang) for v in ends), lang=lang)
        published = _digits(view.value(measure, view.area, one.group, view.last), lang)
        correlation = words.number(one.correlation, lang=lang, decimals=2)
        cells = (
            f"{_digits(ours, lang)} ({interval})",
            published,
            correlation,
            _digits(one.rmse, lang),
        )
        rows.append((view.label(one.group, lang), cells))
    names = ("bench.own.ours", "bench.own.published", "bench.own.correlation", "bench.own.rmse")
    head = (sentence("bench.group", lang), *(sentence(name, lang) for name in names))
    where = f"model={OWN}, area={view.area}, period={view.last}"
    grid = Grid(caption, head, tuple(rows), "benchmark.csv", where)
    sentences = tuple(_pointing(view, one, lang) for one in view.agreements)
    return Section(sentence("bench.own", lang), (grid,), sentences, "own")


def _pointing(view: BenchmarkView, one: Agrees, lang: Lang) -> str:
    """Say which framework conditions the two expectations differ by."""
    label = view.label(one.group, lang)
    if not one.points_to:
        return sentence("bench.own.none", lang, group=label)
    named = {c.key: c.en if lang == "en" else c.da for c in view.model.condition}
    towards = [
        sentence("bench.own.more" if r > 0 else "bench.own.less", lang, condition=named[key])
        for key, r in one.points_to[:3]
    ]
    return sentence(
        "bench.own.points", lang, group=label, towards=words.listing(towards, lang=lang)
    )


def _notes(view: BenchmarkView, lang: Lang) -> Section:
    judged = view.checks[view.checks["verdict"].isin(["pass", "fail"])]
    failed = int(judged["verdict"].eq("fail").sum())
    key = "bench.checks.fail" if failed else "bench.checks.pass"
    checks = sentence(key, lang, count=str(len(judged)), failed=str(failed))
    return Section(sentence("bench.notes", lang), (), (checks, *view.table.notes), "notes")
