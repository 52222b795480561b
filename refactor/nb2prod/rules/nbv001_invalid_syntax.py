"""Cells that are not valid Python.

Such a cell stops the notebook when it is run, and hides its definitions from every tool. The other
cells are still checked.

## Flagged

```python
# %%
total = 1
# %%
total = total +  # flagged
# %%
print(total)
```

```python
# %%
print "hello"  # flagged
```

## Not flagged

IPython syntax, even in unusual places, and cells in other languages.

```python
# %%
files = !ls
%time total = sum(range(10))
files?
# %%
%%bash
for f in *; do echo $f; done
# %%
await run()
```

## References

- Pynblint: invalid-python-syntax, which does not say where
- ruff: invalid-syntax
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.view import NotebookView
from nb2prod.text.python import not_python
from nb2prod.text.spans import Span


def _check(_: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    if broken := summary.broken:
        where = Span(broken.start, broken.end)
        yield Flag(where, not_python(broken.message), cell=cell.index)


RULE = cross_cell_rule(_check, "error", aliases=("invalid-python-syntax",))
