"""The hooks for pre-commit, tried by pre-commit itself in a repository with notebooks."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from building import notebook
from trees import git

OURS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """Where pre-commit keeps what it has installed, once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def hook(tmp_path: Path, kept: Path):
    """Run a hook on all files; what it needs is there, and need not be fetched."""
    if not (OURS / ".git").exists() or shutil.which("git") is None:
        pytest.skip("pre-commit clones a repository, and this is none")
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(kept),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as the isolation, not as its absence
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }

    def hook(name: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(OURS), name, "--all-files"]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    git(tmp_path, "init", "-q")
    return hook


def run_once(folder: Path) -> Path:
    """Write a notebook as it is after a run: with an output, a count and metadata of the moment."""
    path = notebook(folder, "import os\nx = 1\nx")
    data = json.loads(path.read_text())
    output = {"output_type": "stream", "name": "stdout", "text": "1"}
    data["cells"][0] |= {"outputs": [output], "execution_count": 1, "metadata": {"scrolled": True}}
    path.write_text(json.dumps(data, indent=1))
    git(folder, "add", "-A")
    return path


def test_each_hook_does_what_its_name_says(hook, tmp_path):
    path = run_once(tmp_path)
    run = hook("nb2prod-check")
    assert run.returncode == 1, run.stderr
    assert "NBI002 `os` is imported and not used" in run.stdout
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
        git(tmp_path, "add", "-A")
        assert hook(name).returncode == 0
