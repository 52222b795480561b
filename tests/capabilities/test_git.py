"""`--with git`: the project is a repository in which notebooks and metrics can be compared."""

import subprocess
import sys
import tomllib

import pytest
from building import notebook
from trees import git

from nb2prod.cli.main import main

CELLS = ("x = [3, 1, 2]", "## Sort\n", "y = sorted(x)\nprint(y)")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    path = notebook(tmp_path, *CELLS)
    root = tmp_path / "project"
    assert main(["refactor", str(path), "--output", str(root), "--no-verify", "--with", "git"]) == 0
    return root


def committed(root):
    git(root, "add", "-A")
    git(root, "commit", "-qm", "All of it")
    return root


def test_it_is_a_repository_with_nothing_committed(project):
    assert (project / ".git").is_dir()
    assert git(project, "status", "--short").startswith("??")
    assert git(project, "symbolic-ref", "--short", "HEAD").strip() == "main"


def test_notebooks_are_compared_by_nbdime(project):
    committed(project)
    path = project / "notebooks" / "case.ipynb"
    path.write_text(path.read_text().replace("[3, 1, 2]", "[3, 1]"))
    shown = git(project, "diff")
    assert "nbdiff" in shown
    assert "modified /cells/0/source" in shown


def test_dvc_knows_the_commits(project):
    run = [sys.executable, "-m", "dvc", "repro", "--quiet"]
    subprocess.run(run, cwd=project, check=True)
    committed(project)
    (project / "dvc.lock").unlink()
    diff = [sys.executable, "-m", "dvc", "diff", "HEAD"]
    done = subprocess.run(diff, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pull_requests_have_a_template(project):
    text = (project / ".github" / "pull_request_template.md").read_text()
    assert "dvc repro" in text
    assert "dvc metrics" not in text  # this notebook measures nothing


def test_it_can_be_added_to_a_project_without_a_model(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    path = notebook(tmp_path, *CELLS)
    root = tmp_path / "project"
    main(["refactor", str(path), "--output", str(root), "--no-verify"])
    capsys.readouterr()
    lines = (
        f"{root}: added git (.github/pull_request_template.md), unverified: nothing was run\n",
        f"{root} already has git\n",
    )
    for line in lines:
        assert main(["add", "git", str(root)]) == 0
        assert capsys.readouterr().out == line
        settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["nb2prod"]
        assert settings["capabilities"] == ["git"]
        assert (root / ".gitattributes").read_text().count("*.ipynb") == 1
    assert main(["add", "api", str(root)]) == 1
    assert "without api: no cell fits a model" in capsys.readouterr().err


def test_a_repository_around_the_project_stays_as_it_is(tmp_path, capsys):
    git(tmp_path, "init", "-q")
    path = notebook(tmp_path, *CELLS)
    before = (tmp_path / ".git" / "config").read_text()
    root = tmp_path / "project"
    assert main(["refactor", str(path), "--output", str(root), "--no-verify", "--with", "git"]) == 0
    assert not (root / ".git").exists()
    assert (tmp_path / ".git" / "config").read_text() == before
    assert f"is inside the git repository {tmp_path}" in capsys.readouterr().err


def test_without_git_the_project_is_made_and_says_so(tmp_path, capsys, monkeypatch):
    path = notebook(tmp_path, *CELLS)
    root = tmp_path / "project"
    monkeypatch.setenv("PATH", "")
    assert main(["refactor", str(path), "--output", str(root), "--no-verify", "--with", "git"]) == 0
    assert "because git can't be run" in capsys.readouterr().err
    assert (root / ".gitattributes").exists()


def test_a_capability_that_needs_a_run_is_refused_without_one(tmp_path, capsys):
    path = notebook(tmp_path, *CELLS)
    arguments = ["refactor", str(path), "--output", str(tmp_path / "p"), "--no-verify"]
    assert main([*arguments, "--with", "docker"]) == 2
    assert "--with docker can't be combined with --no-verify" in capsys.readouterr().err
    assert main([*arguments, "--profile", "service"]) == 0
    messages = capsys.readouterr().err
    assert "without api: only a run can show that it works" in messages
    assert "without docker: it needs api" in messages
