"""Whole generated projects, kept beside the tests: what nb2prod makes of a dozen notebooks.

They are what `--no-verify` gives, which is the same on any machine; what is only copied (data, the
notebook itself, recordings of the last writing) is left out of `tests/golden`. After a change that
is intended, write them again and review the difference:

    python -m pytest tests/emit/test_golden.py --update-golden
"""

import shutil
from pathlib import Path

import pytest
from places import NOTEBOOKS, TESTS

GOLDEN = TESTS / "golden"
PATHS = {
    path.relative_to(NOTEBOOKS).parts[0]: path
    for path in sorted(NOTEBOOKS.rglob("*"))
    if path.suffix in (".ipynb", ".md") or path.name == "ab_test.py"
}
# Besides these, one with each capability that is right without a run.
CASES = {**dict.fromkeys(PATHS, ()), "queue_with_git": ("--with", "git")}
COPIED = ("data/raw/", "notebooks/", ".nb2prod/generated.zip", ".git/")


def texts(root: Path) -> dict[str, str]:
    """Return the files of a project that nb2prod has written, and not only copied."""
    files = {p.relative_to(root).as_posix(): p for p in sorted(root.rglob("*")) if p.is_file()}
    return {
        name: path.read_text("utf-8")
        for name, path in files.items()
        if not name.startswith(COPIED) and "__pycache__" not in name
    }


@pytest.mark.parametrize("name", CASES)
def test_a_project_is_made_as_it_was(name, projects, request):
    path = PATHS[name.partition("_with_")[0]]
    made = texts(projects.made(path, "--no-verify", *CASES[name]))
    if CASES[name]:  # of a capability is kept what it adds and changes
        without = texts(projects.made(path, "--no-verify"))
        assert made.keys() >= without.keys()
        made = {path: text for path, text in made.items() if text != without.get(path)}
    if request.config.getoption("--update-golden"):
        shutil.rmtree(GOLDEN / name, ignore_errors=True)
        for path, text in made.items():
            target = GOLDEN / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    kept = texts(GOLDEN / name)
    assert sorted(made) == sorted(kept)
    for path, text in made.items():
        assert text == kept[path], path


def test_there_is_a_project_for_each_notebook():
    assert {path.name for path in GOLDEN.iterdir()} == CASES.keys()
    assert len(PATHS) >= 12
