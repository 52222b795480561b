"""The tests of a generated project: they pass as they are, and each kind can fail.

The project is made once, from a real notebook, and then broken in many ways. Its test runs share
one parent process that has the libraries loaded: each runs in a fork of it.
"""

import json
import re
import shutil
import subprocess
import sys

import pytest
from places import CHURN

LIBRARIES = (
    "matplotlib.pyplot",
    "pandera.backends.pandas.builtin_checks",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.model_selection",
)
# Runs pytest in forks: `runner.py CASES.json RESULT.json LIBRARY…`; a case is a folder and
# arguments of pytest, by its name.
RUNNER = """
import importlib, json, os, sys
from xml.etree import ElementTree
import pytest
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
for name in sys.argv[3:]:
    importlib.import_module(name)
with open(sys.argv[1]) as stream:
    cases = json.load(stream)
results = {}
for name, (folder, arguments) in cases.items():
    report = os.path.join(folder, "report.xml")
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        quiet = os.open(os.path.join(folder, "output.txt"), os.O_WRONLY | os.O_CREAT)
        os.dup2(quiet, 1)
        sys.path.insert(0, folder)
        pytest.main(["-q", "-rs", "-p", "no:cacheprovider", "--junitxml", report, *arguments])
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
    found = {"failed": [], "passed": [], "skipped": []}
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {part.tag for part in case}
        state = "failed" if kinds & {"failure", "error"} else "skipped" if kinds else "passed"
        module = case.get("classname", "").rpartition(".")[2]
        found[state].append(module + "." + case.get("name"))
    with open(os.path.join(folder, "output.txt"), encoding="utf-8") as stream:
        found["output"] = stream.read()
    results[name] = found
with open(sys.argv[2], "w") as stream:
    json.dump(results, stream)
"""

# name: (file, what stands there, what is written instead, a test that has to fail)
CHANGES = {
    "a statement is dropped": (
        "src/churn/clean.py",
        "    df.drop_duplicates(inplace=True)\n",
        "",
        "test_clean.test_drop_duplicates",
    ),
    "an operator is swapped": (
        "src/churn/functions.py",
        "months >= loyal_after",
        "months > loyal_after",
        "test_functions.test_loyalty",
    ),
    "a column is swapped": (
        "src/churn/features.py",
        'df["support_calls"] /',
        'df["monthly_charge"] /',
        "test_features.test_prepare_features",
    ),
    "a number is changed": (
        "src/churn/clean.py",
        "bins=20",
        "bins=21",
        "test_clean.test_plot_tenure_contract",
    ),
    "another title is drawn": (
        "src/churn/clean.py",
        "Tenure by contract",
        "Tenure",
        "test_clean.test_plot_tenure_contract",
    ),
    "a result is turned round": (
        "src/churn/evaluate.py",
        "predictions = forest.predict(x_test)",
        "predictions = 1 - forest.predict(x_test)",
        "test_metrics.test_a_metric_is_not_worse_than_it_was[evaluate.accuracy]",
    ),
    "a line is not printed": (
        "src/churn/evaluate.py",
        "    print(classification_report(y_test, predictions))\n",
        "",
        "test_evaluate.test_evaluate_random_forest_classifier",
    ),
    "a model is trained otherwise": (
        "src/churn/split_and_scale.py",
        "max_depth=6",
        "max_depth=5",
        "test_split_and_scale.test_train_random_forest_classifier",
    ),
    "the test set is scaled by itself": (
        "src/churn/split_and_scale.py",
        "scaler.transform(x_test)",
        "StandardScaler().fit_transform(x_test)",
        "test_split_and_scale.test_split_train_test",
    ),
    "another file is read": (
        "src/churn/load_customers.py",
        "pd.read_csv(customers_csv)",
        "pd.read_csv(customers_csv).head(50)",
        "test_load_customers.test_load_customers",
    ),
    "a stage does not save": (
        "src/churn/evaluate.py",
        "artifacts.save_metrics(",
        "dict(",
        "test_pipeline.test_a_stage_writes_its_outputs[evaluate]",
    ),
    "a stage passes another parameter": (
        "src/churn/split_and_scale.py",
        'x_test, y_test, values["c"]',
        'x_test, y_test, values["test_size"] / 99',
        "test_pipeline.test_a_stage_reports_what_it_reported[split_and_scale]",
    ),
    "a stage works when it is imported": (
        "src/churn/features.py",
        "\n\ndef prepare_features",
        "\nprint('ready')\n\ndef prepare_features",
        "test_pipeline.test_importing_a_stage_does_nothing[features]",
    ),
    "a dependency is misspelt": (
        "dvc.yaml",
        "src/churn/settings.py",
        "src/churn/setting.py",
        "test_pipeline.test_the_dependencies_of_a_stage_exist_or_are_made_before[features]",
    ),
    "a parameter is gone": (
        "params.yaml",
        "  loyal_after: 24",
        "  loyal: 24",
        "test_pipeline.test_the_parameters_of_a_stage_are_set[features]",
    ),
    "a raw value is new": (
        "data/raw/customers.csv",
        "two years",
        "three years",
        "test_data.test_customers",
    ),
    "a raw column is renamed": (
        "data/raw/customers.csv",
        "tenure_months",
        "tenure",
        "test_data.test_customers",
    ),
}


@pytest.fixture(scope="module")
def project(projects):
    return projects.made(CHURN, "--time-limit", "600")


def changed(project, root, path, old, new):
    """Copy a project with one text changed."""
    shutil.copytree(project, root)
    text = (root / path).read_text()
    assert old in text, f"{path} does not hold {old!r}"
    (root / path).write_text(text.replace(old, new))


def _files(test):
    """Return the file of a test."""
    name = f"{test.partition('.')[0]}.py"
    whole = name in ("test_pipeline.py", "test_metrics.py", "test_data.py")
    return [f"tests/{name}" if whole else f"tests/functions/{name}"]


@pytest.fixture(scope="module")
def outcomes(project, tmp_path_factory):
    """Run the tests of the project as it is, of each changed one, and in the other ways."""
    place = tmp_path_factory.mktemp("runs")
    cases = {}
    for number, (name, (path, old, new, test)) in enumerate(CHANGES.items()):
        changed(project, place / str(number), path, old, new)
        cases[name] = [str(place / str(number)), _files(test)]
    for name in ("as it is", "recorded", "without pandera"):
        shutil.copytree(project, place / name)
        cases[name] = [str(place / name), []]
    cases["a number is changed"][1] = []  # all tests
    cases["recorded"][1] = ["--record"]
    (place / "without pandera" / "nopandera.py").write_text(
        "import sys\nsys.modules['pandera'] = None\n"
    )
    cases["without pandera"][1] = ["-p", "nopandera"]
    (place / "cases.json").write_text(json.dumps(cases))
    (place / "runner.py").write_text(RUNNER)
    command = [sys.executable, "runner.py", "cases.json", "results.json", *LIBRARIES]
    subprocess.run(command, cwd=place, check=True)
    return json.loads((place / "results.json").read_text())


def test_they_pass_in_a_fresh_copy(outcomes):
    assert outcomes["as it is"]["failed"] == []
    assert outcomes["as it is"]["skipped"] == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_makes_the_test_of_it_fail(outcomes, change):
    assert CHANGES[change][3] in outcomes[change]["failed"]


def test_each_kind_of_test_was_seen_to_fail(outcomes):
    def kinds(names):
        return {re.sub(r"\[.*", "", name) for name in names}

    seen = kinds(test for name in CHANGES for test in outcomes[name]["failed"])
    assert kinds(outcomes["as it is"]["passed"]) <= seen


def test_a_change_of_one_function_fails_few_other_tests(outcomes):
    failed = outcomes["a number is changed"]["failed"]
    assert failed == ["test_clean.test_plot_tenure_contract"]


def test_a_failure_says_what_differs(outcomes):
    output = outcomes["a column is swapped"]["output"]
    assert "prepare_features differs from its recorded call in tests/recorded/features" in output
    assert re.search(r"gives df\['calls_per_year'\], at \d+: [\d.]+, recorded [\d.]+ ", output)
    assert re.search(r"\(\d+ of \d+ differ\)", output)


def test_recording_again_without_a_change_writes_the_same(outcomes, project, tmp_path_factory):
    assert outcomes["recorded"]["failed"] == []
    place = next(tmp_path_factory.getbasetemp().glob("runs*")) / "recorded"
    for path in (project / "tests" / "recorded").rglob("*"):
        if path.is_file():
            assert (place / path.relative_to(project)).read_bytes() == path.read_bytes()


def test_without_pandera_the_tables_are_not_checked_and_it_says_so(outcomes):
    assert outcomes["without pandera"]["failed"] == []
    assert "pandera is missing: pip install pandera" in outcomes["without pandera"]["output"]


def test_what_is_recorded_is_small_and_can_be_read(project):
    files = [p for p in (project / "tests").rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".py", ".yaml", ".csv", ".txt"}
    assert sum(p.stat().st_size for p in files) < 300_000


def test_a_function_that_shows_nothing_is_not_tested_but_named(project):
    proof = json.loads((project / "proof.json").read_text())["tests"]
    name = "load_customers.set_seeds_and_options"
    assert proof["left_out"] == {name: "it returns, prints, draws and writes nothing"}
    assert name not in proof["seen_to_fail"]
    assert all(proof["seen_to_fail"].values())


def test_pylint_and_black_have_nothing_to_say(project):
    for command in (["pylint", "src", "tests"], ["black", "--check", "--quiet", "src", "tests"]):
        run = subprocess.run(
            [sys.executable, "-m", *command], cwd=project, capture_output=True, check=False
        )
        assert run.returncode == 0, run.stdout.decode()


def test_without_a_run_only_what_needs_none_is_tested(projects, tmp_path):
    root = projects.copied(tmp_path, CHURN, "--no-verify")
    assert [p.name for p in (root / "tests").rglob("*.py")] == ["test_pipeline.py"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=root, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stdout.decode()
