"""A generated service of a notebook of customers, for several tests."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from places import NOTEBOOKS

CHURN = NOTEBOOKS / "churn"


@pytest.fixture(scope="session")
def project(projects, tmp_path_factory) -> Path:
    """A project with a service, its pipeline run."""
    options = ("--with", "docker", "--time-limit", "900")
    said = projects.said(CHURN / "churn.ipynb", *options)
    assert "predicts from raw records" in said
    assert "6 stages, verified\n" in said
    folder = tmp_path_factory.mktemp("service")
    root = projects.copied(folder, CHURN / "churn.ipynb", *options)
    subprocess.run([sys.executable, "src/run.py"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


@pytest.fixture(scope="session")
def records() -> list[dict[str, Any]]:
    """The records of the notebook's data file, as values for JSON."""
    table = pd.read_csv(CHURN / "customers.csv")
    found = table.drop(columns="churn").to_dict("records")
    return [
        {str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
        for row in found
    ]
