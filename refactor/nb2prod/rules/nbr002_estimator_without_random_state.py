"""Random estimators without `random_state`.

Every run trains a different model: scores vary by chance, and a difference between two models may
be one between two random draws. Set `random_state`.

## Flagged

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.utils import shuffle
import pandas as pd
model = RandomForestClassifier(n_estimators=200)  # flagged
plain = RandomForestClassifier()  # flagged
machine = SVC(probability=True, random_state=None)  # flagged
rows = shuffle(rows)  # flagged
few = frame.sample(frac=0.1)  # flagged
```

## Becomes

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.utils import shuffle
import pandas as pd
model = RandomForestClassifier(n_estimators=200, random_state=0)
plain = RandomForestClassifier(random_state=0)
machine = SVC(probability=True, random_state=0)
rows = shuffle(rows, random_state=0)
few = frame.sample(frac=0.1, random_state=0)
```

## Not flagged

Estimators that are deterministic with the given settings, samples that are only displayed, and
notebooks that seed NumPy's generator, which makes the draws reproducible.

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
model = RandomForestClassifier(random_state=42)
model = RandomForestClassifier(**options)
linear = LogisticRegression(), SVC()
frame.sample(n=5)
```

```python
# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
np.random.seed(0)
# %%
model = RandomForestClassifier()
```

## Fix safety

The fix is unsafe: it changes the results.

## References

- dslinter: W5509
- Vespucci Linter: uncontrolled randomness
- scikit-learn: common pitfalls, controlling randomness
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.randomness import argument, is_seeded, set_argument, unpacks, unset
from nb2prod.rules.view import CellView, NotebookView

# Estimators whose results depend on `random_state` whatever the other arguments.
_SKLEARN = """ensemble.RandomForestClassifier ensemble.RandomForestRegressor
    ensemble.ExtraTreesClassifier ensemble.ExtraTreesRegressor ensemble.BaggingClassifier
    ensemble.BaggingRegressor ensemble.IsolationForest ensemble.RandomTreesEmbedding
    tree.ExtraTreeClassifier tree.ExtraTreeRegressor neural_network.MLPClassifier
    neural_network.MLPRegressor neural_network.BernoulliRBM linear_model.SGDClassifier
    linear_model.SGDRegressor linear_model.Perceptron linear_model.PassiveAggressiveClassifier
    linear_model.PassiveAggressiveRegressor linear_model.RANSACRegressor cluster.KMeans
    cluster.MiniBatchKMeans cluster.BisectingKMeans mixture.GaussianMixture
    mixture.BayesianGaussianMixture decomposition.TruncatedSVD
    decomposition.LatentDirichletAllocation decomposition.FastICA manifold.TSNE
    model_selection.RandomizedSearchCV utils.shuffle utils.resample
    inspection.permutation_importance random_projection.GaussianRandomProjection
    random_projection.SparseRandomProjection kernel_approximation.RBFSampler
    kernel_approximation.Nystroem"""
_IMBLEARN = """over_sampling.SMOTE over_sampling.RandomOverSampler over_sampling.ADASYN
    over_sampling.BorderlineSMOTE over_sampling.SVMSMOTE over_sampling.SMOTENC
    under_sampling.RandomUnderSampler combine.SMOTEENN combine.SMOTETomek
    ensemble.BalancedRandomForestClassifier ensemble.EasyEnsembleClassifier"""
_ALWAYS_RANDOM = frozenset(
    [f"sklearn.{n}" for n in _SKLEARN.split()] + [f"imblearn.{n}" for n in _IMBLEARN.split()]
)
# Estimators that are random only for some values of an argument: the argument, and the values.
_RANDOM_IF: dict[str, tuple[str, tuple[object, ...]]] = {
    "sklearn.svm.SVC": ("probability", (True,)),
    "sklearn.linear_model.LogisticRegression": ("solver", ("sag", "saga")),
    "sklearn.linear_model.Ridge": ("solver", ("sag", "saga")),
    "sklearn.decomposition.PCA": ("svd_solver", ("randomized",)),
    "sklearn.tree.DecisionTreeClassifier": ("splitter", ("random",)),
    "sklearn.tree.DecisionTreeRegressor": ("splitter", ("random",)),
}
_MAY_BE_RANDOM = _ALWAYS_RANDOM | _RANDOM_IF.keys()


def _check(view: CellView) -> Iterator[Flag]:
    calls = [(call, name) for call, name in view.calls(_MAY_BE_RANDOM) if _is_random(name, call)]
    if "frac" in view.code.source:
        calls += [(c, "sample") for c in view.code.nodes(ast.Call) if _is_sample(view, c)]
    displayed = {id(node.value) for node in view.code.body if calls and isinstance(node, ast.Expr)}
    for call, name in calls:
        if id(call) not in displayed and not unpacks(call) and unset(call, "random_state"):
            short = name.rpartition(".")[2]
            message = f"`{short}` gives different results on every run; set `random_state`"
            yield Flag(call.func, message, set_argument(view, call, "random_state", "0"))


def _is_random(name: str, call: ast.Call) -> bool:
    if name in _ALWAYS_RANDOM:
        return True
    key, values = _RANDOM_IF.get(name, ("", ()))
    given = argument(call, key) if key else None
    return isinstance(given, ast.Constant) and given.value in values


def _is_sample(view: CellView, call: ast.Call) -> bool:
    """Return whether a call samples rows of a DataFrame, as `frac` shows."""
    match call.func:
        case ast.Attribute(attr="sample"):
            return argument(call, "frac") is not None and view.dotted(call.func) is None
        case _:
            return False


def _seeded(view: NotebookView) -> bool:
    return is_seeded(view, "numpy")


RULE = cell_rule(_check, "warning", unless=_seeded)
