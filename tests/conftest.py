"""Options, marks by folder, and generated projects that several tests share."""

from pathlib import Path

import pytest
from places import TESTS
from projects import Projects

collect_ignore = ["golden"]  # the tests of generated projects, which run there

# The kind of a folder's tests; all others are `unit`: in one process, and quick.
KINDS = {
    "conversion": "runs",
    "verify/test_verify_again.py": "runs",
    "verify/test_environment.py": "runs",
    "capabilities/test_add.py": "runs",
    "capabilities/test_git.py": "runs",
    "refactoring/test_module.py": "runs",
    "refactoring/test_joining.py": "runs",
    "refactoring/test_generated.py": "runs",
    "cli/test_pre_commit.py": "runs",
    "capabilities/api": "service",
    "capabilities/test_onnx.py": "service",
    "server": "server",
    "hostile/test_fuzz.py": "runs",
    "hostile/test_faults.py": "runs",
    "emit/test_golden.py": "golden",
}


def pytest_addoption(parser):
    """Add what the golden projects need."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden again")


def kind_of(path: Path) -> str:
    """Return the kind of the tests in a file."""
    place = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""
    return next((kind for start, kind in KINDS.items() if place.startswith(start)), "unit")


def pytest_ignore_collect(collection_path, config):
    """Do not even import the tests of other kinds, where one kind is chosen."""
    chosen = config.option.markexpr
    if chosen in {"unit", *KINDS.values()} and collection_path.name.startswith("test_"):
        return kind_of(collection_path) != chosen or None
    return None


def pytest_collection_modifyitems(items):
    """Mark each test with its kind, so that a lane can choose."""
    for item in items:
        item.add_marker(getattr(pytest.mark, kind_of(item.path)))


@pytest.fixture(scope="session")
def projects(tmp_path_factory, worker_id) -> Projects:
    """Generated projects, shared by the processes that run the tests."""
    base: Path = tmp_path_factory.getbasetemp()
    store = (base if worker_id == "master" else base.parent) / "projects"
    store.mkdir(exist_ok=True)
    return Projects(store)
