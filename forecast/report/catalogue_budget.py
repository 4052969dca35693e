"""Sentences about money; `catalogue` puts them with the others."""

from typing import Final

BUDGET_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "measure.bruttoudgift": ("bruttoudgift", "gross expenditure"),
    "measure.refusion": ("statens andel", "the state's part"),
    "measure.nettoudgift": ("nettoudgift", "net expenditure"),
    "measure.budget": ("budget", "budget"),
    "measure.sandsynlighed_overskridelse": (
        "sandsynlighed for overskridelse",
        "probability of an overrun",
    ),
    "measure.forventet_overskridelse": ("forventet overskridelse", "expected overrun"),
    "measure.reserve": ("reserve", "reserve"),
    "measure.aendring_maengde": ("ændring, mængde", "change, volume"),
    "measure.aendring_politik": ("ændring, politik", "change, policy"),
    "measure.aendring_pris": ("ændring, pris", "change, price"),
    "measure.aendring_trin": ("ændring, refusionstrin", "change, steps of the ladder"),
    "measure.besparelse": ("besparelse", "saving"),
    "measure.investering": ("investering", "investment"),
    "measure.sandsynlighed_tjent_hjem": (
        "sandsynlighed for at være tjent hjem",
        "probability of being repaid",
    ),
    "measure.nulpunkt": ("nulpunkt", "break-even"),
    "measure.skalering": ("skalering", "scale factor"),
    "measure.tilskud": ("tilskud", "grants"),
    "measure.nettoudgift_efter_tilskud": (
        "nettoudgift efter tilskud",
        "net expenditure after grants",
    ),
    "measure.oprindeligt_budget": ("oprindeligt budget", "original budget"),
    "measure.bogfoert": ("bogført", "booked"),
    "measure.afvigelse": ("afvigelse", "deviation"),
    "measure.sager_pr_aarsvaerk": ("sager pr. årsværk", "cases for each employee"),
    "measure.omkostning_pr_fuldtidsperson": (
        "omkostning pr. fuldtidsperson",
        "cost of a full-time person",
    ),
    "measure.varighed": ("varighed, uger", "duration, weeks"),
    "measure.besparelse_aktivering": ("besparelse på aktivering", "saving on activation"),
    "budget.title": (
        "Økonomisk status: overførselsudgifter i {area} til og med {year}",
        "Financial status: transfer expenditure of {area} until {year}",
    ),
    "budget.section": ("Økonomisk status", "Financial status"),
    "budget.lead": (
        "Netto efter statens andel og før tilskud, mio. kr., median (80 pct.-interval), scenarie"
        " {scenario}: {years}.",
        "Net of the state's part and before grants, million kroner, median (80 per cent interval),"
        " scenario {scenario}: {years}.",
    ),
    "budget.lead.year": ("{year}: {net} ({interval})", "{year}: {net} ({interval})"),
    "budget.status": ("Økonomisk status, som trykt", "Financial status, as printed"),
    "budget.status.caption": (
        "{year}, mio. kr.; forventet regnskab og dets afvigelse fra det korrigerede budget.",
        "{year}, million kroner; expected account and its deviation from the revised budget.",
    ),
    "budget.status.original": ("oprindeligt", "original"),
    "budget.status.revised": ("korrigeret", "revised"),
    "budget.status.booked": ("bogført", "booked"),
    "budget.status.expected": ("forventet", "expected"),
    "budget.status.deviation": ("afvigelse", "deviation"),
    "budget.status.row": ("Post", "Item"),
    "budget.scale": (
        "Fuldtidspersoner gange priser, statens andel trukket fra, giver {bottom_up} mio. kr. i"
        " {year}; regnskabet ventes at give {account}. Alle beløb er derfor ganget med den samme"
        " faktor, {factor} (80 pct.: {interval}, da det er usikkert, hvor længe folk bliver på"
        " ydelserne). Den dækker satser under de højeste, fradrag for indtægter og det på"
        " kontoen, der ikke er ydelser; den siger intet om, hvilken ydelse der er årsagen.",
        "Full-time persons times prices, less the state's part, come to {bottom_up} million kroner"
        " in {year}; the account is expected to be {account}. All amounts are therefore multiplied"
        " by the same factor, {factor} (80 per cent: {interval}, since how long people stay on"
        " benefits is not known). It covers rates below the highest, deductions for earnings"
        " and what on the account is no benefit; it does not say which benefit is the cause.",
    ),
    "budget.unscaled": (
        "Intet kendt regnskab: beløbene er priser gange fuldtidspersoner, uafstemt (--account,"
        " eller account under [budget]).",
        "No known account: amounts are prices times full-time persons, unreconciled (--account, or"
        " account in [budget]).",
    ),
    "budget.continued": ("Økonomisk status, fortsat", "Financial status, continued"),
    "budget.continued.caption": (
        "Overførselsudgifter netto, mio. kr.; det forventede er medianen, afvigelsen er fra det"
        " korrigerede budget.",
        "Transfer expenditure net, million kroner; the expected is the median, the deviation is"
        " from the revised budget.",
    ),
    "budget.year": ("År", "Year"),
    "budget.years": ("Scenarierne", "The scenarios"),
    "budget.years.caption": (
        "Nettoudgift, mio. kr., median og 80 pct.-interval.",
        "Net expenditure, million kroner, median and 80 per cent interval.",
    ),
    "budget.scenario": ("Scenarie", "Scenario"),
    "budget.quarters": ("Kvartal for kvartal", "Quarter by quarter"),
    "budget.quarters.caption": (
        "Scenarie {scenario}, mio. kr., medianer; 80 pct.-intervallet er kvartalets nettoudgift.",
        "Scenario {scenario}, million kroner, medians; the 80 per cent interval is of the quarter's"
        " net expenditure.",
    ),
    "budget.quarters.chart": (
        "Nettoudgift pr. kvartal, mio. kr., scenarie {scenario}: median og 80 pct.-interval",
        "Net expenditure a quarter, million kroner, scenario {scenario}: median and 80 per cent"
        " interval",
    ),
    "budget.quarter": ("Kvartal", "Quarter"),
    "budget.interval": ("80 pct.", "80 per cent"),
    "budget.to_date": ("år til dato", "to date"),
    "budget.accounts": ("Konti", "Accounts"),
    "budget.accounts.caption": (
        "{year}, scenarie {scenario}, mio. kr., middelværdi.",
        "{year}, scenario {scenario}, million kroner, mean.",
    ),
    "budget.account": ("Konto", "Account"),
    "budget.gross": ("brutto", "gross"),
    "budget.state": ("statens andel", "state's part"),
    "budget.net": ("netto", "net"),
    "budget.grants": ("ændret tilskud", "change in grants"),
    "budget.after": ("efter tilskud", "after grants"),
    "budget.grants.title": ("Efter tilskud", "After grants"),
    "budget.grants.caption": (
        "Scenarie {scenario}, mio. kr., middelværdi; tilskud er ændringen siden {since}.",
        "Scenario {scenario}, million kroner, mean; grants are the change since {since}.",
    ),
    "budget.grants.note": (
        "Tilskud er kommunens del af det, kommunerne under ét får dækket: efter folketal gennem"
        " bloktilskuddet (budgetgaranti) og til og med 2020 efter ledige to år før"
        " (beskæftigelsestilskud). De følger landets udgifter, ikke kommunens egne, og er regnet"
        " med landets fuldtidspersoner i samme fremtid. Hvad der var ydet i forvejen, og"
        " udligningen, er ikke med. Et skøn.",
        "Grants are the municipality's part of what municipalities as a whole are compensated for:"
        " by population through the block grant (budgetgaranti) and until 2020 by unemployed two"
        " years before (beskæftigelsestilskud). They follow the country's expenditure, not the"
        " municipality's own, counted with the country's full-time persons in the same future."
        " What was granted already, and the equalisation, are left out. A judgement.",
    ),
    "budget.total": ("I alt", "All"),
    "budget.risk": (
        "Budget {year}, {budget} mio. kr., scenarie {scenario}: overskrides med sandsynlighed"
        " {probability}; forventet overskridelse {expected} mio. kr.; en reserve på {reserve} mio."
        " kr. slår til med 90 pct.",
        "Budget {year}, {budget} million kroner, scenario {scenario}: overrun with probability"
        " {probability}; expected overrun {expected} million kroner; a reserve of {reserve} million"
        " kroner is enough with 90 per cent.",
    ),
    "budget.changes": ("Hvorfor nettoudgiften ændrer sig", "Why net expenditure changes"),
    "budget.changes.caption": (
        "Scenarie {scenario}, mio. kr., middelværdi.",
        "Scenario {scenario}, million kroner, mean.",
    ),
    "budget.from_to": ("Fra år til år", "From year to year"),
    "budget.volume": ("mængde", "volume"),
    "budget.policy": ("politik", "policy"),
    "budget.price": ("pris", "price"),
    "budget.steps": ("trin", "steps"),
    "budget.investment.title": ("Investeringen", "The investment"),
    "budget.investment": (
        "Investeringen, scenarie {scenario}, {years}: koster {cost} mio. kr., sparer {saved}"
        " mio. kr. (80 pct.: {interval}) på ydelserne; tjent hjem i de år med sandsynlighed"
        " {probability}. {persons} fuldtidspersoner færre hele året betaler for et år.",
        "The investment, scenario {scenario}, {years}: costs {cost} million kroner, saves"
        " {saved} million kroner (80 per cent: {interval}) on benefits; repaid in these years with"
        " probability {probability}. {persons} full-time persons fewer all year pay for a year.",
    ),
    "budget.steering.caption": (
        "Styringsmodellens første to mål. Uden: medarbejdere og enhedsomkostning som året før"
        " investeringen. Med: som ved den seneste opfølgning. Sager følger fuldtidspersonerne,"
        " median.",
        "The first two measures of the styringsmodel. Without: staff and unit cost of the year"
        " before the investment. With: those of the last follow-up. Cases follow the full-time"
        " persons, median.",
    ),
    "budget.measure": ("Mål", "Measure"),
    "budget.without": ("{measure}, uden", "{measure}, without"),
    "budget.with": ("{measure}, med", "{measure}, with"),
    "budget.cases": ("Sager pr. årsværk, {group}", "Cases for each employee, {group}"),
    "budget.cost": ("Kr. pr. fuldtidsperson", "Kroner for each full-time person"),
    "budget.benefit": ("Ydelse", "Benefit"),
    "budget.weeks.caption": (
        "Det tredje mål: uger på ydelsen for dem, der kommer, median og 80 pct.-interval.",
        "The third measure: weeks on the benefit of those who come, median and 80 per cent"
        " interval.",
    ),
    "budget.activation": (
        "Er hele faldet i enhedsomkostningerne investeringens værk, sparer den desuden {saved} mio."
        " kr. (80 pct.: {interval}) på aktivering i {years}; det viser intet tal.",
        "If all of the fall in unit costs is the investment's doing, it saves another {saved}"
        " million kroner (80 per cent: {interval}) on activation in {years}; no figure shows it.",
    ),
    "budget.notes": ("Forudsætninger", "Assumptions"),
    "budget.booked": (
        "{count} bogførte kontomåneder er indsat som kendsgerninger, den sidste {last}.",
        "{count} booked months of accounts are put in as facts, the last {last}.",
    ),
    "budget.spells": (
        "Hvor længe folk bliver, er talt op på egne forløb for {groups}.",
        "How long people stay is counted on own spells for {groups}.",
    ),
    "budget.tables": (
        "Hvor mange der står på hvert trin, er egne tal for {groups}.",
        "How many stand on each step are own figures for {groups}.",
    ),
    "budget.judged": (
        "Hvor længe folk bliver på ydelserne, og dermed statens andel, er ellers skøn, og beløbene"
        " er så usikre, som det gør dem (--spells, --steps).",
        "How long people stay on benefits, and so the state's part, is otherwise judged, and"
        " amounts are as uncertain as that makes them (--spells, --steps).",
    ),
    "budget.file": ("Tabel:", "Table:"),
    "budget.book": ("Regneark:", "Workbook:"),
    "book.overview": ("Overblik", "Overview"),
    "book.accounts": ("Konti", "Accounts"),
    "book.prices": ("Priser", "Prices"),
    "book.refusion": ("Refusion", "Reimbursement"),
    "book.persons": ("Fuldtidspersoner", "Persons"),
    "book.steps": ("Trin", "Steps"),
    "book.gross": ("Brutto", "Gross"),
    "book.net": ("Netto", "Net"),
    "book.uncertainty": ("Usikkerhed", "Uncertainty"),
    "book.account": ("Konto", "Account"),
    "book.benefit": ("Ydelse", "Benefit"),
    "book.key": ("Nøgle", "Key"),
    "book.name": ("Navn", "Name"),
    "book.year": ("År", "Year"),
    "book.factor": ("Skalering, som alle beløb er ganget med", "Factor of all amounts"),
    "book.chart": ("Nettoudgift, kr.", "Net expenditure, kroner"),
    "book.prices.title": (
        "Priser: kr. pr. fuldtidsperson og måned, før skalering",
        "Prices: kroner a full-time person and month, before the factor",
    ),
    "book.persons.title": (
        "Fuldtidspersoner, der betales for, middelværdi, {scenario}",
        "Full-time persons that are paid for, mean, {scenario}",
    ),
    "book.refusion.title": ("Statens andel", "The state's part"),
    "book.steps.title": (
        "Del af udgiften på hvert trin af refusionstrappen",
        "Part of the expenditure on each step of the ladder",
    ),
    "book.gross.title": ("Bruttoudgift, kr., {scenario}", "Gross expenditure, kroner, {scenario}"),
    "book.net.title": ("Nettoudgift, kr., {scenario}", "Net expenditure, kroner, {scenario}"),
    "book.accounts.title": ("Konti og år, kr., {scenario}", "Accounts and years, kr., {scenario}"),
    "book.overview.title": ("Overførselsudgifter, {scenario}", "Transfer expenditure, {scenario}"),
    "book.overview.note": (
        "Gule celler på arkene Priser, Refusion og Trin kan ændres; alt andet regner med.",
        "Yellow cells on the sheets Prices, Reimbursement and Steps may be changed; all follows.",
    ),
    "book.uncertainty.title": (
        "Fraktiler af nettoudgiften, kr., {scenario}",
        "Quantiles of net expenditure, kroner, {scenario}",
    ),
    "book.uncertainty.note": (
        "Optalt på fremtiderne: disse tal regner ikke med, når en pris ændres.",
        "Counted on the futures: these numbers do not follow when a price is changed.",
    ),
    "book.step": ("uge {first} og frem", "week {first} and on"),
    "book.exception": ("tilkendt før reformen", "granted before the reform"),
}
