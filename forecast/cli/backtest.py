"""``forecast backtest``: how good the methods would have been."""

from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import finish, lang_option, out_option, seed_option

KINDS = ["danish", "plain"]


def _words(
    context: click.Context, option: click.Parameter, text: str | None
) -> tuple[str, ...] | None:
    """Take a list of words apart at its commas; an empty one is wrong usage."""
    if text is None:
        return None
    found = tuple(word.strip() for word in text.split(",") if word.strip())
    if not found:
        raise click.BadParameter(
            "nothing is named; give names with commas between", context, option
        )
    return found


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast backtest --panel ledige.csv\n"
    "  forecast backtest configs/kommuner.toml --out outputs/prove\n"
    "  forecast backtest --panel own.csv --areas areas.csv --national Total \\\n"
    "    --horizon 24 --origins 2022-07,2023-01 --models seasonal_share,ets_share",
)
@click.argument("config", required=False, default=None, type=click.Path(path_type=Path))
@click.option(
    "--panel",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Monthly figures: CSV, Excel or Parquet with area, period, value (and group), or a file "
    "as downloaded from jobindsats.dk; in place of the configuration's.",
)
@click.option(
    "--areas",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Table of areas with columns area, parent; without it Denmark's municipalities.",
)
@click.option("--national", metavar="NAME", help="The area that all others lie in.")
@click.option("--measure", metavar="NAME", help="Which measure, where the file has several.")
@click.option(
    "--format", "number_format", type=click.Choice(KINDS), help="How 1.036 is to be read."
)
@click.option("--groups", metavar="A,B", callback=_words, help="Only these groups.")
@click.option("--horizon", type=click.IntRange(1, 120), metavar="N", help="Months ahead.")
@click.option(
    "--origins",
    metavar="MONTHS",
    callback=_words,
    help="Last months that a method sees, e.g. 2022-07,2023-01; by default every third.",
)
@click.option(
    "--window", type=click.IntRange(min=24), metavar="N", help="Months of history; all without it."
)
@click.option(
    "--given-national", is_flag=True, help="Tell the nation's figures as they came; the default."
)
@click.option("--free", is_flag=True, help="Tell nothing of the nation.")
@click.option(
    "--given",
    "given_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Tell a forecast of the nation that was published at the time: CSV with published, "
    "period, value (and group).",
)
@click.option(
    "--models",
    metavar="A,B",
    callback=_words,
    help="Methods, e.g. seasonal_share,ets_share,link; ratios are taken to the first.",
)
@click.option("--draws", type=click.IntRange(100, 100_000), metavar="N", help="Futures of each.")
@seed_option
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Processes; by default one a core."
)
@out_option
@lang_option
@one_line
def backtest(
    config: Path | None,
    panel: Path | None,
    areas: Path | None,
    national: str | None,
    measure: str | None,
    number_format: str | None,
    groups: tuple[str, ...] | None,
    horizon: int | None,
    origins: tuple[str, ...] | None,
    window: int | None,
    given_national: bool,
    free: bool,
    given_file: Path | None,
    models: tuple[str, ...] | None,
    draws: int | None,
    seed: int | None,
    workers: int | None,
    out: Path | None,
    lang: str,
) -> None:
    """Run methods on the past and score what they said.

    With a CONFIG, with a panel of any country (--panel), or with a CONFIG and another panel.
    What is interrupted goes on where it was when the same command is given again.
    """
    from forecast.cli.progress import Tasks
    from forecast.config.backtest import backtest_config
    from forecast.run.backtest import run_backtest

    if config is None and panel is None:
        raise click.UsageError("give a configuration, or a panel with --panel FILE")
    if given_national + free + (given_file is not None) > 1:
        raise click.UsageError("give only one of --given FILE, --given-national and --free")
    given = "free" if free else "national" if given_national else given_file
    settings = backtest_config(
        config,
        panel=panel,
        areas=areas,
        national=national,
        measure=measure,
        number_format=number_format,
        groups=groups,
        horizon=horizon,
        origins=origins,
        window=window,
        given=given,
        models=models,
        draws=draws,
        seed=seed,
    )
    with Tasks(lang) as teller:
        chosen = "en" if lang == "en" else "da"
        result = run_backtest(settings, out, chosen, workers or _cores(), teller)
    finish(result)


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
