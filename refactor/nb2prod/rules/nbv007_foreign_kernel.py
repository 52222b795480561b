"""Notebooks that are not written in Python.

nb2prod reads only Python, and skips other notebooks with a note. This rule makes them findings, for
projects in which all notebooks should be Python.

## Flagged

```python metadata={"kernelspec":{"name":"ir","language":"R"}}
# %%
x <- c(1, 2)
```

## Not flagged

```python
# %%
x = 1, 2
```

## References

- Pynblint, which takes R for Python
"""

from nb2prod.rules.rule import engine_rule

RULE = engine_rule("info", default=False, tags=("foreign",))
