"""Notebooks that editors know only as texts: scripts, Markdown, what JupyterLab sends."""

import pytest
from editor import Notebook
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPT = """\
# %% [markdown]
# # Prices

# %%
import os
# %load_ext autoreload

# %% tags=["main"]
print(missing)
)
"""


def opened(client: LanguageClient, path, text: str, language: str = "python") -> str:
    item = types.TextDocumentItem(uri=path.as_uri(), language_id=language, version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    return item.uri


async def symbols(client: LanguageClient, uri: str):
    params = types.DocumentSymbolParams(text_document=types.TextDocumentIdentifier(uri=uri))
    return await client.text_document_document_symbol_async(params) or ()


def shown(client: LanguageClient, uri: str) -> list[tuple[str, int]]:
    return [(str(d.code), d.range.start.line) for d in client.diagnostics.get(uri, ())]


async def test_a_percent_script_is_checked_where_its_lines_stand(client: LanguageClient, tmp_path):
    uri = opened(client, tmp_path / "prices.py", SCRIPT)
    await symbols(client, uri)
    assert ("NBI002", 4) in shown(client, uri)
    assert any(code == "NBV001" for code, _ in shown(client, uri))

    change = types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(9, 0), types.Position(10, 0)), text=""
    )
    document = types.VersionedTextDocumentIdentifier(uri=uri, version=2)
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
    )
    await symbols(client, uri)
    assert ("NBD002", 8) in shown(client, uri)


async def test_a_script_has_its_stages_for_symbols(client: LanguageClient, tmp_path):
    text = "# %%\nimport pandas as pd\n# %%\nrows = pd.read_csv('a.csv')\nprint(rows)\n"
    uri = opened(client, tmp_path / "load.py", text)
    found = await symbols(client, uri)
    stages = [s for s in found if s.name.startswith("stage 1: ")]
    assert len(stages) == 1
    assert [child.name for child in stages[0].children or ()][-1] == "cell 2"


async def test_an_import_in_a_script_is_moved_by_its_fix(client: LanguageClient, tmp_path):
    text = "# %%\nimport os\nprint(os.name)\n# %%\nimport json\nprint(json.dumps(1))\n"
    uri = opened(client, tmp_path / "late.py", text)
    await symbols(client, uri)
    late = next(d for d in client.diagnostics[uri] if d.code == "NBI001")
    found = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=uri),
            range=late.range,
            context=types.CodeActionContext(diagnostics=[late], only=["quickfix"]),
        )
    )
    edit = (found or ())[0].edit
    (change,) = edit.document_changes or ()
    made = {(e.range.start.line, e.range.end.line, e.new_text) for e in change.edits}
    assert made == {(1, 1, "\nimport json"), (4, 5, "")}


async def test_plain_python_and_plain_prose_are_no_notebooks(client: LanguageClient, tmp_path):
    script = opened(client, tmp_path / "tool.py", "import os\nprint(missing)\n")
    prose = opened(client, tmp_path / "README.md", "# Title\n\n```python\nx\n```\n", "markdown")
    for uri in (script, prose):
        assert not await symbols(client, uri)
        assert not client.diagnostics.get(uri)


async def test_a_markdown_notebook_is_checked_in_its_fences(client: LanguageClient, tmp_path):
    text = (
        "---\njupyter:\n  kernelspec:\n    display_name: Python 3\n    language: python\n"
        "    name: python3\n---\n\n# Prices\n\n"
        "```python\nimport os\n```\n\nText\n\n```python\nprint(missing)\n```\n"
    )
    uri = opened(client, tmp_path / "prices.md", text, "markdown")
    await symbols(client, uri)
    assert ("NBD002", 17) in shown(client, uri)
    assert ("NBI002", 11) in shown(client, uri)


async def test_the_joined_text_of_jupyterlab_is_read_as_the_cells_it_came_from(
    client: LanguageClient, tmp_path
):
    saved = Notebook(
        client,
        tmp_path / "lab.ipynb",
        ["import os", ("markdown", "# Text"), "def f():\n    pass\n\n\nf()", "print(missing)"],
    )
    saved.write()
    joined = "\n\n\nimport os\n\n\ndef f():\n    pass\n\n\nf()\n\n\nprint(missing)\n\n\n"
    uri = opened(client, tmp_path / ".virtual_documents" / "lab.ipynb", joined)
    position = types.Position(10, 0)
    hover = await client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri=uri), position)
    )
    assert hover
    assert "defined in this cell" in hover.contents.value
    assert shown(client, uri) == [("NBI002", 3), ("NBD002", 13)]
