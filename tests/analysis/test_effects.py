"""Effects of a statement: the names it uses, binds and changes, the files it touches."""

import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.notebook.read import read_notebook

NETWORK = """
import numpy as np
class Network:
    def __init__(self, size):
        self.weights = np.zeros(size)
    def step(self, x):
        self.weights -= x @ self.weights
    def train(self, x):
        self.step(x)
"""


@pytest.fixture
def effects(tmp_path):
    """Analyse cells, and give the effects of the last statement."""

    def of(*cells: str):
        return analyse(read_program(read_notebook(notebook(tmp_path, *cells)))).effects[-1]

    return of


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ("import pandas as pd\nx = pd.DataFrame({'a': [1]})", "x['b'] = 2"),
        ("import pandas as pd\nx = pd.DataFrame({'a': [1]})", "x.dropna(inplace=True)"),
        ("from sklearn.linear_model import Ridge\nx = Ridge()", "x.fit([[1]], [1])"),
        ("import numpy as np\nx = np.zeros(3)", "x[0] = 1"),
        ("import numpy as np\nx = np.zeros(3)\ny = x", "y += 1"),
        ("import numpy as np\nx = np.zeros(3)", "np.random.shuffle(x)"),
        (
            "from sklearn.model_selection import train_test_split as t\nx, y = t([[1], [2]])",
            "x['c'] = 1",
        ),
        ("x = []", "x.append(1)"),
        ("x = {}", "x['k'] = 1"),
        ("x = {'k': []}", "x['k'].append(1)"),
        ("x = []\ndef f(y):\n    y.append(1)", "f(x)"),
        ("x = []\nimport mystery", "mystery.do(x)"),
        ("class A:\n    pass\nx = A()", "x.v = 1"),
        ("x = []\nbox = [x]", "box[0].append(1)"),
        ("x = []\ny = x", "y.append(1)"),
        ("import random\nx = [1, 2]", "random.shuffle(x)"),
        ("class A:\n    def f(self):\n        self.v = 1\nx = A()\ng = x.f", "g()"),
        ("class A:\n    v = []\nx = A()\ny = A()", "y.v.append(1)"),
    ],
)
def test_a_change_in_place_is_seen(effects, before, statement):
    assert "x" in effects(before, statement).mutates


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ("import pandas as pd\nx = pd.DataFrame({'a': [1]})", "y = x.dropna()"),
        ("import pandas as pd\nx = pd.DataFrame({'a': [1]})", "x.head()"),
        ("from sklearn.linear_model import Ridge\nx = Ridge()", "x.predict([[1]])"),
        ("x = [3, 1]", "y = sorted(x)"),
        ("x = [3, 1]", "print(len(x))"),
        ("import numpy as np\nx = np.zeros(3)", "y = np.mean(x)"),
        (f"{NETWORK}\nx = Network(2)\nx.train([1])", "print(abs(x.weights[0] - 1))"),
    ],
)
def test_what_only_reads_changes_nothing(effects, before, statement):
    assert effects(before, statement).mutates == set()


@pytest.mark.parametrize("about", ["x.shape[1]", "x.ndim"])
def test_how_large_something_is_shares_nothing_with_it(effects, about):
    load = "from mystery import load\nx = load()"
    made = f"from torch import nn, optim\nnet = nn.Linear({about}, 1)"
    step = "optimizer = optim.Adam(net.parameters())"
    assert effects(load, made, step, "optimizer.step()").mutates == {"net", "optimizer"}


def test_tensors_that_are_compared_give_a_tensor_of_its_own(effects):
    load = "import torch\nx = torch.ones(3)"
    found = effects(load, "labels = (x > 0).int()", "labels[0] = 1")
    assert found.mutates == {"labels"}


FIT_EACH = "for name, model in models.items():\n    model.fit(x, y)"


def test_what_a_model_is_fitted_to_stays_as_it_is(effects):
    models = "from sklearn.linear_model import Lasso, Ridge\nmodels = {'l': Lasso(), 'r': Ridge()}"
    found = effects("from mystery import load\nx, y = load()", models, FIT_EACH)
    assert {"models", "model"} <= found.mutates
    assert found.mutates.isdisjoint({"x", "y"})


def test_a_pipeline_fits_its_steps_and_reads_the_lists_it_was_made_with(effects):
    imports = (
        "from sklearn.compose import ColumnTransformer\nfrom sklearn.decomposition import PCA\n"
        "from sklearn.pipeline import Pipeline\nfrom sklearn.preprocessing import StandardScaler"
    )
    parts = "columns = ['a']\nscaler = StandardScaler()\npca = PCA()"
    made = "t = ColumnTransformer([('s', scaler, columns)])"
    pipeline = "p = Pipeline([('t', t), ('p', pca)])"
    # The pipeline fits its steps themselves, but the column transformer clones of its own.
    assert effects(imports, parts, made, pipeline, "p.fit(x)").mutates == {"p", "pca", "t"}


def test_instances_share_nothing_that_each_makes_for_itself(effects):
    own = """class Log:
    def __init__(self, names):
        self.names = names
        self.lines = []"""
    made = ("names = ['n']", "one = Log(names)", "other = Log(names)")
    assert effects(own, *made, "one.lines.append(1)").mutates == {"one"}
    assert effects(own, *made, "one.names.append(1)").mutates == {"names", "one", "other"}


def test_a_class_that_is_made_anew_from_itself_has_an_end(effects):
    again = "for _ in range(3):\n    class A(A):\n        pass"
    assert effects("class A:\n    pass", again, "a = A()", "a.missing()").unknowns


def test_a_statement_that_is_too_large_is_taken_to_change_everything(effects):
    names = [f"f{i}" for i in range(9)]
    calls = "\n".join(f"    {name}()" for name in names for _ in range(3))
    functions = (f"def {name}():\n{calls}" for name in names)
    found = effects("x = []", *functions, "f0()")
    assert [u.reason for u in found.unknowns] == ["the statement is too large to analyse"]
    assert "x" in found.mutates & found.uses


def test_a_function_reads_its_globals_when_it_is_called(effects):
    assert "k" in effects("k = 1\ndef f(x):\n    return x * k", "k = 2", "y = f(3)").uses


@pytest.mark.parametrize(
    ("imports", "statement"),
    [
        ("import pandas as pd\ndf = pd.DataFrame({'a': [1]})", "df.query('a > @k')"),
        ("import pandas as pd\ndf = pd.DataFrame({'a': [1]})", "df.eval('a + @ k')"),
        ("import statsmodels.formula.api as smf\ndf = 1", "smf.ols('y ~ x + k', df)"),
        ("import statsmodels.api as sm\ndf = 1", "sm.OLS.from_formula('y ~ k(x)', df)"),
        ("import patsy\ndf = 1\ntext = 'y ~ k'", "patsy.dmatrices(text, df)"),
        ("df = load()\nf = lambda d: d.query('a > @k')", "f(df)"),
    ],
)
def test_a_text_that_is_evaluated_reads_the_variables_it_names(effects, imports, statement):
    found = effects("k = 1", imports, statement)
    assert "k" in found.uses
    assert found.in_texts == {"k"}


def test_only_names_after_an_at_sign_are_variables_in_a_query(effects):
    frame = "import pandas as pd\ndf = pd.DataFrame({'k': [1]})"
    assert effects("k = 1", frame, "df.query('k > 0')").in_texts == set()


def test_a_branch_binds_perhaps(effects):
    found = effects("a = 1", "if a:\n    b = 2")
    assert found.may_bind == {"b"}
    assert found.binds == set()


def test_a_draw_without_a_seed_reads_the_global_state(effects):
    imports = "from sklearn.model_selection import train_test_split"
    assert "random:numpy" in effects(imports, "a, b = train_test_split([1, 2])").reads
    seeded = effects(imports, "a, b = train_test_split([1, 2], random_state=0)")
    assert not any(r.startswith("random:") for r in seeded.reads)


@pytest.mark.parametrize("code", ["exec(text)", "eval(text)", "globals()[text] = 1", "input()"])
def test_what_reaches_names_by_text_is_named(effects, code):
    assert effects("text = 'a' + 'b'", code).dynamic


def test_an_unknown_call_is_an_explicit_unknown(effects):
    assert effects("import mystery", "mystery.do(1)").unknowns


def test_methods_that_hand_self_to_a_library_do_not_run_each_other_without_end(effects):
    method = "    def m{i}(self, x):\n        library.call(self, x)\n        x.append({i})\n"
    methods = "".join(method.format(i=i) for i in range(9))
    found = effects(f"import library\nx = []\nclass A:\n{methods}", "A().m0(x)")
    assert "x" in found.mutates
    assert not any("too large" in unknown.reason for unknown in found.unknowns)
