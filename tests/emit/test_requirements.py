"""Requirements of a generated project: named, bounded, pinned."""

import tomllib

import pytest
from building import notebook
from packaging.requirements import Requirement

from nb2prod.cli.main import main
from nb2prod.emit.requirements import Distribution, Installed, bounded, needed, pinned

MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.1",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1",
    "platform_system": "Linux",
    "platform_version": "1",
    "python_full_version": "3.12.1",
    "python_version": "3.12",
    "sys_platform": "linux",
}


def installed(*distributions: Distribution, **owners: str) -> Installed:
    return Installed(
        "3.12.1",
        MARKERS,
        {d.name.lower(): d for d in distributions},
        {module: [name] for module, name in owners.items()},
    )


def lines(environment, *modules, loaded=()):
    return list(pinned(needed(modules, (), (), environment, loaded), environment))


def test_an_environment_tells_what_brings_a_module():
    environment = installed(Distribution("opencv-python-headless", "4.11.0.86"),
                            cv2="opencv-python-headless")  # fmt: skip
    assert lines(environment, "cv2") == ["opencv-python-headless==4.11.0.86"]


def test_all_that_is_needed_is_pinned_and_nothing_else():
    environment = installed(
        Distribution("frames", "1.0", ("arrays>=2", "old; python_version < '3.8'")),
        Distribution("arrays", "2.5"),
        Distribution("old", "1"),
        Distribution("unrelated", "1"),
        frames="frames",
    )
    assert lines(environment, "frames") == ["arrays==2.5", "frames==1.0"]


def test_what_only_this_platform_needs_says_so():
    environment = installed(
        Distribution("net", "2.0", ("cuda==12; platform_system == 'Linux'", "six")),
        Distribution("cuda", "12", ("cuda-core",)),
        Distribution("cuda-core", "1"),
        Distribution("six", "1.17"),
        net="net",
    )
    assert lines(environment, "net") == [
        'cuda==12 ; platform_system == "Linux"',
        'cuda-core==1 ; platform_system == "Linux"',
        "net==2.0",
        "six==1.17",
    ]


def test_what_a_library_offers_and_a_run_has_loaded_is_needed_too():
    environment = installed(
        Distribution("frames", "1.0", ("engine; extra == 'files'", "probe; extra == 'test'")),
        Distribution("engine", "3"),
        Distribution("probe", "1"),
        frames="frames", engine="engine", probe="probe",
    )  # fmt: skip
    assert lines(environment, "frames") == ["frames==1.0"]
    pins = lines(environment, "frames", loaded=["engine", "probe"])
    assert pins == ["engine==3", "frames==1.0"]


def test_what_comes_from_elsewhere_is_taken_from_there():
    environment = installed(
        Distribution("net", "2.3.0+cpu"),
        Distribution("ours", "0.1", (), "file:///home/me/ours"),
        Distribution("theirs", "0.2", (), "git+https://example.org/theirs@abc"),
        net="net", ours="ours", theirs="theirs",
    )  # fmt: skip
    assert lines(environment, "net", "ours", "theirs") == [
        "net==2.3.0",
        "# ours 0.1 was installed from a folder",
        "theirs @ git+https://example.org/theirs@abc",
    ]


@pytest.mark.parametrize(
    ("version", "bounds"),
    [("2.4.6", "x>=2.4,<3"), ("0.13", "x>=0.13,<1"), ("2026.1", "x>=2026.1"), ("", "x"),
     ("7", "x>=7.0,<8"), ("not one", "x")],
)  # fmt: skip
def test_a_dependency_reaches_from_what_was_seen_to_the_next_major_version(version, bounds):
    assert bounded(Distribution("x", version)) == bounds


def test_without_a_run_names_come_from_what_is_usual_and_what_the_notebook_installs(tmp_path):
    path = notebook(
        tmp_path,
        "%pip install xgboost==1.7.6 -q",
        "import cv2\nimport pandas as pd\nimport xgboost\nfrom sklearn.svm import SVC",
        "df = pd.read_excel('a.xlsx')\nprint(xgboost.XGBClassifier(), cv2.imread('x'), SVC())",
    )
    project = tmp_path / "project"
    assert main(["refactor", str(path), "--output", str(project), "--no-verify"]) == 0
    expected = ["opencv-python", "openpyxl", "pandas", "pyyaml", "scikit-learn", "xgboost==1.7.6"]
    assert (project / "requirements.txt").read_text().splitlines()[1:] == expected
    content = tomllib.loads((project / "pyproject.toml").read_text())
    assert content["project"]["dependencies"] == expected
    dev = [Requirement(text).name for text in content["project"]["optional-dependencies"]["dev"]]
    assert dev == ["dvc", "ipykernel", "pylint", "pytest"]
