"""What nb2prod makes of a notebook is in order for its own doctor."""

from pathlib import Path

from trees import git

from nb2prod.cli.main import main
from nb2prod.config import Config
from nb2prod.lint.doctor import Doctor

CHURN = Path(__file__).parents[1] / "notebooks" / "churn" / "churn.ipynb"
# True of a project that was not run yet, or whose owner has to decide.
OPEN = {"NBG101", "NBG004"}


def test_a_project_that_was_not_run_lacks_versions_and_a_workflow_and_nothing_else(tmp_path: Path):
    project = tmp_path / "project"
    assert main(["refactor", str(CHURN), "--no-verify", "--output", str(project)]) == 0
    git(project, "init", "-q")
    doctor = Doctor.of(Config())
    checked = doctor.examine(doctor.repository(project))
    found = {f"{file.path}: {f.code} {f.message}" for file in checked for f in file.findings}
    assert {line for line in found if line.split(": ")[1].split()[0] not in OPEN} == set()
