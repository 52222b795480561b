"""JupyterLab with jupyterlab-lsp, with the settings of the read-me."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from documented import settings
from driving import Window, browser
from installing import MESSY, free_port


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    """A JupyterLab that is told of nb2prod."""
    home, folder = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("notebooks")
    shutil.copytree(MESSY, folder, dirs_exist_ok=True)
    (home / "jupyter_server_config.json").write_text(settings("json"))
    port = free_port()
    binaries = Path(sys.executable).parent
    names = ["CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"]
    with (home / "jupyter.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *[str(binaries / "jupyter-lab"), "--no-browser", f"--port={port}", "--allow-root"],
                *["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"],
                *["--LabApp.news_url=None", "--ip=127.0.0.1"],
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env={
                **os.environ,
                **{f"JUPYTER_{name}": str(home) for name in names},
                "PATH": os.pathsep.join([str(binaries), os.environ["PATH"]]),
            },
            stdout=log,
            stderr=log,
        )
        where = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{where}/api/status", timeout=5):
                break
            time.sleep(0.5)
        yield where
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def editor(address: str):
    """A browser that shows a notebook in JupyterLab."""
    with browser() as page:
        page.goto(f"{address}/lab/tree/machines.ipynb")
        yield Window(page)


def test_findings_are_underlined_in_jupyterlab(editor: Window):
    editor.see(".jp-Notebook .cm-line", "import os, sys")
    editor.see(".jp-Notebook .cm-lintRange, .jp-Notebook .cm-lsp-diagnostic")
    editor.page.locator(".cm-lintRange").first.hover()
    editor.see(".cm-tooltip", "is imported but not used")
    editor.shot("jupyterlab")
