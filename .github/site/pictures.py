"""Make the pictures of the read-me from the real thing: the page of a plan, and the editor.

    python .github/site/pictures.py [plan] [editor]

The chromium of this machine shows both. `editor` packages the extension, and installs it in a real
workbench as tests/extension/workbench.py does; that file says what the workbench needs. Besides:
`pip install -e ".[example,editors,site]"`.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
IMAGES = HERE.parent / "images"
EXTENSION = ROOT / "extension"
CHURN = ROOT / "tests" / "notebooks" / "churn"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
WORKBENCH = CACHE / "nb2prod-workbench"  # as in tests/extension/workbench.py
sys.path.append(str(ROOT / "tests" / "extension" / "workbench"))

from driving import PATIENCE, Window  # noqa: E402
from installing import SETTINGS, Workbench, free_port, installed  # noqa: E402

WIDTH = 1400  # pixels of a picture
LIMIT = 250_000  # bytes
# The editor without the parts that a small picture has no room for.
PLAIN = {
    "breadcrumbs.enabled": False,
    "editor.fontSize": 13,
    "editor.hover.delay": 100,
    "editor.occurrencesHighlight": "off",
    "notebook.cellToolbarLocation": {"default": "hidden"},
    "notebook.editorOptionsCustomizations": {"editor.wordWrap": "on"},
    "notebook.globalToolbar": False,
    "notebook.markup.fontSize": 13,
    "notebook.showCellStatusBar": "hidden",
    "window.commandCenter": False,
    "workbench.activityBar.location": "hidden",
    "workbench.editor.editorActionsLocation": "hidden",
    "workbench.layoutControl.enabled": False,
}


def plan(folder: Path) -> bytes:
    """Return the picture of a plan's page: the heading and the graph."""
    command = [sys.executable, "-m", "nb2prod", "plan", "churn.ipynb", "--format", "html"]
    page_file = folder / "plan.html"
    with page_file.open("wb") as stream:
        subprocess.run(command, cwd=CHURN, stdout=stream, check=True)
    with browser(1120, 900, WIDTH / 1120) as page:
        page.goto(page_file.as_uri())
        graph = page.locator("svg").first.bounding_box()
        assert graph, "the page has no graph"
        clip = {"x": 0, "y": 12, "width": 1120, "height": graph["y"] + graph["height"]}
        return page.screenshot(clip=clip)


def editor(folder: Path) -> bytes:
    """Return the picture of the editor: a finding in a notebook, beside the plan."""
    workspace = folder / "churn"
    shutil.copytree(CHURN, workspace)
    workbench = _workbench(folder / "profile")
    with (
        workbench.started(free_port(), workspace, "--disable-workspace-trust") as address,
        browser(1160, 760, WIDTH / 1160) as page,
    ):
        page.goto(f"{address}/?folder={workspace}")
        window = Window(page)
        window.open_notebook("churn.ipynb")
        window.see(".codelens-decoration", "stage 1")
        _show_plan_left(window)
        window.webview(".stage").click(".stage[data-stage=clean]")
        page.wait_for_timeout(1500)
        # By force, as the text of the line lies above the line under it.
        page.locator(".notebookOverlay .squiggly-warning").last.hover(force=True)
        window.see(".monaco-hover", "NBL001")
        page.wait_for_timeout(800)
        return page.screenshot()


def _show_plan_left(window: Window) -> None:
    """Show the plan left of the notebook: at its right it would hide half of what a hover says."""
    page = window.page
    window.command("nb2prod: Show Plan")
    window.webview(".stage")
    page.keyboard.press("Control+B")
    window.see(".tab", "Plan: churn").click()
    window.command("View: Move Editor Group Left")
    page.wait_for_timeout(1000)
    group = page.locator(".editor-group-container").first.bounding_box()
    assert group, "no editor is open"
    border = group["x"] + group["width"]
    page.mouse.move(border, 300)
    page.mouse.down()
    page.mouse.move(border - 180, 300, steps=8)
    page.mouse.up()


def _workbench(profile: Path) -> Workbench:
    """Return a workbench with the extension as it is now."""
    if not (EXTENSION / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=EXTENSION, check=True)
    environment = {**os.environ, "PYTHON": sys.executable}
    package = ["npm", "run", "--silent", "package"]
    subprocess.run(package, cwd=EXTENSION, check=True, env=environment)
    workbench = installed(WORKBENCH, profile)
    workbench.install(max((EXTENSION / "build").glob("nb2prod-*.vsix")))
    workbench.set({**SETTINGS, **PLAIN})
    workbench.set({"nb2prod.interpreter": sys.executable}, "Machine")
    return workbench


@contextmanager
def browser(width: int, height: int, scale: float) -> Iterator[Page]:
    """Start the browser of this machine with a window of that size and sharpness."""
    options = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = started.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            color_scheme="light",
        )
        page.set_default_timeout(PATIENCE)
        yield page
        started.close()


def save(name: str, picture: bytes) -> None:
    """Save a picture in as few bytes as it needs."""
    file = IMAGES / f"{name}.png"
    Image.open(io.BytesIO(picture)).convert("RGB").save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size:,} bytes")
    assert size < LIMIT, "too large for a read-me"


def main() -> None:
    """Make the pictures that are asked for, or all."""
    pictures = {"plan": plan, "editor": editor}
    for name in sys.argv[1:] or pictures:
        with TemporaryDirectory() as folder:
            save(name, pictures[name](Path(folder)))


if __name__ == "__main__":
    main()
