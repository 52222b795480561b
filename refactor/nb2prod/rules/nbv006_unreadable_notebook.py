"""The file is not a notebook that can be read.

It is not JSON, not a notebook, has unresolved merge conflicts, or is of a format that Jupyter
does not read any more. All other files are checked.

## Flagged

A file in which a merge left its marks, or a page that was saved in place of the notebook.

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

from nb2prod.rules.rule import Rule

RULE = Rule("NBV006", "unreadable-notebook", "error")
