"""A project is written whole or not at all, and again without losing what a person has changed."""

import pytest

from nb2prod.emit.update import FolderError, Update, rewrite, write_project
from nb2prod.emit.writer import GeneratedFile

OLD = "one\ntwo\nthree\n"


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    write_project(root, [GeneratedFile("a.py", OLD), GeneratedFile("b.py", OLD)])
    return root


def again(project, text, *, b=True):
    files = [GeneratedFile("a.py", text)] + ([GeneratedFile("b.py", OLD)] if b else [])
    return write_project(project, files)


def test_what_nobody_changed_is_replaced(project):
    assert again(project, "new\n") == Update()
    assert (project / "a.py").read_text() == "new\n"


def test_a_persons_change_stays_where_nothing_new_comes(project):
    (project / "a.py").write_text("mine\n")
    assert again(project, OLD).kept == ("a.py",)
    assert (project / "a.py").read_text() == "mine\n"


def test_changes_in_different_lines_are_merged(project):
    (project / "a.py").write_text("one\ntwo\nthree, mine\n")
    assert again(project, "one, new\ntwo\nthree\n").merged == ("a.py",)
    assert (project / "a.py").read_text() == "one, new\ntwo\nthree, mine\n"


def test_changes_in_the_same_line_leave_the_persons_file_alone(project):
    (project / "a.py").write_text("mine\ntwo\nthree\n")
    assert again(project, "new\ntwo\nthree\n").conflicts == ("a.py",)
    assert (project / "a.py").read_text() == "mine\ntwo\nthree\n"
    assert (project / "a.py.new").read_text() == "new\ntwo\nthree\n"


def test_what_is_not_made_any_more_goes_unless_it_was_changed(project):
    again(project, OLD, b=False)
    assert not (project / "b.py").exists()
    again(project, OLD)
    (project / "b.py").write_text("mine\n")
    again(project, OLD, b=False)
    assert (project / "b.py").read_text() == "mine\n"


def test_data_that_are_not_needed_any_more_go_and_changed_data_stay(tmp_path):
    data = [GeneratedFile("data/raw/a.bin", b"\0one"), GeneratedFile("data/raw/b.bin", b"\0two")]
    root = tmp_path / "project"
    write_project(root, data)
    (root / "data/raw/b.bin").write_bytes(b"\0mine")
    assert write_project(root, data).kept == ("data/raw/b.bin",)
    update = write_project(root, [GeneratedFile("data/raw/b.bin", b"\0new")])
    assert update.conflicts == ("data/raw/b.bin",)
    assert not (root / "data/raw/a.bin").exists()
    assert (root / "data/raw/b.bin").read_bytes() == b"\0mine"


def test_data_that_were_not_brought_along_come_back(tmp_path):
    data = [GeneratedFile("data/raw/a.bin", b"\0one")]
    write_project(tmp_path / "project", data)
    (tmp_path / "project/data/raw/a.bin").unlink()
    assert write_project(tmp_path / "project", data) == Update()
    assert (tmp_path / "project/data/raw/a.bin").read_bytes() == b"\0one"


def test_a_persons_own_file_is_not_replaced_by_one_of_the_same_name(project):
    (project / "c.py").write_text("mine\n")
    update = write_project(project, [GeneratedFile("c.py", "new\n")])
    assert update.conflicts == ("c.py",)
    assert (project / "c.py").read_text() == "mine\n"
    assert (project / "c.py.new").read_text() == "new\n"


def test_what_is_rewritten_counts_as_generated(project):
    (project / "a.py").write_text("one\ntwo\nthree, mine\n")
    rewrite(project, {"a.py": ("one, checked\ntwo\nthree, mine\n", "one, checked\ntwo\nthree\n")})
    assert again(project, "one, checked\ntwo\nthree\n").kept == ("a.py",)
    assert again(project, "one, refused\ntwo\nthree\n").merged == ("a.py",)
    assert (project / "a.py").read_text() == "one, refused\ntwo\nthree, mine\n"


def test_another_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderError, match="not a project made by nb2prod"):
        write_project(tmp_path, [GeneratedFile("thesis.txt", "x")])
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_failure_in_the_middle_leaves_nothing(tmp_path):
    root = tmp_path / "project"
    missing = tmp_path / "gone.csv"
    with pytest.raises(FolderError):
        write_project(root, [GeneratedFile("a.py", OLD), GeneratedFile("data.csv", missing)])
    assert list(tmp_path.iterdir()) == []
