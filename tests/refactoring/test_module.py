"""Statements of a cell become a function in a module of the project, with a test that passes."""

import subprocess
import sys
from pathlib import Path

import pytest
from running import edited, example, notebook_of, run

from nb2prod.notebook.model import Notebook
from nb2prod.refactoring.module import extract_to_module
from nb2prod.refactoring.subject import Refactoring, RefusedError, Subject

CELLS = [
    "import math\nimport random\nimport statistics as st",
    "random.seed(3)\nrows = [random.random() for _ in range(5)]\nfactor = 2",
    "large = [math.ceil(row * factor) for row in rows]\nmean = st.mean(large)",
    "print(mean, large)",
]


def pytest_of(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def extracted(notebook: Notebook, cell: int) -> tuple[Notebook, Refactoring]:
    before = run(notebook)
    done = extract_to_module(Subject(notebook), cell)
    after = edited(notebook, done)
    now = run(after)
    assert {n: now[n] for n in before if n in now} == {n: before[n] for n in before if n in now}
    return after, done


def test_a_project_is_begun_and_goes_on(tmp_path):
    after, done = extracted(notebook_of(*CELLS, folder=tmp_path), 2)
    made = [f.path.relative_to(tmp_path).as_posix() for f in done.files]
    assert made == [
        "src/prices/__init__.py",
        "src/prices/functions.py",
        "tests/test_functions.py",
        "tests/conftest.py",
    ]
    assert after.cells[2].source == (
        "import sys\n\n"
        'sys.path.insert(0, "src")  # until the project is installed\n'
        "from prices.functions import compute_mean\n\n"
        "large, mean = compute_mean(factor, rows)"
    )
    assert pytest_of(tmp_path).returncode == 0

    after, done = extracted(after, 1)
    assert [f.path.name for f in done.files] == ["functions.py", "test_functions.py"]
    assert after.cells[1].source.startswith("import sys\n\nsys.path.insert(")
    module = (tmp_path / "src/prices/functions.py").read_text()
    assert module.count("import math\n") == 1
    assert "import random\n" in module
    assert pytest_of(tmp_path).returncode == 0

    # The test holds the function to what the notebook computed.
    (tmp_path / "src/prices/functions.py").write_text(
        module.replace("row * factor", "row + factor")
    )
    assert pytest_of(tmp_path).returncode == 1


def test_the_project_around_the_notebook_is_found(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "net-prices"\n')
    package = tmp_path / "src" / "net_prices"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "functions.py").write_bytes(
        b'"""Prices."""\r\nimport math\r\n\r\n\r\nX = math.pi\r\n'
    )
    (tmp_path / "notebooks").mkdir()
    after, done = extracted(notebook_of(*CELLS, folder=tmp_path / "notebooks"), 2)
    assert 'sys.path.insert(0, "../src")' in after.cells[2].source
    module = next(f for f in done.files if f.path == package / "functions.py")
    assert module.after.startswith('"""Prices."""\r\nimport math\r\nimport statistics as st\r\n')
    assert "\r\n\r\n\r\ndef compute_mean(" in module.after
    assert "\n" not in module.after.replace("\r\n", "")
    assert pytest_of(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            ["def f(x):\n    return x", "y = f(1)\nz = y", "print(z)"],
            "which is defined in the notebook",
        ),
        (["a = 1", "b = a\ndisplay(b)\nc = b", "print(c)"], "only in notebooks"),
        (["sys = 1", "b = sys + 1\nc = b", "print(c)"], "`sys` means something else"),
    ],
)
def test_what_a_module_would_not_have_is_refused(tmp_path, cells, reason):
    with pytest.raises(RefusedError, match=reason):
        extract_to_module(Subject(notebook_of(*cells, folder=tmp_path)), 1)


def test_a_name_that_means_something_else_in_the_module_is_refused(tmp_path):
    package = tmp_path / "src" / "prices"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "functions.py").write_text("math = 3\n")
    with pytest.raises(RefusedError, match="`math` means something else"):
        extract_to_module(Subject(notebook_of(*CELLS, folder=tmp_path)), 2)


def test_an_example_computes_the_same_with_its_code_in_modules(tmp_path):
    notebook = example("churn/churn.ipynb", tmp_path)
    before, modules = run(notebook), set[str]()
    for cell in notebook.code_cells:
        try:
            done = extract_to_module(Subject(notebook), cell.index)
        except RefusedError:
            continue
        notebook = edited(notebook, done)
        modules |= {f.path.stem for f in done.files if f.path.parent.name == "churn"}
    assert {"load_data", "prepare_data", "train_models"} <= modules
    unseeded = {
        n
        for n, digest in run(example("churn/churn.ipynb", tmp_path)).items()
        if digest != before[n]
    }
    after = run(notebook)
    assert {n for n in before if n in after and after[n] != before[n]} <= unseeded
    assert pytest_of(tmp_path / "churn").returncode == 0
