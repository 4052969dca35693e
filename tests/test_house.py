"""The house: which way its arrows point, and who may read and write."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "forecast"
MODULES = sorted(PACKAGE.rglob("*.py"))

NOUNS = frozenset({"errors", "vocabulary", "core", "config"})
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "vocabulary": frozenset({"errors"}),
    "core": frozenset({"errors", "vocabulary"}),
    "config": frozenset({"errors", "vocabulary", "core"}),
    "sources": NOUNS,
    "keyfigures": NOUNS,
    "report": NOUNS,
    "models": NOUNS,
    "scenarios": NOUNS | {"models", "coherence"},
    "coherence": NOUNS,
    "diagnostics": NOUNS | {"models", "scenarios"},
    "benchmark": NOUNS | {"models", "scenarios"},
    "budget": NOUNS | {"models", "scenarios"},
    "evaluation": NOUNS | {"models", "scenarios"},
}
EVERYTHING = frozenset(MAY_IMPORT)
MAY_IMPORT["run"] = EVERYTHING
MAY_IMPORT["cli"] = EVERYTHING | {"run"}

READS_TOML = frozenset({"config"})
READS_DATA = frozenset({"sources"})
WRITES = frozenset({"run", "report"})

TOML = re.compile(r"\btomllib\b")
READING = re.compile(
    r"\b(?:read_(?:csv|excel|parquet|json|table|feather|xml|html)|csv\.(?:reader|DictReader)"
    r"|load_workbook)\b"
)
WRITING = re.compile(
    r"\b(?:to_(?:csv|parquet|netcdf|excel|json)|write_(?:text|bytes|table|html)|csv\.writer"
    r"|DictWriter|mkdir|mkdtemp|rmtree)\s*\(|\bopen\([^)]*[\"'][wxa]b?\+?[\"']"
)
# a configuration written for the user is output of the command and of no run
WRITES_A_CONFIGURATION = {"cli/init.py", "cli/scenario.py", "config/init.py"}


def part_of(path: Path) -> str:
    """First name below the package: core, config, run, ..."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Parts of the package that a module imports, inside functions and for types too."""
    package = ("forecast", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            words = name.split(".")
            if words[0] == "forecast" and len(words) > 1:
                yield words[1]


def code_of(path: Path) -> str:
    """Source without docstrings and comments, one statement a line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(value=None)
    return ast.unparse(tree)


def offenders(pattern: re.Pattern[str], allowed: frozenset[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in MODULES
        if part_of(path) not in allowed
        and path.relative_to(PACKAGE).as_posix() not in WRITES_A_CONFIGURATION
        for found in [pattern.search(code_of(path))]
        if found
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_arrows_point_one_way(path: Path) -> None:
    part = part_of(path)
    if part in ("__init__", "__main__"):
        return
    assert part in MAY_IMPORT, f"{part} has no place in the house: add it to MAY_IMPORT"
    names = {name for name in imported(path) if name != "__version__"}
    assert names - MAY_IMPORT[part] - {part} == set()


def test_arrows_make_no_circle() -> None:
    placed: set[str] = set()
    waiting = dict(MAY_IMPORT)
    while waiting:
        free = {part for part, below in waiting.items() if below <= placed}
        assert free, f"circle among {sorted(waiting)}"
        placed |= free
        waiting = {part: below for part, below in waiting.items() if part not in free}


def test_only_config_reads_toml() -> None:
    assert offenders(TOML, READS_TOML) == []


def test_only_sources_read_data() -> None:
    assert offenders(READING, READS_DATA) == []


def test_only_run_and_report_write_files() -> None:
    assert offenders(WRITING, WRITES) == []


# numba's cache on disk sees changes of a function's own file only, so what is compiled together
# stands together
LONG_FOR_A_REASON = frozenset({"forecast/models/compiled.py"})


def test_modules_are_one_thing_each() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in MODULES
    }
    long = {name for name, length in lengths.items() if length > 400}
    assert long == LONG_FOR_A_REASON


def group_keys() -> set[str]:
    """Keys of the configured groups."""
    # not through forecast.config, so that this test stands when configuration does not load
    text = (ROOT / "configs" / "groups.toml").read_text(encoding="utf-8")
    headers = re.findall(r"(?m)^\s*\[+\s*(?:groups?\.)?[\"']?([a-z_]+)[\"']?\s*\]+", text)
    keys = re.findall(r"(?m)^\s*key\s*=\s*[\"']([a-z_]+)[\"']", text)
    return {*headers, *keys} - {"group", "groups"}


def compared_constants(path: Path) -> Iterator[tuple[int, str]]:
    """Texts that a module compares something with."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Compare):
            below = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            below = [node.value]
        else:
            continue
        for item in below:
            for constant in ast.walk(item):
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                    yield constant.lineno, constant.value


def test_a_group_is_an_entry_in_a_file_and_no_code() -> None:
    keys = group_keys()
    assert len(keys) >= 27
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in MODULES
        for line, text in compared_constants(path)
        if text in keys
    ]
    assert found == []


def test_public_names_are_there() -> None:
    import forecast

    named = {
        "load",
        "fit",
        "project",
        "Scenario",
        "assess_benchmark",
        "estimate_budget",
        "__version__",
    }
    assert named <= set(dir(forecast))
    assert forecast.Scenario.__name__ == "ScenarioSpec"
    assert all(callable(action) for action in (forecast.load, forecast.fit, forecast.project))
    assert all(callable(action) for action in (forecast.assess_benchmark, forecast.estimate_budget))
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        forecast.__getattr__("lode")


def test_importing_the_package_stays_light() -> None:
    heavy = "pandas xarray pymc nutpie arviz altair numba pydantic"
    script = f"import sys, forecast; print(*sys.modules.keys() & set({heavy.split()}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
