"""The command line that the server runs ends with all that it has started, whatever ends it."""

import asyncio
import sys
from pathlib import Path

import psutil
import pytest
from building import notebook
from waiting import ended, is_running, pids_in

from nb2prod_server.worker.cli_run import run

# A cell that can't be interrupted, with a child that has left its session.
STUBBORN = """
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         start_new_session=True)
for pid in (os.getpid(), child.pid):
    pathlib.Path({folder!r}, str(pid)).touch()
while True:
    time.sleep(1)
"""


@pytest.fixture
def path(tmp_path):
    """A notebook that does not end; its processes put their ids into the folder `pids`."""
    folder = tmp_path / "pids"
    folder.mkdir()
    yield notebook(tmp_path, STUBBORN.format(folder=str(folder)), "print(1)")
    for pid in (int(entry.name) for entry in folder.iterdir()):
        if is_running(pid):
            psutil.Process(pid).kill()


async def running(path: Path) -> tuple[asyncio.Task, list[int]]:
    """Run the notebook, and return its processes when they are there."""
    arguments = ["refactor", str(path), "--output", str(path.with_name("project"))]
    task = asyncio.create_task(run([*arguments, "--python", sys.executable], path.parent, print))
    return task, await asyncio.to_thread(pids_in, path.with_name("pids"), 2)


@pytest.mark.asyncio
async def test_a_cancelled_run_leaves_no_process(path: Path):
    task, pids = await running(path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(map(is_running, pids))
    assert not path.with_name("project").exists()


@pytest.mark.asyncio
async def test_a_killed_command_line_leaves_no_process(path: Path):
    task, pids = await running(path)
    (command_line,) = {p for pid in pids for p in psutil.Process(pid).parents()} & {
        *psutil.Process().children()
    }
    command_line.kill()
    assert await asyncio.to_thread(ended, pids)
    assert (await task).status != 0
