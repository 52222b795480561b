"""Shapes of data flow: chains, tables, models."""

from shape_parts import Shape, cells, lines, row

PANDAS = "import pandas as pd\ndf = pd.read_csv('a.csv')"
SKLEARN = """from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
import numpy as np
import pandas as pd
df = pd.read_csv('a.csv')
X = df.drop(columns=['y'])
y = df['y']"""

CHAINS = {
    "chain": Shape(2000, lines("x = x + {i}", "x = 0")),
    "chain, cells": Shape(2000, cells("x = x + {i}", "x = 0")),
    "chain of lists": Shape(1000, lines("x = x + [{i}]", "x = []")),
    "chain of names": Shape(1000, lines("x{i} = x{j} + 1", "x0 = 0")),
    "chain of names, cells": Shape(1000, cells("x{i} = x{j} + 1", "x0 = 0")),
    "chain of unknown calls": Shape(1000, lines("x{i} = f(x{j})", "from m import f\nx0 = f()")),
    "chain of unknown calls, cells": Shape(
        1000, cells("x{i} = f(x{j})", "from m import f\nx0 = f()")
    ),
    "aliases": Shape(1000, lines("x{i} = x{j}", "x0 = []")),
    "aliases, cells": Shape(1000, cells("x{i} = x{j}\nx{i}.append(1)", "x0 = []")),
    "aliases in one statement": Shape(4000, row("x{i} = ", after="[]")),
    "unpacking": Shape(4000, row("x{i}, ", after="= range(9)")),
    "swaps": Shape(1000, lines("a, b = b, a", "a = []\nb = []")),
    "lists in lists": Shape(1000, lines("x{i} = [x{j}]", "x0 = []")),
    "lists in lists, cells": Shape(1000, cells("x{i} = [x{j}]", "x0 = []")),
    "lists in one list": Shape(1000, lines("y{i} = []\nx.append(y{i})", "x = []")),
    "lists in one list, cells": Shape(1000, cells("y{i} = []\nx.append(y{i})", "x = []")),
    "appending": Shape(2000, lines("x.append({i})", "x = []")),
    "appending, cells": Shape(1000, cells("x.append({i})", "x = []")),
    "items of a dict": Shape(2000, lines("d['k{i}'] = {i}", "d = {}")),
    "items of a dict, cells": Shape(1000, cells("d['k{i}'] = [d['k{j}']]", "d = {'k0': 1}")),
    "attributes": Shape(1000, lines("o.a{i} = o.a{j}", "class C: pass\no = C()\no.a0 = []")),
    "adding": Shape(2000, lines("x += {i}", "x = 0")),
    "adding, cells": Shape(2000, cells("x += {i}", "x = 0")),
    "adding to a list, cells": Shape(1000, cells("x += [{i}]", "x = []")),
    "redefinitions": Shape(2000, lines("x = {i}")),
    "redefinitions, cells": Shape(2000, cells("x = {i}")),
    "redefinitions and uses, cells": Shape(1000, cells("x = [{i}]\nprint(x)")),
    "names used in other cells": Shape(
        500, lambda n: [f"x{i} = [{i}]" for i in range(n)] + [f"print(x{i})" for i in range(n)]
    ),
    "names used at the end": Shape(
        1000, lambda n: [*cells("x{i} = [{i}]")(n), *row("x{i}", "print(", ")", ", ")(n)]
    ),
    "names changed at the end": Shape(
        500, lambda n: [*cells("x{i} = [{i}]")(n), *lines("x{i}.append(x{j})", "x0 = []")(n)]
    ),
    "deletions": Shape(1000, lines("x{i} = []\ndel x{i}")),
    "values displayed": Shape(1000, cells("x{i} = [{i}]\nx{i}")),
    "last values": Shape(500, cells("_ + 1", "1")),
}
TABLES = {
    "columns": Shape(1000, lines("df['c{i}'] = df['c{j}'] * 2", PANDAS)),
    "columns, cells": Shape(1000, cells("df['c{i}'] = df['c{j}'] * 2", PANDAS)),
    "tables": Shape(1000, lines("df = df.dropna()", PANDAS)),
    "tables, cells": Shape(1000, cells("df = df.dropna()", PANDAS)),
    "tables of names": Shape(1000, lines("df{i} = df{j}.dropna()", PANDAS + "\ndf0 = df")),
    "tables of names, cells": Shape(500, cells("df{i} = df{j}.dropna()", PANDAS + "\ndf0 = df")),
    "views": Shape(500, cells("v{i} = df['c{i}']\nv{i}[0] = 1", PANDAS)),
    "methods in a row": Shape(400, row(".dropna()", PANDAS + "\ndf = df")),
    "in place": Shape(1000, lines("df.drop(columns=['c{i}'], inplace=True)", PANDAS)),
    "in place, cells": Shape(1000, cells("df.drop(columns=['c{i}'], inplace=True)", PANDAS)),
    "merges": Shape(1000, cells("df = df.merge(df, on='c{i}')", PANDAS)),
    "columns in pieces": Shape(1000, lines("df.loc[df.a > {i}, 'b'] = {i}", PANDAS)),
    "chained assignment": Shape(1000, lines("df['a'][{i}] = 1", PANDAS)),
    "heads": Shape(1000, cells("df.head({i})", PANDAS)),
    "groups": Shape(500, cells("g{i} = df.groupby('c{i}').mean()", PANDAS)),
    "data files": Shape(500, cells("d{i} = pd.read_csv('d{i}.csv')", "import pandas as pd")),
    "data files, lines": Shape(500, lines("d{i} = pd.read_csv('d{i}.csv')", "import pandas as pd")),
    "one data file": Shape(500, cells("d{i} = pd.read_csv('d.csv')", "import pandas as pd")),
    "files written": Shape(500, cells("df.to_csv('d{i}.csv')", PANDAS)),
    "files opened": Shape(500, cells("with open('d{i}.txt') as f:\n    t{i} = f.read()")),
    "paths in pieces": Shape(500, lines("p = p + '/a{i}'", "p = 'a'", "t = open(p).read()")),
    "models": Shape(
        500, cells("m{i} = RandomForestClassifier(n_estimators={i}).fit(X, y)", SKLEARN)
    ),
    "one model": Shape(
        500, cells("m = RandomForestClassifier(n_estimators={i})\nm.fit(X, y)", SKLEARN)
    ),
    "metrics": Shape(
        500,
        cells(
            "a{i} = accuracy_score(y, m.predict(X))",
            SKLEARN + "\nm = RandomForestClassifier().fit(X, y)",
        ),
    ),
    "splits": Shape(
        300,
        cells(
            "X{i}, T{i}, y{i}, t{i} = train_test_split(X{j}, y{j})", SKLEARN + "\nX0 = X\ny0 = y"
        ),
    ),
    "scalers": Shape(
        500,
        cells(
            "X = s.fit_transform(X)",
            SKLEARN + "\nfrom sklearn.preprocessing import StandardScaler\ns = StandardScaler()",
        ),
    ),
    "random numbers": Shape(1000, cells("r{i} = np.random.rand({i})", SKLEARN)),
    "seeds": Shape(1000, cells("np.random.seed({i})", SKLEARN)),
    "plots": Shape(1000, cells("plt.plot([{i}])", "import matplotlib.pyplot as plt")),
    "plots, lines": Shape(1000, lines("plt.plot([{i}])", "import matplotlib.pyplot as plt")),
    "steps of a pipeline": Shape(
        1000,
        row(
            "('s{i}', StandardScaler())",
            SKLEARN
            + "\nfrom sklearn.pipeline import Pipeline"
            + "\nfrom sklearn.preprocessing import StandardScaler\np = Pipeline([",
            "]).fit(X, y)",
            ", ",
        ),
    ),
    "capitals": Shape(1000, lines("N{i} = {i}")),
}
