"""A service is added to a project that was made before; what a person changed there stays."""

import subprocess
import sys
import tomllib

import pytest
from building import notebook

from nb2prod.capabilities.api.slice.inference import with_served
from nb2prod.conversion import plan_of_project
from nb2prod.emit.provenance.provenance_file import read_original

CELLS = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\n"
    "from sklearn.tree import DecisionTreeRegressor",
    "## Load\n",
    'df = pd.read_csv("sales.csv")',
    "## Train\n",
    'x, y = df[["units"]], df["sold"]\nline = Ridge(alpha=0.5)\nline.fit(x, y)\n'
    "tree = DecisionTreeRegressor(random_state=0)\ntree.fit(x, y)",
    "print(tree.predict(x), line.predict(x))",
)


def nb2prod(*arguments):
    command = [sys.executable, "-m", "nb2prod", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project without a service, that was changed since; a service is added to it."""
    folder = tmp_path_factory.mktemp("add")
    (folder / "sales.csv").write_text("units,sold\n1,3\n2,5\n3,8\n4,9\n5,11\n")
    root = folder / "project"
    made = nb2prod(
        "refactor", notebook(folder, *CELLS, name="sales.ipynb"), "--output", root, "--no-verify"
    )
    assert made.returncode == 0, made.stderr
    (folder / "sales.ipynb").unlink()
    (folder / "sales.csv").unlink()
    readme = root / "README.md"
    readme.write_text(readme.read_text() + "\nOurs.\n")
    params = root / "params.yaml"
    params.write_text(params.read_text().replace("alpha: 0.5", "alpha: 0.7"))
    done = nb2prod("add", "docker", root, "--time-limit", 900)
    assert done.returncode == 0, done.stderr
    assert f"{root}: added api and docker (" in done.stdout
    assert "more files, stage package_model), " in done.stdout
    return root


def test_what_a_project_has_is_written_in_it(project):
    written = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["nb2prod"]
    assert written["capabilities"] == ["api", "docker"]


def settings(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["tool"]["nb2prod"]["service"]


def test_the_project_has_the_service_and_what_it_needs(project):
    assert settings(project) == {"app": "sales.api.app:app", "input": "raw", "model": "line"}
    assert (project / "src/sales/api/app.py").exists()
    assert (project / "Dockerfile").exists()
    assert "package_model:" in (project / "dvc.yaml").read_text()


def test_what_a_person_has_changed_stays(project):
    text = (project / "README.md").read_text()
    assert text.endswith("\nOurs.\n")
    assert "## Service" in text or "/predict" in text
    assert "alpha: 0.7" in (project / "params.yaml").read_text()


def test_the_model_that_the_project_names_is_served_from_now_on(project):
    file = project / "pyproject.toml"
    text = file.read_text()
    file.write_text(text.replace('model = "line"', 'model = "tree"'))
    original = read_original(project)
    plan = plan_of_project(project, original, original.notebook)
    file.write_text(text)
    assert plan.chosen == "tree"
    assert plan.wanted == {"api", "docker"}
    assert next(iter(with_served(plan).served)) == "tree"
    assert [s.name for s in plan.stages] == [s.name for s in original.provenance.stages]


def test_what_the_project_has_it_keeps(project):
    file = project / "pyproject.toml"
    text = file.read_text()
    file.write_text(text.replace('["api", "docker"]', '["onnx", "docker", "of a newer nb2prod"]'))
    original = read_original(project)
    plan = plan_of_project(project, original, original.notebook)
    file.write_text(text)
    assert plan.wanted == {"api", "docker", "onnx"}


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    done = nb2prod("add", "api", tmp_path)
    assert done.returncode == 2
    assert "not a project made by nb2prod" in done.stderr
