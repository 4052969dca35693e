"""``[benchmark]`` and ``[budget]`` of a run's configuration: what stands beside its figures."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from forecast.config.base import Frozen
from forecast.config.focus import focus_share
from forecast.config.money import year_amount
from forecast.errors import ConfigError

COMPARED, PRICED = ("table", "conditions"), ("price_book", "booked", "steps")
"""Keys that name files."""


class BenchmarkFiles(Frozen):
    """``[benchmark]``: the published benchmark, and what stands beside it."""

    table: Path = Field(description="jobindsats' table y30r21, relative to this file")
    conditions: Path | None = None
    peers: tuple[str, ...] = ()
    offers: str | None = None
    conversations: str | None = None


class BudgetFiles(Frozen):
    """``[budget]``: what full-time persons cost, and what is known of the account.

    Spells are for ``forecast budget --spells`` only: what a configuration names is kept in a run's
    archive, where single cases have no place.
    """

    prices: str = Field(default="ydelser", description="a file in prices/ without .toml")
    price_book: Path | None = None
    account: str | None = Field(default=None, description="such as '2019=502,6 mio. kr.'")
    originals: tuple[str, ...] = ()
    budgets: tuple[str, ...] = ()
    booked: Path | None = None
    steps: Path | None = None


def checked_benchmark(files: BenchmarkFiles | None, file: Path) -> BenchmarkFiles | None:
    """Resolve paths relative to a configuration, and read shares once.

    Raises
    ------
    ConfigError
        Naming the key: a file that is not there, a share that is none.
    """
    if files is None:
        return None
    for key in ("offers", "conversations"):
        focus_share(getattr(files, key), f"{file}: benchmark.{key}")
    return files.model_copy(update=_found(files, COMPARED, "benchmark", file))


def checked_budget(files: BudgetFiles | None, file: Path) -> BudgetFiles | None:
    """Resolve paths relative to a configuration, and read its amounts once.

    Raises
    ------
    ConfigError
        Naming the key: a file that is not there, an amount that is none, a year twice.
    """
    if files is None:
        return None
    if files.account is not None:
        year_amount(files.account, f"{file}: budget.account")
    for key in ("originals", "budgets"):
        amounts(getattr(files, key), f"{file}: budget.{key}")
    return files.model_copy(update=_found(files, PRICED, "budget", file))


def own_files(benchmark: BenchmarkFiles | None, budget: BudgetFiles | None) -> tuple[Path, ...]:
    """List the user's own files that are named."""
    named = [None if benchmark is None else getattr(benchmark, key) for key in COMPARED]
    named += [None if budget is None else getattr(budget, key) for key in PRICED]
    return tuple(path for path in named if path is not None)


def rules_of(benchmark: BenchmarkFiles | None, budget: BudgetFiles | None) -> list[str]:
    """Name the files of rules and prices that are used."""
    compared = [] if benchmark is None else ["benchmark.toml", "supervision.toml"]
    if budget is None:
        return compared
    priced = [f"prices/{budget.prices}.toml", "refusion.toml", "grants.toml", "investment.toml"]
    return [*compared, *priced]


def _found(
    files: BenchmarkFiles | BudgetFiles, keys: Sequence[str], table: str, file: Path
) -> dict[str, Path]:
    """Resolve the paths of some keys, and check that they are there."""
    found: dict[str, Path] = {}
    for key in keys:
        named = getattr(files, key)
        if named is None:
            continue
        found[key] = file.parent / named
        if not found[key].is_file():
            raise ConfigError(
                f"{file}: {table}.{key}: {found[key]} does not exist; expected a file, written "
                "relative to the configuration"
            )
    return found


def amounts(texts: tuple[str, ...], where: str) -> dict[int, float]:
    """Read amounts of years, in kroner.

    Raises
    ------
    ConfigError
        For anything that is no year and amount, and for a year that stands twice.
    """
    out: dict[int, float] = {}
    for text in texts:
        year, amount = year_amount(text, where)
        if year in out:
            raise ConfigError(f"{where}: {year} stands twice; keep one")
        out[year] = amount
    return out
