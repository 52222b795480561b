"""The import statements of a module, from the names that its code uses."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

from nb2prod.emit.package.local_modules import local_modules
from nb2prod.pipeline.definitions import words_in_texts
from nb2prod.pipeline.plan import Plan

_RUNTIME = ("artifacts", "generators", "params", "reporting", "settings")
_SHOWING = ("save_figures", "show")


def with_imports(plan: Plan, docstring: str, parts: Iterable[str], package: str) -> str:
    """Return a module: its docstring, the imports that its parts need, and the parts."""
    body = "\n\n".join(part.strip("\n") + "\n" for part in parts)
    tree = ast.parse(body)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | set(_quoted_types(tree))
    used |= plan.analysis.in_texts & words_in_texts(tree)
    used -= {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    modules = local_modules(plan)
    lines = list(_imports(plan, used))
    local = [line for line in lines if line.split()[1].partition(".")[0] in modules]
    blocks = ["\n".join(group) for group in _grouped(x for x in lines if x not in local)]
    own = [*_own_imports(plan, used, package), *(x for g in _grouped(local) for x in g)]
    if own:
        blocks.append("\n".join(sorted(own, key=lambda line: (line.startswith("from "), line))))
    head = "\n\n".join([docstring, *blocks, *_conditional(plan, used)])
    return f"{head}\n\n\n{body}"


def library_imports(plan: Plan, used: set[str]) -> list[str]:
    """Return the notebook's import statements for these names."""
    return [*_imports(plan, used), *_conditional(plan, used)]


def blocks(lines: Iterable[str]) -> list[str]:
    """Return import statements sorted into blocks, those of several lines last."""
    single: list[str] = []
    others: list[str] = []
    for line in lines:
        (others if "\n" in line else single).append(line)
    return ["\n".join(group) for group in _grouped(single)] + others


def _quoted_types(tree: ast.Module) -> Iterator[str]:
    """Yield the names in annotations that are written as strings."""
    constants = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
    yield from (c for c in constants if isinstance(c, str) and c.isidentifier() and c[0].isupper())


def _own_imports(plan: Plan, used: set[str], package: str) -> list[str]:
    lines: list[str] = []
    if modules := sorted(used.intersection(_RUNTIME)):
        lines.append(f"from {package} import {', '.join(modules)}")
    definitions = (d for d in plan.scope.definitions.values() if not d.local)
    if functions := sorted(used & {d.version for d in definitions}):
        lines.append(f"from {package}.functions import {', '.join(functions)}")
    if shown := sorted(used.intersection(_SHOWING)):
        lines.append(f"from {package}.reporting import {', '.join(shown)}")
    return lines


def _imports(plan: Plan, used: set[str]) -> Iterator[str]:
    for name, line in (
        ("Any", "from typing import Any"),
        ("partial", "from functools import partial"),
        ("Path", "from pathlib import Path"),
        ("asyncio", "import asyncio"),
    ):
        if name in used and name not in plan.scope.imports:
            yield line
    lines: dict[str, None] = {}
    for name, number in plan.scope.imports.items():
        node = plan.analysis.statements[number].node
        if name in used and isinstance(node, ast.Import | ast.ImportFrom):
            lines |= dict.fromkeys(_binding(node, name))
    yield from lines
    yield from _star_imports(plan, used)
    for statement in plan.analysis.statements:  # `import a.b` in addition to `import a`
        for alias in statement.node.names if isinstance(statement.node, ast.Import) else ():
            top, dot, _ = alias.name.partition(".")
            line = f"import {alias.name}"
            if dot and not alias.asname and top in used and line not in lines:
                yield line


def _binding(node: ast.Import | ast.ImportFrom, name: str) -> Iterator[str]:
    """Yield the lines that bind a name as an import statement does."""
    for alias in node.names:
        if (alias.asname or alias.name.partition(".")[0]) != name:
            continue
        renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
        if isinstance(node, ast.Import):
            yield f"import {alias.name}{renamed}"
        else:
            yield f"from {'.' * node.level}{node.module or ''} import {alias.name}{renamed}"


def _star_imports(plan: Plan, used: set[str]) -> Iterator[str]:
    """Yield imports for names that come from star imports, by name if there is only one."""
    nodes = [plan.analysis.statements[n].node for n in plan.scope.star_imports]
    modules = [n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module]
    bound = {n for e in plan.analysis.effects for n in e.all_binds}
    wanted = {n for e in plan.analysis.effects for n in e.uses}
    wanted |= {n for d in plan.scope.definitions.values() for n in d.free}
    missing = sorted((wanted & used) - bound - {"display", "get_ipython"})
    if modules and missing:
        if len(set(modules)) == 1:
            yield f"from {modules[0]} import {', '.join(missing)}"
        else:
            yield from (f"from {module} import *" for module in dict.fromkeys(modules))


def _conditional(plan: Plan, used: set[str]) -> list[str]:
    """Return imports with a fallback (`try: … except ImportError: …`) unchanged."""
    numbers = {
        n
        for name, n in plan.scope.imports.items()
        if name in used and isinstance(plan.analysis.statements[n].node, ast.Try)
    }
    return [plan.analysis.statements[n].code for n in sorted(numbers)]


def _grouped(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield groups of imports as isort sorts them: `__future__`, standard library, others."""
    merged: dict[str, set[str]] = {}
    entries: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("from ") and not line.endswith(" *"):
            source, _, names = line.removeprefix("from ").partition(" import ")
            merged.setdefault(source, set()).update(names.split(", "))
        else:
            entries.append((line.split()[1], line))
    entries += [(s, f"from {s} import {', '.join(sorted(n))}") for s, n in merged.items()]

    def section(source: str) -> int:
        if source == "__future__":
            return 0
        return 1 if source.partition(".")[0] in sys.stdlib_module_names else 2

    for wanted in range(3):
        group = [(line.startswith("from "), line) for s, line in entries if section(s) == wanted]
        if group:
            yield [line for _, line in sorted(group)]
