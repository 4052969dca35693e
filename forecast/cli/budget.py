"""``forecast budget``: what the projections cost, and the risk of a budget."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import finish, lang_option, run_argument


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast budget outputs/gentofte\n"
    "  forecast budget outputs/gentofte --budget '2021=512,4 mio. kr.' --booked bogfoert.csv\n"
    "  forecast budget outputs/gentofte --prices budget.xlsx",
)
@run_argument
@click.option(
    "--prices",
    default="ydelser",
    show_default=True,
    metavar="NAME",
    help="Prices of full-time persons: a file in configs/prices/, without .toml, or a workbook "
    "(.xlsx) such as budget.xlsx with changed prices.",
)
@click.option(
    "--account",
    metavar="'YEAR=AMOUNT mio. kr.'",
    help="A known net account that prices are reconciled with by one factor.  [default: the "
    "published one of the municipality]",
)
@click.option(
    "--budget",
    "budgets",
    multiple=True,
    metavar="'YEAR=AMOUNT mio. kr.'",
    help="Net budget of a year, whose risk is told; may be given several times.",
)
@click.option(
    "--original",
    "originals",
    multiple=True,
    metavar="'YEAR=AMOUNT mio. kr.'",
    help="Net budget of a year as first adopted, to be shown beside; may be given several times.",
)
@click.option(
    "--booked",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Booked months as facts: CSV or Excel with columns konto, måned, netto (kroner).",
)
@click.option(
    "--spells",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Own spells, which say how long people stay: CSV, Excel or Parquet with columns ydelse, "
    "fra, til, opgjort and, where known, 'uger før'.",
)
@click.option(
    "--steps",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="How many stand on each step of the ladder: columns ydelse, 'uge 1-4', 'uge 5-26', "
    "'uge 27-52', 'uge 53-'.",
)
@click.option(
    "--scenario",
    metavar="ID",
    help="Scenario told in full, and in the workbook.  [default: the first that is not free]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the result; by default beside the run, with -budget behind its name.",
)
@lang_option
@one_line
def budget(
    run_folder: Path,
    prices: str,
    account: str | None,
    budgets: tuple[str, ...],
    originals: tuple[str, ...],
    booked: Path | None,
    spells: Path | None,
    steps: Path | None,
    scenario: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Turn a run's full-time persons into transfer expenditure.

    RUN is the output folder of an earlier run. Every scenario's draws are priced, the state's part
    is taken off by the refusion ladder, and one factor reconciles them with a known account.
    Writes budget.csv and budget.xlsx, whose formulas follow when a price is changed.
    """
    from forecast.cli.progress import Terminal
    from forecast.config.beside_files import amounts
    from forecast.config.money import year_amount
    from forecast.run.budget_command import run_budget
    from forecast.run.budget_read import BudgetRequest

    from_book = prices.endswith(".xlsx")
    request = BudgetRequest(
        "ydelser" if from_book else prices,
        Path(prices) if from_book else None,
        None if account is None else year_amount(account, "--account"),
        amounts(originals, "--original"),
        amounts(budgets, "--budget"),
        booked,
        spells,
        steps,
        scenario,
    )
    finish(run_budget(run_folder, request, out, lang, Terminal()))
