"""Whatever ends a command, nothing that it started goes on, and no copies stay."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook
from waiting import ended, eventually, pids_in

from nb2prod.processes.commands import module_command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")

CODE = """
import os, subprocess, sys
from pathlib import Path
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
for pid in (os.getpid(), child.pid):
    (Path(os.environ["PIDS"]) / str(pid)).touch()
child.wait()
"""


@pytest.mark.parametrize(
    ("number", "status", "message"),
    [
        (signal.SIGINT, 130, "nb2prod: interrupted\n"),
        (signal.SIGTERM, 143, "nb2prod: terminated\n"),
        (signal.SIGKILL, -9, ""),
    ],
    ids=["Ctrl-C", "terminated", "killed"],
)
def test_a_run_that_is_ended_leaves_nothing(tmp_path, number, status, message):
    folders = {name: tmp_path / name for name in ("study", "pids", "temporary")}
    for folder in folders.values():
        folder.mkdir()
    notebook(folders["study"], CODE)
    variables = {**os.environ, "PIDS": str(folders["pids"]), "TMPDIR": str(folders["temporary"])}
    # A program in the background ignores interruptions, unless it is told to hear them.
    command = module_command("nb2prod.processes.interruptible", "nb2prod", "refactor")
    command += ["case.ipynb", "--output", "out"]
    process = subprocess.Popen(
        command, cwd=folders["study"], env=variables, stderr=subprocess.PIPE, text=True
    )
    started = pids_in(folders["pids"], 2)
    process.send_signal(number)
    _, said = process.communicate()
    assert (process.returncode, said) == (status, message)
    assert ended(started)
    eventually(lambda: not remaining(folders["temporary"]))
    assert [path.name for path in folders["study"].iterdir()] == ["case.ipynb"]


def remaining(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "nb2prod" in path.name]
