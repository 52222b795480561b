"""Merges that do not check how their keys match.

A key that is duplicated in a table where it should be unique silently multiplies rows. Declare what
is expected with `validate="many_to_one"`, and pandas checks it.

## Flagged

```python
# %%
import pandas as pd
joined = orders.merge(customers, on="customer")  # flagged
joined = pd.merge(orders, customers, left_on="customer", right_index=True)  # flagged
```

## Not flagged

```python
# %%
import pandas as pd
joined = orders.merge(customers, on="customer", validate="many_to_one")
joined = pd.merge(orders, customers, **options)
branches = tree.merge(other)
every = orders.merge(shops, how="cross")
```

## References

- dslinter: R5505
- pandas: merge, validate
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.arguments import argument, unpacks
from nb2prod.rules.view import CellView

_KEYS = frozenset({"on", "left_on", "right_on", "left_index", "right_index", "how"})


def _check(view: CellView) -> Iterator[Flag]:
    for call in view.code.nodes(ast.Call):
        if unpacks(call) or argument(call, "validate"):
            continue
        name = view.dotted(call.func)
        given = {keyword.arg for keyword in call.keywords}
        method = isinstance(call.func, ast.Attribute) and call.func.attr == "merge"
        how = argument(call, "how")
        cross = isinstance(how, ast.Constant) and how.value == "cross"
        merges = name == "pandas.merge" or (name is None and method and given & _KEYS)
        if merges and not cross:
            yield Flag(call.func, "merge does not check for duplicate keys; set `validate`")


RULE = cell_rule(_check, "info", default=False, words=("merge",))
