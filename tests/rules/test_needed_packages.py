"""NBI006 compares a notebook with the nearest requirements, also when results are cached."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook
from trees import git, write

from nb2prod.repository.nearest_manifests import nearest_manifests


@pytest.fixture
def check(tmp_path: Path):
    def check(*arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "nb2prod", "check", "--select", "NBI006"]
        return subprocess.run(
            [*command, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "NB2PROD_CACHE_DIR": str(tmp_path / ".cache")},
            capture_output=True,
            text=True,
            check=False,
        )

    return check


def missing(run: "subprocess.CompletedProcess[str]") -> list[str]:
    return [line.split("`")[1] for line in run.stdout.splitlines() if "NBI006" in line]


def test_cached_results_follow_the_requirements(check, tmp_path):
    notebook(tmp_path, "import pandas\nimport scipy")
    assert missing(check()) == []
    write(tmp_path, {"requirements.txt": "pandas\n"})
    assert missing(check()) == ["scipy"]
    assert missing(check()) == ["scipy"]
    write(tmp_path, {"requirements.txt": "pandas\nscipy\n"})
    assert missing(check()) == []
    (tmp_path / "requirements.txt").unlink()
    write(tmp_path, {"pyproject.toml": '[project]\ndependencies = ["scipy"]\n'})
    assert missing(check()) == ["pandas"]


def test_the_fix_adds_each_package_once_and_leaves_the_notebooks_alone(check, tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {"requirements.txt": "numpy", "nb/.keep": ""})
    paths = [notebook(tmp_path / "nb", "import cv2, PIL", name=f"{n}.ipynb") for n in "ab"]
    before = [path.read_bytes() for path in paths]
    run = check("nb", "--diff")
    assert run.returncode == 1
    assert run.stdout.count("+opencv-python") == run.stdout.count("+pillow") == 1
    run = check("nb", "--fix")
    assert (run.returncode, run.stdout) == (0, "No findings in 2 notebooks.\n")
    assert (tmp_path / "requirements.txt").read_text() == "numpy\nopencv-python\npillow"
    assert [path.read_bytes() for path in paths] == before


def test_the_requirements_come_from_the_nearest_folder_in_the_repository(tmp_path):
    write(tmp_path, {"requirements.txt": "", "repo/a/b/x": "", "repo/a/Pipfile": ""})
    assert nearest_manifests(tmp_path / "repo/a/b").manifests == ()
    git(tmp_path / "repo", "init", "-q")
    assert nearest_manifests(tmp_path / "repo/a/b").folder == str(tmp_path / "repo/a")
    (tmp_path / "repo/a/Pipfile").unlink()
    assert nearest_manifests(tmp_path / "repo/a/b").manifests == ()


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "x"},
        {"requirements.txt": b"\xff\xfe"},
        {"requirements.txt": "-r other.txt\n"},
        {"environment.yml": "dependencies: ["},
        {"pyproject.toml": "[project]\ndynamic = ['dependencies']"},
        {"pyproject.toml": "[tool.ruff]"},
    ],
)
def test_unreadable_requirements_give_no_finding(check, tmp_path, files):
    write(tmp_path, files)
    notebook(tmp_path, "import pandas")
    run = check()
    assert (run.returncode, missing(run), run.stderr) == (0, [], "")


def test_another_version_than_the_required_one_is_reported(check, tmp_path):
    write(tmp_path, {"environment.yml": "dependencies:\n  - pandas=2.2.0\n  - pip:\n    - a==1\n"})
    notebook(tmp_path, "%pip install a==2 pandas==2.2.0")
    (found,) = json.loads(check("--format", "json").stdout)
    assert found["message"].startswith("the cell installs `a` 2, but environment.yml requires 1")
