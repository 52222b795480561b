"""What a statement uses, binds, changes and touches."""

import pytest
from building import notebook

from nb2prod.analysis.notebook_flow import analyse
from nb2prod.analysis.statements import read_program
from nb2prod.notebook import read_notebook


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
    ],
)
def test_what_only_reads_changes_nothing(effects, before, statement):
    assert effects(before, statement).mutates == set()


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
