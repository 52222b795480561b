"""Evaluate paths in code without running it.

`Path(__file__).resolve().parents[1] / "data"`, `os.path.join(ROOT, "x.csv")` and constants of the
project's own modules are understood; any other path is None, which means unknown.
"""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass

from nb2prod.repository.modules import Module, Modules

_SAME = frozenset(
    {"str", "pathlib.Path", "pathlib.PurePath", "os.path.abspath", "os.path.realpath",
     "os.path.normpath", "os.path.expanduser", "os.fspath"}
)  # fmt: skip
_SAME_METHODS = frozenset({"resolve", "absolute", "as_posix", "expanduser", "__str__"})
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Paths:
    """Evaluates expressions to paths relative to the root of the repository.

    Attributes:
        modules: the modules of the repository.
        folder: the working directory of the code.
    """

    modules: Modules
    folder: str = ""

    def of(self, module: Module, node: ast.expr, scope: ast.AST | None = None) -> str | None:
        """Return the path that an expression evaluates to; None if it is unknown.

        Args:
            module: the module of the expression.
            node: the expression.
            scope: the function around it.
        """
        text = self._text(module, node, scope, 0)
        if text is None or not text:
            return None
        if text.startswith(_ROOT):
            path = posixpath.normpath(text.removeprefix(_ROOT).lstrip("/") or ".")
        else:
            path = posixpath.normpath(posixpath.join(self.folder, text.replace("\\", "/")))
        return "" if path == "." else path

    def _text(
        self, module: Module, node: ast.expr, scope: ast.AST | None, depth: int
    ) -> str | None:
        if depth > _DEEPEST:
            return None

        def inner(expression: ast.expr) -> str | None:
            return self._text(module, expression, scope, depth + 1)

        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id="__file__"):
                return f"{_ROOT}/{module.path}"
            case ast.Name(id=name):
                return self._named(module, name, scope, depth)
            case ast.Attribute(value=ast.Name(id=name)) if name in module.names:
                return self._imported(module, f"{module.names[name]}.{node.attr}", depth)
            case ast.Attribute(value=value, attr="parent"):
                return _parent(inner(value), 1)
            case ast.Subscript(
                value=ast.Attribute(value=value, attr="parents"),
                slice=ast.Constant(value=int(count)),
            ):
                return _parent(inner(value), count + 1)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _joined(inner(left), inner(right))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = inner(left), inner(right)
                return None if first is None or second is None else first + second
            case ast.JoinedStr(values=values):
                parts = [
                    inner(v.value) if isinstance(v, ast.FormattedValue) else inner(v)
                    for v in values
                ]
                return None if None in parts else "".join(p for p in parts if p)
            case ast.Call():
                return self._call(module, node, scope, depth)
            case _:
                return None

    def _call(
        self, module: Module, call: ast.Call, scope: ast.AST | None, depth: int
    ) -> str | None:
        args = [self._text(module, a, scope, depth + 1) for a in call.args]
        name = module.dotted(call.func) or (
            call.func.id if isinstance(call.func, ast.Name) else None
        )
        if name in _SAME and len(args) == 1:
            return args[0]
        if name == "os.path.dirname" and len(args) == 1:
            return _parent(args[0], 1)
        if name in {"os.path.join", "pathlib.Path", "pathlib.PurePath"} and args:
            return _joined(*args)
        if name in {"os.getcwd", "pathlib.Path.cwd"} and not args:
            return f"{_ROOT}/{self.folder}"
        if isinstance(call.func, ast.Attribute):
            method = call.func.attr
            if method in _SAME_METHODS and not args:
                return self._text(module, call.func.value, scope, depth + 1)
            if method == "joinpath":
                return _joined(self._text(module, call.func.value, scope, depth + 1), *args)
        return None

    def _named(self, module: Module, name: str, scope: ast.AST | None, depth: int) -> str | None:
        """Return the text of a variable that is bound exactly once in its scope."""
        for where in (scope, module.tree):
            if where is None:
                continue
            bound = _bindings(where, name)
            if len(bound) == 1 and bound[0] is not None:
                return self._text(module, bound[0], where, depth + 1)
            if bound:
                return None
        if name in module.names:
            return self._imported(module, module.names[name], depth)
        return None

    def _imported(self, module: Module, dotted: str, depth: int) -> str | None:
        """Return the text of a constant of another module of the repository."""
        stem, _, name = dotted.rpartition(".")
        level = len(stem) - len(stem.lstrip("."))
        base = posixpath.dirname(module.path)
        for _ in range(level - 1):
            base = posixpath.dirname(base)
        folders = [base] if level else [base, "", "src"]
        for folder in folders:
            at = posixpath.join(folder, *stem.strip(".").split("."))
            for path in (f"{at}.py", f"{at}/__init__.py"):
                if other := self.modules.get(posixpath.normpath(path)):
                    return self._named(other, name, None, depth + 1)
        return None


_ROOT = "\0root"


def _bindings(scope: ast.AST, name: str) -> list[ast.expr | None]:
    """Return the values that a name is bound to in a scope; None for other bindings."""
    found: list[ast.expr | None] = []
    arguments = getattr(scope, "args", None)
    if isinstance(arguments, ast.arguments):
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        found += (None for a in every if a.arg == name)
    plain: set[int] = set()
    todo: list[ast.AST] = list(ast.iter_child_nodes(scope))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    found.append(node.value)
                    plain.add(id(target))
        match node:
            case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value):
                if bound == name:
                    found.append(value)
                    plain.add(id(node.target))
            case ast.Name(id=bound, ctx=ast.Store()):
                if bound == name and id(node) not in plain:
                    found.append(None)
            case _:
                pass
        todo += ast.iter_child_nodes(node)
    return found


def _parent(text: str | None, count: int) -> str | None:
    if text is None:
        return None
    for _ in range(count):
        if text == _ROOT:
            return None  # above the repository
        text = posixpath.dirname(posixpath.normpath(text))
    return text


def _joined(*parts: str | None) -> str | None:
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or not known:
        return None
    return posixpath.normpath(posixpath.join(*(p.replace("\\", "/") for p in known)))
