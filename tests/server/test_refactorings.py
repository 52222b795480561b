"""Refactorings in an editor: where they are sound they are offered, else the reason is shown."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from editor import Notebook
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

CELLS = [
    ("markdown", "# Prices"),
    "import statistics",
    "prices = [1.5, 2.5, 4.0]\nfactor = 2",
    "double = [price * factor for price in prices]\nmean = statistics.mean(double)",
    "mean = mean + 1\nprint(mean)",
]


async def offered(
    notebook: Notebook, cell: int, text: str = "", only: str = "refactor"
) -> dict[str, types.CodeAction]:
    """Return the code actions for a selection in a cell, by kind."""
    actions = await notebook.actions(cell, only=[only] if only else None, selected=text)
    return {str(a.kind): a for a in actions}


async def test_a_cell_becomes_a_function_with_one_edit(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    action = (await offered(notebook, 3))["refactor.extract.function"]
    assert action.title == "Extract to function `compute_mean`"
    assert action.edit is None  # until it is wanted
    notebook.apply(await client.code_action_resolve_async(action))
    assert notebook.sources()[3] == (
        "def compute_mean(factor: int, prices: list):\n"
        '    """Compute mean."""\n'
        "    double = [price * factor for price in prices]\n"
        "    mean = statistics.mean(double)\n"
        "    return mean\n\n\n"
        "mean = compute_mean(factor, prices)"
    )
    await notebook.settle()
    assert notebook.codes(3) == []


async def test_selected_statements_become_a_function(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    action = (await offered(notebook, 3, "mean = stat"))["refactor.extract.function"]
    notebook.apply(await client.code_action_resolve_async(action))
    assert notebook.sources()[3].startswith(
        "double = [price * factor for price in prices]\n\n\ndef "
    )


async def test_a_module_is_made_after_a_look_at_its_files(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    notebook.write()
    action = (await offered(notebook, 3))["refactor.extract.module"]
    assert action.title == "Extract to `compute_mean` in src/prices/functions.py"
    done = await client.code_action_resolve_async(action)
    assert done.edit
    made = [c.uri for c in done.edit.document_changes or () if isinstance(c, types.CreateFile)]
    paths = [Path(uri.removeprefix("file://")).relative_to(tmp_path).as_posix() for uri in made]
    assert paths == [
        "src/prices/__init__.py",
        "src/prices/functions.py",
        "tests/test_functions.py",
        "tests/conftest.py",
    ]
    (annotation,) = (done.edit.change_annotations or {}).values()
    assert annotation.needs_confirmation
    notebook.apply(done)
    notebook.write()
    script = "\n".join(c for c in notebook.sources()[1:])
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    subprocess.run(tests, cwd=tmp_path, check=True)


async def test_a_constant_becomes_a_parameter(client: LanguageClient, tmp_path):
    cells = [*CELLS[:2], "rows = sorted([3, 1, 2])[:1]\nprint(rows)"]
    notebook = Notebook(client, tmp_path / "prices.ipynb", cells).open()
    action = (await offered(notebook, 2, "1]\n"[:1]))["refactor.rewrite.parameter"]
    notebook.apply(await client.code_action_resolve_async(action))
    assert notebook.sources()[1] == "import statistics\n\nPARAMETER = 1"


async def test_a_cell_becomes_idempotent(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    await notebook.settle()
    assert "NBD003" in notebook.codes(4)
    action = (await offered(notebook, 4))["refactor.rewrite.idempotent"]
    notebook.apply(await client.code_action_resolve_async(action))
    assert notebook.sources()[4] == "mean_updated = mean + 1\nprint(mean_updated)"
    await notebook.settle()
    assert "NBD003" not in notebook.codes(4)


async def test_what_is_not_sound_is_shown_with_the_reason(client: LanguageClient, tmp_path):
    cells = ["rows = [1]", "for row in rows:\n    last = row", "print(last)"]
    notebook = Notebook(client, tmp_path / "rows.ipynb", cells).open()
    actions = await offered(notebook, 1)
    assert actions.keys() == {"refactor.extract.function", "refactor.extract.module"}
    for action in actions.values():
        assert action.disabled
        assert action.disabled.reason == (
            "`last` may be unbound here, depending on the data, but is used below"
        )


async def test_a_refactoring_of_an_older_text_is_not_made(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    action = (await offered(notebook, 3))["refactor.extract.function"]
    notebook.type(3, "double = prices\nmean = 3")
    assert (await client.code_action_resolve_async(action)).edit is None


async def test_a_cursor_that_passes_by_is_offered_nothing(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    passing = types.CodeActionTriggerKind.Automatic
    kinds = {str(a.kind) for a in await notebook.actions(3, trigger=passing)}
    assert not any(kind.startswith("refactor") for kind in kinds)


async def test_a_lens_offers_to_extract_a_cell_that_works(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()

    async def lenses(cell: int):
        document = types.TextDocumentIdentifier(uri=notebook.cells[cell])
        found = await client.text_document_code_lens_async(types.CodeLensParams(document))
        return [lens.command for lens in found or () if lens.command]

    assert [c.command for c in await lenses(1)] == ["nb2prod.showPlan"]
    _, extract = await lenses(3)
    assert extract.command == "nb2prod.extractCell"
    assert json.loads(json.dumps(extract.arguments)) == [{"uri": notebook.uri, "cell": 3}]


async def joined(client: LanguageClient, notebook: Notebook, *cells: int) -> list[dict]:
    params = types.ExecuteCommandParams(
        command="nb2prod.server.extract", arguments=[{"uri": notebook.uri, "cells": list(cells)}]
    )
    return json.loads(
        json.dumps(await client.workspace_execute_command_async(params), default=_plain)
    )


def _plain(value):
    return value._asdict()


async def test_several_cells_become_one_function(client: LanguageClient, tmp_path):
    cells = [*CELLS[:3], "half = factor / 2", ("markdown", "Mean"), CELLS[3], CELLS[4]]
    notebook = Notebook(client, tmp_path / "prices.ipynb", cells).open()
    notebook.write()
    function, module = await joined(client, notebook, 3, 5)
    assert (function["title"], function["reason"]) == ("Extract to function `compute_mean`", "")
    first, *others = function["cells"]
    assert [e["do"] for e in (first, *others)] == ["split", "remove", "remove"]
    assert [e["cell"] for e in (first, *others)] == notebook.cells[3:6]
    (source,) = first["sources"]
    assert source.startswith("def compute_mean(factor: int, prices: list):\n")
    assert "    half = factor / 2\n\n    # Mean\n\n    double = " in source
    assert source.endswith("mean = compute_mean(factor, prices)")
    assert module["title"].endswith("in src/prices/functions.py")
    kinds = [change.get("kind") for change in module["edit"]["documentChanges"]]
    assert kinds.count("create") == 4


async def test_cells_that_can_not_be_one_function_say_why(client: LanguageClient, tmp_path):
    cells = [CELLS[1], "rows = [1]\nrows", "last = rows[-1]", "print(last)"]
    notebook = Notebook(client, tmp_path / "rows.ipynb", cells).open()
    for offer in await joined(client, notebook, 1, 2):
        assert offer["reason"] == "cell 2 displays a value, which a function would not"
        assert offer["cells"] == []
    with pytest.raises(JsonRpcException, match="the first and the last cell"):
        await joined(client, notebook, 2, 9)


async def test_an_editor_that_asks_by_itself_is_never_kept_waiting_for_long(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()

    async def kinds(selected: str = "") -> set[str]:
        automatic = types.CodeActionTriggerKind.Automatic
        actions = await notebook.actions(3, selected=selected, trigger=automatic)
        return {str(action.kind) for action in actions}

    assert not any(kind.startswith("refactor") for kind in await kinds())  # it only passes by
    # Selections are answered at once, and with what is there as soon as the worker is.
    async with asyncio.timeout(60):
        while "refactor.extract.function" not in await kinds("mean = "):
            pass
