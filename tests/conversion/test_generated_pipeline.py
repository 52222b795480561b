"""The pipeline of a generated project, run by DVC in a fresh clone."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook

from nb2prod.cli.main import main


def run(*command: str, folder: Path) -> str:
    """Run a command that has to succeed, `python` being this one, and return what it says."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def repro(folder: Path) -> list[str]:
    """Bring the pipeline up to date, and return the stages that ran."""
    return re.findall(r"Running stage '(\w+)'", run(DVC, "repro", folder=folder))


DVC = str(Path(sys.executable).with_name("dvc"))


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone of a project whose notebook is gone; its pipeline has been run."""
    folder = tmp_path_factory.mktemp("work") / "notebook"
    folder.mkdir()
    (folder / "sales.csv").write_text("price,units\n1.0,10\n2.0,\n3.0,30\n4.0,25\n")
    path = notebook(
        folder,
        "## Load the sales",
        "import numpy as np\nimport pandas as pd",
        "np.random.seed(1)\nsales = pd.read_csv('sales.csv')",
        "## Clean them",
        "def fill(frame):\n    return frame.fillna(0)",
        "sales = fill(sales)\nnoise = np.random.normal(size=len(sales))",
        "## Fit a line",
        "from sklearn.linear_model import LinearRegression",
        "line = LinearRegression().fit(sales[['price']], sales['units'] + noise)",
        "score = line.score(sales[['price']], sales['units'])\nprint(score)",
        name="sales.ipynb",
    )
    project = folder.parent / "project"
    command = ["refactor", str(path), "--output", str(project), "--split", "headings"]
    assert main(command) == 0
    for git in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Start"]):
        run("git", "-c", "user.name=A", "-c", "user.email=a@example.org", *git, folder=project)
    cloned = folder.parent / "clone"
    run("git", "clone", "-q", str(project), str(cloned), folder=folder.parent)
    shutil.rmtree(project)
    shutil.rmtree(folder)
    assert repro(cloned) == ["load_sales", "clean", "fit_line"]
    return cloned


def test_what_is_made_lies_outside_of_git_but_for_reports_and_metrics(clone):
    changed = run("git", "status", "--short", "--untracked-files=all", folder=clone).split("\n")
    assert {line[3:].partition("/")[0] for line in changed if line} == {
        "dvc.lock",
        "metrics",
        "reports",
    }


def test_a_second_run_changes_nothing(clone):
    before = (clone / "dvc.lock").read_bytes()
    assert repro(clone) == []
    assert (clone / "dvc.lock").read_bytes() == before


@pytest.mark.parametrize(
    ("module", "stages"),
    [
        ("fit_line", ["fit_line"]),
        ("clean", ["clean"]),
        ("functions", ["clean"]),
        ("generators", ["load_sales", "clean"]),
    ],
)
def test_a_change_of_a_module_runs_the_stages_that_use_it(clone, module, stages):
    path = clone / "src" / "sales" / f"{module}.py"
    path.write_text(path.read_text() + "\n# a remark\n")
    assert repro(clone) == stages


def test_a_change_of_a_parameter_or_the_data_runs_what_depends_on_it(clone):
    params = clone / "params.yaml"
    params.write_text(re.sub("seed: 1", "seed: 2", params.read_text()))
    assert repro(clone) == ["load_sales", "clean", "fit_line"]
    data = clone / "data" / "raw" / "sales.csv"
    data.write_text(data.read_text() + "5.0,40\n")
    assert repro(clone) == ["load_sales", "clean", "fit_line"]


def test_the_runner_in_one_process_computes_the_same(clone):
    before = json.loads((clone / "metrics" / "fit_line.json").read_text())
    run(sys.executable, "src/run.py", folder=clone)
    assert json.loads((clone / "metrics" / "fit_line.json").read_text()) == before
    assert run(DVC, "status", folder=clone).strip() == "Data and pipelines are up to date."
