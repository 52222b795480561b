"""Numbers repeated for the same argument of several calls.

To change the number, every call has to be found. A named constant is set in one place, and its name
says what it means. The numbers 0, 1 and -1 are not reported.

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

Numbers that are given fewer than three times, and the same number for different arguments.

```python
# %%
from sklearn.cluster import KMeans
# %%
small = KMeans(n_clusters=30, n_init=30, random_state=0)
large = KMeans(n_clusters=30, max_iter=30, random_state=0)
other = KMeans(n_clusters=12, random_state=0)
```

## Fix safety

The fix is unsafe: the calls in other cells then depend on the cell that defines the constant.

## References

- Pylint: R2004 magic-value-comparison, which looks at comparisons only
"""

import ast
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, fix, notebook_rule, replace_in
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

_TRIVIAL = (0, 1)
_MIN_CALLS = 3


class _Place(NamedTuple):
    cell: int
    value: Span
    line: int  # the start of the line of its statement; -1 if something precedes the statement


def _check(view: NotebookView) -> Iterator[Flag]:
    places: dict[tuple[str, str], list[_Place]] = {}
    for cell, summary in view.code:
        if "=" in cell.source and not summary.broken:
            for given, place in _given(view, cell.index):
                places.setdefault(given, []).append(place)
    often = {given: sorted(found) for given, found in places.items() if len(found) >= _MIN_CALLS}
    for (name, value), found in often.items():
        message = f"`{name}={value}` is repeated in {len(found)} calls; give the number a name"
        first = found[0]
        yield Flag(first.value, message, _fixes(view, name, value, often), first.cell)


def _given(view: NotebookView, index: int) -> Iterator[tuple[tuple[str, str], _Place]]:
    """Yield the keyword arguments of a cell that are numbers: (name, number), and the place."""
    code = view.code_of(index)
    given = [(k, n) for k in code.nodes(ast.keyword) if k.arg and (n := _number(k.value))]
    if not given:
        return
    isolated = any(m.kind == "cell" for m in code.magics)  # its names may be local to the magic
    starts = [code.span(_first(statement)).start for statement in code.body]
    for keyword, number in given:
        value = code.span(keyword.value)
        statement = code.body[bisect_right(starts, value.start) - 1]
        line = -1 if isolated else _line_start(code, statement)
        yield (str(keyword.arg), number), _Place(index, value, line)


def _first(statement: ast.stmt) -> ast.stmt | ast.expr:
    """Return the first node of a statement, which may be a decorator."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return decorators[0] if decorators else statement


def _line_start(code: CodeCell, statement: ast.stmt) -> int:
    """Return the start of a statement's line; -1 if something precedes the statement on it."""
    first = _first(statement)
    start, line = code.span(first).start, code.lines.start(first.lineno)
    return -1 if code.source[line:start].strip(" \t@") else line


def _number(node: ast.expr) -> str:
    """Return the normalised text of a number; empty for a trivial one or another expression."""
    sign = ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = "-", node.operand
    if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
        return ""
    return "" if node.value in _TRIVIAL else f"{sign}{node.value!r}"


def _fixes(
    view: NotebookView,
    argument: str,
    value: str,
    often: Mapping[tuple[str, str], Sequence[_Place]],
) -> Sequence[Fix]:
    """Return the fix that names a number after its argument, if the name is free."""
    name = argument.upper()
    found = often[argument, value]
    first = found[0]
    # Any mention counts, because the name may be bound out of sight.
    taken = any(name in cell.source for cell, _ in view.code)
    if first.line < 0 or taken or sum(argument.upper() == n.upper() for n, _ in often) > 1:
        return ()
    written = view.cells[first.cell].source[first.value.start : first.value.end]
    bound = replace_in(first.cell, Span(first.line, first.line), f"{name} = {written}\n")
    changes = (replace_in(place.cell, place.value, name) for place in found)
    return fix(f"Define the constant `{name}`", "unsafe", bound, *changes)


RULE = notebook_rule(_check, "info", default=False, looks_at=("file", "source"))
