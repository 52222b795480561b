"""A workbench with the packaged extension, and a workspace with a messy notebook."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
from driving import Window, window
from installing import MESSY, SETTINGS, Workbench, free_port, installed
from packing import packed

ROOT = Path(__file__).parents[3]
INSIDE = Path(__file__).parent / "inside"


@pytest.fixture(scope="session")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The workbench, with our two extensions: the one for people, and the one that tests."""
    folder = Path(os.environ["NB2PROD_WORKBENCH"])
    found = installed(folder, tmp_path_factory.mktemp("profile"))
    found.install(max((ROOT / "extension" / "build").glob("nb2prod-*.vsix")))
    found.install(packed(INSIDE, tmp_path_factory.mktemp("inside") / "inside.vsix"))
    found.set(SETTINGS)
    found.set({"nb2prod.interpreter": os.environ["NB2PROD_PYTHON"]}, "Machine")
    return found


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a notebook for a person, and one for the tests inside the editor."""
    folder = tmp_path_factory.mktemp("workshop")
    shutil.copytree(MESSY, folder, dirs_exist_ok=True)
    shutil.copy(MESSY / "machines.ipynb", folder / "inside.ipynb")
    return folder


@pytest.fixture(scope="session")
def address(workbench: Workbench, workspace: Path):
    """Where the workbench shows the workspace, which is trusted."""
    with workbench.started(free_port(), workspace, "--disable-workspace-trust") as where:
        yield where


@pytest.fixture(scope="module")
def editor(address: str, workspace: Path):
    """A window of the workbench; what a module does in it is one story."""
    with window(address, workspace) as opened:
        yield opened


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Show the window as it was when something was not as expected."""
    report = (yield).get_result()
    opened = getattr(item, "funcargs", {}).get("editor")
    if report.when == "call" and report.failed and isinstance(opened, Window):
        opened.shot(f"failed-{item.name}")
