"""The work of a command grows no faster than the notebook, also where the notebook is hostile.

Work is the number of calls that Python makes, which does not depend on the machine. The shapes are
those that were slow once; tests/benchmarks/shapes.py measures all of them, and their time.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_shapes import SHAPES
from shape_parts import write

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.plan import PlanError
from nb2prod.planning import plan_of

STEEP = 1.3
SMALL = 80


def checking(path: Path) -> None:
    check_file(path, RuleSet.of(Config(select=("ALL",))), None, path.read_bytes())


def planning(path: Path) -> None:
    plan_of(read_notebook(path))


def calls(work: Callable[[Path], None], path: Path) -> int:
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        work(path)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (checking, "imports in a line"),
        (checking, "one import, cells"),
        (checking, "suppressions"),
        (checking, "ands"),
        (planning, "chain"),
        (planning, "chain, cells"),
        (planning, "imports"),
        (planning, "headings, cells"),
    ],
)
def test_work_grows_with_the_notebook(
    work: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    sizes = (SMALL, SMALL, 4 * SMALL)  # the first time, rules are imported
    paths = [
        write(tmp_path / f"{n}.ipynb", SHAPES[name].cells(size)) for n, size in enumerate(sizes)
    ]
    _, small, large = (calls(work, path) for path in paths)
    assert math.log(large / small, 4) < STEEP


def test_code_that_is_nested_too_deeply_is_refused_with_its_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "deep.ipynb", ["x = 1", *SHAPES["lambdas"].cells(2000)])
    with pytest.raises(PlanError, match="cell 2: the code is nested too deeply"):
        planning(path)
