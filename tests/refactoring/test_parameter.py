"""A constant in the code becomes a parameter, where papermill and nb2prod look for it."""

import pytest
from running import edited, notebook_of, run

from nb2prod.refactoring.parameter import lift_parameter
from nb2prod.refactoring.subject import RefusedError, Subject
from nb2prod.text.spans import Span


def lifted(folder, cells, text, *, cell=-1, tags=None, runs=True):
    index = cell % len(cells)
    notebook = notebook_of(*cells, folder=folder, tags=tags or {})
    start = cells[index].index(text)
    done = lift_parameter(Subject(notebook), index, Span(start, start + len(text)))
    after = edited(notebook, done)
    if runs:
        before, now = run(notebook), run(after)
        assert {n: now[n] for n in before} == before
        assert len(now.keys() - before.keys()) <= 1
    return [c.source for c in after.cells]


def test_the_cell_with_the_tag_is_taken(tmp_path):
    cells = ["import math", "seed = 1", "print(round(math.pi, 3))"]
    assert lifted(tmp_path, cells, "3", tags={1: ["parameters"]}) == [
        "import math",
        "seed = 1\nROUND = 3",
        "print(round(math.pi, ROUND))",
    ]


def test_else_the_first_cell_that_only_sets_constants(tmp_path):
    cells = ["import math", "SEED = 1", "def f(x, digits=2):\n    return x", "y = f(3, digits=4)"]
    assert lifted(tmp_path, cells, "4")[1:] == [
        "SEED = 1\nDIGITS = 4",
        cells[2],
        "y = f(3, digits=DIGITS)",
    ]


def test_else_the_first_cell_below_its_imports(tmp_path):
    cells = ["# Prices\nimport math\nx = math.pi", "y = [n for n in [-0.5, 2] if n > -0.5]"]
    first, second = lifted(tmp_path, cells, "2")
    assert first == "# Prices\nimport math\n\nPARAMETER = 2\nx = math.pi"
    assert second == "y = [n for n in [-0.5, PARAMETER] if n > -0.5]"


def test_a_variable_that_is_nothing_but_a_constant_moves_as_it_is(tmp_path):
    cells = ["import math", "x = math.pi", "test_size = 0.25\ny = x * test_size"]
    assert lifted(tmp_path, cells, "0.25") == [
        "import math\n\ntest_size = 0.25",
        "x = math.pi",
        "y = x * test_size",
    ]


def test_a_variable_that_is_set_twice_keeps_its_places(tmp_path):
    cells = ["rate = 1\nprint(rate)", "rate = 2", "y = rate"]
    assert lifted(tmp_path, cells, "2", cell=1)[:2] == ["RATE = 2\n\n" + cells[0], "rate = RATE"]


def test_a_path_is_named_after_the_file(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "net prices.csv").write_text("1")
    cells = ["import math", "text = open('data/net prices.csv').read()"]
    assert lifted(tmp_path, cells, "'data/net prices.csv'") == [
        "import math\n\nNET_PRICES_CSV = 'data/net prices.csv'",
        "text = open(NET_PRICES_CSV).read()",
    ]


def test_names_do_not_run_into_words(tmp_path):
    cells = ["import math", "x = 1if math.pi else 2"]
    assert lifted(tmp_path, cells, "1")[1] == "x = PARAMETER if math.pi else 2"


@pytest.mark.parametrize(
    ("cells", "text", "reason"),
    [
        (["x = 1"], "x", "not a number"),
        (["'a text'"], "a text", "it is not used"),
        (["n = 1", "print(f'{n} rows')"], " rows", "cannot replace it"),
        (["LIMIT = 1\nprint(LIMIT)"], "1", "already"),
        (["print(1)", "x = 1\ny = ("], "1", ""),
    ],
)
def test_what_is_no_constant_is_refused(tmp_path, cells, text, reason):
    with pytest.raises(RefusedError, match=reason):
        lifted(tmp_path, cells, text, runs=False)


def test_a_cell_of_parameters_below_is_of_no_use(tmp_path):
    with pytest.raises(RefusedError, match="further down"):
        lifted(tmp_path, ["x = 1 + 2", "SEED = 1"], "2", cell=0, tags={1: ["parameters"]})
