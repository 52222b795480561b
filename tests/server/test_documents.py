"""The store of open documents, against a model that is too simple to be wrong."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from nb2prod_server.protocol.positions import Encoding, Positions
from nb2prod_server.state.documents import Documents, apply_changes

SIGNS = [*"ab=(' \t", "é", "😀", "\u2028", "\f", "\x0b", "\x1c", "\x85", "\n", "\r\n", "\r", "漢"]
TEXTS = st.lists(st.sampled_from(SIGNS), max_size=24).map("".join)
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def naive(text: str, encoding: Encoding) -> list[tuple[int, int]]:
    """Return the position of each place between characters, found by walking through the text."""
    places: list[tuple[int, int]] = []
    line = column = 0
    codec = encoding.value.replace("-", "-") + ("-le" if encoding is not Encoding.UTF_8 else "")
    for i, sign in enumerate(text):
        places.append((line, column))
        column += len(sign.encode(codec)) // UNIT[encoding.value]
        if sign == "\n" or (sign == "\r" and text[i + 1 : i + 2] != "\n"):
            line, column = line + 1, 0
    return [*places, (line, column)]


@given(TEXTS, st.sampled_from(Encoding))
def test_positions_are_those_found_by_walking_through_the_text(text: str, encoding: Encoding):
    positions = Positions(text, encoding)
    for offset, (line, column) in enumerate(naive(text, encoding)):
        assert positions.position(offset) == types.Position(line, column)
        if text[offset - 1 : offset + 1] != "\r\n":
            assert positions.offset(types.Position(line, column)) == offset


@given(TEXTS, st.sampled_from(Encoding), st.integers(0, 40), st.integers(0, 40))
def test_a_position_outside_of_the_text_is_the_nearest_in_it(
    text: str, encoding: Encoding, line: int, column: int
):
    offset = Positions(text, encoding).offset(types.Position(line, column))
    assert 0 <= offset <= len(text)
    places = naive(text, encoding)
    assert places[offset] <= (line, column) or places[offset][0] == line


@given(TEXTS, st.lists(st.tuples(st.integers(0, 24), st.integers(0, 9), TEXTS), max_size=5))
def test_several_changes_are_made_one_after_the_other(text: str, edits: list[tuple[int, int, str]]):
    expected, changes = text, []
    for at, length, new in edits:
        start = min(at, len(expected))
        end = min(at + length, len(expected))
        # No editor puts an edit between the two signs of one line end.
        if "\r\n" in (expected[start - 1 : start + 1], expected[end - 1 : end + 1]):
            continue
        places = naive(expected, Encoding.UTF_16)
        where = types.Range(types.Position(*places[start]), types.Position(*places[end]))
        changes.append(types.TextDocumentContentChangePartial(range=where, text=new))
        expected = expected[:start] + new + expected[end:]
    assert apply_changes(text, changes, Encoding.UTF_16) == expected


class Model:
    """A notebook as a list of texts, and the messages with which an editor tells of its changes."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.made = 0
        self.cells: list[tuple[str, int, str]] = []  # address, kind, text
        self.version = 1

    def cell(self) -> tuple[str, int, str]:
        self.made += 1
        text = "".join(self.draw.choices(SIGNS, k=self.draw.randint(0, 12)))
        return f"cell:{self.made}", self.draw.choice([1, 2]), text

    def change(self) -> types.NotebookDocumentChangeEvent:
        draw = self.draw
        if draw.random() < 0.6 and self.cells:
            return self._typed()
        start = draw.randint(0, len(self.cells))
        count = draw.randint(0, min(3, len(self.cells) - start))
        gone = self.cells[start : start + count]
        kept = [c for c in gone if draw.random() < 0.5]  # moved, not closed
        new = [self.cell() for _ in range(draw.randint(0, 2))]
        put = kept + new
        draw.shuffle(put)
        self.cells[start : start + count] = put
        structure = types.NotebookDocumentCellChangeStructure(
            array=types.NotebookCellArrayChange(start, count, [_ref(c) for c in put]),
            did_open=[_item(c) for c in new],
            did_close=[types.TextDocumentIdentifier(c[0]) for c in gone if c not in kept],
        )
        cells = types.NotebookDocumentCellChanges(structure=structure)
        return types.NotebookDocumentChangeEvent(cells=cells)

    def _typed(self) -> types.NotebookDocumentChangeEvent:
        at = self.draw.randrange(len(self.cells))
        uri, kind, text = self.cells[at]
        places = naive(text, Encoding.UTF_16)
        legal = [i for i in range(len(text) + 1) if text[i - 1 : i + 1] != "\r\n"]
        start, end = sorted(self.draw.choices(legal, k=2))
        new = "".join(self.draw.choices(SIGNS, k=self.draw.randint(0, 4)))
        self.cells[at] = uri, kind, text[:start] + new + text[end:]
        where = types.Range(types.Position(*places[start]), types.Position(*places[end]))
        self.version += 1
        content = types.NotebookDocumentCellContentChanges(
            document=types.VersionedTextDocumentIdentifier(self.version, uri),
            changes=[types.TextDocumentContentChangePartial(range=where, text=new)],
        )
        cells = types.NotebookDocumentCellChanges(text_content=[content])
        return types.NotebookDocumentChangeEvent(cells=cells)


def _ref(cell: tuple[str, int, str]) -> types.NotebookCell:
    return types.NotebookCell(kind=types.NotebookCellKind(cell[1]), document=cell[0])


def _item(cell: tuple[str, int, str]) -> types.TextDocumentItem:
    return types.TextDocumentItem(cell[0], "python", 1, cell[2])


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_a_notebook_stays_what_the_editor_has_through_any_changes(seed: int):
    model = Model(random.Random(seed))
    model.cells = [model.cell() for _ in range(4)]
    documents = Documents()
    notebook = types.NotebookDocument(
        "file:///n.ipynb", "jupyter-notebook", 1, [_ref(c) for c in model.cells]
    )
    documents.open_notebook(notebook, [_item(c) for c in model.cells])
    for number in range(60):
        documents.change_notebook("file:///n.ipynb", number, model.change())
        cells = documents.notebooks["file:///n.ipynb"].cells
        assert [(c.uri, 2 if c.code else 1, documents.text(c.uri)) for c in cells] == model.cells
        assert documents.texts.keys() == {c[0] for c in model.cells}
    assert not documents.out_of_sync
    documents.close_notebook("file:///n.ipynb")
    assert not documents.texts


def test_what_does_not_fit_is_logged_and_the_cell_is_out_of_sync(caplog: pytest.LogCaptureFixture):
    documents = Documents()
    notebook = types.NotebookDocument("file:///n.ipynb", "jupyter-notebook", 1, [])
    documents.open_notebook(notebook, [])
    unknown = types.NotebookCell(kind=types.NotebookCellKind.Code, document="cell:9")
    structure = types.NotebookDocumentCellChangeStructure(
        array=types.NotebookCellArrayChange(7, 3, [unknown])
    )
    content = types.NotebookDocumentCellContentChanges(
        document=types.VersionedTextDocumentIdentifier(2, "cell:8"),
        changes=[types.TextDocumentContentChangeWholeDocument(text="x")],
    )
    for cells in (
        types.NotebookDocumentCellChanges(structure=structure),
        types.NotebookDocumentCellChanges(text_content=[content]),
    ):
        event = types.NotebookDocumentChangeEvent(cells=cells)
        documents.change_notebook("file:///n.ipynb", 2, event)
        documents.change_notebook("file:///other.ipynb", 2, event)
    assert documents.out_of_sync == {"cell:9"}
    assert "the text of cell:9 was never sent" in caplog.text
    assert "cell:8 is not a cell of" in caplog.text
    assert "other.ipynb is not open" in caplog.text
