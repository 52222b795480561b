"""The name of a notebook's file is text wherever it goes, whatever characters it holds."""

import ast
import os
import shlex
import sys
from pathlib import Path

import pytest
import yaml
from building import notebook

from nb2prod.cli.main import main
from nb2prod.text.untrusted import Untrusted, clean, in_dvc, in_gitignore, in_path, on_one_line

STRANGE = [
    'x`."""; import os; os.system("touch PWNED"); """.ipynb',
    '"""\n.ipynb',
    "a\nserved: evil\nz: .ipynb",
    "back\\slash\\.ipynb",
    "\x1b]52;c;ZXZpbA==\x07.ipynb",
    "turned\u202eround.ipynb",
]


@pytest.fixture(params=STRANGE, ids=range(len(STRANGE)))
def strange(request, tmp_path, monkeypatch) -> Path:
    if sys.platform == "win32":
        pytest.skip("Windows has no such names")
    monkeypatch.chdir(tmp_path)
    return notebook(tmp_path, "def half(x):\n    return x / 2", "y = half(1)", name=request.param)


def test_generated_modules_are_docstrings_imports_and_definitions(strange, tmp_path):
    assert main(["refactor", strange.name, "--output", "project", "--no-verify"]) == 0
    modules = sorted(tmp_path.glob("project/src/**/*.py"))
    assert modules
    for module in modules:
        for node in ast.parse(module.read_text("utf-8")).body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            assert docstring or not isinstance(node, ast.Expr), ast.unparse(node)


def test_the_copy_of_the_notebook_has_a_portable_name(strange, tmp_path):
    main(["refactor", strange.name, "--output", "project", "--no-verify"])
    (copy,) = (tmp_path / "project" / "notebooks").iterdir()
    assert copy.name.isprintable()
    assert not set(copy.name) & set('<>:"/\\|?*')


def test_a_plan_file_names_it_and_says_nothing_else(strange, capsys):
    assert main(["plan", strange.name]) == 0
    text = capsys.readouterr().out
    plan = yaml.safe_load(text)
    assert plan["notebook"] == strange.name
    assert "served" not in plan
    assert clean(text) == text


@pytest.mark.parametrize("form", ["text", "mermaid", "html"])
def test_a_plan_does_not_steer_the_terminal(strange, form, capsys):
    assert main(["plan", strange.name, "--format", form]) == 0
    text = capsys.readouterr().out
    assert clean(text) == text


@pytest.mark.parametrize("form", ["text", "github", "junit"])
def test_a_finding_stays_on_its_line(strange, form, capsys):
    main(["check", strange.name, "--select", "NBG009", "--format", form, "--no-cache"])
    text = capsys.readouterr().out
    assert clean(text) == text
    assert "\nserved" not in text


def test_an_untrusted_text_cannot_be_formatted_by_mistake():
    name = Untrusted("x`; evil")
    with pytest.raises(TypeError, match=r"say what it goes into"):
        f"{name}"
    with pytest.raises(TypeError):
        "".join(["a", name])  # type: ignore[list-item]
    assert name.into(shlex.quote) == "'x`; evil'"


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        (on_one_line, "a\nb\x1b[31m", "a b\N{REPLACEMENT CHARACTER}[31m"),
        (clean, "a\n\tb\u202ec\ud800", "a\n\tb\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}"),
        (in_path, 'a"b\nc?.ipynb', "a_b_c_.ipynb"),
        (in_gitignore, "data/a*b[1]?.csv", "/data/a\\*b\\[1]\\?.csv"),
        (in_gitignore, "ends with ", "/ends with\\ "),
        (in_dvc, "out/${env.x}.csv", "out/\\${env.x}.csv"),
    ],
)
def test_what_a_text_becomes(function, given, expected):
    assert function(given) == expected


def test_a_name_that_is_not_utf_8_is_a_finding_and_the_others_are_checked(tmp_path, capsys):
    good = notebook(tmp_path, "import os", name="good.ipynb")
    try:
        os.link(good, os.path.join(os.fsencode(tmp_path), b"bad\xff.ipynb"))  # noqa: PTH118
    except OSError:
        pytest.skip("the file system has only names in UTF-8")
    assert main(["check", str(tmp_path), "--select", "NBV006,NBD006", "--no-cache"]) == 1
    text = capsys.readouterr().out
    assert "bad\N{REPLACEMENT CHARACTER}.ipynb: NBV006 the file's name is not UTF-8" in text
    assert "in 2 notebooks" in text
