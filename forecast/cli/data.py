"""``forecast data``: what figures there are, and whether they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from forecast.cli.errors import one_line
from forecast.cli.options import config_argument, lang_option

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
    """Read all published figures, recompute them from their parts and count the verdicts.

    CONFIG is a configuration file; without it, the one of Gentofte that comes with the program.
    """
    from forecast.config import bundled, load_config
    from forecast.keyfigures.recompute import Verdict, recompute
    from forecast.sources.published import load_published
    from forecast.vocabulary import Role

    groups = load_config(config).tree.groups
    published = load_published(bundled("data/published"), groups)
    roles = Counter(figure.role.value for figure in published.figures)
    verdicts = Counter(str(verdict) for verdict in recompute(published)["verdict"])
    _show("figures", {role.value: roles[role.value] for role in Role}, lang)
    _show("checks", {word.value: verdicts[word.value] for word in Verdict}, lang)


def _show(heading: str, counts: Mapping[str, int], lang: str) -> None:
    words = _WORDS[lang]
    click.echo(f"{sum(counts.values()):5d}  {words[heading]}")
    for key, count in counts.items():
        click.echo(f"{count:9d}  {key:9s} {words[key]}")
