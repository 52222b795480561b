"""Which model is served is a line of the plan; what can't be served is refused, with the cell."""

import subprocess
import sys

import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.capabilities.api.replay import serve
from nb2prod.capabilities.api.slice.inference import inferences, with_models_kept, with_served
from nb2prod.capabilities.api.slice.refusals import unservable
from nb2prod.capability import RefusedError, Trial
from nb2prod.cli.main import main
from nb2prod.emit.draft import draft_of
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan
from nb2prod.verify.runs.environment import environment_of

LOADS = """\
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor
df = pd.read_csv("sales.csv")
"""
PREPARES = 'df["units"] = df["units"].fillna(df["units"].mean())\nx, y = df[["units"]], df["sold"]'
TREE = "tree = DecisionTreeRegressor()\ntree.fit(x, y)\nprint(tree.predict(x))"
LINE = "line = LinearRegression()\nline.fit(x, y)\nprint(line.predict(x))"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sales.csv").write_text("units,sold\n1,3\n2,5\n,4\n4,9\n5,11\n")
    return tmp_path


def planned(path):
    read = read_notebook(path)
    return make_plan(read, analyse(read_program(read)))


def shown(capsys, path, *options):
    status = main(["plan", str(path), *map(str, options)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_model_that_was_used_last_is_served(folder, capsys):
    path = notebook(folder, LOADS, PREPARES, TREE, LINE)
    _, text, _ = shown(capsys, path)
    assert "\nserved: line\n" in text
    assert text.endswith("\nwith: []\n")
    assert "other models: tree" in text
    assert (
        "It predicts from records of data/raw/sales.csv (cell 1), prepared as in cells 1-2" in text
    )


def test_another_model_can_be_chosen(folder, capsys):
    path = notebook(folder, LOADS, PREPARES, TREE, LINE)
    _, text, _ = shown(capsys, path)
    file = folder / "plan.yaml"
    file.write_text(text.replace("served: line", "served: tree").replace("[]", "[docker]"))
    _, again, _ = shown(capsys, path, "--plan", file)
    assert "\nserved: tree\n" in again
    assert again.endswith("\nwith: [docker]\n")
    _, text, _ = shown(capsys, path, "--plan", file, "--format", "text")
    assert "service of tree  (or line): It predicts from records of data/raw/sales.csv" in text
    _, graph, _ = shown(capsys, path, "--plan", file, "--format", "mermaid")
    assert '-->|"tree"| service' in graph
    assert 'records[/"records of data/raw/sales.csv"/] --> service' in graph
    _, page, _ = shown(capsys, path, "--plan", file, "--format", "html")
    assert "service of tree" in page
    assert "data/raw/sales.csv (cell 1)" in page


@pytest.mark.parametrize(
    ("line", "status", "why"),
    [
        ("served: x", 1, "refused: the plan serves x, which is no model with its data: line"),
        ("served: nothing", 2, "'nothing' can't be served: the notebook has no such variable"),
        ("served: line\nwith: [cloud]", 2, "'cloud' is not a capability; choose from api,"),
        ("served: line\nwith: api", 2, "`with` has to be a list of capabilities"),
    ],
)
def test_a_wrong_choice_is_refused(folder, capsys, line, status, why):
    path = notebook(folder, LOADS, PREPARES, LINE)
    _, text, _ = shown(capsys, path)
    file = folder / "plan.yaml"
    file.write_text(text[: text.index("served:")] + line)
    found, _, said = shown(capsys, path, "--plan", file)
    assert found == status
    assert why in said


def test_a_name_that_another_model_gets_later_stands_for_the_one_that_predicts(folder):
    again = "tree = DecisionTreeRegressor(max_depth=1)"
    plan = with_models_kept(with_served(planned(notebook(folder, LOADS, PREPARES, TREE, again))))
    fitted = plan.served["tree"]
    assert plan.analysis.statements[fitted].code.startswith("tree.fit")
    found = plan.step_of(fitted)
    assert found is not None
    assert "tree" in found[1].outputs


def test_a_step_across_records_is_named(folder, capsys):
    path = notebook(
        folder, LOADS, 'df["change"] = df["units"].diff()\nx, y = df[["change"]], df["sold"]', LINE
    )
    _, text, _ = shown(capsys, path)
    assert (
        "takes the model's own columns, not records of data/raw/sales.csv (cell 1): cell 2:" in text
    )
    assert "`.diff` makes a row's value from other rows" in text


REFUSED = {
    "no model": (["print(df.describe())"], "no cell fits a model"),
    "a model of several series": (
        [
            "from statsmodels.tsa.api import VAR",
            "found = VAR(df).fit()\nprint(found.summary())",
        ],
        "cell 3: a model of a series forecasts it as a whole",
    ),
    "a model that is only cross-validated": (
        [
            "from sklearn.model_selection import cross_val_score",
            "model = DecisionTreeRegressor()",
            "print(cross_val_score(model, df[['units']], df['sold']))",
        ],
        "cell 4: the model model is only cross-validated, and no cell fits it",
    ),
    "a model that stays in a function": (
        [
            "def slope(rows):\n    line = LinearRegression().fit(rows[['units']], rows['sold'])\n"
            "    return line.coef_",
            "print(slope(df))",
        ],
        "cell 3: a model is fitted inside of a function, and no variable holds it",
    ),
    "data that is not loaded": (
        ["model = LinearRegression()\nmodel.fit([[1], [2]], [3, 4])"],
        "cell 2: what the model model is given does not come from data that the notebook loads",
    ),
}


@pytest.mark.parametrize(("cells", "why"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_served_is_refused_with_the_cell(folder, cells, why):
    plan = planned(notebook(folder, LOADS, *cells))
    assert not list(inferences(plan))
    assert unservable(plan.analysis).startswith(why)


def test_a_model_that_can_not_be_kept_is_refused_with_the_cell(folder):
    cell = "model = make_pipeline(FunctionTransformer(lambda v: v * 2), LinearRegression())"
    path = notebook(folder, LOADS, PREPARES, f"{cell}\nmodel.fit(x, y)\nprint(model.predict(x))")
    plan = with_models_kept(with_served(planned(path)))
    environment = environment_of(sys.executable, 9e9, print)
    with pytest.raises(RefusedError) as refused:
        serve(Trial(draft_of(plan), folder, environment, {}))
    assert str(refused.value) == (
        "cell 3: the model model can't be saved to a file: model contains a function that can't "
        "move to a module"
    )


def test_a_library_that_is_missing_is_named_with_the_cell(folder):
    path = notebook(folder, LOADS, PREPARES, "import nosuchboost\nmodel = nosuchboost.Model()")
    command = [sys.executable, "-m", "nb2prod", "refactor", str(path)]
    command += ["--output", str(folder / "project"), "--with", "api"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    failure, without = done.stderr.splitlines()
    assert "fails in cell 3: ModuleNotFoundError: No module named 'nosuchboost'" in failure
    assert "without api: the project is unverified" in without
    assert (folder / "project" / "dvc.yaml").exists()
    assert not (folder / "project" / "src" / "case" / "api").exists()
