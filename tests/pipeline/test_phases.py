"""Phases of a notebook's statements, by the functions that they call."""

import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.phases import phase

NETWORK = """\
import torch
from torch import nn
x, y = torch.ones(6, 2), torch.ones(6, 1)
net = nn.Linear(2, 1)
optimizer = torch.optim.Adam(net.parameters())
"""
LOOP = """\
for epoch in range(3):
    optimizer.zero_grad()
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((NETWORK, LOOP), "train"),
        ((NETWORK, "with torch.no_grad():\n    predicted = net(x)"), "evaluate"),
        (("import pandas as pd\ndf = pd.read_csv('a.csv')",), "load"),
        (("x = 1", "print(x)"), None),
    ],
)
def test_the_phase_of_the_last_statement(tmp_path, cells, expected):
    analysis = analyse(read_program(read_notebook(notebook(tmp_path, *cells))))
    assert phase(analysis, len(analysis.statements) - 1) == expected
