"""A person opens a messy notebook, and ends with a project that is checked. Each step follows."""

import json
import re
import time
from pathlib import Path

from driving import Window
from installing import MESSY

FIX_ON_SAVE = {"notebook.source.fixAll.nb2prod": "explicit"}


def sources(workspace: Path) -> list[str]:
    """The cells of the notebook as they lie on the disk."""
    cells = json.loads((workspace / "machines.ipynb").read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells]


def wait_for(condition, seconds: float = 60) -> None:
    """Wait until something is so on the disk."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def test_what_is_wrong_is_underlined(editor: Window):
    editor.open_notebook("machines.ipynb")
    editor.see(".notebookOverlay .squiggly-warning, .notebookOverlay .squiggly-unnecessary")
    editor.see(".codelens-decoration", "stage 1: load")
    editor.shot("1-findings")


def test_all_of_it_is_in_the_list_of_problems(editor: Window):
    editor.command("View: Toggle Problems")
    editor.see(".markers-panel .monaco-list-row", "`os` is imported but not used")
    editor.see(".markers-panel .monaco-list-row", "NBL001")
    editor.shot("2-problems")
    editor.command("View: Toggle Problems")


def test_the_light_bulb_fixes_one_finding(editor: Window, workspace: Path):
    editor.put_cursor("import os, sys")
    editor.page.keyboard.press("Home")
    for _ in range(8):
        editor.page.keyboard.press("ArrowRight")
    editor.light_bulb()
    editor.see(".action-widget .action", re.compile("os"))
    editor.shot("3-light-bulb")
    editor.see(".action-widget .action", re.compile("os")).click()
    editor.see(".notebookOverlay .code-cell-row .view-line", re.compile("^import.sys"))
    assert sources(workspace)[1].startswith("import os, sys")  # nothing is saved by itself
    editor.save()
    wait_for(lambda: sources(workspace)[1].startswith("import sys\n"))


def test_everything_safe_is_fixed_on_save(editor: Window, workspace: Path):
    editor.command("nb2prod: Fix Notebooks on Save")
    editor.see(".notification-toast", "fixed on save")
    assert "fixAll.nb2prod" in (workspace / ".vscode" / "settings.json").read_text()
    editor.put_cursor("df.head()")
    editor.page.keyboard.press("End")
    editor.page.keyboard.type("  ")
    editor.save()
    wait_for(lambda: "sys" not in sources(workspace)[1])
    wait_for(lambda: "LogisticRegression" in sources(workspace)[1])
    editor.command("Notifications: Clear All Notifications")
    editor.shot("4-fixed-on-save")


def test_a_name_tells_where_it_comes_from(editor: Window):
    editor.put_cursor("df.head()")
    editor.page.keyboard.press("Home")
    editor.page.keyboard.press("Control+K")
    editor.page.keyboard.press("Control+I")
    editor.see(".monaco-hover .hover-row", "mutated in cells 7 and 9")
    editor.shot("5-hover")
    editor.page.keyboard.press("Escape")


def test_a_rule_has_a_page(editor: Window):
    editor.command("nb2prod: Show Rule")
    editor.pick("NBL001")
    editor.webview("h1:has-text('NBL001: preprocessing-before-split')")
    editor.shot("6-rule")
    editor.close_tab("Preview NBL001.md")


def test_the_plan_is_a_graph_beside_the_notebook(editor: Window):
    editor.command("nb2prod: Show Plan")
    plan = editor.webview(".stage")
    stages = [stage.inner_text().splitlines()[0] for stage in plan.query_selector_all(".stage")]
    assert stages == ["load", "clean", "features", "train", "evaluate"]
    assert len(plan.query_selector_all("svg .arrow")) == len(stages) - 1
    editor.shot("7-plan-light")
    plan.click(".stage[data-stage=evaluate]")
    editor.cell("model.score")
    assert "model" in plan.inner_text(".detail")
    editor.shot("8-plan-cells-light")


def test_the_graph_is_used_by_keyboard_and_follows_the_theme(editor: Window):
    editor.command("Preferences: Toggle between Light/Dark Themes")
    editor.see(".monaco-workbench.vs-dark")
    plan = editor.webview("body.vscode-dark .stage")
    plan.focus(".stage:first-of-type")
    editor.page.keyboard.press("ArrowDown")
    assert plan.evaluate("document.activeElement.dataset.stage") == "clean"
    editor.shot("7-plan-dark")
    editor.page.keyboard.press("Enter")
    editor.cell("fillna")
    assert plan.get_attribute(".stage[aria-pressed=true]", "data-stage") == "clean"
    editor.shot("8-plan-cells-dark")
    editor.command("Preferences: Toggle between Light/Dark Themes")
    editor.see(".monaco-workbench.vs")
    editor.close_tab("Plan: machines.ipynb")


def test_a_cell_is_extracted_to_a_module_and_back_by_one_undo(editor: Window, workspace: Path):
    def made() -> set[str]:
        return {
            file.name for part in ("src", "tests") for file in workspace.glob(f"{part}/**/*.py")
        }

    editor.put_cursor("fillna")
    editor.command("nb2prod: Extract Cell")
    editor.see(".quick-input-list .monaco-list-row", "in src/machines/")
    editor.shot("9-extract")
    editor.pick("in src/machines/")
    editor.see(".notification-toast", "5 files")
    editor.see(".multiDiffEntry", "machines, cell 7.py")
    editor.shot("10-extract-shown")
    assert made() == set()
    editor.answer("Apply Changes")
    wait_for(lambda: len(made()) == 4)
    editor.put_cursor("until the project is installed")
    editor.page.keyboard.press("Control+Z")
    wait_for(lambda: made() == set())
    editor.put_cursor("fillna")
    editor.page.keyboard.press("Control+Shift+Z")
    wait_for(lambda: len(made()) == 4)
    editor.save()
    wait_for(lambda: not any("fillna" in source for source in sources(workspace)))
    editor.shot("11-extracted")
    module = next(file for file in workspace.glob("src/*/*.py") if "fillna" in file.read_text())
    name = re.search(r"^def (\w+)\(", module.read_text(), re.MULTILINE)
    assert name
    assert any(f"import {name[1]}\n" in source for source in sources(workspace))


def test_the_project_is_shown_before_it_is_made(editor: Window, workspace: Path):
    editor.command("nb2prod: Preview Project")
    editor.agree("Project Folder")
    editor.see(".notification-toast", re.compile(r"\d\d files"))
    editor.see(".multiDiffEntry", "dvc.yaml")  # the first file: the others are drawn later
    editor.shot("12-preview")
    editor.answer("Discard")
    editor.gone(".multiDiffEntry")
    assert not (workspace / "machines-project").exists()


def test_the_project_is_written_and_checked(editor: Window, workspace: Path):
    editor.command("nb2prod: Turn into a Project")
    editor.agree("Project Folder")
    editor.see(".quick-input-list .monaco-list-row", "Verify against the notebook")
    editor.shot("13-what-shall-be-done")
    editor.page.keyboard.press("Enter")
    editor.see(".notification-toast", "running the notebook")
    editor.shot("14-progress")
    project = workspace / "machines-project"
    wait_for((project / "proof.json").exists, 400)
    editor.see(".notification-toast", re.compile("verified"))
    editor.shot("15-verified")
    assert json.loads((project / "proof.json").read_text())["verdict"] == "verified"
    assert (project / "dvc.yaml").is_file()


def test_the_check_says_when_a_project_computes_something_else(editor: Window, workspace: Path):
    editor.command("Notifications: Clear All Notifications")
    project = workspace / "machines-project"
    file = next(f for f in project.glob("src/*/*.py") if "stress" in f.read_text())
    file.write_text(re.sub(r'(\["load"\]) \*', r"\1 * 2 *", file.read_text()))
    editor.command("nb2prod: Verify a Project Against Its Notebook")
    toast = editor.page.locator(".notification-toast", has_text="Open README")  # not the progress
    toast.wait_for(timeout=400_000)
    editor.shot("16-differs")
    assert re.search("machines-project: differs.*stress", toast.inner_text())


def test_a_check_is_stopped_before_its_end(editor: Window, workspace: Path):
    editor.command("Notifications: Clear All Notifications")
    proof = (workspace / "machines-project" / "proof.json").read_bytes()
    editor.command("nb2prod: Verify a Project Against Its Notebook")
    editor.see(".notification-toast", "running the notebook")
    editor.answer("Cancel")
    editor.gone(".notification-toast:has-text('running the notebook')")
    editor.shot("17-stopped")
    assert (workspace / "machines-project" / "proof.json").read_bytes() == proof


def test_a_percent_script_is_read_like_a_notebook(editor: Window, workspace: Path):
    code = [source for source in sources(MESSY) if not source.startswith("#")]
    (workspace / "machines.py").write_text("".join(f"# %%\n{source}\n\n" for source in code))
    editor.command("View: Close All Editors")
    editor.see(".explorer-folders-view .monaco-list-row", "machines.py").dblclick()
    editor.see(".editor-container .squiggly-warning, .editor-container .squiggly-unnecessary")
    editor.see(".codelens-decoration", "stage 1: load")
    editor.see(".editor-container .view-line", "import os, sys").click()
    editor.page.keyboard.press("Home")
    for _ in range(8):
        editor.page.keyboard.press("ArrowRight")
    editor.light_bulb()
    editor.shot("18-script")
    editor.see(".action-widget .action", re.compile("os")).click()
    editor.see(".editor-container .view-line", re.compile("^import.sys"))
