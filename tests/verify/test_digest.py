"""Equal values have equal digests, and what differs by chance alone is left out of them."""

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

from nb2prod.verify.probes.digest import digest
from nb2prod.verify.probes.file_format import storable
from nb2prod.verify.probes.value_text import type_name


def fitted_search():
    x = np.arange(12.0).reshape(6, 2)
    return GridSearchCV(Ridge(), {"alpha": [1, 2]}, cv=2).fit(x, x[:, 0])


def fitted_vectorizer():
    return TfidfVectorizer(stop_words=["the"]).fit(["the cat", "the dog"])


@pytest.mark.parametrize("fitted", [fitted_search, fitted_vectorizer])
def test_two_fits_of_the_same_data_are_equal(fitted):
    # Both are alive at once, so that no address can be the same.
    one, other = fitted(), fitted()
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("fitted", "attribute"),
    [(fitted_search, "best_params_"), (fitted_search, "cv_results_"), (fitted_vectorizer, "idf_")],
)
def test_a_fit_that_differs_is_told_apart(fitted, attribute):
    one = fitted()
    other = copy.deepcopy(one)
    assert digest(one) == digest(other)
    value = getattr(other, attribute)
    key = 0 if isinstance(value, np.ndarray) else list(value)[-1]
    value[key] = value[key] + 1
    assert digest(one) != digest(other)


def test_the_lines_that_a_command_prints_are_a_list():
    from IPython.utils.text import SList

    assert digest(SList(["a", "b"])) == digest(["a", "b"])
    assert type_name(SList()) == "list"
    assert digest(SList(["a"])) != digest(["b"])


def test_a_frame_that_lies_row_by_row_is_kept_as_it_lies():
    """A file of columns would give the same numbers, but sums of them differ in the last bit."""
    numbers = np.random.default_rng(0).random((150, 4))
    by_row = pd.DataFrame(numbers, columns=list("abcd"), copy=False)
    by_column = pd.DataFrame({name: by_row[name].copy() for name in by_row})
    assert digest(by_row) == digest(by_column)
    assert not np.array_equal(np.mean(by_row.to_numpy(), 0), np.mean(by_column.to_numpy(), 0))
    assert storable(by_row) == "pickle"
    assert storable(by_column) == "parquet"
