"""Third-party packages that the code of a repository imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class Use:
    """The first import of a third-party package in a module."""

    name: str
    module: Module
    node: ast.stmt
    guarded: bool


def third_party(repository: Repository) -> Iterator[Use]:
    """Yield the third-party packages that modules import, each once per module."""
    own = {part for path in repository.tree.files if path.endswith(".py") for part in _names(path)}
    for module in repository.modules.all():
        seen: set[str] = set()
        guarded = _guarded(module)
        for imported in module.imports(anywhere=True):
            name = imported.module.partition(".")[0]
            known = name in sys.stdlib_module_names or name in own or not name
            if imported.level or known or name in seen:
                continue
            seen.add(name)
            yield Use(name, module, imported.node, imported.node in guarded)


def _guarded(module: Module) -> set[ast.AST]:
    """Return the nodes whose failure is expected: those in `try`, and type-only imports."""
    found: set[ast.AST] = set()
    for node in module.nodes:
        if isinstance(node, ast.Try) and node.handlers:
            found.update(inner for statement in node.body for inner in ast.walk(statement))
            found.update(inner for handler in node.handlers for inner in ast.walk(handler))
        elif isinstance(node, ast.If):
            found.update(inner for statement in node.body for inner in ast.walk(statement))
    return found


def _names(path: str) -> Iterator[str]:
    """Yield the names under which a file may be imported: its own and those of its folders."""
    *folders, file = path.split("/")
    yield from folders
    yield file.removesuffix(".py")
