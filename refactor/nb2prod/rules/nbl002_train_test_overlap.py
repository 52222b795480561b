"""Models tested on the rows that they were trained on, or on copies of them.

Such a score says how well the model remembers, not how well it predicts. Rows that are resampled or
synthesised (as by SMOTE) before the split end up on both sides of it; resample the training rows
only.

## Flagged

```python
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
rows = pd.read_csv("payments.csv")
X, y = rows.drop("fraud", axis=1), rows["fraud"]
# %%
X, y = SMOTE().fit_resample(X, y)  # flagged
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression()
model.fit(X_train, y_train)
# %%
predicted = model.predict(X_test)
```

```python
# %%
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier
rows = pd.read_csv("payments.csv")
X, y = rows.drop("fraud", axis=1), rows["fraud"]
tree = DecisionTreeClassifier().fit(X, y)
# %%
predicted = tree.predict(X)  # flagged
accuracy_score(y, predicted)
```

## Not flagged

A score on the training rows next to one on test rows, which shows how much the model overfits.

```python
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
rows = pd.read_csv("payments.csv")
X, y = rows.drop("fraud", axis=1), rows["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
# %%
more_X, more_y = SMOTE().fit_resample(X_train, y_train)
model = LogisticRegression().fit(more_X, more_y)
# %%
print(model.score(X_train, y_train), model.score(X_test, y_test))
```

Rows selected by unknown positions or masks, which may be other rows.

```python
# %%
import numpy as np
import pandas as pd
from sklearn.metrics import mean_squared_error
from sklearn.svm import SVR
rows = pd.read_csv("payments.csv")
X, y = rows.drop("amount", axis=1), rows["amount"]
folds = np.array_split(np.random.permutation(len(X)), 5)
# %%
for i in range(5):
    train_rows = np.concatenate([folds[j] for j in range(5) if j != i])
    model = SVR().fit(X.loc[train_rows], y[train_rows])
    print(mean_squared_error(y[folds[i]], model.predict(X.loc[folds[i]])))
```

```python
# %%
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier
nodes = pd.read_csv("nodes.csv")
X, y = nodes.drop("kind", axis=1), nodes["kind"]
train_mask, test_mask = pd.read_csv("train.csv")["in"], pd.read_csv("test.csv")["in"]
tree = DecisionTreeClassifier().fit(X[train_mask], y[train_mask])
# %%
predicted = tree.predict(X)
accuracy_score(y[test_mask], predicted[test_mask])
```

## References

- imbalanced-learn: common pitfalls, data leakage
- Yang et al.: Data Leakage in Notebooks (ASE 2022), overlap leakage
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.leakage import flags, log_of, overlapping
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if log := view.once(log_of):
        yield from flags(overlapping(log))


RULE = notebook_rule(_check, "warning", looks_at=("file", "source"), slow=True)
