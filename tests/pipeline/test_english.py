"""Names from headings."""

import pytest

from nb2prod.pipeline.english import imperative, words


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("3. Loading the data", "load_data"),
        ("Build and Fit the Model", "build_and_fit_model"),
        ("Loading and Cleaning the Data", "load_and_clean_data"),
        ("Model Evaluation", "evaluate_model"),
        ("Data Pre-processing", "preprocess_data"),
        ("Feature selection", "select_features"),
        ("Hyperparameter tuning", "tune_hyperparameters"),
        ("Exploratory Data Analysis", "explore_data"),
        ("Principal Component Analysis", ""),
        ("Univariate Analysis", ""),
        ("Decision trees", ""),
        ("Cleaning", ""),
        ("Make predictions", "make_predictions"),
        ("Perform data cleaning", "clean_data"),
    ],
)
def test_a_heading_becomes_what_a_function_does_where_it_says_so(heading, name):
    assert imperative(words(heading)) == name


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("KNeighborsClassifier", "kneighbors_classifier"),
        ("K-Means clustering", "kmeans_clustering"),
        ("XGBoost and AdaBoost", "xgboost_adaboost"),
        ("Fit the ROCCurve", "fit_roc_curve"),
        ("K nearest neighbours", "nearest_neighbours"),
    ],
)
def test_a_word_is_not_cut_at_each_capital(heading, name):
    assert words(heading) == name
