"""Build the image of a generated project, run it as its compose file does, and see what it bears.

    python tests/benchmarks/container.py PROJECT [--build COMMAND] [--engine podman] [--seconds 60]

PROJECT was made with `--with docker`, and its pipeline was run: the model lies in `models/service`.
COMMAND builds the image; `{context}` and `{tag}` stand for the folder and the name (default: the
engine's own `build`). The container runs in the network of the host, with a root that can't be
written to, without capabilities, as in `compose.yaml`. Seen to: health, readiness, the recorded
predictions, bad bodies, the health check of the image, the user, the root, hadolint, schemathesis,
a minute of wrk without an error and with flat memory, and that SIGTERM under load loses no request
that was accepted. These three programs have to be installed, and an engine. It takes minutes, and
is for these reasons left out of the tests and of CI.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

URL = "http://127.0.0.1:8000"
_THREADS = 4
_GROWTH = 1.1  # of the memory, from the first quarter of the load to its end
_POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = io.open("{body}"):read("*a")
"""


class Container:
    """A running container of the service."""

    def __init__(self, engine: str, tag: str) -> None:
        """Start it."""
        self.engine = engine
        command = "run --detach --network host --read-only --tmpfs /tmp --cap-drop all"
        hardened = [*command.split(), "--security-opt", "no-new-privileges", tag]
        self.id = self.call(*hardened).strip()

    def call(self, *arguments: str, check: bool = True) -> str:
        """Run a command of the engine; return what it prints."""
        done = subprocess.run(
            [self.engine, *arguments], capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise SystemExit(f"{self.engine} {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def code(self, *arguments: str) -> int:
        """Run a command of the engine; return its exit status."""
        return subprocess.run(
            [self.engine, *arguments], capture_output=True, check=False
        ).returncode

    def memory(self) -> int:
        """Return the memory of the service in kilobytes."""
        number = self.call("inspect", "--format", "{{.State.Pid}}", self.id).strip()
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def handled(self) -> int:
        """Return how many requests for predictions its log has, however they went."""
        command = [self.engine, "logs", self.id]
        log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        return log.count('"route": "/predict"')


def main() -> None:
    """Build, run, and print what was seen; the exit status says whether all of it was right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("--engine", default="podman")
    parser.add_argument("--build", default="")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    project: Path = options.project
    tag = f"localhost/{project.resolve().name.lower()}:check"
    build = options.build or f"{options.engine} build --tag {{tag}} {{context}}"
    names = {"context": shlex.quote(str(project)), "tag": tag}
    subprocess.run(build.format(**names), shell=True, check=True)
    examples = json.loads((project / "models/service/card.json").read_text())["examples"]
    container = Container(options.engine, tag)
    failed = 0
    try:
        checks = CHECKS if wait() else {"it answers": lambda *_: "no"}
        for name, check in checks.items():
            problem = check(container, examples, options)
            failed += bool(problem)
            print(f"{'WRONG' if problem else 'ok   '} {name} {problem}".rstrip(), flush=True)
    finally:
        container.call("rm", "--force", container.id, check=False)
    sys.exit(1 if failed else 0)


def wait() -> bool:
    """Say whether the service answers within some minutes."""
    for _ in range(480):
        try:
            if httpx.get(f"{URL}/health", timeout=5).is_success:
                return True
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    return False


def is_ready(container: Container, *_: Any) -> str:
    """See that the service and its image say that it is ready."""
    if httpx.get(f"{URL}/ready", timeout=30).status_code != 200:
        return "/ready refuses"
    # Engines try three times, too, before they say so.
    healthy = any(container.code("healthcheck", "run", container.id) == 0 for _ in range(3))
    return "" if healthy else "unhealthy"


def predicts(_: Container, examples: list[dict[str, Any]], *__: Any) -> str:
    """See that the recorded predictions come out."""
    answer = httpx.post(f"{URL}/predict", json={"rows": [e["row"] for e in examples]}, timeout=30)
    found = answer.json().get("predictions", [])
    recorded = [e["prediction"] for e in examples]
    return "" if len(found) == len(recorded) and all(map(alike, found, recorded)) else str(found)


def alike(one: Any, other: Any) -> bool:
    """Say whether predictions are the same; sums may round otherwise in other batches."""
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def refuses(*_: Any) -> str:
    """See that bad bodies are refused."""
    bodies = (b"{", b'{"rows": [{"no such": NaN}]}', b"[" * 9000, b" " * 30_000_000)
    found = [httpx.post(f"{URL}/predict", content=b, timeout=60).status_code for b in bodies]
    return "" if all(400 <= status < 500 for status in found) else str(found)


def is_confined(container: Container, *_: Any) -> str:
    """See that it runs as nobody in particular, and can't write to its own files."""
    if (user := container.call("exec", container.id, "id", "-u").strip()) != "10001":
        return f"user {user}"
    wrote = container.code("exec", container.id, "python", "-c", "open('/app/x', 'w')") == 0
    return "its root can be written to" if wrote else ""


def is_linted(_: Container, __: Any, options: argparse.Namespace) -> str:
    """See what hadolint has to say."""
    if shutil.which("hadolint") is None:
        return "(hadolint is not installed)"
    command = ["hadolint", str(options.project / "Dockerfile")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def keeps_its_contract(*_: Any) -> str:
    """See that nothing that fits the OpenAPI document, or does not, is the service's own error."""
    if shutil.which("schemathesis") is None:
        return "(schemathesis is not installed)"
    command = ["schemathesis", "run", f"{URL}/openapi.json", "--checks", "not_a_server_error"]
    done = subprocess.run(
        [*command, "--max-examples", "50"], capture_output=True, text=True, check=False
    )
    return done.stdout[-2000:] if done.returncode else ""


def bears_load(container: Container, examples: list[dict[str, Any]], options: Any) -> str:
    """See that load is without an error, and that the memory does not grow."""
    if shutil.which("wrk") is None:
        return "(wrk is not installed)"
    with tempfile.TemporaryDirectory() as folder:
        body, script = Path(folder, "body.json"), Path(folder, "post.lua")
        body.write_text(json.dumps({"rows": [examples[0]["row"]]}))
        script.write_text(_POST.format(body=body))
        command = ["wrk", "--threads", "2", "--connections", "16", "--script", str(script)]
        command += ["--timeout", "30s", "--duration", f"{options.seconds:.0f}s", f"{URL}/predict"]
        load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(options.seconds / 4)
        before = container.memory()
        said = load.communicate()[0]
    after = container.memory()
    if (found := re.search(r"(\d+) requests in", said)) is None:
        return said
    print(f"      {found[1]} requests, memory {before} kB, then {after} kB")
    if wrong := re.findall(r"(?:Non-2xx|Socket errors).*", said):
        return "; ".join(wrong)
    return "" if after < before * _GROWTH else "the memory grows"


def ends_well(container: Container, examples: list[dict[str, Any]], *_: Any) -> str:
    """See that SIGTERM under load loses no request that was accepted.

    Each that the service began with is in its log, however it went; all of these have to be
    answered. A connection that nobody had read from is closed, which its client may try again.
    """
    before = -1
    while before != (before := container.handled()):  # what wrk has left unanswered comes to an end
        time.sleep(2)
    load = Load(examples)
    time.sleep(5)
    failed = load.failed
    container.call("kill", "--signal", "TERM", container.id)
    code = container.call("wait", container.id).strip()
    load.end()
    handled = container.handled() - before
    print(f"      {handled} begun, {load.answered} answered, exit status {code}; later")
    print(f"      {load.failed} closed unread, {load.refused} refused")
    lost = handled != load.answered or failed or code != "0"
    return "answers were lost" if lost else ""


class Load:
    """Threads that ask again and again, each time by a connection of its own."""

    def __init__(self, examples: list[dict[str, Any]]) -> None:
        """Begin."""
        self.answered = self.refused = self.failed = 0
        self._body = {"rows": [examples[0]["row"]]}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(_THREADS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop, once each has its answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            fine = late = False
            try:
                fine = httpx.post(f"{URL}/predict", json=self._body, timeout=60).is_success
            except httpx.ConnectError:  # nothing listens any more
                late = True
            except httpx.HTTPError:
                pass
            with self._lock:
                self.answered += fine
                self.refused += late
                self.failed += not fine and not late


CHECKS: dict[str, Callable[..., str]] = {
    "it is ready, and healthy": is_ready,
    "it predicts what was recorded": predicts,
    "it refuses bad bodies": refuses,
    "it is confined": is_confined,
    "its Dockerfile is clean": is_linted,
    "it keeps its contract": keeps_its_contract,
    "it bears load": bears_load,
    "it ends well": ends_well,
}


if __name__ == "__main__":
    main()
