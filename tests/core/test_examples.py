import doctest
from types import ModuleType

import pytest

from forecast import errors, vocabulary
from forecast.core import draws, nodes, panel, period, tree

MODULES = (errors, vocabulary, period, nodes, tree, panel, draws)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_in_docstrings_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
