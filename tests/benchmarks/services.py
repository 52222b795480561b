"""Measure the services of real notebooks: which there are, and whether they predict the same.

    python tests/benchmarks/services.py CORPUS.csv REPOSITORIES [--only TEXT] [--work DIR] [--quick]

CORPUS.csv has the columns repo, path and models (the classes that it fits); a notebook lies at
REPOSITORIES/<repo with / as +>/<path>.
Each is made a project with `nb2prod refactor --with api`, its pipeline is run, and its service is
started and asked for all records of the training data. In a process of its own the notebook is run
with every `predict` of its model written down: what it said of a row has to be what the service
says of the record that becomes this row. Needs nb2prod[service] and the notebooks' libraries.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.capabilities.api.replay import serve
from nb2prod.capabilities.api.slice.inference import with_models_kept, with_served
from nb2prod.capabilities.api.slice.refusals import unservable
from nb2prod.capability import RefusedError, Trial
from nb2prod.conversion import contributions_of
from nb2prod.emit.draft import draft_of
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import project_files, runnable_files
from nb2prod.emit.writer import write_files
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan
from nb2prod.verify.runs.environment import environment_of

_BATCH = 500
# Run in the notebook's folder: its cells, with each prediction of the model written down.
_NOTEBOOK = """
import copy, json, sys, warnings
import matplotlib; matplotlib.use("Agg")
import numpy as np
from IPython.core.inputtransformer2 import TransformerManager
notebook, model, target = sys.argv[1:]
warnings.simplefilter("ignore")
import random
random.seed(0); np.random.seed(0)
space = {"__name__": "__main__", "get_ipython": lambda: None, "display": print}
said, versions = {}, []
def rows(value):
    value = value.get_data() if hasattr(value, "num_row") else value
    value = value.toarray() if hasattr(value, "toarray") else value
    if isinstance(value, (list, tuple)): return [repr(v) for v in value]
    values = np.asarray(value)
    plain = lambda r: r.tolist() if hasattr(r, "tolist") else r
    if values.dtype == object: return [repr(plain(r)) for r in values]
    if values.dtype.kind in "iub": values = values.astype("float64")
    return [r.tobytes().hex() for r in np.ascontiguousarray(values)]
for cell in json.load(open(notebook))["cells"]:
    if cell["cell_type"] != "code": continue
    code = TransformerManager().transform_cell("".join(cell["source"]))
    lines = [l for l in code.split("\\n") if "get_ipython()" not in l]
    try: exec("\\n".join(lines), space)
    except Exception as error: print(f"{type(error).__name__}: {error}", file=sys.stderr)
    try: versions.append(copy.deepcopy(eval(model, space)))
    except Exception: continue
# Names are used again for models that are never fitted: the last that predicts is the one.
for version in reversed(versions):
    named = [(n, v) for n, v in list(space.items()) if not n.startswith("_")]
    parts = [item for _, v in named if isinstance(v, dict) for item in list(v.items())]
    for name, value in [*named, *parts]:
        try:
            if not hasattr(value, "num_row") and np.ndim(value) not in (1, 2): continue
            for row, found in zip(rows(value), np.asarray(version.predict(value)).tolist()):
                said[row] = found
        except Exception: continue
    if not said and hasattr(version, "forecast"):  # a model of a series, by steps
        ahead = np.asarray(version.forecast(24)).tolist()
        said = dict(zip(rows(np.arange(1.0, 25).reshape(-1, 1)), ahead))
    if said: break
json.dump(said, open(target, "w"))
"""

# All stages in one process, seeded as the notebook is: models that are not seeded are the same.
_PIPELINE = """
import random, runpy, sys
import numpy as np
random.seed(0); np.random.seed(0)
sys.argv = ["src/run.py"]; sys.path.insert(0, "src")
runpy.run_path("src/run.py", run_name="__main__")
"""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--work", type=Path, default=Path("services"))
    parser.add_argument("--all", action="store_true", help="those without models, too")
    parser.add_argument("--quick", action="store_true", help="projects are not verified")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    with options.corpus.open(newline="") as stream:
        for row in csv.DictReader(stream):
            path = options.repositories / row["repo"].replace("/", "+") / row["path"]
            if options.only in str(path) and (row.get("models", "?") or options.all):
                kind, detail = measure(path, options.work.resolve() / "case", options.quick)
                counts[kind] += 1
                print(f"{kind:8} {row['repo']}/{row['path']}: {detail}", flush=True)
    print(", ".join(f"{kind} {count}" for kind, count in counts.most_common()))


def measure(notebook: Path, work: Path, quick: bool) -> tuple[str, str]:
    """Return the kind of service of a notebook, and how it was found or why there is none."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    root = work / "project"
    told = (made_quickly if quick else made)(notebook, root)
    if not (root / "src").is_dir():
        return "failed", told.strip().splitlines()[-1]
    settings = (root / "pyproject.toml").read_text("utf-8")
    found = re.search(r'app = "(.*)"\ninput = "(.*)"', settings)
    if found is None:
        why = re.search(r"without api: (.*)", told)
        return "none", why[1] if why else told.strip()[-200:]
    run = subprocess.run(
        [sys.executable, "-c", _PIPELINE], cwd=root, capture_output=True, text=True, check=False
    )
    if run.returncode:
        return "failed", run.stderr.strip().splitlines()[-1]
    model = re.search(r"The model `(.*?)`", (root / "README.md").read_text("utf-8"))
    assert model, "the read-me names it"
    equal, asked = compare(notebook, root, found[1], model[1], work)
    kind = found[2] if equal == asked and asked else "WRONG" if asked else f"{found[2]}?"
    why = re.search(r"takes the columns of the model: (.*)", told)
    return kind, f"{equal} of {asked} predictions as in the notebook{f'; {why[1]}' if why else ''}"


def made(notebook: Path, root: Path) -> str:
    """Make the project as a user does; return what is told of it."""
    command = [sys.executable, "-m", "nb2prod", "refactor", str(notebook), "--output", str(root)]
    command += ["--with", "api", "--time-limit", "1800"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def made_quickly(notebook: Path, root: Path) -> str:
    """Make the project with its service, its pipeline run once; return what is told of it."""
    read = read_notebook(notebook)
    plan = make_plan(read, analyse(read_program(read)))
    # As after a run: all that is handed on was seen, and can be kept.
    plan = replace(with_models_kept(with_served(plan)), types={(0, ""): ""})
    suffixes = {(s.end, n): ".pkl" for s in plan.stages for t in s.steps for n in t.outputs}
    draft = draft_of(plan, suffixes)
    write_files(root, runnable_files(draft))
    if not plan.served:
        return f"without api: {unservable(plan.analysis)}"
    run = subprocess.run(
        [sys.executable, "-c", _PIPELINE], cwd=root, capture_output=True, text=True, check=False
    )
    if run.returncode:
        return f"without api: {run.stderr.strip().splitlines()[-1]}"
    try:
        environment = environment_of(sys.executable, time.monotonic() + 1800, lambda _: None)
        service = serve(Trial(draft, root, environment, {}))
    except RefusedError as error:
        return f"without api: {error}"
    added = contributions_of(draft, Evidence(), {"api": service}, ["api"])
    write_files(root, project_files(draft, Evidence(), added))
    return service.verdict


def compare(notebook: Path, root: Path, app: str, model: str, work: Path) -> tuple[int, int]:
    """Return how many predictions of the service are the notebook's, and how many were compared."""
    folder = work / "notebook"
    shutil.copytree(notebook.parent, folder, ignore=shutil.ignore_patterns(".git"))
    target = (work / "said.json").absolute()
    script = [sys.executable, "-c", _NOTEBOOK, notebook.name, model, str(target)]
    subprocess.run(script, cwd=folder, capture_output=True, check=False)
    said = json.loads(target.read_text()) if target.exists() else {}
    package = app.partition(".")[0]
    code = _rows_code(package)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    given = json.loads(done.stdout.splitlines()[-1])
    answers = _asked(root, app, [record for record, _ in given])
    pairs = [
        (said[row], answer)
        for (_, row), answer in zip(given, answers, strict=True)
        if row in said and answer is not None
    ]
    return sum(_alike(a, b) for a, b in pairs), len(pairs)


def _rows_code(package: str) -> str:
    """Return the code that prints each record with the row that the model takes of it."""
    helper = _NOTEBOOK[_NOTEBOOK.index("def rows") : _NOTEBOOK.index("for cell in")]
    return f"""
import json, sys
sys.path.insert(0, "src")
import numpy as np
{helper}
from {package}.api.predictor import Predictor
from {package} import params, records
from {package}.prepare import prepare
from {package}.source import load_raw
from {package}.learnt import Learnt
import random
random.seed(0); np.random.seed(0)
p, found = Predictor(), []
if p.card["input"] == "raw":
    table = records.table(load_raw())
else:
    table = records.table(prepare(load_raw(), Learnt(parameters=params.load)))
for record in records.rows(table.reset_index(drop=True))[:3000]:
    try: found.append((record, rows(p.given([record]))[0]))
    except Exception: continue
print(json.dumps(found))
"""


def _asked(root: Path, app: str, records: list[dict[str, object]]) -> list[object]:
    """Return what the service predicts; None where it refuses a record."""
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--app-dir",
        "src",
        app,
        "--port",
        "0",
        "--no-access-log",
    ]
    process = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                break
        else:
            raise RuntimeError("the service does not start")
        answers: list[object] = []
        with httpx.Client(base_url=found[1], timeout=120) as client:
            for start in range(0, len(records), _BATCH):
                batch = records[start : start + _BATCH]
                answer = client.post("/predict", json={"rows": batch})
                if answer.is_success:
                    answers += answer.json()["predictions"]
                    continue
                for record in batch:
                    one = client.post("/predict", json={"rows": [record]})
                    answers.append(one.json()["predictions"][0] if one.is_success else None)
        return answers
    finally:
        process.terminate()
        process.communicate()


def _alike(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one))
    return one == other


if __name__ == "__main__":
    main()
