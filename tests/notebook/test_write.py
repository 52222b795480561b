"""Writing back: what is not meant stays byte for byte."""

import json
from pathlib import Path

import pytest
from building import notebook

from nb2prod.notebook.changes import (
    CellChange,
    ClearOutputs,
    DropMetadata,
    EditCell,
    RedactOutputs,
    RemoveCell,
    SetMember,
    SplitCell,
)
from nb2prod.notebook.read import parse_notebook
from nb2prod.notebook.write import RewriteError, rewrite
from nb2prod.text.spans import Edit, Span

IPYNB = Path("a.ipynb")

# As no tool writes it: odd order of keys, odd indentation, no newline at the end, numbers that
# Python would write differently, an escaped slash.
ODD = r"""{ "nbformat_minor" : 4, "cells": [
      {"outputs": [{"data": {"image/png": "iVBO\/Rw0="}, "output_type": "display_data"}],
       "cell_type": "code", "execution_count": 3, "metadata": {"zoom": 1.50},
       "source": [
         "import os\n",
         "import sys\n" ,
         "print(\"caf\u00e9\")"
       ]},
      {"cell_type": "markdown", "metadata": {}, "source": "one string\nof two lines"},
      {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": []}
   ],
   "metadata": {}, "nbformat": 4}"""


def edited(source: str, old: str, new: str, cell: int = 0) -> EditCell:
    start = source.index(old)
    return EditCell(cell, Edit(Span(start, start + len(old)), new))


def rewritten(text: str, *changes: CellChange) -> str:
    return rewrite(IPYNB, text.encode(), changes).decode()


SOURCE = 'import os\nimport sys\nprint("café")'


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        pytest.param(edited(SOURCE, "sys", "re"), r'"import sys\n"', r'"import re\n"', id="change"),
        pytest.param(
            edited(SOURCE, "import os\n", ""),
            '"import os\\n",\n         ',
            "",
            id="take out the first",
        ),
        pytest.param(
            edited(SOURCE, "import sys\n", ""),
            '"import sys\\n" ,\n         ',
            "",
            id="take out the second",
        ),
        pytest.param(
            edited(SOURCE, "import sys\n", "import sys\nx = 'é'\n"),
            r'"import sys\n" ,' + "\n         ",
            r'"import sys\n" ,' + "\n         " + r'"x = ' + "'\\u00e9'" + r'\n",' + "\n         ",
            id="put in a line",
        ),
        pytest.param(
            edited("one string\nof two lines", "two", "three", 1),
            r'"one string\nof two lines"',
            r'"one string\nof three lines"',
            id="a source of one string",
        ),
        pytest.param(ClearOutputs(2), "null", "null", id="nothing to clear"),
    ],
)
def test_only_the_lines_that_change_are_touched(change: CellChange, old: str, new: str):
    assert ODD.count(old) == 1
    assert rewritten(ODD, change) == ODD.replace(old, new)


def test_the_last_line_goes_with_the_comma_before_it():
    change = edited(SOURCE, '\nprint("café")', "")
    new = rewritten(ODD, change)
    assert json.loads(new)["cells"][0]["source"] == ["import os\n", "import sys"]


def test_a_line_is_put_into_an_empty_cell():
    new = rewritten(ODD, EditCell(2, Edit(Span(0, 0), "a\nb")))
    assert json.loads(new)["cells"][2]["source"] == ["a\n", "b"]


def test_cells_are_taken_out_wherever_they_stand():
    cells = json.loads(ODD)["cells"]
    for gone in ({0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}):
        new = json.loads(rewritten(ODD, *(RemoveCell(i) for i in gone)))
        assert new["cells"] == [cell for i, cell in enumerate(cells) if i not in gone]


def test_outputs_are_cleared_with_the_count():
    cell = json.loads(rewritten(ODD, ClearOutputs(0)))["cells"][0]
    assert (cell["outputs"], cell["execution_count"]) == ([], None)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [None, 1, 4, "\t"])
def test_line_ends_indentation_and_byte_order_mark_stay(end: str, indent: str | int | None):
    notebook = json.loads(ODD)
    text = json.dumps(notebook, indent=indent, ensure_ascii=False).replace("\n", end) + end
    content = b"\xef\xbb\xbf" + text.encode()
    assert rewrite(IPYNB, content, []) == content
    new = rewrite(IPYNB, content, [edited(SOURCE, "sys", "re")])
    assert new == content.replace(b"sys", b"re")


def test_format_3_is_refused():
    old = json.dumps(
        {
            "nbformat": 3,
            "metadata": {},
            "worksheets": [{"cells": [{"cell_type": "code", "input": "x", "outputs": []}]}],
        }
    )
    with pytest.raises(RewriteError, match="format 3"):
        rewritten(old, EditCell(0, Edit(Span(0, 1), "y")))


SCRIPT = """# ---
# jupyter: {}
# ---

# %% [markdown]
# # Title

# %%
import os
# !ls
x = 1

# %%
y = 2"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_in_a_script_only_the_lines_that_change_are_touched(end: str):
    content = SCRIPT.replace("\n", end).encode()
    path = Path("a.py")
    source = parse_notebook(path, content).cells[1].source
    assert source == "import os\n!ls\nx = 1"
    new = rewrite(path, content, [edited(source, "import os\n", "", 1)])
    assert new == content.replace(f"import os{end}".encode(), b"")
    new = rewrite(path, content, [edited(source, "!ls", "!ls -l\ny = 3", 1)])
    assert new == content.replace(b"# !ls", f"# !ls -l{end}y = 3".encode())
    assert rewrite(path, content, [RemoveCell(1)]).count(b"# %%") == 2
    assert rewrite(path, content, [edited("y = 2", "2", "5", 2)]) == content[:-1] + b"5"


@pytest.mark.parametrize("indent", [1, "\t", None])
def test_metadata_go_with_their_commas_and_nothing_else(tmp_path: Path, indent):
    path = notebook(tmp_path, "x = 1", "y = 2")
    data = json.loads(path.read_text())
    kept = {"tags": ["a"], "scrolled": {"é": [1, "}"]}, "z": 1.0}
    noise = {"collapsed": False, **kept, "ExecuteTime": {"start": "1", "end": "2"}}
    data["cells"][0]["metadata"] = noise
    data["cells"][1]["metadata"] = {"collapsed": True}
    data["metadata"] = {"language_info": {"version": "3.11.7", "name": "python"}, "widgets": {}}

    def text() -> str:
        return json.dumps(data, indent=indent, ensure_ascii=False)

    before = text()
    names = (("collapsed",), ("ExecuteTime",))
    changes = [
        DropMetadata(0, names),
        DropMetadata(1, names),
        DropMetadata(None, (("widgets",), ("language_info", "version"))),
    ]
    data["cells"][0]["metadata"] = kept
    data["cells"][1]["metadata"] = {}
    data["metadata"] = {"language_info": {"name": "python"}}
    assert rewrite(path, before.encode(), changes) == text().encode()
    assert rewrite(path, text().encode(), changes) == text().encode()


def test_a_member_is_put_where_it_belongs_and_written_as_its_neighbours_are():
    text = json.dumps(json.loads(ODD), indent=1, sort_keys=True)
    new = rewritten(text, SetMember(0, "id", "load"))
    assert new == text.replace(
        '"execution_count": 3,\n', '"execution_count": 3,\n   "id": "load",\n'
    )
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    named = rewritten(text, SetMember(None, "kernelspec", python))
    spec = json.dumps({"kernelspec": python}, indent=1).replace("\n", "\n ")
    assert named == text.replace(
        '"metadata": {},\n "nbformat"', f'"metadata": {spec},\n "nbformat"'
    )


def test_a_member_of_unsorted_ones_comes_last_and_one_that_is_there_is_replaced():
    new = rewritten(ODD, SetMember(2, "id", "end"))
    assert new == ODD.replace('"source": []', '"source": [], "id": "end"')
    assert rewritten(new, SetMember(2, "id", "other")) == new.replace('"end"', '"other"')


def test_only_the_secret_goes_from_an_output():
    key = "ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa"
    shown = {"text/plain": [f"token {key}\n", "is\u00e9"], "image/png": f"AA{key}=="}
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": f"a {key} b"},
        {"output_type": "execute_result", "metadata": {}, "data": shown},
    ]
    notebook = json.loads(ODD)
    notebook["cells"][0]["outputs"] = outputs
    new = json.loads(rewritten(json.dumps(notebook), RedactOutputs(0)))
    assert new["cells"][0]["outputs"][0]["text"] == "a [redacted] b"
    assert new["cells"][0]["outputs"][1]["data"] == {
        "text/plain": ["token [redacted]\n", "is\u00e9"],
        "image/png": shown["image/png"],
    }
    assert new["cells"][1:] == notebook["cells"][1:]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_cell_is_cut_and_its_last_part_keeps_what_was_shown(indent: int | None):
    notebook = json.loads(ODD)
    notebook["cells"][0]["id"] = "first"
    text = json.dumps(notebook, indent=indent)
    place = SOURCE.index("import sys"), SOURCE.index("print")
    cells = json.loads(rewritten(text, SplitCell(0, place)))["cells"]
    assert ["".join(c["source"]) for c in cells[:3]] == SOURCE.split("\n")
    assert [c["outputs"] for c in cells[:2]] == [[], []]
    assert cells[2] == {**notebook["cells"][0], "source": ['print("café")']}
    assert len({c["id"] for c in cells[:3]}) == 3
    assert cells[3:] == notebook["cells"][1:]
