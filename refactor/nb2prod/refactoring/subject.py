"""The subject of refactorings: a notebook, its data flow, and selected statements of it."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from nb2prod.analysis.flow import Analysis, analyse, imports
from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.analysis.program import Statement, read_program
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.definitions import find_scope
from nb2prod.pipeline.prose import Prose, read_prose
from nb2prod.text.spans import Edit, Span

# Comprehensions run immediately; functions and generators run when they are called.
_IMMEDIATE = frozenset({"listcomp", "setcomp", "dictcomp"})


class RefusedError(Exception):
    """A refactoring would not be sound; the message says why and where."""


class AbsentError(RefusedError):
    """There is nothing to refactor in this way; the message says why."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A text file before and after a refactoring; `before` is None for a new file."""

    path: Path
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Refactoring:
    """The changes of a refactoring, to be applied together.

    Attributes:
        title: the title of the code action, in the imperative.
        edits: the edits of sources, by cell.
        files: the text files of the project that are created or changed.
        removed: the cells that are removed.
    """

    title: str
    edits: Mapping[int, Sequence[Edit]]
    files: tuple[FileChange, ...] = ()
    removed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementNames:
    """The notebook variables that the text of one statement mentions.

    Attributes:
        bound: the variables that it binds.
        read: the variables that it reads, also in functions.
        late: the part of `read` that is read when a function or generator runs.
    """

    bound: frozenset[str]
    read: frozenset[str]
    late: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReachedNames:
    """The notebook variables that a function and the functions called by it use.

    Attributes:
        reads: the variables that they refer to.
        sets: the variables that they declare `global`.
    """

    reads: frozenset[str]
    sets: frozenset[str]


@dataclass(frozen=True, slots=True)
class SelectedStatements:
    """Consecutive top-level statements of one cell.

    Attributes:
        cell: the index of the cell.
        code: the code of the cell.
        nodes: the statements in the cell.
        numbers: their numbers in the notebook.
    """

    cell: int
    code: CodeCell
    nodes: tuple[ast.stmt, ...]
    numbers: tuple[int, ...]

    def part(self, start: int, end: int | None = None) -> SelectedStatements:
        """Return a slice of the statements."""
        return replace(self, nodes=self.nodes[start:end], numbers=self.numbers[start:end])


@dataclass(frozen=True)
class Subject:
    """A notebook, analysed once for all its refactorings."""

    notebook: Notebook
    analysis: Analysis = field(init=False)
    flow: Dataflow = field(init=False)
    prose: Prose = field(init=False)

    def __post_init__(self) -> None:
        """Analyse the notebook."""
        analysis = analyse(read_program(self.notebook))
        object.__setattr__(self, "analysis", analysis)
        object.__setattr__(self, "flow", Dataflow(analysis, find_scope(analysis)))
        object.__setattr__(self, "prose", read_prose(self.notebook, analysis.statements))

    @cached_property
    def names(self) -> Sequence[StatementNames]:
        """The names of each statement."""
        return [_names(statement) for statement in self.analysis.statements]

    @cached_property
    def reached(self) -> Mapping[str, ReachedNames]:
        """The variables that the functions and classes of the notebook use, by their names."""
        direct: dict[str, tuple[set[str], set[str]]] = {}
        for definition in self.flow.scope.definitions.values():
            node = self.analysis.statements[definition.statement].node
            reads, sets = direct.setdefault(definition.name, (set(), set()))
            reads |= definition.free
            sets |= {n for g in ast.walk(node) if isinstance(g, ast.Global) for n in g.names}
        found: dict[str, ReachedNames] = {}
        for name in direct:
            todo, seen = [name], set[str]()
            while todo:
                seen.add(one := todo.pop())
                todo += (direct[one][0] & direct.keys()) - seen
            reads = frozenset(n for one in seen for n in direct[one][0])
            found[name] = ReachedNames(reads, frozenset(n for one in seen for n in direct[one][1]))
        return found

    @cached_property
    def taken(self) -> frozenset[str]:
        """All names that the notebook mentions in any way."""
        words = {n for cell in self.analysis.program.broken for n in self.words(cell.cell)}
        words |= self.analysis.in_texts
        for statement, effect in zip(self.analysis.statements, self.analysis.effects, strict=True):
            words |= effect.all_binds | effect.uses | effect.deletes
            for node in ast.walk(statement.node):
                match node:
                    case ast.Name(id=name) | ast.arg(arg=name):
                        words.add(name)
                    case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                        words.add(name)
                    case _:
                        pass
        return frozenset(words)

    def words(self, cell: int) -> Iterator[str]:
        """Yield the words of a cell, which need not be Python."""
        word = ""
        for character in self.notebook.cells[cell].source + " ":
            if character.isalnum() or character == "_":
                word += character
            elif word:
                yield word
                word = ""

    def select(
        self, cell: int, span: Span | None = None, *, preamble: bool = True
    ) -> SelectedStatements:
        """Return the statements of a cell that a selection touches.

        Args:
            cell: the index of the cell.
            span: the selection; None for all statements.
            preamble: include imports and definitions that come first.

        Raises:
            AbsentError: there are no such statements.
            RefusedError: the cell is not Python, or IPython syntax is between the statements.
        """
        if self.notebook.cells[cell].kind != "code":
            raise AbsentError("this is not a code cell")
        code = CodeCell(self.notebook.cells[cell].source)
        if code.summary.broken:
            raise RefusedError(f"the cell is not Python: {code.summary.broken.message}")
        known = self._numbers(cell, code)
        nodes = [n for n in code.body if span is None or _touches(whole_span(code, n), span)]
        pairs = [(node, known.get(id(node))) for node in nodes]
        while pairs and (pairs[0][1] is None or not (preamble or self._works(pairs[0][1]))):
            del pairs[0]
        while pairs and pairs[-1][1] is None:
            del pairs[-1]
        if not pairs:
            raise AbsentError("this selection has no statement; select a line of code")
        numbers = [number for _, number in pairs if number is not None]
        if len(numbers) < len(pairs) or numbers != list(range(numbers[0], numbers[-1] + 1)):
            raise RefusedError("IPython syntax cannot move into a function")
        return SelectedStatements(cell, code, tuple(node for node, _ in pairs), tuple(numbers))

    def _works(self, number: int) -> bool:
        """Return whether a statement does more than import or define something."""
        return not is_preamble(self, number)

    def _numbers(self, cell: int, code: CodeCell) -> dict[int, int]:
        """Return the numbers in the notebook of a cell's statements, by the `id` of their nodes."""
        known = [s for s in self.analysis.statements if s.cell == cell]
        here, there = [ast.dump(n) for n in code.body], [ast.dump(s.node) for s in known]
        matcher = SequenceMatcher(None, here, there, autojunk=False)
        return {
            id(code.body[a + i]): known[b + i].number
            for a, b, size in matcher.get_matching_blocks()
            for i in range(size)
        }


def is_preamble(subject: Subject, number: int) -> bool:
    """Return whether a statement only imports or defines something; it best stays in the cell."""
    statement = subject.analysis.statements[number]
    node = statement.node
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or imports(statement) or number in subject.flow.scope.definitions


def whole_span(code: CodeCell, node: ast.stmt) -> Span:
    """Return the span of a statement, including its decorators."""
    span = code.span(node)
    decorators = [code.span(d).start for d in getattr(node, "decorator_list", ())]
    if not decorators:
        return span
    line = code.lines.position(min(decorators))[0]
    return Span(code.lines.start(line), span.end)


def _touches(one: Span, other: Span) -> bool:
    if other.start == other.end:
        return one.start <= other.start <= one.end
    return one.start < other.end and other.start < one.end


def _names(statement: Statement) -> StatementNames:
    try:
        top = symtable.symtable(statement.code, "<cell>", "exec")
    except SyntaxError:  # `await` at the top level
        used = {n.id for n in ast.walk(statement.node) if isinstance(n, ast.Name)}
        return StatementNames(frozenset(used), frozenset(used), frozenset())
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    read = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    read |= {
        node.target.id
        for node in ast.walk(statement.node)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    late: set[str] = set()
    for child in top.get_children():
        _collect_reads(child, read, late, lazy=False)
    return StatementNames(frozenset(bound), frozenset(read | late), frozenset(late))


def _collect_reads(
    table: symtable.SymbolTable, read: set[str], late: set[str], *, lazy: bool
) -> None:
    """Add the notebook variables that a function, class or comprehension reads to `read` or `late`.

    Args:
        table: the symbols of the scope.
        read: variables read when the statement runs.
        late: variables read when a function or generator runs.
        lazy: the scope is inside such a function.
    """
    lazy = lazy or not (table.get_name() in _IMMEDIATE or table.get_type() == "class")
    for symbol in table.get_symbols():
        own = symbol.is_parameter() or symbol.is_assigned() or symbol.is_imported()
        if symbol.is_global() and (symbol.is_declared_global() or not own):
            (late if lazy else read).add(symbol.get_name())
    for child in table.get_children():
        _collect_reads(child, read, late, lazy=lazy)
