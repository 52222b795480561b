"""Applying several fixes to one notebook."""

import json
from pathlib import Path

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.fix import fixed

IPYNB = Path("a.ipynb")


def fixed_sources(*sources: str) -> list[str]:
    """Return the sources of a notebook's cells after all its findings were fixed."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{i}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    content = json.dumps(notebook, indent=1).encode()
    checker = RuleSet.of(Config(select=("NBI007", "NBI008")))
    done = fixed(IPYNB, content, checker, {"safe", "unsafe"})
    return ["".join(cell["source"]) for cell in json.loads(done.content)["cells"]]


def test_two_cells_that_need_a_module_get_one_import():
    first, second = fixed_sources("!mkdir -p data", "%cd data\n!wget -q http://a.example/b.csv")
    assert first.count("import subprocess\n") == 1
    assert "import subprocess" not in second
    assert second.count("import os\n") == 1


def test_two_fixes_in_one_cell_get_one_import():
    (source,) = fixed_sources("!mkdir -p data\n!cp a.csv data")
    assert source.startswith("import subprocess\n")
    assert source.count("import subprocess") == 1
    assert source.count("subprocess.run") == 2
