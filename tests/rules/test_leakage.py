"""The leakage rules on generated notebooks: clean ones, and twins with one leak."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from leaky_notebooks import Case, cases

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file

CHECKER = RuleSet.of(Config(select=("NBL001", "NBL002", "NBL003", "NBL005")))
CASES = list(cases(seed=20))


def findings(cells: Iterable[str]) -> set[tuple[str, int | None]]:
    """Return the rule and cell of each finding."""
    code = {"cell_type": "code", "outputs": [], "execution_count": None}
    written = [
        {
            **({"cell_type": "markdown"} if c.startswith("## ") else code),
            "metadata": {},
            "source": c,
        }
        for c in cells
    ]
    content = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    checked, _ = check_file(Path("case.ipynb"), CHECKER, None, json.dumps(content).encode())
    return {(f.code, f.cell) for f in checked.findings}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_leak_is_found_in_its_cell_and_nothing_in_the_clean_twin(case: Case):
    assert findings(case.cells) == ({case.leak} if case.leak else set())
