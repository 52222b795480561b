"""Commands for the platform: a shell as DVC takes it, the Python of an environment."""

import os
import shutil
import subprocess
import sys
import venv

import pytest

from nb2prod.processes.commands import environment_python, shell_command
from nb2prod.processes.run import run


def test_a_line_runs_in_a_shell():
    done = run(shell_command('echo "one two"&& echo 3'), 60, os.environ)
    assert done.output.replace('"', "").split() == ["one", "two", "3"]


@pytest.mark.skipif(sys.platform == "win32", reason="has one shell")
@pytest.mark.parametrize(
    ("shell", "command"),
    [
        ("", ["/bin/sh", "-c", "x"]),
        ("/usr/bin/bash", ["/usr/bin/bash", "--noprofile", "--norc", "-c", "x"]),
        ("/bin/zsh", ["/bin/zsh", "--no-rcs", "-c", "x"]),
        ("/bin/dash", ["/bin/dash", "-c", "x"]),
    ],
)
def test_the_shell_is_that_of_the_user_without_settings(monkeypatch, shell, command):
    monkeypatch.setenv("SHELL", shell)
    assert shell_command("x") == command


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_dvc_takes_the_same_shell(monkeypatch):
    run_module = pytest.importorskip("dvc.stage.run")
    for shell in ("/bin/sh", shutil.which("bash")):
        monkeypatch.setenv("SHELL", shell)
        theirs = run_module._make_cmd(run_module.get_executable(), "x")
        assert shell_command("x") == theirs


def test_the_python_of_an_environment_is_found(tmp_path):
    venv.create(tmp_path / "env", symlinks=os.name != "nt")
    python = environment_python(tmp_path / "env")
    prefix = subprocess.run(
        [python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert prefix.stdout.strip() == str(tmp_path / "env")
