"""`forecast budget`: a run's futures in kroner."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.config import bundled
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
    factor = table[table["measure"].eq("skalering")]["value"].item()
    assert f"{factor:.3f}".replace(".", ",") in priced[1]
    free = means(table, "2019", "free")
    assert free["nettoudgift", "", ALL] == pytest.approx(502.6e6)
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
    assert "Hvorfor nettoudgiften ændrer sig, scenarie oer-2020-08" in " ".join(text.split())


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
    scenarios = ("--scenario", "free", "--scenario", "investering-2019-2024")
    made = forecast("project", run.folder, *scenarios, "--out", both)
    assert made.exit_code in (0, 3), made.output
    result = forecast("budget", both, "--out", tmp_path / "o")
    assert result.exit_code == 0, result.output
    table = rows(tmp_path / "o")
    mine = table[table["scenario"].eq("investering-2019-2024") & table["group"].eq(ALL)]
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
    assert "Investeringen (investering-2019-2024 mod free), " in " ".join(result.stdout.split())
