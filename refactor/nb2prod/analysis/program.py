"""The program of a notebook: its code cells, split into top-level statements."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nb2prod.analysis.split import split_statements
from nb2prod.ipython.mask import to_python
from nb2prod.notebook.model import Notebook


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement, as plain Python.

    Attributes:
        number: its number in the notebook, from 0.
        cell: the index of its cell.
        node: its syntax tree.
        code: its text, from the comments above it to the comment on its last line.
        displayed: the notebook displays its value.
        ends_cell: it is the last statement of its cell.
        original: `code` before comments were moved and computed names were resolved.
    """

    number: int
    cell: int
    node: ast.stmt
    code: str
    displayed: bool = False
    ends_cell: bool = False
    original: str = ""


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """A cell that is not Python 3."""

    cell: int
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Program:
    """The code of a notebook as statements.

    Attributes:
        statements: the statements, in order.
        broken: the cells that are not Python 3.
        notes: (cell, note) on code that was left out or changed.
        obstacles: (cell, reason) for code that a pipeline cannot run.
        requirements: the packages that the notebook installs.
        converted: the cells whose IPython syntax was converted to Python.
    """

    statements: tuple[Statement, ...]
    broken: tuple[BrokenCell, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    obstacles: tuple[tuple[int, str], ...] = ()
    requirements: tuple[str, ...] = ()
    converted: frozenset[int] = frozenset()

    def place(self, number: int) -> tuple[int, int]:
        """Return the cell of a statement and its place in the cell, both counted from 1."""
        cell = self.statements[number].cell
        first = next(s.number for s in self.statements if s.cell == cell)
        return cell + 1, number - first + 1


def read_program(notebook: Notebook) -> Program:
    """Split the code cells of a notebook into statements, with magics converted to Python."""
    statements: list[Statement] = []
    broken: list[BrokenCell] = []
    notes: list[tuple[int, str]] = []
    obstacles: list[tuple[int, str]] = []
    requirements: list[str] = []
    converted: set[int] = set()
    last_value = ""
    prose: list[str] = []  # comments of cells that hold nothing else
    for cell in notebook.code_cells:
        try:
            python = to_python(cell.source, cell=cell.index)
            parts = list(split_statements(python.code))
        except SyntaxError as error:
            broken.append(BrokenCell(cell.index, error.lineno or 1, error.msg))
            continue
        except (RecursionError, MemoryError):
            broken.append(BrokenCell(cell.index, 1, "it is nested too deeply"))
            continue
        except ValueError:
            broken.append(BrokenCell(cell.index, 1, "it contains an invalid character"))
            continue
        notes += [(cell.index, note.text) for note in python.notes]
        obstacles += [(cell.index, text) for text in python.obstacles]
        requirements += python.requirements
        if python.converted:
            converted.add(cell.index)
        if not parts:
            prose += _prose(python.code)
        above, prose = (prose, []) if parts else ([], prose)
        for position, (part, original) in enumerate(_comments_moved(parts, above)):
            node, code = _plain(*part)
            if last_value and _reads_last_value(node):
                code = _rename_underscore(code, last_value)
                node = ast.parse(code).body[0]
            ends = position == len(parts) - 1
            shown = ends and isinstance(node, ast.Expr) and not _silenced(python.code)
            shown = shown and not (python.converted and _runs_command(node))
            number = len(statements)
            statements.append(Statement(number, cell.index, node, code, shown, ends, original))
        if parts and statements[-1].displayed:
            last_value = f"cell_value_{cell.index}"
    if prose and statements:
        code = "\n".join([statements[-1].code, *prose])
        statements[-1] = replace(statements[-1], code=code)
    return Program(
        tuple(_keep_last_values(statements)),
        tuple(broken),
        tuple(notes),
        tuple(obstacles),
        tuple(dict.fromkeys(requirements)),
        frozenset(converted),
    )


def _comments_moved(
    parts: Sequence[tuple[ast.stmt, str]], above: Sequence[str]
) -> Iterator[tuple[tuple[ast.stmt, str], str]]:
    """Yield each statement with its new text, and its original text.

    Comments above an import are about the cell. They move to the first statement after the
    imports, as do the comments `above`, of cells that hold nothing else.
    """
    comments = list(above)
    last = max((i for i, (node, _) in enumerate(parts) if not _is_import(node)), default=-1)
    for i, (node, code) in enumerate(parts):
        text = code
        if _is_import(node) and i < last:
            lines = code.split("\n")
            count = next(k for k, line in enumerate(lines) if not line.startswith("#"))
            comments += lines[:count]
            text = "\n".join(lines[count:])
        elif comments and not _is_import(node):
            text = "\n".join([*comments, code])
            comments = []
        yield (node, text), code


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _prose(code: str) -> list[str]:
    """Return the comments of a cell without statements; empty if they are commented-out code."""
    comments = [line.strip() for line in code.split("\n") if line.strip().startswith("#")]
    try:
        tree = ast.parse("\n".join(c.lstrip("# ") for c in comments))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return comments
    words = all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Name) for n in tree.body)
    return comments if words else []


def _plain(node: ast.stmt, code: str) -> tuple[ast.stmt, str]:
    """Return the plain statement for `exec("...")`, `globals()["x"] = ...` and `eval("...")`."""
    match node:
        case ast.Expr(ast.Call(func=ast.Name("exec"), args=[ast.Constant(str(text))], keywords=[])):
            try:
                body = ast.parse(text).body
            except SyntaxError:
                return node, code
            return (body[0], text) if len(body) == 1 else (node, code)
        case ast.Assign(
            targets=[
                ast.Subscript(
                    value=ast.Call(func=ast.Name("globals"), args=[]),
                    slice=ast.Constant(str(name)),
                )
            ]
        ) if name.isidentifier():
            plain = f"{name} = {ast.unparse(node.value)}"
            return ast.parse(plain).body[0], plain
        case ast.Assign(value=ast.Call(func=ast.Name("eval"), args=[ast.Constant(str(text))])):
            plain = ast.unparse(node).replace(ast.unparse(node.value), f"({text})")
            try:
                return ast.parse(plain).body[0], plain
            except SyntaxError:
                return node, code
        case _:
            return node, code


def _runs_command(node: ast.stmt) -> bool:
    """Return whether a statement is a shell command like `!ls`, which has no value."""
    match node:
        case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name("subprocess"), attr="run"))):
            return True
        case _:
            return False


def _reads_last_value(node: ast.stmt) -> bool:
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == "_"]
    return bool(names) and all(isinstance(n.ctx, ast.Load) for n in names)


def _rename_underscore(code: str, name: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "_":
            node.id = name
    return ast.unparse(tree)


def _keep_last_values(statements: list[Statement]) -> Iterator[Statement]:
    """Yield the statements; a displayed value that a later cell reads as `_` gets a name."""
    wanted = {
        n.id
        for s in statements
        for n in ast.walk(s.node)
        if isinstance(n, ast.Name) and n.id.startswith("cell_value_")
    }
    for statement in statements:
        name = f"cell_value_{statement.cell}"
        if statement.displayed and name in wanted and isinstance(statement.node, ast.Expr):
            code = f"{name} = {ast.unparse(statement.node.value)}"
            node = ast.parse(code).body[0]
            yield replace(statement, node=node, code=code, displayed=False)
        else:
            yield statement


def _silenced(code: str) -> bool:
    """Return whether a semicolon at the end of the cell hides the value."""
    last = code.rstrip()
    try:
        tokens = [
            t
            for t in tokenize.generate_tokens(io.StringIO(last).readline)
            if t.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
        ]
    except (tokenize.TokenError, SyntaxError):
        return last.endswith(";")
    return bool(tokens) and tokens[-1].string == ";"
