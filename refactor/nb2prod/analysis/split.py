"""Split code into its top-level statements, each with its comments."""

from __future__ import annotations

import ast
import io
import tokenize
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nb2prod.text.spans import LineTable


def split_statements(code: str) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the top-level statements of a text, each with its text and comments.

    The text of a statement starts in column 0 and can be parsed on its own.

    Raises:
        SyntaxError: the text is not Python 3.
    """
    tree = compile(
        code,
        "<cell>",
        "exec",
        ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        dont_inherit=True,
    )
    assert isinstance(tree, ast.Module), "exec mode gives a module"
    table = LineTable(code)
    comments = _comments(code, table)
    done = 0
    for i, node in enumerate(tree.body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        start = (
            table.offset(node.lineno, node.col_offset)
            if first == node.lineno
            else table.start(first)
        )
        end = table.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        following = tree.body[i + 1] if i + 1 < len(tree.body) else None
        tail = _inline_comment(comments, end, following, table)
        above = [text for _, text in _between(comments, done, start)]
        text = "\n".join([*above, code[start:end] + tail])
        done = end + len(tail)
        if following is None:
            below = [text for _, text in _between(comments, done + (2 if tail else 0), len(code))]
            text = "\n".join([text, *(b for b in below if b.strip() != tail.strip())])
        yield node, text


def _comments(code: str, table: LineTable) -> list[tuple[int, str]]:
    """Return all comments, with their offsets."""
    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                found.append((table.start(token.start[0]) + token.start[1], token.string))  # noqa: PERF401
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _between(
    comments: Sequence[tuple[int, str]], start: int, end: int
) -> Sequence[tuple[int, str]]:
    """Return the comments that begin in a part of the text."""
    first, last = (bisect_left(comments, (at,)) for at in (start, end))
    return comments[first:last]


def _inline_comment(
    comments: Sequence[tuple[int, str]], end: int, following: ast.stmt | None, table: LineTable
) -> str:
    line = table.position(end)[0]
    limit = table.start(line + 1)
    if following is not None and following.lineno == line:
        return ""
    return next((f"  {text}" for _, text in _between(comments, end, limit)), "")
