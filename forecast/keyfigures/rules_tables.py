"""Checks of Tabel 1-11 of the Kvartalsrapportering and of Økonomisk status.

Labels are those that the documents print; the order of the checks is that of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from forecast.keyfigures.book import TOTAL, Book, Check, Sheet
from forecast.keyfigures.intervals import Interval, change_per_cent, per_cent, total
from forecast.keyfigures.rules_groups import (
    CHANGE,
    CHANGES,
    FTP,
    SHARE,
    UPPER_LONG_TERM,
    YEARS,
    without_pension_and_fleksjob,
)

_AREAS = ("Hele landet", "Østdanmark", "Gentofte")
_LAST_CHANGE = "2018/2019"


def table_checks(book: Book) -> Iterator[Check]:
    """All checks of this module, in the order of the tables."""
    text = book.sheet("broedtekst_kvartalsrapport")
    yield from _benefit_cap(book.sheet("tabel_01_kontanthjaelpsloft", exact_counts=True))
    long_term = book.sheet("tabel_02_langtidsledige_dagpenge")
    yield from _long_term_dagpenge(long_term)
    yield from _long_term_shares(book.sheet(*UPPER_LONG_TERM), long_term)
    yield from _paid_hours(book.sheet("tabel_04_ordinaere_loentimer", exact_counts=True))
    yield from _refugees(book)
    yield from _firms(book.sheet("tabel_06_virksomheder", exact_counts=True))
    yield from _young(book.sheet("tabel_07_unge_uddannelseshjaelp"), text)
    yield from _passive(book.sheet("tabel_08_passivandel"))
    yield from _ledighedsydelse(book)
    yield from _caseload(book.sheet("tabel_10_sagsantal"), text)
    yield from _unit_cost(
        book.sheet("tabel_11_enhedsomkostninger"), book.sheet("maalgruppeoversigt")
    )
    yield from _accounts(book)


def _benefit_cap(sheet: Sheet) -> Iterator[Check]:
    whole, reduced, share, amount, mean = sheet.measures()
    (group,) = sheet.groups
    months = ("2017M01", "2020M02")

    def about(measure: str, month: str) -> Interval:
        return sheet.about(measure, group, month)

    def shares(month: str) -> Interval:
        return per_cent(about(reduced, month), about(whole, month))

    def means(month: str) -> Interval:
        return about(amount, month) / about(reduced, month)

    recomputed = {
        whole: lambda month: about(whole, month),
        reduced: lambda month: about(reduced, month),
        share: shares,
        amount: lambda month: about(amount, month),
        mean: means,
    }
    for month in months:
        for measure in (share, mean):
            printed = sheet.printed(measure, group, month)
            yield Check("T1", "Tabel 1", f"{measure} {month}", printed, recomputed[measure](month))
    for measure, of_month in recomputed.items():
        yield Check(
            "T1-ud",
            "Tabel 1",
            f"{measure} udvikling",
            sheet.printed(measure, group, "/".join(months)),
            change_per_cent(of_month(months[0]), of_month(months[1])),
        )


def _long_term_dagpenge(sheet: Sheet) -> Iterator[Check]:
    (group,) = sheet.groups
    number = sheet.measures()[0]

    def about(area: str, year: str) -> Interval:
        return sheet.about(number, group, year, area=area)

    for area in _AREAS:
        for before, after in CHANGES:
            yield Check(
                "T2",
                "Tabel 2",
                f"{area} {before}-{after}",
                sheet.printed(CHANGE, group, f"{before}/{after}", area=area),
                change_per_cent(about(area, before), about(area, after)),
            )
    country, *_, municipality = _AREAS
    for year in YEARS:
        yield Check(
            "T2",
            "Tabel 2",
            f"landsandel {year}",
            sheet.printed(SHARE, group, year),
            per_cent(about(municipality, year), about(country, year)),
        )


def _long_term_shares(sheet: Sheet, dagpenge: Sheet) -> Iterator[Check]:
    """Shares of the bilag; the country's other long-term unemployed are total less dagpenge."""
    whole, insured, others = sheet.groups
    number = sheet.measures()[0]
    country, *_ = _AREAS
    (label,) = dagpenge.groups

    def nation(year: str) -> Interval:
        return dagpenge.about(dagpenge.measures()[0], label, year, area=country)

    def share_of_others(year: str) -> Interval:
        everyone = sheet.about(number, whole, year).times(100) / sheet.about(SHARE, whole, year)
        return per_cent(sheet.about(number, others, year), everyone - nation(year))

    yield Check(
        "LT-andel",
        "Langtidsledige",
        "bilag: dagpenge landsandel 2019",
        sheet.printed(SHARE, insured, "2019"),
        per_cent(sheet.about(number, insured, "2019"), nation("2019")),
    )
    for year in ("2019", "2017", "2018"):
        yield Check(
            "LT-andel",
            "Langtidsledige",
            f"bilag: kontanthjælp/integrationsydelse landsandel {year}",
            sheet.printed(SHARE, others, year),
            share_of_others(year),
        )


def _paid_hours(sheet: Sheet) -> Iterator[Check]:
    number, (group,) = sheet.measures()[0], sheet.groups
    before, after = "2018M01-M11", "2019M01-M11"
    yield Check(
        "T4",
        "Tabel 4",
        "udvikling år til dato",
        sheet.printed(CHANGE, group, f"{before}/{after}"),
        change_per_cent(sheet.about(number, group, before), sheet.about(number, group, after)),
    )


def _refugees(book: Book) -> Iterator[Check]:
    sheet = book.sheet("tabel_05_flygtninge", "Tabel 5")
    text = book.sheet("tabel_05_flygtninge", "Tabel 5 (brødtekst)")
    number, share = "Antal beskæftigede", "Andel beskæftigede"
    (group,) = sheet.groups
    before, after = "2018", "2019M01-M11"
    yield Check(
        "T5",
        "Tabel 5",
        "udvikling beskæftigede",
        sheet.printed(CHANGE, group, _LAST_CHANGE),
        change_per_cent(sheet.about(number, group, before), sheet.about(number, group, after)),
    )
    yield Check(
        "T5",
        "Tabel 5",
        "procentpoint",
        text.printed(CHANGE, group, _LAST_CHANGE),
        sheet.about(share, group, after) - sheet.about(share, group, before),
    )


def _firms(sheet: Sheet) -> Iterator[Check]:
    contacted, with_offer, share = sheet.measures()
    (group,) = sheet.groups
    for measure, words in ((contacted, "kontaktede"), (with_offer, "med tilbud")):
        yield Check(
            "T6",
            "Tabel 6",
            words,
            sheet.printed(measure, group, _LAST_CHANGE),
            change_per_cent(
                sheet.about(measure, group, "2018"), sheet.about(measure, group, "2019")
            ),
        )
    for year in ("2018", "2019"):
        yield Check(
            "T6",
            "Tabel 6",
            f"andel {year}",
            sheet.printed(share, group, year),
            per_cent(sheet.about(with_offer, group, year), sheet.about(contacted, group, year)),
        )


def _young(sheet: Sheet, text: Sheet) -> Iterator[Check]:
    number = sheet.measures()[0]

    def change(group: str) -> Interval:
        return change_per_cent(
            sheet.about(number, group, "2018"), sheet.about(number, group, "2019")
        )

    for group in sheet.groups:
        printed = sheet.printed(CHANGE, group, _LAST_CHANGE)
        yield Check("T7", "Tabel 7", group, printed, change(group))
    for year in ("2018", "2019"):
        yield Check(
            "T7",
            "Tabel 7",
            f"i alt {year}",
            sheet.printed(number, TOTAL, year),
            total(sheet.about(number, group, year) for group in sheet.main_groups),
        )
    label = "Uddannelseshjælp (uddannelses- og aktivitetsparate)"
    yield Check(
        "TXT",
        "brødtekst",
        "uddannelseshjælp 2018-19",
        text.printed("Fald", label, _LAST_CHANGE),
        change(TOTAL),
    )


def _passive(sheet: Sheet) -> Iterator[Check]:
    everyone, without, share, *_ = sheet.measures()
    years = ("2018", "2019")
    for group in sheet.groups:
        for year in years:
            yield Check(
                "T8",
                "Tabel 8",
                f"{group} passivandel {year}",
                sheet.printed(share, group, year),
                per_cent(sheet.about(without, group, year), sheet.about(everyone, group, year)),
            )
        yield Check(
            "T8",
            "Tabel 8",
            f"{group} procentpoint",
            sheet.printed(CHANGE, group, _LAST_CHANGE),
            sheet.about(share, group, "2019") - sheet.about(share, group, "2018"),
        )
    for year in years:
        for measure in (everyone, without):
            yield Check(
                "T8",
                "Tabel 8",
                f"{measure} i alt {year}",
                sheet.printed(measure, TOTAL, year),
                total(sheet.about(measure, group, year) for group in sheet.main_groups),
            )


def _ledighedsydelse(book: Book) -> Iterator[Check]:
    sheet = book.sheet("tabel_09_ledighedsydelse", "Tabel 9")
    text = book.sheet("tabel_09_ledighedsydelse", "Tabel 9 (brødtekst)")
    share = "Andel på ledighedsydelse"
    *parts, waiting = sheet.main_groups
    for group in sheet.groups:
        yield Check(
            "T9",
            "Tabel 9",
            group,
            sheet.printed(CHANGE, group, _LAST_CHANGE),
            change_per_cent(sheet.about(FTP, group, "2018"), sheet.about(FTP, group, "2019")),
        )
    for year in ("2018", "2019"):
        yield Check(
            "T9",
            "Tabel 9",
            f"i alt {year}",
            sheet.printed(FTP, TOTAL, year),
            total(sheet.about(FTP, group, year) for group in (*parts, waiting)),
        )
        yield Check(
            "T9",
            "Tabel 9",
            f"andel {year}",
            sheet.printed(share, TOTAL, year),
            per_cent(sheet.about(FTP, waiting, year), sheet.about(FTP, TOTAL, year)),
        )
    yield Check(
        "T9",
        "Tabel 9",
        "procentpoint",
        text.printed("Udvikling i andel på ledighedsydelse", TOTAL, _LAST_CHANGE),
        sheet.about(share, TOTAL, "2019") - sheet.about(share, TOTAL, "2018"),
    )


def _caseload(sheet: Sheet, text: Sheet) -> Iterator[Check]:
    cases, staff, ratio, change = sheet.measures()
    *parts, whole = sheet.groups
    years = ("2018", "2019")

    def per_staff(group: str, year: str) -> Interval:
        return sheet.about(cases, group, year) / sheet.about(staff, group, year)

    for group in sheet.groups:
        for year in years:
            yield Check(
                "T10",
                "Tabel 10",
                f"{group} sager/årsværk {year}",
                sheet.printed(ratio, group, year),
                per_staff(group, year),
            )
        yield Check(
            "T10",
            "Tabel 10",
            f"{group} udvikling",
            sheet.printed(change, group, _LAST_CHANGE),
            change_per_cent(per_staff(group, "2018"), per_staff(group, "2019")),
        )
    for measure in (cases, staff):
        for year in years:
            yield Check(
                "T10",
                "Tabel 10",
                f"{measure} i alt {year}",
                sheet.printed(measure, whole, year),
                total(sheet.about(measure, group, year) for group in parts),
            )
    yield Check(
        "T10",
        "Tabel 10",
        "årsværk stigning",
        text.printed("Stigning i årsværk", TOTAL, _LAST_CHANGE),
        sheet.about(staff, whole, "2019") - sheet.about(staff, whole, "2018"),
    )


def _unit_cost(sheet: Sheet, overview: Sheet) -> Iterator[Check]:
    number, cost, change = sheet.measures()
    (group,) = sheet.groups
    for year in ("2018", "2019"):
        yield Check(
            "T11",
            "Tabel 11",
            f"FTP {year}",
            sheet.printed(number, group, year),
            without_pension_and_fleksjob(overview, year),
        )
    before, after = (sheet.about(cost, group, year) for year in ("2018", "2019"))
    in_kroner = sheet.printed(change, group, _LAST_CHANGE, unit="kr. pr. FTP")
    yield Check("T11", "Tabel 11", "kr.", in_kroner, after - before)
    in_per_cent = sheet.printed(change, group, _LAST_CHANGE, unit="pct.")
    yield Check("T11", "Tabel 11", "pct.", in_per_cent, change_per_cent(before, after))


def _accounts(book: Book) -> Iterator[Check]:
    sheet = book.sheet("oekonomisk_status", "Økonomisk status")
    text = book.sheet("oekonomisk_status", "Økonomisk status (brødtekst)")
    *parts, whole = sheet.groups
    year = "2019"
    _, corrected, spent = sheet.measures()
    for measure in sheet.measures():
        yield Check(
            "ØK",
            "Økonomisk status",
            f"{measure} samlet",
            sheet.printed(measure, whole, year),
            total(sheet.about(measure, group, year) for group in parts),
        )
    yield Check(
        "ØK",
        "Økonomisk status",
        "merforbrug",
        text.printed("Merforbrug ift. korrigeret budget", whole, year),
        sheet.about(spent, whole, year) - sheet.about(corrected, whole, year),
    )
