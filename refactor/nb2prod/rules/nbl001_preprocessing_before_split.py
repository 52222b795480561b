"""Statistics computed from rows that the model is later tested on.

A mean, a scale, a vocabulary or a feature selection learned from all rows carries information about
the test rows into the training, so that the score is better than it will be on new data. Split
first, fit on the training rows, and only transform the test rows. A `Pipeline` does this by itself,
in cross-validation too.

## Flagged

```python
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("passengers.csv")
y = rows["survived"]
X = rows.drop(columns=["survived"])
# %%
X = StandardScaler().fit_transform(X)  # flagged
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
# %%
model.score(X_test, y_test)
```

```python
# %%
import pandas as pd
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
rows = pd.read_csv("passengers.csv")
rows["age"] = rows["age"].fillna(rows["age"].mean())  # flagged
X, y = rows.drop("survived", axis=1), rows.survived
X = SelectKBest(k=5).fit_transform(X, y)  # flagged
# %%
cross_val_score(LogisticRegression(), X, y)
```

Test rows transformed with statistics of their own also leak information about each other, and
differ from the rows that the model was trained on.

```python
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("passengers.csv")
y = rows.pop("survived")
X_train, X_test, y_train, y_test = train_test_split(rows, y, random_state=0)
scaler = StandardScaler()
# %%
model = LogisticRegression().fit(scaler.fit_transform(X_train), y_train)
# %%
X_test = scaler.fit_transform(X_test)  # flagged
model.score(X_test, y_test)
```

## Flagged

If the use of the data is clear, the fix splits it first.

```python
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("passengers.csv")
y = rows["survived"]
X = rows.drop(columns=["survived"])
scaler = StandardScaler()
X = scaler.fit_transform(X)  # flagged
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
model.score(X_test, y_test)
```

## Becomes

```python
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("passengers.csv")
y = rows["survived"]
X = rows.drop(columns=["survived"])
scaler = StandardScaler()
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
model.score(X_test, y_test)
```

## Not flagged

Operations on one row at a time, and transformers fitted after the split.

```python
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("passengers.csv")
rows["name"] = rows["name"].str.lower()
rows["fare"] = np.log1p(rows["fare"].fillna(0))
rows["age"].mean()
# %%
y = rows.pop("survived")
X_train, X_test, y_train, y_test = train_test_split(rows, y, random_state=0)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
# %%
model = LogisticRegression().fit(X_train, y_train)
model.score(X_test, y_test)
```

```python
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("passengers.csv")
model = make_pipeline(StandardScaler(), LogisticRegression())
cross_val_score(model, rows.drop(columns="survived"), rows["survived"])
```

A transformation with a given parameter, which was estimated before and is only applied.

```python
# %%
import pandas as pd
from scipy.stats import boxcox
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
rows = pd.read_csv("fares.csv")
X_train, X_test, y_train, y_test = train_test_split(rows[["miles"]], rows["fare"], random_state=0)
# %%
X_train["miles"], power = boxcox(X_train["miles"])
X_test["miles"] = boxcox(X_test["miles"], lmbda=power)
model = LinearRegression().fit(X_train, y_train)
model.score(X_test, y_test)
```

## Fix safety

The fix is unsafe: it changes the results. It is offered only if the data is transformed, then
split, and used nowhere else.

## References

- scikit-learn: common pitfalls, data leakage during pre-processing
- Yang et al.: Data Leakage in Notebooks (ASE 2022), preprocessing leakage
- dslinter: W5518
"""

from collections.abc import Iterator

from nb2prod.analysis.lineage.values import At
from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.leakage import log_of, preprocessing
from nb2prod.rules.shared.refit import refit
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    seen: set[At] = set()
    log = view.once(log_of)
    for leak in preprocessing(log) if log else ():
        if leak.at not in seen:
            seen.add(leak.at)
            yield Flag(leak.at.span, leak.message, refit(view, leak), leak.at.cell)


RULE = notebook_rule(_check, "warning", looks_at=("file", "source"), slow=True)
