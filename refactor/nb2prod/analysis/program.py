"""The statements of a notebook: its code cells, cut at the top level."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nb2prod.ipython.mask import to_python
from nb2prod.notebook.model import Notebook
from nb2prod.text.spans import LineTable


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement, as plain Python.

    `code` begins with the comments above the statement and ends with the one on its last line.
    """

    number: int
    cell: int
    node: ast.stmt
    code: str
    displayed: bool = False  # the notebook shows its value
    ends_cell: bool = False
    original: str = ""  # `code` before names that are computed were written plainly


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """A cell that is not Python 3."""

    cell: int
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Program:
    """The code of a notebook as statements in order, with what could not be taken over."""

    statements: tuple[Statement, ...]
    broken: tuple[BrokenCell, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()  # (cell, what was left out or changed)
    obstacles: tuple[tuple[int, str], ...] = ()  # (cell, what a pipeline can't do)
    requirements: tuple[str, ...] = ()
    converted: frozenset[int] = frozenset()  # cells that say IPython's syntax in Python

    def place(self, number: int) -> tuple[int, int]:
        """Return the cell of a statement, and which of the cell's statements it is, from 1."""
        cell = self.statements[number].cell
        first = next(s.number for s in self.statements if s.cell == cell)
        return cell + 1, number - first + 1


def read_program(notebook: Notebook) -> Program:
    """Cut the code cells of a notebook into statements, magics turned into Python."""
    statements: list[Statement] = []
    broken: list[BrokenCell] = []
    notes: list[tuple[int, str]] = []
    obstacles: list[tuple[int, str]] = []
    requirements: list[str] = []
    converted: set[int] = set()
    last_value = ""
    said: list[str] = []  # in comments that stand alone in their cells
    for cell in notebook.code_cells:
        try:
            python = to_python(cell.source, cell=cell.index)
            parts = list(cut(python.code))
        except SyntaxError as error:
            broken.append(BrokenCell(cell.index, error.lineno or 1, error.msg))
            continue
        except (RecursionError, MemoryError):
            broken.append(BrokenCell(cell.index, 1, "it is nested too deeply"))
            continue
        except ValueError:
            broken.append(BrokenCell(cell.index, 1, "it holds half of a character"))
            continue
        notes += [(cell.index, note.text) for note in python.notes]
        obstacles += [(cell.index, text) for text in python.obstacles]
        requirements += python.requirements
        if python.converted:
            converted.add(cell.index)
        if not parts:
            said += _prose(python.code)
        above, said = (said, []) if parts else ([], said)
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
    if said and statements:
        code = "\n".join([statements[-1].code, *said])
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
    """Yield statements with their texts as they are to be kept, and as they were.

    Comments above an import speak of the cell: they go to the first statement after the imports,
    as do those of the cells before that hold nothing else.
    """
    comments = list(above)
    for i, (node, code) in enumerate(parts):
        text = code
        if _is_import(node) and not all(_is_import(other) for other, _ in parts[i:]):
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
    """Return the comments of a cell without statements, unless they are code left out."""
    comments = [line.strip() for line in code.split("\n") if line.strip().startswith("#")]
    try:
        tree = ast.parse("\n".join(c.lstrip("# ") for c in comments))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return comments
    words = all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Name) for n in tree.body)
    return comments if words else []


def cut(code: str) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the top-level statements of a text, each with its comments.

    The text of a statement starts in column 0 and parses alone.

    Raises:
        SyntaxError: the text is not Python 3.
    """
    tree = compile(
        code,
        "<cell>",
        "exec",
        ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        dont_inherit=True,
    )
    assert isinstance(tree, ast.Module), "exec mode gives a module"
    table = LineTable(code)
    comments = _comments(code, table)
    done = 0
    for i, node in enumerate(tree.body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        start = (
            table.offset(node.lineno, node.col_offset)
            if first == node.lineno
            else table.start(first)
        )
        end = table.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        following = tree.body[i + 1] if i + 1 < len(tree.body) else None
        tail = _inline_comment(comments, end, following, table)
        above = [text for at, text in comments if done <= at < start]
        text = "\n".join([*above, code[start:end] + tail])
        done = end + len(tail)
        if following is None:
            below = [text for at, text in comments if at >= done + (2 if tail else 0)]
            text = "\n".join([text, *(b for b in below if b.strip() != tail.strip())])
        yield node, text


def _comments(code: str, table: LineTable) -> list[tuple[int, str]]:
    """Return the comments that stand outside of statements' inner lines, with their offsets."""
    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                found.append((table.start(token.start[0]) + token.start[1], token.string))  # noqa: PERF401
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _inline_comment(
    comments: Iterable[tuple[int, str]], end: int, following: ast.stmt | None, table: LineTable
) -> str:
    line = table.position(end)[0]
    limit = table.start(line + 1)
    if following is not None and following.lineno == line:
        return ""
    return next((f"  {text}" for at, text in comments if end <= at < limit), "")


def _plain(node: ast.stmt, code: str) -> tuple[ast.stmt, str]:
    """Write what is computed by name, but with constant names, as the plain statement it is."""
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
    """Say whether a statement is a line like `!ls`, which has no value."""
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
    """Bind a displayed value to the name under which a later cell reads `_`."""
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
    """Say whether a semicolon at the end of the cell suppresses the display."""
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
