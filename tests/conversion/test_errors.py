"""Errors: each has one clear message, the right exit status, and leaves nothing half-written."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook

from nb2prod.cli.main import main

READS = ("text = open('data.txt').read()", "print(len(text))")


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return everything in a folder, with the bytes of files."""
    paths = sorted(folder.rglob("*"))
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in paths}


@pytest.fixture
def messages(tmp_path, capsys):
    """Refactor a notebook that can't be refactored; return the status and the messages."""

    def refactor(path: Path, *options: str, output: str = "project") -> tuple[int, list[str]]:
        before = contents(tmp_path)
        status = main(["refactor", str(path), "--output", str(tmp_path / output), *options])
        captured = capsys.readouterr()
        assert captured.out == ""
        assert contents(tmp_path) == before
        lines = captured.err.splitlines()
        assert all(line.startswith("nb2prod: ") for line in lines)
        return status, [line.removeprefix("nb2prod: ") for line in lines]

    return refactor


# What is no notebook ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bytes(range(256)), "not UTF-8 text, at byte 128"),
        (b"", "the file is empty"),
        (b"{", "not JSON (Expecting property name enclosed in double quotes), line 1"),
        (b'{"name": "package"}', "JSON, but not a notebook"),
        (b'{"nbformat": 4, "cells": 7}', "the notebook has no list of cells"),
        (b"[" * 200_000, "the JSON is nested too deeply"),
        (b'{"nbformat": 2, "cells": []}', "notebook format 2 is not supported; open and save it"),
    ],
    ids=["bytes", "empty", "no JSON", "other JSON", "no cells", "deep", "old"],
)
def test_a_file_that_is_not_a_notebook_is_refused(messages, tmp_path, content, reason):
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    status, [message] = messages(path)
    assert status == 2
    assert message.startswith(f"{path}: {reason}")


def test_a_missing_notebook_is_reported(messages, tmp_path):
    assert messages(tmp_path / "x.ipynb") == (2, [f"{tmp_path / 'x.ipynb'}: no such file"])


def test_a_folder_is_no_notebook(messages, tmp_path):
    status, [message] = messages(tmp_path)
    assert status == 2
    assert message.endswith("is a folder, not a notebook")


@pytest.mark.parametrize(("kernel", "language"), [("ir", "R"), ("julia-1.9", "Julia")])
def test_another_language_is_named(messages, tmp_path, kernel, language):
    path = notebook(tmp_path, "x <- 1")
    content = json.loads(path.read_text())
    content["metadata"]["kernelspec"] = {"name": kernel, "display_name": language}
    path.write_text(json.dumps(content))
    status, [message] = messages(path)
    assert status == 2
    assert message.endswith(f"the notebook is written in {language}, not in Python")


# What no pipeline can do ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("x = 1", "print 'two'"), "cell 2, line 1: not Python 3: Missing parentheses in call to"),
        (
            ("try:\n    f()\nexcept E:\n    raise E, 1",),
            "cell 1, line 4: not Python: invalid syntax",
        ),
        (("x = (", "y = 1", "z = = 2"), "cell 1, line 1: not Python: '(' was never closed; fix"),
        (("x = " + "-" * 9000 + "1",), "cell 1, line 1: not Python: it is nested too deeply"),
        (("y = 1", "x = " + "[" * 150 + "]" * 150), "cell 2: a statement is too long or nested"),
        (("y = 1", "x = " + "+".join("1" * 900)), "cell 2: a statement is too long or nested"),
        ((), "the notebook has no code that can be run"),
        (("# TODO", " "), "the notebook has no code that can be run"),
        (("x = 1", "name = input('who?')"), "cell 2, line 1: it waits for input"),
        (
            ("from getpass import getpass\nsecret = getpass()",),
            "cell 1, line 2: it waits for input",
        ),
        (("x = 'a' + '=1'", "y = 1\nexec(x)"), "cell 2, line 2: it runs text as code"),
        (("x = 1", "quit()", "print(x)"), "cell 2, line 1: it ends the session"),
        (("%%ruby\nputs 1",), "cell 1: %%ruby: nb2prod does not know what this magic does"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_no_pipeline_can_do_is_refused_with_the_cell(messages, tmp_path, cells, reason):
    status, [message] = messages(notebook(tmp_path, *cells), "--no-verify")
    assert status == 1
    assert message.startswith(f"refused: {reason}")


def test_all_cells_that_are_not_python_are_named(messages, tmp_path):
    _, [message] = messages(notebook(tmp_path, "x = (", "y = 1", "z = = 2", "def f("))
    assert message.endswith(" (also cells 3-4)")


# Notebooks that fail themselves -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("x = 1", "open('gone.csv')"), "cell 2: FileNotFoundError: [Errno 2] No such file"),
        (("x = 1\nimport no_such_module",), "cell 1: ModuleNotFoundError: No module named 'no_s"),
        (("x = 1", "import os\nos._exit(0)"), "cell 2: KernelDied: the kernel died"),
        (("x = 1", "y = bytearray(10**15)"), "cell 2: MemoryError"),
    ],
    ids=["data", "module", "killed", "memory"],
)
def test_a_notebook_that_fails_gives_an_unverified_project(tmp_path, capsys, cells, reason):
    project = tmp_path / "project"
    main(["refactor", str(notebook(tmp_path, *cells)), "--output", str(project)])
    captured = capsys.readouterr()
    assert captured.err.startswith(f"nb2prod: the notebook itself fails in {reason}")
    verdict = f"unverified: the notebook fails in {reason.partition(':')[0]}"
    assert verdict in captured.out
    assert verdict in (project / "README.md").read_text()


def test_a_cell_without_an_end_meets_the_time_limit(tmp_path, capsys):
    path = notebook(tmp_path, "x = 1\nwhile True:\n    x = -x", "print(x)")
    command = ["refactor", str(path), "--output", str(tmp_path / "project"), "--time-limit", "10"]
    main(command)
    captured = capsys.readouterr()
    assert "the time limit was reached in cell 1; raise it with --time-limit" in captured.err
    assert "unverified: the time limit was reached" in captured.out


def test_await_at_the_top_level_works(tmp_path, capsys):
    waiting = "async def double(x):\n    await asyncio.sleep(0)\n    return 2 * x"
    path = notebook(tmp_path, "import asyncio", waiting, "y = await double(4)\nprint(y)")
    project = tmp_path / "project"
    assert main(["refactor", str(path), "--output", str(project)]) == 0
    assert capsys.readouterr().out.strip().endswith("verified")


def test_a_python_2_notebook_that_parses_as_python_3_is_reported(tmp_path, capsys):
    path = notebook(tmp_path, "x = 5 / 2")
    content = json.loads(path.read_text())
    content["metadata"] = {"language_info": {"name": "python", "version": "2.7.18"}}
    path.write_text(json.dumps(content))
    project = tmp_path / "project"
    assert main(["refactor", str(path), "--output", str(project), "--no-verify"]) == 0
    assert "written for Python 2; nb2prod reads it as Python 3" in capsys.readouterr().err


# Where the project goes -------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A notebook with its data, in a folder of its own."""
    folder = tmp_path / "author"
    folder.mkdir()
    (folder / "data.txt").write_text("x" * 200_000)
    return notebook(folder, *READS)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("file", "file: not a folder"),
        ("file/project", "file: not a folder"),
        ("author", "not empty, and not a project made by nb2prod; choose another folder"),
        ("link", "link: not a folder"),
        ("n" * 300, "File name too long"),
    ],
)
def test_where_no_project_can_be_nothing_is_written(messages, small, tmp_path, output, reason):
    (tmp_path / "file").write_text("a person's")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    status, [message] = messages(small, output=output)
    assert status == 2
    assert message.endswith(reason)


def test_a_folder_without_write_permission_is_reported(small, tmp_path, capsys):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):  # for root all folders are open; this one is not
        closed = Path("/proc/self")
    status = main(["refactor", str(small), "--output", str(closed / "project"), "--no-verify"])
    assert status == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_a_person_changed_stays(small, tmp_path, capsys):
    project = tmp_path / "project"
    command = ["refactor", str(small), "--output", str(project), "--no-verify"]
    assert main(command) == 0
    [module] = (m for m in project.rglob("*.py") if "len(text)" in m.read_text())
    mine = module.read_text().replace("len(text)", "len(text), 'characters'")
    module.write_text(mine)
    (project / "notes.md").write_text("mine")
    notebook(small.parent, READS[0], "print('length', len(text))")
    assert main(command) == 0
    name = module.relative_to(project)
    assert f"{name}: your version was kept; it conflicts with the new one, in {name}.new" in (
        capsys.readouterr().err
    )
    assert module.read_text() == mine
    assert "'length'" in module.with_name(f"{module.name}.new").read_text().replace('"', "'")
    assert (project / "notes.md").read_text() == "mine"


def test_a_project_whose_memory_is_broken_is_left_alone(small, tmp_path, capsys):
    project = tmp_path / "project"
    command = ["refactor", str(small), "--output", str(project), "--no-verify"]
    assert main(command) == 0
    (project / ".nb2prod" / "generated.zip").write_bytes(b"no archive")
    before = contents(project)
    capsys.readouterr()
    assert main(command) == 2
    assert "generated.zip: can't be read; delete the project's folder" in capsys.readouterr().err
    assert contents(project) == before


# A full disk, and a person who has waited long enough -------------------------------------------


def command(path: Path, output: Path, *options: str) -> list[str]:
    """Give a command that is run in a process of its own."""
    return [sys.executable, "-m", "nb2prod", "refactor", str(path), "--output", str(output),
            *options]  # fmt: skip


def on_a_full_disk(*arguments: str, size: int) -> subprocess.CompletedProcess[str]:
    """Run a command that can write no more than so many bytes to a file, as on a full disk."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(arguments, preexec_fn=limit, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("size", "options"),
    [(2_000, ["--no-verify"]), (100_000, ["--no-verify"]), (2_000, []), (100_000, [])],
)
def test_on_a_full_disk_nothing_is_left(small, tmp_path, size, options):
    before = contents(tmp_path)
    run = on_a_full_disk(*command(small, tmp_path / "project", *options), size=size)
    assert run.returncode == 2
    assert run.stdout == ""
    [message] = run.stderr.splitlines()
    assert "File too large" in message
    assert contents(tmp_path) == before


def test_on_a_full_disk_a_project_stays_as_it_was(small, tmp_path):
    project = tmp_path / "project"
    assert main(["refactor", str(small), "--output", str(project), "--no-verify"]) == 0
    notebook(small.parent, "# longer", READS[0], "print('length', len(text))")
    before = contents(tmp_path)
    run = on_a_full_disk(*command(small, project, "--no-verify"), size=100_000)
    assert run.returncode == 2
    assert contents(tmp_path) == before
