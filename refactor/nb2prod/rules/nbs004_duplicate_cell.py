"""Two cells hold the same code.

What is copied is changed in one place and forgotten in the other. Make it a function.

## Flagged

```python
# %%
scores = model.predict(features)
print(scores.mean(), scores.std())
# %%
model.fit(features, target)
# %%
scores = model.predict(features)  # flagged
print(scores.mean(), scores.std())
```

## Not flagged

A single line, often one that only shows something again.

```python
# %%
customers.sort_values("revenue", ascending=False).head()
# %%
customers = customers.dropna()
# %%
customers.sort_values("revenue", ascending=False).head()
```
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, NotebookView, Rule

_LENGTH = 40


def _check(view: NotebookView) -> Iterator[Flag]:
    seen: dict[tuple[str, ...], int] = {}
    for cell, summary in view.code:
        lines = (line.rstrip() for line in cell.source.split("\n"))
        code = tuple(line for line in lines if line and not line.lstrip().startswith("#"))
        if len(code) < 2 or sum(map(len, code)) < _LENGTH or summary.only_imports:
            continue
        first = seen.setdefault(code, cell.index)
        if first != cell.index:
            yield Flag(None, f"the same code as in cell {first + 1}", cell=cell.index)


RULE = Rule("NBS004", "duplicate-cell", "info", notebook=_check)
