"""Files that cannot be read as notebooks.

The file is not JSON, is not a notebook, has unresolved merge conflicts, or has a format that
Jupyter no longer reads. All other files are still checked.

## Flagged

Files with merge conflict markers, web pages saved in place of a notebook, and obsolete formats.

```python nbformat=2
# %%
a = 1
```

## Not flagged

```python
# %%
a = 1
```

## References

- nbformat: the notebook file format
"""

from nb2prod.rules.rule import engine_rule

RULE = engine_rule("error", tags=("unreadable",))
