"""Cells with too many lines of code.

A long cell does several things, none of which can be named, tested or run by itself. Split it where
something new begins, or move parts of it into functions. The limit is `max-cell-lines`; blank lines
and comments do not count.

## Flagged

```python max-cell-lines=3
# %%
a = 1  # flagged
b = 2
c = 3
d = 4
```

## Not flagged

```python max-cell-lines=3
# %%
# Comments and blank lines

# are not counted.
a = 1
b = 2
c = 3
# %%
%%bash
echo 1
echo 2
echo 3
echo 4
```

## References

- Pynblint: cell-too-long, which counts comments and blank lines
- nbcelltests: lines_per_cell
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView


def _check(view: CellView) -> Iterator[Flag]:
    limit = view.limits.max_cell_lines
    if view.code.source.count("\n") < limit:
        return
    lines = (line.strip() for line in view.code.code.split("\n"))
    count = sum(1 for line in lines if line and line[0] != "#")
    if count > limit:
        yield Flag(None, f"the cell has {count} lines of code (limit {limit}); split it")


RULE = cell_rule(_check, "info")
