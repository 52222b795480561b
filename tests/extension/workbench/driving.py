"""A workbench in a browser, and what a person does to it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Frame, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as Late

SHOTS = Path(os.environ.get("NB2PROD_SHOTS", "."))
PATIENCE = 60_000  # milliseconds: the first start on a busy machine


class Window:
    """One window of the workbench."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def shot(self, name: str) -> None:
        """Save what is seen."""
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def see(self, selector: str, text: str | re.Pattern[str] | None = None) -> Locator:
        """Wait until something is seen."""
        found = self.page.locator(selector, has_text=text).first
        found.wait_for()
        return found

    def gone(self, selector: str) -> None:
        """Wait until nothing of a kind is seen any more."""
        self.page.locator(selector).first.wait_for(state="detached")

    def open_notebook(self, name: str) -> None:
        """Open a notebook from the explorer; too early, an editor shows it as JSON: then again."""
        self.see(".explorer-folders-view .monaco-list-row")
        for _ in range(5):
            self.see(".explorer-folders-view .monaco-list-row", name).dblclick()
            cell = self.page.locator(".notebookOverlay .code-cell-row .view-line")
            try:
                cell.first.wait_for(timeout=30_000)
            except Late:
                self.command("View: Close All Editors")
            else:
                return
        raise AssertionError(f"{name} was not shown as a notebook")

    def command(self, title: str) -> None:
        """Run a command from the palette."""
        self.page.keyboard.press("F1")
        box = self.page.locator(".quick-input-widget input:visible").first
        box.fill(f">{title}")
        wanted = self.page.locator(".quick-input-list .monaco-list-row", has_text=title).first
        wanted.wait_for()
        wanted.click()

    def pick(self, label: str) -> None:
        """Look for an item of a list that has popped up, and click on it."""
        self.page.locator(".quick-input-widget input:visible").first.fill(label)
        self.see(".quick-input-list .monaco-list-row", label).click()

    def agree(self, title: str) -> None:
        """Answer a question of one line as it is proposed."""
        self.see(".quick-input-widget .quick-input-title", title)
        self.page.locator(".quick-input-widget input:visible").first.press("Enter")

    def light_bulb(self) -> None:
        """Ask what can be done here; again, as the editor drops the question if it asks itself."""
        self.see("[class*=gutter-lightbulb]")
        for _ in range(3):
            self.page.keyboard.press("Control+.")
            with suppress(Late):
                self.page.locator(".action-widget .action").first.wait_for(timeout=5_000)
                return
        raise AssertionError("nothing is offered")

    def close_tab(self, title: str) -> None:
        """Close what is open under a title."""
        self.see(".tab", title).click(button="middle")

    def answer(self, label: str) -> None:
        """Press a button of a message."""
        self.see(".notification-toast .monaco-button", label).click()

    def save(self) -> None:
        """Save what is edited."""
        self.page.keyboard.press("Control+S")

    def cell(self, text: str) -> Locator:
        """The cell that shows a text."""
        return self.see(".notebookOverlay .code-cell-row", text)

    def put_cursor(self, text: str) -> None:
        """Click into a line of a cell."""
        self.see(".notebookOverlay .code-cell-row .view-line", text).click()

    def webview(self, selector: str) -> Frame:
        """The frame of a view that shows something: views lie two frames deep."""
        for _ in range(120):
            for frame in self.page.frames:
                if frame.query_selector(selector):
                    return frame
            self.page.wait_for_timeout(500)
        raise AssertionError(f"no view shows {selector}")


@contextmanager
def browser() -> Iterator[Page]:
    """Start the browser of this machine."""
    options = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    options += ["--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = started.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        yield page
        started.close()


@contextmanager
def window(address: str, folder: Path) -> Iterator[Window]:
    """Open a folder in a workbench."""
    with browser() as page:
        page.goto(f"{address}/?folder={folder}")
        page.wait_for_selector(".monaco-workbench")
        yield Window(page)
