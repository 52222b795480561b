"""Processes are interrupted, and ended without taking their exit status from their parents."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys

import pytest

from nb2prod.processes.asynchronous import interrupt_then_end, start
from nb2prod.processes.commands import module_command, module_variables
from nb2prod.processes.tree import end, interrupt

posix = pytest.mark.skipif(sys.platform == "win32", reason="has other signals")


def sleeping(code: str = "") -> list[str]:
    return [
        sys.executable,
        "-c",
        f"import signal, time\n{code}\nprint(1, flush=True)\ntime.sleep(600)",
    ]


@posix
def test_the_exit_status_stays_for_the_parent():
    process = subprocess.Popen(sleeping())
    end(process.pid)
    assert process.wait(30) == -signal.SIGKILL


def test_what_has_ended_can_be_ended_and_interrupted():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    end(process.pid)
    interrupt(process.pid)
    assert process.returncode == 0


@contextlib.contextmanager
def interruptions_ignored():
    """Let new processes ignore interruptions, as those of programs in the background do."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@posix
def test_an_interruption_reaches_a_module_whose_parent_ignores_them(tmp_path):
    module = "import sys, time\nprint(*sys.argv[1:], flush=True)\ntime.sleep(600)\n"
    (tmp_path / "waits.py").write_text(module)
    command = module_command("nb2prod.processes.interruptible", "waits", "--option", "x")
    variables = module_variables()
    variables["PYTHONPATH"] += os.pathsep + str(tmp_path)
    pipe = subprocess.PIPE
    with interruptions_ignored():
        process = subprocess.Popen(
            command, env=variables, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )
    assert process.stdout
    assert process.stdout.readline() == "--option x\n"
    interrupt(process.pid)
    _, errors = process.communicate(timeout=30)
    assert errors.endswith("KeyboardInterrupt\n")


@pytest.mark.parametrize(
    ("code", "status"),
    [("", "interrupted"), ("signal.signal(signal.SIGINT, signal.SIG_IGN)", "killed")],
)
@posix
def test_a_process_that_ignores_an_interruption_is_killed(code, status):
    async def stopped() -> int:
        process = await start(sleeping(code), os.environ, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)  # fmt: skip
        assert process.stdout
        await process.stdout.readline()
        await interrupt_then_end(process, patience=1)
        return await process.wait()

    assert (
        asyncio.run(stopped()) == {"interrupted": -signal.SIGINT, "killed": -signal.SIGKILL}[status]
    )
