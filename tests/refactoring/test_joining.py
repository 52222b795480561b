"""Several cells become one function in the first of them; the notebook computes the same."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from running import edited, example, notebook_of, run

from nb2prod.notebook.model import Notebook
from nb2prod.refactoring.function import extract_function
from nb2prod.refactoring.joining import extract_joined
from nb2prod.refactoring.module import extract_to_module
from nb2prod.refactoring.subject import RefusedError


def extracted(notebook: Notebook, first: int, last: int, extract=extract_function) -> Notebook:
    """Extract, run before and after, and return the notebook as it is afterwards."""
    before = run(notebook)
    after = edited(notebook, extract_joined(notebook, first, last, extract))
    now = run(after)
    assert {n: now[n] for n in before if n in now} == {n: before[n] for n in before if n in now}
    return after


def with_text(notebook: Notebook, cell: int) -> Notebook:
    """The notebook with a cell turned to Markdown."""
    cells = [replace(c, kind="markdown") if c.index == cell else c for c in notebook.cells]
    return replace(notebook, cells=tuple(cells))


CELLS = [
    "rows = [3, 1, 2]",
    "import math\nroots = [math.sqrt(row) for row in rows]",
    "## Means\n\nof the roots.",
    "import statistics  # of Python\n\nmean = statistics.mean(roots)",
    "print(mean)",
]


def test_cells_become_one_function_in_the_first_of_them(tmp_path: Path):
    notebook = with_text(notebook_of(*CELLS, folder=tmp_path), 2)
    after = extracted(notebook, 1, 3)
    assert after.cells[1].source == (
        "import math\n"
        "import statistics  # of Python\n"
        "\n\n"
        "def compute_mean(rows: list):\n"
        '    """Compute mean."""\n'
        "    roots = [math.sqrt(row) for row in rows]\n"
        "\n"
        "    # Means\n"
        "    #\n"
        "    # of the roots.\n"
        "\n"
        "    mean = statistics.mean(roots)\n"
        "    return mean\n"
        "\n\n"
        "mean = compute_mean(rows)"
    )
    assert [cell.source for cell in after.cells] == [
        CELLS[0],
        after.cells[1].source,
        "",
        "",
        CELLS[4],
    ]


def test_cells_become_a_function_of_a_module(tmp_path: Path):
    notebook = with_text(notebook_of(*CELLS, folder=tmp_path), 2)
    after = extracted(notebook, 1, 3, extract_to_module)
    assert after.cells[1].source.endswith("mean = compute_mean(rows)")
    assert "def compute_mean" in (tmp_path / "src/prices/functions.py").read_text()


def test_text_around_the_code_stays_where_it_is(tmp_path: Path):
    cells = ["a = 1", "Text", "b = a + 1", "Text", "print(b)"]
    notebook = with_text(with_text(notebook_of(*cells, folder=tmp_path), 1), 3)
    done = extract_joined(notebook, 1, 3, extract_function)
    assert done.edits.keys() == {2}
    assert done.removed == ()


def test_an_import_stays_where_it_is_if_its_name_meant_something_else(tmp_path: Path):
    cells = ["math = 4\nrows = [1]", "n = math + 1", "import math\npi = math.pi", "print(n, pi)"]
    after = extracted(notebook_of(*cells, folder=tmp_path), 1, 2)
    assert "n = math + 1\n" in after.cells[1].source
    assert after.cells[1].source.index("import math") > after.cells[1].source.index("n = math + 1")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["a = [1]", "b = a\nlen(b)", "c = b", "print(c)"], "cell 2 displays a value"),
        (["a = 1", "%%time\nb = a", "c = b", "print(c)"], "cell 2 begins with a cell magic"),
        (["a = 1", "b = a", "%matplotlib inline\nc = b", "print(c)"], "IPython syntax"),
        (["a = 1", "b = (", "c = a", "print(c)"], "not Python"),
    ],
)
def test_what_would_show_or_compute_something_else_is_refused(tmp_path: Path, cells, reason):
    notebook = notebook_of(*cells, folder=tmp_path)
    with pytest.raises(RefusedError, match=reason):
        extract_joined(notebook, 1, 2, extract_function)


@pytest.mark.parametrize("name", ["churn/churn.ipynb", "orders/monthly_report.ipynb"])
def test_the_examples_compute_the_same_whatever_is_joined(tmp_path: Path, name: str):
    notebook = example(name, tmp_path)
    before, again = run(notebook), run(notebook)
    unseeded = {name for name in before if again[name] != before[name]}
    made = 0
    for first in range(0, len(notebook.cells) - 2, 2):
        for last in (first + 1, first + 2):
            try:
                done = extract_joined(notebook, first, last, extract_function)
            except RefusedError:
                continue
            after = run(edited(notebook, done))
            made += 1
            differs = {n for n in before if n in after and after[n] != before[n]}
            assert differs <= unseeded
    assert made > 4
