"""Sentences about the expected share; `catalogue` puts them with the others."""

from typing import Final

BENCHMARK_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "measure.faktisk_andel": ("faktisk andel", "actual share"),
    "measure.forventet_andel": ("forventet andel", "expected share"),
    "measure.forskel": ("forskel på faktisk og forventet", "actual less expected"),
    "measure.underliggende_forskel": ("varig forskel", "lasting difference"),
    "measure.underliggende_fuldtidspersoner": (
        "varig forskel i fuldtidspersoner",
        "lasting difference in full-time persons",
    ),
    "measure.placering": ("placering", "rank"),
    "measure.underliggende_placering": ("varig placering", "lasting rank"),
    "measure.sandsynlighed_hoejst_forventet": (
        "sandsynlighed for højst det forventede",
        "probability of at most the expected",
    ),
    "measure.sandsynlighed_hoejst_landet": (
        "sandsynlighed for højst landets fælles forskel",
        "probability of at most the country's common difference",
    ),
    "measure.stoejandel": ("tilfældighedens del", "part that is chance"),
    "measure.forhold": ("faktisk over forventet", "actual over expected"),
    "measure.sandsynlighed_resultatmaal": (
        "sandsynlighed for at opfylde resultatmålet",
        "probability of meeting the resultatmål",
    ),
    "measure.sandsynlighed_tilstand": ("sandsynlighed for tilstanden", "probability of the state"),
    "measure.fokusmaal_tilbud": ("fokusmål: uden tilbud", "fokusmål: without an offer"),
    "measure.fokusmaal_samtaler": (
        "fokusmål: få samtaler",
        "fokusmål: few conversations",
    ),
    "bench.title": (
        "{area}: faktisk og forventet andel på offentlig forsørgelse",
        "{area}: actual and expected share on public benefits",
    ),
    "bench.lead": (
        "{actual} af borgerne på 16-66 år i {period} mod forventet {expected}: {verdict}",
        "{actual} of the residents aged 16-66 in {period} against {expected} expected: {verdict}",
    ),
    "bench.verdict.bedre": (
        "{area} klarer sig sikkert bedre end forventet (sandsynlighed {probability}).",
        "{area} surely does better than expected (probability {probability}).",
    ),
    "bench.verdict.som_forventet": (
        "det kan ikke skelnes fra det forventede; sandsynligheden for højst det forventede er"
        " {probability}.",
        "it cannot be told from the expected; the probability of at most the expected is"
        " {probability}.",
    ),
    "bench.verdict.daarligere": (
        "{area} klarer sig sikkert dårligere end forventet (sandsynlighed for højst det"
        " forventede {probability}).",
        "{area} surely does worse than expected (probability of at most the expected"
        " {probability}).",
    ),
    "bench.groups.caption": (
        "Pct. af borgerne 16-66 år, {period}; placering blandt {count} med 90 pct.-interval, 1 er"
        " lavest; sandsynlighed for, at det varige niveau højst er det forventede.",
        "Per cent of the residents aged 16-66, {period}; rank among {count} with 90 per cent"
        " interval, 1 the lowest; probability that the lasting level is at most the expected.",
    ),
    "bench.group": ("Ydelse", "Benefit"),
    "bench.area": ("Område", "Area"),
    "bench.expected": ("forventet", "expected"),
    "bench.actual": ("faktisk", "actual"),
    "bench.gap": ("forskel", "difference"),
    "bench.rank": ("placering", "rank"),
    "bench.below": ("sandsynl.", "prob."),
    "bench.lasting": (
        "Uden tilfældigheden i, hvem der bor i kommunen, er forskellen i alt {gap} procentpoint"
        " (90 pct.: {interval}), eller {persons} fuldtidspersoner ({persons_interval}).",
        "Without the chance of who lives there the difference in all is {gap} percentage points"
        " (90 per cent: {interval}), or {persons} full-time persons ({persons_interval}).",
    ),
    "bench.movement": (
        "Siden {before} har forskellen flyttet sig fra {first} til {last} procentpoint; {noise} af"
        " en sådan bevægelse er tilfældighed.",
        "Since {before} the difference has moved from {first} to {last} percentage points; {noise}"
        " of such a movement is chance.",
    ),
    "bench.peers": ("Ved siden af andre", "Beside others"),
    "bench.peers.caption": (
        "I alt, pct. af borgerne 16-66 år, {period}. Andre er de kommuner, hvis forventede andele"
        " ligner mest, hvis ingen er valgt.",
        "In all, per cent of the residents aged 16-66, {period}. Others are the municipalities of"
        " the nearest expected shares, where none are chosen.",
    ),
    "bench.tiers": (
        "Af {count} kommuner er {better} sikkert bedre og {worse} sikkert dårligere end forventet"
        " i alt; {alike} kan ikke skelnes fra det forventede.",
        "Of {count} municipalities {better} are surely better and {worse} surely worse than"
        " expected in all; {alike} cannot be told from the expected.",
    ),
    "bench.next": ("Næste måling", "The next measurement"),
    "bench.next.gaps": (
        "{period}, efter de hidtidige forskelle: resultatmålet opfyldes med sandsynlighed"
        " {probability}; faktisk over forventet {ratio} (80 pct.: {interval}).",
        "{period}, by the differences so far: the resultatmål is met with probability"
        " {probability}; actual over expected {ratio} (80 per cent: {interval}).",
    ),
    "bench.next.run": (
        "Efter scenariet {scenario}: {probability} ({ratio}, {interval}).",
        "By scenario {scenario}: {probability} ({ratio}, {interval}).",
    ),
    "bench.supervision": ("Skærpet tilsyn", "Supervision"),
    "bench.state": ("Tilstand: {state}. {reasons}", "State: {state}. {reasons}"),
    "bench.state.ahead": (
        "Efter næste måling ({basis}): {states}.",
        "After the next measurement ({basis}): {states}.",
    ),
    "bench.state.one": ("{state} {probability}", "{state} {probability}"),
    "bench.basis.gaps": ("efter de hidtidige forskelle", "by the differences so far"),
    "bench.basis.run": ("scenarie {scenario}", "scenario {scenario}"),
    "bench.reading": (
        "Læses reglen sådan, at {reading}, er tilstanden i stedet: {state}.",
        "If the rule is read so that {reading}, the state is instead: {state}.",
    ),
    "bench.reading.focus.any": (
        "ét forfejlet fokusmål er nok",
        "one fokusmål that is missed is enough",
    ),
    "bench.reading.focus.both": (
        "begge fokusmål skal være forfejlet",
        "both fokusmål must be missed",
    ),
    "bench.reading.exact.fails": (
        "præcis grænsen ikke er nok",
        "exactly the limit is not enough",
    ),
    "bench.reading.exact.passes": ("præcis grænsen er nok", "exactly the limit is enough"),
    "bench.reading.extension.added": (
        "forlængelsen lægges til de ni måneder",
        "the extension is added to the nine months",
    ),
    "bench.reading.extension.in-all": (
        "forlængelsen er 12 måneder i alt",
        "the extension is 12 months in all",
    ),
    "bench.state.opfylder_resultatmaal": ("opfylder resultatmålet", "meets the resultatmål"),
    "bench.state.opfylder_fokusmaal": (
        "opfylder fokusmålene, men ikke resultatmålet",
        "meets the fokusmål, and not the resultatmål",
    ),
    "bench.state.uafklaret": (
        "uafklaret, for et fokusmål er ikke oplyst",
        "open, for a fokusmål is not known",
    ),
    "bench.state.skaerpet_tilsyn": ("skærpet tilsyn", "supervision"),
    "bench.state.under_administration": ("under administration", "under administration"),
    "bench.reason.result-met": (
        "Den faktiske andel er højst den forventede, så fokusmålene spiller ingen rolle.",
        "The actual share is at most the expected, so the fokusmål do not matter.",
    ),
    "bench.reason.result-missed": (
        "Den faktiske andel er over den forventede.",
        "The actual share is above the expected.",
    ),
    "bench.reason.offers-met": (
        "Færre end {limit_offers} er uden tilbud.",
        "Fewer than {limit_offers} are without an offer.",
    ),
    "bench.reason.offers-missed": (
        "Ikke færre end {limit_offers} er uden tilbud.",
        "No fewer than {limit_offers} are without an offer.",
    ),
    "bench.reason.offers-unknown": (
        "Andelen uden tilbud er ikke oplyst (--offers).",
        "The share without an offer is not known (--offers).",
    ),
    "bench.reason.conversations-met": (
        "Færre end {limit_conversations} har få samtaler.",
        "Fewer than {limit_conversations} have few conversations.",
    ),
    "bench.reason.conversations-missed": (
        "Ikke færre end {limit_conversations} har få samtaler.",
        "No fewer than {limit_conversations} have few conversations.",
    ),
    "bench.reason.conversations-unknown": (
        "Andelen med få samtaler er ikke oplyst (--conversations).",
        "The share with few conversations is not known (--conversations).",
    ),
    "bench.reason.within-period": (
        "Genopretningsperioden løber.",
        "The recovery period runs.",
    ),
    "bench.reason.recovered": (
        "Fokusmålene er opfyldt inden for perioden.",
        "The fokusmål are met within the period.",
    ),
    "bench.reason.period-over": (
        "Genopretningsperioden er gået.",
        "The recovery period is over.",
    ),
    "bench.reason.no-way-out": (
        "Reglerne nævner ingen vej ud af administrationen.",
        "The rules name no way out of administration.",
    ),
    "bench.own": ("Vores egen forventning", "Our own expectation"),
    "bench.own.caption": (
        "Egen model af rammevilkårene, kommunen selv udeladt; det er ikke VIVEs model. Pct. af"
        " borgerne 16-66 år, {period}, og enigheden over {count} kommuner.",
        "Our own model of framework conditions, the municipality itself left out; it is not VIVE's"
        " model. Per cent of the residents aged 16-66, {period}, and the agreement over {count}"
        " municipalities.",
    ),
    "bench.own.ours": ("egen", "own"),
    "bench.own.published": ("VIVE", "VIVE"),
    "bench.own.correlation": ("korrelation", "correlation"),
    "bench.own.rmse": ("afvigelse", "rmse"),
    "bench.own.points": (
        "{group}: den offentliggjorte forventning ligger højere end vores, {towards}.",
        "{group}: the published expectation is higher than ours {towards}.",
    ),
    "bench.own.more": ("hvor {condition} er høj", "where {condition} is high"),
    "bench.own.less": ("hvor {condition} er lav", "where {condition} is low"),
    "bench.own.none": (
        "{group}: forskellen på de to forventninger følger ingen af rammevilkårene.",
        "{group}: the difference between the two expectations goes with none of the conditions.",
    ),
    "bench.notes": ("Om tabellen", "About the table"),
    "bench.checks.pass": (
        "Kontrol af beregningen: alle {count} prøver er bestået.",
        "Checks of the computation: all {count} have passed.",
    ),
    "bench.checks.fail": (
        "Kontrol af beregningen: {failed} af {count} prøver er IKKE bestået; se diagnostics.csv.",
        "Checks of the computation: {failed} of {count} have NOT passed; see diagnostics.csv.",
    ),
    "bench.caterpillar": (
        "Varig forskel på faktisk og forventet andel i alt, procentpoint, alle kommuner i"
        " rækkefølge, med 90 pct.-interval",
        "Lasting difference of actual and expected share in all, percentage points, all"
        " municipalities in order, with 90 per cent interval",
    ),
    "bench.funnel": (
        "Forskel efter kommunens størrelse, procentpoint; linjerne er, hvor {levels} af kommunerne"
        " ligger, når intet særligt er på færde",
        "Difference by size of the municipality, percentage points; the lines hold {levels} of"
        " municipalities about which nothing is special",
    ),
    "bench.residents": ("borgere 16-66 år", "residents aged 16-66"),
    "bench.files": ("Tabeller i", "Tables in"),
    "bench.above": ("over {number}", "over {number}"),
    "bench.under": ("under {number}", "under {number}"),
}
