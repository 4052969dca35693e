"""Checks of the Målgruppeoversigt and the tables on the same groups.

Figur 1 and 2, langtidsledige, fuldtidsaktiverede and the Aktivitetsoversigt. Labels are those that
the documents print; the order of the checks is that of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from forecast.keyfigures.book import TOTAL, Book, Check, Printed, Sheet
from forecast.keyfigures.intervals import Interval, change_per_cent, per_cent, total

YEARS = ("2017", "2018", "2019")
CHANGES = (("2017", "2018"), ("2018", "2019"))

FTP = "Fuldtidspersoner"
SHARE = "Landsandel"
CHANGE = "Udvikling"

_OVERVIEW = "Målgruppeoversigt"
_LONG_TERM = "Langtidsledige"
_ACTIVATED = "Fuldtidsaktiverede"
_ACTIVITY = "Aktivitetsoversigt"
_BOTH_ACTIVITY = "Aktivitetsoversigt / Fuldtidsaktiverede"
UPPER_LONG_TERM = ("oevrige_opgoerelser", "Nøgletal: Øvrige opgørelser, Langtidsledige")
_COUNTS = ("oevrige_opgoerelser", "Nøgletal: Øvrige opgørelser, Antal fuldtidsaktiverede")
_SHARES = ("oevrige_opgoerelser", "Nøgletal: Øvrige opgørelser, Andel fuldtidsaktiverede")

_OFFER_KINDS = ("Løntilskud", "Virksomhedspraktik")
_ALL_OFFERS = "Virksomhedsrettet tilbud i alt"
_YOUNG = ("Uddannelseshjælp", "Uddannelseshjælp (aktivitetsparate)")
_NOT_TARGETED = ("Førtidspension", "Fleksjobberettiget / Fleksjob")

# Rows of the table of fuldtidsaktiverede whose persons stand under another label.
_ACTIVATED_IN_OVERVIEW = {
    "Dagpengemodtagere": ("Forsikrede ledige og midlertidige ordninger / Dagpengemodtagere",),
    "Uddannelseshjælp": _YOUNG,
    "Ledighedsydelse": ("Fleksjobberettiget / Ledighedsydelse",),
}

# Rows of the Aktivitetsoversigt whose FTP stand under another label; the fleksjobberettigede are
# counted without the persons in fleksjob, who have no row there.
_ACTIVITY_IN_OVERVIEW = {
    "Forsikrede ledige": "Forsikrede ledige og midlertidige ordninger",
    "Fleksjobberettiget": "Fleksjobberettiget / Ledighedsydelse",
}

_IN_BOTH = {
    "Forsikrede ledige": "Dagpengemodtagere",
    "Kontanthjælp": "Kontanthjælp",
    "Integrationsydelse": "Integrationsydelse",
    "Sygedagpenge": "Sygedagpenge",
    "Ressourceforløb": "Ressourceforløb",
    "Jobafklaringsforløb": "Jobafklaringsforløb",
    TOTAL: _ALL_OFFERS,
    "Fleksjobberettiget / Ledighedsydelse": "Ledighedsydelse",
}

_ACTIVE = "Aktiverede i alt"
_PASSIVE = "Passive"


def group_checks(book: Book) -> Iterator[Check]:
    """All checks of this module, in the order of the tables."""
    overview = book.sheet("maalgruppeoversigt")
    yield from _overview_changes(overview)
    yield from _overview_sums(overview)
    yield from _implied_totals(overview)
    yield from _share_changes(overview, book.sheet("broedtekst_kvartalsrapport"))
    yield from _long_term(book.sheet(*UPPER_LONG_TERM))
    counts = book.sheet(*_COUNTS)
    yield from _activated(counts, book.sheet(*_SHARES), overview)
    yield from _activity(book.sheet("aktivitetsoversigt"), overview, counts)


def without_pension_and_fleksjob(overview: Sheet, year: str) -> Interval:
    """FTP of all groups less førtidspension and fleksjob."""
    left = overview.about(FTP, TOTAL, year)
    for group in _NOT_TARGETED:
        left = left - overview.about(FTP, group, year)
    return left


def _overview_changes(overview: Sheet) -> Iterator[Check]:
    for group in overview.groups:
        for before, after in CHANGES:
            earlier = overview.about(FTP, group, before)
            if earlier.value == 0:  # a change from nothing is printed 0,0% and means nothing
                continue
            yield Check(
                "MG-ud",
                _OVERVIEW,
                f"{group} {before}-{after}",
                overview.printed(CHANGE, group, f"{before}/{after}"),
                change_per_cent(earlier, overview.about(FTP, group, after)),
            )


def _overview_sums(overview: Sheet) -> Iterator[Check]:
    parents = [group for group in overview.main_groups if overview.parts(group)]
    for year in YEARS:
        for group in [*parents, TOTAL]:
            parts = overview.main_groups if group == TOTAL else overview.parts(group)
            words = "groups" if group == TOTAL else "parts"
            yield Check(
                "MG-sum",
                _OVERVIEW,
                f"{group} {year} = sum of {words}",
                overview.printed(FTP, group, year),
                total(overview.about(FTP, part, year) for part in parts),
            )


def _implied_totals(overview: Sheet) -> Iterator[Check]:
    """Compare FTP / landsandel, the country's number, summed over groups with that of I alt."""

    def national(group: str, year: str) -> Interval:
        return overview.about(FTP, group, year).times(100) / overview.about(SHARE, group, year)

    for year in YEARS:
        whole = national(TOTAL, year)
        text = f"{float(whole.value):.0f} [{float(whole.low):.0f};{float(whole.high):.0f}]"
        yield Check(
            "MG-land",
            _OVERVIEW,
            f"implied national total {year}: sum of groups against I alt/landsandel",
            Printed(text, whole),
            total(national(group, year) for group in overview.main_groups),
            overlap=True,
        )


def _share_changes(overview: Sheet, text: Sheet) -> Iterator[Check]:
    quoted = (
        ("jobparate kontanthjælp", "Kontanthjælp / Jobparate", "Fald i landsandel"),
        ("ressourceforløb", "Ressourceforløb", "Udvikling i landsandel"),
    )
    for words, group, measure in quoted:
        yield Check(
            "FIG2",
            "Figur 2",
            f"change of landsandel {words} 2018-19",
            text.printed(measure, group, "2018/2019"),
            change_per_cent(
                overview.about(SHARE, group, "2018"), overview.about(SHARE, group, "2019")
            ),
        )


def _long_term(sheet: Sheet) -> Iterator[Check]:
    whole, *parts = sheet.groups
    for group in sheet.groups:
        for before, after in CHANGES:
            yield Check(
                "LT-ud",
                _LONG_TERM,
                f"{group} {before}-{after}",
                sheet.printed(CHANGE, group, f"{before}/{after}"),
                change_per_cent(
                    sheet.about(_LONG_TERM, group, before), sheet.about(_LONG_TERM, group, after)
                ),
            )
    for year in YEARS:
        yield Check(
            "LT-sum",
            _LONG_TERM,
            f"i alt {year}",
            sheet.printed(_LONG_TERM, whole, year),
            total(sheet.about(_LONG_TERM, part, year) for part in parts),
        )


def _activated(counts: Sheet, shares: Sheet, overview: Sheet) -> Iterator[Check]:
    number, share = "Antal løntilskud og virksomhedspraktik", "Andel i pct. af alle FTP"

    def offers(group: str, year: str) -> Interval:
        return total(counts.about(kind, group, year) for kind in _OFFER_KINDS)

    def check(family: str, what: str, printed: Printed, recomputed: Interval) -> Check:
        return Check(family, _ACTIVATED, what, printed, recomputed)

    for group in counts.groups:
        for year in ("2018", "2019"):
            yield check(
                "VR-sum",
                f"{group} {year} løntilskud+praktik",
                shares.printed(number, group, year),
                offers(group, year),
            )
            yield check(
                "VR-andel",
                f"{group} {year} share of FTP",
                shares.printed(share, group, year),
                per_cent(shares.about(number, group, year), _persons(overview, group, year)),
            )
        yield check(
            "VR-ud",
            f"{group} 2018-19",
            counts.printed("Udvikling (løntilskud+virksomhedspraktik)", group, "2018/2019"),
            change_per_cent(offers(group, "2018"), offers(group, "2019")),
        )
        yield check(
            "VR-pp",
            f"{group} percentage points",
            shares.printed(CHANGE, group, "2018/2019"),
            shares.about(share, group, "2019") - shares.about(share, group, "2018"),
        )
    for kind in _OFFER_KINDS:
        for year in ("2018", "2019"):
            parts = [group for group in counts.groups if group != _ALL_OFFERS]
            yield check(
                "VR-total",
                f"{kind} {year} sum of groups",
                counts.printed(kind, _ALL_OFFERS, year),
                total(counts.about(kind, group, year) for group in parts),
            )


def _persons(overview: Sheet, group: str, year: str) -> Interval:
    if group == _ALL_OFFERS:
        return without_pension_and_fleksjob(overview, year)
    labels = _ACTIVATED_IN_OVERVIEW.get(group, (group,))
    return total(overview.about(FTP, label, year) for label in labels)


def _activity(activity: Sheet, overview: Sheet, counts: Sheet) -> Iterator[Check]:
    measures = activity.measures()
    offers = [measure for measure in measures if measure not in (_ACTIVE, _PASSIVE)]

    def about(measure: str, group: str) -> Interval:
        return activity.about(measure, group, "2019")

    def check(family: str, what: str, printed: Printed, recomputed: Interval) -> Check:
        return Check(family, _ACTIVITY, what, printed, recomputed)

    for group in activity.groups:
        yield check(
            "AK-række",
            f"{group}: aktiverede = sum of offers",
            activity.printed(_ACTIVE, group, "2019"),
            total(about(offer, group) for offer in offers),
        )
    for group in activity.groups[:-1]:
        label = _ACTIVITY_IN_OVERVIEW.get(group, group)
        yield check(
            "AK-ftp",
            f"{group}: aktiverede + passive = FTP 2019 ({label})",
            overview.printed(FTP, label, "2019"),
            about(_ACTIVE, group) + about(_PASSIVE, group),
        )
    for measure in measures:
        yield check(
            "AK-kol",
            f"{TOTAL} {measure} = sum of groups",
            activity.printed(measure, TOTAL, "2019"),
            total(about(measure, group) for group in activity.main_groups),
        )
    for group in activity.main_groups:
        for measure in measures if activity.parts(group) else ():
            yield check(
                "AK-del",
                f"{group}: {measure} = sum of parts",
                activity.printed(measure, group, "2019"),
                total(about(measure, part) for part in activity.parts(group)),
            )
    yield from _in_both(activity, counts)


def _in_both(activity: Sheet, counts: Sheet) -> Iterator[Check]:
    """Løntilskud and praktik of 2019, printed in two tables."""
    for kind in _OFFER_KINDS:
        for group, label in _IN_BOTH.items():
            yield Check(
                "AK-VR",
                _BOTH_ACTIVITY,
                f"{kind} {group} 2019 in both tables",
                counts.printed(kind, label, "2019"),
                activity.about(kind, group, "2019"),
                equal=True,
            )
        yield Check(
            "AK-VR",
            _BOTH_ACTIVITY,
            f"{kind} uddannelseshjælp (both groups) 2019",
            counts.printed(kind, _YOUNG[0], "2019"),
            total(activity.about(kind, group, "2019") for group in _YOUNG),
        )
