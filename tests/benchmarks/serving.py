"""Measure what a request costs: the generated service beside `mlflow models serve` and BentoML.

    python tests/benchmarks/serving.py --python PYTHON [--requests N] [--work DIR]

PYTHON is the Python of an environment with mlflow, bentoml and what a service needs (fastapi,
uvicorn, httptools, skops, prometheus-client, onnxruntime, skl2onnx), ipykernel and pyarrow; nothing
of it is needed for nb2prod. A notebook each trains a forest of 100 trees, with `n_jobs=-1` as
notebooks have it and with 1, and a logistic regression, on the same table of 30 columns. All
servers have the same model, answer the same records one by one on loopback, and have to predict the
same: the generated service as it is ("fast"), with its model in ONNX ("onnx"), and without the ways
of its own to predict with these kinds of models, so that scikit-learn's `predict` does it
("plain"). Beside them stands a FastAPI application that reads nothing,
and always answers the same ("nothing"). Counted is the processor time of a server and of the
processes that it started: other work on the machine makes wall time useless, and this a little
larger. The client is a plain one, for what it does between requests takes the server's place in the
caches of the processor. The order of the servers changes from round to round; the middle one of the
rounds is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import httpx

_ROUNDS = 3
_TICK = os.sysconf("SC_CLK_TCK")
_DATA = """
import pandas as pd
from sklearn.datasets import make_classification
x, y = make_classification(2000, 30, n_informative=12, n_classes=3, random_state=0)
table = pd.DataFrame(x, columns=[f"c{n}" for n in range(30)])
table.assign(target=y).to_csv("table.csv", index=False)
"""
_MODELS = {
    "forest": "RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=-1)",
    "one_job": "RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=1)",
    "logistic": "LogisticRegression(max_iter=2000)",
}
_NOTEBOOK = """\
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
table = pd.read_csv("table.csv")
x, y = table.drop(columns="target"), table["target"]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
model = {model}
model.fit(x_train, y_train)
print((model.predict(x_test) == y_test).mean())
"""
_SAVE = """
import pickle, sys
import bentoml, mlflow.sklearn
exec(open("code.py").read())
signature = mlflow.models.infer_signature(x_test, model.predict(x_test))
mlflow.sklearn.save_model(model, "mlflow_model", signature=signature,
                          serialization_format="cloudpickle")
pickle.dump(model, open("model.pkl", "wb"))
"""
_BENTO = """
import pickle
import bentoml, pandas as pd
@bentoml.service(workers=1)
class Model:
    def __init__(self):
        self.model = pickle.load(open("model.pkl", "rb"))
    @bentoml.api
    def predict(self, rows: list[dict[str, float]]) -> list[int]:
        return self.model.predict(pd.DataFrame(rows)).tolist()
"""
_NOTHING = """
from fastapi import FastAPI, Response
app = FastAPI()
@app.get("/ready")
async def ready():
    return {}
@app.post("/predict")
async def predict():
    return Response('{"predictions":[0]}', media_type="application/json")
"""


@dataclass(frozen=True)
class Server:
    """A server: how it is started, where it answers, what it is asked and how it answers."""

    name: str
    command: tuple[str, ...]
    folder: Path
    path: str
    alive: str

    def body(self, record: dict[str, float]) -> dict[str, object]:
        """Return the body of a request."""
        key = "dataframe_records" if self.name == "mlflow" else "rows"
        return {key: [record]}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", required=True)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--work", type=Path, default=Path("serving"))
    parser.add_argument("--again", action="store_true", help="measure what was made before")
    options = parser.parse_args()
    for name, model in _MODELS.items():
        folder = (options.work / name).absolute()
        if not options.again:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            prepare(model, folder, options.python)
        measure(name, folder, options.python, options.requests)


def measure(name: str, folder: Path, python: str, requests: int) -> None:
    """Print what a request costs each server of a model."""
    servers = servers_of(folder, python)
    rows = json.loads((folder / "rows.json").read_text())
    costs: dict[str, list[float]] = {server.name: [] for server in servers}
    answers: dict[str, list[object]] = {}
    for turn in range(_ROUNDS):
        for server in servers[turn:] + servers[:turn]:
            with started(server) as (pid, url):
                cost, said = asked(server, pid, url, rows, requests)
            costs[server.name].append(cost)
            if server.name != "nothing" and answers.setdefault("all", said) != said:
                raise SystemExit(f"{server.name} predicts something else")
    middle = {server: statistics.median(found) for server, found in costs.items()}
    print(f"{name}: CPU ms per request, middle of {_ROUNDS} rounds of {requests}")
    for server, cost in middle.items():
        beside = ", ".join(f"{cost / middle[o]:.2f} of {o}" for o in ("mlflow", "bentoml"))
        print(f"  {server:10} {cost:7.3f}   {beside}", flush=True)
    print("  load average", *(f"{load:.1f}" for load in os.getloadavg()))


def prepare(model: str, folder: Path, python: str) -> None:
    """Make the project with its service, and what the others serve."""
    code = _NOTEBOOK.format(model=model)
    (folder / "code.py").write_text(code)
    (folder / "bento.py").write_text(_BENTO)
    (folder / "nothing.py").write_text(_NOTHING)
    cells = [{"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [],
              "source": code}]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (folder / "bench.ipynb").write_text(json.dumps(notebook))
    run([python, "-c", _DATA], folder)
    project, onnx = folder / "project", folder / "onnx"
    for made, parts in ((project, "api"), (onnx, "api,onnx")):
        run([sys.executable, "-m", "nb2prod", "refactor", "bench.ipynb", "--output", made.name,
             "--with", parts, "--python", python, "--time-limit", "1800"], folder)  # fmt: skip
        run([python, "src/run.py"], made)
    run([python, "-c", _SAVE], folder)
    take = "import pandas as pd; print(pd.read_csv('table.csv').drop(columns='target')"
    found = run([python, "-c", f"{take}.head(100).to_json(orient='records'))"], folder)
    (folder / "rows.json").write_text(found)
    plain = folder / "plain"
    shutil.copytree(project, plain)
    engines = plain / "src/bench/engines.py"
    engines.write_text(engines.read_text() + "\n\nBUILDERS.clear()\n")
    run([python, "src/run.py", "package_model"], plain)
    for made in (project, onnx, plain):
        card = json.loads((made / "models/service/card.json").read_text())
        print(f"{made.name}: engine {card['engine']}, columns as they are: {bool(card['columns'])}")


def servers_of(folder: Path, python: str) -> list[Server]:
    """Return the servers of a model."""
    project, plain = folder / "project", folder / "plain"
    uvicorn = (python, "-m", "uvicorn", "--no-access-log", "--app-dir")
    service = (*uvicorn, "src", "bench.api.app:app")
    mlflow = (python, "-m", "mlflow", "models", "serve", "-m", "mlflow_model",
              "--env-manager", "local", "--workers", "1")  # fmt: skip
    bento = (python, "-m", "bentoml", "serve", "bento:Model")
    return [
        Server("fast", service, project, "/predict", "/ready"),
        Server("onnx", service, folder / "onnx", "/predict", "/ready"),
        Server("plain", service, plain, "/predict", "/ready"),
        Server("mlflow", mlflow, folder, "/invocations", "/ping"),
        Server("bentoml", bento, folder, "/predict", "/readyz"),
        Server("nothing", (*uvicorn, ".", "nothing:app"), folder, "/predict", "/ready"),
    ]


def run(command: list[str], folder: Path) -> str:
    """Run a command to its end; return what it prints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])}: {done.stderr[-2000:]}")
    return done.stdout


@contextmanager
def started(server: Server) -> Generator[tuple[int, str]]:
    """Start a server on a port that is free; give the process, and where it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = (server.folder / "server.log").open("w")
    process = subprocess.Popen(
        [*server.command, "--port", str(port)],
        cwd=server.folder, stdout=log, stderr=log, start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "BENTOML_DO_NOT_TRACK": "True",
             "PATH": f"{Path(server.command[0]).parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    try:
        wait(url + server.alive, process)
        yield process.pid, url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
        log.close()


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"{url} does not answer")


def asked(
    server: Server, pid: int, url: str, rows: list[dict[str, float]], requests: int
) -> tuple[float, list[object]]:
    """Return the processor time of a request in milliseconds, and what was predicted for rows."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
    headers = {"Content-Type": "application/json"}
    bodies = [json.dumps(server.body(row)) for row in rows]

    def answer(body: str) -> bytes:
        connection.request("POST", server.path, body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise SystemExit(f"{server.name} answers {response.status}: {content[:500]!r}")
        return content

    said = [predicted(answer(body)) for body in bodies]
    before = processor_seconds(pid)
    for number in range(requests):
        answer(bodies[number % len(bodies)])
    spent = processor_seconds(pid) - before
    connection.close()
    return spent * 1000 / requests, said


def predicted(content: bytes) -> object:
    """Return the one prediction of an answer."""
    found = json.loads(content)
    return (found["predictions"] if isinstance(found, dict) else found)[0]


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and all that it has started, in seconds."""
    parents: dict[int, int] = {}
    times: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = re.sub(r"^(\d+) \(.*\)", r"\1 x", path.read_text()).split()
        except OSError:
            continue
        parents[int(fields[0])] = int(fields[3])
        times[int(fields[0])] = (int(fields[13]) + int(fields[14])) / _TICK

    def within(number: int) -> bool:
        return number == pid or (number in parents and within(parents[number]))

    return sum(seconds for number, seconds in times.items() if within(number))


if __name__ == "__main__":
    main()
