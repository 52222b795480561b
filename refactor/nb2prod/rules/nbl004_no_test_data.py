"""Models trained without any data to test them on.

How well a model predicts can only be measured on rows that it was not trained on. Hold out test
rows, or use cross-validation.

## Flagged

```python
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
rows = pd.read_csv("houses.csv")
# %%
model = LinearRegression()
model.fit(rows[["area", "rooms"]], rows["price"])  # flagged
```

## Not flagged

```python
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score
rows = pd.read_csv("houses.csv")
model = LinearRegression()
cross_val_score(model, rows[["area", "rooms"]], rows["price"])
model.fit(rows[["area", "rooms"]], rows["price"])
```

```python
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
model = LinearRegression().fit(train[["area", "rooms"]], train["price"])
model.predict(test[["area", "rooms"]])
```

## References

- Yang et al.: Data Leakage in Notebooks (ASE 2022), no independent test data
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.leakage import flags, log_of, untested
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if log := view.once(log_of):
        yield from flags(untested(log))


RULE = notebook_rule(_check, "info", default=False, looks_at=("file", "source"), slow=True)
