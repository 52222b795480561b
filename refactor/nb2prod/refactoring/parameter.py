"""Lift a constant in the code to a parameter, a variable set at the top of the notebook."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.pipeline.english import RESERVED, snake
from nb2prod.pipeline.free_names import unique
from nb2prod.refactoring.soundness import refuse
from nb2prod.refactoring.subject import AbsentError, Refactoring, RefusedError, Subject, whole_span
from nb2prod.text.spans import Edit, Span

TAG = "parameters"  # papermill's tag for the cell of parameters
_KINDS = (int, float, str, bool)


def lift_parameter(subject: Subject, cell: int, span: Span) -> Refactoring:
    """Replace a constant by a variable that the notebook's parameters cell sets.

    The parameters cell is the one with papermill's tag, else the first that sets only constants,
    else the first cell of all, below its imports. A variable that is only ever this constant moves
    there under its own name.

    Args:
        subject: the notebook.
        cell: the index of the cell.
        span: the span of the constant, or an empty span in it.

    Raises:
        AbsentError: there is no constant that could be lifted.
        RefusedError: the constant cannot be replaced, or not be set in the parameters cell.
    """
    if subject.notebook.cells[cell].kind != "code":
        raise AbsentError("this is not a code cell")
    code = CodeCell(subject.notebook.cells[cell].source)
    path = _constant(code, span)
    node = path[-1]
    assert isinstance(node, ast.expr)
    refuse(subject, cell)
    target, at = _place(subject, cell)
    statement = next(n for n in path if isinstance(n, ast.stmt))
    if target == cell and _is_set_at_the_beginning(code, statement):
        raise AbsentError("it is a parameter already")
    text = code.text(node)
    value = f"({text})" if "\n" in text else text
    if name := _own_name(subject, cell, statement, node):
        edits = [_removal(code, statement)]
    else:
        name = _name(subject, path)
        edits = [_replacement(code, code.span(node), name)]
    title = f"Lift to parameter `{name}`"
    setting = _insertion(subject, target, at, f"{name} = {value}")
    if target == cell:
        return Refactoring(title, {cell: (setting, *edits)})
    return Refactoring(title, {target: (setting,), cell: tuple(edits)})


def _constant(code: CodeCell, span: Span) -> list[ast.AST]:
    """Return the constant at a span, preceded by the nodes around it, from the outside in."""
    found: list[ast.AST] = []
    for path in _paths(code.body):
        node = path[-1]
        if _is_literal(node) and code.span(node).covers(span):
            found = path
            break
    if not found:
        raise AbsentError("this is not a number, a string or a boolean")
    for outer in found[:-1]:
        if isinstance(outer, ast.JoinedStr | ast.match_case | ast.pattern):
            raise RefusedError("a name cannot replace it")
        if isinstance(outer, ast.Import | ast.ImportFrom | ast.Global):
            raise RefusedError("a name cannot replace it")
    if isinstance(found[-2], ast.Expr):
        raise AbsentError("it is not used")
    if _annotates(found):
        raise RefusedError("it is part of a type annotation")
    return found


def _paths(body: Sequence[ast.stmt]) -> Iterator[list[ast.AST]]:
    """Yield all nodes below statements, each preceded by the nodes around it."""
    waiting: list[list[ast.AST]] = [[node] for node in reversed(body)]
    while waiting:
        path = waiting.pop()
        if len(path) > 1:
            yield path
        waiting += [[*path, child] for child in reversed(list(ast.iter_child_nodes(path[-1])))]


def _is_literal(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=value):
            return type(value) in _KINDS
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return type(value) in (int, float)
        case _:
            return False


def _annotates(path: Sequence[ast.AST]) -> bool:
    return any(
        inner in (getattr(outer, "annotation", None), getattr(outer, "returns", None))
        for outer, inner in pairwise(path)
    )


def _own_name(subject: Subject, cell: int, statement: ast.stmt, node: ast.expr) -> str:
    """Return the variable that only this statement sets, to a constant; empty if there is none."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node:
            pass
        case _:
            return ""
    wanted = ast.dump(statement)
    own = [s for s in subject.analysis.statements if s.cell == cell and ast.dump(s.node) == wanted]
    if len(own) != 1 or name in RESERVED:
        return ""
    for number, (effect, names) in enumerate(
        zip(subject.analysis.effects, subject.names, strict=True)
    ):
        if number != own[0].number and name in effect.all_binds | effect.deletes | names.bound:
            return ""
        if number < own[0].number and name in names.read | effect.uses:
            return ""
    return name


def _name(subject: Subject, path: Sequence[ast.AST]) -> str:
    node, outer = path[-1], path[-2]
    value = getattr(node, "value", None)
    options: list[str] = []
    match outer:
        case ast.keyword(arg=str(name)):
            options.append(name)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            options.append(name)
        case ast.Compare(left=ast.Name(id=name) | ast.Attribute(attr=name)):
            options.append(f"{name}_threshold")
        case ast.Dict(keys=keys, values=values) if node in values:
            key = keys[values.index(node)]  # type: ignore[arg-type]  # it is one of them
            options.append(str(key.value) if isinstance(key, ast.Constant) else "")
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            if isinstance(value, str):
                options.append(posixpath.basename(value))
            options.append(name)
        case _:
            pass
    if isinstance(value, str):
        options.append(posixpath.basename(value))
    names = [n.upper() for option in options if (n := snake(option)[:40].strip("_"))]
    fitting = [n for n in names if n.isidentifier()]
    first, *others = fitting or ["PARAMETER"]
    return unique(first, set(subject.taken), others)


def _place(subject: Subject, cell: int) -> tuple[int, int]:
    """Return the cell and the offset at which to set parameters.

    Raises:
        RefusedError: there is no suitable place.
    """
    cells = subject.notebook.code_cells
    tagged = next((c for c in cells if TAG in c.tags), None)
    if tagged is not None:
        if tagged.index > cell:
            raise RefusedError(f"the parameters cell, cell {tagged.index + 1}, is further down")
        code = CodeCell(tagged.source)
        if code.summary.broken:
            raise RefusedError(f"the parameters cell, cell {tagged.index + 1}, is not Python")
        return tagged.index, len(tagged.source.rstrip())
    read = [(c.index, CodeCell(c.source)) for c in cells if c.index <= cell]
    usable = [(i, c) for i, c in read if c.body and not any(m.kind == "cell" for m in c.magics)]
    for index, code in usable:
        if _only_sets(code.body) and not code.magics:
            if not code.summary.only_imports:
                return index, len(code.source.rstrip())
        else:
            break
    index, code = usable[0]
    at = 0
    for node in code.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            break
        at = code.span(node).end
    end = code.lines.start(code.lines.position(at)[0] + 1) if at else 0
    shared = any(at <= whole_span(code, n).start < end for n in code.body) and at
    magic = any(at <= m.span.start < end for m in code.magics)
    if shared or magic:
        raise RefusedError(f"cell {index + 1} has other code on the line of its last import")
    return index, len(code.source[:end].rstrip())


def _is_set_at_the_beginning(code: CodeCell, statement: ast.stmt) -> bool:
    body = list(code.body)
    return statement in body and _only_sets(body[: body.index(statement) + 1])


def _only_sets(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements only import and set variables to constants."""
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                pass
            case ast.Assign(targets=[ast.Name()], value=value) if _is_literal(value):
                pass
            case _:
                return False
    return True


def _insertion(subject: Subject, cell: int, at: int, line: str) -> Edit:
    source = subject.notebook.cells[cell].source
    before, after = source[:at], source[at:]
    if not before.strip():
        return Edit(Span(0, 0), f"{line}\n\n" if after.strip() else line)
    last = before.rsplit("\n", 1)[-1].lstrip()
    gap = "\n\n" if last.startswith(("import ", "from ")) else "\n"
    return Edit(Span(at, at), f"{gap}{line}")


def _removal(code: CodeCell, statement: ast.stmt) -> Edit:
    """Return the edit that removes a statement, with its line if it is alone on it."""
    span = code.span(statement)
    start = code.lines.start(code.lines.position(span.start)[0])
    end = code.lines.start(code.lines.position(span.end)[0] + 1)
    if code.source[start : span.start].strip() or code.source[span.end : end].strip():
        after = code.source[span.end : end]
        skipped = len(after) - len(after.lstrip(" \t;")) if ";" in after else 0
        if not skipped:
            raise RefusedError("another statement is on the same line")
        return Edit(Span(span.start, span.end + skipped), "")
    return Edit(Span(start, end), "")


def _replacement(code: CodeCell, span: Span, name: str) -> Edit:
    before = code.source[: span.start][-1:]
    after = code.source[span.end :][:1]
    left = " " if before.isalnum() or before == "_" else ""
    right = " " if after.isalnum() or after == "_" else ""
    return Edit(span, f"{left}{name}{right}")
