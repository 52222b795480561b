"""The Python modules of a repository, which are parsed but never imported."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nb2prod.analysis.names.code_cell import dotted
from nb2prod.repository.tree import Tree
from nb2prod.text.python import parsed
from nb2prod.text.spans import LineTable, Span

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class ModuleImport:
    """One module that an import statement imports.

    Attributes:
        module: its dotted name, without the leading dots of a relative import.
        level: the number of leading dots.
        names: the names imported from it, which may be modules, too.
        node: the statement.
    """

    module: str
    level: int
    names: tuple[str, ...]
    node: ast.stmt


@dataclass(frozen=True)
class Module:
    """A Python file.

    Attributes:
        path: its path, relative to the root of the repository.
        source: its text.
        tree: its syntax tree.
    """

    path: str
    source: str
    tree: ast.Module

    def span(self, node: ast.AST) -> Span:
        """Return the span of a node."""
        place: Any = node
        return Span(
            self.lines.offset(place.lineno, place.col_offset),
            self.lines.offset(place.end_lineno, place.end_col_offset),
        )

    def dotted(self, node: ast.expr) -> str | None:
        """Return the dotted name of an expression over imported names."""
        return dotted(node, self.names)

    @cached_property
    def lines(self) -> LineTable:
        """The lines of the text."""
        return LineTable(self.source)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """All calls."""
        return tuple(n for n in self.nodes if isinstance(n, ast.Call))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The targets of imported names: `np` is `numpy`, `SVC` is `sklearn.svm.SVC`."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    found[name] = alias.name if alias.asname else name
            elif isinstance(node, ast.ImportFrom):
                prefix = "." * node.level + (node.module or "")
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{prefix}.{alias.name}"
        return found

    def imports(self, *, as_script: bool = False, anywhere: bool = False) -> Iterator[ModuleImport]:
        """Yield the modules that are imported when the module is imported.

        Args:
            as_script: include imports under `if __name__ == "__main__":`.
            anywhere: include all imports, also those in functions.
        """
        for node in self.nodes if anywhere else self.at_import(as_script=as_script):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield ModuleImport(alias.name, 0, (), node)
            elif isinstance(node, ast.ImportFrom):
                names = tuple(alias.name for alias in node.names)
                yield ModuleImport(node.module or "", node.level, names, node)

    def at_import(self, *, as_script: bool = False) -> Iterator[ast.AST]:
        """Yield the nodes that are executed when the module is imported, or run as a script."""
        todo: list[ast.AST] = list(reversed(self.tree.body))
        while todo:
            node = todo.pop()
            yield node
            if isinstance(node, _FUNCTIONS):
                continue
            skipped = isinstance(node, ast.If) and (
                _only_for_types(node.test) or (not as_script and is_main_guard(node.test))
            )
            if isinstance(node, ast.If) and skipped:
                todo += reversed(node.orelse)
            else:
                todo += reversed(list(ast.iter_child_nodes(node)))


def is_main_guard(test: ast.expr) -> bool:
    """Return whether a condition is `__name__ == "__main__"`."""
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


def _only_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def read_module(tree: Tree, path: str) -> Module | None:
    """Return a Python file; None if it cannot be read or is not Python 3."""
    source = tree.text(path)
    read = None if source is None else parsed(source)
    return None if source is None or read is None else Module(path, source, read)


@dataclass(frozen=True)
class Modules:
    """The modules of a repository, and the resolution of their imports."""

    files: Tree
    _read: dict[str, Module | None]

    def get(self, path: str) -> Module | None:
        """Return a module; None if it cannot be read."""
        if path not in self._read:
            self._read[path] = read_module(self.files, path) if path in self.files.files else None
        return self._read[path]

    def all(self) -> Iterator[Module]:
        """Yield all modules, in the order of their paths."""
        for path in sorted(self.files.files):
            if path.endswith(".py") and (module := self.get(path)):
                yield module

    def targets(
        self, module: Module, imported: ModuleImport, folders: Iterable[str]
    ) -> Iterator[str]:
        """Yield the files of the repository that an import runs, packages first.

        Args:
            module: the module with the import.
            imported: the import.
            folders: the folders in which modules are searched for, in order.
        """
        parts = imported.module.split(".") if imported.module else []
        if imported.level:
            base = posixpath.dirname(module.path)
            for _ in range(imported.level - 1):
                base = posixpath.dirname(base)
            starts = [base]
        else:
            starts = [f for f in folders if parts and self._is_module(posixpath.join(f, parts[0]))]
        if not starts:
            return
        at = starts[0]
        for part in parts:
            at = posixpath.join(at, part)
            if f"{at}.py" in self.files.files and at not in self._packages:
                yield f"{at}.py"
                return
            if f"{at}/__init__.py" in self.files.files:
                yield f"{at}/__init__.py"
        for name in imported.names:
            inner = posixpath.join(at, name)
            if f"{inner}.py" in self.files.files:
                yield f"{inner}.py"
            elif f"{inner}/__init__.py" in self.files.files:
                yield f"{inner}/__init__.py"

    def is_trivial(self, path: str) -> bool:
        """Return whether a module is empty except for a docstring."""
        module = self.get(path)
        return module is not None and all(
            isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in module.tree.body
        )

    def _is_module(self, stem: str) -> bool:
        return f"{stem}.py" in self.files.files or stem in self._packages

    @cached_property
    def _packages(self) -> frozenset[str]:
        folders = {posixpath.dirname(p) for p in self.files.files if p.endswith(".py")}
        return frozenset(
            "/".join(parts[: i + 1])
            for parts in (f.split("/") for f in folders if f)
            for i in range(len(parts))
            if all(re.fullmatch(r"\w+", part) for part in parts[i : i + 1])
        )
