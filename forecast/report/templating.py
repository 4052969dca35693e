"""What renders the templates of the pages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache
def environment() -> Environment:
    """Make what renders the templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Names of areas, groups and sources come from files of the user: all of them are escaped.
    return Environment(
        loader=PackageLoader("forecast.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
