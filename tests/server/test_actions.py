"""Code actions for findings, and the notebook after them."""

import pytest
from editor import Notebook
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIX_ALL = "source.fixAll.nb2prod"
IMPORTS = "source.organizeImports.nb2prod"
CELLS = [
    ("markdown", "# Prices"),
    "import os, sys\nprint(sys.argv)",
    "rows = [1]\nprint(rows)",
    "import json\nfrom collections import Counter\nprint(Counter(json.loads('[1]')))",
]


async def test_one_fix_edits_two_cells_at_once(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    await notebook.settle()
    fix = (await notebook.fix(3, "NBI001"))[0]
    assert fix.kind == types.CodeActionKind.QuickFix
    assert fix.is_preferred
    assert fix.edit
    assert len(fix.edit.document_changes or ()) == 2
    notebook.apply(fix)
    await notebook.settle()
    assert notebook.sources()[1] == "import os, sys\nimport json\nprint(sys.argv)"
    assert notebook.sources()[3].startswith("from collections import Counter\n")


async def test_a_fix_fits_the_text_as_it_is_now_or_is_not_offered(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    await notebook.settle()
    old = notebook.shown(3, "NBI001")
    notebook.type(1, "# first\n" + CELLS[1])
    fixes = [a for a in await notebook.actions(3, old) if "Move" in a.title]
    notebook.apply(fixes[0])
    assert notebook.sources()[1].startswith("# first\nimport os, sys\nimport json\n")

    notebook.type(3, "print(1)")
    assert await notebook.actions(3, old, only=["quickfix"]) == []


async def test_all_findings_of_a_cell_or_of_the_notebook_are_mended_at_once(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    (cell,) = await notebook.actions(1, only=[FIX_ALL])
    notebook.apply(await client.code_action_resolve_async(cell))
    assert notebook.sources()[1] == "import sys\nprint(sys.argv)"
    assert notebook.sources()[3] == CELLS[3]

    # On save, VS Code asks on the first cell, which here is Markdown.
    (everything,) = await notebook.actions(0, only=[f"notebook.{FIX_ALL}"])
    notebook.apply(await client.code_action_resolve_async(everything))
    await notebook.settle()
    assert notebook.sources() == [
        "# Prices",
        "import sys\nimport json\nfrom collections import Counter\nprint(sys.argv)",
        "rows = [1]\nprint(rows)",
        "print(Counter(json.loads('[1]')))",
    ]
    assert [notebook.codes(cell) for cell in range(4)] == [[], [], [], []]


async def test_imports_are_organised_and_nothing_else_is_touched(client: LanguageClient, tmp_path):
    cells = [*CELLS, "x = 1  # noqa: NBI002\nprint(x)"]
    notebook = Notebook(client, tmp_path / "prices.ipynb", cells).open()
    (action,) = await notebook.actions(0, only=[f"notebook.{IMPORTS}"])
    notebook.apply(await client.code_action_resolve_async(action))
    assert notebook.sources()[1].startswith("import sys\nimport json\n")
    assert notebook.sources()[4] == cells[4]


async def test_nothing_is_edited_where_there_is_nothing_to_mend(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "clean.ipynb", ["print(1)"]).open()
    for action in await notebook.actions(0, only=["source", "notebook"]):
        assert (await client.code_action_resolve_async(action)).edit is None


@pytest.mark.parametrize(
    ("source", "code", "becomes"),
    [
        ("print(a)\nprint(1)", "NBD002", "print(a)  # noqa: NBD002\nprint(1)"),
        ("print('''\n''', a)", "NBD002", "print('''\n''', a)  # noqa: NBD002"),
        ("print(\\\n  a, \\\n 1)", "NBD002", "# nb2prod: ignore[NBD002]\nprint(\\\n  a, \\\n 1)"),
        ("%%time\nprint(a, '''\n''')", "NBD002", None),
    ],
)
async def test_a_comment_that_suppresses_stands_where_it_is_one(
    client: LanguageClient, tmp_path, source, code, becomes
):
    notebook = Notebook(client, tmp_path / "loud.ipynb", [source]).open()
    await notebook.settle()
    action = next(a for a in await notebook.fix(0, code) if a.title.startswith("Suppress"))
    notebook.apply(action)
    await notebook.settle()
    assert code not in notebook.codes(0)
    assert becomes in (None, notebook.sources()[0])


async def test_what_no_text_edit_can_do_is_left_to_the_editor(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", ["print(1)", "", "print(2)"]).open()
    await notebook.settle()
    remove = (await notebook.fix(1, "NBS003"))[0]
    assert remove.edit is None
    assert remove.command
    assert remove.command.command == "nb2prod.editCells"
    (argument,) = remove.command.arguments or ()
    assert argument == {
        "notebook": notebook.uri,
        "cells": [{"do": "remove", "cell": notebook.cells[1], "index": 1}],
    }
