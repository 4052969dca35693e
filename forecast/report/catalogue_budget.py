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
    "budget.title": (
        "{area}: overførselsudgifter til og med {year}",
        "{area}: transfer expenditure until {year}",
    ),
    "budget.status": ("Økonomisk status {year}, som trykt", "Financial status {year}, as printed"),
    "budget.status.caption": (
        "Mio. kr.; forventet regnskab og dets afvigelse fra det korrigerede budget.",
        "Million kroner; expected account and its deviation from the revised budget.",
    ),
    "budget.status.original": ("oprindeligt", "original"),
    "budget.status.revised": ("korrigeret", "revised"),
    "budget.status.expected": ("forventet", "expected"),
    "budget.status.deviation": ("afvigelse", "deviation"),
    "budget.status.row": ("Post", "Item"),
    "budget.scale": (
        "Fuldtidspersoner gange priser, statens andel trukket fra, giver {bottom_up} mio. kr. i"
        " {year}; regnskabet ventes at give {account}. Alle beløb er derfor ganget med den samme"
        " faktor, {factor}. Den dækker satser under de højeste, fradrag for indtægter og det på"
        " kontoen, der ikke er ydelser; den siger intet om, hvilken ydelse der er årsagen.",
        "Full-time persons times prices, less the state's part, come to {bottom_up} million kroner"
        " in {year}; the account is expected to be {account}. All amounts are therefore multiplied"
        " by the same factor, {factor}. It covers rates below the highest, deductions for earnings"
        " and what on the account is no benefit; it does not say which benefit is the cause.",
    ),
    "budget.unscaled": (
        "Intet kendt regnskab: beløbene er priser gange fuldtidspersoner, uafstemt (--account).",
        "No known account: amounts are prices times full-time persons, unreconciled (--account).",
    ),
    "budget.years": (
        "Nettoudgift, mio. kr., median og 80 pct.-interval",
        "Net expenditure, million kroner, median and 80 per cent interval",
    ),
    "budget.scenario": ("Scenarie", "Scenario"),
    "budget.accounts": (
        "Konti, {year}, scenarie {scenario}, mio. kr., middelværdi",
        "Accounts, {year}, scenario {scenario}, million kroner, mean",
    ),
    "budget.account": ("Konto", "Account"),
    "budget.gross": ("brutto", "gross"),
    "budget.state": ("statens andel", "state's part"),
    "budget.net": ("netto", "net"),
    "budget.total": ("I alt", "All"),
    "budget.risk": (
        "Budget {year}, {budget} mio. kr., scenarie {scenario}: overskrides med sandsynlighed"
        " {probability}; forventet overskridelse {expected} mio. kr.; en reserve på {reserve} mio."
        " kr. slår til med 90 pct.",
        "Budget {year}, {budget} million kroner, scenario {scenario}: overrun with probability"
        " {probability}; expected overrun {expected} million kroner; a reserve of {reserve} million"
        " kroner is enough with 90 per cent.",
    ),
    "budget.changes": (
        "Hvorfor nettoudgiften ændrer sig, scenarie {scenario}, mio. kr., middelværdi",
        "Why net expenditure changes, scenario {scenario}, million kroner, mean",
    ),
    "budget.from_to": ("Fra år til år", "From year to year"),
    "budget.volume": ("mængde", "volume"),
    "budget.policy": ("politik", "policy"),
    "budget.price": ("pris", "price"),
    "budget.steps": ("trin", "steps"),
    "budget.investment": (
        "Investeringen ({scenario} mod {base}), {years}: koster {cost} mio. kr., sparer {saved}"
        " mio. kr. (80 pct.: {interval}) på ydelserne; tjent hjem i de år med sandsynlighed"
        " {probability}. {persons} fuldtidspersoner færre hele året betaler for et år.",
        "The investment ({scenario} against {base}), {years}: costs {cost} million kroner, saves"
        " {saved} million kroner (80 per cent: {interval}) on benefits; repaid in these years with"
        " probability {probability}. {persons} full-time persons fewer all year pay for a year.",
    ),
    "budget.booked": (
        "{count} bogførte kontomåneder er indsat som kendsgerninger, den sidste {last}.",
        "{count} booked months of accounts are put in as facts, the last {last}.",
    ),
    "budget.judged": (
        "Hvor længe folk bliver på ydelserne, og dermed statens andel, er skøn; beløbene er før"
        " budgetgaranti og beskæftigelsestilskud.",
        "How long people stay on benefits, and so the state's part, is judged; amounts are before"
        " budgetgaranti and beskæftigelsestilskud.",
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
