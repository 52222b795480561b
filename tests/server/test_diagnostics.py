"""Diagnostics in an editor while a person works on a notebook."""

import pytest
from editor import Notebook
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSY = [
    ("markdown", "# Prices"),
    "import os\nimport pandas as pd\n",
    "prices = pd.read_csv('prices.csv')\nprices.head()\n",
    "print(total)\n",
    "total = prices['gross'].sum()\nprint(total)\n",
]


async def test_findings_come_go_and_come_again_as_a_person_types(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", MESSY).open()
    await notebook.settle()
    assert notebook.codes(1) == ["NBI002"]
    assert notebook.codes(3) == ["NBD001"]
    assert not notebook.codes(0) + notebook.codes(2) + notebook.codes(4)

    notebook.type(2, "prices = pd.read_csv(os.environ['PRICES'])\nprices.head()\n")
    await notebook.settle()
    assert notebook.codes(1) == []

    notebook.type(2, "prices = pd.read_csv(")
    await notebook.settle()
    assert notebook.codes(2) == ["NBV001"]

    notebook.type(2, "prices = pd.read_csv('prices.csv')\nprices.head()\n")
    await notebook.settle()
    assert (notebook.codes(1), notebook.codes(2)) == (["NBI002"], [])


async def test_a_finding_says_all_an_editor_can_show(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", MESSY).open()
    await notebook.settle()
    unused, early = notebook.shown(1, "NBI002"), notebook.shown(3, "NBD001")
    assert unused.severity == types.DiagnosticSeverity.Warning
    assert list(unused.tags or ()) == [types.DiagnosticTag.Unnecessary]
    assert unused.code_description
    assert unused.code_description.href.endswith("/nbi002_unused_import.py")
    assert early.severity == types.DiagnosticSeverity.Error
    assert early.range == types.Range(types.Position(0, 6), types.Position(0, 11))
    related = early.related_information or []
    assert [(r.location.uri, r.location.range.start.line) for r in related] == [
        (notebook.cells[4], 0)
    ]
    assert "cell 5" in related[0].message


async def test_only_cells_whose_findings_changed_are_published(client: LanguageClient, tmp_path):
    cells = ["import os\nprint(os.name)", *(f"print({n})" for n in range(20))]
    notebook = Notebook(client, tmp_path / "many.ipynb", cells).open()
    await notebook.settle()
    told: list[str] = []
    published = client.diagnostics
    before = {uri: id(found) for uri, found in published.items()}
    notebook.type(5, "print(undefined)")
    await notebook.settle()
    told = [uri for uri, found in published.items() if before.get(uri) != id(found)]
    assert told == [notebook.cells[5]]


async def test_findings_are_right_after_cells_are_moved_split_deleted_and_turned(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(client, tmp_path / "prices.ipynb", MESSY).open()
    notebook.move(4, 3)
    await notebook.settle()
    assert notebook.codes(4) == []  # the cell that prints now stands below the one that computes

    notebook.move(3, 4)
    await notebook.settle()
    assert notebook.codes(3) == ["NBD001"]

    notebook.split(4, len("total = prices['gross'].sum()\n"))
    await notebook.settle()
    assert notebook.sources()[5] == "print(total)\n"
    assert "defined in cell 5" in notebook.shown(3, "NBD001").message

    gone = notebook.cells[4]
    notebook.delete(4)
    await notebook.settle()
    assert notebook.codes(3) == ["NBD002"]
    assert not client.diagnostics.get(gone)

    code = notebook.cells[3]
    notebook.turn(3, "markdown")
    await notebook.settle()
    assert not client.diagnostics.get(code)
    assert notebook.codes(3) == []
    assert notebook.codes(4) == ["NBD002"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("'😀'; missing", (0, 6, 13)),
        ("'\f\u2028\x85'; missing", (0, 7, 14)),
        ("a = '''\r\n'''\r\nmissing", (2, 0, 7)),
        ("'😀'\n# é\r\n\n  \nmissing", (4, 0, 7)),
    ],
)
async def test_places_are_right_whatever_signs_stand_before_them(
    client: LanguageClient, tmp_path, text, where
):
    notebook = Notebook(client, tmp_path / "signs.ipynb", ["", text]).open()
    await notebook.settle()
    found = notebook.shown(1, "NBD002").range
    assert (found.start.line, found.start.character, found.end.character) == where


async def test_an_edit_behind_signs_that_are_no_line_ends_meets_its_place(
    client: LanguageClient, tmp_path
):
    notebook = Notebook(
        client, tmp_path / "signs.ipynb", ["s = 'x\u2028😀'\nc = 2\nprint(c)"]
    ).open()
    uri = notebook.cells[0]
    notebook.change(
        uri,
        types.TextDocumentContentChangePartial(
            range=types.Range(types.Position(1, 4), types.Position(1, 5)), text="missing"
        ),
        types.TextDocumentContentChangePartial(
            range=types.Range(types.Position(0, 7), types.Position(0, 9)), text="😀😀"
        ),
    )
    await notebook.settle()
    found = notebook.shown(0, "NBD002").range
    assert (found.start.line, found.start.character, found.end.character) == (1, 4, 11)


async def test_leaks_are_found_when_the_data_was_followed(client: LanguageClient, tmp_path):
    notebook = Notebook(
        client,
        tmp_path / "train.ipynb",
        [
            "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler\n"
            "from sklearn.model_selection import train_test_split\n"
            "from sklearn.linear_model import LogisticRegression",
            "frame = pd.read_csv('a.csv')\nX, y = frame[['a', 'b']], frame['c']",
            "X = StandardScaler().fit_transform(X)",
            "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)",
            "model = LogisticRegression().fit(X_train, y_train)\nmodel.score(X_test, y_test)",
        ],
    ).open()
    await notebook.until(2, "NBL001")
    notebook.type(2, "# scaled\nX = StandardScaler().fit_transform(X)")
    await notebook.settle()
    assert notebook.shown(2, "NBL001").range.start.line == 1  # it moves with the text at once
    notebook.type(2, "X = X * 1")
    await notebook.until(2, "NBL001", shown=False)


async def test_a_text_that_changed_and_changed_back_is_a_new_version(
    client: LanguageClient, tmp_path
):
    def wait(milliseconds: int) -> None:
        settings = {"nb2prod": {"delay": milliseconds}}
        client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))

    notebook = Notebook(client, tmp_path / "imports.ipynb", ["import os, sys\nsys.path"]).open()
    await notebook.settle()
    wait(600_000)  # what is typed by then is one change
    notebook.type(0, "print(1)")
    notebook.type(0, "import os, sys\nsys.path")
    await notebook.settle()
    (fix,) = (notebook.shown(0, "NBI002").data or {})["fixes"]
    assert fix["edits"][notebook.cells[0]]["version"] == notebook.versions[notebook.cells[0]]
    wait(0)


async def test_what_a_person_suppressed_is_not_shown(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "quiet.ipynb", ["print(a)  # noqa: NBD002"]).open()
    await notebook.settle()
    assert notebook.codes(0) == []


async def test_a_notebook_that_is_closed_shows_nothing(client: LanguageClient, tmp_path):
    notebook = Notebook(client, tmp_path / "prices.ipynb", MESSY).open()
    await notebook.settle()
    cell = notebook.cells[3]
    assert client.diagnostics[cell]
    notebook.close()
    other = Notebook(client, tmp_path / "other.ipynb", ["print(1)"]).open()
    await other.settle()
    assert not client.diagnostics[cell]
