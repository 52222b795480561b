"""Create Python files of a project, or append to them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nb2prod.emit.package.imports import blocks
from nb2prod.emit.templates import formatted
from nb2prod.refactoring.subject import FileChange, RefusedError
from nb2prod.text.spans import LineTable


def text_of(path: Path) -> str | None:
    """Return the text of a file; None if it does not exist.

    Raises:
        RefusedError: it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path.name} cannot be read: {error}") from None


def names_in(text: str) -> set[str]:
    """Return all names in Python code."""
    return {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def defined_in(path: Path) -> frozenset[str]:
    """Return the names that a module binds at its top level.

    Raises:
        RefusedError: it cannot be read.
    """
    text = text_of(path)
    return frozenset(_bindings(_parsed(path, text))) if text else frozenset()


def with_added(
    path: Path, docstring: str, imports: Iterable[str], parts: Iterable[str]
) -> FileChange:
    """Return a module with functions appended, and their imports inserted.

    Args:
        path: the path of the module; it is created if it does not exist.
        docstring: the docstring of a new module.
        imports: import statements; those that the module already has are left out.
        parts: the functions.

    Raises:
        RefusedError: the module cannot be read, or an imported name means something else in it.
    """
    before = text_of(path)
    body = "\n\n\n".join(part.strip("\n") for part in parts)
    imports = list(dict.fromkeys(imports))
    if not before or not before.strip():
        head = "\n\n".join([docstring, *blocks(imports)])
        return FileChange(path, before, formatted(f"{head}\n\n\n{body}\n"))
    tree = _parsed(path, before)
    known = _bindings(tree)
    lines: list[str] = []
    for statement in (node for line in imports for node in ast.parse(line).body):
        new = {n: m for n, m in _bindings(ast.Module([statement], [])).items() if known.get(n) != m}
        for name in new.keys() & known.keys():
            raise RefusedError(f"`{name}` means something else in {path.name}")
        if new:
            lines.append(ast.unparse(statement))
    newline = "\r\n" if "\r\n" in before else "\n"
    at = _end_of_imports(tree, LineTable(before))
    head, rest = before[:at], before[at:]
    if lines:
        gap = "" if not head or head.endswith("\n") else "\n"
        added = gap + "".join(f"{line}\n" for line in lines)
        head += added.replace("\n", newline)
    text = f"{head}{rest.rstrip()}\n\n\n{formatted(body)}".replace("\r\n", "\n")
    return FileChange(path, before, text.replace("\n", newline))


def _parsed(path: Path, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        raise RefusedError(f"{path.name} is not valid Python") from None


def _bindings(tree: ast.Module) -> Mapping[str, str]:
    """Return the meaning of each top-level name: the imported thing, or the line that binds it."""
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.Import(names=names):
                for a in names:
                    name = a.asname or a.name.partition(".")[0]
                    found[name] = a.name if a.asname else name
            case ast.ImportFrom(module=module, names=names, level=level):
                for a in names:
                    found[a.asname or a.name] = f"{'.' * level}{module or ''}.{a.name}"
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = f"line {node.lineno}"
            case _:
                found |= dict.fromkeys(_stored(node), f"line {node.lineno}")
    return found


def _stored(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _end_of_imports(tree: ast.Module, lines: LineTable) -> int:
    last = 0
    for number, node in enumerate(tree.body):
        is_docstring = not number and isinstance(node, ast.Expr)
        if is_docstring or isinstance(node, ast.Import | ast.ImportFrom):
            last = node.end_lineno or node.lineno
    return lines.start(last + 1)
