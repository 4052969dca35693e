"""Sentences about scenarios; `catalogue` puts them with the others."""

from typing import Final

SCENARIO_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "scenarios.title": ("Scenarier", "Scenarios"),
    "scenarios.free": (
        "ingen udsagn: kun hvad tallene selv siger",
        "no statements: only what the figures say by themselves",
    ),
    "scenarios.extends": ("bygger på {scenario}", "builds on {scenario}"),
    "scenarios.pin": ("{figure} er {value}", "{figure} is {value}"),
    "scenarios.band": (
        "{figure} er {value} med standardafvigelse {sd}",
        "{figure} is {value} with standard deviation {sd}",
    ),
    "scenarios.quantiles": (
        "{figure} har fraktilerne {quantiles}",
        "{figure} has the quantiles {quantiles}",
    ),
    "scenarios.quantile": ("{level}: {value}", "{level}: {value}"),
    "scenarios.up": ("; flytter også områderne omkring", "; moves the areas about it too"),
    "scenarios.figure": (
        "{area}, {group}, {measure}, {period}",
        "{area}, {group}, {measure}, {period}",
    ),
    "scenarios.figure.people": ("{area}, {measure}, {period}", "{area}, {measure}, {period}"),
    "scenarios.move": (
        "{area}: {amount} flytter fra {source} til {target} fra {month}",
        "{area}: {amount} move from {source} to {target} from {month}",
    ),
    "scenarios.leave": (
        "{area}: {amount} forlader {source} fra {month}",
        "{area}: {amount} leave {source} from {month}",
    ),
    "scenarios.come": (
        "{area}: {amount} kommer til på {target} fra {month}",
        "{area}: {amount} come onto {target} from {month}",
    ),
    "scenarios.shorter": (
        "{area}: tiden på {source} bliver {amount} kortere fra {month} (i snit {duration} måneder)",
        "{area}: time on {source} becomes {amount} shorter from {month} ({duration} months on"
        " average)",
    ),
    "scenarios.until": (" til og med {month}", " until {month}"),
    "scenarios.phased": (", indfaset over {months} måneder", ", phased in over {months} months"),
    "scenarios.fading": (
        ", halveret hver {months}. måned",
        ", fading by half every {months} months",
    ),
    "scenarios.unsure": (" ± {sd} (standardafvigelse)", " ± {sd} (standard deviation)"),
    "scenarios.mixed": (
        "{weight} af fremtiderne fra {scenario}",
        "{weight} of the futures from {scenario}",
    ),
    "scenarios.source": (
        "Kilde: {reference}, {published} (sikkerhed {certainty}).",
        "Source: {reference}, {published} (certainty {certainty}).",
    ),
    "scenarios.reason": ("Begrundelse: {reason}", "Reason: {reason}"),
    "scenarios.persons": ("{number} fuldtidspersoner", "{number} full-time persons"),
    "scenarios.people": ("{number} personer", "{number} persons"),
    "scenarios.ofgroup": ("{number} af gruppen", "{number} of the group"),
    "compare.title": ("Sammenlignet med {scenario}", "Compared with {scenario}"),
    "compare.caption": (
        "Median; under den forskellen i samme fremtid, med 80 pct.-interval",
        "Median; below it the difference in the same future, with its 80 per cent interval",
    ),
    "compare.groups": (
        "De ydelser i {area}, der flytter sig mest i {year}: {scenario}",
        "Benefits in {area} that move most in {year}: {scenario}",
    ),
    "compare.added": (
        "Hvad hvert udsagn lægger til: {scenario}",
        "What each statement adds: {scenario}",
    ),
    "compare.added.caption": (
        "Gennemsnit, lagt til i filens rækkefølge; summen er hele forskellen",
        "Means, added in the order of the file; their sum is the whole difference",
    ),
    "compare.sum": ("I alt", "In all"),
    "compare.rate": ("{area}, pct.-point", "{area}, points"),
    "compare.persons": ("{area} {year}, FTP", "{area} {year}, FTP"),
    "compare.far": ("Hvor langt fra den frie fremskrivning", "How far from the free forecast"),
    "compare.far.common": (
        "{scenario}: almindeligt. {times} frie fremtider ligger mindst lige så langt fra midten.",
        "{scenario}: common. {times} free futures lie at least as far from the middle.",
    ),
    "compare.far.possible": (
        "{scenario}: muligt. {times} frie fremtider ligger mindst lige så langt fra midten.",
        "{scenario}: possible. {times} free futures lie at least as far from the middle.",
    ),
    "compare.far.rare": (
        "{scenario}: sjældent. {times} frie fremtider ligger mindst lige så langt fra midten.",
        "{scenario}: rare. {times} free futures lie at least as far from the middle.",
    ),
    "compare.far.extreme": (
        "{scenario}: yderst usandsynligt efter tallene alene. {times} frie fremtider ligger"
        " mindst lige så langt fra midten.",
        "{scenario}: most unlikely by the figures alone. {times} free futures lie at least"
        " as far from the middle.",
    ),
    "compare.far.normal": (
        "Mahalanobis-afstand {distance} (kvadreret), {degrees} udsagn; sandsynlighed {chance} i"
        " chi-i-anden-fordelingen.",
        "Mahalanobis distance {distance} (squared), {degrees} statements; probability {chance} in"
        " the chi-squared distribution.",
    ),
    "compare.times": ("{number} ud af 1.000", "{number} in 1,000"),
    "compare.fewer": ("Færre end 1 ud af {number}", "Fewer than 1 in {number}"),
    "compare.came": ("Hvad der siden kom", "What came since"),
    "compare.came.inside": (
        "{scenario}: {figure} blev {value}; inden for 80 pct.-intervallet {interval}.",
        "{scenario}: {figure} came to {value}; inside the 80 per cent interval {interval}.",
    ),
    "compare.came.edge": (
        "{scenario}: {figure} blev {value}; uden for 80 pct.-intervallet, inden for 95"
        " pct.-intervallet {interval}.",
        "{scenario}: {figure} came to {value}; outside the 80 per cent interval, inside the 95 per"
        " cent interval {interval}.",
    ),
    "compare.came.outside": (
        "{scenario}: {figure} blev {value}; uden for 95 pct.-intervallet {interval}."
        " Det ventede scenariet ikke.",
        "{scenario}: {figure} came to {value}; outside the 95 per cent interval {interval}."
        " The scenario did not expect that.",
    ),
    "compare.came.pinned": (
        "{scenario}: {figure} blev {value}; scenariet fastsatte {stated} Det holdt ikke.",
        "{scenario}: {figure} came to {value}; the scenario stated {stated}. It did not hold.",
    ),
    "compare.table": ("Tabel:", "Table:"),
    "reverse.title": (
        "Hvornår bliver det så sandsynligt? {event}",
        "When does it become as likely? {event}",
    ),
    "reverse.above": ("{figure} over {value}", "{figure} above {value}"),
    "reverse.below": ("{figure} under {value}", "{figure} below {value}"),
    "reverse.now": (
        "I scenariet {scenario} er sandsynligheden {chance}; {lever} har medianen {median}",
        "Under {scenario} the probability is {chance}; {lever} has the median {median}",
    ),
    "reverse.answer.rises": (
        "Sandsynligheden når {asked}, når {lever} er {value}; over det er den større.",
        "The probability reaches {asked} where {lever} is {value}; above that it is greater.",
    ),
    "reverse.answer.falls": (
        "Sandsynligheden når {asked}, når {lever} er {value}; under det er den større.",
        "The probability reaches {asked} where {lever} is {value}; below that it is greater.",
    ),
    "reverse.never": (
        "Sandsynligheden krydser ikke {asked}, så længe {lever} ligger mellem {low} og {high}",
        "The probability does not cross {asked} while {lever} lies between {low} and {high}",
    ),
    "reverse.lever": ("Værdi", "Value"),
    "reverse.chance": ("Sandsynlighed", "Probability"),
    "check.holds": (
        "Scenariet kan holde på alle fremtider.",
        "The scenario can hold on all futures.",
    ),
    "check.tilt": (
        "{statement}: båndet med fraktiler bruger, hvad der svarer til {share} af fremtiderne.",
        "{statement}: the band with quantiles uses the equivalent of {share} of the futures.",
    ),
    "carry.title": (
        "Fremskrivning af områderne i et månedligt panel",
        "Projection of the areas of a monthly panel",
    ),
    "carry.stated": (
        "Udsagn om hele landet: {group}, {period}: {value}",
        "Stated of the country: {group}, {period}: {value}",
    ),
    "carry.caption": (
        "Fuldtidspersoner: median og 80 pct.-interval",
        "Full-time persons: median and 80 per cent interval",
    ),
    "carry.free": ("uden udsagn", "nothing stated"),
    "carry.told": ("med udsagn", "as stated"),
}
