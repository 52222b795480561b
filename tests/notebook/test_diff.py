"""`nb2prod diff` and `nb2prod hooks`: notebooks compared as notebooks, by nbdime, and in git."""

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from building import notebook
from trees import git

from nb2prod.cli.main import main

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


@dataclass(frozen=True)
class Run:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def nb2prod(tmp_path: Path, monkeypatch, capsys):
    """Run nb2prod in this process: nbdime takes longer to import than to compare."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def nb2prod(*arguments: object) -> Run:
        status = main([*map(str, arguments)])
        return Run(status, *capsys.readouterr())

    return nb2prod


def with_outputs(path: Path, *outputs: dict[str, object]) -> Path:
    data = json.loads(path.read_text())
    data["cells"][-1]["outputs"] = outputs
    path.write_text(json.dumps(data))
    return path


def printed(text: str) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def picture(encoded: str) -> dict[str, object]:
    return {"output_type": "display_data", "metadata": {}, "data": {"image/png": encoded}}


def test_sources_are_compared_and_outputs_by_choice(nb2prod, tmp_path):
    notebook(tmp_path, "x = 1", "print(x)", name="a.ipynb")
    with_outputs(notebook(tmp_path, "x = 1", "print(x)", name="b.ipynb"), printed("1"))
    run = nb2prod("diff", "a.ipynb", "b.ipynb")
    assert (run.returncode, run.stdout) == (0, "")
    run = nb2prod("diff", "a.ipynb", "b.ipynb", "--outputs")
    assert run.returncode == 1
    assert "## inserted before /cells/1/outputs/0:" in run.stdout
    notebook(tmp_path, "x = 2", "print(x)", name="c.ipynb")
    run = nb2prod("diff", "a.ipynb", "c.ipynb")
    assert run.returncode == 1
    assert "-  x = 1\n+  x = 2\n" in run.stdout


def test_scripts_are_compared_with_notebooks(nb2prod, tmp_path):
    notebook(tmp_path, "x = 1", "y = 2", name="a.ipynb")
    (tmp_path / "b.py").write_text("# %%\nx = 1\n\n# %%\ny = 3\n")
    run = nb2prod("diff", "a.ipynb", "b.py")
    assert run.returncode == 1
    assert "## modified /cells/1/source:" in run.stdout


@pytest.mark.parametrize("content", [None, "{", '{"cells": [1], "nbformat": 4}', "[" * 9999])
def test_what_cannot_be_read_ends_with_2_and_one_sentence(nb2prod, tmp_path, content):
    notebook(tmp_path, "x = 1", name="a.ipynb")
    if content is not None:
        (tmp_path / "b.ipynb").write_text(content)
    run = nb2prod("diff", "a.ipynb", "b.ipynb")
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)


def test_a_page_needs_nothing_else_and_shows_what_is_in_the_notebooks_as_text(nb2prod, tmp_path):
    hostile = "<script>alert(1)</script>\x1b[2J"
    old = notebook(tmp_path, "keep = 0", "x = 1\ny = 2", "gone", name="a.ipynb")
    new = notebook(tmp_path, "keep = 0", "x = 1\ny = 3", hostile, name="b.ipynb")
    with_outputs(old, picture(PNG))
    with_outputs(new, picture(PNG), picture('x" onerror="alert(1)'))
    run = nb2prod("diff", old, new, "--format", "html", "--outputs", "--output", "page.html")
    assert run.returncode == 1
    page = (tmp_path / "page.html").read_text()
    assert '<span class="removed">y = <b>2</b></span>' in page
    assert '<span class="added">y = <b>3</b></span>' in page
    assert "1 unchanged cell" in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<script|onerror=\"|\x1b|(?:src|href)=\"(?!data:image)", page)


def branches(root: Path) -> None:
    """Make a repository in which two branches change one cell each of the same notebook."""
    git(root, "init", "-q", "-b", "main")
    notebook(root, "a = 1", "b = 1", "c = 1")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    git(root, "switch", "-q", "-c", "other")
    notebook(root, "a = 1", "b = 1", "c = 2")
    git(root, "commit", "-q", "-a", "-m", "other")
    git(root, "switch", "-q", "main")
    notebook(root, "a = 2", "b = 1", "c = 1")


def test_git_compares_and_merges_notebooks_once_it_is_told(nb2prod, tmp_path):
    branches(tmp_path)
    (tmp_path / ".gitattributes").write_text("*.csv text")
    assert nb2prod("hooks", "install").returncode == 0
    assert "## modified /cells/0/source:" in git(tmp_path, "diff", "case.ipynb")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "main")
    git(tmp_path, "merge", "-q", "-m", "merged", "other")
    merged = json.loads((tmp_path / "case.ipynb").read_text())
    assert ["".join(c["source"]) for c in merged["cells"]] == ["a = 2", "b = 1", "c = 2"]


def test_installing_twice_does_nothing_and_uninstalling_leaves_what_was_there(nb2prod, tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitattributes").write_text("*.csv text\n")
    before = (tmp_path / ".git/config").read_text()
    assert "changed" in nb2prod("hooks", "install").stdout
    told = (tmp_path / ".gitattributes").read_text()
    run = nb2prod("hooks", "install")
    assert (run.returncode, run.stdout) == (0, "nothing to do\n")
    assert (tmp_path / ".gitattributes").read_text() == told
    assert nb2prod("hooks", "uninstall").returncode == 0
    assert (tmp_path / ".gitattributes").read_text() == "*.csv text\n"
    assert (tmp_path / ".git/config").read_text() == before
    assert nb2prod("hooks", "uninstall").stdout == "nothing to do\n"


def test_hooks_can_be_installed_for_all_repositories_of_the_user(nb2prod, tmp_path):
    run = nb2prod("hooks", "install")
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    (tmp_path / "home").mkdir()
    assert nb2prod("hooks", "install", "--global").returncode == 0
    assert "nbdime" in (tmp_path / "home/.gitconfig").read_text()
    assert "diff=jupyternotebook" in (tmp_path / "home/.config/git/attributes").read_text()
    assert nb2prod("hooks", "install", "--global").stdout == "nothing to do\n"
    assert nb2prod("hooks", "uninstall", "--global").returncode == 0
    assert not (tmp_path / "home/.config/git/attributes").exists()
