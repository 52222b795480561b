"""The files that a module writes, as far as their paths can be known without running it."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.repository.modules import Module
from nb2prod.repository.paths import Paths

# Functions and methods that write a file, with the argument of its path: position, name.
_FUNCTIONS = {
    "joblib.dump": (1, "filename"),
    "numpy.save": (0, "file"),
    "numpy.savez": (0, "file"),
    "numpy.savez_compressed": (0, "file"),
    "numpy.savetxt": (0, "fname"),
    "torch.save": (1, "f"),
    "matplotlib.pyplot.savefig": (0, "fname"),
}
_METHODS = {
    "to_csv": "path_or_buf",
    "to_parquet": "path",
    "to_pickle": "path",
    "to_json": "path_or_buf",
    "to_excel": "excel_writer",
    "to_feather": "path",
    "savefig": "fname",
    "save_model": "fname",
    "write_csv": "file",
    "write_parquet": "file",
}


@dataclass(frozen=True, slots=True)
class Write:
    """A file that a call writes: its path relative to the root, and the call."""

    path: str
    module: Module
    call: ast.Call


def writes(module: Module, paths: Paths) -> Iterator[Write]:
    """Yield the files that a module writes and whose paths are known."""
    for call, scope in _calls(module):
        for argument in _written(module, call):
            if path := paths.of(module, argument, scope):
                yield Write(path, module, call)
        if (module.dotted(call.func) or "").startswith("codecarbon.") and (
            path := _emissions(module, call, scope, paths)
        ):
            yield Write(path, module, call)


def _calls(module: Module) -> Iterator[tuple[ast.Call, ast.AST | None]]:
    """Yield all calls, each with the function around it."""
    todo: list[tuple[ast.AST, ast.AST | None]] = [(module.tree, None)]
    while todo:
        node, scope = todo.pop()
        if isinstance(node, ast.Call):
            yield node, scope
        inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else scope
        todo += ((child, inner) for child in ast.iter_child_nodes(node))


def _written(module: Module, call: ast.Call) -> Iterator[ast.expr]:
    name = module.dotted(call.func)
    if isinstance(call.func, ast.Name) and call.func.id == "open":
        if _is_for_writing(call, 1) and call.args:
            yield call.args[0]
    elif name in _FUNCTIONS:
        position, keyword = _FUNCTIONS[name]
        yield from _argument(call, position, keyword)
    elif isinstance(call.func, ast.Attribute):
        method = call.func.attr
        if method in {"write_text", "write_bytes"} or (
            method == "open" and _is_for_writing(call, 0)
        ):
            yield call.func.value
        elif method in _METHODS:
            yield from _argument(call, 0, _METHODS[method])


def _argument(call: ast.Call, position: int, keyword: str) -> Iterator[ast.expr]:
    yield from (k.value for k in call.keywords if k.arg == keyword)
    yield from call.args[position : position + 1]


def _is_for_writing(call: ast.Call, position: int) -> bool:
    modes = list(_argument(call, position, "mode"))
    return any(
        isinstance(m, ast.Constant) and isinstance(m.value, str) and set(m.value) & set("wax")
        for m in modes
    )


def _emissions(module: Module, call: ast.Call, scope: ast.AST | None, paths: Paths) -> str | None:
    """Return the path of the table that CodeCarbon's tracker writes; None if it is not known."""
    if not (module.dotted(call.func) or "").endswith("EmissionsTracker"):
        return None
    given = {k.arg: k.value for k in call.keywords}
    folder = paths.of(module, given["output_dir"], scope) if "output_dir" in given else ""
    if folder is None:
        return None
    name = given.get("output_file", ast.Constant("emissions.csv"))
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    return posixpath.normpath(posixpath.join(folder, name.value))
