"""Settings of the editor and of pyproject.toml, changed while a notebook is open."""

import pytest
from editor import Notebook
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")


def set_in_editor(client: LanguageClient, **settings: object) -> None:
    client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(settings={"nb2prod": settings})
    )


def tell_of(client: LanguageClient, path) -> None:
    event = types.FileEvent(uri=path.as_uri(), type=types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))


async def test_settings_take_hold_at_once_and_the_file_wins(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", ["import os\nprint(missing)"]).open()
    await notebook.settle()
    assert notebook.codes(0) == ["NBI002", "NBD002"]

    set_in_editor(client, ignore=["NBI002"], severity={"NBD002": "info"})
    await notebook.settle()
    assert notebook.codes(0) == ["NBD002"]
    assert notebook.shown(0, "NBD002").severity == types.DiagnosticSeverity.Information

    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.nb2prod]\nignore = ["NBD002"]\n')
    tell_of(client, settings)
    await notebook.settle()
    assert notebook.codes(0) == ["NBI002"]

    settings.write_text('[tool.nb2prod]\nignore = ["no-such-rule"]\n')
    tell_of(client, settings)
    await client.wait_for_notification(types.WINDOW_SHOW_MESSAGE)
    assert "unknown rule 'no-such-rule'" in client.messages[-1].message

    settings.unlink()
    tell_of(client, settings)
    set_in_editor(client, ignore=[], severity={})
    await notebook.settle()
    assert notebook.codes(0) == ["NBI002", "NBD002"]


async def test_a_notebook_is_left_alone_while_the_server_is_switched_off(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", ["print(missing)"]).open()
    set_in_editor(client, enable=False)
    await notebook.settle()
    assert notebook.codes(0) == []
    set_in_editor(client, enable=True)
    await notebook.settle()
    assert notebook.codes(0) == ["NBD002"]


async def test_folders_have_their_own_settings(client: LanguageClient, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "pyproject.toml").write_text('[tool.nb2prod]\nselect = ["NBI002"]\n')
    cells = ["import os\nprint(missing)"]
    one = Notebook(client, tmp_path / "one" / "a.ipynb", cells).open()
    two = Notebook(client, tmp_path / "two" / "a.ipynb", cells).open()
    await one.settle()
    await two.settle()
    assert one.codes(0) == ["NBI002"]
    assert two.codes(0) == ["NBI002", "NBD002"]


async def test_outputs_are_those_of_the_file_as_it_was_saved(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "run.ipynb", ["1 + 1", "print(1)"])
    notebook.write()
    notebook.open()
    await notebook.settle()
    assert notebook.codes(0) == []
    text = notebook.path.read_text().replace(
        '"outputs": [], "execution_count": null',
        '"outputs": [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}],'
        ' "execution_count": 1',
        1,
    )
    notebook.path.write_text(text)
    saved = types.NotebookDocumentIdentifier(uri=notebook.uri)
    client.notebook_document_did_save(types.DidSaveNotebookDocumentParams(notebook_document=saved))
    await notebook.settle()
    assert notebook.codes(0) == ["NBO002"]
