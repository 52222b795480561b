"""Local modules: those in the notebook's folder, or on a path it adds, that it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from nb2prod.analysis.program import Program
from nb2prod.emit.writer import GeneratedFile
from nb2prod.pipeline.borders import held_secret
from nb2prod.pipeline.named_files import files_below
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
    return {top: found for top, (found, why) in _modules(plan).items() if why is None}


def refused_modules(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each local module or file of one that is not copied."""
    for found, why in _modules(plan).values():
        if why is not None:
            yield f"the module {found} is not in the project: {why}"
    for source in local_modules(plan).values():
        for path, why in _files(plan, source):
            if why is not None:
                yield f"{path} is not in the project: {why}"


def _modules(plan: Plan) -> dict[str, tuple[Path, str | None]]:
    """Return each imported local module by name, and why it is not copied."""
    folders = list(_import_folders(plan))
    found: dict[str, tuple[Path, str | None]] = {}
    todo = sorted(imported_modules(plan.analysis.program))
    while todo:
        name = todo.pop()
        top = name.partition(".")[0]
        for folder, absolute in folders:
            for candidate in (folder / f"{top}.py", folder / top):
                if top in found or not _is_module(candidate):
                    continue
                why = plan.data.borders.refusal(candidate, absolute=absolute)
                found[top] = candidate, why
                if why is None:
                    for source in _listed(candidate):
                        todo += _names_in(source) if source.suffix == ".py" else []
    return found


def _is_module(path: Path) -> bool:
    return path.is_file() if path.suffix == ".py" else (path / "__init__.py").is_file()


def _files(plan: Plan, source: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield the files of a module or package, and why each is not copied."""
    for path in _listed(source):
        yield path, plan.data.borders.refusal(path) or held_secret(path)


def _listed(source: Path) -> Iterator[Path]:
    """Yield the files of a module or package."""
    for path in [source] if source.is_file() else files_below(source):
        if "__pycache__" not in path.parts:
            yield path


def _import_folders(plan: Plan) -> Iterator[tuple[Path, bool]]:
    """Yield the folders of local modules, and whether the notebook names it by an absolute path.

    They are the notebook's own, and those that it adds to `sys.path`.
    """
    folder = plan.notebook.path.resolve().parent
    yield folder, False
    for statement in plan.analysis.statements:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "sys.path.append",
                "sys.path.insert",
            ):
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield folder / part.value, Path(part.value).is_absolute()


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
        for path, why in _files(plan, source):
            if why is None:
                inner = path.relative_to(source.parent).as_posix()
                yield GeneratedFile(f"src/{inner}", path)
