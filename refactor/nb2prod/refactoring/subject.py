"""What a refactoring is done to: a notebook, the flow of its data, and some of its statements."""

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

# Comprehensions run where they stand; these run when somebody calls them.
_AT_ONCE = frozenset({"listcomp", "setcomp", "dictcomp"})


class RefusedError(Exception):
    """A refactoring would not be sound; the message says why, and where."""


class AbsentError(RefusedError):
    """There is nothing to refactor in this way."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A text file as it is, None where there is none, and as it will be."""

    path: Path
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Refactoring:
    """What becomes of a notebook and its project, all at once.

    Attributes:
        title: what is done, as a command to the editor.
        edits: by cell, the edits of its source.
        files: the text files of the project that are made or changed.
        removed: the cells that go.
    """

    title: str
    edits: Mapping[int, Sequence[Edit]]
    files: tuple[FileChange, ...] = ()
    removed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The names in the text of one statement.

    Attributes:
        bound: at the notebook's level.
        read: of the notebook's level, in functions too.
        late: the part of `read` that is read when somebody calls a function or a generator.
    """

    bound: frozenset[str]
    read: frozenset[str]
    late: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """The variables of the notebook that a function refers to, and those called by it.

    `sets` are those that one of them declares `global`.
    """

    reads: frozenset[str]
    sets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Top-level statements of one cell that follow each other.

    Attributes:
        cell: the index of the cell.
        code: the cell.
        nodes: the statements as they stand in the cell.
        numbers: their numbers in the notebook.
    """

    cell: int
    code: CodeCell
    nodes: tuple[ast.stmt, ...]
    numbers: tuple[int, ...]

    def part(self, start: int, end: int | None = None) -> Selection:
        """Return some of the statements, by their places among these."""
        return replace(self, nodes=self.nodes[start:end], numbers=self.numbers[start:end])


@dataclass(frozen=True)
class Subject:
    """A notebook, understood once for all refactorings of it."""

    notebook: Notebook
    analysis: Analysis = field(init=False)
    flow: Dataflow = field(init=False)
    prose: Prose = field(init=False)

    def __post_init__(self) -> None:
        """Follow its data."""
        analysis = analyse(read_program(self.notebook))
        object.__setattr__(self, "analysis", analysis)
        object.__setattr__(self, "flow", Dataflow(analysis, find_scope(analysis)))
        object.__setattr__(self, "prose", read_prose(self.notebook, analysis.statements))

    @cached_property
    def names(self) -> Sequence[Names]:
        """The names in the text of each statement."""
        return [_names(statement) for statement in self.analysis.statements]

    @cached_property
    def reached(self) -> Mapping[str, Reached]:
        """What the functions and classes of the notebook refer to, by their names."""
        direct: dict[str, tuple[set[str], set[str]]] = {}
        for definition in self.flow.scope.definitions.values():
            node = self.analysis.statements[definition.statement].node
            reads, sets = direct.setdefault(definition.name, (set(), set()))
            reads |= definition.free
            sets |= {n for g in ast.walk(node) if isinstance(g, ast.Global) for n in g.names}
        found: dict[str, Reached] = {}
        for name in direct:
            todo, seen = [name], set[str]()
            while todo:
                seen.add(one := todo.pop())
                todo += (direct[one][0] & direct.keys()) - seen
            reads = frozenset(n for one in seen for n in direct[one][0])
            found[name] = Reached(reads, frozenset(n for one in seen for n in direct[one][1]))
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
        """Yield the words of a cell that could not be read."""
        word = ""
        for character in self.notebook.cells[cell].source + " ":
            if character.isalnum() or character == "_":
                word += character
            elif word:
                yield word
                word = ""

    def select(self, cell: int, span: Span | None = None, *, preamble: bool = True) -> Selection:
        """Return the statements of a cell that a span touches; without one, all.

        Args:
            cell: The index of the cell.
            span: What is selected in it.
            preamble: Imports and definitions that come first are wanted, too.

        Raises:
            AbsentError: there are none.
            RefusedError: they can't be told from IPython's syntax.
        """
        if self.notebook.cells[cell].kind != "code":
            raise AbsentError("this is no code")
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
            raise AbsentError("there is no statement")
        numbers = [number for _, number in pairs if number is not None]
        if len(numbers) < len(pairs) or numbers != list(range(numbers[0], numbers[-1] + 1)):
            raise RefusedError("IPython's syntax has to stay where it is")
        return Selection(cell, code, tuple(node for node, _ in pairs), tuple(numbers))

    def _works(self, number: int) -> bool:
        """Say whether a statement does more than import or define."""
        return not is_preamble(self, number)

    def _numbers(self, cell: int, code: CodeCell) -> dict[int, int]:
        """Return which statements of the notebook those of a cell are, by their ids."""
        known = [s for s in self.analysis.statements if s.cell == cell]
        here, there = [ast.dump(n) for n in code.body], [ast.dump(s.node) for s in known]
        matcher = SequenceMatcher(None, here, there, autojunk=False)
        return {
            id(code.body[a + i]): known[b + i].number
            for a, b, size in matcher.get_matching_blocks()
            for i in range(size)
        }


def is_preamble(subject: Subject, number: int) -> bool:
    """Say whether a statement only imports or defines, and is best left at the notebook's level."""
    statement = subject.analysis.statements[number]
    node = statement.node
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or imports(statement) or number in subject.flow.scope.definitions


def whole_span(code: CodeCell, node: ast.stmt) -> Span:
    """Return where a statement stands, its decorators included."""
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


def _names(statement: Statement) -> Names:
    try:
        top = symtable.symtable(statement.code, "<cell>", "exec")
    except SyntaxError:  # it awaits
        used = {n.id for n in ast.walk(statement.node) if isinstance(n, ast.Name)}
        return Names(frozenset(used), frozenset(used), frozenset())
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    read = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    read |= {
        node.target.id
        for node in ast.walk(statement.node)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    late: set[str] = set()
    for child in top.get_children():
        _inside(child, read, late, lazy=False)
    return Names(frozenset(bound), frozenset(read | late), frozenset(late))


def _inside(table: symtable.SymbolTable, read: set[str], late: set[str], *, lazy: bool) -> None:
    lazy = lazy or not (table.get_name() in _AT_ONCE or table.get_type() == "class")
    for symbol in table.get_symbols():
        own = symbol.is_parameter() or symbol.is_assigned() or symbol.is_imported()
        if symbol.is_global() and (symbol.is_declared_global() or not own):
            (late if lazy else read).add(symbol.get_name())
    for child in table.get_children():
        _inside(child, read, late, lazy=lazy)
