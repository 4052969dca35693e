"""``forecast init``: a first configuration for any of the 98 municipalities."""

from pathlib import Path

import click

from forecast.cli.errors import one_line


@click.command(
    epilog="\b\nExamples:\n"
    "  forecast init --kommune Aarhus\n"
    "  forecast init --kommune Aeroe --out configs/aeroe.toml",
)
@click.option(
    "--kommune", required=True, metavar="NAME", help="The municipality, e.g. Ærø or Aeroe."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write; by default the municipality's name and .toml, here.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@one_line
def init(kommune: str, out: Path | None, force: bool) -> None:
    """Write a configuration with explanations, to run or to change."""
    from forecast.config import load_areas, render

    name, content = render(kommune, load_areas())
    file = Path(name) if out is None else out
    write_whole(file, content, force)
    click.echo(f"{file}\nforecast run {file}")


def write_whole(file: Path, content: str, force: bool) -> None:
    """Write beside the file and swap in when whole, so that a full disk spoils nothing."""
    from forecast.errors import OutputError

    if file.is_dir() or not file.parent.is_dir():
        raise OutputError(f"{file}: cannot be written; expected a file in a folder that exists")
    if file.exists() and not force:
        raise OutputError(
            f"{file}: is there already; choose another name with --out, or --force to write over it"
        )
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(content, encoding="utf-8", newline="\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
