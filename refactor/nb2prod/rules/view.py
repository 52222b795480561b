"""Views that rules check: a code cell, or a whole notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from nb2prod.analysis.names.code_cell import CodeCell, dotted
from nb2prod.analysis.names.index import Occurrences
from nb2prod.analysis.names.summary import Summary
from nb2prod.config import Limits
from nb2prod.notebook.changes import EditCell
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.repository.nearest_manifests import NearestManifests
from nb2prod.rules.facts import Facts, Value
from nb2prod.text.spans import Edit, Span

# Closing parentheses, with the space and comments before each.
_CLOSING = re.compile(r"(?:(?:\s|#[^\n]*\n)*\))+")


class CellView(msgspec.Struct, frozen=True, dict=True):
    """A Python cell of a notebook, as cell rules see it.

    Findings are cached until the cell's text, the notebook's imports or the limits change, so they
    must depend on nothing else.
    """

    index: int
    code: CodeCell
    names: Mapping[str, str]
    limits: Limits

    def dotted(self, node: ast.expr) -> str | None:
        """Return the dotted name that an expression refers to: `np.abs` is `numpy.abs`."""
        return dotted(node, self.names)

    @cached_property
    def named_calls(self) -> Mapping[str, Sequence[ast.Call]]:
        """Calls of imported functions, by their dotted names."""
        found: dict[str, list[ast.Call]] = {}
        for call in self.code.nodes(ast.Call):
            if name := dotted(call.func, self.names):
                found.setdefault(name, []).append(call)
        return found

    def calls(self, names: Iterable[str]) -> Iterator[tuple[ast.Call, str]]:
        """Yield the calls of functions with the given dotted names, each with its name."""
        for name in self.named_calls.keys() & names:
            for call in self.named_calls[name]:
                yield call, name

    def importing(self, module: str) -> tuple[EditCell, ...] | None:
        """Return the change that imports a module at the top of this cell; None if impossible.

        It is empty if the notebook already imports the module.
        """
        if self.names.get(module) == module:
            return ()
        if not self.code.body:
            return None
        first = self.code.body[0]
        node = min([first, *getattr(first, "decorator_list", ())], key=lambda n: n.lineno)
        at = self.code.lines.start(node.lineno)
        indent = self.code.source[at : at + node.col_offset] if node is first else ""
        if indent.strip():
            return None
        return (self.edit(Span(at, at), f"{indent}import {module}\n"),)

    def edit(self, where: ast.AST | Span, text: str) -> EditCell:
        """Return the change that replaces a node or span of this cell with `text`."""
        span = where if isinstance(where, Span) else self.code.span(where)
        return EditCell(self.index, Edit(span, text))

    def with_argument(self, call: ast.Call, name: str, value: str) -> EditCell:
        """Return the change that gives a call the keyword argument `name=value`."""
        for keyword in call.keywords:
            if keyword.arg == name:
                return self.edit(keyword.value, value)
        end = self.code.span(call).end - 1
        arguments = [self.code.span(node) for node in (*call.args, *call.keywords)]
        if not arguments:
            return self.edit(Span(end, end), f"{name}={value}")
        last = max(arguments, key=lambda span: span.end)
        if last.end > end:  # a generator that shares its parentheses with the call
            return self.edit(last, f"({self.code.code[last.start : last.end]}, {name}={value})")
        # Behind the parentheses around the last argument, and before a trailing comma.
        closing = _CLOSING.match(self.code.code, last.end, end)
        at = closing.end() if closing else last.end
        return self.edit(Span(at, at), f", {name}={value}")


class NotebookView(msgspec.Struct, frozen=True, dict=True):
    """A notebook as notebook rules see it: its cells, and the names that its code uses.

    Attributes:
        notebook: the notebook.
        summaries: the names that each code cell binds and reads, by its index among all cells.
        names: the imported names, with the dotted names that they refer to.
        limits: the thresholds.
        occurrences: the cells that bind, need and mention each name.
        facts: the facts that rules have asked for.
        parsed: the code cells parsed in this run; rules use `code_of`.
        surroundings: the nearest requirements files.
    """

    notebook: Notebook
    summaries: Mapping[int, Summary]
    names: Mapping[str, str]
    limits: Limits
    occurrences: Occurrences
    facts: Facts[NotebookView]
    parsed: Mapping[int, CodeCell] = msgspec.field(default_factory=dict[int, CodeCell])
    surroundings: NearestManifests = msgspec.field(default_factory=NearestManifests)

    def code_of(self, index: int) -> CodeCell:
        """Return the code of a cell, with its syntax tree."""
        return self.parsed.get(index) or CodeCell(self.cells[index].source)

    @property
    def path(self) -> Path:
        """The path of the notebook, whether it exists or not."""
        return self.notebook.path

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, in order."""
        return self.notebook.cells

    @cached_property
    def code(self) -> tuple[tuple[Cell, Summary], ...]:
        """The non-empty code cells in order, including those that are not Python."""
        return tuple(
            (cell, self.summaries[cell.index])
            for cell in self.notebook.code_cells
            if self.summaries[cell.index].code
        )

    @cached_property
    def importing(self) -> tuple[tuple[Cell, Summary], ...]:
        """The code cells with imports, in order."""
        indexes = sorted(self.occurrences.importing)
        return tuple((self.cells[index], self.summaries[index]) for index in indexes)

    def fact(self, fact: Callable[[NotebookView, str], Value], name: str = "") -> Value:
        """Return a fact about a name or the whole notebook.

        A rule that checks one cell must learn about the other cells through facts only.
        """
        return self.facts.ask(fact, name, self)

    def of_cell(self, find: Callable[[NotebookView, int], Value], index: int) -> Value:
        """Return a value that several rules need for one cell, computed once."""
        known = self._of_cell.get(find)
        if known is None or known[0] != index:
            known = self._of_cell[find] = index, find(self, index)
        return known[1]

    @cached_property
    def _of_cell(self) -> dict[object, tuple[int, Any]]:
        return {}

    @property
    def complete(self) -> bool:
        """True if the code hides no bindings or reads of names."""
        return self.fact(_complete)

    def once(self, find: Callable[[NotebookView], Value]) -> Value:
        """Return a value that several rules need for the notebook, computed once."""
        if find not in self._once:
            self._once[find] = find(self)
        return self._once[find]

    @cached_property
    def _once(self) -> dict[object, Any]:
        return {}

    @cached_property
    def executed(self) -> bool:
        """True if the file contains results of a run."""
        return any(c.execution_count for c in self.notebook.code_cells)


def _complete(view: NotebookView, _: str) -> bool:
    return view.occurrences.complete
