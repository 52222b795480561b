"""The change that gives a call a keyword argument, wherever its parentheses and commas are."""

import ast

import pytest

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.config import Limits
from nb2prod.rules.view import CellView
from nb2prod.text.spans import apply_edits


def with_argument(source: str) -> str:
    """Return the source with `seed=0` in its outermost call."""
    view = CellView(0, CodeCell(source), {}, Limits())
    call = next(iter(view.code.nodes(ast.Call)))
    return apply_edits(source, [view.with_argument(call, "seed", "0").edit])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(seed=0)"),
        ("f(a)", "f(a, seed=0)"),
        ("f(a,)", "f(a, seed=0,)"),
        ("f(a, seed=None)", "f(a, seed=0)"),
        ("f((a))", "f((a), seed=0)"),
        ("f(( a ) )", "f(( a ), seed=0 )"),
        ("f(\n    (a  # )\n    ),  # )\n)", "f(\n    (a  # )\n    ), seed=0,  # )\n)"),
        ("f(**options)", "f(**options, seed=0)"),
        ("f(x for x in y)", "f((x for x in y), seed=0)"),
        ("f((x for x in y))", "f((x for x in y), seed=0)"),
        ("é = f('ö', a)", "é = f('ö', a, seed=0)"),
    ],
)
def test_the_argument_is_set_or_added(before: str, after: str):
    assert with_argument(before) == after
    ast.parse(after)
