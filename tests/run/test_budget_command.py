"""`forecast budget`: a run's futures in kroner."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

import forecast as package
from forecast.config import bundled
from forecast.config.beside_files import BudgetFiles
from forecast.run import Fit
from forecast.run.archive import complete
from tests.run.conftest import Run, forecast, refused

ALL = "i_alt"


def rows(folder: Path) -> pd.DataFrame:
    kept = {"output_type_id": str, "period": str, "account": str}
    return pd.read_csv(folder / "budget.csv", dtype=kept, keep_default_na=False)


@pytest.fixture(scope="module")
def priced(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, str]:
    """The table of the small run, with a budget, and what the terminal said."""
    out = tmp_path_factory.mktemp("budget") / "o"
    result = forecast("budget", run.folder, "--budget", "2021=560 mio. kr.", "--out", out)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    return rows(out), result.stdout


def means(table: pd.DataFrame, period: str, scenario: str = "oer-2020-08") -> pd.Series:
    mine = table[
        table["scenario"].eq(scenario)
        & table["period"].eq(period)
        & table["output_type"].eq("mean")
        & table["unit"].eq("kr")
    ]
    return mine.set_index(["measure", "account", "group"])["value"]


def test_the_committees_table_is_printed_as_it_stands(priced: tuple[pd.DataFrame, str]) -> None:
    """Økonomisk status of February 2020: A 318-371."""
    words = " ".join(priced[1].split())
    assert "Serviceudgifter 4,3 3,9 3,8 -0,1" in words
    assert "Overførselsudgifter 496,7 496,7 502,6 5,9" in words
    assert "Samlede driftsudgifter 501,0 500,6 506,4 5,8" in words


def test_one_factor_reconciles_with_the_account(priced: tuple[pd.DataFrame, str]) -> None:
    table = priced[0]
    found = table[table["measure"].eq("skalering")].set_index("output_type_id")["value"]
    factor = found["0.5"]
    assert f"{factor:.3f}".replace(".", ",") in priced[1]
    free = means(table, "2019", "free")
    assert free["nettoudgift", "", ALL] == pytest.approx(502.6e6)
    # the account is known on every draw: how long people stay, which is not, is in the factor
    net = table[
        table["scenario"].eq("free")
        & table["measure"].eq("nettoudgift")
        & table["group"].eq(ALL)
        & table["period"].eq("2019")
    ]["value"]
    assert net.to_numpy() == pytest.approx(np.full(len(net), 502.6e6))
    assert found["0.9"] > factor > found["0.1"]
    assert 0.8 < factor < 1.2


def test_accounts_and_benefits_sum_to_all(priced: tuple[pd.DataFrame, str]) -> None:
    found = means(priced[0], "2021")
    for measure in ("bruttoudgift", "refusion", "nettoudgift"):
        here = found[measure]
        total = here["", ALL]
        keys = here.index.to_frame(index=False)
        accounts = here[keys["group"].eq("").to_numpy()]
        benefits = here[(keys["account"].ne("") & keys["group"].ne("")).to_numpy()]
        assert accounts.sum() == pytest.approx(total)
        assert benefits.sum() == pytest.approx(total)
    net = found["bruttoudgift", "", ALL] - found["refusion", "", ALL]
    assert found["nettoudgift", "", ALL] == pytest.approx(net)


def test_quarters_and_months_sum_to_years(priced: tuple[pd.DataFrame, str]) -> None:
    table = priced[0]
    year = means(table, "2022")["nettoudgift", "5.57.78", ""]
    quarters = [means(table, f"2022-Q{q}")["nettoudgift", "5.57.78", ""] for q in (1, 2, 3, 4)]
    months = [means(table, f"2022-{m:02d}")["nettoudgift", "5.57.78", ""] for m in range(1, 13)]
    assert (sum(quarters), sum(months)) == pytest.approx((year, year))


def test_the_risk_of_a_budget_is_told(priced: tuple[pd.DataFrame, str]) -> None:
    table, text = priced
    risk = table[table["measure"].eq("sandsynlighed_overskridelse")].set_index("scenario")["value"]
    assert risk["oer-2020-08"] > risk["free"] > 0
    net = table[
        table["scenario"].eq("oer-2020-08")
        & table["group"].eq(ALL)
        & table["measure"].eq("nettoudgift")
        & table["period"].eq("2021")
    ].set_index("output_type_id")["value"]
    reserve = table[table["measure"].eq("reserve") & table["scenario"].eq("oer-2020-08")]["value"]
    assert reserve.item() == pytest.approx(max(net["0.9"] - 560e6, 0.0), abs=0.2e6)
    assert "Budget 2021, 560,0 mio. kr., scenarie oer-2020-08" in " ".join(text.split())


def test_early_steps_fill_when_many_come(priced: tuple[pd.DataFrame, str]) -> None:
    """The state's part of dagpenge rises where a scenario brings many unemployed at once."""
    table = priced[0]

    def part(scenario: str, period: str) -> float:
        found = means(table, period, scenario)
        key = ("5.57.78", "")
        return float(found["refusion"][key] / found["bruttoudgift"][key])

    assert part("oer-2020-08", "2020") > part("free", "2020") + 0.002


def test_changes_from_year_to_year_sum_to_the_difference(
    priced: tuple[pd.DataFrame, str],
) -> None:
    """Volume, policy, price and steps, on the means, but for what nothing explains."""
    table, text = priced
    for year in (2021, 2022):
        parts = means(table, f"{year - 1}/{year}")
        total = sum(parts[f"aendring_{p}", "", ALL] for p in ("maengde", "politik", "pris", "trin"))
        net = [means(table, str(y))["nettoudgift", "", ALL] for y in (year - 1, year)]
        # the walk of what is not explained has a mean of one, and 1 per cent a year
        assert total == pytest.approx(net[1] - net[0], abs=2.5e6)
        assert parts["aendring_politik", "", ALL] == 0.0
        assert parts["aendring_pris", "", ALL] > 0
    assert "Hvorfor nettoudgiften ændrer sig" in text


def test_booked_months_are_facts(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bogfoert.csv"
    file.write_text(
        "konto;måned;netto\n5.57.78;2020-01;9.500.000,00\n5.57.78;2020M02;9.400.000,50\n",
        encoding="utf-8",
    )
    out = tmp_path / "o"
    result = forecast("budget", run.folder, "--booked", file, "--out", out, "--lang", "en")
    assert result.exit_code == 0, result.output
    table = rows(out)
    here = table[
        table["account"].eq("5.57.78")
        & table["group"].eq("")
        & table["measure"].eq("nettoudgift")
        & table["period"].eq("2020-02")
    ]
    assert here["value"].to_numpy() == pytest.approx(np.full(len(here), 9_400_000.5))
    assert "2 booked months of accounts are put in as facts, the last February 2020" in " ".join(
        result.stdout.split()
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--budget", "2021=512,4"), "--budget '2021=512,4': expected a year and an amount"),
        (("--budget", "512,4 mio. kr."), "expected a year and an amount in Danish format"),
        (("--budget", "2021=512,4 FTP"), "found fuldtidspersoner"),
        (("--budget", "2025=512,4 mio. kr."), "2025 is not within 2017-01..2022-12"),
        (("--account", "2019=502,6 mia. kr."), "--account '2019=502,6 mia. kr.': unit:"),
        (("--account", "2019=0 mio. kr."), "--account '2019=0 mio. kr.': found nothing"),
        (("--prices", "ydelse"), "no such file (did you mean 'ydelser'?)"),
        (("--booked", "no.csv"), "no.csv: cannot be read"),
    ],
)
def test_wrong_wishes_are_refused(
    arguments: tuple[str, ...], said: str, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    refused(forecast("budget", run.folder, *arguments, "--out", out), said)
    assert not out.exists()


BOOKED = {
    "twice": ("5.57.78,2020-01,1\n5.57.78,2020-01,2\n", "row 3: 5.57.78 in 2020-01 stands twice"),
    "no month": ("5.57.78,2020,1\n", "row 2: "),
    "no number": ("5.57.78,2020-01,meget\n", "row 2, netto: 'meget' is no number"),
    "not yet": ("5.57.78,2020-01,.\n", "row 2: no amount; leave the row out"),
    "unknown account": ("9.99,2020-01,1\n", "account 9.99 in 2020-01 is not estimated"),
    "unknown month": ("5.57.78,2030-01,1\n", "account 5.57.78 in 2030-01 is not estimated"),
    "empty": ("", "a heading and no rows"),
}


@pytest.mark.parametrize("fault", BOOKED)
def test_what_cannot_have_been_booked_is_refused(fault: str, run: Run, tmp_path: Path) -> None:
    text, said = BOOKED[fault]
    file = tmp_path / "b.csv"
    file.write_text(f"konto,måned,netto\n{text}", encoding="utf-8")
    out = tmp_path / "o"
    refused(forecast("budget", run.folder, "--booked", file, "--out", out), said)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    refused(forecast("budget", tmp_path), "no draws.nc; name the folder of a run")


def test_an_account_of_the_last_year_leaves_all_years_to_show(run: Run, tmp_path: Path) -> None:
    result = forecast(
        "budget", run.folder, "--account", "2022=600 mio. kr.", "--out", tmp_path / "o"
    )
    assert result.exit_code == 0, result.output
    assert means(rows(tmp_path / "o"), "2022", "free")["nettoudgift", "", ALL] == pytest.approx(6e8)


def test_prices_of_ones_own(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of prices beside one's configuration is found, and a missing price is named."""
    folder = tmp_path / "configs" / "prices"
    folder.mkdir(parents=True)
    text = bundled("configs/prices/ydelser.toml").read_text(encoding="utf-8")
    (folder / "egne.toml").write_text(
        text.replace('name = "ydelser"', 'name = "egne"').replace("228996.0", "200000.0"),
        encoding="utf-8",
    )
    start = text.index('[[price]]\ngroups = ["ledighedsydelse"]')
    end = text.index("[[price]]", start + 10)
    (folder / "uden.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(run.folder, tmp_path / "r")
    result = forecast("budget", "r", "--prices", "egne", "--account", "2019=502,6 mio. kr.")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "r-budget" / "budget.csv").is_file()
    refused(forecast("budget", "r", "--prices", "uden"), "no price of ledighedsydelse")


def test_the_investment_is_held_against_what_it_saves(
    small_config: Path, run: Run, tmp_path: Path
) -> None:
    """A run that has the investment's scenario beside the free one says whether it is repaid."""
    del small_config
    both = tmp_path / "both"
    names = ("free", "oer-2020-08", "investering-2019-2024")
    scenarios = [text for name in names for text in ("--scenario", name)]
    made = forecast("project", run.folder, *scenarios, "--out", both)
    assert made.exit_code in (0, 3), made.output
    result = forecast("budget", both, "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output
    table = rows(tmp_path / "o")
    mine = table[table["scenario"].eq("free") & table["group"].eq(ALL)]
    found = mine[mine["output_type"].eq("mean")].set_index(["measure", "period"])["value"]
    years = "2019-01..2022-12"
    assert found["investering", years] == pytest.approx(16e6)
    saved = sum(
        means(table, year, "free")["nettoudgift", "", ALL]
        - means(table, year, "investering-2019-2024")["nettoudgift", "", ALL]
        for year in ("2019", "2020", "2021", "2022")
    )
    assert found["besparelse", years] == pytest.approx(saved, rel=1e-6)
    assert found["besparelse", years] > 0
    assert 0 <= found["sandsynlighed_tjent_hjem", years] <= 1
    assert 30 < found["nulpunkt", years] < 80
    words = " ".join(result.stdout.split())
    assert "Investeringen, scenarie free, " in words
    # under the ministry's path there are more persons, of whom the same part is saved
    both = table[table["measure"].eq("besparelse") & table["output_type"].eq("mean")]
    both = both.set_index("scenario")["value"]
    assert 1.0 < both["oer-2020-08"] / both["free"] < 1.2
    assert "investering-2019-2024" not in both.index
    _measures_are_followed(table, words)


def _measures_are_followed(table: pd.DataFrame, words: str) -> None:
    """The styringsmodel's three measures, as printed in 2018 and 2019, and on both ways ahead."""
    kept = table[table["output_type_id"].isin(["", "0.5"]) & table["output_type"].ne("median")]
    kept = kept[kept["account"].eq("")].set_index(
        ["measure", "scenario", "group", "period", "output_type_id"]
    )["value"]
    kept = kept.sort_index()
    cases, name = "sager_pr_aarsvaerk", "investering-2019-2024"
    assert kept[cases, "", "oevrige", "2019", ""] == pytest.approx(1777 / 35.8)
    # more staff, and fewer persons: fewer cases each
    one = {s: kept[cases, s, "oevrige", "2021", "0.5"] for s in ("free", name)}
    assert one[name] < one["free"] * 33.5 / 35.8
    cost = "omkostning_pr_fuldtidsperson"
    assert kept[cost, "", ALL, "2019", ""] == 19238
    assert kept[cost, name, ALL, "2021", ""] == pytest.approx(19238 * 1.0115 * 1.0125)
    weeks = {s: kept["varighed", s, "sygedagpenge", "2022", "0.5"] for s in ("free", name)}
    assert 0.95 < weeks[name] / weeks["free"] < 0.99
    assert "Sager pr. årsværk, Øvrige målgrupper, 54 50 5" in words
    assert "Kr. pr. fuldtidsperson, uden 21.292 19.238" in words


def test_a_run_prices_its_futures_as_the_command_does(run: Run, tmp_path: Path) -> None:
    """`budget.csv` and `budget.xlsx` lie in the run's own folder, and a section in its report."""
    result = forecast("budget", run.folder, "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output
    assert rows(run.folder).equals(rows(tmp_path / "o"))
    assert (run.folder / "budget.xlsx").stat().st_size > 20_000
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="budget"') : page.index('<section id="diagnostics"')]
    for text in (
        "Økonomisk status, som trykt",
        "1. kvartal 2020",
        "4. kvartal 2022",
        "år til dato",
    ):
        assert text in section
    table = rows(run.folder)
    middle = table[table["scenario"].eq("oer-2020-08") & table["output_type_id"].eq("0.5")]
    middle = middle[middle["group"].eq(ALL) & middle["measure"].eq("nettoudgift")]
    for period in ("2020-Q1", "2021-01..2021-06", "2022"):
        value = middle.set_index("period")["value"][period] / 1e6
        assert f"<td>{value:.1f}</td>".replace(".", ",") in section
    # the four prices of a year, as they stand in the table
    mean = table[table["scenario"].eq("oer-2020-08") & table["output_type"].eq("mean")]
    mean = mean[mean["account"].eq("") & mean["group"].eq(ALL) & mean["period"].eq("2021")]
    kroner = mean.set_index("measure")["value"] / 1e6
    names = ("bruttoudgift", "refusion", "nettoudgift", "tilskud", "nettoudgift_efter_tilskud")
    cells = "".join(f"<td>{kroner[name]:.1f}</td>".replace(".", ",") for name in names)
    assert f'<th scope="row">2021</th>{cells}' in section
    assert "Økonomisk status: overførselsudgifter i Gentofte" in run.result.stdout


def test_a_notebook_gets_the_same_table(run: Run) -> None:
    made = package.estimate_budget(run.folder, budgets={2021: 5.6e8})
    table = rows(run.folder)
    kept = ["scenario", "account", "group", "measure", "period", "output_type", "output_type_id"]
    both = table.merge(made.astype({"output_type_id": str}), on=kept, suffixes=("", "_made"))
    assert len(both) == len(table) < len(made)
    assert both["value_made"].to_numpy() == pytest.approx(both["value"].to_numpy())


def test_a_projection_prices_as_its_run_did(
    copy: Path, run: Run, tmp_path: Path, fitted: Fit
) -> None:
    """Prices and bookings are kept with the fit, whatever becomes of their files."""
    booked = tmp_path / "bogfoert.csv"
    booked.write_text("konto;måned;netto\n5.58.83;2020-01;700.000,00\n", encoding="utf-8")
    config = replace(fitted.inputs.config, path=tmp_path / "lille.toml")
    config = replace(config, budget=BudgetFiles(booked=booked))
    whole = complete(replace(fitted, inputs=replace(fitted.inputs, config=config)))
    kept = json.loads(whole.attrs["forecast"])
    booked.unlink()
    assert "prices/ydelser.toml" in kept["files"]
    kept["files"]["lille.toml"] += 'booked = "bogfoert.csv"\n'
    prices = kept["files"]["prices/ydelser.toml"]
    kept["files"]["prices/ydelser.toml"] = prices.replace("value = 203788.0", "value = 303788.0")
    with h5py.File(copy / "posterior.nc", "r+") as file:
        file.attrs["forecast"] = json.dumps(kept)
    result = forecast("project", copy, "--scenario", "free", "--out", tmp_path / "o")
    assert result.exit_code in (0, 3), result.output
    table, before = rows(tmp_path / "o"), rows(run.folder)
    month = table[table["account"].eq("5.58.83") & table["period"].eq("2020-01")]
    net = month[month["measure"].eq("nettoudgift") & month["group"].eq("")]["value"].to_numpy()
    assert net == pytest.approx(np.full(len(net), 7e5))
    fleksjob = [
        means(one, "2019", "free")["bruttoudgift", "", ALL]
        / means(one, "2019", "free")["bruttoudgift", "5.58.81", ""]
        for one in (table, before)
    ]
    assert fleksjob[0] < 0.75 * fleksjob[1]


def test_net_after_grants_is_net_less_the_change_of_grants(
    priced: tuple[pd.DataFrame, str],
) -> None:
    for period in ("2019", "2021", "2022-Q3"):
        found = means(priced[0], period)
        for key in (("", ALL), ("5.57.78", ""), ("5.57.71", "sygedagpenge")):
            net, grant = found[("nettoudgift", *key)], found[("tilskud", *key)]
            assert found[("nettoudgift_efter_tilskud", *key)] == pytest.approx(net - grant)
    assert means(priced[0], "2019")["tilskud", "", ALL] == pytest.approx(0.0, abs=1e-3)
    # more unemployed in all of the country: the municipality is compensated
    assert (
        means(priced[0], "2021")["tilskud", "", ALL]
        > means(priced[0], "2021", "free")["tilskud", "", ALL]
    )


def test_original_budget_and_bookings_stand_beside_the_expected(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("konto;måned;netto\n5.57.78;2020-01;9.500.000,00\n", encoding="utf-8")
    out = tmp_path / "o"
    amounts = ("--original", "2020=500 mio. kr.", "--budget", "2020=512,4 mio. kr.")
    result = forecast("budget", run.folder, *amounts, "--booked", file, "--out", out)
    assert result.exit_code == 0, result.output
    table = rows(out)
    facts = table[table["scenario"].eq("") & table["period"].eq("2020")].set_index("measure")
    assert facts["value"].to_dict() == {
        "oprindeligt_budget": 5e8,
        "budget": 5.124e8,
        "bogfoert": 9.5e6,
    }
    mine = table[table["scenario"].eq("free") & table["period"].eq("2020") & table["group"].eq(ALL)]
    mine = mine[mine["output_type"].ne("median")].set_index(["measure", "output_type_id"])["value"]
    for level in ("", "0.1", "0.9"):
        less = mine["nettoudgift", level] - mine["afvigelse", level]
        assert less == pytest.approx(5.124e8)
    assert "2020 free 500,0 512,4 9,5" in " ".join(result.stdout.split())


def test_own_spells_and_steps_take_the_place_of_judgement(run: Run, tmp_path: Path) -> None:
    """Many long spells: fewer on early steps, and a smaller part from the state."""
    spells, steps, out = tmp_path / "f.csv", tmp_path / "t.csv", tmp_path / "o"
    spell = "sygedagpenge;2018-01-01;2019-06-30;2019-12-31\n"
    spells.write_text(f"ydelse;fra;til;opgjort\n{400 * spell}", encoding="utf-8")
    steps.write_text(
        "ydelse;uge 1-4;uge 5-26;uge 27-52;uge 53-\nfleksjob;0;0;10;90\n", encoding="utf-8"
    )
    result = forecast("budget", run.folder, "--spells", spells, "--steps", steps, "--out", out)
    assert result.exit_code == 0, result.output
    judged, known = means(rows(run.folder), "2019"), means(rows(out), "2019")

    def part(found: pd.Series, account: str) -> float:
        return float(found["refusion", account, ""] / found["bruttoudgift", account, ""])

    # 78 weeks each: 4 at 80 per cent, 22 at 40, 26 at 30 and 26 at 20
    of_weeks = (4 * 0.8 + 22 * 0.4 + 26 * 0.3 + 26 * 0.2) / 78
    assert part(known, "5.57.71") == pytest.approx(of_weeks, abs=0.015)
    assert part(judged, "5.57.71") > of_weeks + 0.04
    # four of ten at 65 per cent, the rest at 20 and 30
    assert part(known, "5.58.81") == pytest.approx(0.4 * 0.65 + 0.6 * 0.21, abs=0.03)
    words = " ".join(result.stdout.split())
    assert "talt op på egne forløb for Sygedagpenge" in words
    assert "egne tal for Fleksjob" in words
