"""Reading notebooks: every shape that exists, and one clear sentence for what is none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nb2prod.notebook.model import NotebookError
from nb2prod.notebook.read import read_notebook

PYTHON3 = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}


def code(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


@pytest.fixture
def write(tmp_path: Path):
    def write(content: object, name: str = "nb.ipynb") -> Path:
        path = tmp_path / name
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_cells_keep_their_place_kind_text_and_tags(write):
    notebook = read_notebook(
        write(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": PYTHON3,
                "cells": [
                    {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text"]},
                    code("x = 1\r\n", metadata={"tags": ["parameters", 7]}, execution_count=3),
                    {"cell_type": "raw", "metadata": {}, "source": "raw"},
                    code([], outputs=[{}, {}]),
                ],
            }
        )
    )
    assert [c.kind for c in notebook.cells] == ["markdown", "code", "raw", "code"]
    assert notebook.cells[0].source == "# Title\ntext"
    first, last = notebook.code_cells
    assert (first.index, first.source, first.tags) == (1, "x = 1\r\n", ("parameters",))
    assert (first.execution_count, first.outputs_count) == (3, 0)
    assert (last.index, last.source, last.execution_count, last.outputs_count) == (3, "", None, 2)
    assert (notebook.kernel, notebook.language, notebook.format) == ("python3", "python", "ipynb")


def test_format_3_has_worksheets_inputs_and_headings(write):
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Load"},
        {"cell_type": "code", "input": ["import os\n", "os"], "prompt_number": 9, "outputs": [{}]},
    ]
    notebook = read_notebook(
        write({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}, {"cells": []}]})
    )
    heading, cell = notebook.cells
    assert (heading.kind, heading.source) == ("markdown", "## Load")
    assert (cell.source, cell.execution_count) == ("import os\nos", 9)


def test_a_byte_order_mark_is_no_part_of_the_notebook(write):
    content = json.dumps({"nbformat": 4, "metadata": {}, "cells": [code("é")]}, ensure_ascii=False)
    assert read_notebook(write(b"\xef\xbb\xbf" + content.encode())).cells[0].source == "é"


def test_a_notebook_without_a_code_cell_is_a_notebook(write):
    assert read_notebook(write({"nbformat": 4, "metadata": {}, "cells": []})).code_cells == ()


LONE = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "KIND", "source": "\\ud800"}]}'


def test_a_lone_surrogate_is_no_code(write):
    with pytest.raises(NotebookError, match=r"cell 1, line 1 holds half of a surrogate pair"):
        read_notebook(write(LONE.replace("KIND", "code")))


def test_a_lone_surrogate_in_text_is_replaced(write):
    (cell,) = read_notebook(write(LONE.replace("KIND", "markdown"))).cells
    assert cell.source == "\N{REPLACEMENT CHARACTER}"


def test_a_percent_script_is_read_with_its_magics_and_its_markdown(write):
    script = "# %% [markdown]\n# # Title\n\n# %% tags=['parameters']\n# %matplotlib inline\nx = 1\n"
    notebook = read_notebook(write(script.replace("'", '"'), "nb.py"))
    title, cell = notebook.cells
    assert (title.kind, title.source, notebook.format) == ("markdown", "# Title", "py")
    assert (cell.source, cell.tags) == ("%matplotlib inline\nx = 1", ("parameters",))


@pytest.mark.parametrize("fence", ["```python", "```{code-cell} ipython3"])
def test_the_code_blocks_of_a_markdown_file_are_its_code_cells(write, fence: str):
    notebook = read_notebook(write(f"# Title\n\n{fence}\nx = 1\n```\n", "nb.md"))
    assert [c.source for c in notebook.code_cells] == ["x = 1"]
    assert notebook.cells[0].source == "# Title"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        ('{"cells": [\n1,\n,]}', "not JSON .*, line 3$"),
        ('{\n<<<<<<< HEAD\n"cells": []\n', "unresolved merge conflicts, line 2$"),
        (b"\xff\xfe", "not UTF-8 text, at byte 0"),
        ("[" * 100_000, "nested too deeply|not JSON"),
        ('{"nbformat": 4, "cells": [' + "[" * 100_000, "nested too deeply|not JSON"),
        ("9" * 5000, "not JSON|not a notebook"),
        ([1], "JSON, but not a notebook"),
        ({"a": 1}, "JSON, but not a notebook"),
        ({"nbformat": 2, "worksheets": []}, "format 2 is not supported; open and save it"),
        ({"nbformat": 5, "cells": []}, "format 5 is not supported$"),
        ({"nbformat": [], "cells": []}, "is not supported$"),
        ({"nbformat": 4}, "no list of cells"),
        ({"nbformat": 4, "cells": 5}, "no list of cells"),
        ({"nbformat": 3, "worksheets": [5]}, "no list of cells"),
        ({"nbformat": 4, "cells": [5]}, "cell 0 is not an object"),
        ({"nbformat": 4, "cells": [{"source": ""}]}, "cell 0 has no type"),
        ({"nbformat": 4, "cells": [code(""), code(None)]}, "source of cell 1 is not text"),
        ({"nbformat": 4, "cells": [code(["a", 1])]}, "source of cell 0 is not text"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_sentence(write, content: object, said: str):
    path = write(content)
    with pytest.raises(NotebookError, match=said) as caught:
        read_notebook(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "ir", "language": "R"}}, "R"),
        ({"kernelspec": {"name": "julia-1.6"}}, "Julia"),
        ({"language_info": {"name": "scala"}}, "scala"),
    ],
)
def test_a_notebook_in_another_language_is_refused_by_its_name(write, metadata, language: str):
    path = write({"nbformat": 4, "metadata": metadata, "cells": [code("x <- 1")]})
    with pytest.raises(NotebookError, match=f"written in {language}, not in Python"):
        read_notebook(path)


@pytest.mark.parametrize("shape", [5, None, [], "text", {"kernelspec": 1, "language_info": []}])
def test_metadata_of_any_shape_does_no_harm(write, shape: object):
    cell = {"cell_type": "code", "source": "x", "metadata": shape, "outputs": 1}
    path = write({"nbformat": 4, "metadata": shape, "cells": [cell | {"execution_count": "1"}]})
    notebook = read_notebook(path)
    assert (notebook.kernel, notebook.language) == (None, "python")
    assert notebook.cells[0].tags == ()


def test_paths_that_lead_to_no_notebook_are_named(tmp_path: Path):
    with pytest.raises(NotebookError, match="no such file"):
        read_notebook(tmp_path / "missing.ipynb")
    with pytest.raises(NotebookError, match="is a folder"):
        read_notebook(tmp_path)
    (tmp_path / "data.csv").touch()
    with pytest.raises(NotebookError, match=r"not an \.ipynb"):
        read_notebook(tmp_path / "data.csv")


def test_a_script_with_a_broken_header_is_refused(write):
    with pytest.raises(NotebookError, match="jupytext cannot read it"):
        read_notebook(write("---\njupytext: [\n---\n\n# Title\n", "nb.md"))


def test_reading_json_does_not_import_slow_libraries(write):
    path = write({"nbformat": 4, "metadata": {}, "cells": [code("x")]})
    script = (
        "import sys, pathlib; from nb2prod.notebook.read import read_notebook;"
        "read_notebook(pathlib.Path(sys.argv[1]));"
        "print({'nbformat', 'jupytext', 'libcst', 'IPython'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", script, str(path)]
    assert subprocess.check_output(run, text=True).strip() == "set()"
