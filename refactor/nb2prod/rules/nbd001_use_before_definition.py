"""A name is used above the cell that defines it.

It worked because the cells were run in another order. Run from top to bottom, the notebook stops
here with a `NameError`. Move the cell with the definition up.

## Flagged

```python
# %%
print(total)  # flagged
# %%
total = 10
```

## Not flagged

A function may use what is defined further down, as long as it is called after that. What a magic
binds is bound.

```python
# %%
def show():
    print(total, elapsed)
# %%
%time total = sum(range(10))
# %%
%%capture elapsed
show()
# %%
try:
    later
except NameError:
    later = 1
# %%
later = 2
```

## References

- Julynter: h6, which needs a running kernel
- ruff: F821, which says the same of names that are defined nowhere
- Amazon CodeGuru: notebook-invalid-execution-order
"""

from collections.abc import Iterator

from nb2prod.rules.order import missing_names
from nb2prod.rules.rule import Flag, NotebookView, Rule
from nb2prod.source import Span


def _check(view: NotebookView) -> Iterator[Flag]:
    seen: set[str] = set()
    for cell, use, bound_in in ((m.cell, m.use, m.bound_in) for m in missing_names(view)):
        if bound_in is not None and use.name not in seen:
            seen.add(use.name)
            where = "further down in this cell" if bound_in == cell else f"in cell {bound_in + 1}"
            message = f"`{use.name}` is used here, but defined {where}"
            yield Flag(Span(use.start, use.end), message, cell=cell)


RULE = Rule("NBD001", "use-before-definition", "error", notebook=_check)
