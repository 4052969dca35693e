"""One catalogue holds every sentence, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import forecast.report as package
from forecast.errors import ConfigError
from forecast.report.catalogue import PHRASES, label_or_name, phrase

HOME = Path(package.__file__).parent
SOURCES = [
    path
    for path in sorted([*HOME.glob("*.py"), *HOME.glob("templates/*.j2")])
    if not path.name.startswith("catalogue")
]
LOOKED_UP_BY_NAME = (
    "book.",
    "bench.verdict.",
    "bench.state.",
    "bench.reading.",
    "bench.reason.",
    "bench.basis.",
    "factor.",
    "measure.",
    "verdict.",
    "diagnostics.",
    "findings.",
    "chart.",
    "compare.far.",
    "compare.came.",
    "carry.",
    "scenarios.",
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", PHRASES)
def test_both_languages_are_there_with_the_same_placeholders(key: str) -> None:
    danish, english = PHRASES[key]
    assert danish
    assert english
    assert placeholders(danish) == placeholders(english)


def test_every_phrase_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    unused = [
        key
        for key in PHRASES
        if not key.startswith(LOOKED_UP_BY_NAME)
        and not re.search(rf"[\"']{re.escape(key)}[\"']", code)
    ]
    assert unused == []


def test_no_danish_stands_outside_the_catalogue() -> None:
    for path in SOURCES:
        code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"[æøåÆØÅ]", code), path.name


def test_an_unknown_phrase_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"'titel' is not in the catalogue.*'title'"):
        phrase("titel", "da")


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ConfigError, match="language 'sv' is not known"):
        phrase("pinned", "sv")  # type: ignore[arg-type]


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(ConfigError, match="needs a value for 'area'"):
        phrase("title", "da", year=2022)


def test_a_name_without_a_label_is_shown_as_it_is() -> None:
    assert label_or_name("factor", "base_share", "da").startswith("grundandel")
    assert label_or_name("factor", "new_factor", "da") == "new factor"
