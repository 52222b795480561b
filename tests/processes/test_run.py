"""Commands are run with their output, and nothing of them is left when they have to end."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from waiting import ended, eventually, is_running, pids_in

from nb2prod.processes import guard
from nb2prod.processes.run import Finished, run

# A child with children: three that are deaf to polite signals, one of them in a session of its
# own, and one whose parent has ended. Each puts a file with its id as the name into the folder.
FAMILY = """
import os, pathlib, signal, subprocess, sys, time

def deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    file = pathlib.Path(sys.argv[1], str(os.getpid()))
    file.touch()
    time.sleep(600)
    file.unlink()  # it came to its own end

def child(**options):
    return subprocess.Popen([sys.executable, __file__, sys.argv[1], "child"], **options)

def orphan():
    subprocess.Popen([sys.executable, __file__, sys.argv[1], "parent"]).wait()

match sys.argv[2]:
    case "child":
        deaf()
    case "parent":
        child()
    case "all":
        child()
        child(start_new_session=True)
        orphan()
        print("begun", flush=True)
        deaf()
"""


@pytest.fixture
def family(tmp_path):
    """The command of a family of four processes, and the folder where they say who they are."""
    script, folder = tmp_path / "family.py", tmp_path / "pids"
    script.write_text(FAMILY)
    folder.mkdir()
    yield [sys.executable, str(script), str(folder), "all"], folder
    for pid in (int(path.name) for path in folder.iterdir()):
        if is_running(pid):
            psutil.Process(pid).kill()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def test_status_and_output_come_back():
    done = run(python("import sys; print('ä'); sys.exit('failed\\n--')"), 60, os.environ)
    assert done == (1, "ä\n", "failed\n--\n")
    assert done.last_line == "failed"
    assert run(python("raise SystemExit(3)"), 60, os.environ).last_line == "exit status 3"


def test_variables_folder_and_empty_input_are_those_of_the_command(tmp_path):
    code = "import os, sys; print(os.getcwd(), os.environ['WHO'], repr(sys.stdin.read()))"
    done = run(python(code), 60, {**os.environ, "WHO": "me"}, tmp_path)
    assert done.output == f"{tmp_path} me ''\n"


@pytest.mark.skipif(sys.platform == "win32", reason="has no signals that end a process")
def test_a_signal_that_ended_it_is_its_status():
    code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    assert run(python(code), 60, os.environ).status == -signal.SIGSEGV


def test_much_output_on_both_streams_is_captured():
    code = """
        import sys
        for _ in range(200):
            sys.stdout.write("o" * 100_000)
            sys.stderr.write("e" * 100_000)
    """
    done = run(python(code), 60, os.environ)
    assert done == (0, "o" * 20_000_000, "e" * 20_000_000)


def test_what_is_no_program_raises():
    with pytest.raises(FileNotFoundError):
        run(["no-such-program"], 60, os.environ)


def run_until_begun(command: list[str], folder: Path, number: int) -> Finished:
    """Return the first run whose time limit leaves its processes the time to begin.

    On a busy machine they need longer; so each run has twice the time of the one before.
    """
    for seconds in (3, 6, 12, 24, 48):
        done = run(command, seconds, os.environ)
        assert done.status is None
        if len(files := list(folder.iterdir())) >= number:
            return done
        for file in files:
            file.unlink()
    pytest.fail("the processes did not begin in a minute")


def test_the_time_limit_ends_all_processes_and_keeps_the_output(family):
    command, folder = family
    done = run_until_begun(command, folder, 4)
    assert done.output == "begun\n"
    assert ended(pids_in(folder, 4))


@pytest.mark.skipif(sys.platform == "win32", reason="has no sessions to leave")
def test_a_process_that_left_the_family_does_not_hold_up_its_end(tmp_path):
    # It has another session, and its parent is gone: nothing tells where it came from, and it
    # still has the pipe of the output.
    code = """
        import os, pathlib, subprocess, sys, time
        leave = "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True)"
        stay = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1], str(os.getpid())).touch()"
        command = [sys.executable, "-c", stay + "; time.sleep(600)", sys.argv[1]]
        subprocess.run([sys.executable, "-c", leave, *command])
        time.sleep(600)
    """
    run_until_begun([*python(code), str(tmp_path)], tmp_path, 1)
    for pid in (int(path.name) for path in tmp_path.iterdir()):
        assert is_running(pid), "the run did not wait for its end"
        psutil.Process(pid).kill()


# When the process that waits for it ends --------------------------------------------------------

WAITING = """
import os, sys
from nb2prod.processes.run import run
print(run(sys.argv[1:], 600, os.environ))
"""


@pytest.fixture
def waiting(family):
    """A process that waits for the family, and the ids of that."""
    command, folder = family
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, *command], stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    yield process, pids_in(folder, 4)
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="has other interruptions")
def test_an_interruption_ends_all_processes(waiting):
    process, pids = waiting
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert errors.endswith("KeyboardInterrupt\n")
    assert not any(map(is_running, pids)), "they end before it does"


def test_the_kill_of_the_process_that_waits_ends_all_processes(waiting):
    process, pids = waiting
    process.kill()
    process.wait(30)
    assert ended(pids)


def test_the_guard_ends_with_its_process_and_another_one_survives_it():
    code = """
        import os, sys
        from nb2prod.processes import guard
        from nb2prod.processes.run import run
        assert run([sys.executable, "-c", ""], 60, os.environ).status == 0
        import psutil
        (child,) = psutil.Process().children()
        print(child.pid, flush=True)
        if sys.argv[1:]:
            child.kill()
            child.wait()
            assert run([sys.executable, "-c", ""], 60, os.environ).status == 0
    """
    for more in ([], ["kill"]):
        done = run([*python(code), *more], 60, os.environ)
        assert done.status == 0, done.errors
        assert not is_running(int(done.output))


def test_the_guard_ends_no_process_that_was_given_an_old_id():
    first = subprocess.Popen(python("import time; time.sleep(600)"))
    with subprocess.Popen(guard.module_command("nb2prod.processes.guard"), stdin=subprocess.PIPE,
                          env=guard.module_variables()) as process:  # fmt: skip
        assert process.stdin
        gone = subprocess.Popen(python(""))
        gone.wait()
        for pid in (gone.pid, first.pid):
            process.stdin.write(b'{"process": %d}\n' % pid)
        process.stdin.close()
        assert process.wait(30) == 0
    assert eventually(lambda: first.poll() is not None)
