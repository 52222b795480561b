"""Translate findings to diagnostics of the editor, with the data that quick fixes need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lsprotocol import types

from nb2prod.finding import Finding, Fix, Severity
from nb2prod.notebook.changes import ClearOutputs, EditCell, RemoveCell
from nb2prod.rules.registry import file_of, tags_of
from nb2prod_server.protocol.positions import Positions
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.open_notebook import OpenNotebook

SOURCE = "nb2prod"
_SEVERITIES: Mapping[Severity, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
# Changes that an editor can apply; the others need the text of the file.
_APPLICABLE = (EditCell, RemoveCell, ClearOutputs)


class Translator:
    """Translates the findings of a notebook to diagnostics at positions in its documents."""

    def __init__(self, notebook: OpenNotebook, documents: Documents) -> None:
        """Take a notebook, and the documents as they are now."""
        self._notebook = notebook
        self._documents = documents
        self._positions: dict[str, Positions] = {}

    def diagnostics(self, findings: Iterable[Finding]) -> list[types.Diagnostic]:
        """Return findings as diagnostics."""
        return [self._diagnostic(found) for found in findings]

    def _diagnostic(self, found: Finding) -> types.Diagnostic:
        return types.Diagnostic(
            range=self._range(found),
            message=found.message,
            severity=_SEVERITIES[found.severity],
            code=found.code,
            code_description=types.CodeDescription(href=page_of(found.code)),
            source=SOURCE,
            tags=_tags(found) or None,
            related_information=list(self._related(found)) or None,
            data=self._data(found),
        )

    def _range(self, found: Finding) -> types.Range:
        if found.cell is None:
            start = types.Position(0, 0)
            return types.Range(start, start)
        location = self._notebook.locations[found.cell]
        if not found.end:  # the cell as a whole: its first line that is not blank
            lines = enumerate(location.source.split("\n"))
            number, line = next(((n, text) for n, text in lines if text.strip()), (0, ""))
            start = location.lines.start(number + 1)
            return self.range(found.cell, start, start + len(line.rstrip()))
        return self.range(found.cell, found.start, found.end)

    def range(self, cell: int, start: int, end: int) -> types.Range:
        """Return the range of a part of a cell."""
        uri = self._notebook.locations[cell].uri
        if uri not in self._positions:
            self._positions[uri] = self._documents.positions(uri)
        return self._notebook.range(cell, start, end, self._positions[uri])

    def _related(self, found: Finding) -> Iterator[types.DiagnosticRelatedInformation]:
        for related in found.related:
            location = types.Location(
                uri=self._notebook.locations[related.cell].uri,
                range=self.range(related.cell, related.start, related.end),
            )
            message = f"cell {related.cell + 1}: {related.message}"
            yield types.DiagnosticRelatedInformation(location=location, message=message)

    def _data(self, found: Finding) -> dict[str, Any]:
        """Return the data for code actions: fixes in the editor's terms, with document versions."""
        data: dict[str, Any] = {"cell": found.cell}
        usable = (f for f in found.fixes if all(isinstance(c, _APPLICABLE) for c in f.changes))
        if fixes := [self._fix(fix) for fix in usable]:
            data["fixes"] = fixes
        return data

    def _fix(self, fix: Fix) -> dict[str, Any]:
        edits: dict[str, dict[str, Any]] = {}
        cells: list[dict[str, Any]] = []
        for change in fix.changes:
            match change:
                case EditCell(cell=cell, edit=edit):
                    uri = self._notebook.locations[cell].uri
                    entry = edits.setdefault(uri, {"version": self._version(uri)})
                    where = self.range(cell, edit.span.start, edit.span.end)
                    new = {"range": plain_range(where), "newText": edit.text}
                    entry.setdefault("edits", []).append(new)
                case RemoveCell(cell=cell):
                    uri = self._notebook.locations[cell].uri
                    cells.append({"do": "remove", "cell": uri, "index": cell})
                case ClearOutputs(cell=cell):
                    uri = self._notebook.locations[cell].uri
                    cells.append({"do": "clearOutputs", "cell": uri, "index": cell})
                case _:
                    pass
        data: dict[str, Any] = {"title": fix.title, "safe": fix.safety == "safe"}
        if fix.safety == "display-only":
            data["shown"] = True
        return {**data, "edits": edits, **({"cells": cells} if cells else {})}

    def _version(self, uri: str) -> int:
        document = self._documents.texts.get(uri)
        return document.version if document else 0


@cache
def page_of(code: str) -> str:
    """Return the URI of a rule's page: the file of the rule, whose docstring is the page."""
    return file_of(code).as_uri()


def plain_range(where: types.Range) -> dict[str, Any]:
    """Return a range as plain JSON."""
    return {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }


def _tags(found: Finding) -> Sequence[types.DiagnosticTag]:
    tags = tags_of(found.code)
    if "unnecessary" in tags:
        return [types.DiagnosticTag.Unnecessary]
    return [types.DiagnosticTag.Deprecated] if "deprecated" in tags else []
