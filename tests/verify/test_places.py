"""Runs happen in copies: what they write there changes nothing of the user's."""

import os

import pytest

from nb2prod.verify import places
from nb2prod.verify.places import copied, copy_folder


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "project" / "notebooks"
    for path in ("a.csv", "empty/", ".venv/pyvenv.cfg", ".git/HEAD", "deep/er/b.csv", "big.bin"):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            place.mkdir(parents=True)
        else:
            place.write_text(path)
    os.mkfifo(root / "pipe")
    (tmp_path / "project" / "data").mkdir()
    (tmp_path / "project" / "data" / "c.csv").write_text("c")
    (root / "linked").symlink_to("../data")
    return root


def test_a_copy_has_all_that_a_notebook_can_reach(folder):
    with copied(folder) as copy:
        assert (copy / "deep/er/b.csv").read_text() == "deep/er/b.csv"
        assert (copy / "../data/c.csv").read_text() == "c"
        assert (copy / "linked/c.csv").read_text() == "c"
        assert (copy / "empty").is_dir()
        (copy / "a.csv").write_text("changed")
        (copy / "new.csv").write_text("new")
    assert (folder / "a.csv").read_text() == "a.csv"
    assert not (folder / "new.csv").exists()
    assert not copy.exists()


def test_environments_repositories_and_large_files_are_linked_to(folder, tmp_path, monkeypatch):
    (folder / "big.bin").write_bytes(b"x" * 2000)
    monkeypatch.setattr(places, "_LARGE", 1000)
    copy_folder(folder, tmp_path / "copy", without={folder / "deep"})
    linked = {path.name for path in (tmp_path / "copy").iterdir() if path.is_symlink()}
    assert linked == {".venv", ".git", "big.bin", "linked"}
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {*linked, "a.csv", "empty"}


def test_of_a_folder_that_holds_much_less_is_copied(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(places, "_MOST", 10)
    monkeypatch.setattr(places, "_SMALL", 6)
    copy_folder(folder, tmp_path / "copy")
    assert not (tmp_path / "copy" / "a.csv").is_symlink()
    assert (tmp_path / "copy" / "big.bin").is_symlink()
