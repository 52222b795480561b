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
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, NotebookView, Rule, fix, replace_in
from nb2prod.source import Span

_PLAIN = frozenset({"0", "1", "-1", "0.0", "1.0"})
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
    alone = any(magic.kind == "cell" for magic in code.magics)  # it may keep its names to itself
    for statement in code.body:
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        number = min([statement.lineno, *(d.lineno for d in decorators)])
        line = code.lines.start(number)
        before = code.source[line : code.span(statement).start].strip()
        if alone or (before and not decorators):
            line = -1
        for node in ast.walk(statement):
            match node:
                case ast.keyword(arg=str(name), value=value) if _is_number(value):
                    yield (name, ast.unparse(value)), _Place(index, code.span(value), line)
                case _:
                    pass


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
    return number and ast.unparse(node) not in _PLAIN


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
