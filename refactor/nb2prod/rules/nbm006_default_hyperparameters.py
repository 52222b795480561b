"""Models trained with default hyperparameters only.

The defaults are rarely the best choice for a given data set, and they change between versions of
the library. The rule is off by default because they are a reasonable starting point.

## Flagged

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
model = RandomForestClassifier(random_state=0)  # flagged
machine = SVC()  # flagged
```

## Not flagged

Explicit hyperparameters, a hyperparameter search, and models that have few hyperparameters.

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
model = RandomForestClassifier(n_estimators=300)
search = GridSearchCV(RandomForestClassifier(), {"max_depth": [3, 5]})
line = LinearRegression()
tuned = RandomForestClassifier(**best)
```

## References

- dslinter: R5506, R5507, R5508
- Vespucci Linter: implicit hyper-parameters
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.arguments import unpacks
from nb2prod.rules.view import CellView

_NAMES = """sklearn.ensemble.RandomForestClassifier sklearn.ensemble.RandomForestRegressor
    sklearn.ensemble.GradientBoostingClassifier sklearn.ensemble.GradientBoostingRegressor
    sklearn.ensemble.AdaBoostClassifier sklearn.ensemble.AdaBoostRegressor sklearn.svm.SVC
    sklearn.svm.SVR sklearn.neighbors.KNeighborsClassifier sklearn.neighbors.KNeighborsRegressor
    sklearn.tree.DecisionTreeClassifier sklearn.tree.DecisionTreeRegressor sklearn.cluster.DBSCAN
    sklearn.neural_network.MLPClassifier sklearn.neural_network.MLPRegressor sklearn.cluster.KMeans
    xgboost.XGBClassifier xgboost.XGBRegressor lightgbm.LGBMClassifier lightgbm.LGBMRegressor"""
_MODELS = frozenset(_NAMES.split())
# Arguments that are not hyperparameters.
_OTHER = frozenset({"random_state", "n_jobs", "verbose", "verbosity", "probability"})


def _check(view: CellView) -> Iterator[Flag]:
    if _MODELS.isdisjoint(view.named_calls):
        return
    searched = {
        id(argument)
        for name, calls in view.named_calls.items()
        if "Search" in name
        for call in calls
        for argument in [*call.args, *(k.value for k in call.keywords)]
    }
    for call, name in view.calls(_MODELS):
        settings = {keyword.arg for keyword in call.keywords} - _OTHER
        if not call.args and not settings and not unpacks(call) and id(call) not in searched:
            short = name.rpartition(".")[2]
            yield Flag(
                call.func,
                f"`{short}` uses default hyperparameters only; set them, or search for good ones",
            )


RULE = cell_rule(_check, "info", default=False)
