"""Slicing the preparation of a notebook's data down to that of one record.

Each case is a notebook that trains on a small table and predicts for `x_test`; its slice is made a
module, fitted and replayed by the probe that `nb2prod refactor --with api` uses.
"""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.capabilities.api.preparation import preparation_modules
from nb2prod.capabilities.api.service import formats_module
from nb2prod.capabilities.api.slice.inference import inferences
from nb2prod.emit.draft import draft_of
from nb2prod.emit.package.modules import functions_module
from nb2prod.emit.project import runnable_files
from nb2prod.emit.templates import rendered
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan
from nb2prod.verify.probes.predictions import alike, largest
from nb2prod.verify.runs.probes import probe_script

IMPORTS = """\
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
"""
TRAINS = """\
model = LinearRegression()
model.fit(x_train, y_train)
print(model.predict(x_test))
"""
ARTIFACTS = "import pickle\n\n\ndef load(path):\n    return pickle.load(open(path, 'rb'))\n"


@pytest.fixture
def folder(tmp_path):
    rows = range(40)
    pd.DataFrame(
        {
            "shop": ["north", "south", "east", "west"][:4] * 10,
            "day": [f"2024-01-{1 + r % 28:02}" for r in rows],
            "price": [None if r % 9 == 4 else 1.5 + r % 7 for r in rows],
            "units": [r % 5 for r in rows],
            "sold": [3.0 * (r % 7) + r % 5 for r in rows],
        }
    ).to_csv(tmp_path / "sales.csv", index=False)
    return tmp_path


def replay(folder, *cells):
    """Return what the probe finds of the first slice, and the text of `prepare`."""
    path = notebook(folder, IMPORTS, *cells, TRAINS)
    read = read_notebook(path)
    plan = make_plan(read, analyse(read_program(read)), split="auto")
    inference = next(inferences(plan))
    modules = preparation_modules(plan, inference, "case")
    package = folder / "src" / "case"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "artifacts.py").write_text(ARTIFACTS)
    for name, text in modules.items():
        (package / f"{name}.py").write_text(text)
    for file in runnable_files(draft_of(plan)):
        if file.path == "params.yaml":
            (folder / file.path).write_text(file.content.replace("data/raw/", ""))
    if functions := functions_module(plan, "case"):
        (package / "functions.py").write_text(functions)
    for name in ("api/package/learnt", "api/package/records", "runtime/params"):
        (package / f"{Path(name).name}.py").write_text(rendered(name))
    (package / "formats.py").write_text(formats_module("case"))
    probe_script(folder, "replay")
    obstacle = inference.obstacle
    config = {
        "root": str(folder),
        "package": "case",
        "model": "model.pkl",
        "part": [],
        "adapters": [],
        "obstacle": obstacle[1] if obstacle else "",
        "passable": inference.passable,
        "seconds": 30,
        "result": "found.json",
    }
    (folder / "config.json").write_text(json.dumps(config))
    keep = "import pickle\nwith open('model.pkl', 'wb') as file:\n    pickle.dump(model, file)"
    (folder / "notebook.py").write_text("\n".join([IMPORTS, *cells, TRAINS, keep]))
    return probe(folder), modules["prepare"]


def probe(folder):
    """Run the notebook's code, which leaves its model, and then the probe."""
    code = (
        "import runpy; runpy.run_path('notebook.py'); runpy.run_path('probe.py', None, '__main__')"
    )
    command = [sys.executable, "-c", code, "config.json"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "found.json").read_text())


SPLIT = "x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)"
READS = 'df = pd.read_csv("sales.csv")'
SERVED = {
    "a mean that fills gaps is remembered": [
        READS,
        'df["price"] = df["price"].fillna(df["price"].mean())',
        'x, y = df[["price", "units"]], df["sold"]',
        SPLIT,
    ],
    "rows that training drops are answered": [
        READS,
        "df = df.dropna().drop_duplicates()\ndf = df[df['units'] < 4]",
        'x, y = df[["price", "units"]], df["sold"]',
        SPLIT,
    ],
    "dummies have the columns of all categories": [
        READS,
        'df = df.dropna()\ndf = pd.get_dummies(df, columns=["shop"], drop_first=True)',
        'x, y = df.drop(columns=["sold", "day"]), df["sold"]',
        SPLIT,
    ],
    "one encoder is fitted to several columns": [
        READS,
        "df = df.dropna()\nencoder = LabelEncoder()",
        'for name in ["shop", "day"]:\n    df[name] = encoder.fit_transform(df[name])',
        'x, y = df.drop(columns="sold"), df["sold"]',
        SPLIT,
    ],
    "a scaler that was fitted before the split": [
        READS,
        "df = df.dropna()",
        'x = StandardScaler().fit_transform(df[["price", "units"]])\ny = df["sold"].values',
        SPLIT,
    ],
    "a scaler that was fitted to the training rows": [
        READS,
        "df = df.dropna()\nx, y = df.iloc[:, 2:4].values, df.iloc[:, -1].values",
        SPLIT,
        "scaler = StandardScaler()\nx_train = scaler.fit_transform(x_train)",
        "x_test = scaler.transform(x_test)",
    ],
    "a mode, quantiles and a table of means to look up": [
        READS,
        'df["price"] = df["price"].fillna(df["price"].mode()[0])',
        'low, high = df["units"].quantile(0.1), df["units"].quantile(0.9)',
        'df["units"] = df["units"].clip(low, high)',
        'means = df.groupby("shop")["sold"].mean()\ndf["usual"] = df["shop"].map(means)',
        'x, y = df[["price", "units", "usual"]], df["sold"]',
        SPLIT,
    ],
    "a function of the notebook that reads a variable": [
        READS,
        "limit = 3\ndef many(units):\n    return (units > limit).astype(int)",
        'df = df.dropna()\ndf["many"] = many(df["units"])',
        'x, y = df[["price", "many"]], df["sold"]',
        SPLIT,
    ],
    "two things that a function of the notebook has fitted": [
        READS,
        "df = df.dropna()\nx, y = df[['price', 'units', 'shop']], df['sold']",
        SPLIT,
        """def learn(table):
    scaler = StandardScaler()
    scaler.fit(table[["price", "units"]])
    shops = OneHotEncoder(sparse_output=False).fit(table[["shop"]])
    return scaler, shops

def put_together(table):
    scaled = scaler.transform(table[["price", "units"]])
    return np.hstack([scaled, shops.transform(table[["shop"]])])""",
        "scaler, shops = learn(x_train)",
        "x_train = put_together(x_train)",
        "x_test = put_together(x_test)",
    ],
    "a target that is made of the next row": [
        READS,
        'df["target"] = np.where(df["sold"].shift(-1) > df["sold"], 1, 0)',
        'df = df.dropna()\nx, y = df[["price", "units"]], df["target"]',
        SPLIT,
    ],
    "bins that depend on the data": [
        READS,
        'df = df.dropna()\ndf["bin"] = pd.cut(df["price"], 3, labels=False)',
        'x, y = df[["bin", "units"]], df["sold"]',
        SPLIT,
    ],
}


@pytest.mark.parametrize("cells", SERVED.values(), ids=SERVED)
def test_records_alone_become_what_the_model_saw(folder, cells):
    found, text = replay(folder, *cells)
    assert found["raw"], (found["why"], text)
    assert found["rows"] >= 30
    needed = {c["name"] for c in found["columns"] if c["needed"]}
    assert "sold" not in needed or "usual" in text


@pytest.mark.parametrize(
    ("encode", "closed"),
    [
        ('df["shop"] = LabelEncoder().fit_transform(df["shop"])', 4),
        ('df["shop"] = df["shop"].map({"north": 0, "south": 1, "east": 2, "west": 3})', 4),
        ('df = pd.get_dummies(df, columns=["shop"], dtype=int)', 0),  # all zero for any other
    ],
)
def test_a_column_is_closed_where_other_values_can_not_be_predicted_from(folder, encode, closed):
    x = 'df[[c for c in df.columns if c.startswith("shop")] + ["units"]]'
    found, _ = replay(folder, READS, encode, f'x, y = {x}, df["sold"]', SPLIT)
    assert found["raw"], found["why"]
    (shop,) = (c for c in found["columns"] if c["name"] == "shop")
    assert len(shop["closed"]) == closed


REFUSED = {
    "a difference to the row before": [
        READS,
        'df["change"] = df["units"].diff().fillna(0)',
        'x, y = df[["units", "change"]], df["sold"]',
        SPLIT,
    ],
    "a rank among all rows": [
        READS,
        'df["rank"] = df["units"].rank()',
        'x, y = df[["units", "rank"]], df["sold"]',
        SPLIT,
    ],
    "a mean of the group, put into each row": [
        READS,
        'df["usual"] = df.groupby("shop")["units"].transform("mean")',
        'x, y = df[["units", "usual"]], df["sold"]',
        SPLIT,
    ],
    "a function that computes a mean of what it is given": [
        READS,
        "def centred(values):\n    return values - values.mean()",
        'df["units"] = centred(df["units"])',
        'x, y = df[["units"]], df["sold"]',
        SPLIT,
    ],
}


@pytest.mark.parametrize("cells", REFUSED.values(), ids=REFUSED)
def test_what_depends_on_other_rows_is_not_served_from_records(folder, cells):
    found, _ = replay(folder, *cells)
    assert not found["raw"]
    assert found["why"]
    assert found["columns"][0]["name"] == "units", "the model's own columns are"


def test_a_wrong_slice_is_found_out(folder):
    """The replay can fail: here what was learnt is changed before it."""
    found, _ = replay(folder, *SERVED["a mean that fills gaps is remembered"])
    assert found["raw"]
    module = folder / "src" / "case" / "prepare.py"
    right = module.read_text()
    module.write_text(right.replace("fillna(", "fillna(0.5 if not learnt.fitting else "))
    assert module.read_text() != right
    found = probe(folder)
    assert not found["raw"]
    assert "does not come out of any record" in found["why"]


def test_rounding_errors_do_not_make_predictions_differ():
    """Where large numbers cancel out, other machines and batches leave other small remainders."""
    sizes = 1e-9, 1e-12 * largest([20.0, [-7e-15, float("nan")]])
    assert alike([20.0, -7e-15], [20.0, 3e-15], sizes)
    assert not alike([20.0, 1e-9], [20.0, 2e-9], sizes)
