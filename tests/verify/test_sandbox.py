"""Runs happen in sandboxes: the files that they write there change nothing of the user's."""

import os

import pytest

from nb2prod.verify.runs import sandbox
from nb2prod.verify.runs.sandbox import bring_neighbours, copied_sandbox, copy_folder


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


def test_a_sandbox_has_all_files_that_a_notebook_can_reach(folder):
    with copied_sandbox(folder) as copy:
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
    monkeypatch.setattr(sandbox, "_LARGE", 1000)
    copy_folder(folder, tmp_path / "copy", without={folder / "deep"})
    linked = {path.name for path in (tmp_path / "copy").iterdir() if path.is_symlink()}
    assert linked == {".venv", ".git", "big.bin", "linked"}
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {*linked, "a.csv", "empty"}


def test_in_a_large_folder_smaller_files_are_linked_to(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_MOST", 10)
    monkeypatch.setattr(sandbox, "_SMALL", 6)
    copy_folder(folder, tmp_path / "copy")
    assert not (tmp_path / "copy" / "a.csv").is_symlink()
    assert (tmp_path / "copy" / "big.bin").is_symlink()


def test_neighbours_that_are_large_or_gone_are_linked_to(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_NEIGHBOUR", 1000)
    monkeypatch.setattr(sandbox, "_ALL_NEIGHBOURS", 1500)
    sizes = {"first": 900, "large": 1001, "second": 500, "too much": 200}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    target = tmp_path / "target"
    target.mkdir()
    # Between the listing of a folder and the copy, other programs may remove files.
    bring_neighbours([*(tmp_path / name for name in sizes), tmp_path / "gone"], target)
    assert {p.name for p in target.iterdir() if not p.is_symlink()} == {"first", "second"}
    assert {p.name for p in target.iterdir() if p.is_symlink()} == {"large", "too much", "gone"}
    assert (target / "large").stat().st_size == 1001
