"""How long planning takes: `nb2prod plan` beside `soorgeon refactor`, on a notebook of 100 cells.

    python tests/benchmarks/plan_speed.py [--soorgeon PATH] [--rounds N]

Both run as whole processes, in turns, each with a warm file cache; what counts is the CPU time
of the process and its children, imports included. soorgeon is optional: without `--soorgeon` it is
installed in a virtual environment in the user's cache, since it pins other libraries than nb2prod.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

SECTIONS = {
    "Load": [
        "{t} = pd.read_csv('data/{t}.csv')\n{t}.head()",
        "print({t}.shape)\n{t}.dtypes",
        "{t}['month'] = pd.to_datetime({t}['date']).dt.month\n{t} = {t}.drop(columns=['date'])",
    ],
    "Clean": [
        "# prices that are missing are those of the day before\n"
        "{t}['price'] = {t}['price'].ffill()\n{t} = {t}.drop_duplicates()",
        "for column in ['price', 'units']:\n"
        "    low, high = {t}[column].quantile([0.01, 0.99])\n"
        "    {t}[column] = {t}[column].clip(low, high)",
        "{t}.isna().sum()",
    ],
    "Explore": [
        "plt.figure(figsize=(8, 4))\nplt.hist({t}['price'], bins=30)\nplt.title('{t}')\nplt.show()",
        "{t}.groupby('region')['units'].agg(['mean', 'std'])",
    ],
    "Features": [
        "{t}['revenue'] = {t}['price'] * {t}['units']\n{t}['log_price'] = np.log1p({t}['price'])",
        "{t} = pd.get_dummies({t}, columns=['region'])\n{t}.columns",
    ],
    "Train": [
        "X_{t} = {t}.drop(columns=['returned'])\ny_{t} = {t}['returned']\n"
        "X_{t}_train, X_{t}_test, y_{t}_train, y_{t}_test = train_test_split(\n"
        "    X_{t}, y_{t}, test_size=0.2, random_state=42\n)",
        "model_{t} = RandomForestClassifier(n_estimators=100, max_depth=8, random_state=1)\n"
        "model_{t}.fit(X_{t}_train, y_{t}_train)",
    ],
    "Evaluate": [
        "predicted_{t} = model_{t}.predict(X_{t}_test)\n"
        "print('accuracy', accuracy_score(y_{t}_test, predicted_{t}))",
        "pd.Series(model_{t}.feature_importances_, X_{t}.columns).sort_values().plot.barh()",
    ],
}  # fmt: skip
IMPORTS = (
    "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\n"
    "from sklearn.ensemble import RandomForestClassifier\n"
    "from sklearn.metrics import accuracy_score\n"
    "from sklearn.model_selection import train_test_split"
)
TABLES = ("shop", "web", "phone", "partner", "outlet", "kiosk", "catalogue")


def write_notebook(path: Path) -> int:
    """Write a notebook of seven tables, each taken from its file to a model; count its cells."""
    options = "pd.set_option('display.max_columns', 50)\nplt.style.use('ggplot')"
    cells = [_cell("code", IMPORTS), _cell("code", options)]
    for table in TABLES:
        for title, sources in SECTIONS.items():
            cells.append(_cell("markdown", f"## {title} {table}"))
            cells += [_cell("code", source.format(t=table)) for source in sources]
    code = [c for c in cells if c["cell_type"] == "code"]
    identified = [{"id": f"cell-{n}", **cell} for n, cell in enumerate(cells)]
    content = {"cells": identified, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content))
    return len(code)


def _cell(kind: str, source: str) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def cpu_seconds(command: Sequence[str], folder: Path) -> float:
    """Run a command that has to succeed, and return the CPU time it took."""
    before = os.times()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return (
        after.children_user - before.children_user + after.children_system - before.children_system
    )


def soorgeon_of_our_own() -> str:
    """Return soorgeon's command, installed where it disturbs nothing."""
    folder = Path.home() / ".cache" / "nb2prod-benchmarks" / "soorgeon"
    if not (folder / "bin" / "soorgeon").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "soorgeon"], check=True)
    return str(folder / "bin" / "soorgeon")


def main() -> None:
    """Run both in turns and print a line for each, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soorgeon", metavar="PATH")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    soorgeon = options.soorgeon or soorgeon_of_our_own()
    times: dict[str, list[float]] = {"nb2prod plan": [], "soorgeon refactor": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{write_notebook(folder / 'sales.ipynb')} code cells")
        for _ in range(options.rounds + 1):
            planning = [sys.executable, "-m", "nb2prod", "plan", "sales.ipynb"]
            times["nb2prod plan"].append(cpu_seconds(planning, folder))
            work = folder / "work"
            work.mkdir()
            shutil.copy(folder / "sales.ipynb", work)
            converting = [soorgeon, "refactor", "sales.ipynb"]
            times["soorgeon refactor"].append(cpu_seconds(converting, work))
            shutil.rmtree(work)
    for what, found in times.items():
        least, middle, most = min(found[1:]), statistics.median(found[1:]), max(found[1:])
        print(f"{what:18} CPU s: min {least:.2f}  median {middle:.2f}  max {most:.2f}")
    ours, theirs = (statistics.median(found[1:]) for found in times.values())
    print(f"ratio of medians   {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
