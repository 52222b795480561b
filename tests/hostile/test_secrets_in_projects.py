"""A generated project holds no secret that its notebook shows."""

import hashlib
import json
import random

import pytest
from planted_secrets import KINDS, PLACES, cell, planted

from nb2prod.cli.main import main
from nb2prod.emit.provenance.provenance_file import read_original
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.plan import PlanError
from nb2prod.planning import plan_of

KEY = KINDS["npm"](random.Random(3)).text
IN_OUTPUTS = ("stream", "HTML")


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(*cells, **metadata):
        content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
        path = tmp_path / "case.ipynb"
        path.write_text(json.dumps(content, indent=1))
        return path

    return write


def refactor(capsys) -> tuple[int, str]:
    status = main(["refactor", "case.ipynb", "--output", "project", "--no-verify"])
    return status, capsys.readouterr().err


def everything(folder) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


@pytest.mark.parametrize("place", [p for p in PLACES if p not in (*IN_OUTPUTS, "broken cell")])
def test_a_notebook_whose_text_holds_a_secret_is_refused(written, place):
    for kind in ("npm", "Slack webhook", "private key"):
        key = KINDS[kind](random.Random(4))
        path = written(cell("markdown", "# A"), PLACES[place](key, random.Random(5)))
        with pytest.raises(PlanError, match=r"^cell 2 holds an? "):
            plan_of(read_notebook(path))


def test_the_refusal_names_the_cell_the_secret_and_the_fix(written, tmp_path, capsys):
    written(cell("code", "x = 1"), cell("code", f"client = {KEY!r}"))
    assert refactor(capsys) == (
        1,
        "nb2prod: refused: cell 2 holds an npm token; revoke it, and read a new one from the "
        "environment (`nb2prod check --fix --unsafe-fixes` changes the cell)\n",
    )
    assert not (tmp_path / "project").exists()
    main(["check", "case.ipynb", "--select", "NBP001", "--fix", "--unsafe-fixes"])
    assert KEY not in (tmp_path / "case.ipynb").read_text()


def test_secrets_in_the_metadata_of_the_notebook_are_refused(written):
    path = written(cell("code", "x = 1"), papermill={"parameters": {"token": KEY}})
    with pytest.raises(PlanError, match=r"^the notebook's metadata holds an npm token"):
        plan_of(read_notebook(path))


def test_a_value_that_only_its_name_makes_a_secret_is_named(written, tmp_path, capsys):
    written(cell("code", 'password = "hunter2-Grues0me"\nprint(len(password))'))
    status, said = refactor(capsys)
    assert status == 0
    assert "cell 1: `password` may be a secret, and is in the project" in said
    assert (tmp_path / "project").exists()


def test_a_password_in_an_address_is_named(written, capsys):
    written(cell("code", 'engine = "postgresql://scott:t1ger-Paw@localhost/sales"\nprint(engine)'))
    status, said = refactor(capsys)
    assert (status, "cell 1: a password in an address may be a secret" in said) == (0, True)


@pytest.mark.parametrize("coloured", [False, True])
def test_secrets_in_outputs_are_redacted_in_the_copy(written, tmp_path, capsys, coloured):
    text = f"token \x1b[31m{KEY[:9]}\x1b[0m{KEY[9:]}\n" if coloured else f"token {KEY}\n"
    stream = {"output_type": "stream", "name": "stdout", "text": ["a\n", text]}
    path = written(cell("code", "x = 1\nprint(x)", outputs=[stream]), cell("code", "print(2)"))
    before = path.read_bytes()
    status, said = refactor(capsys)
    assert status == 0
    assert said == (
        "nb2prod: cell 1: its output shows a secret, which is redacted in the project's copy of "
        "the notebook; revoke it\n"
    )
    assert path.read_bytes() == before
    project = tmp_path / "project"
    assert KEY[9:].encode() not in everything(project)
    copy = project / "notebooks" / "case.ipynb"
    sources = ["".join(c["source"]) for c in json.loads(copy.read_text())["cells"]]
    assert sources == ["x = 1\nprint(x)", "print(2)"]
    provenance = read_original(project).provenance  # it compares the copy with the hash
    assert provenance.sha256 == hashlib.sha256(copy.read_bytes()).hexdigest()


def test_no_kind_of_secret_gets_into_a_project(written, tmp_path, capsys):
    for case in planted(seed=23):
        if case.place in IN_OUTPUTS and not case.key.address:
            cells = json.loads(case.content)["cells"]
            cells[1]["source"] = "print(1)"
            written(*cells)
            assert refactor(capsys)[0] == 0, case.kind
            longest = max(case.key.text.replace(";", "\n").split("\n"), key=len)
            copy = (tmp_path / "project" / "notebooks" / "case.ipynb").read_text()
            assert json.dumps(longest)[1:-1] not in copy, case.kind


def test_outputs_that_cannot_be_changed_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    output = {"output_type": "stream", "stream": "stdout", "text": KEY}
    old = {"cell_type": "code", "language": "python", "input": "print(1)", "outputs": [output]}
    content = {"worksheets": [{"cells": [old]}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    (tmp_path / "case.ipynb").write_text(json.dumps(content))
    status, said = refactor(capsys)
    assert status == 1
    assert "cell 1: its output shows a secret; clear the output" in said
    assert not (tmp_path / "project").exists()


def test_a_notebook_without_secrets_is_copied_as_it_is(written, tmp_path, capsys):
    path = written(cell("code", "print(1)"))
    assert refactor(capsys) == (0, "")
    assert (tmp_path / "project/notebooks/case.ipynb").read_bytes() == path.read_bytes()
