"""``forecast data``: what figures there are, and whether they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.errors import one_line
from forecast.cli.options import config_argument, lang_option

if TYPE_CHECKING:
    from forecast.config import FigureFile
    from forecast.core.tree import Group, Tree

_WORDS: Mapping[str, Mapping[str, str]] = {
    "da": {
        "figures": "tal i alt",
        "checks": "efterregninger",
        "fit": "indgår i modellen",
        "check": "kun til kontrol, indgår aldrig i modellen",
        "scenario": "udsagn om fremtiden, til scenarier",
        "identity": "følger af andre tal",
        "context": "til læseren",
        "exact": "stemmer",
        "rounding": "stemmer inden for afrunding",
        "wrong": "trykfejl, hver med sin forklaring",
    },
    "en": {
        "figures": "figures in all",
        "checks": "recomputations",
        "fit": "enter the model",
        "check": "for checking only, never enter the model",
        "scenario": "statements about the future, for scenarios",
        "identity": "follow from other figures",
        "context": "for the reader",
        "exact": "agree",
        "rounding": "agree within rounding",
        "wrong": "misprints, each with its reason",
    },
}


@click.group(
    epilog="\b\nExample:\n  forecast data check",
)
def data() -> None:
    """Look at the figures that a configuration uses."""


@data.command(
    epilog="\b\nExample:\n  forecast data check configs/gentofte.toml",
)
@config_argument
@lang_option
@one_line
def check(config: Path | None, lang: str) -> None:
    """Read all figures and count them; recompute the published ones from their parts.

    CONFIG is a configuration file; without it, the one of Gentofte that comes with the program.
    """
    from forecast.config import load_config
    from forecast.vocabulary import Role

    settings = load_config(config)
    roles: Counter[str] = Counter()
    if settings.data.published:
        roles += _published(settings.tree.groups, lang)
    for file in settings.data.figures:
        roles += _own(file, settings.tree)
    _show("figures", {role.value: roles[role.value] for role in Role}, lang)


def _published(groups: Mapping[str, Group], lang: str) -> Counter[str]:
    """Count the published figures by role, and print how they agree with their parts."""
    from forecast.config import bundled
    from forecast.keyfigures.recompute import Verdict, recompute
    from forecast.sources.published import load_published

    published = load_published(bundled("data/published"), groups)
    verdicts = Counter(str(verdict) for verdict in recompute(published)["verdict"])
    _show("checks", {word.value: verdicts[word.value] for word in Verdict}, lang)
    return Counter(figure.role.value for figure in published.figures)


def _own(file: FigureFile, tree: Tree) -> Counter[str]:
    """Count the figures of a user's file by role."""
    from forecast.sources.figures import load_figures
    from forecast.vocabulary import ROLE

    panel = load_figures(file.path, tree.groups, tree.areas, number_format=file.format)
    return Counter(str(role) for role in panel.frame[ROLE])


def _show(heading: str, counts: Mapping[str, int], lang: str) -> None:
    words = _WORDS[lang]
    click.echo(f"{sum(counts.values()):5d}  {words[heading]}")
    for key, count in counts.items():
        click.echo(f"{count:9d}  {key:9s} {words[key]}")
