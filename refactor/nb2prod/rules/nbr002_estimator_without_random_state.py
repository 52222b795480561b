"""An estimator draws at random without `random_state`.

Each run trains another model: scores go up and down by chance, and a comparison of two models
may be one of two draws. The fix is not safe, because it changes the numbers.

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

Estimators that draw nothing as they are set, a sample that is only looked at, and where NumPy's
generator is seeded, which fixes the draw.

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

## References

- dslinter: W5509
- Vespucci Linter: uncontrolled randomness
- scikit-learn: common pitfalls, controlling randomness
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.randomness import argument, seeds, spreads, unset, with_argument
from nb2prod.rules.view import CellView, NotebookView

# Those whose results depend on `random_state` whatever else they are given.
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
_DRAWING = frozenset(
    [f"sklearn.{n}" for n in _SKLEARN.split()] + [f"imblearn.{n}" for n in _IMBLEARN.split()]
)
# Those that draw only if something is set: the argument, and the values for which they do.
_IF: dict[str, tuple[str, tuple[object, ...]]] = {
    "sklearn.svm.SVC": ("probability", (True,)),
    "sklearn.linear_model.LogisticRegression": ("solver", ("sag", "saga")),
    "sklearn.linear_model.Ridge": ("solver", ("sag", "saga")),
    "sklearn.decomposition.PCA": ("svd_solver", ("randomized",)),
    "sklearn.tree.DecisionTreeClassifier": ("splitter", ("random",)),
    "sklearn.tree.DecisionTreeRegressor": ("splitter", ("random",)),
}
_MAY_DRAW = _DRAWING | _IF.keys()


def _check(view: CellView) -> Iterator[Flag]:
    made = [(call, name) for call, name in view.calls(_MAY_DRAW) if _draws(name, call)]
    if "frac" in view.code.source:
        made += [(c, "sample") for c in view.code.nodes(ast.Call) if _is_sample(view, c)]
    shown = {id(node.value) for node in view.code.body if made and isinstance(node, ast.Expr)}
    for call, name in made:
        if id(call) not in shown and not spreads(call) and unset(call, "random_state"):
            short = name.rpartition(".")[2]
            message = f"`{short}` draws others in each run: it has no `random_state`"
            yield Flag(call.func, message, with_argument(view, call, "random_state", "0"))


def _draws(name: str, call: ast.Call) -> bool:
    if name in _DRAWING:
        return True
    key, values = _IF.get(name, ("", ()))
    given = argument(call, key) if key else None
    return isinstance(given, ast.Constant) and given.value in values


def _is_sample(view: CellView, call: ast.Call) -> bool:
    """Say whether rows of a frame are drawn; only frames have `frac`."""
    match call.func:
        case ast.Attribute(attr="sample"):
            return argument(call, "frac") is not None and view.dotted(call.func) is None
        case _:
            return False


def _seeded(view: NotebookView) -> bool:
    return seeds(view, "numpy")


RULE = Rule("NBR002", "estimator-without-random-state", "warning", cell=_check, unless=_seeded)
