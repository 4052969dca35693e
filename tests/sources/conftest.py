"""The published figures and the configured groups, read once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from forecast.config.groups import load_groups
from forecast.core.tree import Group
from forecast.sources.published import Published, load_published

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published"


@pytest.fixture(scope="session")
def folder() -> Path:
    return PUBLISHED


@pytest.fixture(scope="session")
def groups() -> Mapping[str, Group]:
    return load_groups()


@pytest.fixture(scope="session")
def published(groups: Mapping[str, Group]) -> Published:
    return load_published(PUBLISHED, groups)
