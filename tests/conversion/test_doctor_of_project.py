"""`nb2prod doctor` finds nothing in a generated project."""

from pathlib import Path

from places import CHURN
from projects import Projects
from trees import git

from nb2prod.config import Config
from nb2prod.lint.doctor import Doctor

# True of a project that was not run yet, or whose owner has to decide.
OPEN = {"NBG101", "NBG004"}


def test_a_project_that_was_not_run_lacks_versions_and_a_workflow_and_nothing_else(
    projects: Projects, tmp_path: Path
):
    project = projects.copied(tmp_path, CHURN, "--no-verify")
    git(project, "init", "-q")
    doctor = Doctor.of(Config())
    checked = doctor.examine(doctor.repository(project))
    found = {f"{file.path}: {f.code} {f.message}" for file in checked for f in file.findings}
    assert {line for line in found if line.split(": ")[1].split()[0] not in OPEN} == set()
