"""The fast way predicts the same bits as the library, or is not taken."""

import types

import numpy as np
import pandas as pd
import pytest
from sklearn import ensemble, linear_model, svm, tree
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nb2prod.emit.templates import rendered

engines = types.ModuleType("engines")
exec(rendered("api/package/engines"), engines.__dict__)

CLASSES = make_classification(80, 6, n_classes=3, n_informative=4, random_state=0)
TWO = make_classification(80, 6, random_state=1)
NUMBERS = make_regression(80, 6, noise=3, random_state=2)
MODELS = {
    "a forest of classifiers": (ensemble.RandomForestClassifier(12, random_state=0), CLASSES),
    "extra trees": (ensemble.ExtraTreesClassifier(12, random_state=0), CLASSES),
    "a forest of regressors": (ensemble.RandomForestRegressor(12, random_state=0), NUMBERS),
    "a tree": (tree.DecisionTreeClassifier(max_depth=4, random_state=0), CLASSES),
    "a regression tree": (tree.DecisionTreeRegressor(random_state=0), NUMBERS),
    "boosted trees": (ensemble.GradientBoostingClassifier(n_estimators=9), CLASSES),
    "boosted trees of two classes": (ensemble.GradientBoostingClassifier(n_estimators=9), TWO),
    "boosted regression trees": (ensemble.GradientBoostingRegressor(n_estimators=9), NUMBERS),
    "a logistic regression": (linear_model.LogisticRegression(max_iter=999), CLASSES),
    "one of two classes": (linear_model.LogisticRegression(max_iter=999), TWO),
    "a linear regression": (linear_model.LinearRegression(), NUMBERS),
    "ridge": (linear_model.Ridge(), NUMBERS),
    "a linear support vector machine": (svm.LinearSVC(), TWO),
    "a pipeline": (make_pipeline(StandardScaler(), linear_model.LogisticRegression()), TWO),
    "one with a forest": (make_pipeline(MinMaxScaler(), RandomForestClassifier(9)), TWO),
}


@pytest.mark.parametrize(("model", "data"), MODELS.values(), ids=MODELS)
def test_predictions_are_the_same_to_the_last_bit(model, data):
    rows, target = data
    names = [f"c{n}" for n in range(rows.shape[1])]
    for given in (rows, pd.DataFrame(rows, columns=names)):
        model.fit(given, target)
        assert engines.chosen(model, given) == "fast"
        for some in (given[5:6], given[5:9]):
            found, probabilities = engines.engine(engines.fast, model)(engines.numbers(some))
            assert found.tolist() == model.predict(some).tolist()
            if probabilities is not None:
                assert probabilities.tolist() == model.predict_proba(some).tolist()


@pytest.mark.parametrize("model", [KNeighborsClassifier(), svm.SVC(), GaussianNB()])
def test_another_kind_of_model_predicts_itself_from_an_array(model):
    given = pd.DataFrame(TWO[0]).add_prefix("c")
    model.fit(given, TWO[1])
    assert engines.chosen(model, given) == "array"
    found, _ = engines.engine(engines.array, model)(engines.numbers(given[5:9]))
    assert found.tolist() == model.predict(given[5:9]).tolist()


def test_a_model_that_needs_the_names_of_columns_is_given_a_table():
    given = pd.DataFrame(TWO[0]).add_prefix("c")
    scaled = ColumnTransformer([("scaled", StandardScaler(), ["c1", "c4"])])
    model = make_pipeline(scaled, KNeighborsClassifier()).fit(given, TWO[1])
    assert engines.chosen(model, given) == "plain"
    assert engines.engine(engines.fast, model) is None


def test_a_row_of_another_width_is_refused():
    model = ensemble.RandomForestClassifier(3, random_state=0).fit(*TWO)
    with pytest.raises(ValueError, match="5 columns instead of 6"):
        engines.engine(engines.fast, model)(TWO[0][:1, :5])


def test_a_model_that_begins_with_another_one_is_not_fast():
    model = ensemble.GradientBoostingRegressor(init=linear_model.LinearRegression())
    assert not engines.same(engines.fast, model.fit(*NUMBERS), NUMBERS[0])


def test_an_engine_that_predicts_something_else_is_not_used(monkeypatch):
    model = linear_model.LinearRegression().fit(*NUMBERS)
    build = engines.BUILDERS["LinearRegression"]

    def wrong(model):
        predict = build(model)
        return lambda rows: (np.nextafter(predict(rows)[0], np.inf), None)

    assert engines.same(engines.fast, model, NUMBERS[0])
    monkeypatch.setitem(engines.BUILDERS, "LinearRegression", wrong)
    assert not engines.same(engines.fast, model, NUMBERS[0])


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, "text", None])
def test_what_is_no_finite_number_goes_the_usual_way(value):
    assert engines.numbers(pd.DataFrame({"a": [1.0, value], "b": [2, 3]})) is None


def test_each_part_of_a_model_predicts_in_one_thread():
    inner = RandomForestClassifier(5, n_jobs=-1)
    model = StackingClassifier([("forest", inner)], n_jobs=-1).fit(*TWO)
    engines.single_threaded(model)
    assert model.n_jobs == 1
    assert model.estimators_[0].n_jobs == 1
