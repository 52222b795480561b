"""Findings of `nb2prod check --pylint`, without those that notebooks make false.

Pylint itself is run, on the code of whole notebooks.
"""

import json
import subprocess
import sys
import textwrap

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def said(tmp_path):
    """Return what is said of a notebook with these cells: `(cell, line, column, name)`."""

    def run(*cells, rc="", options=()):
        if rc:
            (tmp_path / "pylintrc").write_text(rc)
            options = ["--pylint-config", "pylintrc", *options]
        texts = [textwrap.dedent(cell).strip("\n") for cell in cells]
        made = [new_markdown_cell(t[1:]) if t[:1] == "|" else new_code_cell(t) for t in texts]
        nbformat.write(new_notebook(cells=made), tmp_path / "study.ipynb")
        command = [sys.executable, "-m", "nb2prod", "check", "--pylint", "--no-cache", *options]
        command += ["--select", "NBV006", "--format", "json", "study.ipynb"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
        found = json.loads(done.stdout)
        places = [(f["cell"], f["location"], f["name"]) for f in found]
        return [(cell, at["line"], at["column"], name) for cell, at, name in places]

    return run


def test_it_reads_all_cells_at_once_and_points_into_each(said):
    first = "|# Study"
    second = """
        def load(path, cache={}):
            '''Load.'''
            return cache.setdefault(path, open(path))
        """
    third = "rows = load('a.csv')\nprint(rows == None)"
    assert said(first, second, third) == [
        (2, 1, 1, "dangerous-default-value"),
        (2, 3, 35, "unspecified-encoding"),
        (3, 2, 7, "singleton-comparison"),
    ]


def test_what_is_usual_in_a_notebook_is_not_told(said):
    cells = (
        "from __future__ import annotations\nimport os",
        "rate = 0.1\ntotal = os.cpu_count() * rate\ntotal",
        "from __future__ import division\nimport json\n[json.dumps(rate)];",
        "display(total)\nget_ipython().history_manager",
        "async def wait():\n    '''Wait.'''\nawait wait()",
        "def scaled(rate):\n    '''Scale.'''\n    return rate * 2\nscaled(total) == 3",
    )
    assert said(*cells) == []


def test_a_comparison_that_shows_nothing_is_told(said):
    assert said("x = 1", "x == 2\nprint(x)") == [(2, 1, 1, "pointless-statement")]


def test_magics_are_neither_told_of_nor_misunderstood(said):
    cells = (
        "%matplotlib inline\n%load_ext autoreload",
        "files = !ls\nprint(files[0], files.n)",
        "%%capture shown\nprint(1)",
        "shown.show()\nname = 'a'",
        "%%bash -s $name\necho $1",
        "%time size = len(files)\nprint(size)",
    )
    assert said(*cells) == []


def test_where_any_name_may_come_from_elsewhere_none_is_missed(said):
    assert said("print(missing)") == [(1, 1, 7, "undefined-variable")]
    assert said("%run other.py", "print(missing)") == []


def test_a_cell_that_is_not_python_does_not_hide_the_others(said):
    assert said("for x in", "print(missing)") == [(2, 1, 7, "undefined-variable")]


def test_a_given_configuration_of_pylint_counts(said):
    assert (
        said("x = 5\nprint(x == None)", rc="[messages control]\ndisable=singleton-comparison") == []
    )


@pytest.mark.parametrize(
    "cell",
    [
        "print(missing)  # noqa: E0602",
        "print(missing)  # noqa",
        "# nb2prod: ignore[undefined-variable]\nprint(missing)",
        "print(missing)  # pylint: disable=undefined-variable",
    ],
)
def test_it_is_silenced_as_everything_is(said, cell):
    assert said(cell) == []


def test_settings_that_pylint_does_not_understand_end_with_2(tmp_path):
    (tmp_path / "pylintrc").write_text("[master]\njobs=many\n")
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), tmp_path / "study.ipynb")
    command = [sys.executable, "-m", "nb2prod", "check", "--pylint", "study.ipynb"]
    command += ["--pylint-config", "pylintrc"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Pylint's settings are invalid" in done.stderr
    assert "Traceback" not in done.stderr


def test_pylint_is_not_loaded_unless_it_is_asked_for(tmp_path):
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), tmp_path / "study.ipynb")
    code = (
        "import sys; from nb2prod.cli.main import main; sys.argv[1:] = ['check', 'study.ipynb'];"
        "main(); sys.exit('pylint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
