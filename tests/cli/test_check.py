"""`nb2prod check` and `nb2prod rule`, as processes, as people and scripts use them."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from building import notebook


@pytest.fixture
def check(tmp_path: Path):
    def check(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[str]":
        run = subprocess.run(
            [sys.executable, "-m", "nb2prod", "check", *map(str, arguments)],
            cwd=tmp_path,
            env={"NB2PROD_CACHE_DIR": str(tmp_path / ".cache"), "PATH": "/usr/bin:/bin"},
            input=stdin,
            capture_output=True,
            check=False,
        )
        out, err = (s.decode("utf-8") for s in (run.stdout, run.stderr))
        assert "Traceback" not in err
        return subprocess.CompletedProcess(run.args, run.returncode, out, err)

    return check


STAR = "from math import *"


def test_cached_results_are_reported_in_the_requested_format(check, tmp_path):
    path = notebook(tmp_path, "## Title", "x = 1", "if x:\n    y = z")
    first = check("case.ipynb", "--select", "NBD002")
    again = check("case.ipynb", "--select", "NBD002")
    assert again.stdout == first.stdout
    elsewhere = check(path, "--select", "NBD002")
    assert elsewhere.stdout == first.stdout.replace("case.ipynb", str(path))
    (found,) = json.loads(check("case.ipynb", "--select", "NBD002", "--format", "json").stdout)
    assert (found["code"], found["location"]["line"]) == ("NBD002", 2)
    counted = check("case.ipynb", "--select", "NBD002", "--statistics")
    assert counted.stdout.split() == ["1", "NBD002", "undefined-name", "(1", "notebook)"]


def test_a_finding_has_its_place_source_and_caret(check, tmp_path):
    notebook(tmp_path, "## Title", "x = 1", "if x:\n    y = z")
    run = check("case.ipynb", "--select", "NBD002")
    assert run.returncode == 1
    assert run.stdout == (
        "case.ipynb:cell 3:2:9: NBD002 `z` is not defined anywhere in the notebook; "
        "define or import it [undefined-name]\n"
        "  2 |     y = z\n"
        "    |         ^\n"
        "1 finding in 1 notebook.\n"
    )


def test_nothing_found_ends_with_0(check, tmp_path):
    notebook(tmp_path, "print(1)")
    run = check("--select", "NBD")
    assert (run.returncode, run.stdout) == (0, "No findings in 1 notebook.\n")
    assert check("--exit-zero", "--select", "ALL").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.ipynb"], "nowhere.ipynb: no such file or folder"),
        (["--select", "NBQ999"], "unknown rule 'NBQ999'"),
        (["--config", "none.toml"], "none.toml"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_sentence(check, tmp_path, arguments, message):
    notebook(tmp_path, "x = 1")
    run = check(*arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_broken_file_is_one_finding_and_the_others_are_checked(check, tmp_path):
    (tmp_path / "a.ipynb").write_text('{"cells": [')
    (tmp_path / "b.ipynb").write_text("<<<<<<< HEAD\n{}\n")
    notebook(tmp_path, STAR, name="c.ipynb")
    run = check("--select", "NBV006,NBI003", "--format", "json")
    found = [(f["path"], f["code"]) for f in json.loads(run.stdout)]
    assert found == [("a.ipynb", "NBV006"), ("b.ipynb", "NBV006"), ("c.ipynb", "NBI003")]
    assert run.returncode == 1


def test_a_notebook_in_another_language_is_left_alone(check, tmp_path):
    path = notebook(tmp_path, "x <- c(1, 2)")
    data = json.loads(path.read_text())
    data["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    path.write_text(json.dumps(data))
    for _ in range(2):  # the second time from the cache
        run = check()
        assert run.returncode == 0
        assert "not checked: the notebook is written in R" in run.stderr


def test_a_script_knows_its_file_and_a_notebook_does_not(check, tmp_path):
    code = "from pathlib import Path\nhere = Path(__file__)\nprint(here)"
    (tmp_path / "script.py").write_text(f"# %%\n{code}\n")
    notebook(tmp_path, code)
    report = check("--select", "NBD002").stdout
    assert "`__file__` is not defined" in report
    assert "script.py" not in report


def test_results_are_kept_and_follow_every_change(check, tmp_path):
    path = notebook(tmp_path, STAR, "x = 1")
    first = check("--select", "NBI003")
    assert check("--select", "NBI003").stdout == first.stdout
    assert "No findings" in check("--select", "NBI002").stdout
    notebook(tmp_path, "x = 1", STAR)
    assert "cell 2" in check("--select", "NBI003").stdout
    path.unlink()
    assert check().returncode == 0


def test_damaged_cache_files_are_ignored_and_replaced(check, tmp_path):
    notebook(tmp_path, STAR)
    first = check().stdout
    (kept,) = (tmp_path / ".cache").rglob("*.check")
    whole = kept.read_bytes()
    middle = len(whole) // 2
    for damaged in (b"not a cache", b"", whole[:middle], whole[:middle] + b"?" + whole[middle:]):
        kept.write_bytes(damaged)
        assert check().stdout == first
        assert kept.read_bytes() == whole


def test_folders_are_searched_for_notebooks(check, tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("ignored/\nscratch.ipynb\n")
    for folder in ("deep/er", "ignored", ".ipynb_checkpoints", "old"):
        (tmp_path / folder).mkdir(parents=True)
        notebook(tmp_path / folder, STAR)
    notebook(tmp_path, STAR, name="scratch.ipynb")
    (tmp_path / "script.py").write_text(f"# %%\n{STAR}\n")
    (tmp_path / "module.py").write_text(f"{STAR}\n# %%time\n")
    run = check("--select", "NBI003", "--exclude", "old", "--format", "json")
    assert [f["path"] for f in json.loads(run.stdout)] == ["script.py", "deep/er/case.ipynb"]
    run = check("ignored/case.ipynb", "--select", "NBI003")
    assert run.returncode == 1, "a file that is named is checked"


def test_standard_input_is_checked_and_fixed(check, tmp_path):
    content = notebook(tmp_path, "import os\nx = 1").read_bytes()
    run = check("-", "--select", "NBI002", stdin=content)
    assert "stdin.ipynb:cell 1:1:8" in run.stdout
    run = check("-", "--select", "NBI002", "--fix", stdin=content)
    assert json.loads(run.stdout)["cells"][0]["source"] == "x = 1"
    assert "1 finding fixed" in run.stderr


def test_fix_applies_safe_fixes_and_reports_what_is_left(check, tmp_path):
    path = notebook(tmp_path, "import os\nx = 1", "import numpy as np\ny = x == np.nan")
    before = path.read_bytes()
    run = check("--select", "NBI002,NBM004", "--diff")
    assert run.returncode == 1
    assert run.stdout.startswith("--- a/case.ipynb\n+++ b/case.ipynb\n")
    assert path.read_bytes() == before
    run = check("--select", "NBI002,NBM004", "--fix")
    assert (run.returncode, "NBM004" in run.stdout, "NBI002" in run.stdout) == (1, True, False)
    assert check("--select", "NBI002,NBM004", "--fix", "--unsafe-fixes").returncode == 0
    fixed = path.read_bytes()
    assert json.loads(fixed)["cells"][1]["source"].endswith("y = np.isnan(x)")
    assert check("--select", "NBI002,NBM004", "--fix").returncode == 0
    assert path.read_bytes() == fixed
    assert check("--select", "NBI002,NBM004", "--diff").stdout == ""


def test_reports_for_machines(check, tmp_path):
    notebook(tmp_path, "## T", f"{STAR}\nx = 'a,b\u2028'", name="a.ipynb")
    notebook(tmp_path, "x = 1", name="b.ipynb")
    select = ("--select", "NBI003")
    sarif = json.loads(check(*select, "--format", "sarif").stdout)
    (run,) = sarif["runs"]
    (result,) = run["results"]
    assert sarif["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "NBI003"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a.ipynb"}
    (line,) = check(*select, "--format", "github").stdout.splitlines()
    assert line.startswith("::warning file=a.ipynb,title=NBI003 star-import (cell 2%2C line 1)::")
    suites = ElementTree.fromstring(check(*select, "--format", "junit").stdout)
    assert [(s.get("tests"), s.get("failures")) for s in suites] == [("1", "1"), ("1", "0")]
    assert check(*select, "--statistics").stdout == "     1  NBI003  star-import (1 notebook)\n"
    check(*select, "--format", "json", "--output", tmp_path / "report.json")
    assert len(json.loads((tmp_path / "report.json").read_text())) == 1


def test_a_rule_is_explained_under_all_its_names():
    def rule(*name: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "nb2prod", "rule", *name]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    page = rule("NBI001").stdout
    assert page.startswith("NBI001 import-not-at-top (info)\n\nImports below the first cell")
    assert rule("import-not-at-top").stdout == rule("imports-beyond-first-cell").stdout == page
    assert "NBX001  non-linear-execution" in rule().stdout
    assert rule("nothing").returncode == 2
    assert rule("nothing").stderr == (
        "nb2prod: 'nothing' is not a rule; nb2prod rule lists all rules\n"
    )


def test_unsafe_fixes_alone_are_refused(check, tmp_path):
    notebook(tmp_path, "import numpy as np\ny = 1 == np.nan")
    run = check("--select", "NBM004", "--unsafe-fixes")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "nb2prod: `--unsafe-fixes` needs `--fix` or `--diff`\n"
    assert "1 fixable with --fix --unsafe-fixes" in check("--select", "NBM004").stdout
    assert "np.isnan" in check("--select", "NBM004", "--diff", "--unsafe-fixes").stdout
