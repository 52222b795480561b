"""The workflows of the repository: pinned, least permissions, and commands that exist."""

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from places import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = {path.name: path for path in sorted((GITHUB / "workflows").glob("*.yml"))}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RUNNER = runpy.run_path(str(ROOT / "tests/run.py"))
# A file of the repository as a command names it: with a folder, and without variables.
FILE = re.compile(r"(?<![\w./$-])(?:[\w.-]+/)+[\w-]+\.(?:ipynb|js|json|mjs|py|toml)\b")

each_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def read(name: str) -> dict[str, Any]:
    """Return a workflow."""
    return yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))


def steps(name: str) -> Iterator[dict[str, Any]]:
    """Yield the steps of a workflow's jobs."""
    for job in read(name)["jobs"].values():
        yield from job.get("steps", ())


def commands(name: str) -> Iterator[tuple[Path, str]]:
    """Yield the lines of the commands of a workflow, each with the folder it runs in."""
    for step in steps(name):
        folder = ROOT / step.get("working-directory", ".")
        for line in step.get("run", "").splitlines():
            yield folder, line


def calls(name: str, start: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield the arguments of the commands that begin in this way, each with its folder."""
    for folder, line in commands(name):
        if line.startswith(start):
            yield folder, shlex.split(line.removeprefix(start))


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python's environment in the repository."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found, f"{name} is not installed: pip install -e '.[test]'"
    return subprocess.run(
        [found, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@each_workflow
def test_only_jobs_have_permissions(name):
    workflow = read(name)
    assert workflow["permissions"] == {}
    assert [job for job, that in workflow["jobs"].items() if "permissions" not in that] == []


@each_workflow
def test_each_job_has_a_time_limit(name):
    jobs = read(name)["jobs"]
    # A job that calls a workflow has the limits of its jobs.
    assert [job for job, that in jobs.items() if not {"timeout-minutes", "uses"} & set(that)] == []


@each_workflow
def test_actions_are_pinned_by_commit_and_say_their_version(name):
    used = re.findall(r"^ *(?:- )?uses: (.*)$", WORKFLOWS[name].read_text("utf-8"), re.MULTILINE)
    assert used
    for action in used:
        if action.startswith("./"):
            assert (ROOT / action.split()[0]).is_file()
        else:
            assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+(\.\d+)+", action)


def test_an_action_has_the_same_commit_in_all_workflows():
    pins = {
        tuple(step["uses"].split("@"))
        for name in WORKFLOWS
        for step in steps(name)
        if "uses" in step
    }
    assert len(pins) == len({action for action, _ in pins})


@each_workflow
def test_a_checkout_leaves_no_credentials(name):
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@each_workflow
def test_no_failure_is_ignored(name):
    assert "continue-on-error" not in WORKFLOWS[name].read_text("utf-8")


@each_workflow
def test_commands_contain_no_expressions(name):
    assert [line for _, line in commands(name) if "${{" in line] == []


@each_workflow
def test_the_parts_of_the_tests_that_run_are_known(name):
    for _, arguments in calls(name, "python tests/run.py"):
        assert RUNNER["chosen"](arguments or ["whole"], jobs=1)


@each_workflow
def test_files_that_commands_name_exist(name):
    named = [(folder, file) for folder, line in commands(name) for file in FILE.findall(line)]
    assert [file for folder, file in named if not (folder / file).is_file()] == []


@each_workflow
def test_scripts_and_locked_packages_of_npm_exist(name):
    assert all((folder / "package-lock.json").is_file() for folder, _ in calls(name, "npm ci"))
    for folder, (script, *_) in calls(name, "npm run"):
        assert script in json.loads((folder / "package.json").read_text("utf-8"))["scripts"]


@each_workflow
def test_extras_that_are_installed_exist(name):
    for _, arguments in calls(name, "python -m pip install -e"):
        extras = re.fullmatch(r"\.\[([\w,]+)\]", arguments[0])
        assert extras
        assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])


def test_each_python_that_the_package_names_is_tested():
    named = {text.rpartition(" ")[2] for text in PROJECT["classifiers"] if ":: 3." in text}
    assert set(read("tests.yml")["jobs"]["unit"]["strategy"]["matrix"]["python"]) == named


@pytest.mark.skipif(sys.platform == "win32", reason="a release is made on Linux")
@pytest.mark.parametrize(
    ("tag", "status"),
    [(f"v{PROJECT['version']}", 0), (PROJECT["version"], 1), (f"v{PROJECT['version']}.1", 1)],
)
def test_a_release_has_the_tag_of_its_version(tag, status):
    (step,) = [s for s in steps("release.yml") if s.get("name", "").startswith("Compare the tag")]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "GITHUB_REF_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == status, ended.stderr
    assert ended.stdout.startswith("::error::" if status else "")


def test_only_the_jobs_that_publish_have_more_than_reading():
    rights = {
        (name, job, right)
        for name in WORKFLOWS
        for job, that in read(name)["jobs"].items()
        for right, level in that["permissions"].items()
        if level == "write"
    }
    assert rights == {
        ("release.yml", "pypi", "id-token"),
        ("release.yml", "github", "contents"),
        ("site.yml", "deploy", "id-token"),
        ("site.yml", "deploy", "pages"),
    }


def test_dependabot_reads_folders_with_manifests():
    manifests = {
        "github-actions": ".github/workflows",
        "pip": "pyproject.toml",
        "npm": "package.json",
    }
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text("utf-8"))["updates"]
    assert {update["package-ecosystem"] for update in updates} == set(manifests)
    for update in updates:
        folder = ROOT / update["directory"].lstrip("/")
        assert (folder / manifests[update["package-ecosystem"]]).exists()


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("vendor.github-workflows", "workflows/*.yml"),
        ("vendor.dependabot", "dependabot.yml"),
        ("vendor.github-issue-forms", "ISSUE_TEMPLATE/*.yml"),
    ],
)
def test_files_follow_their_schemas(schema, pattern):
    files = [str(path) for path in GITHUB.glob(pattern)]
    assert files
    # In this process: its imports take longer than all other tests here.
    from check_jsonschema import main

    ended = CliRunner().invoke(main, ["--builtin-schema", schema, *files])
    assert ended.exit_code == 0, ended.output


def test_the_security_audit_finds_nothing():
    ended = tool("zizmor", "--offline", "--quiet", ".github")
    assert ended.returncode == 0, ended.stdout


def test_nb2prod_finds_nothing_in_the_workflows():
    ended = tool("nb2prod", "doctor", "--select", "NBG13", str(ROOT))
    assert ended.returncode == 0, ended.stdout
