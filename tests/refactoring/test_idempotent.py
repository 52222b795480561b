"""A cell can be run twice, and the notebook computes the same as when it was run once."""

import pytest
from running import edited, notebook_of, run

from nb2prod.refactoring.idempotent import make_idempotent
from nb2prod.refactoring.subject import RefusedError, Subject


def made(folder, *cells, cell=1):
    notebook = notebook_of(*cells, folder=folder)
    after = edited(notebook, make_idempotent(Subject(notebook), cell))
    before, once, twice = run(notebook), run(after), run(after, twice=cell)
    assert once == twice
    assert run(notebook, twice=cell) != before, "there was nothing to do"
    for name, digest in before.items():
        assert once.get(f"{name}_updated", once[name]) == digest
    return [c.source for c in after.cells]


def test_what_is_bound_anew_gets_a_name_of_its_own(tmp_path):
    cells = ["n = 3", "n = n * 2\nprint(n)", "m = n + 1\nprint(f'{n} {m}')"]
    assert made(tmp_path, *cells) == [
        "n = 3",
        "n_updated = n * 2\nprint(n_updated)",
        "m = n_updated + 1\nprint(f'{n_updated} {m}')",
    ]


def test_what_is_changed_in_place_is_copied_first(tmp_path):
    cells = [
        "rows = [1]\ntotal = 0",
        "total += 2\nfor i in range(2):\n    rows.append(i)",
        "print(rows)",
    ]
    assert made(tmp_path, *cells)[1:] == [
        "total_updated = total\ntotal_updated += 2\n"
        "rows_updated = rows.copy()\nfor i in range(2):\n    rows_updated.append(i)",
        "print(rows_updated)",
    ]


def test_frames_are_copied_too(tmp_path):
    cells = [
        "import pandas as pd\nprices = pd.DataFrame({'net': [1.0], 'gross': [2.0]})",
        "prices['tax'] = prices['gross'] - prices['net']\n"
        "prices.drop(columns=['net'], inplace=True)\nprices['gross'] = prices['gross'] + 1",
        "print(prices.shape, [prices for prices in [1]])",
    ]
    notebook = notebook_of(*cells, folder=tmp_path)
    after = edited(notebook, make_idempotent(Subject(notebook), 1))
    assert after.cells[1].source.startswith(
        "prices_updated = prices.copy()\nprices_updated['tax'] ="
    )
    assert run(after, twice=1) == run(after)
    assert run(after)["prices_updated"] == run(notebook)["prices"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["n = 1", "m = n + 1"], "gives the same"),
        (["n = 1\ndef f():\n    return n", "n = n + 1", "f()"], "reads `n`|uses `n`"),
        (["rows = [1]\nother = rows", "rows.append(2)", "print(other)"], "same object"),
        (["n = 1", "n = n + 1", "!echo {n}"], "mentions `n`"),
        (["n = 1", "n = n + 1", "def g(n):\n    return n\nprint(g(n))"], "parameter"),
        (["class A:\n    v = 1\na = [A()]", "a.pop()", "b = (\n"], None),
    ],
)
def test_what_would_not_compute_the_same_is_refused(tmp_path, cells, reason):
    notebook = notebook_of(*cells, folder=tmp_path)
    if reason is None:
        make_idempotent(Subject(notebook), 1)
        return
    with pytest.raises(RefusedError, match=reason):
        make_idempotent(Subject(notebook), 1)
