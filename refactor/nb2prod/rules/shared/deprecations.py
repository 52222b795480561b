"""Names that libraries have removed: the release that removed them, and their replacements.

Every entry was looked up: the name is missing from the release given and from all later ones. A
drop-in replacement is given by its dotted name, any other in words.
"""

from typing import NamedTuple


class Removal(NamedTuple):
    """The release that removed a name, and what to use instead."""

    since: str
    instead: str = ""
    drop_in: bool = False  # `instead` is a dotted name that can replace it as it is


def _table(text: str) -> dict[str, Removal]:
    """Read lines of `name | since | instead`; `=` in front marks a drop-in replacement.

    A line that starts with `#` names the source of the lines below it.
    """
    table: dict[str, Removal] = {}
    for line in text.strip().split("\n"):
        if line.startswith("#"):
            continue
        name, since, instead = (part.strip() for part in line.split("|"))
        table[name] = Removal(since, instead.removeprefix("="), instead.startswith("="))
    return table


# Functions, classes and modules, by their dotted names; a module covers everything in it.
NAMES = _table("""
# NumPy 1.24.0 release notes, expired deprecations
numpy.int | NumPy 1.24 | =int
numpy.float | NumPy 1.24 | =float
numpy.complex | NumPy 1.24 | =complex
numpy.object | NumPy 1.24 | =object
numpy.str | NumPy 1.24 | =str
# NumPy 2.0.0 release notes, Python API; its module _expired_attrs_2_0
numpy.float_ | NumPy 2.0 | =numpy.float64
numpy.complex_ | NumPy 2.0 | =numpy.complex128
numpy.unicode_ | NumPy 2.0 | =numpy.str_
numpy.string_ | NumPy 2.0 | =numpy.bytes_
numpy.NaN | NumPy 2.0 | =numpy.nan
numpy.Inf | NumPy 2.0 | =numpy.inf
numpy.Infinity | NumPy 2.0 | =numpy.inf
numpy.infty | NumPy 2.0 | =numpy.inf
numpy.sometrue | NumPy 2.0 | =numpy.any
numpy.alltrue | NumPy 2.0 | =numpy.all
numpy.round_ | NumPy 2.0 | =numpy.round
numpy.mat | NumPy 2.0 | =numpy.asmatrix
numpy.msort | NumPy 2.0 | `numpy.sort(…, axis=0)`
numpy.asfarray | NumPy 2.0 | `numpy.asarray` with a `dtype`
# NumPy 1.25.0 release notes (to go in 2.0), ruff NPY003 and NPY201; not in 2.4
numpy.product | NumPy 2.0 | =numpy.prod
numpy.cumproduct | NumPy 2.0 | =numpy.cumprod
numpy.NAN | NumPy 2.0 | =numpy.nan
# NumPy 2.4.0 release notes, removals
numpy.in1d | NumPy 2.4 | =numpy.isin
numpy.trapz | NumPy 2.4 | =numpy.trapezoid
# pandas 0.25.0: what's new, and the page on Panel in the reference of 1.0
pandas.Panel | pandas 0.25 | a MultiIndex
# pandas issues 30185 and 12455: removed before 1.0
pandas.TimeGrouper | pandas 0.25 | `pandas.Grouper`
# pandas 0.24.0: what's new, removals; pandas-ml pull request 119
pandas.scatter_matrix | pandas 0.24 | =pandas.plotting.scatter_matrix
pandas.tools | pandas 0.24 | `pandas.plotting`
# pandas 2.0.0: what's new, removal of prior deprecations
pandas.datetime | pandas 2.0 | =datetime.datetime
pandas.np | pandas 2.0 | =numpy
pandas.Int64Index | pandas 2.0 | `pandas.Index`
pandas.Float64Index | pandas 2.0 | `pandas.Index`
# pandas 0.23.0: what's new, pull request 18723
pandas.rolling_mean | pandas 0.23 | `.rolling(…).mean()`
pandas.rolling_std | pandas 0.23 | `.rolling(…).std()`
pandas.ewma | pandas 0.23 | `.ewm(…).mean()`
# scikit-learn: pull request 9570 (0.20), issue 13797 (0.22), and its own warnings; not in 1.9
sklearn.cross_validation | scikit-learn 0.20 | `sklearn.model_selection`
sklearn.grid_search | scikit-learn 0.20 | `sklearn.model_selection`
sklearn.learning_curve | scikit-learn 0.20 | `sklearn.model_selection`
sklearn.lda | scikit-learn 0.19 | `sklearn.discriminant_analysis`
sklearn.qda | scikit-learn 0.19 | `sklearn.discriminant_analysis`
sklearn.externals.joblib | scikit-learn 0.23 | =joblib
sklearn.externals.six | scikit-learn 0.23 | `six`
sklearn.preprocessing.Imputer | scikit-learn 0.22 | `sklearn.impute.SimpleImputer`
sklearn.mixture.GMM | scikit-learn 0.20 | `sklearn.mixture.GaussianMixture`
sklearn.decomposition.RandomizedPCA | scikit-learn 0.20 | `sklearn.decomposition.PCA`
sklearn.datasets.load_boston | scikit-learn 1.2 | `fetch_openml`, or another data set
sklearn.datasets.fetch_mldata | scikit-learn 0.22 | `sklearn.datasets.fetch_openml`
sklearn.metrics.plot_confusion_matrix | scikit-learn 1.2 | `ConfusionMatrixDisplay.from_estimator`
sklearn.metrics.plot_roc_curve | scikit-learn 1.2 | `RocCurveDisplay.from_estimator`
sklearn.metrics.plot_precision_recall_curve | scikit-learn 1.2 | `PrecisionRecallDisplay`
sklearn.metrics.jaccard_similarity_score | scikit-learn 0.23 | `jaccard_score`
sklearn.inspection.plot_partial_dependence | scikit-learn 1.2 | `PartialDependenceDisplay`
sklearn.linear_model.RandomizedLasso | scikit-learn 0.21 | nothing
# SciPy 1.3.0 and 1.14.0 release notes
scipy.misc.imread | SciPy 1.3 | `imageio.imread`
scipy.misc.imsave | SciPy 1.3 | `imageio.imwrite`
scipy.misc.imresize | SciPy 1.3 | `PIL.Image.resize`
scipy.integrate.trapz | SciPy 1.14 | =scipy.integrate.trapezoid
scipy.integrate.cumtrapz | SciPy 1.14 | =scipy.integrate.cumulative_trapezoid
scipy.integrate.simps | SciPy 1.14 | =scipy.integrate.simpson
# Pillow 10.0.0 release notes, constants
PIL.Image.ANTIALIAS | Pillow 10 | =PIL.Image.LANCZOS
# TensorFlow: migrate from version 1 to 2
tensorflow.contrib | TensorFlow 2.0 | TensorFlow Addons, or Keras
tensorflow.placeholder | TensorFlow 2.0 | `tensorflow.compat.v1.placeholder`
tensorflow.Session | TensorFlow 2.0 | `tensorflow.compat.v1.Session`
tensorflow.InteractiveSession | TensorFlow 2.0 | `tensorflow.compat.v1.InteractiveSession`
tensorflow.global_variables_initializer | TensorFlow 2.0 | the function in `tensorflow.compat.v1`
tensorflow.set_random_seed | TensorFlow 2.0 | =tensorflow.random.set_seed
tensorflow.get_variable | TensorFlow 2.0 | `tensorflow.Variable`
tensorflow.layers | TensorFlow 2.0 | `tensorflow.keras.layers`
tensorflow.app | TensorFlow 2.0 | `absl.app`
tensorflow.flags | TensorFlow 2.0 | `absl.flags`
# What's new in Python 3.8, 3.10, 3.11 and 3.12: removed
collections.Mapping | Python 3.10 | =collections.abc.Mapping
collections.Iterable | Python 3.10 | =collections.abc.Iterable
collections.Callable | Python 3.10 | =collections.abc.Callable
collections.Sequence | Python 3.10 | =collections.abc.Sequence
time.clock | Python 3.8 | =time.perf_counter
imp | Python 3.12 | `importlib`
distutils | Python 3.12 | `setuptools`, `shutil` or `packaging`
inspect.getargspec | Python 3.11 | =inspect.getfullargspec
""")

# Methods and attributes of DataFrames and Series whose names nothing else uses.
METHODS = _table("""
# pandas 1.0.0 and 2.0.0: what's new, removal of prior deprecations
ix | pandas 1.0 | `.loc` or `.iloc`
as_matrix | pandas 1.0 | `.to_numpy()`
iteritems | pandas 2.0 | `.items()`
clip_lower | pandas 1.0 | `.clip(lower=…)`
clip_upper | pandas 1.0 | `.clip(upper=…)`
# keras issue 19225
fit_generator | Keras 3 | `.fit`
predict_generator | Keras 3 | `.predict`
evaluate_generator | Keras 3 | `.evaluate`
# TensorFlow 2.6 release notes; parsnip issue 596
predict_classes | TensorFlow 2.6 | `numpy.argmax(….predict(…), axis=-1)`
""")

# Arguments, by the last part of the called name.
ARGUMENTS = _table("""
# pandas 2.0.0: what's new; the warnings of Matplotlib and scikit-learn; Gensim: migrate to 4
read_csv.error_bad_lines | pandas 2.0 | `on_bad_lines`
read_csv.warn_bad_lines | pandas 2.0 | `on_bad_lines`
read_csv.squeeze | pandas 2.0 | `.squeeze("columns")`
hist.normed | Matplotlib 3.1 | `density`
OneHotEncoder.sparse | scikit-learn 1.4 | `sparse_output`
OneHotEncoder.categorical_features | scikit-learn 0.22 | `ColumnTransformer`
mean_squared_error.squared | scikit-learn 1.6 | `root_mean_squared_error`
Word2Vec.size | Gensim 4.0 | `vector_size`
Word2Vec.iter | Gensim 4.0 | `epochs`
append.ignore_index | pandas 2.0 | `pandas.concat`
# pandas 3.0.0: what's new, removal of prior deprecations
fillna.method | pandas 3.0 | `.ffill()` or `.bfill()`
""")
