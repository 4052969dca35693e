"""The headline: what a planner reads when the run is done, as plain text in 80 columns."""

from __future__ import annotations

from dataclasses import fields

from forecast.errors import DataError
from forecast.report import layout, words
from forecast.report.catalogue import Lang, phrase
from forecast.report.data import HeadlineData
from forecast.report.labels import plain
from forecast.report.rows import Projections
from forecast.report.sections import (
    Finding,
    RateRow,
    Shift,
    diagnosis,
    findings,
    lead,
    period_text,
    rate_rows,
    shifts,
    total_rows,
    total_title,
)
from forecast.report.why import explanation


def headline(data: HeadlineData, lang: Lang = "da", width: int = 80) -> str:
    """Lay out the headline of a run.

    Parameters
    ----------
    data
        Tables of the run and the names to print them under.
    lang
        ``"da"`` or ``"en"``.
    width
        No line is longer; at least 40.

    Returns
    -------
    str
        Lines ending in line feeds, without colour or control characters.

    Raises
    ------
    DataError
        When the width is too small, or a table contradicts itself.
    """
    if width < layout.NARROWEST:
        raise DataError(f"headline: width is {width}, expected at least {layout.NARROWEST} columns")
    rows = Projections(data)
    parts = [
        _opening(data, rows, lang, width),
        _rates(data, rows, lang, width),
        _totals(data, rows, lang, width),
        _why(data, lang, width),
        _findings(data, lang, width),
        _shifts(data, lang, width),
        _diagnostics(data, lang, width),
        _closing(data, lang, width),
    ]
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _opening(data: HeadlineData, rows: Projections, lang: Lang, width: int) -> list[str]:
    title = phrase("title", lang, area=plain(data.area), year=max(data.years))
    sentence = lead(data, rows, lang)
    lines = layout.heading(title, width, "=")
    return [*lines, *layout.paragraph(sentence.text, width)] if sentence else lines


def _rates(data: HeadlineData, rows: Projections, lang: Lang, width: int) -> list[str]:
    found = rate_rows(data, rows, lang)
    title = phrase("rate.title", lang, period=period_text(data.period, data, lang))
    head = [phrase("scenario", lang), *(plain(area) for area in data.areas)]
    lines = [
        *layout.heading(title, width),
        *layout.paragraph(phrase("rate.caption", lang), width),
        *layout.table(head, _cells(found), width),
    ]
    if any(cell.pinned for row in found for cell in row.cells):
        lines.extend(layout.paragraph(phrase("pinned.note", lang), width))
    return lines


def _totals(data: HeadlineData, rows: Projections, lang: Lang, width: int) -> list[str]:
    head = [phrase("scenario", lang), *(str(year) for year in data.years)]
    caption = phrase("total.caption", lang, year=data.years[0])
    return [
        *layout.heading(total_title(data, lang), width),
        *layout.paragraph(caption, width),
        *layout.table(head, _cells(total_rows(data, rows, lang)), width),
    ]


def _cells(rows: list[RateRow]) -> list[layout.TableRow]:
    return [
        (row.label, [[text for text in (cell.text, cell.below) if text] for cell in row.cells])
        for row in rows
    ]


def _why(data: HeadlineData, lang: Lang, width: int) -> list[str]:
    found = explanation(data, lang)
    if found is None:
        return []
    caption = phrase(
        "why.caption",
        lang,
        area=plain(data.area),
        period=period_text(data.period, data, lang),
        scenario=plain(data.scenario_titles[data.main_scenario].title(lang)),
    )
    lines = [
        *layout.heading(phrase("why.title", lang, value=found.heading), width),
        *layout.paragraph(caption, width),
    ]
    size = max(len(factor.printed) for factor in found.factors)
    for place, factor in enumerate(found.factors):
        sign = "=" if factor.is_result else "x" if place else " "
        first = f"{sign} {factor.printed.rjust(size)}  "
        lines.extend(layout.paragraph(factor.label, width, first=first, rest=" " * len(first)))
    return lines


def _findings(data: HeadlineData, lang: Lang, width: int) -> list[str]:
    found = findings(data, lang)
    if not found:
        return []
    lines = layout.heading(phrase("findings.title", lang), width)
    for item in found:
        lines.extend(layout.bullet(f"{_finding(item, lang)} {item.verdict}", width))
    return lines


def _finding(item: Finding, lang: Lang) -> str:
    return phrase(
        "findings.line",
        lang,
        quantity=item.quantity,
        published=item.published.text,
        quantile=item.quantile.text,
        median=item.median.text,
        interval=item.interval,
        width=item.width.text,
    )


def _shifts(data: HeadlineData, lang: Lang, width: int) -> list[str]:
    found = shifts(data, lang)
    if not found:
        return []
    lines = layout.heading(phrase("prior.title", lang), width)
    for item in found:
        lines.extend(layout.bullet(_shift(item, lang), width))
    return lines


def _shift(item: Shift, lang: Lang) -> str:
    return phrase(
        "prior.line",
        lang,
        quantity=item.quantity,
        prior=item.prior.text,
        prior_interval=item.prior_interval,
        posterior=item.posterior.text,
        posterior_interval=item.posterior_interval,
        shift=item.shift.text,
        ratio=item.ratio.text,
    )


def _diagnostics(data: HeadlineData, lang: Lang, width: int) -> list[str]:
    found = diagnosis(data, lang)
    lines = [
        *layout.heading(phrase("diagnostics.title", lang), width),
        *layout.paragraph(found.sentence, width),
    ]
    for check in found.checks:
        if check.failed:
            text = phrase(
                "diagnostics.item",
                lang,
                what=check.name,
                value=check.value.text,
                threshold=check.threshold.text,
            )
            lines.extend(layout.bullet(text, width))
    return lines


def _closing(data: HeadlineData, lang: Lang, width: int) -> list[str]:
    names = ("projections", "published", "decomposition", "findings", "prior_shift", "diagnostics")
    used = [getattr(data.files, item.name) for item in fields(data.files) if item.name in names]
    files = words.listing(list(dict.fromkeys(used)), lang=lang)
    lines = layout.paragraph(phrase("terminal.sources", lang, files=files), width)
    if data.report_path:
        label = phrase("terminal.report", lang)
        lines.extend(layout.path_lines(label, plain(data.report_path), width))
    return lines
