"""The Python that runs a notebook need not be nb2prod's own."""

import os
import stat
import subprocess
import sys
import sysconfig
import venv

import pytest
from building import notebook

from nb2prod.cli.main import main


@pytest.fixture
def path(tmp_path):
    return notebook(tmp_path, "import sys\nprefix = sys.prefix", "print(prefix)")


def refactor(path, project, python):
    return main(["refactor", str(path), "--output", str(project), "--python", str(python)])


def environment(folder, *folders):
    """Make a virtual environment that finds the packages in these folders."""
    venv.create(folder, symlinks=True)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    (site / "others.pth").write_text("".join(f"{f}\n" for f in folders))
    return folder / "bin" / "python"


def test_a_notebook_runs_in_another_environment_that_has_no_nb2prod(path, tmp_path, capsys):
    python = environment(tmp_path / "env", sysconfig.get_paths()["purelib"])
    lacking = subprocess.run([python, "-c", "import nb2prod"], capture_output=True, check=False)
    assert lacking.returncode, "the environment has nb2prod"
    relative = os.path.relpath(python)
    assert refactor(path, tmp_path / "project", relative) == 0
    assert capsys.readouterr().out.endswith("verified\n")
    # The notebook tells in which environment it ran, and so does the project.
    assert main(["verify", str(tmp_path / "project"), "--python", str(python)]) == 0
    printed = subprocess.run(
        [python, "src/run.py"], cwd=tmp_path / "project", capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == str(tmp_path / "env")


def test_a_project_is_verified_in_its_own_environment_if_it_has_one(path, tmp_path, capsys):
    project = tmp_path / "project"
    assert main(["refactor", str(path), "--output", str(project), "--no-verify"]) == 0
    environment(project / ".venv")
    assert main(["verify", str(project)]) == 2
    error = capsys.readouterr().err
    assert f"{project}/.venv/bin/python lacks packages that run a notebook" in error
    assert "-m pip install ipykernel pyyaml" in error
    assert main(["verify", str(project), "--python", sys.executable]) == 0


def test_an_environment_without_a_kernel_leaves_the_project_unverified(path, tmp_path, capsys):
    python = environment(tmp_path / "env")
    assert refactor(path, tmp_path / "project", python) == 0
    captured = capsys.readouterr()
    assert "unverified: the notebook was not run" in captured.out
    assert f"{python} -m pip install ipykernel pyyaml" in captured.err


def test_a_module_that_is_missing_is_named_with_what_brings_it(tmp_path, capsys):
    path = notebook(tmp_path, "x = 1", "import skopt.no_such_part")
    assert refactor(path, tmp_path / "project", sys.executable) == 0
    captured = capsys.readouterr()
    assert "cell 2: ModuleNotFoundError: No module named 'skopt'" in captured.err
    assert f"{sys.executable} -m pip install scikit-optimize" in captured.err
    assert "unverified: the notebook fails in cell 2" in captured.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "can't be started: No such file"),
        ("#!/bin/sh\necho hello\n", "is no working Python"),
        ("#!/bin/sh\nexit 3\n", "is no working Python"),
        ('#!/bin/sh\necho \'{"python": "3.8.20"}\'\n', "Python 3.8.20; a project needs 3.9 or new"),
    ],
)
def test_what_is_no_python_is_a_usage_error(path, tmp_path, capsys, text, message):
    python = tmp_path / "python"
    if text:
        python.write_text(text)
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
    assert refactor(path, tmp_path / "project", python) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "project").exists()
