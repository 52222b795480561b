"""Every kind of model is served: from a small notebook to answers over HTTP.

Each case ends with `said`, what the notebook itself says of all records; the service is asked for
the same records at once, and for some of them alone.
"""

import csv
import json
import random
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.capabilities.api.replay import serve
from nb2prod.capabilities.api.slice.inference import with_models_kept, with_served
from nb2prod.capability import RefusedError, Trial
from nb2prod.conversion import contributions_of
from nb2prod.emit.draft import draft_of
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import project_files, runnable_files
from nb2prod.emit.writer import write_files
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan
from nb2prod.verify.runs.environment import environment_of

# Packages the model, asks the service for all records and for some alone, and runs the notebook.
ASK = """
import contextlib, io, json, os, sys
root, source, records = sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()):
    os.chdir(root)
    sys.path.insert(0, "src")
    from small import package_model
    from small.api.app import app
    package_model.main()
    from fastapi.testclient import TestClient
    rows = json.loads(records)
    with TestClient(app) as client:
        ready = client.get("/ready").status_code
        info = client.get("/model-info").json()
        fields = client.get("/openapi.json").json()["components"]["schemas"]["Record"]["required"]
        rows = [{name: row[name] for name in fields} for row in rows]
        many = client.post("/predict", json={"rows": rows}).json()
        alone = [client.post("/predict", json={"rows": [row]}).json() for row in rows[:3]]
    os.chdir(os.path.dirname(source))
    space = {}
    exec(open(source).read(), space)
    import numpy as np
    said = np.asarray(space["said"]).tolist()
    scores = np.asarray(space["scores"]).tolist() if "scores" in many else None
assert many.get("scores") == scores, "how far from an anomaly"
print(json.dumps([ready, info, many["predictions"], [a["predictions"][0] for a in alone], said]))
"""

LOADS = """\
import numpy as np
import pandas as pd
df = pd.read_csv("sales.csv")
df["price"] = df["price"].fillna(df["price"].mean())
X, y = df[["price", "units"]], df["big"]"""
SCALES = """\
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)"""
READS = """\
import re
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
df = pd.read_csv("texts.csv")"""
SERVED = {
    "clusters": [
        LOADS,
        "from sklearn.cluster import KMeans\nfrom sklearn.preprocessing import StandardScaler",
        "scaled = StandardScaler().fit_transform(X)\nmodel = KMeans(3, n_init=4, random_state=0)",
        "said = model.fit_predict(scaled)",
    ],
    "anomalies": [
        LOADS,
        "from sklearn.ensemble import IsolationForest\nmodel = IsolationForest(random_state=0)",
        "model.fit(X)\nscores = model.decision_function(X)\nsaid = model.predict(X)",
    ],
    "texts and a vectorizer": [
        READS,
        'df["text"] = df["text"].str.lower()\nvectorizer = TfidfVectorizer()',
        'known = vectorizer.fit_transform(df["text"])\nmodel = LogisticRegression()',
        'model.fit(known, df["label"])\nsaid = model.predict(known)',
    ],
    "texts cleaned one after another": [
        READS,
        "corpus = []\nfor i in range(0, 40):\n    words = re.sub('[^a-z]', ' ', df['text'][i])\n"
        "    corpus.append(' '.join(w for w in words.split() if w != 'the'))",
        "counter = CountVectorizer()\nknown = counter.fit_transform(corpus).toarray()",
        'model = MultinomialNB()\nmodel.fit(known, df["label"])\nsaid = model.predict(known)',
    ],
    "results of statsmodels": [
        LOADS,
        "import statsmodels.api as sm\nwith_one = sm.add_constant(X)",
        'ols = sm.OLS(df["sold"], with_one)',
        "results = ols.fit()\nprint(results.summary())\nsaid = results.predict(with_one)",
    ],
    "results of a formula": [
        LOADS,
        "import statsmodels.formula.api as smf",
        'fit = smf.ols("sold ~ np.log(price) + C(shop)", data=df).fit()\nsaid = fit.predict(df)',
    ],
    "one of a list of models": [
        LOADS,
        "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.tree import DecisionTreeClassifier",
        "models = [LogisticRegression(), DecisionTreeClassifier(random_state=0)]",
        "for i in range(len(models)):\n    models[i].fit(X, y)\n    print(models[i].score(X, y))",
        "said = models[0].predict(X)",
    ],
    "a model that a function trains": [
        LOADS,
        "from sklearn.tree import DecisionTreeClassifier",
        "def trained(model, rows, target):\n    model.fit(rows, target)\n"
        "    print(model.score(rows, target))",
        "tree = DecisionTreeClassifier(random_state=0)\ntrained(tree, X, y)",
        "said = tree.predict(X)",
    ],
    "rows that are balanced": [
        LOADS,
        "from sklearn.tree import DecisionTreeClassifier",
        "few, many = df[df['big'] == 0], df[df['big'] == 1]\n"
        "both = pd.concat([many.sample(len(few), random_state=0), few])",
        "tree = DecisionTreeClassifier(random_state=0)\n"
        "tree.fit(both[['price', 'units']], both['big'])\nsaid = tree.predict(X)",
    ],
}
TORCH = {
    "a class of its own": [
        LOADS,
        SCALES,
        "import torch\nfrom torch import nn\ntorch.manual_seed(0)",
        "class Net(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n"
        "        self.hidden = nn.Linear(width, 8)\n        self.norm = nn.BatchNorm1d(8)\n"
        "        self.drop = nn.Dropout(0.2)\n        self.out = nn.Linear(8, 2, bias=False)\n\n"
        "    def forward(self, x):\n        x = torch.relu(self.norm(self.hidden(x)))\n"
        "        return self.out(self.drop(x))",
        "model = Net(X_train.shape[1])\nrows = torch.tensor(X_train, dtype=torch.float32)",
        "optimizer = torch.optim.Adam(model.parameters())\nloss_of = nn.CrossEntropyLoss()\n"
        "for epoch in range(3):\n    optimizer.zero_grad()\n"
        "    loss = loss_of(model(rows), torch.tensor(y_train.values))\n"
        "    loss.backward()\n    optimizer.step()",
        "model.eval()\nwith torch.no_grad():\n"
        "    tested = torch.tensor(X_test, dtype=torch.float32)\n"
        "    print(model(tested).argmax(dim=1))",
        "with torch.no_grad():\n"
        "    said = model(torch.tensor(scaler.transform(X), dtype=torch.float32)).numpy()",
    ],
    "layers, and batches of a loader": [
        LOADS,
        SCALES,
        "import torch\nfrom torch import nn",
        "from torch.utils.data import DataLoader, TensorDataset",
        "torch.manual_seed(0)\nmodel = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))",
        "data = TensorDataset(torch.FloatTensor(X_train), torch.FloatTensor(y_train.values))\n"
        "loader = DataLoader(data, batch_size=16, shuffle=True)\nloss_of = nn.MSELoss()",
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\nfor epoch in range(2):\n"
        "    for rows, target in loader:\n        optimizer.zero_grad()\n"
        "        loss = loss_of(model(rows).squeeze(), target)\n        loss.backward()\n"
        "        optimizer.step()",
        "def tested(network, rows):\n    network.eval()\n    with torch.no_grad():\n"
        "        return network(torch.FloatTensor(scaler.transform(rows))).numpy()",
        "said = tested(model, X)",
    ],
}
KERAS = [
    LOADS,
    SCALES,
    "import keras\nfrom keras import layers\nkeras.utils.set_random_seed(0)",
    'model = keras.Sequential([layers.Input((2,)), layers.Dense(4, activation="relu"),\n'
    '                          layers.Dense(1, activation="sigmoid")])',
    'model.compile(optimizer="adam", loss="binary_crossentropy")\n'
    "model.fit(X_train, y_train, epochs=2, verbose=0)",
    "said = model.predict(scaler.transform(X), verbose=0)",
]


@pytest.fixture
def folder(tmp_path):
    draw = random.Random(0)
    rows = [["shop", "price", "units", "sold", "big"]]
    for number in range(60):
        price, units = round(draw.uniform(1, 9), 2), draw.randint(1, 9)
        sold = round(3 * price + units + draw.gauss(0, 1), 2)
        shop = ["north", "south", "east"][number % 3]
        rows.append([shop, "" if number % 17 == 4 else price, units, sold, int(price * units > 20)])
    words = {"good": ["great film", "a joy", "loved it"], "bad": ["a bore", "awful", "hated it"]}
    texts = [["text", "label"]]
    for number in range(40):
        label = ["good", "bad"][number % 2]
        texts.append([f"{draw.choice(words[label])}, the plot {number % 3}", label])
    for name, table in (("sales", rows), ("texts", texts)):
        with (tmp_path / f"{name}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(table)
    return tmp_path


def served(folder, cells):
    """Return the service of a notebook, written to `project`, its pipeline run."""
    read = read_notebook(notebook(folder, *cells, name="small.ipynb"))
    plan = make_plan(read, analyse(read_program(read)))
    # As after a run: all that is handed on was seen, and can be kept.
    plan = replace(with_models_kept(with_served(plan)), types={(0, ""): ""})
    suffixes = {(s.end, n): ".pkl" for s in plan.stages for t in s.steps for n in t.outputs}
    root = folder / "project"
    draft = draft_of(plan, suffixes)
    write_files(root, runnable_files(draft))
    run = [sys.executable, "src/run.py"]
    subprocess.run(run, cwd=root, check=True, stdout=subprocess.DEVNULL)
    environment = environment_of(sys.executable, time.monotonic() + 900, lambda _: None)
    service = serve(Trial(draft, root, environment, {}))
    added = contributions_of(draft, Evidence(), {"api": service}, ["api"])
    write_files(root, project_files(draft, Evidence(), added))
    return service


def records(folder, table):
    """Return the records of a file as JSON has them."""
    with (folder / table).open(newline="") as stream:
        return [{k: _value(v) for k, v in row.items()} for row in csv.DictReader(stream)]


def asked(folder, cells, rows):
    """Return what the service answers, and what the notebook says of the same records."""
    (folder / "notebook.py").write_text("\n".join(cells))
    command = [sys.executable, "-c", ASK, str(folder / "project"), str(folder / "notebook.py")]
    done = subprocess.run([*command, json.dumps(rows)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _value(text):
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("cells", SERVED.values(), ids=SERVED)
def test_records_are_predicted_as_in_the_notebook(folder, cells):
    service = served(folder, cells)
    assert service.raw, service.why
    table = "texts.csv" if READS in cells else "sales.csv"
    ready, info, many, alone, said = asked(folder, cells, records(folder, table))
    assert ready == 200
    assert service.scores == ("IsolationForest" in str(cells))
    assert info["input"] == "raw"
    assert reads_pickles(folder) == ("statsmodels" in str(cells)), service.endings
    assert many == pytest.approx(said, rel=1e-9) if isinstance(said[0], float) else many == said
    assert alone == pytest.approx(many[:3], rel=1e-9) if isinstance(said[0], float) else (
        alone == many[:3])  # fmt: skip


def reads_pickles(folder):
    """Return whether the packaged model has a pickle, which the service's code then reads."""
    pickles = list((folder / "project/models/service").glob("*.pkl"))
    code = (folder / "project/src/small/formats.py").read_text()
    assert ("pickle.loads" in code) == bool(pickles)
    return bool(pickles)


def check_network(folder, cells, ending):
    service = served(folder, cells)
    assert service.raw, service.why
    ready, _, many, alone, said = asked(folder, cells, records(folder, "sales.csv"))
    assert ready == 200
    assert (folder / f"project/models/service/model{ending}").exists()
    for found, expected in ((many, said), (alone, many[:3])):
        assert [v for row in found for v in row] == pytest.approx(
            [v for row in expected for v in row], rel=1e-5, abs=1e-6
        )


@pytest.mark.parametrize("cells", TORCH.values(), ids=TORCH)
def test_a_network_of_torch_is_kept_without_code(folder, cells):
    pytest.importorskip("torch")
    check_network(folder, cells, ".torch")


def test_a_network_of_keras_is_kept_in_its_own_format(folder):
    pytest.importorskip("keras")
    check_network(folder, KERAS, ".keras")


def test_a_model_of_a_series_forecasts_steps_after_its_end(folder):
    cells = [
        LOADS,
        "from statsmodels.tsa.arima.model import ARIMA",
        'fit = ARIMA(df["sold"], order=(1, 0, 0)).fit()\nprint(fit.aic)\nsaid = fit.forecast(9)',
    ]
    service = served(folder, cells)
    assert not service.raw
    assert service.why.startswith("cell 3: a model of a series forecasts steps after its end")
    assert [field.name for field in service.fields] == ["step"]
    _, _, many, alone, said = asked(folder, cells, [{"step": n} for n in range(1, 10)])
    assert many == pytest.approx(said, rel=1e-9)
    assert alone == pytest.approx(many[:3], rel=1e-9)


REFUSED = {
    "a network that is left training": (
        [c for c in TORCH["a class of its own"] if "model.eval" not in c],
        "cell 7: the network is left in training mode, in which it predicts at random",
    ),
    "clusters that predict nothing": (
        [
            LOADS,
            "from sklearn.cluster import DBSCAN\nmodel = DBSCAN()\nsaid = model.fit_predict(X)",
        ],
        "cell 2: DBSCAN has no method `predict`",
    ),
}


@pytest.mark.parametrize(("cells", "why"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_served_is_refused_with_the_cell(folder, cells, why):
    if "torch" in cells[-1]:
        pytest.importorskip("torch")
    with pytest.raises(RefusedError) as refused:
        served(folder, cells)
    assert str(refused.value).startswith(why)
