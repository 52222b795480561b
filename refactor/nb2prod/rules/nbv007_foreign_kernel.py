"""The notebook is not written in Python.

nb2prod reads Python alone. Such a notebook is left out, with a note; this rule makes it a finding,
where all notebooks should be Python.

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

from nb2prod.rules.rule import Rule

RULE = Rule("NBV007", "foreign-kernel", "info", default=False)
