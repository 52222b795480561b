"""Commented-out code.

Nobody knows whether it will be needed again, and no tool keeps it up to date. Remove it; version
control remembers it.

## Flagged

```python
# %%
frame = frame.dropna()
# frame = frame.drop_duplicates(subset=["id"])  # flagged
model.fit(frame)
#for row in frame.itertuples():  # flagged
#    print(row)
```

## Becomes

```python
# %%
frame = frame.dropna()
model.fit(frame)
```

## Not flagged

Prose, including prose with code in it, examples in prose, directives for tools, and magics that the
reader may enable.

```python
# %%
# Now the model
# model (with three layers)
# Note: x = 3 is too small
# alpha = 0.5
# precision = TP / (TP + FP)
# accuracy: 0.93
# see https://scikit-learn.org
# %matplotlib inline
#!pip install shap
# type: ignore
#=============
# (1) one
# import the data
# return values
# from here on
# x, y
# "text"
# f(x) = x + 1
a = 1  # b = print(1)
text = '''
# print(a)
'''
```

## Fix safety

The fix is unsafe: it also removes a comment that only looks like code.

## References

- ruff: ERA001
- eradicate
"""

import ast
import re
import textwrap
from collections.abc import Iterator

from nb2prod.ipython.tokens import comments
from nb2prod.rules.rule import Flag, cell_rule, fix, statement_lines
from nb2prod.rules.view import CellView
from nb2prod.text.python import syntax
from nb2prod.text.spans import Span

# Marks of code that prose does not have; most comments need not be parsed at all.
_LIKELY = re.compile(r"\w[(\[]|\w\s*[-+*/]?=|^\s*(?:from\s+\S+\s+)?import\s|^\s*@\w", re.MULTILINE)
_MAYBE = re.compile(r"^[ \t]*#[^\n]*?(?:\w[(\[]|=|\bimport\b|@\w)", re.MULTILINE)
_DIRECTIVE = re.compile(r"#+[%!|]|#+:|#\s*(?:type:|noqa|pragma|pylint|mypy|fmt|isort|nb2prod|In\[)")
_LONGEST = 400  # lines of a piece
_CODE = (ast.Call, ast.Subscript, ast.Attribute, ast.ListComp, ast.Lambda)
_COMPOUND = (
    ast.If,
    ast.For,
    ast.While,
    ast.With,
    ast.Try,
    ast.FunctionDef,
    ast.ClassDef,
)


def _check(view: CellView) -> Iterator[Flag]:
    code = view.code
    if not _MAYBE.search(code.source):
        return
    hidden = [magic.span for magic in code.magics]
    for block in _blocks(view):
        if any(h.covers(span) for h in hidden for span in block):
            continue
        texts = [re.sub(r"^#+", "", span.text(code.source)) for span in block]
        for first, last in _pieces(texts):
            where = Span(block[first].start, block[last].end)
            lines = statement_lines(code.source, where)
            fixes = fix("Remove the commented-out code", "unsafe", view.edit(lines, ""))
            yield Flag(where, "this code is commented out; remove it", fixes)


def _blocks(view: CellView) -> Iterator[list[Span]]:
    """Yield the blocks of comments on consecutive lines of their own, at the same column."""
    block: list[Span] = []
    place = (-1, -1)
    for span in comments(view.code.source):
        line, column = view.code.lines.position(span.start)
        start = view.code.lines.start(line)
        text = span.text(view.code.source)
        if view.code.source[start : span.start].strip() or _DIRECTIVE.match(text):
            continue
        if (line, column) != (place[0] + 1, place[1]) and block:
            yield block
            block = []
        block.append(span)
        place = line, column
    if block:
        yield block


def _pieces(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each piece of code, in the longest possible pieces."""
    start = 0
    while start < len(texts):
        end = _end_of_code(texts, start)
        if end > start:
            yield start, end - 1
        start = max(end, start + 1)


def _end_of_code(texts: list[str], start: int) -> int:
    """Return the line after the longest piece of code that begins at a line; `start` if none."""
    indent = texts[start][: len(texts[start]) - len(texts[start].lstrip())]
    end = start
    while end < min(len(texts), start + _LONGEST) and _is_within(texts[end], indent):
        end += 1
    while end > start:
        wrong = _wrong_line("\n".join(texts[start:end]))
        if wrong is None:
            return end
        end = min(end - 1, start + wrong)
    return start


def _is_within(line: str, indent: str) -> bool:
    return line.startswith(indent) or not line.strip()


def _wrong_line(text: str) -> int | None:
    """Return the number of a line that is in no piece of code with this beginning; None if none is.

    Lines are counted from 0.
    """
    if not text.strip() or text[:1] == "\n" or not _LIKELY.search(text):
        return 0
    try:
        tree = syntax(textwrap.dedent(text))
    except SyntaxError as error:
        inside = error.msg.startswith("f-string")  # then the line is counted in the string
        return text.count("\n") if inside or not error.lineno else error.lineno - 1
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return text.count("\n")
    return next((n.lineno - 1 for n in tree.body if not _is_statement(n)), None if tree.body else 0)


def _is_statement(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=func)):
            return _is_adjacent(func, node.value)
        case ast.Assign(value=value) | ast.AugAssign(value=value):
            # A bare number may be a noted result, and bare names may be a formula.
            return any(isinstance(n, _CODE) or _is_text(n) for n in ast.walk(value))
        case ast.Import() | ast.ImportFrom() | ast.Delete():
            return True
        case _:
            return isinstance(node, _COMPOUND)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_adjacent(func: ast.expr, call: ast.expr) -> bool:
    """Return whether the parenthesis directly follows the name, as in code but not in prose."""
    assert func.end_col_offset is not None
    arguments = call.args if isinstance(call, ast.Call) else []
    if func.end_lineno != call.lineno or not arguments:
        return True
    return arguments[0].lineno > call.lineno or arguments[0].col_offset - func.end_col_offset < 3


RULE = cell_rule(_check, "info", words=("#",), tags=("unnecessary",))
