"""The file of a new rule: its code and name are free, and its example fails until it is written."""

import pytest

from nb2prod.cli.main import main
from nb2prod.rules.pages.examples import examples, stated_safeties
from nb2prod.rules.pages.new_rule import new_rule
from nb2prod.rules.registry import file_of


def test_the_page_has_examples_of_all_kinds_and_says_whether_its_fix_is_safe():
    path, text = new_rule("M999", "silent-merge")
    assert path == file_of("NBM001").with_name("nbm999_silent_merge.py")
    page = text.split('"""')[1]
    assert [e.section for e in examples(page)] == ["flagged", "becomes", "not flagged"]
    assert "unsafe" in stated_safeties(page)
    compile(text, path, "exec")


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("M001", "silent-merge", "`NBM001` is already `chained-assignment`; choose another number"),
        ("M999", "chained-assignment", "`chained-assignment` is already `NBM001`; choose another"),
        ("999", "silent-merge", "'999' is not a rule's code; write a letter and three digits"),
        ("M999", "Silent merge", "'Silent merge' is not a rule's name; write words joined by dash"),
    ],
)
def test_a_code_or_name_that_cannot_be_used_is_refused(code, name, message, capsys):
    assert main(["rule", "--new", code, name]) == 2
    assert message in capsys.readouterr().err
