"""Suppression comments that suppress nothing.

The comment points to a problem that was fixed long ago, and will hide the next one. Remove it.

## Flagged

```python
# %%
a = 1  # noqa: NBI003
# %%
# nb2prod: ignore[no-such-rule]
b = 2
```

## Becomes

```python
# %%
a = 1
# %%
b = 2
```

## Not flagged

Codes of other tools, and rules that are off.

```python
# %%
import os  # noqa: F401
```

## Fix safety

The fix is safe: it only removes the comment.

## References

- ruff: RUF100
"""

from nb2prod.rules.rule import engine_rule

RULE = engine_rule("info", tags=("unnecessary", "unused-suppression"))
