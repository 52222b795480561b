"""An update that is killed at any moment ends as if it had never been."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nb2prod.emit.journal import FOLDER
from nb2prod.emit.update import FolderError, Update, rewrite, take_back_unfinished, write_project
from nb2prod.emit.writer import GeneratedFile
from nb2prod.processes.lock import locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")

KILLED = 9
CALLS = ("replace", "link", "unlink", "mkdir", "rmdir", "fsync", "open", "chmod")


def version(number: int) -> list[GeneratedFile]:
    """Return the files of a project; each version changes, adds and removes some."""
    files = [
        GeneratedFile("README.md", f"title\n\nversion {number}\n\nend\n"),
        GeneratedFile("src/work.py", f"X = {number}\n"),
        GeneratedFile("data/raw/x.csv", b"%d\n" % number),
        GeneratedFile(f"only/in/{number}.py", "Y = 1\n"),
        GeneratedFile("same.py", "Z = 1\n"),
    ]
    return files if number != 2 else files[:2] + files[3:]


def content(root: Path) -> dict[str, bytes]:
    files = {p.relative_to(root).as_posix(): p for p in root.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in files.items()}


def killed_at(moment: int, action: Callable[[], object]) -> bool:
    """Do something in a process that is killed at its n-th change of the file system.

    Returns:
        Whether it was killed; it ended before the n-th change otherwise.
    """
    child = os.fork()
    if child == 0:
        left = iter(range(moment))

        def watched(call):
            def step(*arguments, **options):
                if next(left, None) is None:
                    os._exit(KILLED)
                return call(*arguments, **options)

            return step

        for name in CALLS:
            setattr(os, name, watched(getattr(os, name)))
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def moments(action: Callable[[int], bool]) -> Iterator[int]:
    """Yield each moment at which the action is killed, up to its end."""
    moment = 0
    while action(moment):
        yield moment
        moment += 1
    assert moment > 5


@pytest.fixture
def roots(tmp_path) -> Iterator[Path]:
    return (tmp_path / str(number) for number in range(10_000))


def test_the_update_after_a_killed_one_has_no_conflicts(roots):
    def kill(moment: int) -> bool:
        nonlocal root
        root = next(roots)
        write_project(root, version(1))
        (root / "README.md").write_text("title\n\nversion 1\n\nend\nmy own line\n")
        (root / "mine.txt").write_text("mine")
        return killed_at(moment, lambda: write_project(root, version(2)))

    root = Path()
    for _ in moments(kill):
        update = write_project(root, version(3))
        assert update == Update(merged=("README.md",))
        assert not (root / FOLDER).exists()
        found = content(root)
        archive = found.pop(".nb2prod/generated.zip")
        assert archive
        assert found == {
            "README.md": b"title\n\nversion 3\n\nend\nmy own line\n",
            "src/work.py": b"X = 3\n",
            "data/raw/x.csv": b"3\n",
            "only/in/3.py": b"Y = 1\n",
            "same.py": b"Z = 1\n",
            "mine.txt": b"mine",
        }


def test_what_a_killed_update_did_can_be_taken_back(roots):
    def kill(moment: int) -> bool:
        nonlocal root, before
        root = next(roots)
        write_project(root, version(1))
        before = content(root)
        return killed_at(moment, lambda: write_project(root, version(2)))

    root, before = Path(), {}
    for _ in moments(kill):
        take_back_unfinished(root)
        found = content(root)
        assert found in (before, content_of(roots, 2))
        assert not list(root.glob("only/in/*/"))


def content_of(roots: Iterator[Path], number: int) -> dict[str, bytes]:
    root = next(roots)
    write_project(root, version(1))
    write_project(root, version(number))
    return content(root)


def test_an_edit_between_a_kill_and_the_next_run_stays(roots):
    def kill(moment: int) -> bool:
        nonlocal root
        root = next(roots)
        write_project(root, version(1))
        return killed_at(moment, lambda: write_project(root, version(2)))

    root = Path()
    for _ in moments(kill):
        (root / "src/work.py").write_text("X = 'my own'\n")
        write_project(root, version(3))
        assert (root / "src/work.py").read_text() == "X = 'my own'\n"


def test_a_killed_rewrite_is_taken_back(roots):
    def kill(moment: int) -> bool:
        nonlocal root
        root = next(roots)
        write_project(root, version(1))
        texts = {"README.md": ("new\n", "new\n"), "src/work.py": ("X = 9\n", "X = 9\n")}
        return killed_at(moment, lambda: rewrite(root, texts))

    root = Path()
    for _ in moments(kill):
        assert write_project(root, version(3)) == Update()
        assert (root / "README.md").read_text() == "title\n\nversion 3\n\nend\n"


def test_a_new_project_is_whole_or_not_there(tmp_path):
    root = tmp_path / "project"
    for _ in moments(lambda moment: killed_at(moment, lambda: write_project(root, version(1)))):
        assert not root.exists() or len(content(root)) == 6
        if root.exists():
            break
    root = tmp_path / "other"
    write_project(root, version(1))
    names = {path.name for path in tmp_path.iterdir()}
    assert not [name for name in names if name.startswith(".nb2prod")]


def test_two_updates_at_once_are_refused(tmp_path):
    root = tmp_path / "project"
    write_project(root, version(1))
    with locked(root), pytest.raises(FolderError, match="another nb2prod is writing to"):
        write_project(root, version(2))
    assert write_project(root, version(2)) == Update()


def test_an_update_that_fails_in_the_middle_changes_nothing(tmp_path):
    root = tmp_path / "project"
    write_project(root, version(1))
    before = content(root)
    files = [*version(2), GeneratedFile("new/x.csv", tmp_path / "gone.csv")]
    with pytest.raises(FolderError):
        write_project(root, files)
    assert content(root) == before
    assert not (root / "new").exists()
