"""The published figures and the configured tree, read once."""

from pathlib import Path

import pytest

from forecast.config.groups import build_tree
from forecast.core.tree import Tree
from forecast.sources.published import Published, load_published

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published"


@pytest.fixture(scope="session")
def folder() -> Path:
    return PUBLISHED


@pytest.fixture(scope="session")
def tree() -> Tree:
    return build_tree()


@pytest.fixture(scope="session")
def published(tree: Tree) -> Published:
    return load_published(PUBLISHED, tree.groups)
