"""The same number is given to the same argument again and again.

Whoever wants another one has to find all places. With a name it stands in one, and says what it
is. Numbers that mean nothing by themselves (0, 1, -1) need none.

## Flagged

```python
# %%
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
# %%
small = KMeans(n_clusters=3, random_state=42)  # flagged
large = KMeans(n_clusters=30, random_state=42)
# %%
axes = PCA(n_components=2, random_state=42)
```

## Becomes

```python
# %%
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
# %%
RANDOM_STATE = 42
small = KMeans(n_clusters=3, random_state=RANDOM_STATE)
large = KMeans(n_clusters=30, random_state=RANDOM_STATE)
# %%
axes = PCA(n_components=2, random_state=RANDOM_STATE)
```

## Not flagged

Twice is no habit, and the same number may be given to different arguments.

```python
# %%
from sklearn.cluster import KMeans
# %%
small = KMeans(n_clusters=30, n_init=30, random_state=0)
large = KMeans(n_clusters=30, max_iter=30, random_state=0)
other = KMeans(n_clusters=12, random_state=0)
```

## References

- Pylint: R2004 magic-value-comparison, which looks at comparisons only
"""

import ast
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, Rule, fix, replace_in
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

_PLAIN = (0, 1)
_HABIT = 3  # calls


class _Place(NamedTuple):
    cell: int
    value: Span
    line: int  # where the statement begins that it stands in, -1 if something stands before that


def _check(view: NotebookView) -> Iterator[Flag]:
    places: dict[tuple[str, str], list[_Place]] = {}
    for cell, summary in view.code:
        if "=" in cell.source and not summary.broken:
            for given, place in _given(view, cell.index):
                places.setdefault(given, []).append(place)
    often = {given: sorted(found) for given, found in places.items() if len(found) >= _HABIT}
    for (name, value), found in often.items():
        message = f"`{name}={value}` stands in {len(found)} calls: give the number a name"
        first = found[0]
        yield Flag(first.value, message, _named(view, name, value, often), first.cell)


def _given(view: NotebookView, index: int) -> Iterator[tuple[tuple[str, str], _Place]]:
    """Yield the numbers that a cell gives to arguments by name: `(argument, number)` and place."""
    code = view.code_of(index)
    given = [(k, n) for k in code.nodes(ast.keyword) if k.arg and (n := _number(k.value))]
    if not given:
        return
    alone = any(magic.kind == "cell" for magic in code.magics)  # it may keep its names to itself
    starts = [code.span(_first(statement)).start for statement in code.body]
    for keyword, number in given:
        value = code.span(keyword.value)
        statement = code.body[bisect_right(starts, value.start) - 1]
        line = -1 if alone else _begins(code, statement)
        yield (str(keyword.arg), number), _Place(index, value, line)


def _first(statement: ast.stmt) -> ast.stmt | ast.expr:
    """Return what a statement begins with, which may be a decorator."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return decorators[0] if decorators else statement


def _begins(code: CodeCell, statement: ast.stmt) -> int:
    """Return where the line of a statement starts, -1 if something stands before it."""
    first = _first(statement)
    start, line = code.span(first).start, code.lines.start(first.lineno)
    return -1 if code.source[line:start].strip(" \t@") else line


def _number(node: ast.expr) -> str:
    """Return the number that an expression is, in one way of writing it; empty if it is none."""
    sign = ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = "-", node.operand
    if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
        return ""
    return "" if node.value in _PLAIN else f"{sign}{node.value!r}"


def _named(
    view: NotebookView,
    argument: str,
    value: str,
    often: Mapping[tuple[str, str], Sequence[_Place]],
) -> Sequence[Fix]:
    """Return the fix that names a number after its argument, if the name is free."""
    name = argument.upper()
    found = often[argument, value]
    first = found[0]
    # Any mention, for the name may be bound where it cannot be seen.
    taken = any(name in cell.source for cell, _ in view.code)
    if first.line < 0 or taken or sum(argument.upper() == n.upper() for n, _ in often) > 1:
        return ()
    written = view.cells[first.cell].source[first.value.start : first.value.end]
    bound = replace_in(first.cell, Span(first.line, first.line), f"{name} = {written}\n")
    changes = (replace_in(place.cell, place.value, name) for place in found)
    return fix(f"Name it {name}", "unsafe", bound, *changes)


RULE = Rule(
    "NBS013",
    "repeated-number",
    "info",
    default=False,
    notebook=_check,
    looks_at=("file", "source"),
)
