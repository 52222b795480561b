"""The modules of a project's package that a module imports, directly or indirectly."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping


def module_closure(name: str, package: str, modules: Mapping[str, str]) -> dict[str, set[str]]:
    """Return a module and those of its package that it imports, directly or indirectly.

    Args:
        name: The module.
        package: The package.
        modules: Generated module -> its text; the imports of other modules are not followed.

    Returns:
        Module of the package -> the top-level modules outside of the package that it imports.
    """
    found: dict[str, set[str]] = {}
    todo = [name]
    while todo:
        current = todo.pop()
        if f"{current}.__init__" in modules:
            current += ".__init__"
        if current in found:
            continue
        found[current] = set()
        for module, names in _imports(modules.get(current, "")):
            if module == package:
                todo += names
            elif not module.startswith(f"{package}."):
                found[current].add(module.partition(".")[0])
            else:
                inner = module.removeprefix(f"{package}.")
                todo += [inner, *(full for n in names if (full := f"{inner}.{n}") in modules)]
    return found


def _imports(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the modules that a module imports, each with the names that it imports from there."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or "", [a.name for a in node.names]
        elif isinstance(node, ast.Import):
            yield from ((a.name, []) for a in node.names)
