"""Files of nb2prod in a stranger's project: nothing outside of the project is read or changed."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from archives import ENCRYPTED, UNKNOWN_METHOD, flagged
from building import notebook

if sys.platform == "win32":
    pytest.skip("Windows has no limits and few links", allow_module_level=True)

import resource

from nb2prod.cli.main import main
from nb2prod.emit.journal import FOLDER
from nb2prod.emit.update import BASE, FolderError, take_back_unfinished, write_project
from nb2prod.emit.writer import GeneratedFile, write_file
from nb2prod.text.replace_file import replace_file

FILES = [GeneratedFile("README.md", "title\n"), GeneratedFile("src/work.py", "X = 1\n")]


@pytest.fixture
def root(tmp_path) -> Path:
    folder = tmp_path / "project"
    write_project(folder, FILES)
    (tmp_path / "mine.txt").write_text("mine")
    return folder


def test_a_journal_that_names_files_elsewhere_is_refused(root):
    (root / FOLDER).mkdir()
    (root / FOLDER / "1.old").write_text("theirs")
    for path in ("../mine.txt", str(root.parent / "mine.txt"), "a\0b"):
        changes = [["src/work.py", None, False], [path, None, True]]
        (root / FOLDER / "journal.json").write_text(
            json.dumps({"changes": changes, "folders": ["../other"]})
        )
        for action in (take_back_unfinished, lambda folder: write_project(folder, FILES)):
            with pytest.raises(FolderError, match=r"outside of the project|not a path"):
                action(root)
    assert (root.parent / "mine.txt").read_text() == "mine"


def test_checksums_of_files_elsewhere_are_passed_over(root):
    lines = "".join(f"{'0' * 64}  {path}\n" for path in ("../mine.txt", "a\0b", "x" * 300))
    with zipfile.ZipFile(root / BASE, "w") as archive:
        archive.writestr("README.md", "title\n")
        archive.writestr(".nb2prod/SHA256SUMS", lines)
    write_project(root, FILES)
    assert (root.parent / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("change", [ENCRYPTED, UNKNOWN_METHOD])
def test_an_archive_that_can_not_be_read_is_one_message(root, change):
    (root / BASE).write_bytes(flagged((root / BASE).read_bytes(), change))
    with pytest.raises(FolderError, match=r"generated\.zip: can't be read; delete the project's"):
        write_project(root, FILES)


def test_a_memory_that_is_a_link_elsewhere_is_refused(root):
    (root / ".nb2prod").rename(root.parent / "memory")
    (root / ".nb2prod").symlink_to(root.parent / "memory")
    with pytest.raises(FolderError, match=r"\.nb2prod/update is outside of the project"):
        write_project(root, FILES)
    assert [path.name for path in (root.parent / "memory").iterdir()] == ["generated.zip"]


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "d.csv").write_text("a\n1\n")
    path = notebook(folder, "rows = open('d.csv').read()", "print(rows)")
    command = ["refactor", str(path), "--output", str(folder / "project"), "--no-verify"]
    assert main(command) == 0
    return folder / "project"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("notebook", "a\0b"),
        ("notebook", "../case.ipynb"),
        ("data", "/etc/passwd"),
        ("data", "../d.csv"),
        ("data", "a\0b"),
    ],
)
@pytest.mark.parametrize("command", [["verify"], ["add", "git"]])
def test_a_provenance_that_names_files_elsewhere_is_refused(
    generated, tmp_path, capsys, command, key, path
):
    project = Path(shutil.copytree(generated, tmp_path / "project"))
    file = project / ".nb2prod" / "provenance.yaml"
    content = yaml.load(file.read_text(), yaml.BaseLoader)
    if key == "notebook":
        content[key] = path
    else:
        content[key][0]["path"] = path
    file.write_text(yaml.safe_dump(content))
    assert main([*command, str(project)]) == 2
    [message] = capsys.readouterr().err.splitlines()
    assert "provenance.yaml: " in message


@pytest.mark.parametrize(
    "write",
    [
        lambda path: replace_file(path, b"x" * 100),
        lambda path: write_file(path.with_name("y.ipynb"), GeneratedFile("y", "x" * 100)),
    ],
    ids=["replaced", "written"],
)
def test_a_file_that_can_not_be_written_is_named(tmp_path, write):
    path = tmp_path / "x.ipynb"
    path.write_text("before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*[xy]\.ipynb'"):
            write(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "before"
