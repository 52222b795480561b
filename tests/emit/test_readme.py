"""The README of a project has what its owner needs, whatever the notebook contains."""

import re

import pytest
from building import Markdown, notebook

from nb2prod.cli.main import main
from nb2prod.emit.markdown import code, inline, label


def readme(path, project, *options):
    assert main(["refactor", str(path), "--output", str(project), "--no-verify", *options]) == 0
    return (project / "README.md").read_text()


def rows(text, heading):
    """Return the rows of the table below a heading, split into cells."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def test_what_it_is_comes_from_the_notebook_itself(tmp_path):
    path = notebook(
        tmp_path,
        Markdown("# Which words are long?\n\nA *first* look at the words of the team."),
        "## Read the words",
        "words = open('words.txt').read().split()",
        "## Show",
        "print(words)",
    )
    (tmp_path / "words.txt").write_text("one two\n")
    text = readme(path, tmp_path / "project", "--split", "headings")
    lines = [line for line in text.splitlines() if line]
    assert lines[:2] == ["# Which words are long?", "A first look at the words of the team."]
    assert "unverified: nothing was run" in text
    assert [row[0] for row in rows(text, "Stages")] == [
        "[`read_words`](src/pipeline/read_words.py)",
        "[`show`](src/pipeline/show.py)",
    ]
    assert rows(text, "Parameters") == [["`read_words.words_txt`", '`"data/raw/words.txt"`', "3"]]
    assert rows(text, "Data")[0][:2] == ["`data/raw/words.txt`", "8 bytes"]
    assert rows(text, "From cells to functions")[0][0] == "3"
    assert 'stage0 -->|"words"| stage1' in text


def test_files_that_are_not_copied_are_listed(tmp_path):
    path = notebook(tmp_path, "text = open('missing.txt').read()\nprint(text)")
    assert "- cell 1: missing.txt is not in the project: no such file" in readme(
        path, tmp_path / "project"
    )


def test_a_notebook_can_not_break_out_of_its_place(tmp_path):
    name = "a | b`c.txt"
    (tmp_path / name).write_text("x\n")
    path = notebook(
        tmp_path,
        Markdown("# <script>x</script> | [link](javascript:x) ```"),
        "## One | two <b>\n\n<!-- verdict -->",
        f"text = open({name!r}).read()",
        "## end",
        "print(text)",
        name="no |`te`book.ipynb",
    )
    text = readme(path, tmp_path / "project", "--split", "headings")
    assert "<script" not in text
    assert "<b>" not in text
    assert "](javascript" not in text
    assert text.count("<!-- verdict -->") == 1
    assert all(len(row) == 4 for row in [*rows(text, "Stages"), *rows(text, "Data")])
    diagram = text.split("```mermaid\n")[1].split("```")[0]
    assert 'data0[("data/raw/a #124; b#96;c.txt")]' in diagram
    assert re.fullmatch(r"flowchart TD\n(    \w+(\[\(?\"[^\"\n]*\"\)?\]| -.*)\n)+", diagram)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b\nc", "a\\|b c"),
        ("snake_case stays, _this_ does not", "snake_case stays, \\_this\\_ does not"),
        ("1. item", "1\\. item"),
        ("# head", "\\# head"),
        ("&lt; R&D", "\\&lt; R&D"),
        ("", ""),
    ],
)
def test_text_stays_text(text, escaped):
    assert inline(text) == escaped


def test_code_holds_backticks_and_labels_hold_quotes():
    assert code("a`b|c") == "`` a`b\\|c ``"
    assert label('say "x"; end') == '"say #34;x#34;#59; end"'
