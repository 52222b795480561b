"""The server survives bad messages, a closed pipe and the end of its worker."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from editor import SERVER
from waiting import ended
from wire import Wire


@pytest.fixture
def wire():
    opened = Wire()
    yield opened
    opened.end()


BAD = [
    b"nonsense\r\n\r\n",
    b"Content-Length: 5\r\n\r\n{bad}",
    b"Content-Length: 2\r\n\r\n[]",
    b"x" * 200_000 + b"\r\n",
    b'Content-Length: 30\r\n\r\n{"jsonrpc":"2.0","method":"longer/than/it/says"}',
]


def test_a_bad_message_is_passed_over(wire: Wire):
    for number, data in enumerate(BAD, 10):
        wire.raw(data)
        assert "result" in wire.request(
            number, "textDocument/codeLens", {"textDocument": {"uri": "file:///none.py"}}
        )
    wire.notify("textDocument/didChange", {"textDocument": 3})
    wire.notify("notebookDocument/didClose", {"notebookDocument": {"uri": "file:///none.ipynb"}})
    assert "error" in wire.request(30, "textDocument/hover", {"textDocument": "none"})
    assert "error" in wire.request(31, "no/such/method", {})
    wire.send({"id": 33, "method": [], "params": {}})
    while (answer := wire.read()).get("id") != 33:
        pass
    assert answer["error"]["message"] == "the method has to be a string"
    assert "result" in wire.request(32, "shutdown", None)


@pytest.mark.parametrize("data", [{"kind": {}}, {"refactoring": "x", "where": [-1]}, {}])
def test_a_code_action_that_the_server_has_not_offered_is_refused(wire: Wire, data):
    wire.open("file:///a.py", "# %%\na = 1\n")
    action = {"title": "x", "data": {"uri": "file:///a.py", **data}}
    error = wire.request(10, "codeAction/resolve", action)["error"]
    assert error["message"].startswith("not the data of a code action: ")


def test_the_server_ends_when_nobody_speaks_to_it_any_more(wire: Wire):
    assert wire.process.stdin
    wire.process.stdin.close()
    assert wire.process.wait(60) is not None


def test_the_server_ends_when_nobody_listens_any_more():
    pipe = subprocess.PIPE
    with subprocess.Popen(SERVER, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.close()
        params = {"processId": None, "rootUri": None, "capabilities": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        body = json.dumps(message).encode()
        process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        process.stdin.flush()
        assert process.wait(60) is not None


def _workers(pid: int) -> list[int]:
    children = psutil.Process(pid).children()
    return [p.pid for p in children if "nb2prod_server.worker.process" in p.cmdline()]


def test_the_end_of_the_worker_is_survived(wire: Wire):
    wire.open("file:///a.py", "# %%\na = 1\nprint(a)\n")
    assert "stage 1" in json.dumps(wire.lenses(10, "file:///a.py"))
    (worker,) = _workers(wire.process.pid)
    os.kill(worker, signal.SIGKILL)
    wire.open("file:///b.py", "# %%\nb = 1\nprint(b)\n")
    wire.lenses(11, "file:///b.py")
    wire.open("file:///c.py", "# %%\nc = 1\nprint(c)\n")
    assert "stage 1" in json.dumps(wire.lenses(12, "file:///c.py"))
    assert worker not in _workers(wire.process.pid)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_server_that_is_ended_ends_its_workers(wire: Wire, number: int, status: int):
    wire.open("file:///a.py", "# %%\na = 1\nprint(a)\n")
    wire.lenses(10, "file:///a.py")
    started = [p.pid for p in psutil.Process(wire.process.pid).children(recursive=True)]
    assert _workers(wire.process.pid)
    os.kill(wire.process.pid, number)
    assert wire.process.wait(60) == status
    assert ended(started)
    assert wire.process.stderr
    assert b"Traceback" not in wire.process.stderr.read()


def test_a_request_that_is_cancelled_is_answered_at_once(wire: Wire):
    wire.open("file:///a.py", "# %%\na = 1\nprint(a)\n")
    params = {"textDocument": {"uri": "file:///a.py"}}
    wire.send({"id": 20, "method": "textDocument/codeLens", "params": params})
    wire.notify("$/cancelRequest", {"id": 20})
    answer = wire.read()
    while answer.get("id") != 20:
        answer = wire.read()
    assert answer["error"]["code"] == -32800


def test_what_a_notebook_does_is_never_run(wire: Wire, tmp_path: Path):
    target = tmp_path / "run"
    text = f"# %%\nopen({str(target)!r}, 'w').write('x')\n# %%\n!touch {target}\n"
    wire.open("file:///a.py", text)
    wire.lenses(10, "file:///a.py")
    assert not target.exists()


def test_modules_that_lie_in_the_folder_are_not_imported(tmp_path: Path):
    (tmp_path / "msgspec.py").write_text("raise SystemExit('imported')")
    (tmp_path / "nb2prod.py").write_text("raise SystemExit('imported')")
    code = (
        "import asyncio\nfrom nb2prod_server.worker.client import WorkerClient\n"
        "from nb2prod_server.worker.messages import Task\n"
        "print(asyncio.run(WorkerClient().ask(Task(1, 'outline', 'a.ipynb', 'ipynb', ()))).error)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
