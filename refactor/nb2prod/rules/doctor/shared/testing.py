"""Test modules and test functions of a repository."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository

Function = ast.FunctionDef | ast.AsyncFunctionDef

_FILE = re.compile(r"test_.*\.py|.*_test\.py")


def test_modules(repository: Repository) -> Iterator[Module]:
    """Yield the modules that pytest collects tests from."""
    for module in repository.modules.all():
        if _FILE.fullmatch(posixpath.basename(module.path)):
            yield module


def tests(module: Module) -> Iterator[Function]:
    """Yield the test functions of a module, including those in classes."""
    bodies = [module.tree.body]
    bodies += [n.body for n in module.tree.body if isinstance(n, ast.ClassDef)]
    for node in (node for body in bodies for node in body):
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node
