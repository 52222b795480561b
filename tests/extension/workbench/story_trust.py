"""A workspace that nobody trusts, and a machine where no Python has nb2prod."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from driving import Window, window
from installing import MESSY, Workbench, free_port

PLANTED = "#!/bin/sh\ntouch {mark}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a Python, and settings that name it; neither may be followed."""
    made = tmp_path_factory.mktemp("stranger")
    shutil.copytree(MESSY, made, dirs_exist_ok=True)
    planted = made / ".venv" / "bin" / "python"
    planted.parent.mkdir(parents=True)
    planted.write_text(PLANTED.format(mark=made / "started"))
    planted.chmod(0o755)
    (made / ".vscode").mkdir()
    settings = {"nb2prod.interpreter": str(planted), "nb2prod.notebookInterpreter": str(planted)}
    (made / ".vscode" / "settings.json").write_text(json.dumps(settings))
    return made


@pytest.fixture(scope="module")
def editor(workbench: Workbench, folder: Path):
    """A window on a workspace that is not trusted."""
    with workbench.started(free_port(), folder) as address, window(address, folder) as opened:
        yield opened


def test_notebooks_are_checked_and_planned(editor: Window):
    editor.see(".statusbar-item", "Restricted Mode")
    editor.open_notebook("machines.ipynb")
    editor.see(".notebookOverlay .squiggly-warning")
    editor.command("nb2prod: Show Plan")
    editor.webview(".stage")
    editor.shot("20-not-trusted")
    editor.close_tab("Plan: machines.ipynb")


def test_a_project_is_made_without_a_run(editor: Window):
    editor.command("nb2prod: Turn into a Project")
    editor.agree("Project Folder")
    editor.see(".quick-input-list .monaco-list-row", "H2 heading")
    choices = editor.page.locator(".quick-input-list")
    assert "Verify against the notebook" not in choices.inner_text()
    editor.page.keyboard.press("Enter")
    editor.see(".notification-toast", "unverified: nothing was run")
    editor.shot("21-written-without-a-run")


def test_no_python_of_the_workspace_was_started(folder: Path):
    assert not (folder / "started").exists()


def test_without_nb2prod_it_is_said_and_the_bundled_one_is_offered(
    editor: Window, workbench: Workbench
):
    bare = sys._base_executable  # the Python that this environment was made from
    workbench.set({"nb2prod.interpreter": bare}, "Machine")
    editor.page.reload()
    editor.open_notebook("machines.ipynb")
    editor.see(
        ".notification-toast", f"{bare} (the setting nb2prod.interpreter) does not have nb2prod"
    )
    editor.see(".notification-toast .monaco-button", "Install the Bundled Server")
    editor.shot("22-no-nb2prod")
    workbench.set({"nb2prod.interpreter": os.environ["NB2PROD_PYTHON"]}, "Machine")
