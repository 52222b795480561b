"""`nb2prod doctor`, as a process, on repositories really made with git."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from trees import git, repository, write

BROKEN = {
    "dvc.yaml": (
        "stages:\n"
        "  train:\n"
        "    cmd: python src/Train.py\n"
        "    deps:\n"
        "      - src/Train.py  # the script\n"
        "    outs:\n"
        "      - model.pkl\n"
    ),
    "src/train.py": "import features\n",
    "src/features.py": "SCALE = 1\n",
}
DVC = ("--select", "NBG111,NBG112,NBG113,NBG114")


@pytest.fixture
def doctor(tmp_path: Path):
    def doctor(*arguments: object) -> "subprocess.CompletedProcess[str]":
        run = subprocess.run(
            [sys.executable, "-m", "nb2prod", "doctor", *map(str, arguments)],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in run.stderr
        return run

    return doctor


def test_a_finding_has_its_file_line_and_column(doctor, tmp_path):
    repository(tmp_path, BROKEN)
    run = doctor("--select", "NBG111")
    assert run.returncode == 1
    assert run.stdout == (
        "dvc.yaml:3:17: NBG111 `train` runs `src/Train.py`, which does not exist; use"
        " `src/train.py` [dvc-missing-script]\n"
        "  3 |     cmd: python src/Train.py\n"
        "    |                 ^^^^^^^^^^^^\n"
        "  fix (safe): Run `src/train.py`\n"
        "1 finding in this folder, 1 fixable with --fix.\n"
    )


def test_fix_goes_on_until_nothing_is_left_to_fix(doctor, tmp_path):
    repository(tmp_path, BROKEN)
    before = (tmp_path / "dvc.yaml").read_bytes()
    run = doctor(*DVC, "--diff")
    assert run.returncode == 1
    assert "+    cmd: python src/train.py\n" in run.stdout
    assert (tmp_path / "dvc.yaml").read_bytes() == before
    run = doctor(*DVC, "--fix")
    assert (run.returncode, run.stdout) == (0, "No findings in this folder.\n")
    assert (tmp_path / "dvc.yaml").read_text() == (
        "stages:\n"
        "  train:\n"
        "    cmd: python src/train.py\n"
        "    deps:\n"
        "      - src/train.py  # the script\n"
        "      - src/features.py\n"
        "    outs:\n"
        "      - model.pkl\n"
    )
    assert doctor(*DVC, "--diff").stdout == ""


def test_reports_for_machines_name_files_and_lines(doctor, tmp_path):
    repository(tmp_path, BROKEN)
    (found,) = json.loads(doctor("--select", "NBG111", "--format", "json").stdout)
    assert (found["path"], found["cell"], found["location"]["line"]) == ("dvc.yaml", None, 3)
    assert found["fixes"][0]["changes"][0]["path"] == str(tmp_path / "dvc.yaml")
    sarif = json.loads(doctor("--select", "NBG111", "--format", "sarif").stdout)
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("dvc.yaml", 3)
    line = doctor("--select", "NBG111", "--format", "github").stdout
    assert line.startswith("::error file=dvc.yaml,line=3,col=17,title=NBG111 dvc-missing-script")
    statistics = doctor("--select", "NBG111", "--statistics").stdout
    assert statistics == "     1  NBG111  dvc-missing-script (1 file)\n"


def test_settings_exclusions_and_comments_hold(doctor, tmp_path):
    repository(tmp_path, BROKEN)
    assert doctor("--select", "NBG111", "--exclude", "dvc.yaml").returncode == 0
    settings = '[tool.nb2prod]\nselect = ["NBG111"]\nseverity.NBG111 = "info"\n'
    write(tmp_path, {"pyproject.toml": settings})
    (found,) = json.loads(doctor("--format", "json").stdout)
    assert found["severity"] == "info"
    write(tmp_path, {"pyproject.toml": f'{settings}per-file-ignores."dvc.yaml" = ["NBG"]\n'})
    assert doctor().returncode == 0
    write(tmp_path, {"pyproject.toml": settings})
    commented = BROKEN["dvc.yaml"].replace("src/Train.py\n", "src/Train.py  # noqa: NBG111\n", 1)
    write(tmp_path, {"dvc.yaml": commented})
    assert doctor().returncode == 0
    write(tmp_path, {"pyproject.toml": "[tool.nb2prod]\nselect = ['NBG999']"})
    run = doctor()
    assert (run.returncode, run.stderr) == (2, "nb2prod: unknown rule 'NBG999'\n")


@pytest.mark.parametrize("name", ["nowhere", "file.txt"])
def test_a_path_that_is_not_a_folder_ends_with_2_and_one_sentence(doctor, tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    run = doctor(name)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)


def test_check_takes_the_names_of_rules_on_repositories_and_does_not_run_them(tmp_path):
    repository(tmp_path, {"pyproject.toml": '[tool.nb2prod]\nselect = ["NBG111", "NBG12"]\n'})
    command = [sys.executable, "-m", "nb2prod", "check", "--no-cache"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "No findings in 0 notebooks.\n")


def test_nothing_outside_the_folder_is_read_or_written(doctor, tmp_path):
    root = tmp_path / "root"
    outside = write(tmp_path, {"secret.yaml": "stages: [", "config.local": "x"})
    secret = "[core]\n    secret_access_key = 0f3c9a7be5d14c2f\n"
    repository(root, {"a.py": "A = 1\n", ".dvc/config": secret})
    (root / "dvc.yaml").symlink_to(outside / "secret.yaml")
    (root / ".dvc/config.local").symlink_to(outside / "config.local")
    (root / "linked").symlink_to(tmp_path)
    git(root, "add", "-A")
    found = json.loads(doctor(root, "--format", "json").stdout)
    assert "NBG100" not in {f["code"] for f in found}
    doctor(root, "--fix", "--unsafe-fixes")
    assert (tmp_path / "config.local").read_text() == "x"


def test_a_hostile_repository_gives_findings_with_a_place_and_nothing_else(doctor, tmp_path):
    files: dict[str, str | bytes] = {
        "dvc.yaml": "stages: &a\n  x: *a\n",
        "params.yaml": "[" * 5000,
        "sub/dvc.yaml": "stages:\n  t:\n    cmd: [python, {}, null, 3, 'a\x07b']\n    deps: 7\n",
        "other/dvc.yaml": "stages:\n  t:\n    foreach: ${no}\n    do: {cmd: 'x', outs: {a: b}}",
        "odd/dvc.yaml": "- 1\n- 2\n",
        "pyproject.toml": "[tool\n",
        "sub/pyproject.toml": b"\xff\xfe",
        "Pipfile": "a = [\n",
        "x.py": "(" * 5000,
        "y.py": b"\x00\x01",
        "huge.py": b"#" * 3_000_000,
        "Dockerfile": "FROM\nCOPY\nFROM python:3 AS a\nFROM a AS a\nCMD [\nRUN \\\n",
        ".github/workflows/a.yml": "jobs: {a: {steps: [1, {run: [x]}, {uses: {a: b}}]}, b: 3}",
        ".github/workflows/b.yml": "on: push\njobs:\n\t- x\n",
        ".dvc/config": "[core\nremote = x\n= y\n",
        "a.csv.dvc": "outs:\n- path: ../../../etc/passwd\n- path: [1]\n- 3\n",
        ".env": b"\xff=\n",
        "tests/test_a.py": "def test_a(): assert ()\n",
        "name\nwith\x1bodd.ipynb": "{}",
    }
    repository(tmp_path, files)
    os.mkfifo(tmp_path / "fifo.yaml")
    run = doctor("--select", "ALL", "--format", "json")
    assert run.returncode == 1, run.stderr
    broken = {f["path"] for f in json.loads(run.stdout) if f["code"] == "NBG100"}
    texts = {"dvc.yaml", "sub/dvc.yaml", "params.yaml", "Pipfile", "pyproject.toml"}
    texts |= {".github/workflows/b.yml"}
    assert broken ^ texts == set()
    assert doctor("--select", "ALL", "--diff").returncode in {0, 1}


def test_a_marked_file_keeps_its_mark_and_its_line_ends(doctor, tmp_path):
    text = BROKEN["dvc.yaml"].replace("\n", "\r\n")
    repository(tmp_path, {**BROKEN, "dvc.yaml": b"\xef\xbb\xbf" + text.encode()})
    assert doctor(*DVC, "--fix").returncode == 0
    fixed = (tmp_path / "dvc.yaml").read_bytes()
    assert fixed.startswith(b"\xef\xbb\xbfstages:\r\n")
    assert b"      - src/features.py\r\n" in fixed
    assert fixed.count(b"\n") == fixed.count(b"\r\n")
