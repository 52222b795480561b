"""The project's own workflows: pinned, with few permissions, and of commands that there are."""

import re
from importlib.util import module_from_spec, spec_from_file_location

import pytest
import yaml
from places import ROOT, TESTS

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.glob("*.yml")}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]


def steps(key: str) -> list[str]:
    """Return the values of a key of all steps."""
    jobs = (job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values())
    return [step[key] for job in jobs for step in job["steps"] if key in step]


@pytest.mark.parametrize("used", sorted(set(steps("uses"))))
def test_an_action_is_pinned_by_its_commit(used):
    assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_itself_may_do_nothing(name):
    assert WORKFLOWS[name]["permissions"] == {}


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_has_permissions_of_its_own_and_an_end(name, job):
    its = WORKFLOWS[name]["jobs"][job]
    assert its["permissions"]
    assert its["timeout-minutes"] <= 60
    assert "continue-on-error" not in str(its)


def test_no_command_holds_what_others_may_have_written():
    assert not [command for command in steps("run") if "${{" in command]


def test_the_files_and_parts_that_commands_name_are_there():
    spec = spec_from_file_location("run", TESTS / "run.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    known = {*module.LANES, *module.parts(1)}
    for command in steps("run"):
        for script, parts in re.findall(r"python (\S+\.py)((?: [a-z]+)*)", command):
            assert (ROOT / script).exists(), script
            assert set(parts.split()) <= known or script != "tests/run.py"
