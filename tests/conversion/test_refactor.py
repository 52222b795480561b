"""From a notebook to a project that computes the same: the whole way, with real runs."""

import json
import subprocess
import sys

import pytest
from building import notebook

from nb2prod.cli.main import main
from nb2prod.emit.provenance.provenance_file import read_original

LOAD = "import pandas as pd\ndf = pd.read_csv('sales.csv')\nprint(len(df))"
DATA = "month,units,price\n1,10,2.5\n2,,2.0\n3,30,1.5\n4,25,1.0\n"


@pytest.fixture
def sales(tmp_path):
    (tmp_path / "sales.csv").write_text(DATA)
    return notebook(
        tmp_path,
        "## Load the sales",
        LOAD,
        "## Clean them",
        "df = df.fillna(0)",
        "df['revenue'] = df['units'] * df['price']",
        "## Fit a line",
        "from sklearn.linear_model import LinearRegression\nmodel = LinearRegression()",
        "model.fit(df[['price']], df['units'])\nprint(round(float(model.coef_[0]), 6))",
        name="sales.ipynb",
    )


def run(project):
    """Run all stages of a project in one process and return what it printed."""
    return subprocess.run(
        [sys.executable, "src/run.py"], cwd=project, capture_output=True, text=True, check=True
    ).stdout


def test_a_project_is_checked_to_compute_the_same(sales, tmp_path, capsys):
    project = tmp_path / "project"
    assert main(["refactor", str(sales), "--output", str(project)]) == 0
    assert capsys.readouterr().out.strip().endswith("verified")
    proof = json.loads((project / "proof.json").read_text())
    assert proof["verdict"] == "verified"
    assert {label.rpartition(".")[2] for label in proof["equal"]} >= {"df", "model"}
    assert proof["shown"]["equal"] == 2
    assert run(project).split() == ["4", "-15.0"]


def test_the_tests_of_a_project_pass_and_can_fail(sales, tmp_path):
    project = tmp_path / "project"
    main(["refactor", str(sales), "--output", str(project), "--split", "headings"])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    assert subprocess.run(command, cwd=project, check=False, capture_output=True).returncode == 0
    changed = 0
    for module in (project / "src" / "sales").glob("*.py"):
        text = module.read_text()
        if "fillna(0)" in text:
            module.write_text(text.replace("fillna(0)", "fillna(1)"))
            changed += 1
    assert changed
    assert subprocess.run(command, cwd=project, check=False, capture_output=True).returncode == 1


def test_without_a_check_the_project_says_so(sales, tmp_path, capsys):
    project = tmp_path / "project"
    assert main(["refactor", str(sales), "--output", str(project), "--no-verify"]) == 0
    assert "unverified" in capsys.readouterr().out
    assert "unverified" in (project / "README.md").read_text()
    assert run(project).split() == ["4", "-15.0"]


def test_a_notebook_that_fails_names_the_cell(tmp_path, capsys):
    failing = notebook(tmp_path, "a = 1", "b = a / 0", "c = 3")
    assert main(["refactor", str(failing), "--output", str(tmp_path / "project")]) == 0
    captured = capsys.readouterr()
    assert "cell 2: ZeroDivisionError" in captured.err
    assert "unverified" in captured.out


def test_a_random_state_crosses_stages(tmp_path):
    cells = (
        "## One",
        "import numpy as np\nnp.random.seed(0)\na = np.random.rand()",
        "## Two",
        "b = np.random.rand()\nprint(b)",
    )
    project = tmp_path / "project"
    path = notebook(tmp_path, *cells)
    assert main(["refactor", str(path), "--output", str(project), "--split", "headings"]) == 0
    assert run(project).strip() == "0.7151893663724195"


def test_names_that_share_a_list_stay_together(tmp_path):
    cells = ("## One", "a = [1]\nb = a", "## Two", "b.append(2)", "## Three", "print(len(a))")
    project = tmp_path / "project"
    path = notebook(tmp_path, *cells)
    assert main(["refactor", str(path), "--output", str(project), "--split", "headings"]) == 0
    assert run(project).strip() == "2"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("x = input()",), "it waits for input"),
        (("code = 'a' + '=1'\nexec(code)",), "it runs text as code"),
        (("print 'Python 2'",), "not Python 3"),
        (("## Only text",), "no code"),
    ],
)
def test_what_no_pipeline_can_do_is_refused_with_the_cell(tmp_path, capsys, cells, reason):
    path = notebook(tmp_path, *cells)
    assert main(["refactor", str(path), "--output", str(tmp_path / "project")]) == 1
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "project").exists()


def test_what_is_no_notebook_is_a_usage_error(tmp_path, capsys):
    path = tmp_path / "x.ipynb"
    path.write_text("{")
    assert main(["refactor", str(path), "--output", str(tmp_path / "project")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_a_text_refers_to_is_there_where_it_is_evaluated(tmp_path, capsys):
    path = notebook(
        tmp_path,
        "import numpy as np\nimport pandas as pd",
        "df = pd.DataFrame({'x': np.arange(9.0)})\nLimit = 3\nletter = 'b'",
        "def double(v):\n    return v * 2",
        "def pick(frame):\n    return frame.query('x > @Limit')",
        "## Select",
        "large = df.query('x > @Limit')\nprint(len(large), letter)",
        "## Compute",
        "large['y'] = large.eval('x * @Limit')\nprint(large)\npicked = pick(df)",
        "## Evaluate",
        "total = pd.eval('double(Limit) + 1')\nprint(total, picked)",
    )
    command = ["refactor", str(path), "--output", str(tmp_path / "p"), "--split", "headings"]
    assert main(command) == 0
    assert capsys.readouterr().out.strip().endswith("4 stages, verified")


def test_a_result_that_is_changed_under_another_name_is_carried_there(tmp_path, capsys):
    path = notebook(
        tmp_path,
        "from sklearn.linear_model import LinearRegression",
        "from sklearn.pipeline import make_pipeline",
        "## Set up",
        "line = LinearRegression()\npipe = make_pipeline(line)\nX, y = [[1.0], [2.0]], [1.0, 3.0]",
        "## Train",
        "pipe.fit(X, y)",
        "## Predict",
        "print(pipe.predict([[3.0]]))",
    )
    command = ["refactor", str(path), "--output", str(tmp_path / "p"), "--split", "headings"]
    assert main(command) == 0
    assert capsys.readouterr().out.strip().endswith("3 stages, verified")
    proof = json.loads((tmp_path / "p" / "proof.json").read_text())
    assert any(label.endswith(".line") for label in proof["equal"])


def test_a_name_that_is_imported_and_bound_again_is_a_variable(tmp_path, capsys):
    path = notebook(
        tmp_path,
        "from statistics import mean, median\nfrom math import *\nfrom collections import *",
        "mean = mean([1, 2, 3])\nprint(mean, median([3, 4]), sqrt(2), OrderedDict(a=1))",
        "## Join",
        "from posixpath import basename as Join\nprint(Join('a/b'))",
        "from math import sqrt as Join\nprint(Join(4), mean)",
        "print([Join(n) for n in (1, 4)])",
    )
    assert main(["refactor", str(path), "--output", str(tmp_path / "p")]) == 0
    assert capsys.readouterr().out.strip().endswith("verified")


def test_a_local_name_hides_a_function_of_the_notebook(tmp_path, capsys):
    path = notebook(
        tmp_path,
        "rate = 3\ndef times(x):\n    return x * rate",
        "def apply(values, functions):\n    for times in functions:\n"
        "        values = [times(v) for v in values]\n    return values",
        "## Apply",
        "print(apply([1, 2], [abs, times]))\nprint(list(map(lambda times: times + 1, [1])))",
    )
    assert main(["refactor", str(path), "--output", str(tmp_path / "p")]) == 0
    assert capsys.readouterr().out.strip().endswith("verified")


def test_what_a_library_draws_from_numpy_is_compared_though_the_notebook_imports_none(
    tmp_path, capsys
):
    drawing = notebook(
        tmp_path,
        "from sklearn.cluster import KMeans\nfrom sklearn.datasets import load_iris",
        "data = load_iris().data",
        "clusters = KMeans(4, n_init=1).fit_predict(data)",
        "print(clusters.sum())",
    )
    assert main(["refactor", str(drawing), "--output", str(tmp_path / "project")]) == 0
    assert capsys.readouterr().out.strip().endswith(", verified")


@pytest.mark.parametrize(
    ("seeds", "before"),
    [
        (("random.seed(1)", "pass"), [("python",), ("python",)]),  # NumPy's is not seeded
        (("pass", "np.random.seed(1)"), [(), ("numpy",)]),  # after the first numbers
        (("np.random.seed(1)", "random.seed(1)"), [("numpy",), ("numpy", "python")]),
    ],
)
def test_generators_that_nobody_seeds_go_on_from_stage_to_stage(tmp_path, capsys, seeds, before):
    drawing = notebook(
        tmp_path,
        "import random\nimport numpy as np",
        "## One",
        f"{seeds[0]}\na = np.random.rand(3)\nb = random.random()",
        "## Two",
        f"{seeds[1]}\nc = a + np.random.rand(3) + random.random()",
        "## Three",
        "d = c + np.random.rand(3) + b + random.random()\nprint(d)",
    )
    project = tmp_path / "project"
    main(["refactor", str(drawing), "--output", str(project), "--split", "headings"])
    assert capsys.readouterr().out.strip().endswith("3 stages, verified")
    stages = read_original(project).provenance.stages
    assert [stage.seeded_before for stage in stages] == [(), *before]
