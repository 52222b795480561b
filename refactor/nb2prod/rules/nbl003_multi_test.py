"""Models compared on one test set, with no other data held out for a final test.

Choosing the best of several models by their test scores fits the choice to the test set: the score
no longer predicts the score on new data. Compare the models by cross-validation or on a validation
set, and test only the chosen one.

## Flagged

```python
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
rows = pd.read_csv("flowers.csv")
X_train, X_test, y_train, y_test = train_test_split(rows.drop(columns="kind"), rows["kind"])
# %%
linear = LogisticRegression().fit(X_train, y_train)
linear.score(X_test, y_test)
# %%
machine = SVC().fit(X_train, y_train)
machine.score(X_test, y_test)  # flagged
```

```python
# %%
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y)
for k in range(1, 30):
    near = KNeighborsClassifier(k).fit(X_train, y_train)
    print(k, near.score(X_test, y_test))  # flagged
```

## Not flagged

```python
# %%
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y)
for k in range(1, 30):
    print(k, cross_val_score(KNeighborsClassifier(k), X_train, y_train))
# %%
near = KNeighborsClassifier(7).fit(X_train, y_train)
near.score(X_test, y_test)
```

```python
# %%
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
X_rest, X_test, y_rest, y_test = train_test_split(X, y)
X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest)
linear = LogisticRegression().fit(X_train, y_train)
machine = SVC().fit(X_train, y_train)
print(linear.score(X_valid, y_valid), machine.score(X_valid, y_valid))
# %%
machine.score(X_test, y_test)
```

## References

- Yang et al.: Data Leakage in Notebooks (ASE 2022), multi-test leakage
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.leakage import flags, log_of, repeated
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if log := view.once(log_of):
        yield from flags(repeated(log))


RULE = notebook_rule(_check, "info", default=False, looks_at=("file", "source"), slow=True)
