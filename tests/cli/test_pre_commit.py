"""The hooks for pre-commit, installed and run by pre-commit itself in a repository of notebooks."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from building import notebook
from places import ROOT
from trees import git, write

HOOKS = ("nb2prod-check", "nb2prod-fix", "nb2prod-clean-outputs", "nb2prod-clean-metadata")


@pytest.fixture
def hook(tmp_path: Path):
    """Run a hook on all files of the folder."""
    source = tmp_path / "nb2prod"
    for name in ("refactor", "server", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, source / name)
    git(source, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-q", "-m", "nb2prod")
    revision = git(source, "rev-parse", "HEAD").strip()
    hooks = [{"id": name} for name in HOOKS]
    settings = {"repos": [{"repo": str(source), "rev": revision, "hooks": hooks}]}
    project = tmp_path / "project"
    write(project, {".pre-commit-config.yaml": json.dumps(settings)})
    git(project, "init", "-q")
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(tmp_path / "kept"),
        # What nb2prod needs is here, and is not fetched again. Pip reads the second of these as
        # the isolation rather than its absence.
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }

    def hook(name: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", name, "--all-files"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return hook


def test_each_hook_does_what_its_name_says(hook, tmp_path):
    project = tmp_path / "project"
    path = notebook(project, "import os\nx = 1\nx")
    data = json.loads(path.read_text())
    output = {"output_type": "stream", "name": "stdout", "text": "1"}
    data["cells"][0] |= {"outputs": [output], "execution_count": 1, "metadata": {"scrolled": True}}
    path.write_text(json.dumps(data, indent=1))
    git(project, "add", "-A")
    run = hook("nb2prod-check")
    assert run.returncode == 1, run.stderr
    assert "NBI002 `os` is imported but not used" in run.stdout, run.stdout
    for name, after in (
        ("nb2prod-fix", {"source": "x = 1\nx"}),
        ("nb2prod-clean-outputs", {"outputs": [], "execution_count": None}),
        ("nb2prod-clean-metadata", {"metadata": {}}),
    ):
        before = json.loads(path.read_text())["cells"][0]
        run = hook(name)
        assert run.returncode == 1, "pre-commit stops a commit whose files were changed"
        assert "files were modified by this hook" in run.stdout
        assert json.loads(path.read_text())["cells"][0] == before | after
        git(project, "add", "-A")
    assert hook("nb2prod-clean-outputs").returncode == 0
