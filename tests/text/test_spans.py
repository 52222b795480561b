"""One coordinate: offsets in code points, converted at the edges."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb2prod.text.spans import Edit, LineTable, Span, apply_edits


def test_edits_are_made_in_one_go_whatever_their_order():
    edits = [Edit(Span(4, 5), "2"), Edit(Span(0, 1), "total")]
    assert apply_edits("x = 1", edits) == "total = 2"


def test_insertions_at_one_place_keep_their_order():
    assert apply_edits("ab", [Edit(Span(1, 1), "1"), Edit(Span(1, 1), "2")]) == "a12b"


def test_edits_that_overlap_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcdef", [Edit(Span(0, 3), ""), Edit(Span(2, 4), "")])


def test_an_edit_behind_the_end_is_refused():
    with pytest.raises(ValueError, match="after the end"):
        apply_edits("ab", [Edit(Span(1, 3), "")])


def test_only_line_feeds_and_carriage_returns_end_a_line():
    table = LineTable("a = '\u2028\x0c'\r\nb = 1\rc")
    assert len(table) == 3
    assert table.position(table.start(2)) == (2, 1)


@given(st.text(alphabet="aé😀\u2028", max_size=8))
def test_a_position_of_ast_becomes_the_offset_of_the_same_name(text: str):
    source = f"first = 1\nx = '{text}'; name = 2\n"
    node = ast.parse(source).body[2].targets[0]
    offset = LineTable(source).offset(node.lineno, node.col_offset)
    assert source[offset : offset + 4] == "name"
