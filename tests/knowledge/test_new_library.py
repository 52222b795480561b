"""One file teaches nb2prod a library: leakage analysis, plans and effects read the same facts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook

import nb2prod

LEVELLER = """
[functions]
"leveller.open_table" = { reads = "0:path", returns = "pandas.DataFrame", role = "load" }
"leveller.halve" = { role = "split" }

[classes."leveller.Evener"]
bases = ["sklearn.base.TransformerMixin"]

[traits]
loads = ["leveller.open_table"]
splits = ["leveller.halve"]
stateful = ["leveller.Evener"]
random = ["leveller.halve"]

[actions]
even = ["leveller.Evener"]
"""
CELLS = (
    "import leveller\nfrom sklearn.linear_model import LogisticRegression",
    'table = leveller.open_table("table.lvl")',
    'X = table.drop(columns="y")\ny = table["y"]\nX = leveller.Evener().fit_transform(X)',
    "X_train, X_test, y_train, y_test = leveller.halve(X, y)",
    "model = LogisticRegression()\nmodel.fit(X_train, y_train)",
    "print(model.score(X_test, y_test))",
)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an nb2prod that differs from this one in one new file."""
    folder = tmp_path_factory.mktemp("taught")
    package = Path(nb2prod.__file__).parent
    shutil.copytree(package, folder / "nb2prod", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "nb2prod/knowledge/libraries/leveller.toml").write_text(LEVELLER, "utf-8")
    return folder


def run(package: Path, folder: Path, *arguments: str) -> str:
    """Return the output of a command of the nb2prod that lies in a folder."""
    code = "import sys; from nb2prod.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(package), "NB2PROD_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "table.lvl").write_text("x,y\n1,0\n2,1\n", "utf-8")
    return notebook(tmp_path, *CELLS)


def test_the_rules_know_its_scaler_loader_and_splitter(
    taught: Path, path: Path, tmp_path: Path
) -> None:
    def found(package: Path) -> list[tuple[str, int]]:
        rules = ("--select", "NBL,NBR", "--format", "json")
        report = json.loads(run(package, tmp_path, "check", str(path), *rules))
        return [(finding["code"], finding["cell"]) for finding in report]

    assert found(Path(nb2prod.__file__).parent.parent) == []
    assert found(taught) == [("NBL001", 3), ("NBR002", 4)]


def test_a_plan_knows_what_its_calls_are_for(taught: Path, path: Path, tmp_path: Path) -> None:
    plan = run(taught, tmp_path, "plan", str(path), "--format", "text")
    assert [line for line in plan.splitlines() if line[:1].isalpha()][:3] == [
        "load_data", "prepare_data  (loads table)", "train_models  (loads x, y)",
    ]  # fmt: skip
    assert "even_data(table) -> x, y" in plan
    assert "split_train_test(x, y)" in plan
    assert "records of data/raw/table.lvl (cell 2), prepared as in cells 2-4" in plan


def test_the_effects_of_its_calls_are_known(taught: Path, path: Path, tmp_path: Path) -> None:
    untaught = run(Path(nb2prod.__file__).parent.parent, tmp_path, "plan", str(path))
    assert "the effects of leveller.open_table() are unknown" in untaught
    plan = run(taught, tmp_path, "plan", str(path))
    assert "unknown" not in plan
    assert "table_lvl: data/raw/table.lvl" in plan
