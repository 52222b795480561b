"""The plan as a file: read back it is the same plan, edited it is another, wrong it is refused."""

import re

import pytest
from building import notebook

from nb2prod.cli.main import main

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


def test_an_unchanged_plan_file_gives_the_same_plan(plan, sales, capsys):
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
        (("cells: 4-5", "cells: 4"), "where the step before ends; begin at cell 5"),
        (("cells: 4-5", "cells: four"), "'four' is not a range of cells"),
        (("name: load_sales", "name: class"), "'class' can't be the name"),
        (("name: load_sales", "name: clean"), "uses the name 'clean' twice"),
        (("name: load_sales", "name: Clean"), "'Clean' and 'clean' are one file on macOS and"),
        (("name: clean\n", "name: Params\n"), "'params' and 'Params' are one file on macOS and"),
        (("name: load_sales", "name: " + "x" * 300), "has more than 100 characters; shorten it"),
        (
            ("name: load_sales", "name: records"),
            "the stage name 'records' is reserved for the capability api; choose another name",
        ),
        (("stages:", "stages: [}\nx:"), "not YAML"),
        (("stages:", "levels:"), "no list of stages"),
        (("stages:", "x: " + "[" * 9000 + "]" * 9000 + "\nstages:"), "nested too deeply"),
        (("cells: 4-5", "cells: [4, 5]"), "needs a name and its cells"),
    ],
    ids=[
        "a gap between steps",
        "cells in words",
        "a keyword as name",
        "a name twice",
        "names that differ in case",
        "the name of a module of the project",
        "a long name",
        "a name of a capability",
        "not YAML",
        "no stages",
        "too deeply nested",
        "cells as a list",
    ],
)
def test_a_file_that_is_not_a_plan_of_this_notebook_is_a_usage_error(plan, change, message):
    status, _, error = plan(change)
    assert status == 2
    assert "plan.yaml: " in error
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_plan_that_is_not_sound_is_refused(tmp_path, capsys):
    path = notebook(tmp_path, "## One", "names = (n for n in 'ab')", "## Two", "print(*names)")
    file = tmp_path / "unsound.yaml"
    file.write_text(
        "stages:\n- name: one\n  steps: [{name: make, cells: 2}]\n"
        "- name: two\n  steps: [{name: show_all, cells: 4}]\n"
    )
    assert main(["plan", str(path), "--plan", str(file)]) == 1
    assert "refused: cell 4: the plan can't begin a stage here: " in capsys.readouterr().err


def test_the_tenth_statement_of_a_cell_is_not_the_first(tmp_path, capsys):
    lengths = "\n".join(f"n{i} = len('{i}')" for i in range(1, 12))
    path = notebook(tmp_path, lengths, "print(n10, n11)")
    file = tmp_path / "plan.yaml"
    file.write_text(
        "stages:\n- name: one\n  steps:\n  - {name: count_ten, cells: 1-1.10}\n"
        "  - {name: count_last, cells: 1.11}\n  - {name: show_both, cells: 2}\n"
    )
    assert main(["plan", str(path), "--plan", str(file), "--format", "text"]) == 0
    text = capsys.readouterr().out
    assert "count_ten() -> n10" in text
    assert "count_last() -> n11" in text


def test_the_page_needs_nothing_else_and_escapes_what_the_notebook_says(tmp_path, capsys):
    path = notebook(tmp_path, "## <script>alert(1)</script> Load", "x = '</pre><b>'\nprint(x)")
    assert main(["plan", str(path), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert "<script>alert" not in page
    assert "</pre><b>" not in page
    assert "http" not in page


def test_the_page_cuts_no_name_of_a_variable(tmp_path, capsys):
    names = [f"measurements_of_station_{number}" for number in "abcd"]
    path = notebook(
        tmp_path, f"{', '.join(names)} = range(4)", "## Show", f"print({', '.join(names)})"
    )
    assert main(["plan", str(path), "--format", "html", "--split", "headings"]) == 0
    drawing = capsys.readouterr().out.partition("</svg>")[0]
    lines = re.findall(r'<text class="mono muted"[^>]*>([^<]*)</text>', drawing)
    assert " ".join(lines) == ", ".join(names)


def test_mermaid_draws_what_is_handed_on(plan):
    _, diagram, _ = plan(form="mermaid")
    assert diagram.startswith("flowchart TD\n")
    assert '-->|"df"|' in diagram
