"""Statements of a cell become a function in the notebook, which computes the same as before."""

from pathlib import Path

import pytest
from running import edited, example, notebook_of, run

from nb2prod.refactoring.function import extract_function
from nb2prod.refactoring.subject import RefusedError, Subject
from nb2prod.text.spans import Span


def extracted(folder: Path, *cells: str, cell: int = -1, part: str = "", tags=()) -> str:
    """Extract, run before and after, and return the cell as it is afterwards."""
    index = cell % len(cells)
    notebook = notebook_of(*cells, folder=folder, tags={index: tags})
    start = cells[index].index(part)
    span = Span(start, start + len(part)) if part else None
    after = edited(notebook, extract_function(Subject(notebook), index, span))
    same(run(notebook), run(after))
    return after.cells[index].source


def same(before: dict[str, str], after: dict[str, str], *, function: int = 1) -> None:
    """Assert that the variables that are left are equal, and that only functions are new."""
    assert {n: after[n] for n in before if n in after} == {
        n: before[n] for n in before if n in after
    }
    assert len(after.keys() - before.keys()) == function


def test_what_is_read_becomes_a_parameter_and_what_is_read_later_is_given_back(tmp_path):
    cells = [
        "rows = [3, 1, 2]\nfactor = 2",
        "doubled = [factor * row for row in rows]\n"
        "# the largest first\nranked = sorted(doubled)[::-1]",
        "print(ranked)",
    ]
    assert extracted(tmp_path, *cells, cell=1) == (
        "def compute_ranked(factor: int, rows: list) -> list:\n"
        '    """Compute ranked."""\n'
        "    doubled = [factor * row for row in rows]\n"
        "    # the largest first\n"
        "    ranked = sorted(doubled)[::-1]\n"
        "    return ranked\n"
        "\n\n"
        "ranked = compute_ranked(factor, rows)"
    )


def test_only_what_is_selected_is_extracted(tmp_path):
    cells = ["rows = [3, 1]", "a = rows[0]\nb = a + 1\nc = b * 2\nprint(c)", "print(a, b, c)"]
    source = extracted(tmp_path, *cells, cell=1, part="b = a + 1\nc")
    assert source.startswith("a = rows[0]\n\n\ndef ")
    assert source.endswith(")\nprint(c)")
    assert "return b, c\n" in source


def test_a_value_that_the_cell_shows_is_still_shown(tmp_path):
    cells = ["rows = [3, 1]", "total = sum(rows)\ntotal", "print(total)"]
    assert extracted(tmp_path, *cells, cell=1).endswith("\ntotal")
    cells = ["rows = [3, 1]", "print('rows:')\nlen(rows)"]
    source = extracted(tmp_path, *cells)
    assert "    return len(rows)\n" in source
    assert source.splitlines()[-1].endswith("(rows)")


def test_imports_and_definitions_that_come_first_stay_outside(tmp_path):
    cell = "import math\n\ndef half(x):\n    return x / 2\n\nroot = math.sqrt(half(8))"
    source = extracted(tmp_path, cell, "print(root)", cell=0)
    assert source.startswith("import math\n\ndef half(x):\n    return x / 2\n\n\ndef ")
    assert "    root = math.sqrt(half(8))\n" in source


def test_texts_keep_their_lines_and_magics_their_places(tmp_path):
    cells = [
        "%time n = 2",
        "%matplotlib inline\ntext = '''a\n  b\n'''\nlines = text.split() * n",
        "print(lines)",
    ]
    source = extracted(tmp_path, *cells, cell=1)
    assert source.startswith("%matplotlib inline\n\n\ndef ")
    assert "    text = '''a\n  b\n'''\n" in source


def test_what_is_changed_in_place_is_given_back(tmp_path):
    cells = ["rows = [3, 1]", "rows.append(4)\nrows[0] = 2", "print(rows)"]
    assert extracted(tmp_path, *cells, cell=1).splitlines()[-1].startswith("rows = ")


def test_a_variable_that_is_bound_anew_does_not_keep_its_old_value(tmp_path):
    cells = ["n = 1\nrows = [n]", "n = len(rows) + 5\nlast = rows[-1] + n", "print(last)"]
    source = extracted(tmp_path, *cells, cell=1)
    assert source.splitlines()[-1].startswith("n, last = ")


def test_a_variable_that_a_function_reads_later_is_given_back(tmp_path):
    cells = ["def show():\n    return limit", "limit = 3\nm = limit + 1", "print(m)", "show()"]
    assert extracted(tmp_path, *cells, cell=1).splitlines()[-1].startswith("limit, m = ")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["def g():\n    return y\ny = 1", "y = 2\nz = g()", "print(y, z)"], "reads `y`"),
        (
            ["def g():\n    global y\n    y = 5\ny = 1", "a = y\ng()\nb = y", "print(a, b)"],
            "sets `y`",
        ),
        (["x = 1", "y = x\ndel x", "print(y)"], "deletes `x`"),
        (["n = 3", "for i in range(n):\n    last = i", "print(last)"], "may be unbound here"),
        (
            ["rows = [1]", "def f():\n    return 1\na = 1\ndef g():\n    return a", "g()"],
            "defines `g`",
        ),
        (["k = 1", "fs = [lambda: k]\nn = k", "k = 2\nprint(fs[0](), n)"], "cell 3 rebinds"),
        (["rows = [1, 2]", "max = max(rows)", "print(max)"], "means something else"),
        (["x = 1", "exec('y = x')"], ""),
        (["a = 1", "b = locals()"], "computed names"),
        (["a = 1", "from math import *\nb = pi", "print(b)"], None),
        (["a = 1", "b = a\nfrom math import *\nc = pi", "print(b, c)"], "`import \\*`"),
        (["a = 1", "b = !echo {a}", "print(b)"], ""),
        (["a = 1", "b = a\n%time c = b + 1\nd = c", "print(b, c, d)"], "IPython syntax"),
        (["a = 1; b = 2", "c = a; d = b\ne = d", "print(c, d, e)"], None),
        (["import asyncio", "await asyncio.sleep(0)\nx = 1", "print(x)"], "await"),
        (["a = 1", "a + 1"], "only displays"),
        (["import math"], "no statement"),
        (["if 1 > 0:\n    x = 1", "y = x + 1", "print(y)"], "may be unbound above"),
    ],
)
def test_what_would_not_compute_the_same_is_refused(tmp_path, cells, reason):
    notebook = notebook_of(*cells, folder=tmp_path)
    index = min(1, len(cells) - 1)
    subject = Subject(notebook)
    if reason is None:
        after = edited(notebook, extract_function(subject, index))
        same(run(notebook), run(after))
        return
    with pytest.raises(RefusedError, match=reason):
        extract_function(subject, index)


def test_a_cell_that_is_expected_to_fail_stays_as_it_is(tmp_path):
    with pytest.raises(RefusedError, match="half-way"):
        extracted(tmp_path, "a = 1\nb = a / 0", tags=["raises-exception"])


@pytest.mark.parametrize("name", ["churn/churn.ipynb", "orders/monthly_report.ipynb"])
def test_the_examples_compute_the_same_with_one_function_after_the_other(tmp_path, name):
    notebook = example(name, tmp_path)
    before, made = run(notebook), 0
    for cell in notebook.code_cells:
        try:
            notebook = edited(notebook, extract_function(Subject(notebook), cell.index))
            made += 1
        except RefusedError:
            pass
    assert made > 6
    unseeded = {n for n, digest in run(example(name, tmp_path)).items() if digest != before[n]}
    after = run(notebook)
    assert {n for n in before if n in after and after[n] != before[n]} <= unseeded
    assert len(before.keys() & after.keys()) > len(before) / 2
