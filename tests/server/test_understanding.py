"""Outline, lenses and hints that an editor shows for a notebook."""

import json

import pytest
from editor import Notebook
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

CELLS = [
    ("markdown", "# Prices\n\n## Load\n"),
    "import pandas as pd",
    "frame = pd.read_csv('prices.csv')",
    "frame['net'] = frame['gross'] / 1.19\nmean = frame['net'].mean()",
    "def show(value):\n    print(value)",
    "frame = frame.dropna()\nshow(mean)\nframe.to_csv('net.csv')",
]


def place(notebook: Notebook, cell: int) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri=notebook.cells[cell])


async def hovered(notebook: Notebook, cell: int, line: int, character: int) -> str | None:
    position = types.Position(line, character)
    found = await notebook.client.text_document_hover_async(
        types.HoverParams(text_document=place(notebook, cell), position=position)
    )
    return (
        found.contents.value if found and isinstance(found.contents, types.MarkupContent) else None
    )


async def test_hover_tells_where_a_name_is_defined_rebound_changed_and_used(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    assert await hovered(notebook, 3, 0, 2) == (
        "**`frame`** (variable)\n\n"
        "- defined in cell 3: `frame = pd.read_csv('prices.csv')`\n"
        "- rebound in cell 6: `frame = frame.dropna()`\n"
        "- mutated in this cell\n"
        "- used in this cell, and in cell 6"
    )
    assert "(import, `pandas`)" in (await hovered(notebook, 2, 0, 9) or "")
    assert "(function)" in (await hovered(notebook, 5, 1, 1) or "")
    assert await hovered(notebook, 3, 0, 8) is None  # inside a text
    assert await hovered(notebook, 5, 0, 15) is None  # a method


async def test_hover_tells_the_shape_that_a_run_has_shown(client: LanguageClient, tmp_path):
    shown = {"text/plain": "(150, 4)"}
    output = {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": shown}
    table = {"text/html": "<table></table>\n<p>20 rows \u00d7 3 columns</p>", "text/plain": ""}
    cells = ["import pandas as pd\nframe = pd.read_csv('a.csv')\nframe.shape", "frame"]
    notebook = Notebook(client, tmp_path / "prices.ipynb", cells)
    notebook.write()
    data = json.loads(notebook.path.read_text())
    data["cells"][0] |= {"outputs": [output], "execution_count": 1}
    notebook.path.write_text(json.dumps(data))
    notebook.open()
    assert "- shape (150, 4) in the last output of cell 1" in (
        await hovered(notebook, 1, 0, 2) or ""
    )
    data["cells"][1] |= {"outputs": [{**output, "data": table}], "execution_count": 2}
    notebook.path.write_text(json.dumps(data))
    notebook.save()
    assert "- shape (20, 3) in the last output of this cell" in (
        await hovered(notebook, 1, 0, 2) or ""
    )


async def test_a_lens_above_each_cell_tells_its_stage_and_what_it_reads_and_writes(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    titles = []
    for cell in range(1, 6):
        params = types.CodeLensParams(text_document=place(notebook, cell))
        for lens in await client.text_document_code_lens_async(params) or ():
            assert lens.command
            if lens.command.command == "nb2prod.showPlan":
                titles.append(lens.command.title)
    assert len(titles) == 5
    assert titles[0] == "imports"
    assert titles[2].startswith("stage 1: ")
    assert "reads frame" in titles[2]
    assert "writes frame, mean" in titles[2]
    assert "prices.csv" in titles[1]
    assert "net.csv" in titles[4]


async def test_a_lens_says_why_there_is_no_plan(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "broken.ipynb", ["a = 1\nprint(a)", "b = ("]).open()
    params = types.CodeLensParams(text_document=place(notebook, 0))
    lens, _ = await client.text_document_code_lens_async(params) or ()
    assert lens.command
    assert lens.command.title.startswith("no plan (cell 2, line 1: not Python")


async def test_symbols_of_a_cell_are_what_it_defines_below_its_stage(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()

    async def symbols(cell: int):
        found = await client.text_document_document_symbol_async(
            types.DocumentSymbolParams(text_document=place(notebook, cell))
        )
        return [
            (s.name, s.kind, [(c.name, c.kind) for c in s.children or ()])
            for s in found or ()
            if isinstance(s, types.DocumentSymbol)
        ]

    assert await symbols(0) == [
        ("Prices", types.SymbolKind.String, []),
        ("Load", types.SymbolKind.String, []),
    ]
    package = types.SymbolKind.Package
    ((name, kind, inner),) = await symbols(3)
    assert name.startswith("stage 1: ")
    assert (kind, inner) == (package, [("mean", types.SymbolKind.Variable)])
    ((_, kind, inner),) = await symbols(4)
    assert (kind, inner) == (package, [("show", types.SymbolKind.Function)])


async def test_hints_at_names_from_other_cells_are_shown_only_to_who_wants_them(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    params = types.InlayHintParams(text_document=place(notebook, 3), range=everything)
    assert not await client.text_document_inlay_hint_async(params)
    client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(settings={"nb2prod": {"inlayHints": True}})
    )
    hints = await client.text_document_inlay_hint_async(params)
    assert [(h.label, h.position.line, h.position.character) for h in hints or ()] == [
        ("← 3", 0, 20)
    ]
    client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(settings={"nb2prod": {"inlayHints": False}})
    )
