"""Features that contain the target column.

The model only has to copy the column: the score is perfect and meaningless, and the column does not
exist yet when a prediction is needed. Drop it from the features.

## Flagged

```python
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
rows = pd.read_csv("houses.csv")
y = rows["price"]
X = rows.drop(columns=["id"])
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y)  # flagged
```

```python
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
rows = pd.read_csv("houses.csv")
model = LinearRegression().fit(rows[["area", "price"]], rows.price)  # flagged
```

## Not flagged

```python
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
rows = pd.read_csv("houses.csv")
y = rows["price"]
X = rows.drop("price", axis=1)
X_train, X_test, y_train, y_test = train_test_split(X, y)
LinearRegression().fit(rows[["area"]], rows.price)
rows.drop(["price"], axis=1, inplace=True)
LinearRegression().fit(rows, y)
```
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.leakage import flags, log_of, target_in_features
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if log := view.once(log_of):
        yield from flags(target_in_features(log))


RULE = notebook_rule(_check, "warning", looks_at=("file", "source"), slow=True)
