"""Every sentence the report can print, in Danish and in English, and nowhere else.

A phrase has the same ``{placeholders}`` in both languages; values arrive already formatted by
:mod:`forecast.report.words`, so that a phrase holds no number of its own.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from forecast.errors import ConfigError, nearest
from forecast.report.catalogue_benchmark import BENCHMARK_PHRASES
from forecast.report.catalogue_budget import BUDGET_PHRASES
from forecast.report.catalogue_scenarios import SCENARIO_PHRASES

Lang = Literal["da", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("da", "en")


class Phrase(NamedTuple):
    """One phrase in both languages."""

    da: str
    en: str


PHRASES: Final[dict[str, Phrase]] = {
    # numbers, intervals, dates
    "percent": Phrase("{number} pct.", "{number} per cent"),
    "points": Phrase("{number} procentpoint", "{number} percentage points"),
    "range": Phrase("{low}-{high}", "{low}-{high}"),
    "few": Phrase(
        "<10: færre end ti personer vises ikke.", "<10: fewer than ten persons are not shown."
    ),
    "quarter": Phrase("{number}. kvartal {year}", "quarter {number} of {year}"),
    "ultimo": Phrase("ultimo {year}", "end of {year}"),
    "fall": Phrase("et fald på {number}", "a fall of {number}"),
    "rise": Phrase("en stigning på {number}", "a rise of {number}"),
    "unchanged": Phrase("uændret", "unchanged"),
    # measures and units
    "measure.fuldtidspersoner": Phrase("fuldtidspersoner", "full-time persons"),
    "measure.landsandel": Phrase("landsandel", "share of the national total"),
    "measure.ledighedsprocent": Phrase(
        "ledighedsprocent, sæsonkorrigeret", "unemployment rate, seasonally adjusted"
    ),
    "measure.ledighedsprocent_faktisk": Phrase(
        "ledighedsprocent, faktisk", "unemployment rate, actual"
    ),
    "measure.andel_af_befolkning": Phrase("andel af befolkningen", "share of the population"),
    "measure.andel_af_arbejdsstyrke": Phrase(
        "andel af arbejdsstyrken", "share of the labour force"
    ),
    "measure.aendring": Phrase("ændring", "change"),
    "measure.arbejdsstyrke": Phrase("arbejdsstyrke", "labour force"),
    "measure.befolkning": Phrase("befolkning 16-66 år", "population aged 16-66"),
    # the headline
    "title": Phrase(
        "{area}: ledighed og fuldtidspersoner til og med {year}",
        "{area}: unemployment and full-time persons to {year}",
    ),
    "lead": Phrase(
        "Ledigheden i {area} {period}: {median} (80 pct.-interval {interval})"
        " i scenariet {scenario}.",
        "Unemployment in {area}, {period}: {median} (80 per cent interval {interval})"
        " under {scenario}.",
    ),
    "rate.title": Phrase(
        "Ledighedsprocent {period}, sæsonkorrigeret",
        "Unemployment rate in per cent, {period}, seasonally adjusted",
    ),
    "rate.caption": Phrase(
        "Median og 80 pct.-interval, pct. af arbejdsstyrken",
        "Median and 80 per cent interval, per cent of the labour force",
    ),
    "rate.published": Phrase("Offentliggjort: {source}", "Published: {source}"),
    "total.title": Phrase(
        "{group}, fuldtidspersoner i {area}", "{group}, full-time persons, {area}"
    ),
    "total.caption": Phrase(
        "Årsgennemsnit: {year} er offentliggjort, derefter median og 80 pct.-interval",
        "Year averages: {year} is published, then median and 80 per cent interval",
    ),
    "pinned": Phrase("fastsat", "pinned"),
    "pinned.note": Phrase(
        "fastsat: værdien er en forudsætning i scenariet",
        "pinned: the value is an assumption of the scenario",
    ),
    "scenario": Phrase("Scenarie", "Scenario"),
    "area": Phrase("Område", "Area"),
    "level.row": Phrase("{period}, niveau", "{period}, level"),
    # why this rate
    "why.title": Phrase("Hvorfor {value}?", "Why {value}?"),
    "why.caption": Phrase(
        "{area} {period}, {scenario}: leddene ganget sammen",
        "{area}, {period}, {scenario}: the factors multiplied together",
    ),
    "why.factor": Phrase("Led", "Factor"),
    "why.value": Phrase("Værdi", "Value"),
    "factor.national": Phrase("landets ledighedsprocent", "the national unemployment rate"),
    "factor.base_share": Phrase(
        "grundandel: niveauet i forhold til landet", "base share: the level beside the country"
    ),
    "factor.elasticity": Phrase(
        "elasticitet: følger landets udsving", "elasticity: follows the national swing"
    ),
    "factor.drift": Phrase("drift: andelens udvikling", "drift of the share"),
    "factor.level": Phrase(
        "niveau: forskydning siden de seneste tal", "level: shift since the last figures"
    ),
    "factor.season": Phrase("sæson", "season"),
    "factor.labour_force": Phrase("arbejdsstyrkens udvikling", "growth of the labour force"),
    "factor.population": Phrase("befolkningens udvikling", "growth of the population"),
    "factor.residual": Phrase("øvrigt", "remainder"),
    "factor.result": Phrase("resultat", "result"),
    # published figures that were held back
    "findings.title": Phrase(
        "Prøve mod tal, som modellen ikke har set", "Tested on figures the model has not seen"
    ),
    "findings.line": Phrase(
        "{quantity}: offentliggjort {published}, ved fraktil {quantile};"
        " median {median}, 80 pct.-interval {interval} (bredde {width}).",
        "{quantity}: published {published}, at quantile {quantile};"
        " median {median}, 80 per cent interval {interval} (width {width}).",
    ),
    "findings.outside": Phrase(
        "Tallet ligger uden for intervallet.", "The figure lies outside the interval."
    ),
    "findings.inside": Phrase(
        "Tallet ligger inden for intervallet.", "The figure lies inside the interval."
    ),
    "findings.published": Phrase("Offentliggjort", "Published"),
    "findings.quantile": Phrase("Fraktil", "Quantile"),
    "findings.width": Phrase("Bredde", "Width"),
    "quantity": Phrase("Størrelse", "Quantity"),
    "median": Phrase("Median", "Median"),
    "interval": Phrase("80 pct.-interval", "80 per cent interval"),
    "note": Phrase("Bemærkning", "Note"),
    # how much the data said
    "prior.title": Phrase(
        "Hvor langt tallene flyttede modellen", "How far the data moved the model"
    ),
    "prior.line": Phrase(
        "{quantity}: fra {prior} ({prior_interval}) til {posterior} ({posterior_interval});"
        " flyttet {shift} standardafvigelser, spredningen er {ratio} af udgangspunktets.",
        "{quantity}: from {prior} ({prior_interval}) to {posterior} ({posterior_interval});"
        " moved {shift} standard deviations, the spread is {ratio} of the prior's.",
    ),
    "prior.caption": Phrase(
        "Fra forudsætninger (prior) til resultat (posterior), median og 80 pct.-interval",
        "From the assumptions (prior) to the result (posterior), median and 80 per cent interval",
    ),
    "prior.before": Phrase("Før data (prior)", "Before the data (prior)"),
    "prior.after": Phrase("Efter data (posterior)", "After the data (posterior)"),
    "prior.shift": Phrase("Flyttet, prior-standardafvigelser", "Moved, prior standard deviations"),
    "prior.ratio": Phrase("Spredning, efter/før", "Spread, after/before"),
    # diagnostics
    "diagnostics.title": Phrase("Kontrol af beregningen", "Checks of the computation"),
    "diagnostics.all": Phrase("Alle {total} kontroller er bestået.", "All {total} checks passed."),
    "diagnostics.some": Phrase(
        "{passed} af {total} kontroller er bestået. Læs tallene med forbehold:",
        "{passed} of {total} checks passed. Read the figures with care:",
    ),
    "diagnostics.none": Phrase(
        "Der er ingen kontroller af denne kørsel.", "This run has no checks."
    ),
    "diagnostics.check": Phrase("Kontrol", "Check"),
    "diagnostics.value": Phrase("Værdi", "Value"),
    "diagnostics.threshold": Phrase("Grænse", "Threshold"),
    "diagnostics.verdict": Phrase("Dom", "Verdict"),
    "diagnostics.item": Phrase(
        "{what}: {value} (grænse {threshold})",
        "{what}: {value} (threshold {threshold})",
    ),
    "verdict.pass": Phrase("bestået", "passed"),
    "verdict.fail": Phrase("ikke bestået", "failed"),
    "verdict.warn": Phrase("advarsel", "warning"),
    "verdict.info": Phrase("oplysning", "information"),
    # the overview
    "overview.title": Phrase("Målgruppeoversigt", "Overview of target groups"),
    "overview.published": Phrase(
        "{area} {first}-{last}: fuldtidspersoner (årsgennemsnit), landsandel og udvikling,"
        " som trykt",
        "{area} {first}-{last}: full-time persons (year average), share of the national total"
        " and change, as printed in Danish notation (1.085 is a thousand, 0,99 a decimal)",
    ),
    "overview.projected": Phrase(
        "{area} {first}-{last}: fuldtidspersoner (årsgennemsnit), median og 80 pct.-interval",
        "{area} {first}-{last}: full-time persons (year average), median and 80 per cent interval",
    ),
    "overview.group": Phrase("Målgruppe", "Target group"),
    "overview.count": Phrase("Fuldtids\u00adpersoner", "Full-time persons"),
    "overview.share": Phrase("Lands\u00adandel", "Share of country"),
    "overview.change": Phrase("Udvikling siden {year}", "Change since {year}"),
    "overview.published_head": Phrase("Offentliggjort", "Published"),
    "overview.misprints": Phrase(
        "Tal, der er trykt med fejl eller tvivl", "Figures printed with an error or in doubt"
    ),
    "overview.misprint": Phrase(
        "{group}, {measure} {period}, trykt {printed}:",
        "{group}, {measure} {period}, printed {printed}:",
    ),
    "overview.totals": Phrase(
        "Summer er lagt sammen fremtid for fremtid, derefter er medianen taget:"
        " medianerne i en kolonne skal derfor ikke lægges sammen.",
        "Sums are taken future by future before the median:"
        " the medians of a column are therefore not to be added.",
    ),
    # what rests on the assumptions alone
    "basis.title": Phrase(
        "Hvad der alene hviler på forudsætninger", "What rests on assumptions alone"
    ),
    "basis.mark": Phrase(
        "hviler alene på modellens forudsætninger; der er ingen tal for rækken",
        "rests on the model's assumptions alone; there are no data for the row",
    ),
    "basis.some": Phrase(
        "Disse fremskrivninger er modellens forudsætninger (prior), fordi de offentliggjorte tal"
        " intet siger om dem:",
        "These projections are the model's assumptions (prior), because the published figures"
        " say nothing about them:",
    ),
    "basis.none": Phrase(
        "Ingen fremskrivning hviler alene på forudsætninger.",
        "No projection rests on assumptions alone.",
    ),
    "basis.line": Phrase("{area}: {groups}", "{area}: {groups}"),
    # charts
    "chart.heading": Phrase("Ledigheden {first}-{last}", "Unemployment {first}-{last}"),
    "chart.axis": Phrase(
        "pct. af arbejdsstyrken, sæsonkorrigeret",
        "per cent of the labour force, seasonally adjusted",
    ),
    "chart.alt": Phrase(
        "Viftediagram for {area}, {scenario}: {period} er medianen {median},"
        " 80 pct.-intervallet {interval}.",
        "Fan chart for {area}, {scenario}: {period} the median is {median},"
        " the 80 per cent interval {interval}.",
    ),
    "chart.alt_pinned": Phrase(
        "Viftediagram for {area}, {scenario}: {period} er værdien fastsat til {median}",
        "Fan chart for {area}, {scenario}: {period} the value is pinned at {median}",
    ),
    "chart.band": Phrase("{level} pct. af fremtiderne", "{level} per cent of the futures"),
    "chart.median": Phrase("median", "median"),
    "chart.history": Phrase("årsgennemsnit hidtil", "year averages so far"),
    "chart.pin": Phrase("fastsat i scenariet", "pinned by the scenario"),
    "chart.published": Phrase("offentliggjort tal", "published figure"),
    "chart.subtitle": Phrase(
        "Linje: median. Bånd: {levels} pct. af fremtiderne. Sort streg: årsgennemsnit hidtil."
        " Rude: fastsat i scenariet. Ring: offentliggjort tal.",
        "Line: median. Bands: {levels} per cent of the futures. Black bar: year averages so far."
        " Diamond: pinned by the scenario. Ring: published figure.",
    ),
    "chart.legend": Phrase("Tegnforklaring", "Legend"),
    # the page
    "page.contents": Phrase("Indhold", "Contents"),
    "page.sources": Phrase("Kilder", "Sources"),
    "page.run": Phrase("Kørslen", "The run"),
    "page.scroll": Phrase("Tabellen kan rulles vandret", "The table scrolls sideways"),
    "page.origin": Phrase(
        "Tal fra {file}, rækker med {filter}", "Figures from {file}, rows with {filter}"
    ),
    "page.origin_all": Phrase("Tal fra {file}", "Figures from {file}"),
    "page.trace": Phrase(
        "Hvert tal på siden bærer i attributten data-row navnet på filen og rækken,"
        " det er taget fra.",
        "Each number on this page names the file and the row it is taken from in its"
        " data-row attribute.",
    ),
    "page.interval": Phrase(
        "Intervallet rummer 80 pct. af modellens simulerede fremtider: hver tiende ligger under,"
        " hver tiende over.",
        "The interval holds 80 per cent of the simulated futures: one in ten lies below,"
        " one in ten above.",
    ),
    "terminal.sources": Phrase("Tallene er rækker i {files}.", "The figures are rows of {files}."),
    "terminal.report": Phrase("Rapport:", "Report:"),
    # backtests
    "league.title": Phrase("Prøve på fortiden: {file}", "Test on the past: {file}"),
    "league.about": Phrase(
        "{areas} områder, {groups}; {origins} udgangspunkter, {first} til {last}; op til "
        "{horizon} måneder frem, {given}.",
        "{areas} areas, {groups}; {origins} origins, {first} to {last}; up to {horizon} months "
        "ahead, {given}.",
    ),
    "league.given.national": Phrase(
        "givet landets tal, som de blev", "given the nation's figures as they came out"
    ),
    "league.given.free": Phrase("uden at kende landets tal", "without the nation's figures"),
    "league.given.file": Phrase("givet fremskrivningen i {file}", "given the forecast in {file}"),
    "league.model": Phrase("Metode", "Method"),
    "league.crps": Phrase("CRPS", "CRPS"),
    "league.ratio": Phrase("Forhold", "Ratio"),
    "league.inside80": Phrase("80", "80"),
    "league.inside95": Phrase("95", "95"),
    "league.sums": Phrase("Summer", "Sums"),
    "league.mishaps": Phrase("Fejl", "Mishaps"),
    "league.read": Phrase(
        "CRPS: fejl i pct. af de faktiske tal, lavest er bedst. Forhold: til {reference}, med "
        "90 pct.-interval. 80 og 95: pct. af tallene inden for disse intervaller. Summer: CRPS af "
        "summer af områder, og pct. inden for 80 pct.-intervallet. Fejl: serier uden "
        "fremskrivning / trækninger, der løb løbsk.",
        "CRPS: error in per cent of the actual figures, lowest is best. Ratio: to {reference}, "
        "with a 90 per cent interval. 80 and 95: per cent of the figures inside these "
        "intervals. Sums: CRPS of sums of areas, and per cent inside the 80 per cent interval. "
        "Mishaps: series without a projection / draws that exploded.",
    ),
    "league.failed": Phrase(
        "{model} kunne ikke regnes fra {origin}: {error}", "{model} failed at {origin}: {error}"
    ),
    "league.files": Phrase("Tabeller og figurer:", "Tables and pictures:"),
    "league.pit": Phrase("plads blandt trækningerne", "place among the draws"),
    "league.density": Phrase("hyppighed", "frequency"),
    "league.pit.about": Phrase(
        "Hvor de faktiske tal faldt blandt trækningerne; jævnt, hvis intervallerne holder.",
        "Where the actual figures fell among the draws; level if intervals mean what they say.",
    ),
    "league.said": Phrase("intervallets pct.", "what the interval says"),
    "league.inside": Phrase("faktisk inden for", "actually inside"),
    "league.coverage.about": Phrase(
        "Andel af de faktiske tal inden for intervaller af hver størrelse; på den stiplede linje, "
        "hvis intervallerne holder.",
        "Share of the actual figures inside intervals of each size; on the dashed line if "
        "intervals mean what they say.",
    ),
    **{
        key: Phrase(*both)
        for part in (SCENARIO_PHRASES, BENCHMARK_PHRASES, BUDGET_PHRASES)
        for key, both in part.items()
    },
}


def phrase(key: str, lang: Lang, /, **values: object) -> str:
    """One phrase of the catalogue, filled in.

    Parameters
    ----------
    key
        A key of :data:`PHRASES`.
    lang
        ``"da"`` or ``"en"``.
    values
        One text for each placeholder of the phrase.

    Raises
    ------
    ConfigError
        When the language or the phrase is not known, or a placeholder has no value.
    """
    if lang not in LANGUAGES:
        raise ConfigError(f"language {lang!r} is not known: expected 'da' or 'en'")
    if key not in PHRASES:
        raise ConfigError(f"phrase {key!r} is not in the catalogue{nearest(key, PHRASES)}")
    try:
        return getattr(PHRASES[key], lang).format_map(values)
    except KeyError as error:
        raise ConfigError(f"phrase {key!r} needs a value for {error.args[0]!r}") from error


def label_or_name(prefix: str, name: str, lang: Lang) -> str:
    """Return the label of ``prefix.name``, or the name itself in plain words where there is none.

    Tables may bring a factor, measure or verdict that the catalogue has no words for: it is shown
    under its own name rather than left out.
    """
    key = f"{prefix}.{name}"
    return phrase(key, lang) if key in PHRASES else name.replace("_", " ")
