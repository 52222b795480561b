"""The plan as a file: read back it is the same plan, edited it is another, wrong it is refused."""

import pytest
from building import notebook

from nb2prod.cli import main

CELLS = (
    "## Load the sales",
    "import pandas as pd\ndf = pd.read_csv('sales.csv')",
    "## Clean them",
    "df = df.fillna(0)",
    "df['revenue'] = df['units'] * df['price']\ntotal = df['revenue'].sum()",
    "## Show",
    "print(total)",
)


@pytest.fixture
def sales(tmp_path):
    (tmp_path / "sales.csv").write_text("month,units,price\n1,10,2.5\n2,,2.0\n")
    return notebook(tmp_path, *CELLS, name="sales.ipynb")


@pytest.fixture
def plan(sales, tmp_path, capsys):
    """Show the plan of the notebook, edited by replacing texts, in a format."""

    def show(*changes: tuple[str, str], form: str = "yaml") -> tuple[int, str, str]:
        main(["plan", str(sales), "--split", "headings"])
        text = capsys.readouterr().out
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "plan.yaml"
        file.write_text(text)
        status = main(["plan", str(sales), "--plan", str(file), "--format", form])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return show


def test_a_plan_that_is_handed_back_unchanged_is_the_same(plan, sales, capsys):
    main(["plan", str(sales), "--split", "headings"])
    text = capsys.readouterr().out
    assert plan() == (0, text, "")


def test_names_can_be_changed(plan):
    status, text, _ = plan(("name: load_sales", "name: read_the_sales"), form="text")
    assert status == 0
    assert "read_the_sales" in text
    assert "load_sales" not in text.replace("read_the_sales", "")


def test_a_stage_can_be_cut_within_a_cell(plan):
    status, text, _ = plan(
        ("cells: 4-5", "cells: 4-5.1\n      - name: sum_up\n        cells: 5.2"), form="text"
    )
    assert status == 0
    assert "sum_up(df) -> total" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("cells: 4-5", "cells: 4"), "do not go on where the step before ends, at cell 5"),
        (("cells: 4-5", "cells: four"), "'four' is no range of cells"),
        (("name: load_sales", "name: class"), "'class' can't be the name"),
        (("name: load_sales", "name: clean"), "has the name 'clean' twice"),
        (("stages:", "stages: [}\nx:"), "not YAML"),
        (("stages:", "levels:"), "no list of stages"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_plan_that_does_not_fit_is_refused_with_the_place(plan, change, message):
    status, _, error = plan(change)
    assert status == 1
    assert message in error


def test_the_page_needs_nothing_else_and_escapes_what_the_notebook_says(tmp_path, capsys):
    path = notebook(tmp_path, "## <script>alert(1)</script> Load", "x = '</pre><b>'\nprint(x)")
    assert main(["plan", str(path), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert "<script>alert" not in page
    assert "</pre><b>" not in page
    assert "http" not in page


def test_mermaid_draws_what_is_handed_on(plan):
    _, diagram, _ = plan(form="mermaid")
    assert diagram.startswith("flowchart TD\n")
    assert '-->|"df"|' in diagram
