"""Lines that a stage does not print are found in order, and chance excuses no more than itself."""

import pytest

from nb2prod.verify.compare.shown_items import missing, still_missing
from nb2prod.verify.compare.volatile import rule_for
from nb2prod.verify.runs.shown import Shown, shown, shown_by_stage


def lines(*texts: str) -> list[Shown]:
    return [Shown(text) for text in texts]


def test_a_changed_line_is_named_with_the_one_printed_instead():
    found = missing(lines("a", "b", "c"), lines("a", "x", "c"))
    assert list(map(str, found)) == ["does not print 'b' but 'x'"]


def test_a_line_has_to_be_printed_as_often():
    assert list(map(str, missing(lines("a", "a"), lines("a", "b")))) == [
        "does not print 'a' but 'b'"
    ]


def test_further_lines_are_no_difference():
    assert missing(lines("a", "c"), lines("a", "b", "c")) == []


def test_a_line_that_the_notebook_repeats_stays_missing():
    found = missing(lines("a", "b"), [])
    assert [m.item.text for m in still_missing(found, lines("b"))] == ["b"]


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("took 1.5 s", "took 2.25 s", "duration"),
        ("{'a', 'b'}", "{'b', 'a'}", "order of a set"),
        ("at 12:30:01", "at 12:31:44", "time"),
        ("took 1.5 s, score 0.9", "took 1.4 s, score 0.7", None),
        ("score 0.9", "score 0.7", None),
    ],
)
def test_a_rule_excuses_its_part_of_a_line_only(one, other, rule):
    assert rule_for(one, other) == rule


def test_the_text_of_a_displayed_value_is_no_line():
    output = 'before\n\x1enb2prod{"begin": []}\x1evalue\n\x1enb2prod{"end": null}\x1eafter\n'
    assert [item.text for item in shown(shown_by_stage(output))] == ["before", "after"]


def test_addresses_and_the_package_of_a_class_are_left_out():
    (one,) = shown(["<__main__.M object at 0x7f12ab34>\n"])
    (other,) = shown(["<case.functions.M object at 0x55cc0011>\n"], "case")
    assert one == other
