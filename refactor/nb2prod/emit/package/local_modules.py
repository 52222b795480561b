"""Local modules: those in the notebook's folder, or on a path it adds, that it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from nb2prod.analysis.program import Program
from nb2prod.emit.writer import GeneratedFile
from nb2prod.pipeline.plan import Plan
from nb2prod.text.read_file import read_text_file


def imported_modules(program: Program) -> set[str]:
    """Return the dotted names of the modules that a notebook imports."""
    names: set[str] = set()
    for statement in program.statements:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Import):
                names |= {a.name for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    return names


def local_modules(plan: Plan) -> dict[str, Path]:
    """Return the local modules that the notebook imports, directly or indirectly, by name."""
    folders = list(_import_folders(plan))
    found: dict[str, Path] = {}
    todo = sorted(imported_modules(plan.analysis.program))
    while todo:
        name = todo.pop()
        top = name.partition(".")[0]
        for candidate in (f / c for f in folders for c in (f"{top}.py", top)):
            if top in found or not (candidate.is_file() or (candidate / "__init__.py").is_file()):
                continue
            found[top] = candidate
            for source in [candidate] if candidate.is_file() else candidate.rglob("*.py"):
                todo += _names_in(source)
    return found


def _import_folders(plan: Plan) -> Iterator[Path]:
    """Yield the folders of local modules: the notebook's own, and those it adds to `sys.path`."""
    folder = plan.notebook.path.resolve().parent
    yield folder
    for statement in plan.analysis.statements:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "sys.path.append",
                "sys.path.insert",
            ):
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield folder / part.value


def _names_in(source: Path) -> list[str]:
    try:
        return imported_names(read_text_file(source))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []


def imported_names(text: str) -> list[str]:
    """Return the dotted names of the modules that a module imports.

    Raises:
        SyntaxError: The text is not Python.
    """
    tree = ast.parse(text)
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    return names + [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]


def local_files(plan: Plan) -> Iterator[GeneratedFile]:
    """Yield copies of the local modules and packages, for `src`."""
    for source in local_modules(plan).values():
        if source.is_file():
            yield GeneratedFile(f"src/{source.name}", source)
            continue
        for file in sorted(source.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield GeneratedFile(
                    f"src/{source.name}/{file.relative_to(source).as_posix()}", file
                )
