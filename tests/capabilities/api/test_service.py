"""The service of a project, really started: it predicts from raw records what the notebook did."""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import types
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import yaml
from places import NOTEBOOKS
from served import started

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


@contextmanager
def served(root, *command, **variables):
    """Start the service on a port that is free, and end it."""
    with (
        started(root, *command, **variables) as service,
        httpx.Client(base_url=service.url, timeout=60) as client,
    ):
        yield client


def test_predictions_that_are_no_finite_numbers_are_null():
    records = types.ModuleType("records")
    exec(rendered("api/package/records", package="churn"), records.__dict__)
    found = records.plain(np.array([1.5, np.nan, np.inf, -np.inf]))
    assert found == [1.5, None, None, None]
    assert records.plain([["a"], ["b"]]) == [["a"], ["b"]]


def test_every_record_is_predicted_as_in_the_notebook(project, records, tmp_path):
    shutil.copytree(CHURN, tmp_path / "notebook")
    command = [sys.executable, "-c", OWN, str(tmp_path / "own.json")]
    subprocess.run(command, cwd=tmp_path / "notebook", check=True, stdout=subprocess.DEVNULL)
    own = {int(k): v for k, v in json.loads((tmp_path / "own.json").read_text()).items()}
    with served(project) as client:
        assert client.get("/ready").status_code == 200
        answer = client.post("/predict", json={"rows": records}).json()
        single = client.post("/predict", json={"rows": records[7:8]}).json()
    assert len(own) > 300
    assert {k: answer["predictions"][k] for k in own} == own
    assert single["predictions"] == answer["predictions"][7:8]


def test_pylint_finds_nothing_in_the_project(project):
    command = [sys.executable, "-m", "pylint", "src"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert "rated at 10.00/10" in done.stdout, done.stdout


def test_the_app_runs_on_any_server(project, records):
    command = ("-m", "uvicorn", "--app-dir", "src", "churn.api.app:app", "--no-access-log")
    with served(project, *command) as client:
        for path in ("/health", "/ready", "/model-info", "/metrics", "/openapi.json", "/docs"):
            assert client.get(path).status_code == 200
        assert client.post("/predict", json={"rows": records[:1]}).status_code == 200


KEY = "s\u00e9same"
PATHS = ("/model-info", "/metrics", "/docs", "/openapi.json", "/redoc", "/nothing", "/health/")


def test_a_key_keeps_others_out(project, records):
    with served(project, API_KEY=KEY) as client:
        body = {"rows": records[:1]}
        assert client.post("/predict", json=body).status_code == 401
        for wrong in (b"", b"sesame", b"\xff", KEY.encode("latin-1"), KEY.encode() + b"x"):
            headers = {"X-API-Key": wrong}
            assert client.post("/predict", json=body, headers=headers).status_code == 401
            assert {client.get(path, headers=headers).status_code for path in PATHS} == {401}
        headers = {"X-API-Key": KEY.encode()}
        assert client.post("/predict", json=body, headers=headers).is_success
        assert {client.get(path, headers=headers).status_code for path in PATHS[:5]} == {200}
        assert client.get("/ready").is_success
        assert client.get("/health").is_success


def test_metrics_may_be_left_open(project):
    with served(project, API_KEY=KEY, METRICS_OPEN="1") as client:
        assert client.get("/metrics").is_success
        assert client.get("/model-info").status_code == 401


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


def test_a_model_is_served_only_as_dvc_recorded_it(project, tmp_path):
    """A model that was replaced with its card is refused; one that `dvc repro` trains is served."""
    root = Path(shutil.copytree(project, tmp_path / "churn"))
    repro(root)
    with served(root) as client:
        first = client.get("/model-info").json()["files"]["model"]["sha256"]
    params = root / "params.yaml"
    params.write_text(params.read_text().replace("random_state: 0", "random_state: 1"))
    subprocess.run([sys.executable, "src/run.py"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    why = r"not the file that dvc\.lock records; run dvc repro"
    with pytest.raises(RuntimeError, match=why), served(root):
        pass
    repro(root)
    with served(root) as client:
        assert client.get("/model-info").json()["files"]["model"]["sha256"] != first


def repro(root):
    """Bring the pipeline up to date, in a repository of its own."""
    if not (root / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    command = [sys.executable, "-m", "dvc", "repro", "--quiet"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)


def test_a_pickle_is_not_run_whatever_the_card_says(project, tmp_path):
    root = Path(shutil.copytree(project, tmp_path / "churn"))
    folder = root / "models/service"
    evil = pickle.dumps(Evil(tmp_path / "proof"))
    for file in (folder / "evil.pkl", folder / "model.skops", root.parent / "evil.pkl"):
        file.write_bytes(evil)
    card = json.loads((folder / "card.json").read_text())
    for name in ("evil.pkl", "../../../evil.pkl", "model.skops"):
        sha256 = hashlib.sha256(evil).hexdigest()
        card["files"]["model"] = {"file": name, "sha256": sha256, "types": []}
        (folder / "card.json").write_text(json.dumps(card))
        with pytest.raises(RuntimeError, match="did not start"), served(root):
            pass
    assert not (tmp_path / "proof").exists()
    assert "pickle" not in (root / "src/churn/formats.py").read_text()


class Evil:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


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
    assert copied - {"/app/.venv"} <= {
        "requirements-service.txt",
        "dvc.loc[k]",
        "src",
        "models/service",
    }
