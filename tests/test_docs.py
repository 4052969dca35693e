"""The pages: the README's first lines, commands, files of a run, and links between pages."""

import re
import tomllib
from dataclasses import fields
from itertools import chain
from pathlib import Path

import click
import pytest

from forecast.cli import COMMANDS, main
from forecast.report.data import TableFiles
from forecast.run.archive import POSTERIOR
from forecast.run.folder import MANIFEST
from forecast.vocabulary import PROJECTION_COLUMNS, Basis

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")])

FIRST_LINES = [
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/forecast run",
    "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest",
]
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`([\w-]+\.(?:csv|parquet|nc|json|html|xlsx))`")
OF_A_RUN = {
    *(getattr(TableFiles(), field.name) for field in fields(TableFiles)),
    *("projections.parquet", "draws.nc", "report.html", "budget.csv", "budget.xlsx"),
    *(POSTERIOR, MANIFEST),
}


def test_the_readme_begins_with_the_two_lines() -> None:
    blocks = [match.group(1) for match in BLOCK.finditer(README)]
    assert blocks[:2] == [f"{line}\n" for line in FIRST_LINES]


def test_ci_runs_the_two_lines_as_they_stand() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in ci if line in FIRST_LINES] == FIRST_LINES


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_mentions_every_command(name: str) -> None:
    assert re.search(rf"forecast {name}\b", README), f"forecast {name} is not in README.md"


def test_options_in_the_readme_exist() -> None:
    options = {"--help"}
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        below = command.commands.values() if isinstance(command, click.Group) else ()
        for one in (command, *below):
            options.update(option for parameter in one.params for option in parameter.opts)
    assert set(re.findall(r"(?<![\w-])--[a-z]+", README)) <= options


def test_the_readme_names_every_file_of_a_run_and_no_other() -> None:
    assert set(FILE.findall(README)) == OF_A_RUN


def test_the_readme_names_columns_and_bases() -> None:
    assert ", ".join(PROJECTION_COLUMNS) in " ".join(README.split())
    assert all(f"`{basis.value}`" in README for basis in Basis)


def test_python_in_the_readme_can_be_read() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 4
    for block in blocks:
        compile(block, "README.md", "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").casefold()
    names = [re.split(r"[<>=\[]", requirement)[0].casefold() for requirement in wanted]
    assert [name for name in names if name not in page] == []


def test_pages_name_tests_that_exist() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)`", page)
    assert named
    assert [name for name in named if f"def {name}(" not in source] == []


def test_pages_are_short_enough_to_read() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        lines = page.read_text(encoding="utf-8").count("\n")
        # the README holds a planner's dialogue with the program
        assert lines <= (300 if page.name == "README.md" else 200), page.name
