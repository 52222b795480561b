"""The service of a project, really started: it predicts from raw records what the notebook did."""

import json
import math
import os
import re
import shutil
import subprocess
import sys
import types
from contextlib import contextmanager

import httpx
import numpy as np
import pandas as pd
import pytest
import yaml
from places import NOTEBOOKS

from nb2prod.emit.templates import rendered

CHURN = NOTEBOOKS / "churn"
# What the notebook's own model says of the rows that it keeps, by their number in the file.
OWN = """
import json, sys
import matplotlib; matplotlib.use("Agg")
cells = json.load(open("churn.ipynb"))["cells"]
for cell in cells:
    if cell["cell_type"] == "code":
        lines = "".join(cell["source"]).split("\\n")
        exec("\\n".join(line for line in lines if not line.startswith("%")))
found = forest.predict(scaler.transform(X)).tolist()
json.dump(dict(zip(X.index.tolist(), found)), open(sys.argv[1], "w"))
"""


@pytest.fixture(scope="module")
def project(projects, tmp_path_factory):
    """A project with a service, its pipeline run."""
    options = ("--with", "docker", "--time-limit", "900")
    said = projects.said(CHURN / "churn.ipynb", *options)
    assert "predicts from raw records" in said
    assert "5 stages, verified\n" in said
    folder = tmp_path_factory.mktemp("service")
    root = projects.copied(folder, CHURN / "churn.ipynb", *options)
    subprocess.run([sys.executable, "src/run.py"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


@contextmanager
def served(root, **variables):
    """Start the service on a port that is free, and end it."""
    command = [sys.executable, "-m", "uvicorn", "--app-dir", "src", "churn.api.app:app"]
    process = subprocess.Popen(
        [*command, "--port", "0", "--no-access-log"],
        cwd=root,
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stderr:
            if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                break
        with httpx.Client(base_url=found[1], timeout=60) as client:
            yield client
    finally:
        process.terminate()
        process.communicate()


def test_predictions_that_are_no_finite_numbers_are_null():
    records = types.ModuleType("records")
    exec(rendered("api/package/records", package="churn"), records.__dict__)
    found = records.plain(np.array([1.5, np.nan, np.inf, -np.inf]))
    assert found == [1.5, None, None, None]
    assert records.plain([["a"], ["b"]]) == [["a"], ["b"]]


def rows():
    table = pd.read_csv(CHURN / "customers.csv")
    records = table.drop(columns="churn").to_dict("records")
    return [
        {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in r.items()}
        for r in records
    ]


def test_every_record_is_predicted_as_in_the_notebook(project, tmp_path):
    shutil.copytree(CHURN, tmp_path / "notebook")
    command = [sys.executable, "-c", OWN, str(tmp_path / "own.json")]
    subprocess.run(command, cwd=tmp_path / "notebook", check=True, stdout=subprocess.DEVNULL)
    own = {int(k): v for k, v in json.loads((tmp_path / "own.json").read_text()).items()}
    with served(project) as client:
        assert client.get("/ready").status_code == 200
        answer = client.post("/predict", json={"rows": rows()}).json()
        single = client.post("/predict", json={"rows": rows()[7:8]}).json()
    assert len(own) > 300
    assert {k: answer["predictions"][k] for k in own} == own
    assert single["predictions"] == answer["predictions"][7:8]


def test_pylint_finds_nothing_in_the_project(project):
    command = [sys.executable, "-m", "pylint", "src"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert "rated at 10.00/10" in done.stdout, done.stdout


def test_a_key_keeps_others_out(project):
    with served(project, API_KEY="sesame") as client:
        body = {"rows": rows()[:1]}
        assert client.post("/predict", json=body).status_code == 401
        wrong = client.post("/predict", json=body, headers={"X-API-Key": "s\u00e9same".encode()})
        assert wrong.status_code == 401
        assert client.post("/predict", json=body, headers={"X-API-Key": "sesame"}).is_success
        assert client.get("/ready").is_success


def test_the_tests_of_the_project_leave_its_model_as_it_is(project, tmp_path):
    root = tmp_path / "churn"
    shutil.copytree(project, root)
    before = (root / "models/service/card.json").read_bytes()
    assert run_tests(root, "tests") == 0
    assert (root / "models/service/card.json").read_bytes() == before


def test_the_tests_of_the_service_can_fail(project, tmp_path):
    root = tmp_path / "churn"
    shutil.copytree(project, root)
    card = json.loads((root / "models/service/card.json").read_text())
    card["examples"][0]["prediction"] = 1 - card["examples"][0]["prediction"]
    (root / "models/service/card.json").write_text(json.dumps(card))
    assert run_tests(root) == 1


def run_tests(root, which="tests/test_service.py"):
    command = [sys.executable, "-m", "pytest", "-q", which]
    return subprocess.run(command, cwd=root, check=False, stdout=subprocess.DEVNULL).returncode


def test_a_model_that_was_changed_is_not_loaded(project, tmp_path):
    root = tmp_path / "churn"
    shutil.copytree(project, root)
    model = root / "models" / "service" / "model.skops"
    content = bytearray(model.read_bytes())
    content[100] ^= 1
    model.write_bytes(content)
    code = "import sys; sys.path.insert(0, 'src'); from churn.api.predictor import Predictor"
    command = [sys.executable, "-c", f"{code}; Predictor()"]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    assert "model.skops has changed since it was written; run dvc repro" in done.stderr


def test_the_same_model_is_the_same_file_in_each_run(project, tmp_path):
    root = tmp_path / "churn"
    shutil.copytree(project, root)
    for _ in range(2):
        command = [sys.executable, "src/run.py", "package_model"]
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    before, after = ((r / "models/service/card.json").read_bytes() for r in (project, root))
    assert before == after


def test_the_container_runs_without_privileges(project):
    compose = yaml.safe_load((project / "compose.yaml").read_text())["services"]["api"]
    assert compose["read_only"] is True
    assert compose["cap_drop"] == ["ALL"]
    assert compose["ports"] == ["127.0.0.1:8000:8000"]
    dockerfile = (project / "Dockerfile").read_text()
    assert "\nUSER 10001\n" in dockerfile
    assert "HEALTHCHECK" in dockerfile
    copied = {line.split()[-2] for line in dockerfile.splitlines() if line.startswith("COPY")}
    assert copied - {"/app/.venv"} <= {"requirements-service.txt", "src", "models/service"}
