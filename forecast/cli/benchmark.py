"""``forecast benchmark``: the expected share, ranks, and the risk of supervision."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import finish, lang_option, seed_option

OWN = Path("configs")
"""Where a user's own files lie, in the working directory."""


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast benchmark y30r21.csv\n"
    "  forecast benchmark y30r21.csv --conditions rammevilkaar.csv --run outputs/gentofte\n"
    "  forecast benchmark y30r21.csv --offers '142 af 778' --conversations '12,5 pct.'",
)
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--conditions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Framework conditions, a municipality a row: our own expectation beside the published.",
)
@click.option(
    "--run",
    "run_folder",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Folder of a run, whose futures say how the municipality and the country will move.",
)
@click.option("--area", default="Gentofte", show_default=True, metavar="NAME", help="Municipality.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="NAME",
    help="Municipality to stand beside it; may be given several times.  [default: the five of the "
    "nearest expectation]",
)
@click.option(
    "--offers",
    metavar="SHARE",
    help="Share without an offer or employment in the last 12 months, of those with 12 months' "
    "seniority: '18,2 pct.', or '142 af 778' to say how sure it is.",
)
@click.option("--conversations", metavar="SHARE", help="Share with fewer than 4 conversations.")
@seed_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the results; by default outputs/ and the table's name.",
)
@lang_option
@one_line
def benchmark(
    table: Path,
    conditions: Path | None,
    run_folder: Path | None,
    area: str,
    peers: tuple[str, ...],
    offers: str | None,
    conversations: str | None,
    seed: int | None,
    out: Path | None,
    lang: str,
) -> None:
    """Compare actual shares on benefits with the expected ones, and tell how sure one can be.

    TABLE is jobindsats' table y30r21 of all municipalities and benefit groups, as downloaded or as
    the API answers. Writes benchmark.csv, supervision.csv, diagnostics.csv and report.html. Exit
    code 3 when a check of the computation fails.
    """
    from forecast.cli.progress import Terminal
    from forecast.config.focus import focus_share
    from forecast.run.benchmark import SEED, BenchmarkRequest
    from forecast.run.benchmark_command import run_benchmark

    request = BenchmarkRequest(
        table,
        conditions,
        run_folder,
        area,
        peers,
        focus_share(offers, "--offers"),
        focus_share(conversations, "--conversations"),
        SEED if seed is None else seed,
        OWN if OWN.is_dir() else None,
    )
    finish(run_benchmark(request, out, lang, Terminal()))
